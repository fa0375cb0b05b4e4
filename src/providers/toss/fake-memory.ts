import {
  ANSWERS,
  currency,
  fakeMemory,
  flag,
  moment,
  oneOf,
  orNull,
  type Shape,
  text,
  WEBHOOKS,
  whole,
} from '../fake/memory'
import type { SavedWebhooks } from '../fake/webhooks'
import type { SavedTossBook } from './fake-book'
import type { SavedTossHttp } from './fake-http'

/** Everything a fake Toss would forget with its process. */
export type FakeTossMemory = {
  readonly book: SavedTossBook
  readonly http: SavedTossHttp
  readonly webhooks: SavedWebhooks
  /** How many notices were counted. */
  readonly notices: number
  readonly declines: readonly Decline[]
}

/** What the issuer will say to a confirm request; `orderId` is null for any order. */
export type Decline = { readonly code: string; readonly orderId: string | null }

/** Goes up with every change of what is saved. */
const FORMAT = 1

const PAYMENT: Shape = {
  paymentKey: text,
  orderId: text,
  orderName: text,
  method: text,
  currency,
  totalMinor: whole,
  balanceMinor: whole,
  status: oneOf(
    'READY',
    'IN_PROGRESS',
    'WAITING_FOR_DEPOSIT',
    'DONE',
    'CANCELED',
    'PARTIAL_CANCELED',
    'ABORTED',
    'EXPIRED',
  ),
  requestedAt: moment,
  windowEndsAt: orNull(moment),
  approvedAt: orNull(moment),
  secret: orNull(text),
  account: orNull({ number: text, bankCode: text, customerName: text, dueAt: moment, depositorName: orNull(text) }),
  cancels: [
    {
      transactionKey: text,
      reason: text,
      amountMinor: whole,
      refundableMinor: whole,
      at: moment,
      status: oneOf('DONE', 'IN_PROGRESS', 'ABORTED'),
      requestId: orNull(text),
    },
  ],
  failureCode: orNull(text),
  lastTransactionKey: orNull(text),
  partialCancelable: flag,
}

const LINE: Shape = {
  paymentKey: text,
  orderId: text,
  kind: oneOf('capture', 'refund', 'deposit_reversal'),
  amountMinor: whole,
  currency,
  at: moment,
  transactionKey: text,
}

export const { write: writeMemory, read: readMemory } = fakeMemory<FakeTossMemory>('fakeToss', FORMAT, {
  book: { payments: [PAYMENT], lines: [LINE], ready: [text], inProgress: [text], counter: whole },
  http: { traces: whole, answers: ANSWERS },
  webhooks: WEBHOOKS,
  notices: whole,
  declines: [{ code: text, orderId: orNull(text) }],
})
