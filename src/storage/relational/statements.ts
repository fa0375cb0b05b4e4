import type { Kind, KindDeclaration, Row } from '../schema'
import type { Query } from '../store'
import { type Codec, createCodec, type Value } from './codec'
import type { Statement } from './driver'
import { ALL_KINDS, declarationOf, type Names } from './naming'
import { bind, joined, type Part, statementOf } from './parts'
import { arrayOf, rowsOfSet, type SetColumn } from './sets'

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
  const amongParts = (kind: Kind, column: string, values: readonly string[]): readonly Part[] => {
    const list = values.map((value) => [bind(value)])
    return [
      `${table(kind).select} WHERE ${names.column(column)} `,
      ...(names.dialect === 'postgres'
        ? ['= ANY(', ...arrayOf('text', values), ')']
        : ['IN (', ...joined(list, ', '), ')']),
    ]
  }
  return {
    codec,
    table,
    get: (kind: Kind, wanted: string): Statement =>
      statementOf(names, [`${table(kind).select} WHERE ${id} = `, bind(wanted)]),

    find: <K extends Kind>(kind: K, query: Query<K>): Statement =>
      statementOf(names, [`${table(kind).select} WHERE `, ...pageParts(names, codec, kind, query)]),

    /** The rows that have one of these values in a column of text. */
    among: (kind: Kind, column: string, values: readonly string[]): Statement =>
      statementOf(names, amongParts(kind, column, values)),

    /** The same, of an index of two columns: without the rows that are not in it. */
    findAmong: (kind: Kind, index: string, values: readonly string[]): Statement => {
      const [first = '', last = ''] = declarationOf(kind).indexes[index] ?? []
      return statementOf(names, [...amongParts(kind, first, values), ` AND ${names.column(last)} IS NOT NULL`])
    },

    /** The rows whose columns hold one of these lists of values. */
    matching: (kind: Kind, columns: readonly string[], keys: readonly (readonly Value[])[]): Statement => {
      const written = keys.map((values) => values.map((value) => codec.write(value)))
      const start = `${table(kind).select} WHERE `
      if (names.dialect === 'postgres') {
        const set = columns.map(
          (name, at): SetColumn => ({
            name: `c${at}`,
            type: declarationOf(kind).columns[name]?.type ?? 'text',
            values: written.map((values) => values[at] ?? null),
          }),
        )
        const tuple = `(${columns.map(names.column).join(', ')}) IN (SELECT `
        return statementOf(names, [
          start,
          tuple,
          `${set.map(({ name }) => name).join(', ')} FROM `,
          ...rowsOfSet(set),
          ')',
        ])
      }
      const alternatives = written.map((values): readonly Part[] => [
        '(',
        ...joined(
          columns.map((name, at) => [`${names.column(name)} = `, bind(values[at] ?? null)]),
          ' AND ',
        ),
        ')',
      ])
      return statementOf(names, [start, ...joined(alternatives, ' OR ')])
    },

    /** A driver's row as ours: the select list has named its columns, but drivers differ in the types they give. */
    row: <K extends Kind>(kind: K, row: Readonly<Record<string, unknown>>): Row<K> => {
      const read: Record<string, unknown> = { ...row }
      for (const [name, type] of table(kind).fields) {
        const value = codec.read(type, row[name])
        if (value !== row[name]) read[name] = value
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
