import { fakeMemory, flag, moment, oneOf, orNull, type Shape, text, WEBHOOKS, whole } from '../fake/memory'
import type { SavedWebhooks } from '../fake/webhooks'
import type { SavedPaypleBook } from './fake-book'
import type { SavedPaypleKeys } from './fake-keys'
import type { SavedPaypleRecords } from './fake-records'
import type { SavedPaypleSessions } from './fake-sessions'

/** Everything a fake Payple would forget with its process. */
export type FakePaypleMemory = {
  readonly book: SavedPaypleBook
  readonly keys: SavedPaypleKeys
  readonly records: SavedPaypleRecords
  readonly sessions: SavedPaypleSessions
  readonly webhooks: SavedWebhooks
  /** How many notices were counted. */
  readonly notices: number
  readonly declines: readonly Decline[]
}

/** What the issuer will say to a charge; `orderId` is null for any order. */
export type Decline = { readonly code: string; readonly orderId: string | null }

/** Goes up with every change of what is saved. */
const FORMAT = 1

const payType = oneOf('card', 'transfer')

const PAYMENT: Shape = {
  orderId: text,
  goods: text,
  payType,
  work: oneOf('CERT', 'PAY', 'CHARGE'),
  totalMinor: whole,
  discountMinor: whole,
  refundedMinor: whole,
  status: oneOf('OPEN', 'AUTHENTICATED', 'PAID', 'FAILED'),
  payerNo: text,
  payerId: text,
  requestKey: orNull(text),
  authKey: orNull(text),
  authenticatedAt: orNull(moment),
  openedAt: moment,
  approvedAt: orNull(moment),
  filedOn: orNull(text),
  tradeNumber: orNull(text),
  cancels: [{ tradeNumber: text, amountMinor: whole, at: moment }],
  month: orNull(text),
}

const LINE: Shape = {
  orderId: text,
  kind: oneOf('capture', 'refund'),
  amountMinor: whole,
  currency: oneOf('KRW'),
  at: moment,
  tradeNumber: text,
}

export const { write: writeMemory, read: readMemory } = fakeMemory<FakePaypleMemory>('fakePayple', FORMAT, {
  book: { payments: [PAYMENT], lines: [LINE], counter: whole, settlementMinor: orNull(whole) },
  keys: {
    keys: [{ payerId: text, payType, payerNo: text, status: oneOf('active', 'dead', 'deleted'), createdAt: moment }],
    counter: whole,
  },
  records: { receipts: [(value) => Array.isArray(value) && value.length === 2 && value.every(text)] },
  sessions: {
    sessions: [{ authKey: text, cstId: text, custKey: text, path: text, issuedAtMs: whole, isUsed: flag }],
    counter: whole,
  },
  webhooks: WEBHOOKS,
  notices: whole,
  declines: [{ code: text, orderId: orNull(text) }],
})
