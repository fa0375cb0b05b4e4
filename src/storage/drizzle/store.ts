import { sql } from 'drizzle-orm'
import type { Answer, Driver, Session, Statement } from '../relational/driver'
import type { Dialect } from '../relational/naming'
import { type RelationalOptions, type RelationalStore, relationalStore } from '../relational/store'
import { answerOf, type DrizzleDatabase, type Handle, isOneConnection, type TransactionOf, unwrapped } from './database'
import { createQueries } from './queries'
import { createTurns, noTurns } from './turns'

export type DrizzleStoreOptions<Db extends DrizzleDatabase> = RelationalOptions & {
  /** The host's own Drizzle: its pool, its settings, its logger. */
  readonly db: Db
  readonly dialect: Dialect
}

/**
 * A store in the host's own database, through Drizzle: node-postgres, postgres.js and PGlite (`postgres`), mysql2 with
 * MySQL 8 or MariaDB 10.11 and later (`mysql`), libsql and better-sqlite3 (`sqlite`).
 *
 * On PostgreSQL a commit is one statement and one round trip; Drizzle sends it without a name, so it is planned each
 * time. Elsewhere a commit of several ops is one transaction. `inTransaction` hooks and `join` get Drizzle's own `tx`.
 *
 * With a synchronous driver such as better-sqlite3 that `tx` is `db` itself, because Drizzle's transaction there ends
 * before anything can be awaited. One commit at a time has the connection, and reads wait for it: inside a hook read
 * with `store.join(tx)`, never with the store itself, which would wait for ever. Whatever else the process writes with
 * `db` while a hook is open belongs to its transaction. Use one store per `db`. The same holds for a single connection
 * of node-postgres or mysql2; give Drizzle a pool.
 *
 * Create the tables with `npx holdfast migrate`, or commit what `npx holdfast schema` prints.
 *
 * Errors of the database come out of the verbs as `store_unavailable` with a `reason`; `onFault` is told what the
 * database said. Deadlocks and serialization failures are repeated, `inTransaction` hooks included: their writes of the
 * first try were rolled back with it. Throws a `TypeError` when `db` and `dialect` do not fit.
 *
 * Not guaranteed: drivers without transactions over several statements, such as D1 and neon-http; reads from a replica.
 * Everything must go to the primary.
 */
export const drizzleStore = <Db extends DrizzleDatabase>(
  options: DrizzleStoreOptions<Db>,
): RelationalStore<TransactionOf<Db>> => {
  const { db, dialect, ...rest } = options
  // Drizzle's databases have these methods in types of their own; which of them are there is checked below.
  const handle = db as unknown as Handle
  const has = dialect === 'sqlite' ? [handle.run, handle.all] : [handle.execute]
  if (!has.every((method) => typeof method === 'function')) {
    throw new TypeError(`db: expected a Drizzle database of the dialect ${dialect}`)
  }
  return relationalStore<TransactionOf<Db>>(drizzleDriver(handle, dialect), rest)
}

/** `Tx` is what the host knows as the transaction; here it is always a handle. */
const drizzleDriver = <Tx>(db: Handle, dialect: Dialect): Driver<Tx> => {
  const queryOf = createQueries(dialect)

  const execute = async (handle: Handle, { text, values }: Statement): Promise<Answer> => {
    const isRead = text.startsWith('SELECT')
    const query = queryOf(text, values)
    try {
      const result = handle.execute?.(query) ?? (isRead ? handle.all?.(query) : handle.run?.(query))
      const answer: unknown = await result
      return answerOf(answer, /^(INSERT|UPDATE|DELETE)/.test(text))
    } catch (error) {
      throw unwrapped(error)
    }
  }

  // The host's type of a transaction and ours are the same object.
  const nativeOf = (handle: Handle): Tx => handle as unknown as Tx
  const handleOf = (tx: Tx): Handle => tx as unknown as Handle
  const sessionOf = (handle: Handle): Session<Tx> => ({
    native: nativeOf(handle),
    run: (statement) => execute(handle, statement),
  })

  if (dialect === 'sqlite' && isSynchronous(db)) {
    const turn = createTurns()
    const tell = (text: string): Promise<Answer> => execute(db, { text, values: [] })
    return {
      dialect,
      run: (statement) => turn(() => execute(db, statement)),
      transaction: (work) =>
        turn(async () => {
          await tell('BEGIN IMMEDIATE')
          try {
            const done = await work(sessionOf(db))
            await tell('COMMIT')
            return done
          } catch (error) {
            // SQLite may have rolled back by itself, and then there is nothing left to undo.
            await tell('ROLLBACK').catch(() => undefined)
            throw error
          }
        }),
      join: (tx) => sessionOf(handleOf(tx)),
    }
  }

  // SQLite has one writer; whoever waits here would otherwise be told that the database is locked.
  const turn = dialect === 'sqlite' || isOneConnection(db) ? createTurns() : noTurns
  const isFree = (text: string): boolean => dialect === 'sqlite' && text.startsWith('SELECT')
  return {
    dialect,
    run: (statement) => (isFree(statement.text) ? execute(db, statement) : turn(() => execute(db, statement))),
    transaction: (work) =>
      turn(async () => {
        try {
          return await db.transaction((tx) => work(sessionOf(tx)))
        } catch (error) {
          throw unwrapped(error)
        }
      }),
    join: (tx) => ({
      ...sessionOf(handleOf(tx)),
      // postgres.js ends a transaction in which any statement failed, unless it was in a savepoint of the library's own.
      nested: async (work) => {
        try {
          await handleOf(tx).transaction((inner) => work(sessionOf(inner)))
        } catch (error) {
          throw unwrapped(error)
        }
      },
    }),
  }
}

/** A synchronous driver has answered when the call returns; an asynchronous one has not even asked. */
const isSynchronous = (db: Handle): boolean => Array.isArray(db.all?.(sql.raw('SELECT 1')))
