import { KINDS, type Kind, type KindDeclaration } from './schema'
import type { Op, Query } from './store'

/**
 * What every store checks before it touches anything: a mistake in a call is thrown as a `TypeError` that names the kind
 * and the field, never the value, and nothing is written.
 */

export const MAX_LIMIT = 1_000

type Shape = {
  readonly declaration: KindDeclaration
  /** Every column of the kind but `id`. */
  readonly columns: ReadonlyMap<string, Column>
}
type Column = KindDeclaration['columns'][string]
type ColumnType = Column['type']

const shapeOf = (declaration: KindDeclaration): Shape => ({
  declaration,
  columns: new Map(Object.entries(declaration.columns)),
})
const SHAPES: ReadonlyMap<string, Shape> = new Map(
  Object.entries(KINDS).map(([kind, declaration]) => [kind, shapeOf(declaration)]),
)
const QUERY_FIELDS = ['index', 'where', 'atLeast', 'atMost', 'order', 'limit', 'after']
const EXPECTED: Readonly<Record<ColumnType, string>> = {
  text: 'text without a NUL character',
  integer: 'a safe integer',
  minor: 'a safe integer',
  moment: 'a valid Date',
  boolean: 'a boolean',
}

const described = (value: unknown): string => {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? 'an unfit number' : String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date'
  if (typeof value === 'string') return value.includes('\0') ? 'a string with a NUL character' : 'a string'
  return Array.isArray(value) ? 'an array' : typeof value
}

const mistake = (place: string, expected: string, value: unknown): TypeError =>
  new TypeError(`${place}: expected ${expected}, got ${described(value)}`)

