import { err, errAsync, ResultAsync } from 'neverthrow'
import { type Clock, systemClock } from '../../core/clock'
import type { Cache } from '../cache'
import type { GatewayError } from '../gateway'
import {
  type BodySchema,
  type LogEntry,
  type ProviderHttp,
  type ProviderResponse,
  providerHttp,
  readBody,
} from '../http'
import type {
  CancelBody,
  CashReceiptCancelBody,
  CashReceiptIssueBody,
  ChargeBody,
  ConfirmBody,
  LookupBody,
  SettlementQuery,
} from './bodies'
import { monthFlag } from './bodies'
import { isUnrecognized, notExecuted, readPaypleError } from './errors'
import { allowedUrl, BASE_URLS, type HostRule } from './hosts'
import { AUTH_PATH, checkClientOptions, MAX_AUTH_TTL_MS } from './keys'
import type {
  PaypleApproval,
  PaypleCancellation,
  PaypleCashReceipt,
  PaypleDone,
  PaypleKeyInfo,
  PaypleSettlements,
} from './schema'
import type { Session } from './session-store'
import { type CallOptions, createSessions, type Variant } from './sessions'

export type PaypleClientOptions = {
  /** Test and live differ in host and in credentials. */
  readonly mode: 'test' | 'live'
  readonly cstId: string
  readonly custKey: string
  /** An address on the domain that is registered with Payple; sent with every request. */
  readonly referer: string
  /** Only cancels need it. */
  readonly refundKey?: string | undefined
  /** What goes beside an AuthKey. UNCONFIRMED that today's servers take `raw`; the official samples send `encoded`. */
  readonly credentials?: 'encoded' | 'raw' | undefined
  /** Shares AuthKeys between processes; needs `credentials: 'raw'`. It holds token, host and path, nothing else. */
  readonly cache?: Cache | undefined
  /** How long an AuthKey for cancels and look-ups is used again, at most and by default 15 minutes. */
  readonly authTtlMs?: number | undefined
  readonly authPath?: string | undefined
  readonly baseUrl?: string | undefined
  /** Host names besides Payple's own that a confirmation may be sent to, with the merchant's key. */
  readonly confirmHosts?: readonly string[] | undefined
  /** More headers for every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** For one request, headers and body together. */
  readonly timeoutMs?: number | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
  readonly clock?: Clock | undefined
  readonly log?: ((entry: LogEntry) => void) | undefined
}

/**
 * Payple's domestic endpoints, one function each. All but `confirmPayment` are preceded by a partner authentication,
 * which is made here.
 *
 * Not here, on purpose: registering a card by its number (`AUTHREG`). It would bring card numbers into the host's server.
 *
 * @see https://docs.payple.kr
 */
export type PaypleClient = {
  /** Takes the money a buyer authenticated for. */
  readonly confirmPayment: (body: ConfirmBody, call?: CallOptions) => Answer<PaypleApproval>
  /** Charges a billing key. An order id that was used is refused, which is the only guard against a second charge. */
  readonly chargeBillingKey: (body: ChargeBody, call?: CallOptions) => Answer<PaypleApproval>
  /** Gives money back. Not guarded by anything: sent twice, a part goes back twice. */
  readonly cancelPayment: (body: CancelBody, call?: CallOptions) => Answer<PaypleCancellation>
  /** Shows what was paid, and no cancels. */
  readonly getPayment: (body: LookupBody, call?: CallOptions) => Answer<PaypleApproval>
  readonly getBillingKey: (payerId: string, call?: CallOptions) => Answer<PaypleKeyInfo>
  readonly deleteBillingKey: (payerId: string, call?: CallOptions) => Answer<PaypleDone>
  readonly issueCashReceipt: (body: CashReceiptIssueBody, call?: CallOptions) => Answer<PaypleCashReceipt>
  /** May fail while the tax office registers the receipt; it works the next day. */
  readonly cancelCashReceipt: (body: CashReceiptCancelBody, call?: CallOptions) => Answer<PaypleCashReceipt>
  /** The one list with cancels in it. At most one call a second and 20 in two minutes. */
  readonly listSettlements: (query: SettlementQuery, call?: CallOptions) => Answer<PaypleSettlements>
}
type Answer<T> = ResultAsync<T, GatewayError>

const PROVIDER = 'payple'

/**
 * An issuer may take many seconds over an approval. Giving up sooner loses answers, not payments, and every lost answer
 * costs a look-up.
 */
const TIMEOUT_MS = 30_000

/**
 * Payple's own words, for hosts that want more of it than a gateway.
 *
 * Errors: throws when the options cannot work (`config_error`); it names the option and never its value.
 */
