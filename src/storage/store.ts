import type { ColumnsOf, IndexOf, Kind, NewRow, Row } from './schema'

/**
 * The port a host implements with its own database. Three methods, and two that may be left out; everything the library
 * promises about money rests on the third one.
 *
 * **`get`** reads one row by id. **`find`** reads rows by a named index of `schema.ts`: every equality column must be
 * given, the last column sorts and may be bounded on both sides (both bounds are inclusive), ties are ordered by id,
 * and a page goes on `after` the last row of the page before. Both read committed rows from the primary, take no lock,
 * and hand out copies: what a caller does to a row never reaches the store.
 *
 * **`commit`** is the one atomic write. All its ops stand or fall together, and a commit names a row at most once:
 * - `insert`: conflict `exists` when the id or a unique key is taken. The row starts at version 1.
 * - `update`: only the row at `expectedVersion`, which then is one higher; otherwise conflict `version`, or `missing`;
 *   conflict `exists` when it would take another row's unique key.
 * - `adjust`: adds `by` to a numeric column if the sum is at least `min`, without touching the version; otherwise
 *   conflict `guard`, or `missing`.
 * - `remove`: only the row at `expectedVersion`; otherwise conflict `version`, or `missing`.
 *
 * `within` runs the host's own writes inside the same transaction, after the ops and before the commit. If it throws,
 * nothing is written and `commit` throws what it threw.
 *
 * What can be expected is returned (`committed`, or the first `conflict` with the index of its op); faults are thrown.
 * A thrown fault may mean that the commit happened and the answer was lost: the library reads again and never guesses,
 * unless the error carries a `fault` that says `not_executed`.
 * A unique key that one op of a commit leaves may be taken by a later op of the same commit.
 * `undefined` in an id, a row or a query is a mistake of the caller and is thrown as a `TypeError`, never read as "all".
 *
 * Isolation: READ COMMITTED with unique keys and conditional updates is enough. Moments keep their milliseconds and
 * amounts every digit up to 2^53.
 *
 * `storeConformance` in `holdfast/testing` tells whether an implementation is right.
 */
export type Store<Tx = unknown> = {
  get<K extends Kind>(kind: K, id: string): Promise<Row<K> | undefined>
  find<K extends Kind>(kind: K, query: Query<K>): Promise<readonly Row<K>[]>
  commit(ops: readonly Op[], within?: (tx: Tx) => Promise<void>): Promise<CommitOutcome>
  /**
   * The same store inside a transaction the host has opened and will end: what it reads and writes belongs to that
   * transaction, and a conflict leaves it usable. Optional: without it, `payments.join` throws.
   */
  join?(tx: Tx): Store<Tx>
  /**
   * What `get` gives for each of these ids, or `find` for each of these values in front of an index of two columns:
   * every row once, in any order, all of them. At most 1,000 values. Optional: with it, a job that works on a page of
   * orders reads what belongs to them at once; without it, one after the other.
   */
  findAmong?<K extends Kind>(kind: K, by: 'id' | IndexOf<K>, values: readonly string[]): Promise<readonly Row<K>[]>
  /**
   * An attempt with its order and the claims of that order by position: what `get` and `find` give, from one read.
   * `undefined` when either of the two is not there. Optional: without it, a payment is read part by part.
   */
  getWithOrder?(attemptId: string): Promise<AttemptWithOrder | undefined>
}

export type AttemptWithOrder = {
  readonly attempt: Row<'attempts'>
  readonly order: Row<'orders'>
  readonly claims: readonly Row<'claims'>[]
}

/** A page of an index. `limit` is 1 to 1,000. */
export type Query<K extends Kind = Kind> = {
  readonly index: IndexOf<K>
  /** A value for every column of the index but the last. */
  readonly where: Readonly<Record<string, string | number | boolean>>
  /** Bounds of the last column, both inclusive. */
  readonly atLeast?: string | number | Date
  readonly atMost?: string | number | Date
  readonly order?: 'asc' | 'desc'
  readonly limit: number
  /** Where the page before ended: its last row's value in the index's last column, and its id. */
  readonly after?: Cursor
}

export type Cursor = { readonly value: string | number | Date; readonly id: string }

type Of<K extends Kind, F> = K extends Kind ? F : never

export type Insert<K extends Kind = Kind> = K extends Kind
  ? { readonly op: 'insert'; readonly kind: K; readonly row: NewRow<K> }
  : never
export type Update<K extends Kind = Kind> = K extends Kind
  ? {
      readonly op: 'update'
      readonly kind: K
      readonly id: string
      readonly expectedVersion: number
      readonly set: Partial<ColumnsOf<K>>
    }
  : never
export type Adjust<K extends Kind = Kind> = K extends Kind
  ? {
      readonly op: 'adjust'
      readonly kind: K
      readonly id: string
      readonly field: keyof ColumnsOf<K> & string
      readonly by: number
      readonly min: number
    }
  : never
export type Remove<K extends Kind = Kind> = Of<
  K,
  { readonly op: 'remove'; readonly kind: K; readonly id: string; readonly expectedVersion: number }
>
export type Op = Insert | Update | Adjust | Remove

export type CommitOutcome =
  | { readonly kind: 'committed' }
  | { readonly kind: 'conflict'; readonly op: number; readonly reason: ConflictReason }
export type ConflictReason = 'exists' | 'version' | 'guard' | 'missing'

/** What a store may say about an error it throws, as its property `fault`. */
export type StoreFault = {
  readonly reason:
    | 'unreachable'
    | 'connection_lost'
    | 'no_connection_free'
    | 'timeout'
    | 'contention'
    | 'read_only'
    | 'schema'
    | 'privilege'
    | 'other'
  /** `not_executed`: nothing was written. `unknown`: the commit may have happened. */
  readonly outcome: 'not_executed' | 'unknown'
}

/** What an error that a store threw says of itself. Without a word of it, anything may have happened. */
export const faultOf = (thrown: unknown): StoreFault => {
  if (typeof thrown === 'object' && thrown !== null && 'fault' in thrown && isFault(thrown.fault)) return thrown.fault
  return { reason: 'other', outcome: 'unknown' }
}

// Not `instanceof`: another door of the package may have its own copy of every class.
const isFault = (value: unknown): value is StoreFault =>
  typeof value === 'object' && value !== null && 'reason' in value && 'outcome' in value

/** An error with its meaning; what the database said stays behind as its cause. */
export class StoreError extends Error {
  readonly fault: StoreFault
  constructor(fault: StoreFault, cause: unknown) {
    super(`the database failed: ${fault.reason}`, { cause })
    this.name = 'StoreError'
    this.fault = fault
  }
}
