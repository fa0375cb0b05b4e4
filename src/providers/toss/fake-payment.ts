import type { Currency } from '../../core/money'

/** One line of the fake's own ledger: money that really moved. Append-only, and the truth in a simulation. */
export type TossBookLine = {
  readonly paymentKey: string
  readonly orderId: string
  readonly kind: 'capture' | 'refund' | 'deposit_reversal'
  readonly amountMinor: number
  readonly currency: Currency
  readonly at: Date
  readonly transactionKey: string
}

export type FakeTossMethod =
  | 'CARD'
  | 'EASY_PAY'
  | 'TRANSFER'
  | 'VIRTUAL_ACCOUNT'
  | 'MOBILE_PHONE'
  | 'CULTURE_GIFT_CERTIFICATE'
  | 'FOREIGN_EASY_PAY'

export type FakeTossStatus =
  | 'READY'
  | 'IN_PROGRESS'
  | 'WAITING_FOR_DEPOSIT'
  | 'DONE'
  | 'CANCELED'
  | 'PARTIAL_CANCELED'
  | 'ABORTED'
  | 'EXPIRED'

export type FakeTossCancel = {
  readonly transactionKey: string
  readonly reason: string
  readonly amountMinor: number
  readonly refundableMinor: number
  readonly at: Date
  readonly status: 'DONE' | 'IN_PROGRESS' | 'ABORTED'
  readonly requestId: string | null
}

export type FakeTossPayment = {
  readonly paymentKey: string
  readonly orderId: string
  readonly orderName: string
  readonly method: FakeTossMethod
  readonly currency: Currency
  readonly totalMinor: number
  readonly balanceMinor: number
  readonly status: FakeTossStatus
  readonly requestedAt: Date
  /** The end of the window it is in, while it is in one. */
  readonly windowEndsAt: Date | null
  readonly approvedAt: Date | null
  readonly secret: string | null
  readonly account: FakeTossAccount | null
  readonly cancels: readonly FakeTossCancel[]
  readonly failureCode: string | null
  readonly lastTransactionKey: string | null
  readonly partialCancelable: boolean
}

export type FakeTossAccount = {
  readonly number: string
  readonly bankCode: string
  readonly customerName: string
  readonly dueAt: Date
  readonly depositorName: string | null
}

export type NewFakePayment = {
  readonly orderId: string
  readonly orderName: string
  readonly method: FakeTossMethod
  readonly currency: Currency
  readonly amountMinor: number
  readonly validHours: number
  readonly partialCancelable: boolean
}

/** A refusal is the provider's own code. */
export type BookAnswer = { readonly payment: FakeTossPayment } | { readonly refusal: string }

export type CancelRequest = {
  readonly amountMinor: number | null
  readonly refundableMinor: number | null
  readonly reason: string
  readonly account: { readonly bank: unknown; readonly accountNumber: unknown; readonly holderName: unknown } | null
  /** At the merchant's dashboard Toss asks for the account itself. */
  readonly byDashboard: boolean
  readonly requestId: string | null
}

/** Where the buyer of a virtual account pays. Test accounts begin with `X`. */
export const newAccount = ({ validHours }: NewFakePayment, n: number, now: Date): FakeTossAccount => ({
  number: `X${String(n).padStart(13, '0')}`,
  bankCode: '88',
  customerName: '홍길동',
  dueAt: new Date(now.getTime() + validHours * 3_600_000),
  depositorName: null,
})

/** Toss's own code when a cancel may not be made. */
export const refusalOfCancel = (
  payment: FakeTossPayment,
  request: CancelRequest,
  amountMinor: number,
): string | undefined => {
  const { status, balanceMinor } = payment
  if (status === 'CANCELED') return 'ALREADY_CANCELED_PAYMENT'
  if (status !== 'DONE' && status !== 'PARTIAL_CANCELED' && status !== 'WAITING_FOR_DEPOSIT') {
    return 'NOT_CANCELABLE_PAYMENT'
  }
  if (balanceMinor === 0 || amountMinor > balanceMinor) return 'NOT_CANCELABLE_AMOUNT'
  if (amountMinor <= 0) return 'INVALID_REQUEST'
  if (request.refundableMinor !== null && request.refundableMinor !== balanceMinor)
    return 'NOT_MATCHES_REFUNDABLE_AMOUNT'
  const partial = amountMinor < balanceMinor
  if (status === 'WAITING_FOR_DEPOSIT') return partial ? 'NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT' : undefined
  if (partial && !payment.partialCancelable) return 'NOT_ALLOWED_PARTIAL_REFUND'
  if (payment.account === null || request.byDashboard) return undefined
  // UNCONFIRMED which code a missing account has.
  const { bank, accountNumber, holderName } = request.account ?? {}
  if (typeof holderName !== 'string' || holderName === '') return 'INVALID_REFUND_ACCOUNT_INFO'
  if (typeof bank !== 'string' || !/^[0-9A-Z]{2}$/.test(bank)) return 'INVALID_BANK'
  return /^\d{1,20}$/.test(String(accountNumber)) ? undefined : 'INVALID_REFUND_ACCOUNT_NUMBER'
}
