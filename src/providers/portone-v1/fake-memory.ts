import { currency, fakeMemory, flag, moment, oneOf, orNull, type Shape, text, WEBHOOKS, whole } from '../fake/memory'
import type { SavedWebhooks } from '../fake/webhooks'
import type { SavedPortOneV1Book } from './fake-book'
import type { SavedPortOneV1Keys } from './fake-keys'
import type { SavedToken } from './fake-token'

/** Everything a fake PortOne would forget with its process. */
export type FakePortOneV1Memory = {
  readonly book: SavedPortOneV1Book
  readonly keys: SavedPortOneV1Keys
  readonly token: SavedToken
  readonly webhooks: SavedWebhooks
  /** How many notices were counted. */
  readonly notices: number
  readonly declines: readonly Decline[]
}

/** What the issuer will say to a payment; `merchantUid` is null for any order. */
export type Decline = { readonly reason: string; readonly merchantUid: string | null }

/** Goes up with every change of what is saved. */
const FORMAT = 1

const PAYMENT: Shape = {
  impUid: text,
  merchantUid: text,
  name: text,
  payMethod: text,
  channel: oneOf('pc', 'api'),
  pgProvider: text,
  currency,
  amountMinor: whole,
  cancelledMinor: whole,
  status: oneOf('ready', 'paid', 'failed', 'cancelled'),
  sandbox: flag,
  startedAt: moment,
  paidAt: orNull(moment),
  failedAt: orNull(moment),
  cancelledAt: orNull(moment),
  failReason: orNull(text),
  account: orNull({ number: text, bankCode: text, holderName: text, dueAt: moment }),
  cancels: [{ cancellationId: text, pgTid: text, amountMinor: whole, reason: text, at: moment }],
  customerUid: orNull(text),
  usage: oneOf('issue', 'payment', 'payment.scheduled', null),
  receiptAt: orNull(moment),
}

const LINE: Shape = {
  impUid: text,
  merchantUid: text,
  kind: oneOf('capture', 'refund'),
  amountMinor: whole,
  currency,
  at: moment,
  transactionId: text,
}

const SCHEDULE: Shape = {
  merchantUid: text,
  customerUid: text,
  amountMinor: whole,
  currency,
  name: text,
  scheduleAt: moment,
  status: oneOf('scheduled', 'executed', 'revoked'),
  executedAt: orNull(moment),
  revokedAt: orNull(moment),
  impUid: orNull(text),
}

export const { write: writeMemory, read: readMemory } = fakeMemory<FakePortOneV1Memory>('fakePortOneV1', FORMAT, {
  book: {
    payments: [PAYMENT],
    lines: [LINE],
    prepared: [{ merchantUid: text, amountMinor: whole, currency: orNull(text) }],
    counter: whole,
  },
  keys: {
    keys: [{ customerUid: text, sandbox: flag, cardName: text, cardNumber: text, issuedAt: moment }],
    schedules: [SCHEDULE],
  },
  token: { value: text, endsAtMs: whole, counter: whole },
  webhooks: WEBHOOKS,
  notices: whole,
  declines: [{ reason: text, merchantUid: orNull(text) }],
})
