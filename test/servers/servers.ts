import { CompiledQuery, type DatabaseConnection, Kysely, type Logger, MysqlDialect, PostgresDialect, sql } from 'kysely'
import { createPool, type PoolOptions } from 'mysql2'
import { Pool, type PoolConfig } from 'pg'
import { schemaStatements } from '../../src/storage/relational/ddl'
import { ALL_KINDS, createNames, type NamingOptions } from '../../src/storage/relational/naming'
import { createReader } from '../../src/storage/relational/statements'
import type { Kind, Row } from '../../src/storage/schema'
import {
  type PostgresPool,
  type PreparedPool,
  preparedPool,
  type RelationalStore,
  sqlStore,
} from '../../src/storage/sql'

// biome-ignore lint/suspicious/noExplicitAny: the tables are ours, and a Kysely of any database takes them
export type Db = Kysely<any>

export type ServerKind = 'postgres' | 'mysql'
/** A server and the place in it that belongs to one test: a schema on PostgreSQL, a prefix on MariaDB. */
export type Place = { readonly kind: ServerKind; readonly url: string; readonly naming: NamingOptions }

const URLS: Readonly<Record<ServerKind, string | undefined>> = {
  postgres: process.env['HOLDFAST_TEST_POSTGRES'],
  mysql: process.env['HOLDFAST_TEST_MYSQL'],
}
const NAMES = { postgres: 'PostgreSQL', mysql: 'MariaDB' } as const
const VARIABLES = { postgres: 'HOLDFAST_TEST_POSTGRES', mysql: 'HOLDFAST_TEST_MYSQL' } as const

export type Server = {
  readonly kind: ServerKind
  readonly name: string
  /** Why it cannot be used here, or undefined. */
  readonly missing: string | undefined
  readonly place: (word: string) => Place
}

export const server = (kind: ServerKind): Server => ({
  kind,
  name: NAMES[kind],
  missing: URLS[kind] === undefined ? `skipped: ${VARIABLES[kind]} is not set` : undefined,
  place: (word) => ({
    kind,
    url: URLS[kind] ?? '',
    naming: kind === 'postgres' ? { schema: `hf_srv_${word}` } : { tablePrefix: `hfs_${word}_` },
  }),
})

export const SERVERS: readonly Server[] = [server('postgres'), server('mysql')]

export type ConnectOptions = {
  /** Default 5. */
  readonly connections?: number
  /** Statements get names on PostgreSQL. Without it every statement's text travels, and a proxy can read it. */
  readonly prepared?: boolean
  readonly postgres?: PoolConfig
  readonly mysql?: PoolOptions
  /** Runs on every new connection to MariaDB. */
  readonly mysqlInit?: string
  /** Hears what the driver says of a statement that failed. */
  readonly onError?: (error: unknown) => void
}

/** A Kysely on a pool of its own, as a host would make it. */
export const connect = (place: Place, options: ConnectOptions = {}): Db => connected(place, options).db

/** The same with a store; on PostgreSQL its reads and commits go past Kysely. */
export const connectStore = (
  place: Place,
  connections: number,
): { readonly db: Db; readonly store: RelationalStore<Db> } => {
  const { db, pool } = connected(place, { connections, prepared: true })
  const given = { db, dialect: place.kind, ...place.naming }
  return { db, store: sqlStore(pool === undefined ? given : { ...given, pool }) }
}

const connected = (
  { kind, url }: Place,
  options: ConnectOptions,
): { readonly db: Db; readonly pool?: PreparedPool } => {
  const { connections = 5, prepared = false, onError } = options
  const log: Logger = (event) => {
    if (event.level === 'error') onError?.(event.error)
  }
  if (kind === 'mysql') {
    const pool = createPool({ uri: url, connectionLimit: connections, ...options.mysql })
    const { mysqlInit: init } = options
    const onCreateConnection = async (connection: DatabaseConnection): Promise<void> => {
      if (init !== undefined) await connection.executeQuery(CompiledQuery.raw(init))
    }
    return { db: new Kysely({ dialect: new MysqlDialect({ pool, onCreateConnection }), log }) }
  }
  const pool = new Pool({ connectionString: url, max: connections, ...options.postgres })
  // Without these two a connection that dies, idle or at work, ends the process: node-postgres throws what nobody hears.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  // A pool of node-postgres is what the wrapper takes; only its overloads are wider.
  const wrapped = prepared ? preparedPool(pool as PostgresPool) : undefined
  const db: Db = new Kysely({ dialect: new PostgresDialect({ pool: wrapped ?? pool }), log })
  return wrapped === undefined ? { db } : { db, pool: wrapped }
}

export const run = async (db: Db, text: string, values: readonly unknown[] = []) =>
  db.executeQuery<Readonly<Record<string, unknown>>>(CompiledQuery.raw(text, [...values]))

/** Makes our tables in an empty place. */
export const settle = async (db: Db, { kind, naming }: Place): Promise<void> => {
  await drop(db, { kind, naming, url: '' })
  if (naming.schema !== undefined) await sql.raw(`CREATE SCHEMA "${naming.schema}"`).execute(db)
  for (const statement of schemaStatements(createNames(kind, naming))) await sql.raw(statement).execute(db)
}

export const drop = async (db: Db, { kind, naming }: Place): Promise<void> => {
  const names = createNames(kind, naming)
  if (naming.schema !== undefined) {
    await sql.raw(`DROP SCHEMA IF EXISTS "${naming.schema}" CASCADE`).execute(db)
    return
  }
  for (const table of [...ALL_KINDS.map(names.table), names.other('migrations'), names.other('host')]) {
    await sql.raw(`DROP TABLE IF EXISTS ${table}`).execute(db)
  }
}

export const empty = async (db: Db, { kind, naming }: Place): Promise<void> => {
  const names = createNames(kind, naming)
  const tables = ALL_KINDS.map(names.table)
  if (kind === 'postgres') return void (await sql.raw(`TRUNCATE ${tables.join(', ')}`).execute(db))
  for (const table of tables) await sql.raw(`DELETE FROM ${table}`).execute(db)
}

/** Every row of a kind, read beside the store. */
export const rowsOf = async <K extends Kind>(db: Db, { kind, naming }: Place, rows: K): Promise<readonly Row<K>[]> => {
  const reader = createReader(createNames(kind, naming))
  const found = await run(db, reader.table(rows).select)
  return found.rows.map((row) => reader.row(rows, row))
}

export const countOf = async (db: Db, { kind, naming }: Place, rows: Kind): Promise<number> => {
  const found = await run(db, `SELECT count(*) AS n FROM ${createNames(kind, naming).table(rows)}`)
  return Number(found.rows[0]?.['n'])
}
