import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Currency } from '../../../src/core/money'
import { fromTossAmount, fromTossAmountText, toTossAmount } from '../../../src/providers/toss/amount'
import { parseTossTime, tossLocalTime, tossTime } from '../../../src/providers/toss/time'

describe('amounts', () => {
  test('every amount comes back from Toss’s number and from its text as it went', () => {
    const money = fc.record({
      amountMinor: fc.integer({ min: 0, max: 10 ** 13 }),
      currency: fc.constantFrom<Currency>('KRW', 'USD', 'JPY'),
    })
    fc.assert(
      fc.property(money, (it) => {
        const wire = JSON.stringify(toTossAmount(it))
        expect(wire).toMatch(/^\d+(\.\d{1,2})?$/)
        expect(fromTossAmount(JSON.parse(wire), it.currency)).toEqual(it)
        expect(fromTossAmountText(wire, it.currency)).toEqual(it)
      }),
      { numRuns: 5_000 },
    )
  })

  test.each([
    [19.99, 'USD', 1_999],
    [0.1, 'USD', 10],
    [1.005, 'USD', undefined],
    [19.991, 'USD', undefined],
    [1.5, 'KRW', undefined],
    [1.5, 'JPY', undefined],
    [Number.NaN, 'KRW', undefined],
    [Number.POSITIVE_INFINITY, 'KRW', undefined],
    [2 ** 53, 'KRW', undefined],
    [1, 'krw', undefined],
    [1, 'toString', undefined],
  ])('%d %s is %s', (value, currency, amountMinor) => {
    expect(fromTossAmount(value, currency)?.amountMinor).toBe(amountMinor)
  })

  test.each(['', ' 1', '1 ', '-1', '+1', '1e3', '0x1', '1,000', '1.', '.5', '1.234', '9'.repeat(16), 'NaN'])(
    'the text %j is no amount',
    (text) => {
      expect(fromTossAmountText(text, 'USD')).toBeUndefined()
    },
  )
})

describe('moments', () => {
  test.each([
    ['2026-01-05T10:01:03+09:00', '2026-01-05T01:01:03.000Z'],
    ['2026-01-05T10:01:03+0900', '2026-01-05T01:01:03.000Z'],
    ['2026-01-05T10:01:03', '2026-01-05T01:01:03.000Z'],
    ['2026-01-05T10:01:03.123456', '2026-01-05T01:01:03.123Z'],
    ['2026-01-05T10:01:03.12345', '2026-01-05T01:01:03.123Z'],
    ['2026-01-05T10:01:03.5', '2026-01-05T01:01:03.500Z'],
    ['2026-01-05T01:01:03Z', '2026-01-05T01:01:03.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(parseTossTime(text)?.toISOString()).toBe(iso)
  })

  test.each([null, undefined, '', '2026-01-05', '2026-13-05T10:01:03', '2026-01-05T25:01:03', 'soon', '1767574863'])(
    '%s is no moment',
    (text) => {
      expect(parseTossTime(text)).toBeNull()
    },
  )

  test('what the fake writes is read as the same second, and the same millisecond', () => {
    const moment = new Date('2026-03-31T15:30:45.678Z')
    expect(tossTime(moment)).toBe('2026-04-01T00:30:45+09:00')
    expect(parseTossTime(tossTime(moment))?.getTime()).toBe(moment.getTime() - 678)
    expect(tossLocalTime(moment)).toBe('2026-04-01T00:30:45.678000')
    expect(parseTossTime(tossLocalTime(moment))).toEqual(moment)
  })
})
