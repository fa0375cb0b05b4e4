import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Currency } from '../../src/core/money'
import { fromMajorUnits, fromMajorUnitsText, toMajorUnits } from '../../src/providers/major-units'

describe('amounts', () => {
  test('every amount comes back from the provider’s number and from its text as it went', () => {
    const money = fc.record({
      amountMinor: fc.integer({ min: 0, max: 10 ** 13 }),
      currency: fc.constantFrom<Currency>('KRW', 'USD', 'JPY'),
    })
    fc.assert(
      fc.property(money, (it) => {
        const wire = JSON.stringify(toMajorUnits(it))
        expect(wire).toMatch(/^\d+(\.\d{1,2})?$/)
        expect(fromMajorUnits(JSON.parse(wire), it.currency)).toEqual(it)
        expect(fromMajorUnitsText(wire, it.currency)).toEqual(it)
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
    expect(fromMajorUnits(value, currency)?.amountMinor).toBe(amountMinor)
  })

  test.each(['', ' 1', '1 ', '-1', '+1', '1e3', '0x1', '1,000', '1.', '.5', '1.234', '9'.repeat(16), 'NaN'])(
    'the text %j is no amount',
    (text) => {
      expect(fromMajorUnitsText(text, 'USD')).toBeUndefined()
    },
  )
})
