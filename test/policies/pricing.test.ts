import fc from 'fast-check'
import { krw, usd } from 'holdfast'
import { percentOff } from 'holdfast/policies'
import { describe, expect, test } from 'vitest'

describe('a discount', () => {
  test('S2-05: 50,000 is 50,000, 35,000 or 25,000 for a guest, a member, a new member', () => {
    const pay = (percent: number) => 50_000 + percentOff(krw(50_000), percent).amountMinor
    expect([0, 30, 50].map(pay)).toEqual([50_000, 35_000, 25_000])
  })

  test('S2-06: is integer arithmetic: 30 % off 700 leaves 490, and none of the first thousand prices is a won short', () => {
    expect(percentOff(krw(700), 30)).toEqual(krw(-210))
    for (let hundreds = 1; hundreds <= 1_000; hundreds += 1) {
      expect(percentOff(krw(hundreds * 100), 30).amountMinor).toBe(-hundreds * 30)
    }
  })

  test('never takes more than the price, rounds down, and adds up', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), fc.integer({ min: 0, max: 10_000 }), (price, hundredths) => {
        const off = -percentOff(usd(price), hundredths / 100).amountMinor
        const exact = BigInt(price) * BigInt(hundredths)
        expect(BigInt(off) * 10_000n <= exact && exact - BigInt(off) * 10_000n < 10_000n).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([-1, 101, 0.001, Number.NaN, Number.POSITIVE_INFINITY])('of %s percent is a mistake', (percent) => {
    expect(() => percentOff(krw(100), percent)).toThrow(RangeError)
  })
})
