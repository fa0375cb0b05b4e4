import type { Clock } from '../../core/clock'
import { isCurrency } from '../../core/money'
import type { FakeReply } from '../fake/serve'
import { httpStatusOf } from './errors'
import type { ChargeFacts, FakePortOneV2Billing } from './fake-billing'
import type { FakePortOneV2Book } from './fake-book'
import type { CancelMood } from './fake-payment'
import type { FakePortOneV2Schedules } from './fake-schedules'
import { isSentId } from './ids'

export type Fields = Readonly<Record<string, unknown>>

/** What the endpoints work on. */
export type FakePortOneV2Shop = {
  readonly clock: Clock
  readonly storeId: string
  readonly book: FakePortOneV2Book
  readonly billing: FakePortOneV2Billing
  readonly schedules: FakePortOneV2Schedules
  /** What the payment company makes of the next approval by the server; asked once for each. */
  readonly takeDecline: (paymentId: string) => string | undefined
  readonly takeCancelMood: () => CancelMood
  /** Fields that the next payment shown has in place of its own; asked once for each. */
  readonly takeSurprise: () => Fields
}

/** What one endpoint is asked: the id in its path, its body, and the query. */
export type Asked = { readonly id: string; readonly body: Fields; readonly query: URLSearchParams }

export type Route = {
  readonly operation: string
  readonly method: string
  /** From the root, with one group for the id. */
  readonly path: RegExp
  readonly answer: (asked: Asked) => FakeReply
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const reply = (body: unknown): FakeReply => ({ status: 200, body: JSON.stringify(body) })

export const refusal = (type: string, more: Fields = {}): FakeReply => ({
  status: httpStatusOf(type) ?? 400,
  body: JSON.stringify({ type, message: `(가짜) ${type}`, ...more }),
})

/** A decline comes as a 502, and so does an outage. */
export const declined = (pgCode: string): FakeReply => refusal('PG_PROVIDER', { pgCode, pgMessage: '(가짜) 거절' })

const DAY_MS = 86_400_000

/** The items of a list in its time window, which is the last 90 days when nothing else is said, page by page. */
export const listed = <T>(
  body: Fields,
  items: readonly T[],
  timeOf: (item: T) => Date,
  now: Date,
  show: (item: T) => unknown,
): FakeReply => {
  const filter = isFields(body['filter']) ? body['filter'] : {}
  const { number = 0, size = 10 } = isFields(body['page']) ? body['page'] : {}
  const from = momentIn(filter['from']) ?? new Date(now.getTime() - 90 * DAY_MS)
  const until = momentIn(filter['until']) ?? now
  const found = items
    .filter((item) => timeOf(item) >= from && timeOf(item) <= until)
    .sort((left, right) => timeOf(right).getTime() - timeOf(left).getTime())
  const first = Number(number) * Number(size)
  return reply({
    items: found.slice(first, first + Number(size)).map(show),
    page: { number, size, totalCount: found.length },
  })
}

export const momentIn = (value: unknown): Date | undefined => {
  const moment = typeof value === 'string' ? new Date(value) : undefined
  return moment === undefined || Number.isNaN(moment.getTime()) ? undefined : moment
}

export const statusesIn = (filter: Fields): readonly unknown[] =>
  Array.isArray(filter['status']) ? filter['status'] : []

/** The facts of a charge, or nothing when one is missing or no payment company would take it. */
export const chargeIn = (paymentId: string, body: Fields): ChargeFacts | undefined => {
  const { billingKey, orderName, amount, currency, customer } = body
  const total = isFields(amount) ? amount['total'] : undefined
  const id = isFields(customer) ? customer['id'] : undefined
  if (!isSentId(paymentId)) return undefined
  if (typeof billingKey !== 'string' || typeof orderName !== 'string' || orderName === '') return undefined
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total <= 0) return undefined
  if (typeof currency !== 'string' || !isCurrency(currency)) return undefined
  const customerId = typeof id === 'string' ? id : null
  return { paymentId, billingKey, orderName, totalMinor: total, currency, customerId }
}
