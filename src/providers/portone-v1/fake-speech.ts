import type { Clock } from '../../core/clock'
import type { FakeReply } from '../fake/serve'
import { fromMajorUnits } from '../major-units'
import type { FakePortOneV1Book } from './fake-book'
import type { FakePortOneV1Keys } from './fake-keys'
import { type FakePortOneV1Payment, type FakeRefusal, type Outcome, REFUSALS } from './fake-payment'
import { renderPayment, withoutNulls } from './fake-render'

/** What the routes work on. */
export type FakeDesk = {
  readonly clock: Clock
  readonly book: FakePortOneV1Book
  readonly keys: FakePortOneV1Keys
  /** Show lists of schedules as an array, as PortOne describes them, or as a page, as its own clients read them. */
  readonly scheduleLists: 'array' | 'page'
  readonly onCancel: (payment: FakePortOneV1Payment) => void
}

/** What one route is given: its path in pieces, the query, and the body. */
export type FakeRequestParts = {
  readonly ids: readonly string[]
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
}
export type FakeRoutes = Readonly<Record<string, (parts: FakeRequestParts) => FakeReply>>

/** How routes answer. */
export type Speech = {
  readonly say: (response: unknown, status?: number) => FakeReply
  readonly payment: (payment: FakePortOneV1Payment) => Readonly<Record<string, unknown>>
  readonly answer: <T>(outcome: Outcome<T>, show: (value: T) => unknown) => FakeReply
}

/** `sparse`: leave out fields that are null. */
export const speech = (sparse: boolean): Speech => ({
  say,
  payment: (payment) => (sparse ? withoutNulls(renderPayment(payment)) : renderPayment(payment)),
  answer: (outcome, show) => ('refusal' in outcome ? refuse(outcome.refusal) : say(show(outcome.value))),
})

const say = (response: unknown, status = 200): FakeReply => ({
  status,
  body: JSON.stringify({ code: 0, message: null, response }),
})

export const refuse = ({ status, code, message }: FakeRefusal): FakeReply => ({
  status,
  body: JSON.stringify({ code, message, response: null }),
})

export const paged = <T>(all: readonly T[], query: URLSearchParams, show: (item: T) => unknown): FakeReply => {
  const page = Number(query.get('page') ?? 1)
  const limit = Number(query.get('limit') ?? 20)
  if (!Number.isInteger(page) || page < 1 || !Number.isInteger(limit) || limit < 1 || limit > 1000) {
    return refuse(REFUSALS.invalid.refusal)
  }
  const list = all.slice((page - 1) * limit, page * limit).map(show)
  return say({ total: all.length, previous: page - 1, next: page * limit < all.length ? page + 1 : 0, list })
}

/** `undefined` for what is no amount. */
export const minorOf = (amount: unknown, currency: string): number | undefined =>
  typeof amount === 'number' ? fromMajorUnits(amount, currency)?.amountMinor : undefined
