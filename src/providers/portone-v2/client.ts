import { err, errAsync, ResultAsync } from 'neverthrow'
import { type Clock, systemClock } from '../../core/clock'
import type { GatewayError } from '../gateway'
import {
  type BodySchema,
  type LogEntry,
  type ProviderRequest,
  type ProviderResponse,
  providerHttp,
  readBody,
} from '../http'
import { notExecuted, PROVIDER, readPortOneError } from './errors'
import type { PaymentId, ScheduleId } from './ids'
import { BASE_URL, checkClientKeys, TIMEOUT_MS } from './keys'
import type * as requests from './requests'
import type * as schemas from './schema'

export type PortOneV2ClientOptions = {
  readonly apiSecret: string
  /** Left out: the store of the secret. */
  readonly storeId?: string | undefined
  readonly baseUrl?: string | undefined
  /** For one call, headers and body together. At least 60 s. */
  readonly timeoutMs?: number | undefined
  readonly clock?: Clock | undefined
  readonly log?: ((entry: LogEntry) => void) | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

export type CallOptions = { readonly timeoutMs?: number; readonly signal?: AbortSignal }

type Answer<T> = ResultAsync<T, GatewayError>

/**
 * PortOne's endpoints for payments, billing keys and schedules, one function each. Nothing is ever repeated.
 *
 * A `key` is the idempotency key: 16 to 256 printable ASCII characters. For three hours PortOne answers a repeat with
 * what it answered first, an error too; a new try after a refusal needs a new key.
 *
 * Left out on purpose: everything that takes a card number (`instant`, `POST /billing-keys`), which must not pass
 * through a merchant's server; the token endpoints, because the secret does without; the platform and identity APIs.
 *
 * @see https://developers.portone.io/api/rest-v2
 */
export type PortOneV2Client = {
  readonly getPayment: (id: PaymentId, options?: CallOptions) => Answer<schemas.PortOnePayment>
  readonly listPayments: (query: requests.PaymentQuery, options?: CallOptions) => Answer<schemas.PaymentList>
  readonly preRegister: Write<PaymentId, requests.PreRegisterBody, schemas.Accepted>
  readonly chargeBillingKey: Write<PaymentId, requests.BillingKeyChargeBody, schemas.Charged>
  /** Approves what the buyer authorised, on channels where the server does that. */
  readonly confirmPayment: Write<PaymentId, requests.ConfirmBody, schemas.Confirmed>
  readonly cancelPayment: Write<PaymentId, requests.CancelBody, schemas.Cancelled>
  readonly closeVirtualAccount: (id: PaymentId, key: string, options?: CallOptions) => Answer<schemas.AccountClosed>
  readonly schedulePayment: Write<PaymentId, requests.ScheduleBody, schemas.Scheduled>
  readonly getSchedule: (id: ScheduleId, options?: CallOptions) => Answer<schemas.PortOneSchedule>
  readonly listSchedules: (query: requests.ScheduleQuery, options?: CallOptions) => Answer<schemas.ScheduleList>
  /** All of them or none. */
  readonly revokeSchedules: (body: requests.RevokeBody, key: string, options?: CallOptions) => Answer<schemas.Revoked>
  readonly getBillingKey: (billingKey: string, options?: CallOptions) => Answer<schemas.PortOneBillingKey>
  readonly listBillingKeys: (query: requests.BillingKeyQuery, options?: CallOptions) => Answer<schemas.BillingKeyList>
  /** Approves an issuance, on channels where the server does that. Moves no money. */
  readonly confirmBillingKey: (
    body: { readonly billingIssueToken: string; readonly isTest: boolean },
    key: string,
    options?: CallOptions,
  ) => Answer<schemas.IssueConfirmed>
  readonly deleteBillingKey: Write<string, { readonly reason: string; readonly requester: string }, schemas.KeyDeleted>
  readonly resendWebhook: Write<PaymentId, { readonly webhookId?: string }, schemas.WebhookResent>
  readonly getCashReceipt: (id: PaymentId, options?: CallOptions) => Answer<schemas.CashReceipt>
  readonly issueCashReceipt: (
    body: requests.CashReceiptBody,
    key: string,
    options?: CallOptions,
  ) => Answer<schemas.CashReceiptIssued>
  readonly cancelCashReceipt: (
    id: PaymentId,
    key: string,
    options?: CallOptions,
  ) => Answer<schemas.CashReceiptCancelled>
}

type Write<Id, Body, T> = (id: Id, body: Body, key: string, options?: CallOptions) => Answer<T>
type Schemas = typeof schemas
type Query = Readonly<Record<string, string | undefined>>

/** Errors: throws when the options cannot work (`config_error`); it names the option and never its value. */
export const portOneV2Client = (given: PortOneV2ClientOptions): PortOneV2Client => {
  const { apiSecret, storeId, baseUrl = BASE_URL, timeoutMs = TIMEOUT_MS, clock = systemClock(), fetch } = given
  checkClientKeys({ apiSecret, storeId, baseUrl, timeoutMs })
  const log = given.log ?? (() => undefined)
  const headers = { authorization: `PortOne ${apiSecret}` }
  const http = providerHttp({ provider: PROVIDER, baseUrl, timeoutMs, clock, log, fetch, headers })

  const call = <T>(request: ProviderRequest, schemaIn: (all: Schemas) => BodySchema<T>): Answer<T> =>
    // Loaded before anything is sent, so that a chunk that does not load cannot lose an answer about money.
    loadSchemas().andThen((all) =>
      http.send(request).andThen((response) => {
        const { operation } = request
        if (!isSuccess(response)) return err(readPortOneError(operation, response.status, response.body))
        return readBody(schemaIn(all), response, { provider: PROVIDER, operation })
      }),
    )

  const get = <T>(
    operation: string,
    path: string,
    query: Query,
    schemaIn: (all: Schemas) => BodySchema<T>,
    options: CallOptions = {},
  ) => call({ ...options, operation, method: 'get', path: withQuery(path, query) }, schemaIn)

  /** A body in a GET or DELETE is lost by many clients: PortOne takes it from the query as well. */
  const list = <T>(
    operation: string,
    path: string,
    { page, filter }: { readonly page?: unknown; readonly filter: object },
    schemaIn: (all: Schemas) => BodySchema<T>,
    options?: CallOptions,
  ) =>
    get(operation, path, { requestBody: JSON.stringify({ page, filter: { storeId, ...filter } }) }, schemaIn, options)

  const write = <T>(
    request: Pick<ProviderRequest, 'operation' | 'method' | 'path' | 'json'>,
    key: string,
    schemaIn: (all: Schemas) => BodySchema<T>,
    options: CallOptions = {},
  ): Answer<T> => {
    if (!isKey(key)) return errAsync(notExecuted('invalid_request', 'idempotency key: 16 to 256 printable characters'))
    // A string of RFC 8941: the quotes belong to it.
    return call({ ...options, ...request, headers: { 'idempotency-key': `"${key}"` } }, schemaIn)
  }

  const post = <T>(
    operation: string,
    path: string,
    body: object,
    key: string,
    schemaIn: (all: Schemas) => BodySchema<T>,
    options?: CallOptions,
  ) => write({ operation, method: 'post', path, json: { storeId, ...body } }, key, schemaIn, options)

  const payment = (id: PaymentId, more = '') => `payments/${encodeURIComponent(id)}${more}`
  const store: Query = { storeId }

  return {
    getPayment: (id, options) => get('getPayment', payment(id), store, (it) => it.PortOnePayment, options),
    listPayments: (query, options) => list('listPayments', 'payments', query, (it) => it.PaymentList, options),
    preRegister: (id, body, key, options) =>
      post('preRegister', payment(id, '/pre-register'), body, key, (it) => it.Accepted, options),
    chargeBillingKey: (id, body, key, options) =>
      post('chargeBillingKey', payment(id, '/billing-key'), body, key, (it) => it.Charged, options),
    confirmPayment: (id, body, key, options) =>
      post('confirmPayment', payment(id, '/confirm'), body, key, (it) => it.Confirmed, options),
    cancelPayment: (id, body, key, options) =>
      post('cancelPayment', payment(id, '/cancel'), body, key, (it) => it.Cancelled, options),
    closeVirtualAccount: (id, key, options) => {
      const path = withQuery(payment(id, '/virtual-account/close'), store)
      return write({ operation: 'closeVirtualAccount', method: 'post', path }, key, (it) => it.AccountClosed, options)
    },
    schedulePayment: (id, { payment: charge, timeToPay }, key, options) => {
      // The store belongs to the payment inside, not beside it.
      const json = { payment: { storeId, ...charge }, timeToPay }
      const request = { operation: 'schedulePayment', method: 'post', path: payment(id, '/schedule'), json } as const
      return write(request, key, (it) => it.Scheduled, options)
    },
    getSchedule: (id, options) =>
      get('getSchedule', `payment-schedules/${encodeURIComponent(id)}`, store, (it) => it.PortOneSchedule, options),
    listSchedules: (query, options) =>
      list('listSchedules', 'payment-schedules', query, (it) => it.ScheduleList, options),
    revokeSchedules: (body, key, options) => {
      const path = withQuery('payment-schedules', { requestBody: JSON.stringify({ storeId, ...body }) })
      return write({ operation: 'revokeSchedules', method: 'delete', path }, key, (it) => it.Revoked, options)
    },
    getBillingKey: (billingKey, options) =>
      get(
        'getBillingKey',
        `billing-keys/${encodeURIComponent(billingKey)}`,
        store,
        (it) => it.PortOneBillingKey,
        options,
      ),
    listBillingKeys: (query, options) =>
      list('listBillingKeys', 'billing-keys', query, (it) => it.BillingKeyList, options),
    confirmBillingKey: (body, key, options) =>
      post('confirmBillingKey', 'billing-keys/confirm', body, key, (it) => it.IssueConfirmed, options),
    deleteBillingKey: (billingKey, { reason, requester }, key, options) => {
      const path = withQuery(`billing-keys/${encodeURIComponent(billingKey)}`, { ...store, reason, requester })
      return write({ operation: 'deleteBillingKey', method: 'delete', path }, key, (it) => it.KeyDeleted, options)
    },
    resendWebhook: (id, body, key, options) =>
      post('resendWebhook', payment(id, '/resend-webhook'), body, key, (it) => it.WebhookResent, options),
    getCashReceipt: (id, options) =>
      get('getCashReceipt', payment(id, '/cash-receipt'), store, (it) => it.CashReceipt, options),
    issueCashReceipt: (body, key, options) =>
      post('issueCashReceipt', 'cash-receipts', body, key, (it) => it.CashReceiptIssued, options),
    cancelCashReceipt: (id, key, options) => {
      const path = withQuery(payment(id, '/cash-receipt/cancel'), store)
      return write(
        { operation: 'cancelCashReceipt', method: 'post', path },
        key,
        (it) => it.CashReceiptCancelled,
        options,
      )
    },
  }
}

/** zod costs more to load than the rest of this door: it comes with the first call. */
const loadSchemas = () =>
  ResultAsync.fromPromise(import('./schema'), () => notExecuted('not_sent', 'the schemas did not load'))

const isSuccess = ({ status }: ProviderResponse): boolean => status >= 200 && status < 300

/** Without the two characters that would end or bend the quoted string. */
const isKey = (key: string): boolean => /^[\x21\x23-\x5b\x5d-\x7e]{16,256}$/.test(key)

const withQuery = (path: string, query: Query): string => {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}