const fits = (type: ColumnType, value: unknown): boolean => {
  switch (type) {
    case 'text':
      // PostgreSQL cannot store NUL in text. Refusing it everywhere means that no store is a surprise.
      return typeof value === 'string' && !value.includes('\0')
    case 'integer':
    case 'minor':
      return Number.isSafeInteger(value)
    case 'moment':
      return value instanceof Date && !Number.isNaN(value.getTime())
    case 'boolean':
      return typeof value === 'boolean'
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

const shape = (kind: unknown): Shape => {
  const known = typeof kind === 'string' ? SHAPES.get(kind) : undefined
  if (known === undefined) throw mistake('kind', 'a kind of schema.ts', kind)
  return known
}

const checkText = (place: string, value: unknown): void => {
  if (!fits('text', value)) throw mistake(place, EXPECTED.text, value)
}
const checkInteger = (place: string, value: unknown): void => {
  if (!Number.isSafeInteger(value)) throw mistake(place, EXPECTED.integer, value)
}

const checkColumn = (kind: string, column: Column, name: string, value: unknown): void => {
  if (value === null && column.nullable) return
  if (!fits(column.type, value)) {
    throw mistake(`${kind}.${name}`, `${EXPECTED[column.type]}${column.nullable ? ' or null' : ''}`, value)
  }
}

const checkRow = (kind: string, { columns }: Shape, row: unknown): void => {
  if (!isObject(row)) throw mistake(`${kind} row`, 'an object', row)
  checkText(`${kind}.id`, row['id'])
  for (const [name, column] of columns) checkColumn(kind, column, name, row[name])
  const names = Object.keys(row)
  if (names.length === columns.size + 1) return
  const extra = names.find((name) => name !== 'id' && !columns.has(name))
  throw new TypeError(`${kind}.${extra}: there is no such column to insert`)
}

const checkSet = (kind: string, { columns }: Shape, set: unknown): void => {
  if (!isObject(set)) throw mistake(`${kind} set`, 'an object', set)
  for (const name of Object.keys(set)) {
    const column = columns.get(name)
    if (column === undefined) throw new TypeError(`${kind}.${name}: there is no such column`)
    checkColumn(kind, column, name, set[name])
  }
}

const checkAdjustable = (kind: string, { declaration: { columns } }: Shape, field: unknown): void => {
  const column = typeof field === 'string' && Object.hasOwn(columns, field) ? columns[field] : undefined
  if (column?.type !== 'integer' && column?.type !== 'minor') {
    throw new TypeError(`${kind}.${String(field)}: only an integer or minor column can be adjusted`)
  }
}

const checkOp = (op: Op): void => {
  if (!isObject(op)) throw mistake('op', 'an object', op)
  const known = shape(op.kind)
  switch (op.op) {
    case 'insert':
      checkRow(op.kind, known, op.row)
      return
    case 'update':
      checkSet(op.kind, known, op.set)
      checkInteger(`${op.kind} expectedVersion`, op.expectedVersion)
      break
    case 'adjust':
      checkAdjustable(op.kind, known, op.field)
      checkInteger(`${op.kind}.${op.field} by`, op.by)
      checkInteger(`${op.kind}.${op.field} min`, op.min)
      break
    case 'remove':
      checkInteger(`${op.kind} expectedVersion`, op.expectedVersion)
      break
    default:
      throw new TypeError('op: expected insert, update, adjust or remove')
  }
  checkText(`${op.kind}.id`, op.id)
}

const idOf = (op: Op): string => (op.op === 'insert' ? op.row.id : op.id)

/** Throws unless every op is well formed and no row is named twice. */
export const checkOps = (ops: readonly Op[]): void => {
  if (!Array.isArray(ops)) throw mistake('ops', 'an array', ops)
  for (const op of ops) checkOp(op)
  if (ops.length < 2) return
  const named = new Map<Kind, Set<string>>()
  for (const op of ops) {
    const ids = named.get(op.kind) ?? new Set()
    if (ids.size === 0) named.set(op.kind, ids)
    if (ids.has(idOf(op))) throw new TypeError(`${op.kind}.id: one commit names the same row twice`)
    ids.add(idOf(op))
  }
}

/** Throws unless `kind` and `id` name a row that could exist. */
export const checkGet = (kind: Kind, id: string): void => {
  shape(kind)
  checkText(`${kind}.id`, id)
}

/** Throws unless `by` is `id` or an index of two columns that begins with text, and every value could stand there. */
export const checkAmong = (kind: Kind, by: string, values: readonly string[]): void => {
  const { declaration } = shape(kind)
  if (by !== 'id' && (typeof by !== 'string' || firstOfTwo(declaration, by) === undefined)) {
    throw new TypeError(`${kind}.${String(by)}: expected id, or an index of two columns that begins with text`)
  }
  if (!Array.isArray(values)) throw mistake(`${kind}.${by} values`, 'an array', values)
  if (values.length > MAX_LIMIT) throw new TypeError(`${kind}.${by} values: expected at most ${MAX_LIMIT}`)
  for (const value of values) checkText(`${kind}.${by} value`, value)
}

/** The equality column of an index that has one, if it is text. */
export const firstOfTwo = ({ columns, indexes }: KindDeclaration, index: string): string | undefined => {
  const names = Object.hasOwn(indexes, index) ? (indexes[index] ?? []) : []
  const [first = ''] = names
  return names.length === 2 && columns[first]?.type === 'text' ? first : undefined
}

/** Throws unless the query is complete: a value that is missing is a mistake, never "all". */
export const checkQuery = <K extends Kind>(kind: K, query: Query<K>): void => {
  const { declaration } = shape(kind)
  if (!isObject(query)) throw mistake(`${kind} query`, 'an object', query)
  const { index, where, limit } = query
  if (typeof index !== 'string' || !Object.hasOwn(declaration.indexes, index)) {
    throw new TypeError(`${kind}.${String(index)}: there is no such index`)
  }
  const place = `${kind}.${index}`
  for (const name of Object.keys(query)) {
    if (!QUERY_FIELDS.includes(name)) throw new TypeError(`${place} ${name}: a query has no such field`)
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw mistake(`${place} limit`, `1 to ${MAX_LIMIT}`, limit)
  const columns = declaration.indexes[index] ?? []
  const equal = columns.slice(0, -1)
  if (!isObject(where)) throw mistake(`${place} where`, 'an object', where)
  for (const name of equal) checkValue(`${place} where.${name}`, declaration, name, where[name])
  const extra = Object.keys(where).find((name) => !equal.includes(name))
  if (extra !== undefined) throw new TypeError(`${place} where.${extra}: not an equality column of this index`)
  const sorted = columns[columns.length - 1] ?? 'id'
  if ('atLeast' in query) checkValue(`${place} atLeast`, declaration, sorted, query.atLeast)
  if ('atMost' in query) checkValue(`${place} atMost`, declaration, sorted, query.atMost)
  if ('order' in query && query.order !== 'asc' && query.order !== 'desc') {
    throw mistake(`${place} order`, "'asc' or 'desc'", query.order)
  }
  if (!('after' in query)) return
  const after: unknown = query.after
  if (!isObject(after)) throw mistake(`${place} after`, 'a cursor', after)
  checkValue(`${place} after.value`, declaration, sorted, after['value'])
  checkText(`${place} after.id`, after['id'])
}

/** A value to compare a column with: of the column's type, and never null. */
const checkValue = (place: string, { columns }: KindDeclaration, name: string, value: unknown): void => {
  const column = columns[name]
  if (column !== undefined && !fits(column.type, value)) throw mistake(place, EXPECTED[column.type], value)
}
