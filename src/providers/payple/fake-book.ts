import type { Clock } from '../../core/clock'
import type { PayplePayType } from './begin'
import {
  type BookAnswer,
  type CancelRequest,
  type ChargeRequest,
  type FakePayplePayment,
  leftOf,
  type PaypleBookLine,
  refuse,
} from './fake-payment'
import { paypleDate } from './time'

/** UNCONFIRMED: the lifetime of a buyer's authentication. The gateway's own window is a minute longer. */
const CONFIRM_WINDOW_MS = 10 * 60_000

export type NewFakePayment = {
  readonly orderId: string
  readonly goods: string
  readonly payType: PayplePayType
  readonly work: 'CERT' | 'PAY'
  readonly totalMinor: number
  readonly discountMinor: number
  readonly payerNo: string
}

export type SavedPaypleBook = {
  readonly payments: readonly FakePayplePayment[]
  readonly lines: readonly PaypleBookLine[]
  readonly counter: number
  /** What may still be cancelled before the merchant has nothing left to settle; null for no limit. */
  readonly settlementMinor: number | null
}

export type FakePaypleBookOptions = {
  readonly clock: Clock
  /** Which moment decides the day a payment is filed under. */
  readonly filedBy: 'approval' | 'opening'
  /** The shared demo account refuses to cancel a part. */
  readonly partialCancel: boolean
  readonly onChange: (payment: FakePayplePayment, kind: PaypleChange, at: Date) => void
  readonly saved: SavedPaypleBook | undefined
}

export type PaypleChange = 'authenticated' | 'payment' | 'cancel'

export type FakePaypleBook = ReturnType<typeof fakePaypleBook>

