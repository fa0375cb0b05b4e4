import { krw, type Money } from 'holdfast'
import type { HoldDraft } from 'holdfast/http'
import { beforeEvent } from 'holdfast/policies'

/** The catalogue: one concert, forty seats. In a real shop this is the shop's own database. */
export const SEAT_GROUP = 'autumn-strings'
export const MAX_SEATS = 4
export const TITLE = '가을밤의 현악사중주'

const ROWS = [
  { row: 'A', grade: 'VIP', price: krw(120_000) },
  { row: 'B', grade: 'R', price: krw(90_000) },
  { row: 'C', grade: 'R', price: krw(90_000) },
  { row: 'D', grade: 'S', price: krw(60_000) },
  { row: 'E', grade: 'S', price: krw(60_000) },
] as const

export type Seat = {
  readonly id: string
  readonly row: string
  readonly number: number
  readonly grade: string
  readonly price: Money
}

export const SEATS: readonly Seat[] = ROWS.flatMap(({ row, grade, price }) =>
  [1, 2, 3, 4, 5, 6, 7, 8].map((number) => ({ id: `${row}${number}`, row, number, grade, price })),
)

/** Frozen on each order when it is made: a later change here does not reach tickets that are sold. */
export const refundPolicies = {
  ticket: beforeEvent({ hours: 24, requiresCancellation: true }),
}

/** Three days from now, at half past seven in the evening in Seoul. */
export const startsAtFrom = (now: Date): Date => {
  const day = new Date(now.getTime() + 3 * 86_400_000 + 9 * 3_600_000).toISOString().slice(0, 10)
  return new Date(`${day}T19:30:00+09:00`)
}

/** The client says which seats; price, policy and limit are ours. null: that is not on offer. */
export const offer = (
  { seats }: Readonly<Record<string, unknown>>,
  startsAt: Date,
): HoldDraft<typeof refundPolicies> | null => {
  if (!Array.isArray(seats) || seats.length === 0 || seats.length > MAX_SEATS) return null
  const chosen = SEATS.filter(({ id }) => seats.includes(id))
  if (chosen.length !== seats.length) return null
  return {
    title: TITLE,
    refundPolicy: 'ticket',
    eventStartsAt: startsAt,
    limitPerBuyer: { name: SEAT_GROUP, places: MAX_SEATS },
    lines: chosen.map(({ id, row, number, grade, price }) => ({
      title: `${grade}석 ${row}열 ${number}번`,
      unitPrice: price,
      resource: { group: SEAT_GROUP, id },
    })),
  }
}
