import { err, ok, type Result } from 'neverthrow'

/** How many decimal digits a currency's minor unit has: 0 for the won, 2 for the cent. */
const MINOR_DIGITS = {
  KRW: 0,
  JPY: 0,
  VND: 0,
  USD: 2,
  EUR: 2,
  GBP: 2,
  CNY: 2,
  TWD: 2,
  HKD: 2,
  SGD: 2,
  THB: 2,
  AUD: 2,
  CAD: 2,
} as const

/** ISO 4217 codes whose minor unit is known here. */
export type Currency = keyof typeof MINOR_DIGITS

/**
 * Units: `amountMinor` is a safe integer in the currency's minor unit: 1 is one won (KRW), one cent (USD).
 * The currency is part of the type, so that adding won to dollars does not compile.
 */
export type Money<C extends Currency = Currency> = { readonly amountMinor: number; readonly currency: C }

export type MoneyError =
  | { readonly code: 'money_not_an_integer'; readonly field: string }
  | { readonly code: 'money_unknown_currency'; readonly field: string }
  | { readonly code: 'money_currency_mismatch'; readonly left: Currency; readonly right: Currency }

export const isCurrency = (code: string): code is Currency => Object.hasOwn(MINOR_DIGITS, code)

/** How many decimal digits separate the currency's main unit from its minor unit. */
export const minorDigits = (currency: Currency): number => MINOR_DIGITS[currency]

/** Makes money from an amount that came from outside. Errors: `money_not_an_integer`, also for sums beyond 2^53. */
export const money = <C extends Currency>(amountMinor: number, currency: C): Result<Money<C>, MoneyError> => {
  if (!isCurrency(currency)) return err({ code: 'money_unknown_currency', field: 'currency' })
  return Number.isSafeInteger(amountMinor)
    ? ok({ amountMinor, currency })
    : err({ code: 'money_not_an_integer', field: 'amountMinor' })
}

const literal = <C extends Currency>(amountMinor: number, currency: C): Money<C> => {
  if (!Number.isSafeInteger(amountMinor)) {
    throw new RangeError(`${currency} amounts are integers in the minor unit, got ${amountMinor}`)
  }
  return { amountMinor, currency }
}

/** `krw(5_000)` is five thousand won. Throws on a fraction: that is a mistake in the program, not in the data. */
export const krw = (won: number): Money<'KRW'> => literal(won, 'KRW')

/** `usd(1_250)` is 12.50 dollars: the unit is the cent. Throws on a fraction of a cent. */
export const usd = (cents: number): Money<'USD'> => literal(cents, 'USD')

/** Adds two amounts of one currency. */
export const add = <C extends Currency>(left: Money<C>, right: Money<NoInfer<C>>): Result<Money<C>, MoneyError> =>
  left.currency === right.currency
    ? money(left.amountMinor + right.amountMinor, left.currency)
    : err({ code: 'money_currency_mismatch', left: left.currency, right: right.currency })

/** Subtracts the right amount from the left one; the result may be negative. */
export const subtract = <C extends Currency>(left: Money<C>, right: Money<NoInfer<C>>): Result<Money<C>, MoneyError> =>
  left.currency === right.currency
    ? money(left.amountMinor - right.amountMinor, left.currency)
    : err({ code: 'money_currency_mismatch', left: left.currency, right: right.currency })

export const sameMoney = (left: Money, right: Money): boolean =>
  left.amountMinor === right.amountMinor && left.currency === right.currency

/** `12,000 KRW`, `12.50 USD`: for people and logs, never for arithmetic. */
export const formatMoney = ({ amountMinor, currency }: Money): string => {
  const digits = minorDigits(currency)
  const sign = amountMinor < 0 ? '-' : ''
  const padded = String(Math.abs(amountMinor)).padStart(digits + 1, '0')
  const main = padded.slice(0, padded.length - digits).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}${main}${digits > 0 ? `.${padded.slice(-digits)}` : ''} ${currency}`
}
