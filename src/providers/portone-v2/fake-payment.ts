import type { Currency } from '../../core/money'

/** One line of the fake's own ledger: money that really moved. Append-only, and the truth in a simulation. */
export type PortOneV2BookLine = {
  readonly paymentId: string
  readonly transactionId: string
  readonly kind: 'capture' | 'refund'
  readonly amountMinor: number
  readonly currency: Currency
  readonly at: Date
  /** On a test channel nothing moves in truth; a fake in test mode counts it all the same. */
  readonly channelType: ChannelType
}

export type ChannelType = 'TEST' | 'LIVE'

export type FakePortOneV2Method =
  | 'CARD'
  | 'EASY_PAY'
  | 'TRANSFER'
  | 'VIRTUAL_ACCOUNT'
  | 'MOBILE'
  | 'GIFT_CERTIFICATE'
  | 'CONVENIENCE_STORE'

/** One try to pay. A payment id may see several, of which one can succeed. */
export type FakeTransaction = {
  readonly transactionId: string
  readonly status: 'READY' | 'PAY_PENDING' | 'VIRTUAL_ACCOUNT_ISSUED' | 'PAID' | 'FAILED'
  readonly method: FakePortOneV2Method
  readonly orderName: string
  readonly totalMinor: number
  readonly currency: Currency
  readonly channelKey: string
  readonly channelType: ChannelType
  /** Waits for the server's approval, where the channel is set to that. */
  readonly paymentToken: string | null
  readonly account: { readonly number: string; readonly dueAt: Date } | null
  readonly customerId: string | null
  readonly billingKey: string | null
  readonly scheduleId: string | null
  readonly requestedAt: Date
  /** When it was paid, or when it failed. */
  readonly endedAt: Date | null
  readonly failureCode: string | null
}

export type FakeCancellation = {
  readonly cancellationId: string
  readonly status: 'SUCCEEDED' | 'REQUESTED' | 'FAILED'
  readonly amountMinor: number
  readonly reason: string
  readonly requestedAt: Date
}

export type FakePortOneV2Payment = {
  readonly paymentId: string
  readonly transactions: readonly FakeTransaction[]
  readonly cancellations: readonly FakeCancellation[]
}

/** What the window was given. Units: `totalAmount` in the currency's minor unit, as the browser SDK takes it. */
export type FakePortOneV2Order = {
  /** Not the attempt's own id, but what `begin` gave the browser: letters and digits, or the window does not open. */
  readonly paymentId: string
  readonly totalAmount: number
  readonly currency?: string
  readonly payMethod?: FakePortOneV2Method
  readonly orderName?: string
  /** The browser chooses it, so a buyer can. */
  readonly channelKey?: string
  readonly customerId?: string
}

export type NewTransaction = Omit<
  FakeTransaction,
  'transactionId' | 'status' | 'paymentToken' | 'account' | 'requestedAt' | 'endedAt' | 'failureCode'
>

export type CancelRequest = {
  readonly amountMinor: number | null
  readonly currentCancellableMinor: number | null
  readonly reason: string
  readonly hasAccount: boolean
  readonly isSilent: boolean
}

/** What the payment company makes of the next cancel. */
export type CancelMood = 'done' | 'slow' | 'refused'

/** The one that succeeded, or the newest try: what PortOne shows of a payment. */
export const shownOf = ({ transactions }: FakePortOneV2Payment): FakeTransaction | undefined =>
  transactions.find(({ status }) => status === 'PAID') ?? transactions.at(-1)

const sumOf = ({ cancellations }: FakePortOneV2Payment, ...statuses: readonly string[]): number =>
  cancellations.reduce((sum, { status, amountMinor }) => sum + (statuses.includes(status) ? amountMinor : 0), 0)

export const cancelledOf = (payment: FakePortOneV2Payment): number => sumOf(payment, 'SUCCEEDED')

/** What may still be cancelled: what is asked for and not decided yet is taken off. */
export const cancellableOf = (payment: FakePortOneV2Payment): number =>
  (shownOf(payment)?.totalMinor ?? 0) - sumOf(payment, 'SUCCEEDED', 'REQUESTED')

export const statusOf = (payment: FakePortOneV2Payment): string => {
  const shown = shownOf(payment)
  if (shown?.status !== 'PAID') return shown?.status ?? 'READY'
  const cancelled = cancelledOf(payment)
  if (cancelled === 0) return 'PAID'
  return cancelled >= shown.totalMinor ? 'CANCELLED' : 'PARTIAL_CANCELLED'
}

/** PortOne's own type when a cancel may not be made. */
export const refusalOfCancel = (payment: FakePortOneV2Payment, request: CancelRequest): string | undefined => {
  if (shownOf(payment)?.status !== 'PAID') return 'PAYMENT_NOT_PAID'
  const left = cancellableOf(payment)
  const { currentCancellableMinor } = request
  if (currentCancellableMinor !== null && currentCancellableMinor !== left && left > 0) {
    return 'CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN'
  }
  if (left === 0) return 'PAYMENT_ALREADY_CANCELLED'
  const amountMinor = request.amountMinor ?? left
  if (amountMinor > left) return 'CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT'
  if (amountMinor <= 0) return 'INVALID_REQUEST'
  // UNCONFIRMED which type a missing account has.
  return shownOf(payment)?.method === 'VIRTUAL_ACCOUNT' && !request.hasAccount ? 'INVALID_REQUEST' : undefined
}
