import type { Clock } from '../../core/clock'
import { idempotencyCache, type SavedAnswer } from '../fake/idempotency'
import type { FakeApp, FakeCall, FakeReply } from '../fake/serve'
import { fromMajorUnits } from '../major-units'
import { httpStatusOf } from './errors'
import type { FakeTossBook } from './fake-book'
import type { BookAnswer, CancelRequest, FakeTossPayment } from './fake-payment'
import { renderPayment, withoutNulls } from './fake-render'

export type FakeTossHttpOptions = {
  readonly clock: Clock
  readonly secretKey: string
  readonly book: FakeTossBook
  /** Leave out fields that are null. */
  readonly sparse: boolean
  /** Answer 404 for a payment that was not confirmed: whether Toss shows those is UNCONFIRMED. */
  readonly hideUnconfirmed: boolean
  /** What the issuer says to the next confirm request for this order; asked once for each. */
  readonly takeDecline: (orderId: string) => string | undefined
  readonly saved: SavedTossHttp | undefined
}

export type SavedTossHttp = { readonly traces: number; readonly answers: readonly SavedAnswer[] }

const IDEMPOTENCY_MS = 15 * 24 * 3_600_000
const MAX_KEY = 300
const MAX_REASON = 200

/** Toss's REST API over a book: authentication, idempotency, routes, and its error envelope. */
export const fakeTossHttp = (options: FakeTossHttpOptions): FakeApp & { readonly save: () => SavedTossHttp } => {
  const { clock, secretKey, book } = options
  const authorization = `Basic ${btoa(`${secretKey}:`)}`
  let traces = options.saved?.traces ?? 0
  const newTrace = () => `fake-trace-${++traces}`
  const idempotency = idempotencyCache({
    clock,
    lifetimeMs: IDEMPOTENCY_MS,
    busy: () => refusal('IDEMPOTENT_REQUEST_PROCESSING'),
    saved: options.saved?.answers ?? [],
  })

  const show = (payment: FakeTossPayment): FakeReply => {
    const payload = renderPayment(payment, clock.now())
    return { status: 200, body: JSON.stringify(options.sparse ? withoutNulls(payload) : payload) }
  }
  const showAnswer = (answer: BookAnswer) => ('refusal' in answer ? refusal(answer.refusal) : show(answer.payment))
  const showFound = (payment: FakeTossPayment | undefined) => {
    const hidden = options.hideUnconfirmed && (payment?.status === 'READY' || payment?.status === 'IN_PROGRESS')
    return payment === undefined || hidden ? refusal('NOT_FOUND_PAYMENT') : show(payment)
  }

  const confirm = (body: Fields): FakeReply => {
    const { paymentKey, orderId, amount } = body
    if (typeof paymentKey !== 'string' || typeof orderId !== 'string' || typeof amount !== 'number') {
      return refusal('INVALID_REQUEST')
    }
    const payment = book.get(paymentKey)
    const amountMinor = minorOf(amount, payment)
    const declineWith = payment?.status === 'IN_PROGRESS' ? options.takeDecline(orderId) : undefined
    return showAnswer(book.confirm({ paymentKey, orderId, amountMinor }, declineWith))
  }

  const cancel = (paymentKey: string, body: Fields): FakeReply => {
    const payment = book.get(paymentKey)
    if (payment === undefined) return refusal('NOT_FOUND_PAYMENT')
    const { cancelReason, cancelAmount, refundableAmount, currency, refundReceiveAccount, cancelRequestId } = body
    if (typeof cancelReason !== 'string' || cancelReason === '' || cancelReason.length > MAX_REASON) {
      return refusal('INVALID_REQUEST')
    }
    if (currency !== undefined ? currency !== payment.currency : payment.currency !== 'KRW') {
      return refusal('INVALID_CURRENCY')
    }
    const isSlow = payment.method === 'FOREIGN_EASY_PAY'
    if (isSlow && typeof cancelRequestId !== 'string') return refusal('INVALID_REQUEST')
    const request: CancelRequest = {
      amountMinor: cancelAmount === undefined ? null : minorOf(cancelAmount, payment),
      refundableMinor: refundableAmount === undefined ? null : minorOf(refundableAmount, payment),
      reason: cancelReason,
      account: isRecord(refundReceiveAccount) ? readAccount(refundReceiveAccount) : null,
      byDashboard: false,
      requestId: isSlow ? String(cancelRequestId) : null,
    }
    return showAnswer(book.cancel(paymentKey, request))
  }

  const issueAccount = (body: Fields): FakeReply => {
    const { orderId, orderName, amount, customerName, bank, validHours, dueDate } = body
    if (validHours !== undefined && dueDate !== undefined) {
      return refusal('INVALID_VALID_HOURS_WITH_DUE_DATE_AND_SINGLE')
    }
    const amountMinor = typeof amount === 'number' ? fromMajorUnits(amount, 'KRW')?.amountMinor : undefined
    if (typeof orderId !== 'string' || !/^[\w=.-]{6,64}$/.test(orderId)) return refusal('INVALID_ORDER_ID')
    if (typeof orderName !== 'string' || orderName === '') return refusal('INVALID_ORDER_NAME')
    if (amountMinor === undefined || typeof customerName !== 'string') return refusal('INVALID_REQUEST')
    if (amountMinor < 200) return refusal('BELOW_MINIMUM_AMOUNT')
    if (typeof bank !== 'string' || !/^\d\d$/.test(bank)) return refusal('INVALID_BANK')
    const hours = typeof validHours === 'number' ? validHours : 168
    if (hours > 2160) return refusal('EXCEED_MAX_VALID_HOURS')
    const used = book.ofOrder(orderId)
    if (used !== undefined && used.approvedAt !== null) return refusal('DUPLICATED_ORDER_ID')
    const wanted = { orderId, orderName, amountMinor, method: 'VIRTUAL_ACCOUNT', currency: 'KRW' } as const
    return show(book.issueAccount(book.open({ ...wanted, validHours: hours, partialCancelable: true })))
  }

  const execute = (call: FakeCall): FakeReply => {
    const forced = forcedError(call.headers.get('tosspayments-test-code'), secretKey)
    if (forced !== undefined) return refusal(forced)
    const [, key = ''] = PATH.exec(call.path) ?? []
    const body = isRecord(call.body) ? call.body : {}
    switch (call.operation) {
      case 'confirmPayment':
        return confirm(body)
      case 'cancelPayment':
        return cancel(decodeURIComponent(key.split('/')[0] ?? ''), body)
      case 'issueVirtualAccount':
        return issueAccount(body)
      case 'getPaymentByOrderId':
        return showFound(book.ofOrder(decodeURIComponent(key.slice('orders/'.length))))
      case 'getPayment':
        return showFound(book.get(decodeURIComponent(key)))
      default:
        return refusal('NOT_FOUND_HTTP_METHOD')
    }
  }

  const traced = (reply: FakeReply, trace: string, echo: string | null): FakeReply => ({
    ...reply,
    headers: { 'x-tosspayments-trace-id': trace, ...(echo === null ? {} : { 'idempotency-key': echo }) },
  })

  return {
    provider: 'toss',
    operationOf,
    failure: (status) =>
      status === 429
        ? { ...refusal('FORBIDDEN_CONSECUTIVE_REQUEST'), status }
        : { ...refusal('UNKNOWN_ERROR'), status },
    answer: (call, work) => {
      const trace = newTrace()
      const given = call.headers.get('authorization')
      if (!isBasicFormat(given)) return traced(refusal('INCORRECT_BASIC_AUTH_FORMAT'), trace, null)
      if (given !== authorization) return traced(refusal('UNAUTHORIZED_KEY'), trace, null)
      const once = () => work(() => traced(execute(call), trace, key))
      const key = call.method === 'POST' ? call.idempotencyKey : null
      if (key === null) return once()
      if (key.length > MAX_KEY) return traced(refusal('INVALID_IDEMPOTENCY_KEY'), trace, key)
      // Key, method and path: the body is no part of it. Toss adds the secret key, of which a fake has only one.
      return idempotency.run(`${key}\n${call.method}\n${call.path}`, once, (first) =>
        traced(first, `${trace},${first.headers?.['x-tosspayments-trace-id'] ?? ''}`, key),
      )
    },
    save: () => ({ traces, answers: idempotency.save() }),
  }
}