export const paypleClient = (options: PaypleClientOptions): PaypleClient => {
  checkClientOptions(options)
  const { mode, cstId, custKey, refundKey, fetch, clock = systemClock(), log = () => undefined } = options
  const { timeoutMs = TIMEOUT_MS, baseUrl = BASE_URLS[mode], confirmHosts = [], credentials = 'encoded' } = options
  const hosts: HostRule = { mode, baseUrl, confirmHosts }
  const headers = { 'cache-control': 'no-cache', ...options.headers, referer: options.referer }
  const httpAt = (origin: string): ProviderHttp =>
    providerHttp({ provider: PROVIDER, baseUrl: origin, headers, clock, log, timeoutMs, fetch })

  const { within } = createSessions({
    http: httpAt(baseUrl),
    clock,
    hosts,
    cstId,
    custKey,
    authPath: options.authPath ?? AUTH_PATH,
    credentials,
    cache: options.cache,
    ttlMs: options.authTtlMs ?? MAX_AUTH_TTL_MS,
    readAuth: (response) =>
      loadSchema().andThen((schema) =>
        readBody(schema.PayplePartnerAuth, response, { provider: PROVIDER, operation: 'authenticate' }),
      ),
  })

  const post = <T>(operation: string, url: URL, json: unknown, call: CallOptions, pick: Pick<T>): Answer<T> =>
    // Loaded before anything is sent, so that a chunk that does not load cannot lose an answer about money.
    loadSchema().andThen((schema) =>
      httpAt(url.origin)
        .send({ operation, method: 'post', path: url.pathname + url.search, json, ...call })
        .andThen((response) => {
          const result = schema.PaypleResult.safeParse(response.body)
          const said = result.success ? result.data.PCD_PAY_RST : null
          if (said === 'success' && isSuccess(response)) {
            return readBody(pick(schema), response, { provider: PROVIDER, operation })
          }
          const code = result.success ? result.data.PCD_PAY_CODE : null
          return err(readPaypleError(operation, response.status, { isError: said === 'error', code }))
        }),
    )
  const inSession =
    <T>(operation: string, body: object, call: CallOptions, pick: Pick<T>) =>
    ({ cstId: id, custKey: key, authKey, url }: Session): Answer<T> =>
      post(operation, url, { PCD_CST_ID: id, PCD_CUST_KEY: key, PCD_AUTH_KEY: authKey, ...body }, call, pick)
  const run = <T>(operation: string, variant: Variant, body: object, call: CallOptions, pick: Pick<T>): Answer<T> =>
    loadSchema().andThen(() => within(variant, call, inSession(operation, body, call, pick)))

  return {
    confirmPayment: ({ url, ...body }, call = {}) => {
      const address = allowedUrl(url, hosts)
      if (address === undefined)
        return errAsync(notExecuted('return_invalid', 'PCD_PAY_COFURL: not an address of Payple'))
      // The one operation without authentication of ours, and with our id and key as they are.
      const json = { PCD_CST_ID: cstId, PCD_CUST_KEY: custKey, ...body }
      return post('confirmPayment', address, json, call, (schema) => schema.PaypleApproval)
    },
    chargeBillingKey: (body, call = {}) => {
      const flag = body.PCD_PAY_YEAR === undefined ? { PCD_SIMPLE_FLAG: 'Y' } : monthFlag(body)
      return run('chargeBillingKey', chargeVariant(body), { ...body, ...flag }, call, (schema) => schema.PaypleApproval)
    },
    cancelPayment: (body, call = {}) => {
      if (refundKey === undefined) return errAsync(notExecuted('config_error', 'refundKey is not set'))
      const json = { PCD_REFUND_KEY: refundKey, PCD_PAYCANCEL_FLAG: 'Y', ...body, ...monthFlag(body) }
      return run('cancelPayment', 'cancel', json, call, (schema) => schema.PaypleCancellation)
    },
    getPayment: (body, call = {}) => {
      const json = { PCD_PAYCHK_FLAG: 'Y', ...body, ...monthFlag(body) }
      const ask = inSession('getPayment', json, call, (schema) => schema.PaypleApproval)
      // Reading again costs nothing, and a code nobody knows may be about a session that is over.
      return loadSchema().andThen(() => within('lookup', call, ask, isUnrecognized))
    },
    getBillingKey: (payerId, call = {}) =>
      run('getBillingKey', 'keyInfo', { PCD_PAYER_ID: payerId }, call, (schema) => schema.PaypleKeyInfo),
    deleteBillingKey: (payerId, call = {}) =>
      run('deleteBillingKey', 'keyDelete', { PCD_PAYER_ID: payerId }, call, (schema) => schema.PaypleDone),
    issueCashReceipt: (body, call = {}) =>
      run('issueCashReceipt', 'receiptIssue', body, call, (schema) => schema.PaypleCashReceipt),
    cancelCashReceipt: (body, call = {}) =>
      run('cancelCashReceipt', 'receiptCancel', body, call, (schema) => schema.PaypleCashReceipt),
    listSettlements: (query, call = {}) =>
      run(
        'listSettlements',
        'settlements',
        { PCD_SETTLEMENT_FLAG: 'Y', ...query },
        call,
        (schema) => schema.PaypleSettlements,
      ),
  }
}

type Schemas = typeof import('./schema')
type Pick<T> = (schema: Schemas) => BodySchema<T>

/** zod costs more to load than the rest of this door: it comes with the first call. */
const loadSchema = () =>
  ResultAsync.fromPromise(import('./schema'), () => notExecuted('not_sent', 'the schemas did not load'))

const chargeVariant = ({ PCD_PAY_TYPE, PCD_PAY_YEAR }: ChargeBody): Variant => {
  if (PCD_PAY_TYPE === 'card') return PCD_PAY_YEAR === undefined ? 'chargeCard' : 'chargeCardMonthly'
  return PCD_PAY_YEAR === undefined ? 'chargeBank' : 'chargeBankMonthly'
}

const isSuccess = ({ status }: ProviderResponse): boolean => status >= 200 && status < 300
