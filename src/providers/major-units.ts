import { isCurrency, type Money, minorDigits } from '../core/money'

/** For providers that write amounts as numbers in the main unit: 33000 won, 10.5 dollars. */
export const toMajorUnits = ({ amountMinor, currency }: Money): number => amountMinor / 10 ** minorDigits(currency)

/** `undefined` when the number is not a whole count of minor units, or the currency is not known here. */
export const fromMajorUnits = (value: number, currency: string): Money | undefined => {
  if (!isCurrency(currency)) return undefined
  const scale = 10 ** minorDigits(currency)
  const amountMinor = Math.round(value * scale)
  // The way back must give the same double: 19.99 is 1999 cents, 19.991 is nothing.
  return Number.isSafeInteger(amountMinor) && amountMinor / scale === value ? { amountMinor, currency } : undefined
}

/** The same for decimal text, as in a redirect's query: `33000`, `10.50`. */
export const fromMajorUnitsText = (text: string, currency: string): Money | undefined =>
  /^\d{1,15}(\.\d{1,2})?$/.test(text) ? fromMajorUnits(Number(text), currency) : undefined
