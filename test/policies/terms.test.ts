import { describe, expect, test } from 'vitest'
import {
  allOf,
  anyOf,
  beforeEvent,
  freezeTerms,
  never,
  notAccessed,
  parseTerms,
  type RefundTerms,
  requiresCancellation,
  withinDays,
} from '../../src/policies'

const seoul = { calendar: { zone: 'Asia/Seoul', excludeFirstDay: true } }

describe('freezing terms', () => {
  const every: readonly RefundTerms[] = [
    withinDays(7),
    withinDays(7, seoul),
    notAccessed(),
    beforeEvent({ hours: 0 }),
    beforeEvent({ hours: 24, requiresCancellation: true }),
    allOf(withinDays(7), anyOf(notAccessed(), never())),
  ]

  test.each(every)('$rule comes back from its frozen text as it was', (terms) => {
    expect(parseTerms(freezeTerms(terms))._unsafeUnwrap()).toEqual(terms)
  })

  test('the frozen text is the rule and its parameters', () => {
    expect(freezeTerms(allOf(withinDays(7, { calendar: { zone: 'Asia/Seoul' } }), notAccessed()))).toBe(
      '{"rule":"all_of","rules":[{"rule":"within_days","days":7,"calendar":{"zone":"Asia/Seoul","excludeFirstDay":false}},{"rule":"not_accessed"}]}',
    )
  })

  test('terms written by hand that could not be read back are refused before they reach an order', () => {
    expect(() => freezeTerms({ rule: 'before_event', hours: Number.NaN, requiresCancellation: false })).toThrow('hours')
  })
})

describe('reading frozen terms', () => {
  const refusal = (text: string) => parseTerms(text)._unsafeUnwrapErr()

  test('a rule of a newer version is its own error', () => {
    expect(refusal('{"rule":"within_weeks","weeks":2}')).toEqual({
      code: 'policy_rule_unknown',
      field: 'rule',
      rule: 'within_weeks',
    })
    expect(refusal('{"rule":"any_of","rules":[{"rule":"never"},{"rule":"toString"}]}')).toEqual({
      code: 'policy_rule_unknown',
      field: 'rules[1].rule',
      rule: 'toString',
    })
  })

  test.each(['', '{', 'undefined'])('text that is no JSON (%j) is unreadable', (text) => {
    expect(refusal(text)).toEqual({ code: 'policy_terms_unreadable' })
  })

  test.each([
    ['null', 'rule'],
    ['[]', 'rule'],
    ['{}', 'rule'],
    ['{"rule":7}', 'rule'],
    ['{"rule":"within_days","days":"7","calendar":null}', 'days'],
    ['{"rule":"within_days","days":7}', 'calendar'],
    ['{"rule":"within_days","days":7,"calendar":{"zone":"Mars/Base","excludeFirstDay":true}}', 'calendar.zone'],
    ['{"rule":"within_days","days":7,"calendar":{"zone":"UTC"}}', 'calendar.excludeFirstDay'],
    ['{"rule":"before_event","hours":null,"requiresCancellation":false}', 'hours'],
    ['{"rule":"before_event","hours":1}', 'requiresCancellation'],
    ['{"rule":"all_of","rules":[]}', 'rules'],
    ['{"rule":"any_of","rules":{}}', 'rules'],
    ['{"rule":"all_of","rules":[{"rule":"never"},{"rule":"within_days","days":0,"calendar":null}]}', 'rules[1].days'],
  ])('%s is refused, naming %s', (text, field) => {
    expect(refusal(text)).toEqual({ code: 'policy_terms_invalid', field })
  })

  test('a parameter nobody knows is refused, because it would change what was promised', () => {
    expect(refusal('{"rule":"not_accessed","graceHours":2}')).toEqual({
      code: 'policy_terms_invalid',
      field: 'graceHours',
    })
  })

  test('a text nested deeper than any policy is refused and does not exhaust the stack', () => {
    const deep = `${'{"rule":"all_of","rules":['.repeat(2_000)}{"rule":"never"}${']}'.repeat(2_000)}`
    expect(refusal(deep)).toMatchObject({ code: 'policy_terms_invalid' })
  })
})

describe('building terms', () => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 36_501])('%d days throw, naming the field', (days) => {
    expect(() => withinDays(days)).toThrow(new RangeError('refund policy: days is not valid'))
  })

  test.each(['', 'Mars/Base', 'KST+9'])('the zone %j throws, naming the field', (zone) => {
    expect(() => withinDays(7, { calendar: { zone } })).toThrow('calendar.zone')
  })

  test.each([-0.001, Number.NaN, Number.POSITIVE_INFINITY])('%d hours before an event throw', (hours) => {
    expect(() => beforeEvent({ hours })).toThrow('hours')
  })

  test('S3-34: a cut-off of 0 hours is allowed', () => {
    expect(beforeEvent({ hours: 0 })).toEqual({ rule: 'before_event', hours: 0, requiresCancellation: false })
  })

  test('an empty list of rules throws: all of nothing would refund everything', () => {
    expect(() => allOf()).toThrow('rules')
    expect(() => anyOf()).toThrow('rules')
  })
})

describe('whether a cancellation comes first', () => {
  const ticket = beforeEvent({ hours: 24, requiresCancellation: true })

  test.each<[string, RefundTerms, boolean]>([
    ['a ticket', ticket, true],
    ['an event without cancellation', beforeEvent({ hours: 24 }), false],
    ['a download', allOf(withinDays(7), notAccessed()), false],
    ['a ticket within 7 days', allOf(withinDays(7), ticket), true],
    ['a ticket or within 7 days', anyOf(withinDays(7), ticket), false],
    ['one of two tickets', anyOf(ticket, ticket), true],
    ['never', never(), false],
  ])('%s', (_, terms, expected) => {
    expect(requiresCancellation(terms)).toBe(expected)
  })
})
