import type { Clock } from '../../core/clock'
import type { Currency } from '../../core/money'
import type { BookAnswer, FakePortOneV2Book } from './fake-book'
import type { ChannelType, NewTransaction } from './fake-payment'

export type FakeBillingKey = {
  readonly billingKey: string
  readonly issueId: string
  readonly customerId: string
  readonly channelKey: string
  readonly channelType: ChannelType
  /** Waits for the server's approval, where the channel is set to that; until then the key is not in use. */
  readonly token: string | null
  readonly issuedAt: Date
  readonly deletedAt: Date | null
}

export type NewBillingKey = Pick<FakeBillingKey, 'issueId' | 'customerId' | 'channelKey' | 'channelType'>

export type SavedPortOneV2Billing = { readonly keys: readonly FakeBillingKey[]; readonly counter: number }

export type ChargeFacts = {
  readonly paymentId: string
  readonly billingKey: string
  readonly orderName: string
  readonly totalMinor: number
  readonly currency: Currency
  readonly customerId: string | null
}

export type FakePortOneV2Billing = ReturnType<typeof fakePortOneV2Billing>

/** Stored methods, and charges that are made with them. */
export const fakePortOneV2Billing = (options: {
  readonly clock: Clock
  readonly book: FakePortOneV2Book
  readonly onKey: (type: string, billingKey: string, at: Date) => void
  /** The payment company's code for the next charge of this payment, asked once for each. */
  readonly takeDecline: (paymentId: string) => string | undefined
  readonly saved: SavedPortOneV2Billing | undefined
}) => {
  const { clock, book, onKey, takeDecline, saved } = options
  const keys = new Map(saved?.keys.map((key) => [key.billingKey, key]))
  let counter = saved?.counter ?? 0

  const put = (key: FakeBillingKey): FakeBillingKey => {
    keys.set(key.billingKey, key)
    return key
  }
  const inUse = (key: FakeBillingKey | undefined): FakeBillingKey | undefined => (key?.token === null ? key : undefined)

  /** `needsApproval`: the window ends with a token, and the key is issued when the server approves. */
  const issue = (wanted: NewBillingKey, { needsApproval }: { readonly needsApproval: boolean }): FakeBillingKey => {
    const billingKey = `billing-key-${wanted.issueId}-${++counter}`
    const token = needsApproval ? `issue-token-${wanted.issueId}-${counter}` : null
    const key = put({ ...wanted, billingKey, token, issuedAt: clock.now(), deletedAt: null })
    onKey(needsApproval ? 'BillingKey.Ready' : 'BillingKey.Issued', billingKey, key.issuedAt)
    return key
  }

  const approve = (token: string, isTest: unknown): FakeBillingKey | { readonly refusal: string } => {
    const waiting = [...keys.values()].find((key) => key.token === token)
    if (waiting === undefined) return { refusal: 'BILLING_KEY_NOT_FOUND' }
    if (isTest !== undefined && isTest !== (waiting.channelType === 'TEST')) return { refusal: 'INFORMATION_MISMATCH' }
    const key = put({ ...waiting, token: null, issuedAt: clock.now() })
    onKey('BillingKey.Issued', key.billingKey, key.issuedAt)
    return key
  }

  /** A deleted key stays readable. */
  const remove = (billingKey: string): string | undefined => {
    const key = inUse(keys.get(billingKey))
    if (key === undefined) return 'BILLING_KEY_NOT_FOUND'
    if (key.deletedAt !== null) return 'BILLING_KEY_ALREADY_DELETED'
    put({ ...key, deletedAt: clock.now() })
    onKey('BillingKey.Deleted', billingKey, clock.now())
    return undefined
  }

  const refusalOf = (billingKey: string): string | undefined => {
    const key = inUse(keys.get(billingKey))
    if (key === undefined) return 'BILLING_KEY_NOT_FOUND'
    return key.deletedAt === null ? undefined : 'BILLING_KEY_ALREADY_DELETED'
  }

  /** `scheduleId`: the schedule that makes it. `isSilent`: a success is not told. */
  const charge = (
    facts: ChargeFacts,
    how: { readonly scheduleId: string | null; readonly at: Date; readonly isSilent: boolean },
  ): BookAnswer => {
    const key = keys.get(facts.billingKey)
    const refusal = refusalOf(facts.billingKey)
    if (refusal !== undefined || key === undefined) return { refusal: refusal ?? 'BILLING_KEY_NOT_FOUND' }
    if (book.isPaid(facts.paymentId)) return { refusal: 'ALREADY_PAID' }
    const { paymentId, ...rest } = facts
    const { channelKey, channelType } = key
    const wanted: NewTransaction = { ...rest, method: 'CARD', channelKey, channelType, scheduleId: how.scheduleId }
    const opened = book.open(paymentId, wanted, how.at)
    // UNCONFIRMED which type another amount than the registered one has here.
    if ('refusal' in opened) return { refusal: 'INVALID_REQUEST' }
    const transactionId = opened.payment.transactions.at(-1)?.transactionId ?? ''
    const pgCode = takeDecline(paymentId)
    const payment = book.end(paymentId, transactionId, pgCode === undefined ? 'paid' : { pgCode }, how.at, how.isSilent)
    return pgCode === undefined && payment !== undefined ? { payment } : { refusal: 'PG_PROVIDER' }
  }

  return {
    issue,
    approve,
    remove,
    refusalOf,
    charge,
    get: (billingKey: string) => inUse(keys.get(billingKey)),
    all: (): readonly FakeBillingKey[] => [...keys.values()].filter((key) => inUse(key) !== undefined),
    save: (): SavedPortOneV2Billing => ({ keys: [...keys.values()], counter }),
  }
}
