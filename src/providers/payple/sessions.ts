import { err, errAsync, ok, type Result, ResultAsync } from 'neverthrow'
import type { Clock } from '../../core/clock'
import { type Cache, memoryCache } from '../cache'
import type { GatewayError } from '../gateway'
import type { ProviderHttp, ProviderResponse } from '../http'
import { isSessionOver, notExecuted, readAuthRefusal } from './errors'
import { allowedUrl, type HostRule } from './hosts'
import type { PayplePartnerAuth } from './schema'
import { cachedSessionStore, closedSessionStore, type Session, type SessionStore } from './session-store'

/** What partner authentication is told, one set of flags for each operation. `REGULER` is Payple's own spelling. */
const FLAGS = {
  chargeCard: { PCD_PAY_TYPE: 'card', PCD_SIMPLE_FLAG: 'Y' },
  chargeBank: { PCD_PAY_TYPE: 'transfer', PCD_SIMPLE_FLAG: 'Y' },
  chargeCardMonthly: { PCD_PAY_TYPE: 'card', PCD_REGULER_FLAG: 'Y' },
  chargeBankMonthly: { PCD_REGULER_FLAG: 'Y' },
  cancel: { PCD_PAYCANCEL_FLAG: 'Y' },
  lookup: { PCD_PAYCHK_FLAG: 'Y' },
  keyInfo: { PCD_PAY_WORK: 'PUSERINFO' },
  keyDelete: { PCD_PAY_WORK: 'PUSERDEL' },
  receiptIssue: { PCD_PAY_WORK: 'TSREG' },
  receiptCancel: { PCD_PAY_WORK: 'TSCANCEL' },
  settlements: { PCD_SETTLEMENT_FLAG: 'Y' },
} as const
export type Variant = keyof typeof FLAGS

/** The others authenticate each time: UNCONFIRMED whether the AuthKey of a charge may be used twice. */
const isKeptOpen = (variant: Variant): boolean => variant === 'cancel' || variant === 'lookup'

/**
 * For one call. An authentication that several calls wait for keeps the client's own time-out, and no signal ends it.
 *
 * Units: `timeoutMs` is for each of the two requests alone.
 */
export type CallOptions = { readonly timeoutMs?: number; readonly signal?: AbortSignal }

export type SessionsOptions = {
  readonly http: ProviderHttp
  readonly clock: Clock
  readonly hosts: HostRule
  readonly cstId: string
  readonly custKey: string
  readonly authPath: string
  readonly credentials: 'encoded' | 'raw'
  readonly cache: Cache | undefined
  readonly ttlMs: number
  readonly readAuth: (response: ProviderResponse) => ResultAsync<PayplePartnerAuth, GatewayError>
}

export type Opened = { readonly session: Session; readonly isFresh: boolean }

/**
 * Partner authentication, which stands before every operation but the confirmation.
 *
 * Payple answers it with an AuthKey and with our id and key in an encoded form that, for all we know, belongs to that
 * AuthKey alone; the official samples send the encoded form back. A cache, though, must hold no credentials, encoded or
 * not. So with `encoded` a whole session stays in a closure of this process and no cache is used, and only with `raw`,
 * for hosts whose contract is known to take the raw id and key, do processes share a token through a cache.
 */
export const createSessions = (options: SessionsOptions) => {
  const { http, clock, hosts, cstId, custKey, credentials, ttlMs } = options
  const store: SessionStore =
    credentials === 'encoded'
      ? closedSessionStore(clock, ttlMs)
      : cachedSessionStore({ cache: options.cache ?? memoryCache(clock), clock, ttlMs, hosts, cstId, custKey })

  const authenticate = (variant: Variant, call: CallOptions): ResultAsync<Session, GatewayError> =>
    http
      .send({
        operation: 'authenticate',
        method: 'post',
        path: options.authPath,
        json: { cst_id: cstId, custKey, ...FLAGS[variant] },
        ...call,
      })
      .andThen((response) =>
        response.status === 200
          ? options.readAuth(response)
          : errAsync(notExecuted('not_sent', `authenticate: status ${response.status}`)),
      )
      .andThen(readSession)
      .mapErr(asNotSent)

  const readSession = (auth: PayplePartnerAuth): Result<Session, GatewayError> => {
    if (auth.result !== 'success') return err(readAuthRefusal(auth.result_msg))
    const url = allowedUrl(auth.return_url ?? `${auth.PCD_PAY_HOST}${auth.PCD_PAY_URL}`, hosts)
    if (url === undefined) return err(notExecuted('not_sent', 'authenticate: an address that is not allowed'))
    const mine = credentials === 'raw' ? { cstId, custKey } : { cstId: auth.cst_id, custKey: auth.custKey }
    if (mine.cstId === null || mine.custKey === null || auth.AuthKey === null) {
      return err(notExecuted('not_sent', 'authenticate: the answer is not complete'))
    }
    return ok({ cstId: mine.cstId, custKey: mine.custKey, authKey: auth.AuthKey, url })
  }

  const flights = new Map<string, Promise<Result<Opened, GatewayError>>>()
  /** Many refunds at once authenticate once. Nobody's signal ends it: the others wait for it too. */
  const together = (name: string, work: () => Promise<Result<Opened, GatewayError>>) => {
    const flight = flights.get(name) ?? work().finally(() => flights.delete(name))
    flights.set(name, flight)
    return new ResultAsync(flight)
  }

  const makeAndKeep = async (variant: Variant): Promise<Result<Opened, GatewayError>> => {
    const made = await authenticate(variant, {})
    if (made.isOk()) await store.set(variant, made.value)
    return made.map((session) => ({ session, isFresh: true }))
  }

  const open = (variant: Variant, call: CallOptions): ResultAsync<Opened, GatewayError> => {
    if (!isKeptOpen(variant)) return authenticate(variant, call).map((session) => ({ session, isFresh: true }))
    return together(variant, async () => {
      const session = await store.get(variant)
      return session === undefined ? makeAndKeep(variant) : ok({ session, isFresh: false })
    })
  }

  /** Another session than this one: somebody else's newer one, or a new one. */
  const renew = (variant: Variant, { authKey }: Session): ResultAsync<Opened, GatewayError> =>
    together(`${variant} anew`, async () => {
      const current = await store.get(variant)
      if (current !== undefined && current.authKey !== authKey) return ok({ session: current, isFresh: false })
      await store.delete(variant)
      // Not by way of `open`: a cache that does not forget would give the dead one back.
      return makeAndKeep(variant)
    })

  /**
   * Runs an operation in a session. One that was kept open may be over by then: Payple says so before it runs anything,
   * so the operation is sent once more, in a new session, and only for that reason. Charges are never sent again.
   */
  const within = <T>(
    variant: Variant,
    call: CallOptions,
    run: (session: Session) => ResultAsync<T, GatewayError>,
    /** True for an answer that may be about the session rather than about the question. */
    isDoubtful: (error: GatewayError) => boolean = () => false,
  ): ResultAsync<T, GatewayError> =>
    open(variant, call).andThen(({ session, isFresh }) =>
      run(session).orElse((error) => {
        const isOver = isSessionOver(error) || (!isFresh && isDoubtful(error))
        return isKeptOpen(variant) && isOver
          ? renew(variant, session).andThen((renewed) => run(renewed.session))
          : errAsync(error)
      }),
    )

  return { within }
}

/** However authentication failed, the operation behind it never left. */
const asNotSent = (error: GatewayError): GatewayError =>
  error.outcome === 'unknown'
    ? { code: 'not_sent', outcome: 'not_executed', message: error.message, retryable: true }
    : error
