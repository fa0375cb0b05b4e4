import type { Kind, Row } from '../schema'
import type { Query } from '../store'
import { createCodec, type Value } from './codec'
import type { Statement } from './driver'
import { ALL_KINDS, declarationOf, fieldsOf, type Names } from './naming'
import { inColumns } from './row-columns'
import type { Format } from './row-format'
import { asText } from './row-text'
import { arrayOf, arraysOf, literalOf, rowsOfSet, type SetColumn } from './sets'
import { createWriter, type Piece, type Place } from './texts'

export type Table = { readonly name: string; readonly select: string; readonly insert: string }

export type Reader = ReturnType<typeof createReader>

/** The statements that read, and how their rows become ours. */
export const createReader = (names: Names) => {
  const codec = createCodec(names.dialect)
  const format = names.dialect === 'postgres' ? asText(names, codec) : inColumns(names, codec)
  const tables = new Map(ALL_KINDS.map((kind) => [kind, createTable(names, format, kind)]))
  const table = (kind: Kind): Table => {
    const found = tables.get(kind)
    if (found === undefined) throw new TypeError(`${kind}: there is no such kind`)
    return found
  }
  const id = names.column('id')
  const isPostgres = names.dialect === 'postgres'
  const statement = createWriter(names, codec)
  const among = (kind: Kind, column: string, values: readonly string[], more = ''): Statement => {
    const list = (place: Place): string =>
      isPostgres ? `= ANY(${arrayOf('text', place)})` : `IN (${values.map(place).join(', ')})`
    return statement({
      shape: `among ${kind} ${column} ${more}${isPostgres ? '' : values.length}`,
      text: (place) => `${table(kind).select} WHERE ${names.column(column)} ${list(place)}${more}`,
      values: isPostgres ? [literalOf(values)] : values,
    })
  }
  return {
    codec,
    format,
    table,
    statement,
    get: (kind: Kind, wanted: string): Statement =>
      statement({
        shape: `get ${kind}`,
        text: (place) => `${table(kind).select} WHERE ${id} = ${place()}`,
        values: [wanted],
      }),

    find: <K extends Kind>(kind: K, query: Query<K>): Statement => {
      const { shape, text, values } = pageOf(names, kind, query)
      return statement({ shape, text: (place) => `${table(kind).select} WHERE ${text(place)}`, values })
    },

    /** The rows that have one of these values in a column of text. */
    among: (kind: Kind, column: string, values: readonly string[]): Statement => among(kind, column, values),

    /** The same, of an index of two columns: without the rows that are not in it. */
    findAmong: (kind: Kind, index: string, values: readonly string[]): Statement => {
      const [first = '', last = ''] = declarationOf(kind).indexes[index] ?? []
      return among(kind, first, values, ` AND ${names.column(last)} IS NOT NULL`)
    },

    /** The rows whose columns hold one of these lists of values. */
    matching: (kind: Kind, columns: readonly string[], keys: readonly (readonly Value[])[]): Statement => {
      const start = `${table(kind).select} WHERE `
      const shape = `matching ${kind} ${columns.join()}`
      if (isPostgres) {
        const set = columns.map(
          (name, at): SetColumn => ({
            name: `c${at}`,
            type: declarationOf(kind).columns[name]?.type ?? 'text',
            values: keys.map((values) => codec.write(values[at] ?? null)),
          }),
        )
        const chosen = set.map(({ name }) => name).join(', ')
        const tuple = `(${columns.map(names.column).join(', ')})`
        const text = (place: Place) => `${start}${tuple} IN (SELECT ${chosen} FROM ${rowsOfSet(set, place)})`
        return statement({ shape, text, values: arraysOf(set) })
      }
      const one = (place: Place) => `(${columns.map((name) => `${names.column(name)} = ${place()}`).join(' AND ')})`
      return statement({
        shape: `${shape} ${keys.length}`,
        text: (place) => start + keys.map(() => one(place)).join(' OR '),
        values: keys.flat(),
      })
    },

    /** A driver's row as ours. */
    row: <K extends Kind>(kind: K, given: Readonly<Record<string, unknown>>): Row<K> => {
      const row = format.read(kind, given)
      if (row === undefined) throw new RangeError(`${kind}: a stored row has no id`)
      return row
    },
  }
}

const createTable = (names: Names, format: Format, kind: Kind): Table => {
  const name = names.table(kind)
  return {
    name,
    select: `SELECT ${format.list(kind)} FROM ${name}`,
    insert: `INSERT INTO ${name} (${fieldsOf(kind)
      .map((field) => names.column(field.name))
      .join(', ')}) `,
  }
}

/** Everything behind WHERE: the equality prefix, the bounds of the last column, where the page before ended. */
const pageOf = <K extends Kind>(
  names: Names,
  kind: K,
  { index, where, atLeast, atMost, order = 'asc', limit, after }: Query<K>,
): Piece => {
  const columns = declarationOf(kind).indexes[index] ?? []
  const equal = columns.slice(0, -1)
  const [sorted, id] = [names.column(columns.at(-1) ?? 'id'), names.column('id')]
  const beyond = order === 'asc' ? '>' : '<'
  // Not every driver binds a number as the integer that MySQL wants here.
  const isLimitBound = names.dialect !== 'mysql'
  const given = [atLeast, atMost, after].map((value) => value !== undefined)
  return {
    shape: `find ${kind} ${index} ${order} ${given.join()}${isLimitBound ? '' : ` ${limit}`}`,
    text: (place) => {
      const conditions = [...equal.map((name) => `${names.column(name)} = ${place()}`), `${sorted} IS NOT NULL`]
      if (atLeast !== undefined) conditions.push(`${sorted} >= ${place()}`)
      if (atMost !== undefined) conditions.push(`${sorted} <= ${place()}`)
      if (after !== undefined) {
        // Written out, because not every database uses an index for (a, b) > (x, y).
        const isBeyond = `${sorted} ${beyond}= ${place()} AND (${sorted} ${beyond} ${place()}`
        conditions.push(`${isBeyond} OR ${id} ${beyond} ${place()})`)
      }
      const size = isLimitBound ? place() : limit
      return `${conditions.join(' AND ')} ORDER BY ${sorted} ${order}, ${id} ${order} LIMIT ${size}`
    },
    values: [
      ...equal.map((name) => where[name] ?? null),
      ...[atLeast, atMost, after?.value, after?.value].flatMap((value) => (value === undefined ? [] : [value])),
      ...(after === undefined ? [] : [after.id]),
      ...(isLimitBound ? [limit] : []),
    ],
  }
}
