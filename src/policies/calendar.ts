const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** True for a time zone this runtime knows, such as `Asia/Seoul`. */
export const isZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== ''
  } catch {
    return false
  }
}

/** What a wall clock in the zone shows, to the minute. */
export const wallClock = (
  at: Date,
  zone: string,
): { readonly year: number; readonly month: number; readonly day: number; readonly time: string } => readerOf(zone)(at)

/**
 * The first instant of the local day that is `days` after the local day of `at`. Days are counted on the calendar, so
 * daylight saving, leap days and month ends change nothing; where clocks skip midnight, the day starts when they say so.
 */
export const startOfDayAfter = (at: Date, days: number, zone: string): Date => {
  const read = readerOf(zone)
  const dayNumber = (instant: number): number => {
    const { year, month, day } = read(new Date(instant))
    return Date.UTC(year, month - 1, day) / DAY_MS
  }
  const target = dayNumber(at.getTime()) + days
  // No zone is further than 14 hours ahead or 12 behind, and some have skipped one whole day: it starts in between.
  let before = target * DAY_MS - 15 * HOUR_MS
  let reached = target * DAY_MS + 37 * HOUR_MS
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2)
    if (dayNumber(middle) >= target) reached = middle
    else before = middle
  }
  return new Date(reached)
}

const readerOf = (zone: string) => {
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  return (at: Date) => {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
    for (const { type, value } of format.formatToParts(at)) parts[type] = value
    return {
      year: Number(parts.year),
      month: Number(parts.month),
      day: Number(parts.day),
      time: `${parts.hour}:${parts.minute}`,
    }
  }
}
