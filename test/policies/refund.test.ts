import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { krw } from '../../src/core/money'
import {
  allOf,
  anyOf,
  beforeEvent,
  judgeRefund,
  never,
  notAccessed,
  type RefundFacts,
  type RefundTerms,
  remainingSeconds,
  withinDays,
} from '../../src/policies'
import { DAY, facts, HOUR, later } from './facts'

const paidAt = facts().paidAt
const at = (terms: RefundTerms, now: Date, changes: Partial<RefundFacts> = {}) =>
  judgeRefund(terms, facts({ ...changes, now }))

describe('within days', () => {
  const deadline = later(paidAt, 168 * HOUR)

  test('S0-24 S0-25: 7 days are 168 hours; refundable one millisecond before the deadline, refused at it and after', () => {
    expect(at(withinDays(7), later(deadline, -1))).toEqual({
      kind: 'auto',
      refundable: krw(5_000),
      deadline,
      reason: 'within_days',
    })
    const closed = { kind: 'none', reason: 'refund_window_closed', deadline }
    expect(at(withinDays(7), deadline)).toEqual(closed)
    expect(at(withinDays(7), later(deadline, 1))).toEqual(closed)
  })

  test('hands on what is left to refund, not what was paid', () => {
    expect(at(withinDays(7), paidAt, { refundable: krw(1_200) })).toMatchObject({ refundable: krw(1_200) })
  })
})

describe('not accessed', () => {
  test('is refundable without end until the first use', () => {
    const years = later(paidAt, 1_000 * DAY)
    expect(at(notAccessed(), years)).toMatchObject({ kind: 'auto', deadline: null, reason: 'not_accessed' })
    expect(at(notAccessed(), years, { firstAccessAt: paidAt })).toEqual({
      kind: 'none',
      reason: 'already_accessed',
      deadline: null,
    })
  })
})

describe('before an event', () => {
  const eventStartsAt = later(paidAt, 10 * DAY)
  const cutOff = later(eventStartsAt, -24 * HOUR)
  const ticket = beforeEvent({ hours: 24, requiresCancellation: true })
  const cancelled = { eventStartsAt, cancelledAt: paidAt }

  test('S3-34: refundable one millisecond before the cut-off, refused at it and after', () => {
    expect(at(ticket, later(cutOff, -1), cancelled)).toMatchObject({
      kind: 'auto',
      deadline: cutOff,
      reason: 'before_event',
    })
    const closed = { kind: 'none', reason: 'refund_cutoff_passed', deadline: cutOff }
    expect(at(ticket, cutOff, cancelled)).toEqual(closed)
    expect(at(ticket, later(cutOff, 1), cancelled)).toEqual(closed)
  })

  test('S3-34: a cut-off of 0 hours is the start of the event itself', () => {
    const terms = beforeEvent({ hours: 0 })
    expect(at(terms, later(eventStartsAt, -1), cancelled).kind).toBe('auto')
    expect(at(terms, eventStartsAt, cancelled)).toMatchObject({ kind: 'none', deadline: eventStartsAt })
  })

  test('E-15: the event starts in 2 hours, the order is cancelled: the cut-off has passed', () => {
    const soon = { eventStartsAt: later(paidAt, 2 * HOUR), cancelledAt: paidAt }
    expect(at(ticket, paidAt, soon)).toMatchObject({ kind: 'none', reason: 'refund_cutoff_passed' })
  })

  test('an order that is not cancelled is told to cancel first, and by when', () => {
    expect(at(ticket, paidAt, { eventStartsAt })).toEqual({
      kind: 'none',
      reason: 'requires_cancellation',
      deadline: cutOff,
    })
    expect(at(beforeEvent({ hours: 24 }), paidAt, { eventStartsAt }).kind).toBe('auto')
  })

  test('after the cut-off nobody is told to cancel: the seat would be gone and the money not back', () => {
    expect(at(ticket, cutOff, { eventStartsAt })).toMatchObject({ reason: 'refund_cutoff_passed' })
    const both = allOf(ticket, withinDays(1))
    expect(at(both, later(paidAt, 2 * DAY), { eventStartsAt })).toMatchObject({ reason: 'refund_window_closed' })
  })

  test('an event without a time is not refunded by guess', () => {
    expect(at(ticket, paidAt, { cancelledAt: paidAt })).toEqual({
      kind: 'none',
      reason: 'event_time_missing',
      deadline: null,
    })
  })
})

