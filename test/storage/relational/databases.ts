import { PGlite } from '@electric-sql/pglite'
import {
  Kysely,
  type Dialect as KyselyDialect,
  MysqlDialect,
  PostgresDialect,
  SqliteDialect,
  sql,
  type Transaction,
} from 'kysely'
import { PostgresJSDialect } from 'kysely-postgres-js'
import Libsql from 'libsql'
import { createPool } from 'mysql2'
import { Pool } from 'pg'
import postgres from 'postgres'
import { schemaStatements } from '../../../src/storage/relational/ddl'
import type { Dialect } from '../../../src/storage/relational/naming'
import { ALL_KINDS, createNames, type NamingOptions } from '../../../src/storage/relational/naming'
import {
  type PostgresPool,
  type PreparedPool,
  preparedPool,
  type RelationalStore,
  sqlStore,
} from '../../../src/storage/sql'

// biome-ignore lint/suspicious/noExplicitAny: the tables are ours, and a Kysely of any database takes them
type AnyDb = any

export type Opened = {
  readonly db: Kysely<AnyDb>
  readonly dialect: Dialect
  readonly naming: NamingOptions
  /** A fresh one over these tables. */
  readonly store: () => RelationalStore<Transaction<AnyDb>>
  /** Removes every row. */
  readonly empty: () => Promise<void>
  readonly close: () => Promise<void>
}

export type Database = {
  readonly name: string
  /** Why it cannot be used here, or undefined. */
  readonly missing: string | undefined
  /** `onStatement` is told of every statement. */
  readonly open: (onStatement?: (text: string) => void) => Promise<Opened>
}

export const POSTGRES_URL = process.env['HOLDFAST_TEST_POSTGRES']
export const MYSQL_URL = process.env['HOLDFAST_TEST_MYSQL']

const needs = (url: string | undefined, variable: string): string | undefined =>
  url === undefined ? `skipped: ${variable} is not set` : undefined

const nothing = async (): Promise<void> => undefined

type Place = {
  readonly naming: NamingOptions
  readonly create?: (db: Kysely<AnyDb>) => Promise<void>
  readonly drop?: (db: Kysely<AnyDb>) => Promise<void>
}

/** Makes the tables in an empty place, and says how to leave. */
const prepare = async (
  dialect: Dialect,
  driver: KyselyDialect,
  { naming, create = nothing, drop = nothing }: Place,
  onStatement: (text: string) => void = () => undefined,
  pool?: PreparedPool,
): Promise<Opened> => {
  const db = new Kysely<AnyDb>({ dialect: driver, log: ({ query }) => onStatement(query.sql) })
  const names = createNames(dialect, naming)
  await drop(db)
  await create(db)
  for (const statement of schemaStatements(names)) await sql.raw(statement).execute(db)
  return {
    db,
    dialect,
    naming,
    store: () => sqlStore({ db, dialect, ...naming, ...(pool === undefined ? {} : { pool }) }),
    empty: async () => {
      for (const kind of ALL_KINDS) await sql.raw(`DELETE FROM ${names.table(kind)}`).execute(db)
    },
    close: async () => {
      await drop(db)
      await db.destroy()
    },
  }
}

/** Several test files run at once: each has tables of its own. */
const schemaOf = (schema: string): Place => ({
  naming: { schema },
  drop: async (db) => {
    await sql.raw(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`).execute(db)
  },
  create: async (db) => {
    await sql.raw(`CREATE SCHEMA "${schema}"`).execute(db)
  },
})

const prefixOf = (tablePrefix: string): Place => ({
  naming: { tablePrefix },
  drop: async (db) => {
    const names = createNames('mysql', { tablePrefix })
    for (const kind of ALL_KINDS) await sql.raw(`DROP TABLE IF EXISTS ${names.table(kind)}`).execute(db)
    await sql.raw(`DROP TABLE IF EXISTS ${names.other('migrations')}`).execute(db)
  },
})

const nowhere: Place = { naming: {} }

/** `place` is a word of the test file's own: its schema on PostgreSQL, its prefix on MariaDB. */
export const databases = (place: string, connections = 10): readonly Database[] => [
  {
    name: 'SQLite (libsql)',
    missing: undefined,
    open: (onStatement) =>
      prepare('sqlite', new SqliteDialect({ database: new Libsql(':memory:') }), nowhere, onStatement),
  },
  {
    name: 'PGlite',
    missing: undefined,
    open: async (onStatement) => {
      const pool = pglitePool(await PGlite.create())
      return prepare('postgres', new PostgresDialect({ pool }), nowhere, onStatement)
    },
  },
  {
    name: 'PostgreSQL (pg)',
    missing: needs(POSTGRES_URL, 'HOLDFAST_TEST_POSTGRES'),
    open: (onStatement) => {
      const pool = preparedPool(new Pool({ connectionString: POSTGRES_URL, max: connections }))
      return prepare('postgres', new PostgresDialect({ pool }), schemaOf(`${place}_pg`), onStatement)
    },
  },
  {
    name: 'PostgreSQL (pg, past Kysely)',
    missing: needs(POSTGRES_URL, 'HOLDFAST_TEST_POSTGRES'),
    open: (onStatement = () => undefined) => {
      const pool = preparedPool(new Pool({ connectionString: POSTGRES_URL, max: connections }))
      const heard: PreparedPool = {
        ...pool,
        run: (text, values) => {
          onStatement(text)
          return pool.run(text, values)
        },
      }
      return prepare('postgres', new PostgresDialect({ pool }), schemaOf(`${place}_past`), onStatement, heard)
    },
  },
  {
    name: 'PostgreSQL (postgres.js)',
    missing: needs(POSTGRES_URL, 'HOLDFAST_TEST_POSTGRES'),
    open: (onStatement) => {
      const client = postgres(POSTGRES_URL ?? '', { max: connections, onnotice: () => undefined })
      return prepare('postgres', new PostgresJSDialect({ postgres: client }), schemaOf(`${place}_pjs`), onStatement)
    },
  },
  {
    name: 'MariaDB (mysql2)',
    missing: needs(MYSQL_URL, 'HOLDFAST_TEST_MYSQL'),
    open: (onStatement) => {
      const pool = createPool({ uri: MYSQL_URL ?? '', connectionLimit: connections })
      return prepare('mysql', new MysqlDialect({ pool }), prefixOf(`${place}_`), onStatement)
    },
  },
]

/** PGlite has one connection: whoever has it, the others wait. */
const pglitePool = (pglite: PGlite): PostgresPool => {
  let last: Promise<unknown> = Promise.resolve()
  return {
    connect: async () => {
      let release: () => void = () => undefined
      const mine = new Promise<void>((resolve) => {
        release = resolve
      })
      const before = last
      last = before.then(() => mine)
      await before
      return {
        query: async (text: string, values: readonly unknown[]) => {
          const { rows, affectedRows } = await pglite.query(text, [...values])
          return { command: text.trimStart().split(/\s/)[0]?.toUpperCase() ?? '', rowCount: affectedRows ?? 0, rows }
        },
        release: () => release(),
      }
    },
    end: () => pglite.close(),
  }
}
