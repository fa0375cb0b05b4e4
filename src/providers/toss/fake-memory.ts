import { isCurrency } from '../../core/money'
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

export const writeMemory = (memory: FakeTossMemory): string => JSON.stringify({ fakeToss: FORMAT, ...memory })

/** Throws a `TypeError` that names what is wrong, so that a fake never goes on from half a memory. */
export const readMemory = (text: string): FakeTossMemory => {
  const value = parsed(text)
  const wrong = misfit(MEMORY, value, 'saved')
  if (wrong !== null) throw new TypeError(`${wrong}: not what \`save()\` of this version of fakeToss has written`)
  return value as FakeTossMemory // `misfit` has looked at every field of it.
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text, moments)
  } catch {
    throw new TypeError('saved: not JSON, so it is not what `save()` of a fakeToss has written')
  }
}

/** Names of moments end in `at`, and JSON knows no dates. */
const moments = (name: string, value: unknown): unknown =>
  typeof value === 'string' && /(^a|A)t$/.test(name) ? new Date(value) : value

type Shape = ((value: unknown) => boolean) | readonly [Shape] | { readonly [name: string]: Shape }

/** The first place where a value is not of its shape, or null. */
const misfit = (shape: Shape, value: unknown, place: string): string | null => {
  if (typeof shape === 'function') return shape(value) ? null : place
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== isList(shape)) return place
  const inside = isList(shape) ? Object.keys(value).map((name) => [name, shape[0]] as const) : Object.entries(shape)
  const fields = new Map(Object.entries(value))
  for (const [name, part] of inside) {
    const wrong = misfit(part, fields.get(name), `${place}.${name}`)
    if (wrong !== null) return wrong
  }
  return null
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)

const text = (value: unknown): boolean => typeof value === 'string'
const flag = (value: unknown): boolean => typeof value === 'boolean'
const whole = (value: unknown): boolean => Number.isSafeInteger(value)
const moment = (value: unknown): boolean => value instanceof Date && !Number.isNaN(value.getTime())
const oneOf =
  (...words: readonly string[]) =>
  (value: unknown): boolean =>
    words.some((word) => word === value)
const orAbsent =
  (shape: Shape) =>
  (value: unknown): boolean =>
    value === undefined || misfit(shape, value, '') === null
const orNull =
  (shape: Shape) =>
  (value: unknown): boolean =>
    value === null || misfit(shape, value, '') === null

const currency = (value: unknown): boolean => typeof value === 'string' && isCurrency(value)
const headers = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every(text)

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

const QUEUE: Shape = [{ id: text, rawBody: text, isSigned: flag, retries: whole, dueAtMs: whole }]

const MEMORY: Shape = {
  fakeToss: (value) => value === FORMAT,
  book: { payments: [PAYMENT], lines: [LINE], ready: [text], inProgress: [text], counter: whole },
  http: {
    traces: whole,
    answers: [{ identity: text, usedAtMs: whole, reply: { status: whole, body: text, headers: orAbsent(headers) } }],
  },
  webhooks: { queue: QUEUE, givenUp: QUEUE, copies: whole, lateMs: whole, reversed: flag },
  notices: whole,
  declines: [{ code: text, orderId: orNull(text) }],
}