describe('combined rules', () => {
  const eventStartsAt = later(paidAt, 10 * DAY)

  test('all of: the earliest deadline decides, and its rule is the ground', () => {
    const terms = allOf(withinDays(30), beforeEvent({ hours: 24 }), notAccessed())
    expect(at(terms, paidAt, { eventStartsAt })).toMatchObject({
      kind: 'auto',
      reason: 'before_event',
      deadline: later(paidAt, 9 * DAY),
    })
  })

  test('all of: refuses with the reason of the first rule that does', () => {
    const terms = allOf(notAccessed(), withinDays(7))
    const closed = { firstAccessAt: paidAt }
    expect(at(terms, later(paidAt, 8 * DAY), closed)).toEqual({
      kind: 'none',
      reason: 'already_accessed',
      deadline: later(paidAt, 7 * DAY),
    })
    expect(at(allOf(withinDays(7), notAccessed()), later(paidAt, 8 * DAY), closed)).toMatchObject({
      reason: 'refund_window_closed',
    })
  })

  test('any of: the latest deadline that still holds; one without end has none', () => {
    expect(at(anyOf(withinDays(7), withinDays(14)), paidAt)).toMatchObject({ deadline: later(paidAt, 14 * DAY) })
    expect(at(anyOf(withinDays(7), notAccessed()), paidAt)).toMatchObject({ deadline: null, reason: 'not_accessed' })
    const used = { firstAccessAt: paidAt }
    expect(at(anyOf(withinDays(7), notAccessed()), paidAt, used)).toMatchObject({
      deadline: later(paidAt, 7 * DAY),
      reason: 'within_days',
    })
  })

  test('any of: refuses with the reason of the rule that closed last', () => {
    const terms = anyOf(withinDays(7), beforeEvent({ hours: 24 }), withinDays(3))
    expect(at(terms, later(paidAt, 20 * DAY), { eventStartsAt })).toEqual({
      kind: 'none',
      reason: 'refund_cutoff_passed',
      deadline: later(paidAt, 9 * DAY),
    })
  })

  test('any of: a rule that only waits for a cancellation is what the buyer hears', () => {
    const used = { eventStartsAt, firstAccessAt: paidAt }
    const terms = anyOf(allOf(withinDays(30), notAccessed()), beforeEvent({ hours: 24, requiresCancellation: true }))
    expect(at(terms, paidAt, used)).toEqual({
      kind: 'none',
      reason: 'requires_cancellation',
      deadline: later(paidAt, 9 * DAY),
    })
  })

  test('never is never', () => {
    expect(at(never(), paidAt)).toEqual({ kind: 'none', reason: 'never_refundable', deadline: null })
    expect(at(anyOf(never(), withinDays(7)), paidAt).kind).toBe('auto')
  })
})

describe('remaining time', () => {
  test('S0-24: whole seconds, rounded down, and never below 0', () => {
    const deadline = later(paidAt, 10_000)
    expect(remainingSeconds({ deadline }, later(paidAt, 1))).toBe(9)
    expect(remainingSeconds({ deadline }, later(deadline, -1))).toBe(0)
    expect(remainingSeconds({ deadline }, later(deadline, 5_000))).toBe(0)
    expect(remainingSeconds({ deadline: null }, paidAt)).toBeNull()
  })
})

