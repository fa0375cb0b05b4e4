import { KINDS, type Kind, type KindDeclaration, type NewRow, type Row } from '../../storage/schema'
import type { Op, Query, Store } from '../../storage/store'

export type Value = string | number | boolean | Date | null
/** Columns by name, for cases that go over every kind. */
export type Values = Readonly<Record<string, Value>>
export type AnyRow = Values & { readonly id: string }

const DECLARATIONS: Readonly<Record<Kind, KindDeclaration>> = KINDS
export const declarationOf = (kind: Kind): KindDeclaration => DECLARATIONS[kind]
// Object.keys forgets which keys the object has.
export const ALL_KINDS = Object.keys(KINDS) as readonly Kind[]

const START = Date.UTC(2026, 0, 31, 15, 0, 0, 123)
/** The moment `ms` milliseconds after the kit's own beginning. */
export const moment = (ms: number): Date => new Date(START + ms)

/** A value of the column that no other seed gives. */
export const seededValue = (kind: Kind, column: string, seed: number): Value => {
  const declared = declarationOf(kind).columns[column]
  switch (declared?.type) {
    case 'text':
      return `${column}-${String(seed).padStart(4, '0')}`
    case 'integer':
      return seed
    case 'minor':
      return seed * 1_000
    case 'moment':
      return moment(seed)
    case 'boolean':
      return seed % 2 === 0
    case undefined:
      throw new Error(`${kind} has no column ${column}`)
  }
}

export const isNullable = (kind: Kind, column: string): boolean =>
  declarationOf(kind).columns[column]?.nullable ?? false

/** A row with every column filled; two seeds never collide in a unique key. */
export const rowOf = (kind: Kind, id: string, seed: number, values: Values = {}): AnyRow => {
  const columns = Object.keys(declarationOf(kind).columns).map((name) => [name, seededValue(kind, name, seed)])
  return { ...Object.fromEntries(columns), ...values, id }
}

/** The same, with null in every column that may be null. */
export const emptyRowOf = (kind: Kind, id: string, seed: number): AnyRow => {
  const nullable = Object.keys(declarationOf(kind).columns).filter((name) => isNullable(kind, name))
  return rowOf(kind, id, seed, Object.fromEntries(nullable.map((name) => [name, null])))
}

/** Made from the kind's own declaration, so it is a row of the kind; the compiler sees names and values only. */
const typed = <K extends Kind>(row: AnyRow): NewRow<K> => row as unknown as NewRow<K>

// A kind and values of that kind belong together here; the union of all ops cannot say so for a kind in a variable.
export const insert = (kind: Kind, row: AnyRow): Op => ({ op: 'insert', kind, row: typed(row) }) as Op
export const update = (kind: Kind, id: string, expectedVersion: number, set: Values): Op =>
  ({ op: 'update', kind, id, expectedVersion, set }) as unknown as Op
export const remove = (kind: Kind, id: string, expectedVersion: number): Op => ({
  op: 'remove',
  kind,
  id,
  expectedVersion,
})
export const adjust = (kind: Kind, id: string, field: string, by: number, min: number): Op =>
  ({ op: 'adjust', kind, id, field, by, min }) as Op

export type AnyQuery = Omit<Query, 'index'> & { readonly index: string }
export const find = async (store: Store, kind: Kind, query: AnyQuery): Promise<readonly Row[]> =>
  store.find(kind, query as Query<Kind>)
export const idsOf = async (store: Store, kind: Kind, query: AnyQuery): Promise<readonly string[]> =>
  (await find(store, kind, query)).map(({ id }) => id)

/** The row of a pool, the smallest there is. */
export const poolRow = (id: string, available: number): AnyRow => rowOf('pools', id, 1, { available })
export const pool = (id: string, available: number): Op => insert('pools', poolRow(id, available))
export const availableIn = async (store: Store, id: string): Promise<number | undefined> =>
  (await store.get('pools', id))?.available
