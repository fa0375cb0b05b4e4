const KOREA_MS = 9 * 3_600_000
const HOUR_MS = 3_600_000

/** `YYYYMMDDhhmmss`; one old example has dashes and colons. */
const MOMENT = /^(\d{4})-?(\d\d)-?(\d\d)[ T]?(\d\d):?(\d\d):?(\d\d)$/

/** Payple writes Korean time and does not say so. `null` for anything that is no moment, and for nothing. */
export const parsePaypleTime = (text: string | null | undefined): Date | null => {
  const match = MOMENT.exec(text ?? '')
  if (match === null) return null
  const [, year, month, day, hour, minute, second] = match
  const moment = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}+09:00`)
  // 31 February would become a day in March.
  return !Number.isNaN(moment.getTime()) && paypleTime(moment).startsWith(`${year}${month}${day}`) ? moment : null
}

/** `20260301101530`, as Payple writes moments. */
export const paypleTime = (moment: Date): string =>
  new Date(moment.getTime() + KOREA_MS).toISOString().slice(0, 19).replace(/[-T:]/g, '')

/** `20260301`: the day in Korea, under which Payple files a payment. In UTC it would be the day before until 09:00. */
export const paypleDate = (moment: Date): string => paypleTime(moment).slice(0, 8)

/** A day under which a payment may be filed, and the moment of ours that says so. */
export type FilingDay = { readonly date: string; readonly moment: Date }

/**
 * The days to ask for, the likeliest first. Payple files by its own clock and, for some payments, by the moment the
 * window was opened (UNCONFIRMED which), so near midnight the neighbouring day is asked for as well.
 */
export const filingDays = (moments: readonly (Date | null)[]): readonly FilingDay[] => {
  const [best, ...others] = moments.filter((moment) => moment !== null)
  if (best === undefined) return []
  const around = [-HOUR_MS, HOUR_MS].map((ms) => new Date(best.getTime() + ms))
  const days = new Map<string, Date>()
  for (const moment of [best, ...around, ...others]) {
    const date = paypleDate(moment)
    if (!days.has(date)) days.set(date, moment)
  }
  return [...days].map(([date, moment]) => ({ date, moment }))
}
