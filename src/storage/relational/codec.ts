import type { KindDeclaration } from '../schema'
import type { SqlValue } from './driver'
import type { Dialect } from './naming'

type ColumnType = KindDeclaration['columns'][string]['type']
export type Value = string | number | boolean | Date | null

/** How values travel. Moments are text in UTC: what a driver does with dates depends on settings of the host. */
export type Codec = {
  readonly write: (value: Value) => SqlValue
  readonly read: (type: ColumnType, value: unknown) => Value
}

export const createCodec = (dialect: Dialect): Codec => {
  // A page of a job writes one moment thousands of times.
  let last = { at: Number.NaN, text: '' }
  const writeMoment = (moment: Date): string => {
    const at = moment.getTime()
    if (at !== last.at) last = { at, text: momentText(dialect, moment) }
    return last.text
  }
  return {
    write: (value) => {
      if (value instanceof Date) return writeMoment(value)
      if (typeof value === 'boolean') return dialect === 'postgres' ? value : Number(value)
      // Zero has one sign.
      return value === 0 ? 0 : value
    },
    read: (type, value) => {
      if (value === null || value === undefined) return null
      switch (type) {
        case 'text':
          return typeof value === 'string' ? value : String(value)
        case 'integer':
        case 'minor':
          return readInteger(value)
        case 'moment':
          return readMoment(value)
        case 'boolean':
          return value === true || value === 1 || value === '1' || value === 't' || value === 'true' || value === 1n
      }
    },
  }
}

const momentText = (dialect: Dialect, moment: Date): string => {
  const iso = moment.toISOString()
  return dialect === 'mysql' ? iso.slice(0, -1).replace('T', ' ') : iso
}

/** 64-bit integers come as text, number or bigint, as the driver likes. */
const readInteger = (value: unknown): number => {
  const read = Number(value)
  if (!Number.isSafeInteger(read)) throw new RangeError('a stored number is beyond the safe integers')
  return read
}

const SPACE = 32

const SQL_MOMENT = /^(\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d(?::?\d\d)?)?$/

/** Text without a zone is UTC: that is how it was written. */
const readMoment = (value: unknown): Date => {
  if (value instanceof Date) return value
  const text = String(value)
  const plain = utcMoment(text)
  if (plain !== undefined) return plain
  const [, date, time, zone = 'Z'] = SQL_MOMENT.exec(text) ?? []
  const moment = new Date(`${date}T${time}${zone.length === 3 ? `${zone}:00` : zone}`)
  if (Number.isNaN(moment.getTime())) throw new RangeError('a stored moment cannot be read')
  return moment
}

/** PostgreSQL's way of writing UTC, which nearly every moment of a page comes in, without an expression to match. */
const utcMoment = (text: string): Date | undefined => {
  if (!text.endsWith('+00') || text.charCodeAt(10) !== SPACE) return undefined
  const moment = new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`)
  return Number.isNaN(moment.getTime()) ? undefined : moment
}
