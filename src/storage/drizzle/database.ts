import type { SQL, SQLWrapper } from 'drizzle-orm'
import type { Answer } from '../relational/driver'

// Drizzle's own methods are generic in ways that no other type can spell; only their presence is asked for here.
// biome-ignore lint/suspicious/noExplicitAny: the type of a foreign callback that is only handed through
type Work = (tx: any, ...rest: any[]) => any

/** What every Drizzle database has: `execute` on PostgreSQL and MySQL, `run` and `all` on SQLite. */
export type DrizzleDatabase = {
  transaction(work: Work): unknown
} & (
  | { execute(query: SQLWrapper | string): PromiseLike<unknown> }
  | { run(query: SQLWrapper | string): unknown; all(query: SQLWrapper | string): unknown }
)

/** The transaction of a database as Drizzle hands it over; with a synchronous driver, the database itself. */
export type TransactionOf<Db> = Db extends { all(query: SQLWrapper | string): readonly unknown[] }
  ? Db
  : // biome-ignore lint/suspicious/noExplicitAny: the result of a foreign callback does not matter here
    Db extends { transaction(work: (tx: infer Tx, ...rest: any[]) => any): unknown }
    ? Tx
    : never

/** A database or a transaction, as it is used here. */
export type Handle = {
  readonly execute?: (query: SQL) => PromiseLike<unknown>
  readonly run?: (query: SQL) => unknown
  readonly all?: (query: SQL) => unknown
  readonly transaction: <T>(work: (tx: Handle) => Promise<T>) => Promise<T>
  readonly $client?: unknown
}

/** What a statement answered, whichever driver gave it. */
export const answerOf = (result: unknown, isWrite: boolean): Answer => {
  // mysql2 gives [rows or header, fields], postgres.js an array of rows with a count, the others one object.
  const [head] = Array.isArray(result) && isHeader(result[0]) ? result : [result]
  if (!isObject(head)) return { rows: [], affected: 0 }
  const rows = Array.isArray(head) ? head : head['rows']
  return { rows: Array.isArray(rows) ? rows : [], affected: isWrite ? countOf(head) : 0 }
}

/** Rows are plain objects: an array is the rows of mysql2, and a header says what changed. */
const isHeader = (first: unknown): boolean =>
  Array.isArray(first) || (isObject(first) && 'affectedRows' in first && 'insertId' in first)

/** node-postgres · PGlite and mysql2 · libsql · better-sqlite3 · postgres.js. */
const COUNTS = ['rowCount', 'affectedRows', 'rowsAffected', 'changes', 'count']

const countOf = (head: Readonly<Record<string, unknown>>): number => {
  const count = COUNTS.map((name) => head[name]).find((value) => typeof value === 'number' || typeof value === 'bigint')
  // Without a count, no condition of a commit could be checked.
  if (count === undefined) throw new TypeError('db: this driver of Drizzle does not say how many rows it changed')
  return Number(count)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const WRAPPER = /^Failed (query: |to run the query )/

/**
 * What the driver threw. Drizzle's message quotes the statement and every value, in which anything may stand that looks
 * like a meaning.
 */
export const unwrapped = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined && WRAPPER.test(error.message) ? unwrapped(error.cause) : error

/**
 * One connection of node-postgres or mysql2 instead of a pool: every statement of the process shares it. PGlite and
 * postgres.js keep a transaction to itself.
 */
export const isOneConnection = ({ $client }: Handle): boolean => {
  if ((typeof $client !== 'object' && typeof $client !== 'function') || $client === null || !('query' in $client)) {
    return false
  }
  return !['totalCount', 'getConnection', 'begin', 'transaction'].some((name) => name in $client)
}
