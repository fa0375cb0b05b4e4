import { KINDS, type Kind, type KindDeclaration } from '../schema'
import type { Cursor } from '../store'
import { addEntry, compareEntries, type Entry, idsWithin, removeEntry, type SortedList } from './sorted-list'

export type Value = string | number | boolean | Date | null
/** A row as it lies in a table. It is never changed, only replaced, and never handed out itself. */
export type StoredRow = { readonly id: string; readonly version: number; readonly [column: string]: Value }

type UniqueKey = { readonly columns: readonly string[]; readonly taken: Set<string> }
type Index = { readonly equal: readonly string[]; readonly sorted: string; readonly groups: Map<string, SortedList> }

/** The rows of one kind, its unique keys and its indexes. */
export type Table = {
  readonly rows: Map<string, StoredRow>
  readonly keys: readonly UniqueKey[]
  readonly indexes: ReadonlyMap<string, Index>
  readonly moments: readonly string[]
  readonly numbers: readonly string[]
}

/** A row before and after an op; `undefined` where it does not exist. */
export type Change = {
  readonly table: Table
  readonly before: StoredRow | undefined
  readonly after: StoredRow | undefined
}

const createTable = ({ columns, unique, indexes }: KindDeclaration): Table => {
  const named = (...types: readonly string[]) =>
    Object.entries(columns).flatMap(([name, { type }]) => (types.includes(type) ? [name] : []))
  return {
    rows: new Map(),
    keys: Object.values(unique).map((names) => ({ columns: names, taken: new Set() })),
    indexes: new Map(
      Object.entries(indexes).map(([name, names]) => {
        return [name, { equal: names.slice(0, -1), sorted: names[names.length - 1] ?? 'id', groups: new Map() }]
      }),
    ),
    moments: named('moment'),
    numbers: named('integer', 'minor'),
  }
}

export const createTables = (): ((kind: Kind) => Table) => {
  const tables = new Map(Object.entries(KINDS).map(([kind, declaration]) => [kind, createTable(declaration)]))
  return (kind) => {
    const table = tables.get(kind)
    if (table === undefined) throw new TypeError(`${kind}: there is no such kind`)
    return table
  }
}

/** A copy that shares nothing with the values it was made from. Zero has one sign, as in a database. */
export const copyValues = <T extends Readonly<Record<string, Value>>>(table: Table, values: T): T => {
  const copy: Record<string, Value> = { ...values }
  for (const name of table.moments) {
    const value = copy[name]
    if (value instanceof Date) copy[name] = new Date(value.getTime())
  }
  for (const name of table.numbers) if (copy[name] === 0) copy[name] = 0
  // The same names with values of the same types: the copy is what the original was.
  return copy as T
}

const comparable = (value: Value): string | number => {
  if (value instanceof Date) return value.getTime()
  return typeof value === 'string' ? value : Number(value)
}

/** The columns' values as one text, or null when one of them is null. No text holds a NUL, so the parts stay apart. */
const keyOf = (columns: readonly string[], values: Readonly<Record<string, Value>>): string | null => {
  let key = ''
  for (const name of columns) {
    const value = values[name] ?? null
    if (value === null) return null
    key += `${comparable(value)}\0`
  }
  return key
}

const isSame = (columns: readonly string[], before: StoredRow, after: StoredRow): boolean =>
  columns.every((name) => before[name] === after[name])

/** Whether a unique key of the row after the change belongs to another row. */
export const isTaken = ({ table, before, after }: Change): boolean =>
  after !== undefined &&
  table.keys.some(({ columns, taken }) => {
    if (before !== undefined && isSame(columns, before, after)) return false
    const key = keyOf(columns, after)
    return key !== null && taken.has(key) && (before === undefined || keyOf(columns, before) !== key)
  })

const entryOf = ({ sorted }: Index, row: StoredRow): Entry | undefined => {
  const value = row[sorted] ?? null
  return value === null ? undefined : { value: comparable(value), id: row.id }
}

const enter = (index: Index, row: StoredRow): void => {
  const entry = entryOf(index, row)
  const key = keyOf(index.equal, row)
  if (entry === undefined || key === null) return
  const list = index.groups.get(key)
  if (list === undefined) index.groups.set(key, [[entry]])
  else addEntry(list, entry)
}

const leave = (index: Index, row: StoredRow): void => {
  const entry = entryOf(index, row)
  const key = keyOf(index.equal, row)
  const list = entry === undefined || key === null ? undefined : index.groups.get(key)
  if (entry === undefined || key === null || list === undefined) return
  removeEntry(list, entry)
  if (list.length === 0) index.groups.delete(key)
}

/** Carries out a change: the row, its unique keys and its index entries. */
export const make = ({ table, before, after }: Change): void => {
  const both = before !== undefined && after !== undefined
  for (const { columns, taken } of table.keys) {
    if (both && isSame(columns, before, after)) continue
    const old = before === undefined ? null : keyOf(columns, before)
    const fresh = after === undefined ? null : keyOf(columns, after)
    if (old !== null) taken.delete(old)
    if (fresh !== null) taken.add(fresh)
  }
  for (const index of table.indexes.values()) {
    if (both && isSame(index.equal, before, after) && before[index.sorted] === after[index.sorted]) continue
    if (before !== undefined) leave(index, before)
    if (after !== undefined) enter(index, after)
  }
  if (after !== undefined) table.rows.set(after.id, after)
  else if (before !== undefined) table.rows.delete(before.id)
}

/** Takes changes back, the last one first. */
export const unmake = (changes: readonly Change[]): void => {
  for (const { table, before, after } of changes.toReversed()) make({ table, before: after, after: before })
}

export type Page = {
  readonly index: string
  readonly where: Readonly<Record<string, Value>>
  readonly atLeast?: Value
  readonly atMost?: Value
  readonly order?: 'asc' | 'desc'
  readonly limit: number
  readonly after?: Cursor
}

/** The rows of a page, in order: the stored ones, for the caller to copy. */
export const rowsOf = (table: Table, page: Page): readonly StoredRow[] => {
  const index = table.indexes.get(page.index)
  const list = index?.groups.get(keyOf(index.equal, page.where) ?? '')
  if (list === undefined) return []
  const order = page.order ?? 'asc'
  const least = page.atLeast === undefined ? undefined : comparable(page.atLeast)
  const most = page.atMost === undefined ? undefined : comparable(page.atMost)
  const cursor = page.after && { value: comparable(page.after.value), id: page.after.id }
  const isPassed = (entry: Entry) =>
    cursor !== undefined && (order === 'asc' ? compareEntries(entry, cursor) <= 0 : compareEntries(entry, cursor) >= 0)
  const isBelow = (entry: Entry) => (least !== undefined && entry.value < least) || (order === 'asc' && isPassed(entry))
  const isAbove = (entry: Entry) => (most !== undefined && entry.value > most) || (order === 'desc' && isPassed(entry))
  return idsWithin(list, { isBelow, isAbove }, order, page.limit).flatMap((id) => table.rows.get(id) ?? [])
}

/** The rows with one of these ids, or with one of these values in front of an index of two columns. */
export const rowsAmong = (table: Table, by: string, values: readonly string[]): readonly StoredRow[] => {
  const index = table.indexes.get(by)
  const idsOf = (value: string): readonly string[] => {
    if (index === undefined) return [value]
    const entries = index.groups.get(keyOf(index.equal, { [index.equal[0] ?? '']: value }) ?? '') ?? []
    return entries.flat().map(({ id }) => id)
  }
  return [...new Set(values)].flatMap((value) => idsOf(value).flatMap((id) => table.rows.get(id) ?? []))
}
