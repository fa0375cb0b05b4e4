import { krw } from '../../src/core/money'
import type { RefundFacts } from '../../src/policies'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR

/** A purchase of 5,000 won, paid on 1 July 2026 at noon UTC and asked about in the same moment. */
export const facts = (changes: Partial<RefundFacts> = {}): RefundFacts => ({
  now: new Date('2026-07-01T12:00:00.000Z'),
  paidAt: new Date('2026-07-01T12:00:00.000Z'),
  eventStartsAt: null,
  firstAccessAt: null,
  cancelledAt: null,
  paid: krw(5_000),
  refundable: krw(5_000),
  ...changes,
})

export const later = (from: Date, ms: number): Date => new Date(from.getTime() + ms)
