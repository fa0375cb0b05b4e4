import type { Clock } from '../../core/clock'
import { failureCodeOf } from './errors'
import {
  type BookAnswer,
  type CancelRequest,
  type FakeTossPayment,
  type NewFakePayment,
  newAccount,
  refusalOfCancel,
  type TossBookLine,
} from './fake-payment'

const MINUTE_MS = 60_000
const AUTHENTICATION_WINDOW_MS = 30 * MINUTE_MS
const CONFIRM_WINDOW_MS = 10 * MINUTE_MS

/** Toss's payments and the money behind them. Knows nothing of HTTP. */
export type FakeTossBook = ReturnType<typeof fakeTossBook>

export type SavedTossBook = {
  /** In the order they were opened. */
  readonly payments: readonly FakeTossPayment[]
  readonly lines: readonly TossBookLine[]
  /** Payment keys, in the order their windows end. */
  readonly ready: readonly string[]
  readonly inProgress: readonly string[]
  readonly counter: number
}

export const fakeTossBook = (options: {
  readonly clock: Clock
  /** Told after each change Toss has a notification for. */
  readonly onChange: (payment: FakeTossPayment, at: Date) => void
  readonly saved: SavedTossBook | undefined
}) => {
  const { clock, onChange, saved } = options
  const payments = new Map(saved?.payments.map((payment) => [payment.paymentKey, payment]))
  // In the order they were opened: a later payment of an order takes the place of an earlier one.
  const newestOfOrder = new Map(saved?.payments.map(({ orderId, paymentKey }) => [orderId, paymentKey]))
  const lines: TossBookLine[] = [...(saved?.lines ?? [])]
  /** In the order their windows end: each window has one length. */
  const windows = { READY: [...(saved?.ready ?? [])], IN_PROGRESS: [...(saved?.inProgress ?? [])] }
  let counter = saved?.counter ?? 0

  const put = (payment: FakeTossPayment): FakeTossPayment => {
    payments.set(payment.paymentKey, payment)
    return payment
  }
  // Order ids are in the keys, so that two fakes beside one database never make the same one.
  const newKey = (prefix: string, orderId: string) => `${prefix}_${orderId.slice(0, 40)}_${++counter}`

  const record = (
    payment: FakeTossPayment,
    kind: TossBookLine['kind'],
    amountMinor: number,
    transactionKey: string,
  ) => {
    const { paymentKey, orderId, currency } = payment
    lines.push({ paymentKey, orderId, kind, amountMinor, currency, at: clock.now(), transactionKey })
  }

  /** Ends what has run out of time; both windows are over at their last moment itself. */
  const catchUp = () => {
    const now = clock.now().getTime()
    for (const status of ['READY', 'IN_PROGRESS'] as const) {
      const queue = windows[status]
      for (let key = queue[0]; key !== undefined; key = queue[0]) {
        const payment = payments.get(key)
        if (payment?.status === status && payment.windowEndsAt !== null) {
          if (payment.windowEndsAt.getTime() > now) break
          const ended = { ...payment, status: 'EXPIRED', failureCode: 'EXPIRED_PAYMENT', windowEndsAt: null } as const
          onChange(put(ended), payment.windowEndsAt)
        }
        queue.shift()
      }
    }
  }

  const open = (wanted: NewFakePayment): FakeTossPayment => {
    catchUp()
    const now = clock.now()
    const paymentKey = newKey('pk', wanted.orderId)
    newestOfOrder.set(wanted.orderId, paymentKey)
    windows.READY.push(paymentKey)
    return put({
      paymentKey,
      orderId: wanted.orderId,
      orderName: wanted.orderName,
      method: wanted.method,
      currency: wanted.currency,
      totalMinor: wanted.amountMinor,
      balanceMinor: wanted.amountMinor,
      status: 'READY',
      requestedAt: now,
      windowEndsAt: new Date(now.getTime() + AUTHENTICATION_WINDOW_MS),
      approvedAt: null,
      secret: null,
      account: wanted.method === 'VIRTUAL_ACCOUNT' ? newAccount(wanted, ++counter, now) : null,
      cancels: [],
      failureCode: null,
      lastTransactionKey: null,
      partialCancelable: wanted.partialCancelable,
    })
  }

  const get = (paymentKey: string): FakeTossPayment | undefined => {
    catchUp()
    return payments.get(paymentKey)
  }

  const authenticate = (paymentKey: string): FakeTossPayment | undefined => {
    const payment = get(paymentKey)
    if (payment?.status !== 'READY') return undefined
    windows.IN_PROGRESS.push(paymentKey)
    const windowEndsAt = new Date(clock.now().getTime() + CONFIRM_WINDOW_MS)
    return put({ ...payment, status: 'IN_PROGRESS', windowEndsAt })
  }

  const issueAccount = (payment: FakeTossPayment): FakeTossPayment =>
    // Toss's own notification for this status is the deposit callback, which comes with the money.
    put({
      ...payment,
      status: 'WAITING_FOR_DEPOSIT',
      windowEndsAt: null,
      secret: newKey('ps', payment.orderId),
      lastTransactionKey: newKey('tx', payment.orderId),
    })

  const capture = (payment: FakeTossPayment, depositorName: string | null): FakeTossPayment => {
    const transactionKey = newKey('tx', payment.orderId)
    record(payment, 'capture', payment.totalMinor, transactionKey)
    const at = clock.now()
    const done = put({
      ...payment,
      status: 'DONE',
      windowEndsAt: null,
      approvedAt: at,
      account: payment.account === null ? null : { ...payment.account, depositorName },
      lastTransactionKey: transactionKey,
    })
    onChange(done, at)
    return done
  }

  /** `declineWith`: what the issuer says. Only a refusal by the issuer ends the payment (UNCONFIRMED which codes do). */
  const confirm = (
    wanted: { readonly paymentKey: string; readonly orderId: string; readonly amountMinor: number },
    declineWith: string | undefined,
  ): BookAnswer => {
    const payment = get(wanted.paymentKey)
    if (payment === undefined || payment.status === 'READY' || payment.status === 'EXPIRED') {
      return { refusal: 'NOT_FOUND_PAYMENT_SESSION' }
    }
    // UNCONFIRMED which code a mismatch has; the payment stays as it is.
    if (payment.orderId !== wanted.orderId || payment.totalMinor !== wanted.amountMinor) {
      return { refusal: 'INVALID_REQUEST' }
    }
    if (payment.status !== 'IN_PROGRESS') return { refusal: 'ALREADY_PROCESSED_PAYMENT' }
    if (declineWith !== undefined) {
      const ourCode = failureCodeOf(declineWith)
      if (ourCode === 'declined' || ourCode === 'insufficient_funds') {
        const aborted = put({ ...payment, status: 'ABORTED', failureCode: declineWith, windowEndsAt: null })
        onChange(aborted, clock.now())
      }
      return { refusal: declineWith }
    }
    return { payment: payment.account === null ? capture(payment, null) : issueAccount(payment) }
  }

  const cancel = (paymentKey: string, request: CancelRequest): BookAnswer => {
    const payment = get(paymentKey)
    if (payment === undefined) return { refusal: 'NOT_FOUND_PAYMENT' }
    const amountMinor = request.amountMinor ?? payment.balanceMinor
    const refusal = refusalOfCancel(payment, request, amountMinor)
    if (refusal !== undefined) return { refusal }
    const at = clock.now()
    const transactionKey = newKey('tx', payment.orderId)
    const balanceMinor = payment.balanceMinor - amountMinor
    const slow = payment.method === 'FOREIGN_EASY_PAY'
    const { reason, requestId } = request
    const status = slow ? 'IN_PROGRESS' : 'DONE'
    const line = { transactionKey, reason, amountMinor, refundableMinor: balanceMinor, at, status, requestId } as const
    // Nothing had been paid into an account that still waits.
    if (payment.approvedAt !== null && !slow) record(payment, 'refund', amountMinor, transactionKey)
    const canceled = put({
      ...payment,
      // Sticky: once cancelled in part, `PARTIAL_CANCELED` stays, also when nothing is left.
      status: balanceMinor === 0 && payment.cancels.length === 0 ? 'CANCELED' : 'PARTIAL_CANCELED',
      balanceMinor,
      cancels: [...payment.cancels, line],
      lastTransactionKey: transactionKey,
    })
    onChange(canceled, at)
    return { payment: canceled }
  }

  /** The foreign wallet says how a cancel ended. */
  const settleCancel = (paymentKey: string, transactionKey: string, status: 'DONE' | 'ABORTED') => {
    const payment = get(paymentKey)
    const line = payment?.cancels.find((it) => it.transactionKey === transactionKey && it.status === 'IN_PROGRESS')
    if (payment === undefined || line === undefined) return undefined
    if (status === 'DONE') record(payment, 'refund', line.amountMinor, transactionKey)
    const cancels = payment.cancels.map((it) => (it === line ? { ...it, status } : it))
    const balanceMinor = payment.balanceMinor + (status === 'DONE' ? 0 : line.amountMinor)
    return put({ ...payment, cancels, balanceMinor })
  }

  /** False when the bank refuses: no such open account, too late, or another amount. */
  const deposit = (orderId: string, amountMinor: number | undefined, depositorName: string): boolean => {
    const payment = get(newestOfOrder.get(orderId) ?? '')
    if (payment?.status !== 'WAITING_FOR_DEPOSIT' || payment.account === null) return false
    if (payment.account.dueAt <= clock.now() || (amountMinor ?? payment.totalMinor) !== payment.totalMinor) return false
    capture(payment, depositorName)
    return true
  }

  /** The bank takes a wrong deposit back. */
  const reverseDeposit = (orderId: string): boolean => {
    const payment = get(newestOfOrder.get(orderId) ?? '')
    if (payment?.status !== 'DONE' || payment.account === null) return false
    const transactionKey = newKey('tx', orderId)
    record(payment, 'deposit_reversal', payment.totalMinor, transactionKey)
    const at = clock.now()
    const account = { ...payment.account, depositorName: null }
    const status = 'WAITING_FOR_DEPOSIT'
    onChange(put({ ...payment, status, account, approvedAt: null, lastTransactionKey: transactionKey }), at)
    return true
  }

  return {
    open,
    get,
    /** UNCONFIRMED which payment Toss gives when an order id was used twice; here the newest. */
    ofOrder: (orderId: string) => get(newestOfOrder.get(orderId) ?? ''),
    authenticate,
    confirm,
    issueAccount,
    cancel,
    settleCancel,
    deposit,
    reverseDeposit,
    catchUp,
    all: (): readonly FakeTossPayment[] => {
      catchUp()
      return [...payments.values()]
    },
    lines: (): readonly TossBookLine[] => [...lines],
    save: (): SavedTossBook => ({
      payments: [...payments.values()],
      lines: [...lines],
      ready: [...windows.READY],
      inProgress: [...windows.IN_PROGRESS],
      counter,
    }),
  }
}
