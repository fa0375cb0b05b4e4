import { PGlite } from '@electric-sql/pglite'
import Database from 'libsql'
import mysql from 'mysql2/promise'
import pg from 'pg'
import type { Answer } from '../../src/storage/relational/driver'
import type { Runner } from '../../src/storage/relational/migrate'
import { createNames, type Dialect, type Names, type NamingOptions } from '../../src/storage/relational/naming'

/** A database of its own for the tests of schema, migrations and doctor. */
export type TestDatabase = {
  readonly dialect: Dialect
  readonly runner: Runner
  /** Another connection to the same database; null where there can be only one. */
  readonly another: (() => Promise<{ readonly runner: Runner; readonly close: () => Promise<void> }>) | null
  /** Throws away everything in it. */
  readonly empty: () => Promise<void>
  readonly close: () => Promise<void>
}

export type Target = { readonly title: string; readonly dialect: Dialect; readonly open: () => Promise<TestDatabase> }

export const sqliteRunner = (path: string): { readonly runner: Runner; readonly close: () => Promise<void> } => {
  const database = new Database(path)
  const run = async ({
    text,
    values,
  }: {
    readonly text: string
    readonly values: readonly unknown[]
  }): Promise<Answer> => {
    const statement = database.prepare(text)
    // A driver's rows are plain objects.
    if (statement.reader) return { rows: statement.all(...values) as Answer['rows'], affected: 0 }
    return { rows: [], affected: statement.run(...values).changes }
  }
  return { runner: { run }, close: async () => void database.close() }
}

const openSqlite = async (): Promise<TestDatabase> => {
  let current = sqliteRunner(':memory:')
  return {
    dialect: 'sqlite',
    runner: { run: (statement) => current.runner.run(statement) },
    another: null,
    empty: async () => {
      await current.close()
      current = sqliteRunner(':memory:')
    },
    close: () => current.close(),
  }
}

const openPglite = async (): Promise<TestDatabase> => {
  const database = await PGlite.create()
  const run: Runner['run'] = async ({ text, values }) => {
    const { rows, affectedRows } = await database.query(text, [...values])
    return { rows: rows as Answer['rows'], affected: affectedRows ?? 0 }
  }
  return {
    dialect: 'postgres',
    runner: { run },
    another: null,
    empty: async () => void (await database.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public')),
    close: () => database.close(),
  }
}

export const postgresRunner = async (url: string) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const run: Runner['run'] = async ({ text, values }) => {
    const { rows, rowCount } = await client.query(text, [...values])
    return { rows, affected: rowCount ?? 0 }
  }
  return { runner: { run }, close: () => client.end() }
}

export const mysqlRunner = async (url: string) => {
  const connection = await mysql.createConnection(url)
  const run: Runner['run'] = async ({ text, values }) => {
    const [rows] = await connection.query(text, [...values])
    return Array.isArray(rows)
      ? { rows: rows as Answer['rows'], affected: 0 }
      : { rows: [], affected: rows.affectedRows }
  }
  return { runner: { run }, close: () => connection.end() }
}

/** The same server, another database. */
export const urlOf = (url: string, database: string): string => {
  const copy = new URL(url)
  copy.pathname = `/${database}`
  return copy.href
}

const openServer =
  (dialect: 'postgres' | 'mysql', url: string, connect: typeof postgresRunner | typeof mysqlRunner, database: string) =>
  async (): Promise<TestDatabase> => {
    const admin = await connect(url)
    const say = (text: string) => admin.runner.run({ text, values: [] })
    await say(`DROP DATABASE IF EXISTS ${database}`)
    await say(`CREATE DATABASE ${database}`)
    const own = await connect(urlOf(url, database))
    const sayHere = (text: string) => own.runner.run({ text, values: [] })
    return {
      dialect,
      runner: own.runner,
      another: () => connect(urlOf(url, database)),
      empty: async () => {
        if (dialect === 'postgres') {
          await sayHere('DROP SCHEMA public CASCADE')
          await sayHere('CREATE SCHEMA public')
        } else {
          await sayHere(`DROP DATABASE ${database}`)
          await sayHere(`CREATE DATABASE ${database}`)
          await sayHere(`USE ${database}`)
        }
      },
      close: async () => {
        await own.close()
        await say(`DROP DATABASE ${database}`)
        await admin.close()
      },
    }
  }

export const POSTGRES_URL = process.env['HOLDFAST_TEST_POSTGRES']
export const MYSQL_URL = process.env['HOLDFAST_TEST_MYSQL']

/** What can be reached. `name` keeps the files of one run apart. */
export const targets = (name: string): readonly Target[] => {
  const database = `holdfast_${name}_${process.pid}`
  return [
    { title: 'libsql', dialect: 'sqlite', open: openSqlite },
    { title: 'PGlite', dialect: 'postgres', open: openPglite },
    ...(POSTGRES_URL === undefined
      ? []
      : [
          {
            title: 'PostgreSQL',
            dialect: 'postgres' as const,
            open: openServer('postgres', POSTGRES_URL, postgresRunner, database),
          },
        ]),
    ...(MYSQL_URL === undefined
      ? []
      : [{ title: 'MySQL', dialect: 'mysql' as const, open: openServer('mysql', MYSQL_URL, mysqlRunner, database) }]),
  ]
}

/** The servers whose address is not in the environment, so that a report names what was left out. */
export const SKIPPED: readonly string[] = [
  ...(POSTGRES_URL === undefined ? ['PostgreSQL: set HOLDFAST_TEST_POSTGRES'] : []),
  ...(MYSQL_URL === undefined ? ['MySQL: set HOLDFAST_TEST_MYSQL'] : []),
]

export const namesFor = ({ dialect }: { readonly dialect: Dialect }, options: NamingOptions = {}): Names =>
  createNames(dialect, options)

export const runAll = async (runner: Runner, statements: readonly string[]): Promise<void> => {
  for (const text of statements) await runner.run({ text, values: [] })
}