describe('whatever the rules', () => {
  const rule = fc.oneof(
    fc.integer({ min: 1, max: 40 }).map((days) => withinDays(days)),
    fc
      .record({ days: fc.integer({ min: 1, max: 40 }), excludeFirstDay: fc.boolean() })
      .map(({ days, excludeFirstDay }) => withinDays(days, { calendar: { zone: 'Asia/Seoul', excludeFirstDay } })),
    fc.constant(notAccessed()),
    fc.record({ hours: fc.integer({ min: 0, max: 500 }), requiresCancellation: fc.boolean() }).map(beforeEvent),
    fc.constant(never()),
  )
  const rules = fc.array(rule, { minLength: 1, maxLength: 4 })
  const tree = fc.oneof(
    rule,
    rules.map((list) => allOf(...list)),
    rules.map((list) => anyOf(...list)),
    fc.tuple(rules, rules).map(([left, right]) => anyOf(allOf(...left), allOf(...right))),
    fc.tuple(rules, rules).map(([left, right]) => allOf(anyOf(...left), anyOf(...right))),
  )
  const moment = fc.integer({ min: 0, max: 45 * 24 }).map((hours) => later(paidAt, hours * HOUR))
  const situation = fc
    .record({
      now: moment,
      eventStartsAt: fc.option(moment),
      firstAccessAt: fc.option(moment),
      cancelledAt: fc.option(moment),
    })
    .map(facts)
  const runs = { numRuns: 300 }

  test('all of is refundable exactly when each rule is, any of exactly when one is', () => {
    fc.assert(
      fc.property(rules, situation, (list, situation) => {
        const each = list.map((terms) => judgeRefund(terms, situation).kind === 'auto')
        expect(judgeRefund(allOf(...list), situation).kind).toBe(each.every(Boolean) ? 'auto' : 'none')
        expect(judgeRefund(anyOf(...list), situation).kind).toBe(each.some(Boolean) ? 'auto' : 'none')
      }),
      runs,
    )
  })

  test('time only ever takes a refund away, and takes it at the deadline that was told', () => {
    fc.assert(
      fc.property(tree, situation, moment, (terms, situation, other) => {
        const verdict = judgeRefund(terms, situation)
        const then = judgeRefund(terms, { ...situation, now: other })
        if (other >= situation.now && verdict.kind === 'none') expect(then.kind).toBe('none')
        if (other >= situation.now && verdict.kind === 'auto') {
          expect(then.kind).toBe(verdict.deadline === null || other < verdict.deadline ? 'auto' : 'none')
        }
      }),
      runs,
    )
  })

  test('whoever is told to cancel first gets the money after cancelling, until the deadline', () => {
    const ticket = beforeEvent({ hours: 24, requiresCancellation: true })
    const withTicket = fc.oneof(
      rules.map((list) => anyOf(...list, ticket)),
      rules.map((list) => anyOf(allOf(ticket, ...list), never())),
      fc.tuple(rules, rules).map(([left, right]) => allOf(anyOf(ticket, ...left), anyOf(...right))),
    )
    let told = 0
    fc.assert(
      fc.property(withTicket, situation, (terms, facts) => {
        const situation = { ...facts, cancelledAt: null }
        const verdict = judgeRefund(terms, situation)
        if (verdict.kind === 'auto' || verdict.reason !== 'requires_cancellation') return
        told += 1
        const cancelled = { ...situation, cancelledAt: situation.now }
        expect(judgeRefund(terms, cancelled).kind).toBe('auto')
        const deadline = verdict.deadline as Date
        expect(judgeRefund(terms, { ...cancelled, now: later(deadline, -1) }).kind).toBe('auto')
      }),
      runs,
    )
    expect(told).toBeGreaterThan(10)
  })

  test('judging changes neither the terms nor the facts', () => {
    fc.assert(
      fc.property(tree, situation, (terms, situation) => {
        const before = JSON.stringify([terms, situation])
        judgeRefund(terms, situation)
        expect(JSON.stringify([terms, situation])).toBe(before)
      }),
      runs,
    )
  })
})
