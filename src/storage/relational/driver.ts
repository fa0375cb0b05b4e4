import type { Dialect } from './naming'

/** What a parameter can be: every driver binds these alike. Moments travel as text. */
export type SqlValue = string | number | boolean | null

/**
 * One statement with its parameters: `$1 …` on PostgreSQL, where one may stand in several places; `?` elsewhere, one value
 * each, in order.
 */
export type Statement = { readonly text: string; readonly values: readonly SqlValue[] }

export type Answer = {
  readonly rows: readonly Record<string, unknown>[]
  readonly affected: number
}

/** One connection inside one transaction. */
export type Session<Tx> = {
  readonly run: (statement: Statement) => Promise<Answer>
  /** What the host knows this transaction as. */
  readonly native: Tx
}

/** A transaction of the host's. */
export type JoinedSession<Tx> = Session<Tx> & {
  /** Undoes what `work` did, and no more, when it throws. Left out, it is a savepoint in SQL. */
  readonly nested?: (work: (session: Session<Tx>) => Promise<void>) => Promise<void>
}

/** What a store needs of a database library. Faults are thrown as the library throws them. */
export type Driver<Tx> = {
  readonly dialect: Dialect
  /** One statement on any connection, in a transaction of its own. */
  readonly run: (statement: Statement) => Promise<Answer>
  /** Commits when `work` is done, rolls back and throws the same when it throws. */
  readonly transaction: <T>(work: (session: Session<Tx>) => Promise<T>) => Promise<T>
  /** A transaction the host has opened and will end. */
  readonly join: (tx: Tx) => JoinedSession<Tx>
}
