import type { Currency, Money } from '../core/money'

/**
 * What a percentage takes off a price, as a negative amount for a line of its own.
 *
 * Units: `percent` is 0 to 100 with at most two decimals; the price is in minor units and not negative. All arithmetic
 * is on integers: 30 % off 700 is 210, never 211.
 *
 * Rounding: the discount is rounded down to the minor unit, so the buyer pays the remainder. Price and discount add up
 * to what is paid, always.
 *
 * Throws on a percentage or price outside these: that is a mistake in the program.
 */
export const percentOff = <C extends Currency>(price: Money<C>, percent: number): Money<C> => {
  const hundredths = Math.round(percent * 100)
  const isPercent = Number.isFinite(percent) && Math.abs(percent * 100 - hundredths) < 1e-6
  if (!isPercent || hundredths < 0 || hundredths > 10_000) {
    throw new RangeError('percentOff: percent must be 0 to 100, with at most two decimals')
  }
  if (!Number.isSafeInteger(price.amountMinor) || price.amountMinor < 0) {
    throw new RangeError('percentOff: the price must be an integer of zero or more')
  }
  const off = Number((BigInt(price.amountMinor) * BigInt(hundredths)) / 10_000n)
  return { amountMinor: off === 0 ? 0 : -off, currency: price.currency }
}
