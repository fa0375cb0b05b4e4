import type { Kind, KindDeclaration, Row } from '../schema'
import type { Query } from '../store'
import { type Codec, createCodec, type Value } from './codec'
import type { SqlValue, Statement } from './driver'
import { ALL_KINDS, declarationOf, type Names } from './naming'

/** Raw SQL, or a value to bind at this place. */
export type Part = string | { readonly bind: SqlValue }

export const bind = (value: SqlValue): Part => ({ bind: value })

/** Texts differ only by shape and never hold a value, so that a database may keep them prepared. */
export const statementOf = ({ dialect }: Names, parts: readonly Part[]): Statement => {
  const values: SqlValue[] = []
  let text = ''
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part
    } else {
      values.push(part.bind)
      text += dialect === 'postgres' ? `$${values.length}` : '?'
    }
  }
  return { text, values }
}

/** The parts with `separator` between them. */
export const joined = (lists: readonly (readonly Part[])[], separator: string): readonly Part[] =>
  lists.flatMap((parts, at) => (at === 0 ? parts : [separator, ...parts]))

export type Table = {
  readonly name: string
  readonly select: string
  readonly insert: string
  readonly columns: readonly (readonly [name: string, type: KindDeclaration['columns'][string]['type']])[]
}

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
  return {
    codec,
    table,
    get: (kind: Kind, wanted: string): Statement =>
      statementOf(names, [`${table(kind).select} WHERE ${id} = `, bind(wanted)]),

    find: <K extends Kind>(kind: K, query: Query<K>): Statement =>
      statementOf(names, [`${table(kind).select} WHERE `, ...pageParts(names, codec, kind, query)]),

    /** The rows that have one of these ids, or these values in these columns. */
    any: (kind: Kind, ids: readonly string[], keys: readonly Readonly<Record<string, Value>>[]): Statement => {
      const byId: Part[] =
        ids.length === 0
          ? []
          : [
              `${id} IN (`,
              ...joined(
                ids.map((it) => [bind(it)]),
                ', ',
              ),
              ')',
            ]
      const byKey = keys.map((key) => [
        '(',
        ...joined(
          Object.entries(key).map(([name, value]) => [`${names.column(name)} = `, bind(codec.write(value))]),
          ' AND ',
        ),
        ')',
      ])
      const either = byId.length === 0 ? byKey : [byId, ...byKey]
      return statementOf(names, [`${table(kind).select} WHERE `, ...joined(either, ' OR ')])
    },

    row: <K extends Kind>(kind: K, row: Readonly<Record<string, unknown>>): Row<K> => {
      const read: Record<string, Value> = {
        id: codec.read('text', row['id']),
        version: codec.read('integer', row['version']),
      }
      for (const [name, type] of table(kind).columns) read[name] = codec.read(type, row[name])
      // The select list of a kind names the columns of that kind.
      return read as unknown as Row<K>
    },
  }
}

const createTable = (names: Names, kind: Kind): Table => {
  const columns = Object.entries(declarationOf(kind).columns).map(([name, { type }]) => [name, type] as const)
  const fields = ['id', 'version', ...columns.map(([name]) => name)]
  const name = names.table(kind)
  return {
    name,
    columns,
    select: `SELECT ${fields.map((field) => selected(names, kind, field)).join(', ')} FROM ${name}`,
    insert: `INSERT INTO ${name} (${fields.map(names.column).join(', ')}) VALUES `,
  }
}

/** MySQL drivers turn a moment into the process's own time zone; as text it stays what it is. */
const selected = (names: Names, kind: Kind, field: string): string => {
  const column = names.column(field)
  const isMoment = declarationOf(kind).columns[field]?.type === 'moment'
  return `${names.dialect === 'mysql' && isMoment ? `CAST(${column} AS CHAR)` : column} AS ${names.quote(field)}`
}

/** Everything behind WHERE: the equality prefix, the bounds of the last column, where the page before ended. */
const pageParts = <K extends Kind>(
  names: Names,
  codec: Codec,
  kind: K,
  { index, where, atLeast, atMost, order = 'asc', limit, after }: Query<K>,
): readonly Part[] => {
  const columns = declarationOf(kind).indexes[index] ?? []
  const sorted = names.column(columns.at(-1) ?? 'id')
  const id = names.column('id')
  const beyond = order === 'asc' ? '>' : '<'
  const conditions: (readonly Part[])[] = [
    ...columns.slice(0, -1).map((name) => [`${names.column(name)} = `, bind(codec.write(where[name] ?? null))]),
    [`${sorted} IS NOT NULL`],
  ]
  if (atLeast !== undefined) conditions.push([`${sorted} >= `, bind(codec.write(atLeast))])
  if (atMost !== undefined) conditions.push([`${sorted} <= `, bind(codec.write(atMost))])
  if (after !== undefined) {
    const value = bind(codec.write(after.value))
    // Written out, because not every database uses an index for (a, b) > (x, y).
    conditions.push([
      `${sorted} ${beyond}= `,
      value,
      ` AND (${sorted} ${beyond} `,
      value,
      ` OR ${id} ${beyond} `,
      bind(after.id),
      ')',
    ])
  }
  const size = names.dialect === 'mysql' ? String(limit) : bind(limit)
  return [...joined(conditions, ' AND '), ` ORDER BY ${sorted} ${order}, ${id} ${order} LIMIT `, size]
}
