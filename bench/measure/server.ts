import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { schemaStatements } from '../../src/storage/relational/ddl'
import { createNames } from '../../src/storage/relational/naming'
import { preparedPool, type RelationalStore, sqlStore } from '../../src/storage/sql'
import type { Op, Store } from '../../src/storage/store'

/** The server to measure on. Without one the benchmark says so and ends. */
export const serverUrl = (bench: string): string => {
  const url = process.env['HOLDFAST_TEST_POSTGRES']
  if (url !== undefined) return url
  console.log(`${bench}: skipped, HOLDFAST_TEST_POSTGRES is not set`)
  process.exit(0)
}

/** A size from the environment, so that the same file serves a quick look and a long run. */
export const sizeFrom = (variable: string, fallback: number): number => {
  const given = process.env[variable]
  if (given === undefined) return fallback
  const size = Number(given)
  if (!Number.isSafeInteger(size) || size < 1) throw new RangeError(`${variable}: expected a whole number from 1`)
  return size
}

/** The tables that a life writes. */
const WRITTEN = ['orders', 'order_lines', 'claims', 'attempts', 'events', 'outbox', 'inbox', 'requests', 'leases']

/** A schema that belongs to one benchmark, and a pool beside it. */
export const openSchema = (url: string, schema: string, connections: number) => {
  const pool = new Pool({ connectionString: url, max: connections })
  // Once per pool: the statements' names belong to its connections, and a second wrapper would give them anew.
  const prepared = preparedPool(pool)
  const db = new Kysely({ dialect: new PostgresDialect({ pool: prepared }) })
  const table = (name: string): string => `${schema}.hf_${name}`
  const kept = (name: string): string => `${schema}.kept_${name}`
  let keeps = false
  return {
    pool,
    table,
    create: async (): Promise<void> => {
      await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`)
      for (const statement of schemaStatements(createNames('postgres', { schema }))) await pool.query(statement)
    },
    /** Every contender starts from the same tables, without what the one before left dead in them. */
    empty: async (): Promise<void> => {
      await pool.query(`TRUNCATE ${WRITTEN.map(table).join(', ')}`)
      if (!keeps) return
      for (const name of WRITTEN) await pool.query(`INSERT INTO ${table(name)} SELECT * FROM ${kept(name)}`)
      await pool.query(`ANALYZE ${WRITTEN.map(table).join(', ')}`)
    },
    /** What stands in the tables now will be there after every `empty`, and the server will know how much it is. */
    keep: async (): Promise<void> => {
      for (const name of WRITTEN) await pool.query(`CREATE TABLE ${kept(name)} AS TABLE ${table(name)}`)
      keeps = true
    },
    drop: async (): Promise<void> => {
      await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
      await pool.end()
    },
    store: (): RelationalStore<unknown> =>
      // The transaction type is for hooks; no benchmark has any.
      sqlStore({ db, dialect: 'postgres', pool: prepared, schema }) as RelationalStore<unknown>,
    /** `values` are SQL, one per column; `from` makes a row per row of it. */
    insert: (name: string, values: Readonly<Record<string, string>>, from = ''): string =>
      `INSERT INTO ${table(name)} (${Object.keys(values).join(', ')}) SELECT ${Object.values(values).join(', ')} ${from}`,
    numberIn: async (sql: string): Promise<number> => {
      const { rows } = await pool.query<{ readonly found: string }>(`SELECT (${sql}) AS found`)
      return Number(rows[0]?.found)
    },
  }
}

export type BenchSchema = ReturnType<typeof openSchema>

/** How many a second `work` does of so many. */
export const perSecond = async (count: number, work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return count / ((performance.now() - startedAt) / 1_000)
}

export type Memory = { readonly heap: number; readonly rss: number }

/** What is alive now, after a collection. */
export const memoryNow = (): Memory => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed, rss }
}

/** The same store, with a word after every commit that happened. */
export const watched = <Tx>(store: Store<Tx>, onCommit: (ops: readonly Op[]) => void): Store<Tx> => ({
  ...store,
  commit: async (ops, within) => {
    const outcome = await store.commit(ops, within)
    if (outcome.kind === 'committed') onCommit(ops)
    return outcome
  },
})

/** One line per contender. */
export const printShares = (title: string, shares: ReadonlyMap<string, number>): void => {
  console.log(title)
  for (const [name, share] of shares) console.log(`  ${name.padEnd(44)} ${share.toFixed(3)}`)
}

/** Ends a benchmark that was fast for nothing. */
export const expectSame = (what: string, found: number, wanted: number): void => {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`)
}
