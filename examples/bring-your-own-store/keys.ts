import { KINDS, type Kind, type KindDeclaration } from 'holdfast/storage'

export type Value = string | number | boolean | Date | null
export type Values = Readonly<Record<string, Value>>
export type StoredRow = Values & { readonly id: string; readonly version: number }

/** A row's place in an index: the sorted set, and the member that stands for the row in it. */
export type Entry = { readonly key: string; readonly member: string }

/** One page of an index, as a caller asks for it. */
export type Page = {
  readonly atLeast?: Value
  readonly atMost?: Value
  readonly order?: 'asc' | 'desc'
  readonly after?: { readonly value: Value; readonly id: string }
}

const DECLARATIONS: Readonly<Record<Kind, KindDeclaration>> = KINDS

/** Text whose bytes sort as the values do. */
const sortable = (value: Value): string => {
  if (typeof value === 'string') return value
  // 2^53 more and no safe integer is negative; 17 digits hold the largest. A moment counts its milliseconds.
  return String(BigInt(Number(value)) + 2n ** 53n).padStart(17, '0')
}

/** No text holds a NUL, `checkOps` sees to that: so a value ends at the first one, and `a` sorts before `a!`. */
const memberOf = (value: Value, id: string): string => `${sortable(value)}\0${id}`

const bytesOf = (bound: string): Buffer => Buffer.from(bound.slice(1))

/** The least and the greatest member of a page, as ZRANGEBYLEX wants them: `[` is inclusive, `(` is not. */
export const boundsOf = ({ atLeast, atMost, order = 'asc', after }: Page): readonly [string, string] => {
  // Members of a value begin with it and a NUL, so `\x01` is above them all, and below those of any greater value.
  const low = atLeast === undefined ? undefined : `[${sortable(atLeast)}\0`
  const high = atMost === undefined ? undefined : `(${sortable(atMost)}\x01`
  if (after === undefined) return [low ?? '-', high ?? '+']
  const cursor = `(${memberOf(after.value, after.id)}`
  // A cursor outside the bounds must not widen them.
  const passes = (bound: string) => Buffer.compare(bytesOf(bound), bytesOf(cursor))
  if (order === 'asc') return [low !== undefined && passes(low) > 0 ? low : cursor, high ?? '+']
  return [low ?? '-', high !== undefined && passes(high) < 0 ? high : cursor]
}

/** A row as it was written. `JSON.parse` knows no types; only `encode` ever wrote this text. */
export const decode = (kind: Kind, text: string): StoredRow =>
  JSON.parse(text, (name, value) =>
    value !== null && DECLARATIONS[kind].columns[name]?.type === 'moment' ? new Date(value) : value,
  )

/** A Date becomes ISO text with its milliseconds, and a safe integer keeps every digit. */
export const encode = (row: StoredRow): string => JSON.stringify(row)

export type Keys = ReturnType<typeof createKeys>

/** JSON keeps the columns apart: ["a","bc"] is not ["ab","c"]. Null when a column is null: then there is no key. */
const joined = (columns: readonly string[], values: Values): string | null => {
  const parts = columns.map((name) => values[name] ?? null)
  return parts.includes(null) ? null : JSON.stringify(parts)
}

export const createKeys = (prefix: string) => {
  // A colon would let two stores meet in one key.
  if (!/^[\w{}-]+$/.test(prefix)) throw new TypeError('prefix: expected letters, digits, and any of _ - { }')
  const rowPrefix = (kind: Kind): string => `${prefix}:${kind}:row:`
  const indexKey = (kind: Kind, index: string, group: string): string => `${prefix}:${kind}:index:${index}:${group}`
  const equalOf = (kind: Kind, index: string): readonly string[] =>
    (DECLARATIONS[kind].indexes[index] ?? []).slice(0, -1)

  return {
    rowPrefix,
    /** The sorted set a query reads. */
    groupOf: (kind: Kind, index: string, where: Values): string =>
      indexKey(kind, index, joined(equalOf(kind, index), where) ?? ''),
    /** One key per unique key the row is in. */
    uniqueOf: (kind: Kind, row: Values): readonly string[] =>
      Object.entries(DECLARATIONS[kind].unique).flatMap(([name, columns]) => {
        const key = joined(columns, row)
        return key === null ? [] : [`${prefix}:${kind}:unique:${name}:${key}`]
      }),
    /** One entry per index the row is in. */
    entriesOf: (kind: Kind, row: StoredRow): readonly Entry[] =>
      Object.entries(DECLARATIONS[kind].indexes).flatMap(([name, columns]) => {
        const value = row[columns[columns.length - 1] ?? 'id'] ?? null
        const group = joined(equalOf(kind, name), row)
        if (value === null || group === null) return []
        return [{ key: indexKey(kind, name, group), member: memberOf(value, row.id) }]
      }),
  }
}
