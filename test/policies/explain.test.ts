import { describe, expect, test } from 'vitest'
import {
  allOf,
  anyOf,
  beforeEvent,
  explainRefund,
  judgeRefund,
  never,
  notAccessed,
  type RefundFacts,
  type RefundReason,
  type RefundTerms,
  type RefundVerdict,
  withinDays,
} from '../../src/policies'
import { DAY, facts, later } from './facts'

const seoul = withinDays(7, { calendar: { zone: 'Asia/Seoul', excludeFirstDay: true } })
const paidAt = facts().paidAt
const say = (terms: RefundTerms, changes: Partial<RefundFacts> = {}, zone?: string) => {
  const verdict = judgeRefund(terms, facts(changes))
  return [explainRefund(terms, verdict, 'en', zone), explainRefund(terms, verdict, 'ko', zone)]
}

describe('explaining a verdict', () => {
  test('a refund that is possible: how much, until when, and on what condition', () => {
    expect(say(allOf(seoul, notAccessed()))).toEqual([
      'You can get 5,000 KRW back before 2026-07-09 00:00 (Asia/Seoul), as long as you have not used it.',
      '2026-07-09 00:00 (Asia/Seoul) 전까지 사용하지 않은 경우 환불받을 수 있는 금액은 5,000 KRW입니다.',
    ])
    expect(say(anyOf(seoul, never()))).toEqual([
      'You can get 5,000 KRW back before 2026-07-09 00:00 (Asia/Seoul).',
      '2026-07-09 00:00 (Asia/Seoul) 전까지 환불받을 수 있는 금액은 5,000 KRW입니다.',
    ])
    expect(say(anyOf(seoul, notAccessed()))[0]).toBe('You can get 5,000 KRW back.')
    expect(say(notAccessed())[0]).toBe('You can get 5,000 KRW back, as long as you have not used it.')
  })

  test('a deadline without a calendar is told in UTC, or in the zone that was asked for', () => {
    expect(say(withinDays(7))[0]).toBe('You can get 5,000 KRW back before 2026-07-08 12:00 (UTC).')
    expect(say(withinDays(7), {}, 'Asia/Seoul')[0]).toContain('2026-07-08 21:00 (Asia/Seoul)')
  })

  test('every refusal is a sentence, and tells the deadline where there is one', () => {
    const ticket = beforeEvent({ hours: 24, requiresCancellation: true })
    const eventStartsAt = later(paidAt, 3 * DAY)
    expect(say(seoul, { now: later(paidAt, 30 * DAY) })).toEqual([
      'The refund period ended at 2026-07-09 00:00 (Asia/Seoul).',
      '환불 가능 기간이 2026-07-09 00:00 (Asia/Seoul)에 끝났습니다.',
    ])
    expect(say(ticket, { eventStartsAt }, 'Asia/Seoul')).toEqual([
      'Cancel the order first, and it can be refunded before 2026-07-03 21:00 (Asia/Seoul).',
      '주문을 먼저 취소하면 2026-07-03 21:00 (Asia/Seoul) 전까지 환불받을 수 있습니다.',
    ])
    expect(say(ticket, { eventStartsAt, now: eventStartsAt })).toEqual([
      'Refunds for this event closed at 2026-07-03 12:00 (UTC).',
      '이 공연의 환불은 2026-07-03 12:00 (UTC)에 마감되었습니다.',
    ])
    expect(say(ticket)[0]).toContain('no starting time')
    expect(say(notAccessed(), { firstAccessAt: paidAt })[0]).toContain('already used')
    expect(say(never())[0]).toBe('This purchase is not refundable.')
  })

  const reasons: readonly RefundReason[] = [
    'refund_window_closed',
    'already_accessed',
    'refund_cutoff_passed',
    'requires_cancellation',
    'event_time_missing',
    'never_refundable',
  ]
  test.each(reasons)('%s without a deadline says no "null" in either language', (reason) => {
    const verdict: RefundVerdict = { kind: 'none', reason, deadline: null }
    expect(explainRefund(never(), verdict, 'en')).toMatch(/^[A-Z][^.]*\.$/)
    expect(explainRefund(never(), verdict, 'ko')).toMatch(/다\.$/)
    expect(explainRefund(never(), verdict, 'en') + explainRefund(never(), verdict, 'ko')).not.toContain('null')
  })
})
