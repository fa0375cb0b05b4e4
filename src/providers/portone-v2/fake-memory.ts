import type { SavedAnswer } from '../fake/idempotency'
import { ANSWERS, currency, fakeMemory, moment, oneOf, orNull, type Shape, text, WEBHOOKS, whole } from '../fake/memory'
import type { SavedWebhooks } from '../fake/webhooks'
import type { SavedPortOneV2Billing } from './fake-billing'
import type { SavedPortOneV2Book } from './fake-book'
import type { SavedPortOneV2Schedules } from './fake-schedules'

/** Everything a fake PortOne would forget with its process. */
export type FakePortOneV2Memory = {
  readonly book: SavedPortOneV2Book
  readonly billing: SavedPortOneV2Billing
  readonly schedules: SavedPortOneV2Schedules
  readonly answers: readonly SavedAnswer[]
  readonly webhooks: SavedWebhooks
  /** How many notices were counted. */
  readonly notices: number
  readonly declines: readonly Decline[]
  readonly moods: readonly string[]
}

/** What the payment company will say to a try; `paymentId` is null for any payment. */
export type Decline = { readonly pgCode: string; readonly paymentId: string | null }

/** Goes up with every change of what is saved. */
const FORMAT = 1

const CHANNEL = { channelKey: text, channelType: oneOf('TEST', 'LIVE') }

const TRANSACTION: Shape = {
  ...CHANNEL,
  transactionId: text,
  status: oneOf('READY', 'PAY_PENDING', 'VIRTUAL_ACCOUNT_ISSUED', 'PAID', 'FAILED'),
  method: text,
  orderName: text,
  totalMinor: whole,
  currency,
  paymentToken: orNull(text),
  account: orNull({ number: text, dueAt: moment }),
  customerId: orNull(text),
  billingKey: orNull(text),
  scheduleId: orNull(text),
  requestedAt: moment,
  endedAt: orNull(moment),
  failureCode: orNull(text),
}

const CANCELLATION: Shape = {
  cancellationId: text,
  status: oneOf('SUCCEEDED', 'REQUESTED', 'FAILED'),
  amountMinor: whole,
  reason: text,
  requestedAt: moment,
}

const LINE: Shape = {
  paymentId: text,
  transactionId: text,
  kind: oneOf('capture', 'refund'),
  amountMinor: whole,
  currency,
  at: moment,
  channelType: oneOf('TEST', 'LIVE'),
}

const KEY: Shape = {
  ...CHANNEL,
  billingKey: text,
  issueId: text,
  customerId: text,
  token: orNull(text),
  issuedAt: moment,
  deletedAt: orNull(moment),
}

const SCHEDULE: Shape = {
  scheduleId: text,
  paymentId: text,
  billingKey: text,
  orderName: text,
  totalMinor: whole,
  currency,
  customerId: orNull(text),
  status: oneOf('SCHEDULED', 'STARTED', 'SUCCEEDED', 'FAILED', 'REVOKED'),
  createdAt: moment,
  payAt: moment,
  endedAt: orNull(moment),
}

export const { write: writeMemory, read: readMemory } = fakeMemory<FakePortOneV2Memory>('fakePortOneV2', FORMAT, {
  book: {
    payments: [{ paymentId: text, transactions: [TRANSACTION], cancellations: [CANCELLATION] }],
    lines: [LINE],
    registered: [{ paymentId: text, totalMinor: orNull(whole), currency: orNull(text) }],
    counter: whole,
  },
  billing: { keys: [KEY], counter: whole },
  schedules: { schedules: [SCHEDULE], counter: whole },
  answers: ANSWERS,
  webhooks: WEBHOOKS,
  notices: whole,
  declines: [{ pgCode: text, paymentId: orNull(text) }],
  moods: [oneOf('slow', 'refused')],
})