type Fields = Readonly<Record<string, unknown>>

const PATH = /\/v1\/payments\/(.+)$/

const operationOf = (method: string, path: string): string => {
  const from = path.indexOf('/v1/')
  const route = `${method} ${from < 0 ? path : path.slice(from)}`
  if (route === 'POST /v1/payments/confirm') return 'confirmPayment'
  if (route === 'POST /v1/virtual-accounts') return 'issueVirtualAccount'
  if (/^POST \/v1\/payments\/[^/]+\/cancel$/.test(route)) return 'cancelPayment'
  if (/^GET \/v1\/payments\/orders\/[^/]+$/.test(route)) return 'getPaymentByOrderId'
  return /^GET \/v1\/payments\/[^/]+$/.test(route) ? 'getPayment' : 'unknown'
}

const refusal = (code: string): FakeReply => ({
  status: httpStatusOf(code) ?? 400,
  body: JSON.stringify({ code, message: `(가짜) ${code}` }),
})

/** Test keys can ask for any error; live keys cannot. */
const forcedError = (code: string | null, secretKey: string): string | undefined => {
  if (code === null || !secretKey.startsWith('test_')) return undefined
  return httpStatusOf(code) === undefined ? 'INVALID_TEST_CODE' : code
}

const isBasicFormat = (given: string | null): given is string => {
  const [, encoded] = /^Basic ([A-Za-z0-9+/]+={0,2})$/.exec(given ?? '') ?? []
  if (encoded === undefined || encoded.length % 4 !== 0) return false
  return atob(encoded).endsWith(':')
}

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const readAccount = ({ bank, accountNumber, holderName }: Fields) => ({ bank, accountNumber, holderName })

/** An amount that cannot be read matches nothing. */
const minorOf = (amount: unknown, payment: FakeTossPayment | undefined): number =>
  (typeof amount === 'number' ? fromMajorUnits(amount, payment?.currency ?? 'KRW')?.amountMinor : undefined) ?? -1
