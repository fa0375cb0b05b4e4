import type { Kind, KindDeclaration, Row } from '../schema'
import type { Query } from '../store'
import { type Codec, createCodec, type Value } from './codec'
import type { Statement } from './driver'
import { ALL_KINDS, declarationOf, type Names } from './naming'
import { arrayOf, arraysOf, literalOf, rowsOfSet, type SetColumn } from './sets'
import { createWriter, type Piece, type Place } from './texts'

export type Table = {
  readonly name: string
  readonly select: string
  readonly insert: string
  /** The kind's own columns. */
  readonly columns: readonly Field[]
  /** `id` and `version` before them. */
  readonly fields: readonly Field[]
}

type Field = readonly [name: string, type: KindDeclaration['columns'][string]['type']]

export type Reader = ReturnType<typeof createReader>

/** The statements that read, and how their rows become ours. */
export const createReader = (names: Names) => {
  const codec = createCodec(names.dialect)
  const tables = new Map(ALL_KINDS.map((kind) => [kind, createTable(names, kind)]))
  const table = (kind: Kind): Table => {
    const found = tables.get(kind)
    if (found === undefined) throw new TypeError(`${kind}: there is no such kind`)
    return found
  }
  const id = names.column('id')
  const isPostgres = names.dialect === 'postgres'
  const statement = createWriter(names)
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
    table,
    statement,
    get: (kind: Kind, wanted: string): Statement =>
      statement({
        shape: `get ${kind}`,
        text: (place) => `${table(kind).select} WHERE ${id} = ${place()}`,
        values: [wanted],
      }),

    find: <K extends Kind>(kind: K, query: Query<K>): Statement => {
      const { shape, text, values } = pageOf(names, codec, kind, query)
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
      const written = keys.map((values) => values.map((value) => codec.write(value)))
      const start = `${table(kind).select} WHERE `
      const shape = `matching ${kind} ${columns.join()}`
      if (isPostgres) {
        const set = columns.map(
          (name, at): SetColumn => ({
            name: `c${at}`,
            type: declarationOf(kind).columns[name]?.type ?? 'text',
            values: written.map((values) => values[at] ?? null),
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
        values: written.flat(),
      })
    },

    /**
     * A driver's row as ours: the select list has named its columns, but drivers differ in the types they give. It is
     * converted where it is, because a page of a job has thousands of them.
     */
    row: <K extends Kind>(kind: K, row: Record<string, unknown>): Row<K> => {
      const read: Record<string, unknown> = Object.isFrozen(row) ? { ...row } : row
      for (const [name, type] of table(kind).fields) {
        const given = read[name]
        const value = codec.read(type, given)
        if (value !== given) read[name] = value
      }
      // The select list of a kind names the columns of that kind.
      return read as unknown as Row<K>
    },
  }
}

const createTable = (names: Names, kind: Kind): Table => {
  const columns = Object.entries(declarationOf(kind).columns).map(([name, { type }]) => [name, type] as const)
  const fields = [['id', 'text'] as const, ['version', 'integer'] as const, ...columns]
  const name = names.table(kind)
  return {
    name,
    fields,
    columns,
    select: `SELECT ${fields.map(([field]) => selected(names, kind, field)).join(', ')} FROM ${name}`,
    insert: `INSERT INTO ${name} (${fields.map(([field]) => names.column(field)).join(', ')}) `,
  }
}

/** MySQL drivers turn a moment into the process's own time zone; as text it stays what it is. */
export const selected = (
  names: Names,
  kind: Kind,
  field: string,
  { alias, as = field }: { readonly alias?: string; readonly as?: string } = {},
): string => {
  const column = alias === undefined ? names.column(field) : `${alias}.${names.column(field)}`
  const isMoment = declarationOf(kind).columns[field]?.type === 'moment'
  return `${names.dialect === 'mysql' && isMoment ? `CAST(${column} AS CHAR)` : column} AS ${names.quote(as)}`
}

/** Everything behind WHERE: the equality prefix, the bounds of the last column, where the page before ended. */
const pageOf = <K extends Kind>(
  names: Names,
  codec: Codec,
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
      ...equal.map((name) => codec.write(where[name] ?? null)),
      ...[atLeast, atMost, after?.value, after?.value].flatMap((value) =>
        value === undefined ? [] : [codec.write(value)],
      ),
      ...(after === undefined ? [] : [after.id]),
      ...(isLimitBound ? [limit] : []),
    ],
  }
}
