import { preparedPool, sqlStore } from 'holdfast/storage/sql'
import { Kysely, MysqlDialect, PostgresDialect, SqliteDialect, sql } from 'kysely'
// A host says `npx holdfast migrate --url …` when a release goes out. The demo says it for you, at each start.
import { run as holdfastCli } from '../../src/cli/run'
import type { Place } from './place'

/** The shop's database with its tables made. `fresh`: whatever an earlier demo has left in it is dropped first. */
export const openDatabase = async (place: Place, { fresh }: { readonly fresh: boolean }) => {
  const { dialect, tablePrefix } = place
  const db = new Kysely<unknown>({ dialect: await DRIVERS[dialect](place) })
  if (fresh) await dropTables(db, place)
  await migrate(place)
  return { store: sqlStore({ db, dialect, tablePrefix }), close: () => db.destroy() }
}

/** Each library is loaded only where it is used. */
const DRIVERS = {
  sqlite: async ({ target }: Place) => {
    const { default: Libsql } = await import('libsql')
    const database = new Libsql(target)
    database.pragma('journal_mode = WAL')
    database.pragma('busy_timeout = 5000')
    return new SqliteDialect({ database })
  },
  postgres: async ({ target }: Place) => {
    const { Pool } = await import('pg')
    const pool = new Pool({ connectionString: target })
    // A connection that breaks while nobody uses it is replaced by the next; unheard, it would end the process.
    pool.on('error', () => undefined)
    return new PostgresDialect({ pool: preparedPool(pool) })
  },
  mysql: async ({ target }: Place) => {
    const { createPool } = await import('mysql2')
    return new MysqlDialect({ pool: createPool({ uri: target }) })
  },
} as const

const migrate = async ({ dialect, target, tablePrefix }: Place): Promise<void> => {
  const said: string[] = []
  const url = dialect === 'sqlite' ? `sqlite:${encodeURIComponent(target)}` : target
  const code = await holdfastCli(['migrate', '--url', url, '--prefix', tablePrefix], {
    out: () => undefined,
    err: (text) => void said.push(text),
  })
  if (code !== 0) throw new Error(said.join('\n'))
}

const dropTables = async (db: Kysely<unknown>, { dialect, tablePrefix }: Place): Promise<void> => {
  const tables = await db.introspection.getTables()
  const here =
    dialect === 'postgres'
      ? (await sql<{ here: string }>`SELECT current_schema() AS here`.execute(db)).rows[0]?.here
      : undefined
  for (const { name, schema } of tables) {
    const isOurs = name.startsWith(tablePrefix) && (here === undefined || schema === here)
    if (isOurs) await db.schema.dropTable(name).execute()
  }
}
