import { existsSync } from 'node:fs'
import type { Answer } from '../storage/relational/driver'
import type { Runner } from '../storage/relational/migrate'
import type { Address } from './address'

export type Connection = Runner & { readonly close: () => Promise<void> }

/** `message` says why there is none, in a line. Faults of the database are thrown. */
export type Connect = (
  address: Address,
  file: 'may_be_new' | 'must_exist',
) => Promise<Connection | { readonly message: string }>

/** Each is loaded only when an address asks for it: a host has installed one of them. */
export const DRIVERS = {
  pg: () => import('pg'),
  mysql2: () => import('mysql2/promise'),
  // Its types name every column type of a statement; what we use of it is what better-sqlite3 has, too.
  libsql: async () => (await import('libsql')) as unknown as SqliteModule,
  betterSqlite3: (): Promise<SqliteModule> => import('better-sqlite3'),
} as const
export type Drivers = {
  readonly [Name in keyof typeof DRIVERS]: () => Promise<Awaited<ReturnType<(typeof DRIVERS)[Name]>>>
}

/** What libsql and better-sqlite3 have in common. */
type SqliteModule = { readonly default: new (path: string) => SqliteDatabase }
type SqliteDatabase = {
  readonly prepare: (text: string) => {
    readonly reader: boolean
    readonly all: (...values: unknown[]) => unknown[]
    readonly run: (...values: unknown[]) => { readonly changes: number }
  }
  readonly close: () => unknown
}

const CONNECT_TIMEOUT_MS = 5_000

export const connectWith =
  (drivers: Drivers): Connect =>
  (address, file) => {
    switch (address.dialect) {
      case 'postgres':
        return toPostgres(drivers, address)
      case 'mysql':
        return toMysql(drivers, address)
      case 'sqlite':
        return toSqlite(drivers, address, file)
    }
  }

/** undefined: it is not installed. */
const loaded = async <T>(load: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await load()
  } catch (fault) {
    const code = typeof fault === 'object' && fault !== null && 'code' in fault ? fault.code : undefined
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return undefined
    throw fault
  }
}

const missing = (what: string, name: string) => ({ message: `${what} needs a driver here: npm install ${name}` })

const toPostgres: (drivers: Drivers, address: Address) => ReturnType<Connect> = async (drivers, { target }) => {
  const module = await loaded(drivers.pg)
  if (module === undefined) return missing('PostgreSQL', 'pg')
  const client = new module.default.Client({
    connectionString: target,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'holdfast',
  })
  // A connection that is cut between two statements says so to a listener; the next statement fails anyway.
  client.on('error', () => undefined)
  await client.connect()
  return {
    run: async ({ text, values }) => {
      const { rows, rowCount } = await client.query(text, [...values])
      return { rows, affected: rowCount ?? 0 }
    },
    close: () => client.end(),
  }
}

const toMysql: (drivers: Drivers, address: Address) => ReturnType<Connect> = async (drivers, { target }) => {
  const module = await loaded(drivers.mysql2)
  if (module === undefined) return missing('MySQL', 'mysql2')
  const connection = await module.createConnection({ uri: target, connectTimeout: CONNECT_TIMEOUT_MS })
  return {
    run: async ({ text, values }) => {
      const [answer] = await connection.query(text, [...values])
      // Without options for other shapes, an array holds rows by column name.
      return Array.isArray(answer)
        ? { rows: answer as Answer['rows'], affected: 0 }
        : { rows: [], affected: answer.affectedRows }
    },
    close: () => connection.end(),
  }
}

const toSqlite: (drivers: Drivers, address: Address, file: Parameters<Connect>[1]) => ReturnType<Connect> = async (
  drivers,
  { target, shown },
  file,
) => {
  if (file === 'must_exist' && target !== ':memory:' && !existsSync(target)) {
    return { message: `${shown}: there is no such file; \`holdfast migrate\` makes it` }
  }
  const module = (await loaded(drivers.libsql)) ?? (await loaded(drivers.betterSqlite3))
  if (module === undefined) return missing('SQLite', 'libsql')
  const database = new module.default(target)
  const run: Runner['run'] = async ({ text, values }) => {
    const statement = database.prepare(text)
    // Both hand out plain objects by column name.
    if (statement.reader) return { rows: statement.all(...values) as Answer['rows'], affected: 0 }
    return { rows: [], affected: statement.run(...values).changes }
  }
  await run({ text: `PRAGMA busy_timeout = ${CONNECT_TIMEOUT_MS}`, values: [] })
  return { run, close: async () => void database.close() }
}
