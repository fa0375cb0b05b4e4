import { err, ResultAsync } from 'neverthrow'
import type { Clock } from '../../core/clock'
import type { GatewayError } from '../gateway'
import { type LogEntry, type ProviderRequest, type ProviderResponse, providerHttp, readBody } from '../http'
import { notExecuted, readTossError } from './errors'
import type { TossPayment } from './schema'

export type TossClientOptions = {
  readonly secretKey: string
  readonly baseUrl: string
  readonly timeoutMs: number
  readonly clock: Clock
  readonly log: (entry: LogEntry) => void
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** Units: amounts are Toss's own numbers, in the main unit of the currency. */
export type ConfirmBody = { readonly paymentKey: string; readonly orderId: string; readonly amount: number }

export type CancelBody = {
  readonly cancelReason: string
  /** Left out: the whole remaining balance. */
  readonly cancelAmount?: number
  readonly currency?: string
  /** The balance we believe is left; when Toss has another, nothing is cancelled. */
  readonly refundableAmount?: number
  /** Toss says `bank` here and `bankCode` in its answers. */
  readonly refundReceiveAccount?: { readonly bank: string; readonly accountNumber: string; readonly holderName: string }
  readonly cancelRequestId?: string
}

export type VirtualAccountBody = {
  readonly amount: number
  readonly orderId: string
  readonly orderName: string
  readonly customerName: string
  readonly bank: string
  readonly customerEmail?: string
  readonly customerMobilePhone?: string
} & (
  | { readonly validHours?: number; readonly dueDate?: never }
  | { readonly dueDate?: string; readonly validHours?: never }
)

/** Toss's payment endpoints, one function each. @see https://docs.tosspayments.com/reference */
export type TossClient = {
  readonly confirm: (body: ConfirmBody, idempotencyKey: string) => ResultAsync<TossPayment, GatewayError>
  readonly getPayment: (paymentKey: string) => ResultAsync<TossPayment, GatewayError>
  readonly getPaymentByOrderId: (orderId: string) => ResultAsync<TossPayment, GatewayError>
  readonly cancel: (
    paymentKey: string,
    body: CancelBody,
    idempotencyKey: string,
  ) => ResultAsync<TossPayment, GatewayError>
  readonly issueVirtualAccount: (
    body: VirtualAccountBody,
    idempotencyKey: string,
  ) => ResultAsync<TossPayment, GatewayError>
}

const PROVIDER = 'toss'

export const tossClient = ({ secretKey, ...options }: TossClientOptions): TossClient => {
  // The colon ends the user name; the password is empty. No Accept-Language: it would translate the enums too.
  const headers = { authorization: `Basic ${btoa(`${secretKey}:`)}` }
  const http = providerHttp({ provider: PROVIDER, headers, ...options })

  const call = (request: ProviderRequest): ResultAsync<TossPayment, GatewayError> =>
    // Loaded before anything is sent, so that a chunk that does not load cannot lose an answer about money.
    loadSchema().andThen((schema) =>
      http.send(request).andThen((response) => {
        const { operation } = request
        if (!isSuccess(response)) return err(readTossError(operation, response.status, response.body))
        return readBody(schema.TossPayment, response, { provider: PROVIDER, operation })
      }),
    )
  const post = (operation: string, path: string, json: unknown, idempotencyKey: string) =>
    call({ operation, method: 'post', path, json, headers: { 'idempotency-key': idempotencyKey } })
  const get = (operation: string, path: string) => call({ operation, method: 'get', path })

  return {
    confirm: (body, key) => post('confirmPayment', 'v1/payments/confirm', body, key),
    getPayment: (paymentKey) => get('getPayment', `v1/payments/${encodeURIComponent(paymentKey)}`),
    getPaymentByOrderId: (orderId) => get('getPaymentByOrderId', `v1/payments/orders/${encodeURIComponent(orderId)}`),
    cancel: (paymentKey, body, key) =>
      post('cancelPayment', `v1/payments/${encodeURIComponent(paymentKey)}/cancel`, body, key),
    issueVirtualAccount: (body, key) => post('issueVirtualAccount', 'v1/virtual-accounts', body, key),
  }
}

/** zod costs more to load than the rest of this door: it comes with the first call. */
const loadSchema = () =>
  ResultAsync.fromPromise(import('./schema'), () => notExecuted('not_sent', 'the schemas did not load'))

const isSuccess = ({ status }: ProviderResponse): boolean => status >= 200 && status < 300
