const MOMENT = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:?\d\d)$/

/** PortOne writes RFC 3339 with zero to nine digits of a second. `null` for anything else, and for nothing. */
export const parsePortOneTime = (text: string | null | undefined): Date | null => {
  const match = MOMENT.exec(text ?? '')
  if (match === null) return null
  const [, date, time, fraction = '', offset = 'Z'] = match
  const moment = new Date(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset.toUpperCase()}`)
  return Number.isNaN(moment.getTime()) ? null : moment
}
