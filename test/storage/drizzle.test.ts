import { PGlite } from '@electric-sql/pglite'
import { type SQLWrapper, sql } from 'drizzle-orm'
import { BetterSQLiteSession } from 'drizzle-orm/better-sqlite3/session'
import { MySqlDialect } from 'drizzle-orm/mysql-core'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres'
import { PgDialect } from 'drizzle-orm/pg-core'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import { BaseSQLiteDatabase, SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import Libsql from 'libsql'
import { createPool } from 'mysql2/promise'
import { Client, Pool } from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { drizzleStore, type TransactionOf } from '../../src/storage/drizzle'
import { createQueries } from '../../src/storage/drizzle/queries'
import { schemaStatements } from '../../src/storage/relational/ddl'
import { ALL_KINDS, createNames, type Dialect, type NamingOptions } from '../../src/storage/relational/naming'
import type { Op, Store } from '../../src/storage/store'
import { storeConformance } from '../../src/testing'
import { MYSQL_URL, POSTGRES_URL } from './relational/databases'

/** A transaction of any of the databases here, as far as these tests use one. */
type Tx = { execute(query: SQLWrapper | string): PromiseLike<unknown> }
type Db = Tx & { transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> }

type Place = {
  readonly name: string
  readonly missing: boolean
  readonly dialect: Dialect
  readonly naming: NamingOptions
  readonly connect: () => Promise<{ readonly db: Db; readonly end: () => Promise<void> }>
}

const inSchema = (schema: string) => ({ dialect: 'postgres', naming: { schema } }) as const

const PLACES: readonly Place[] = [
  {
    name: 'PGlite',
    missing: false,
    ...inSchema('drizzle_conf_lite'),
    connect: async () => {
      const client = await PGlite.create()
      return { db: drizzlePglite({ client }), end: () => client.close() }
    },
  },
  {
    name: 'PostgreSQL (pg)',
    missing: POSTGRES_URL === undefined,
    ...inSchema('drizzle_conf_pg'),
    connect: async () => {
      const client = new Pool({ connectionString: POSTGRES_URL, max: 10 })
      return { db: drizzlePg({ client }), end: () => client.end() }
    },
  },
  {
    name: 'PostgreSQL (one connection of pg)',
    missing: POSTGRES_URL === undefined,
    ...inSchema('drizzle_conf_one'),
    connect: async () => {
      const client = new Client({ connectionString: POSTGRES_URL })
      await client.connect()
      return { db: drizzlePg({ client }), end: () => client.end() }
    },
  },
  {
    name: 'PostgreSQL (postgres.js)',
    missing: POSTGRES_URL === undefined,
    ...inSchema('drizzle_conf_pjs'),
    connect: async () => {
      const client = postgres(POSTGRES_URL ?? '', { max: 10, onnotice: () => undefined })
      return { db: drizzlePostgresJs({ client }), end: () => client.end() }
    },
  },
  {
    name: 'MariaDB (mysql2)',
    missing: MYSQL_URL === undefined,
    dialect: 'mysql',
    naming: { tablePrefix: 'drizzle_conf_' },
    connect: async () => {
      const client = createPool({ uri: MYSQL_URL ?? '', connectionLimit: 10 })
      return { db: drizzleMysql({ client }), end: () => client.end() }
    },
  },
]

const drop = async (db: Db, { dialect, naming }: Place): Promise<void> => {
  if (naming.schema !== undefined) {
    await db.execute(`DROP SCHEMA IF EXISTS "${naming.schema}" CASCADE`)
    return
  }
  const names = createNames(dialect, naming)
  const tables = [...ALL_KINDS.map(names.table), names.other('migrations'), names.other('badges')]
  for (const table of tables) await db.execute(`DROP TABLE IF EXISTS ${table}`)
}

const rowsOf = (answer: unknown): unknown => {
  if (!Array.isArray(answer)) return (answer as { rows: unknown }).rows // node-postgres and PGlite
  return Array.isArray(answer[0]) ? answer[0] : [...answer] // mysql2, postgres.js
}

const pool = (id: string, available: number): Op => ({
  op: 'insert',
  kind: 'pools',
  row: { id, available },
})
const take = (id: string, by: number): Op => ({ op: 'adjust', kind: 'pools', id, field: 'available', by: -by, min: 0 })
const availableIn = async (store: Store<Tx>, id: string) => (await store.get('pools', id))?.available

describe.each(PLACES.map((place) => [place.name, place] as const))('Drizzle on %s', (_, place) => {
  if (place.missing) {
    test.skip('skipped: the address of the server is not set')
    return
  }
  const names = createNames(place.dialect, place.naming)
  const badges = names.other('badges')
  let db: Db
  let end: () => Promise<void>
  beforeAll(async () => {
    ;({ db, end } = await place.connect())
    await drop(db, place)
    if (place.naming.schema !== undefined) await db.execute(`CREATE SCHEMA "${place.naming.schema}"`)
    for (const statement of schemaStatements(names)) await db.execute(statement)
    await db.execute(`CREATE TABLE ${badges} (id varchar(20) PRIMARY KEY)`)
  }, 60_000)
  afterAll(async () => {
    await drop(db, place)
    await end()
  })

  const makeStore = async () => {
    for (const kind of ALL_KINDS) await db.execute(`DELETE FROM ${names.table(kind)}`)
    await db.execute(`DELETE FROM ${badges}`)
    return drizzleStore({ db, dialect: place.dialect, ...place.naming })
  }
  const badgesNow = async () => rowsOf(await db.execute(`SELECT id FROM ${badges} ORDER BY id`))

  for (const { name, run } of storeConformance(makeStore)) test(name, run, 60_000)

  test("a hook's writes with Drizzle's transaction are committed with the commit and rolled back with it", async () => {
    const store = await makeStore()
    await store.commit([pool('kept', 1)], async (tx) => {
      await tx.execute(`INSERT INTO ${badges} VALUES ('kept')`)
    })
    const fault = new Error('the host gives up')
    const failed = store.commit([pool('gone', 1)], async (tx) => {
      await tx.execute(`INSERT INTO ${badges} VALUES ('gone')`)
      throw fault
    })
    await expect(failed).rejects.toBe(fault)
    expect(await badgesNow()).toEqual([{ id: 'kept' }])
    expect([await availableIn(store, 'kept'), await availableIn(store, 'gone')]).toEqual([1, undefined])
  })

  test("an error of Drizzle's in a hook comes back as it is", async () => {
    const store = await makeStore()
    const failed = store.commit([pool('gone', 1)], async (tx) => {
      await tx.execute(`INSERT INTO ${names.other('nowhere')} VALUES ('gone')`)
    })
    await expect(failed).rejects.toThrow(/^Failed query: INSERT INTO .*nowhere/)
    expect(await availableIn(store, 'gone')).toBeUndefined()
  })

  test("a joined commit stands and falls with the host's transaction", async () => {
    const store = await makeStore()
    await store.commit([pool('p', 5)])
    await db.transaction(async (tx) => {
      await tx.execute(`INSERT INTO ${badges} VALUES ('kept')`)
      expect(await store.join(tx).commit([take('p', 2), pool('q', 1)])).toEqual({ kind: 'committed' })
      expect(await availableIn(store.join(tx), 'p')).toBe(3)
    })
    const fault = new Error('the host gives up')
    const failed = db.transaction(async (tx) => {
      await store.join(tx).commit([take('p', 2), pool('gone', 1)])
      throw fault
    })
    await expect(failed).rejects.toBe(fault)
    expect([await availableIn(store, 'p'), await availableIn(store, 'q')]).toEqual([3, 1])
    expect(await availableIn(store, 'gone')).toBeUndefined()
    expect(await badgesNow()).toEqual([{ id: 'kept' }])
  })

  test('a conflict in a joined commit undoes that commit alone', async () => {
    const store = await makeStore()
    await store.commit([pool('p', 5), pool('taken', 1)])
    await db.transaction(async (tx) => {
      const joined = store.join(tx)
      await tx.execute(`INSERT INTO ${badges} VALUES ('before')`)
      expect(await joined.commit([take('p', 1)])).toEqual({ kind: 'committed' })
      expect(await joined.commit([take('p', 2), pool('taken', 1)])).toMatchObject({
        kind: 'conflict',
        reason: 'exists',
      })
      expect(await joined.commit([take('p', 9), pool('q', 1)])).toMatchObject({ kind: 'conflict', reason: 'guard' })
      expect(await joined.commit([take('p', 9)])).toMatchObject({ kind: 'conflict', reason: 'guard' })
      expect(await joined.commit([take('p', 1), pool('r', 1)])).toEqual({ kind: 'committed' })
      await tx.execute(`INSERT INTO ${badges} VALUES ('after')`)
    })
    expect(await badgesNow()).toEqual([{ id: 'after' }, { id: 'before' }])
    expect(await availableIn(store, 'p')).toBe(3)
    expect([await availableIn(store, 'q'), await availableIn(store, 'r')]).toEqual([undefined, 1])
  })

  test('a hook of a joined commit may join again', async () => {
    const store = await makeStore()
    const fault = new Error('the inner one gives up')
    await db.transaction(async (tx) => {
      const joined = store.join(tx)
      await joined.commit([pool('outer', 1)], async () => {
        await joined.commit([pool('inner', 1)])
        await expect(joined.commit([pool('gone', 1)], () => Promise.reject(fault))).rejects.toBe(fault)
      })
    })
    expect([await availableIn(store, 'outer'), await availableIn(store, 'inner')]).toEqual([1, 1])
    expect(await availableIn(store, 'gone')).toBeUndefined()
  })

  test("what Drizzle's message quotes is not taken for what the database said", async () => {
    // The table is missing; the statement itself holds the words of a refusal, and the value those of a lost connection.
    const broken = { ...place.naming, tablePrefix: 'drizzle_nothing_' }
    const faults: unknown[] = []
    const onFault = (_error: unknown, fault: unknown) => faults.push(fault)
    const store = drizzleStore({ db, dialect: place.dialect, ...broken, onFault })
    const schema = { reason: 'schema', outcome: 'not_executed' }
    await expect(store.commit([take('p', 1), pool('Connection terminated', 1)])).rejects.toMatchObject({
      fault: schema,
    })
    await expect(store.get('pools', 'UNIQUE constraint failed')).rejects.toMatchObject({ fault: schema })
    expect(faults).toEqual([schema, schema])
  })
})

describe('Drizzle on a synchronous driver', () => {
  // libsql speaks better-sqlite3's API; Drizzle's own entry for it would load better-sqlite3, which has to be compiled.
  const client = new Libsql(':memory:')
  const dialect = new SQLiteSyncDialect()
  const session = new BetterSQLiteSession(client, dialect, undefined)
  const db = new BaseSQLiteDatabase('sync', dialect, session, undefined)
  const names = createNames('sqlite')
  for (const statement of schemaStatements(names)) client.exec(statement)
  client.exec('CREATE TABLE badges (id TEXT PRIMARY KEY)')
  afterAll(() => {
    client.close()
  })

  const makeStore = () => {
    for (const kind of ALL_KINDS) client.exec(`DELETE FROM ${names.table(kind)}`)
    client.exec('DELETE FROM badges')
    return drizzleStore({ db, dialect: 'sqlite' })
  }

  for (const { name, run } of storeConformance(makeStore)) test(name, run)

  test("a hook gets the database itself, and what it writes or joins is the commit's", async () => {
    const store = makeStore()
    await store.commit([pool('p', 5)], async (tx) => {
      expectTypeOf(tx).toEqualTypeOf<typeof db>()
      expect(tx).toBe(db)
      tx.run("INSERT INTO badges VALUES ('kept')")
    })
    const fault = new Error('the host gives up')
    const failed = store.commit([take('p', 1)], async (tx) => {
      tx.run("INSERT INTO badges VALUES ('gone')")
      const joined = store.join(tx)
      expect(await joined.commit([take('p', 1), pool('gone', 1)])).toEqual({ kind: 'committed' })
      expect(await joined.commit([take('p', 9), pool('q', 1)])).toMatchObject({ kind: 'conflict', reason: 'guard' })
      expect(await joined.get('pools', 'p')).toMatchObject({ available: 3 })
      throw fault
    })
    await expect(failed).rejects.toBe(fault)
    expect(db.all('SELECT id FROM badges')).toEqual([{ id: 'kept' }])
    expect(await store.get('pools', 'p')).toMatchObject({ available: 5 })
    expect(await store.get('pools', 'gone')).toBeUndefined()
  })
})

describe('our texts as queries of Drizzle', () => {
  test('on PostgreSQL a value that stands in several places is given to each of them', () => {
    const [query, dialect] = [createQueries('postgres'), new PgDialect()]
    const text = 'SELECT $1, $2 WHERE a = $1 AND b = $3 AND c = $2'
    const numbered = 'SELECT $1, $2 WHERE a = $3 AND b = $4 AND c = $5'
    for (const [a, b, c] of [
      ['a', 1, null],
      ['later, by the same text', 2, true],
    ]) {
      expect(dialect.sqlToQuery(query(text, [a, b, c]))).toMatchObject({ sql: numbered, params: [a, b, a, c, b] })
    }
  })

  test('a number of two digits is not one of one digit, and no place is no value', () => {
    const [query, dialect] = [createQueries('postgres'), new PgDialect()]
    const values = Array.from({ length: 12 }, (_, at) => `value ${at + 1}`)
    const all = values.map((_, at) => `$${at + 1}`).join(' ')
    const { params } = dialect.sqlToQuery(query(`${all} $1 $11 $12`, values))
    expect(params).toEqual([...values, 'value 1', 'value 11', 'value 12'])
    expect(dialect.sqlToQuery(query('COMMIT', []))).toMatchObject({ sql: 'COMMIT', params: [] })
  })

  test('elsewhere each place has its value, in their order', () => {
    const query = createQueries('mysql')('SELECT ?, ? WHERE a = ?', ['a', 'b', 'a'])
    expect(new MySqlDialect().sqlToQuery(query)).toMatchObject({
      sql: 'SELECT ?, ? WHERE a = ?',
      params: ['a', 'b', 'a'],
    })
  })
})

describe('drizzleStore', () => {
  test('refuses a database of another dialect', () => {
    const db = drizzlePglite.mock()
    expect(() => drizzleStore({ db, dialect: 'sqlite' })).toThrow(TypeError)
    expect(() => drizzleStore({ db, dialect: 'postgres' })).not.toThrow()
  })

  test('takes no commit for written when the driver does not count', async () => {
    const execute = async () => ({ rows: [] })
    const db = { execute, transaction: async () => undefined }
    const failed = drizzleStore({ db, dialect: 'postgres' }).commit([pool('p', 1)])
    await expect(failed).rejects.toMatchObject({ fault: { outcome: 'unknown' }, cause: expect.any(TypeError) })
  })

  test("knows the type of each library's transaction", () => {
    type PgTransaction = Parameters<Parameters<ReturnType<typeof drizzlePg>['transaction']>[0]>[0]
    type MysqlTransaction = Parameters<Parameters<ReturnType<typeof drizzleMysql>['transaction']>[0]>[0]
    expectTypeOf<TransactionOf<ReturnType<typeof drizzlePg>>>().toEqualTypeOf<PgTransaction>()
    expectTypeOf<TransactionOf<ReturnType<typeof drizzleMysql>>>().toEqualTypeOf<MysqlTransaction>()
    // @ts-expect-error a connection is not a Drizzle database
    expect(() => drizzleStore({ db: sql, dialect: 'postgres' })).toThrow(TypeError)
  })
})
