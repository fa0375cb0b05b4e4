import { CompiledQuery, type Kysely, type QueryResult, type Transaction } from 'kysely'
import type { Answer, Driver, Session, Statement } from '../relational/driver'
import type { Dialect } from '../relational/naming'
import { type RelationalOptions, type RelationalStore, relationalStore } from '../relational/store'
import type { PreparedPool } from './prepared-pool'

export type SqlStoreOptions<DB> = RelationalOptions & {
  /** The host's own Kysely: its pool, its settings. Plugins do not touch our statements. */
  readonly db: Kysely<DB>
  readonly dialect: Dialect
  /**
   * The pool that `db` was made with, if it is a `preparedPool`. Reads and commits, one statement each, then go straight to
   * it instead of through Kysely, with about half of the driver's work. Transactions stay with Kysely.
   */
  readonly pool?: PreparedPool
}

/**
 * A store in the host's own database, through Kysely: PostgreSQL, MySQL 8, MariaDB 10.11 or later, SQLite.
 *
 * On PostgreSQL a commit is one statement and one round trip; give Kysely a `preparedPool` so that it is planned once.
 * Elsewhere a commit of several ops is one transaction. `inTransaction` hooks and `join` get a Kysely `Transaction`.
 *
 * Create the tables with `npx holdfast migrate`, or commit what `npx holdfast schema` prints.
 *
 * Errors of the database come out of the verbs as `store_unavailable` with a `reason`; `onFault` is told what the
 * database said. Deadlocks and serialization failures are repeated, `inTransaction` hooks included: their writes of the
 * first try were rolled back with it.
 *
 * Throws a `TypeError` for a `pool` beside another dialect than `postgres`.
 *
 * Not guaranteed: reads from a replica. Everything must go to the primary.
 */
export const sqlStore = <DB>(options: SqlStoreOptions<DB>): RelationalStore<Transaction<DB>> => {
  const { db, dialect, pool, ...rest } = options
  if (pool !== undefined && dialect !== 'postgres') throw new TypeError('pool: only PostgreSQL has a preparedPool')
  return relationalStore(kyselyDriver(db, dialect, pool), rest)
}

const kyselyDriver = <DB>(
  db: Kysely<DB>,
  dialect: Dialect,
  pool: PreparedPool | undefined,
): Driver<Transaction<DB>> => {
  const sessionOf = (tx: Transaction<DB>): Session<Transaction<DB>> => {
    // A plugin of the host, such as one for camel case, would rename our columns.
    const plain = tx.withoutPlugins()
    return { native: tx, run: (statement) => execute(plain, statement) }
  }
  const plain = db.withoutPlugins()
  return {
    dialect,
    run: (statement) => (pool === undefined ? execute(plain, statement) : executeOn(pool, statement)),
    transaction: (work) => db.transaction().execute((tx) => work(sessionOf(tx))),
    join: sessionOf,
  }
}

const execute = async <DB>(db: Kysely<DB>, { text, values }: Statement): Promise<Answer> => {
  const result: QueryResult<Record<string, unknown>> = await db.executeQuery(CompiledQuery.raw(text, [...values]))
  return { rows: result.rows, affected: Number(result.numAffectedRows ?? 0n) }
}

const executeOn = async (pool: PreparedPool, { text, values }: Statement): Promise<Answer> => {
  const { rows, rowCount } = await pool.run(text, values)
  return { rows, affected: rowCount ?? 0 }
}
