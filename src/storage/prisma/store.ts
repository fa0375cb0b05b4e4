import type { Answer, Driver, Session, Statement } from '../relational/driver'
import type { Dialect } from '../relational/naming'
import { type RelationalOptions, type RelationalStore, relationalStore } from '../relational/store'

/** The parts of a Prisma client and of its transactions that are used here; no version of Prisma is imported. */
export type PrismaRunner = {
  // Prisma takes any value as a parameter.
  // biome-ignore lint/suspicious/noExplicitAny: the type of a foreign function
  $queryRawUnsafe(query: string, ...values: any[]): PromiseLike<unknown>
  // biome-ignore lint/suspicious/noExplicitAny: the type of a foreign function
  $executeRawUnsafe(query: string, ...values: any[]): PromiseLike<number>
}

type TransactionOptions = { maxWait?: number; timeout?: number }

export type PrismaDatabase<Tx extends PrismaRunner> = PrismaRunner & {
  $transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>
}

export type PrismaStoreOptions<Tx extends PrismaRunner> = RelationalOptions & {
  /** The host's own client, of Prisma 7 with a driver adapter. */
  readonly prisma: PrismaDatabase<Tx>
  readonly dialect: Dialect
  /** How long a transaction may wait for a connection. Default: the client's setting, which is 2,000 unless changed. */
  readonly maxWaitMs?: number
  /** How long a transaction may take, hooks included. Default: the client's setting, which is 5,000 unless changed. */
  readonly transactionTimeoutMs?: number
}

/**
 * A store in the host's own database, through a client of Prisma 7 with a driver adapter: PostgreSQL, SQLite, MySQL 8,
 * MariaDB 10.11 or later.
 *
 * On PostgreSQL a commit is one statement and one round trip. Elsewhere, and with an `inTransaction` hook, it is an
 * interactive transaction, and Prisma rolls it back after `transactionTimeoutMs`. Hooks and `join` get Prisma's own
 * `tx`, the client of `$transaction`.
 *
 * On SQLite the adapter lets one transaction run at a time and everything else waits for it: inside a hook read with
 * `store.join(tx)`, not with the store itself. MySQL does not prepare savepoints: for `join` give its adapter
 * `useTextProtocol: true`; MariaDB needs nothing.
 *
 * Create the tables with `npx holdfast migrate`, or take what `npx holdfast schema` prints into your own migrations.
 *
 * Errors of the database come out of the verbs as `store_unavailable` with a `reason`; `onFault` is told what the
 * database said. Deadlocks and serialization failures are repeated, `inTransaction` hooks included: their writes of the
 * first try were rolled back with it. Throws a `TypeError` for what is no Prisma client and a `RangeError` for a time
 * that is not a positive number.
 *
 * Not guaranteed: Accelerate and read replicas; everything must go to the primary. Extensions of the client that change
 * raw queries change ours too.
 */
export const prismaStore = <Tx extends PrismaRunner>(options: PrismaStoreOptions<Tx>): RelationalStore<Tx> => {
  const { prisma, dialect, maxWaitMs, transactionTimeoutMs, ...rest } = options
  for (const method of ['$queryRawUnsafe', '$executeRawUnsafe', '$transaction'] as const) {
    if (typeof prisma[method] !== 'function') throw new TypeError(`prisma: expected a client with ${method}`)
  }
  const transactionOptions = {
    ...(maxWaitMs !== undefined && { maxWait: checkedTime('maxWaitMs', maxWaitMs) }),
    ...(transactionTimeoutMs !== undefined && { timeout: checkedTime('transactionTimeoutMs', transactionTimeoutMs) }),
  }
  return relationalStore(prismaDriver(prisma, dialect, transactionOptions), rest)
}

const checkedTime = (field: string, value: number): number => {
  if (Number.isFinite(value) && value > 0) return value
  throw new RangeError(`${field}: expected a positive number of milliseconds`)
}

const prismaDriver = <Tx extends PrismaRunner>(
  prisma: PrismaDatabase<Tx>,
  dialect: Dialect,
  options: TransactionOptions,
): Driver<Tx> => {
  const sessionOf = (tx: Tx): Session<Tx> => ({ native: tx, run: (statement) => execute(tx, statement) })
  return {
    dialect,
    run: (statement) => execute(prisma, statement),
    transaction: (work) => prisma.$transaction((tx) => work(sessionOf(tx)), options),
    join: sessionOf,
  }
}

/** Prisma gives either rows or a count: rows are what reads and the commit in one statement ask for. */
const execute = async (runner: PrismaRunner, { text, values }: Statement): Promise<Answer> => {
  if (!/^(SELECT|WITH) /.test(text)) return { rows: [], affected: await runner.$executeRawUnsafe(text, ...values) }
  const rows = await runner.$queryRawUnsafe(text, ...values)
  // An array of plain objects, by what Prisma promises for raw queries.
  return { rows: rows as Answer['rows'], affected: 0 }
}