/** Payple's payments and the money behind them. Knows nothing of HTTP. */
export const fakePaypleBook = (options: FakePaypleBookOptions) => {
  const { clock, saved, onChange } = options
  /** By order id: Payple has no other name for a payment. */
  const payments = new Map(saved?.payments.map((payment) => [payment.orderId, payment]))
  /** Also of windows that were opened again: their old keys find the payment and fit it no more. */
  const byRequestKey = new Map(saved?.payments.map(({ requestKey, orderId }) => [requestKey, orderId]))
  const lines: PaypleBookLine[] = [...(saved?.lines ?? [])]
  let counter = saved?.counter ?? 0
  let settlementMinor = saved?.settlementMinor ?? null

  const put = (payment: FakePayplePayment): FakePayplePayment => {
    payments.set(payment.orderId, payment)
    return payment
  }
  /** 24 digits, more than a number can hold. */
  const newTradeNumber = () => `2026${String(++counter).padStart(20, '0')}`

  const record = (orderId: string, kind: PaypleBookLine['kind'], amountMinor: number, tradeNumber: string) =>
    void lines.push({ orderId, kind, amountMinor, currency: 'KRW', at: clock.now(), tradeNumber })

  const open = (wanted: NewFakePayment): FakePayplePayment => {
    const before = payments.get(wanted.orderId)
    // A paid order id is used up; an unpaid one may be opened in a new window.
    if (before?.status === 'PAID') return before
    return put({
      ...wanted,
      refundedMinor: 0,
      status: 'OPEN',
      payerId: '',
      requestKey: null,
      authKey: null,
      authenticatedAt: null,
      openedAt: clock.now(),
      approvedAt: null,
      filedOn: null,
      tradeNumber: null,
      cancels: [],
      month: null,
    })
  }

  const authenticate = (orderId: string, payerId: string): FakePayplePayment | undefined => {
    const payment = payments.get(orderId)
    if (payment?.status !== 'OPEN') return undefined
    const number = ++counter
    const requestKey = `req-key-${orderId}-${number}`
    byRequestKey.set(requestKey, orderId)
    const at = clock.now()
    const authKey = `auth-key-${orderId}-${number}`
    const done = put({ ...payment, status: 'AUTHENTICATED', payerId, requestKey, authKey, authenticatedAt: at })
    onChange(done, 'authenticated', at)
    return done
  }

  const capture = (payment: FakePayplePayment): FakePayplePayment => {
    const at = clock.now()
    const tradeNumber = newTradeNumber()
    const filedOn = paypleDate(options.filedBy === 'opening' ? payment.openedAt : at)
    const paid = put({ ...payment, status: 'PAID', approvedAt: at, filedOn, tradeNumber })
    record(payment.orderId, 'capture', payment.totalMinor - payment.discountMinor, tradeNumber)
    onChange(paid, 'payment', at)
    return paid
  }

  const fail = (orderId: string): void => {
    const payment = payments.get(orderId)
    if (payment !== undefined && payment.status !== 'PAID') put({ ...payment, status: 'FAILED' })
  }

  /** `declineWith`: what the issuer says. A confirmation works once; UNCONFIRMED with which code it is refused then. */
  const confirm = (
    wanted: { readonly requestKey: string; readonly authKey: string },
    declineWith: (orderId: string) => string | undefined,
  ): BookAnswer<FakePayplePayment> => {
    const payment = payments.get(byRequestKey.get(wanted.requestKey) ?? '')
    if (payment?.requestKey !== wanted.requestKey || payment.authKey !== wanted.authKey) return refuse('CPCA0005')
    if (payment.status !== 'AUTHENTICATED' || payment.authenticatedAt === null) return refuse('1103')
    if (clock.now().getTime() >= payment.authenticatedAt.getTime() + CONFIRM_WINDOW_MS) return refuse('1124')
    const declined = declineWith(payment.orderId)
    if (declined === undefined) return { value: capture(payment) }
    put({ ...payment, status: 'FAILED' })
    return refuse(declined)
  }

  /** An order id is used up by the first charge, also by one that was declined (UNCONFIRMED). */
  const charge = (wanted: ChargeRequest, declined: string | undefined): BookAnswer<FakePayplePayment> => {
    const duplicate = wanted.month === null ? 'SPCD0014' : 'RPCD0015'
    if (payments.has(wanted.orderId)) return refuse(duplicate)
    const sameMonth = [...payments.values()].some(
      ({ payerId, month, status }) =>
        status === 'PAID' && month !== null && month === wanted.month && payerId === wanted.payerId,
    )
    if (sameMonth) return refuse(duplicate)
    const { orderId, goods, payType, totalMinor, payerNo, payerId, month } = wanted
    const fresh = open({ orderId, goods, payType, work: 'PAY', totalMinor, discountMinor: 0, payerNo })
    const payment: FakePayplePayment = { ...fresh, work: 'CHARGE', payerId, month }
    if (declined === undefined) return { value: capture(payment) }
    put({ ...payment, status: 'FAILED' })
    return refuse(declined)
  }

  const filed = (orderId: string, date: string): FakePayplePayment | undefined => {
    const payment = payments.get(orderId)
    return payment?.status === 'PAID' && payment.filedOn === date ? payment : undefined
  }

  /** Nothing recognises a repeat: the same part asked for twice goes back twice. */
  const cancel = (request: CancelRequest, isByHand = false): BookAnswer<FakePaypleCancelled> => {
    const payment = filed(request.orderId, request.date)
    const left = payment === undefined ? 0 : leftOf(payment)
    // One code for both: no such payment, and nothing left of it.
    if (payment === undefined || left === 0) return refuse('PAYC0007')
    const { amountMinor } = request
    if (!(amountMinor > 0 && amountMinor <= left)) return refuse('PAYC0011')
    if (amountMinor < left && !options.partialCancel && !isByHand) return refuse('1144')
    // UNCONFIRMED which code it is when the next settlement is less than the refund; here one that nobody knows.
    if (settlementMinor !== null && amountMinor > settlementMinor) return refuse('PAYC0099')
    if (settlementMinor !== null) settlementMinor -= amountMinor
    const at = clock.now()
    const tradeNumber = newTradeNumber()
    record(payment.orderId, 'refund', amountMinor, tradeNumber)
    const line = { tradeNumber, amountMinor, at }
    const cancelled = put({
      ...payment,
      refundedMinor: payment.refundedMinor + amountMinor,
      cancels: [...payment.cancels, line],
    })
    onChange(cancelled, 'cancel', at)
    return { value: { payment: cancelled, line } }
  }

  return {
    open,
    get: (orderId: string) => payments.get(orderId),
    authenticate,
    capture,
    fail,
    confirm,
    charge,
    filed,
    cancel,
    limitSettlement: (amountMinor: number | null) => {
      settlementMinor = amountMinor
    },
    all: (): readonly FakePayplePayment[] => [...payments.values()],
    lines: (): readonly PaypleBookLine[] => [...lines],
    save: (): SavedPaypleBook => ({ payments: [...payments.values()], lines: [...lines], counter, settlementMinor }),
  }
}

type FakePaypleCancelled = {
  readonly payment: FakePayplePayment
  readonly line: FakePayplePayment['cancels'][number]
}
