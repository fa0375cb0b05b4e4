const MOMENT = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/

/**
 * Toss writes moments with an offset in resources, without one in some webhooks and due dates (Korean time), and with
 * zero to six digits of a second. `null` for anything else, and for nothing.
 */
export const parseTossTime = (text: string | null | undefined): Date | null => {
  const match = MOMENT.exec(text ?? '')
  if (match === null) return null
  const [, date, time, fraction = '', offset = '+09:00'] = match
  const moment = new Date(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`)
  return Number.isNaN(moment.getTime()) ? null : moment
}

const KOREA_MS = 9 * 3_600_000

/** `2026-01-05T10:01:03+09:00`, as Toss writes moments in resources. */
export const tossTime = (moment: Date): string =>
  `${new Date(moment.getTime() + KOREA_MS).toISOString().slice(0, 19)}+09:00`

/** `2026-01-05T10:01:03.123000`, as Toss writes them in unsigned webhooks: Korean time that does not say so. */
export const tossLocalTime = (moment: Date): string =>
  `${new Date(moment.getTime() + KOREA_MS).toISOString().slice(0, 23)}000`
