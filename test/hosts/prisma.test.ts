import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { PrismaPg } from '@prisma/adapter-pg'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { prismaStore } from '../../src/storage/prisma'
import type { Dialect, NamingOptions } from '../../src/storage/relational/naming'
import type { Op } from '../../src/storage/store'
import { storeConformance } from '../../src/testing'
import { PrismaClient as MysqlClient } from './generated/mysql/client'
import { PrismaClient as PostgresClient } from './generated/postgres/client'
import { PrismaClient as SqliteClient } from './generated/sqlite/client'
import { createStatements, databaseFile, emptyStatements, MYSQL_URL, POSTGRES_URL } from './places'

/** A schema on PostgreSQL, a database on MariaDB. */
const PLACE = 'hosts_prisma'
const CONNECTIONS = 10

// The clients are generated from the same model and differ in nothing that these tests use.
const alike = (prisma: MysqlClient | SqliteClient): PostgresClient => prisma as unknown as PostgresClient

type Place = {
  readonly name: string
  readonly missing: string | undefined
  readonly dialect: Dialect
  readonly naming: NamingOptions
  /** A client of an empty place, and how to leave it. */
  readonly connect: () => Promise<{ readonly prisma: PostgresClient; readonly end: () => Promise<void> }>
}

const PLACES: readonly Place[] = [
  {
    name: 'PostgreSQL',
    missing: POSTGRES_URL === undefined ? 'HOLDFAST_TEST_POSTGRES' : undefined,
    dialect: 'postgres',
    naming: { schema: PLACE },
    connect: async () => {
      // The search path is for the host's table; ours are named with their schema.
      const config = { connectionString: POSTGRES_URL ?? '', options: `-c search_path=${PLACE}`, max: CONNECTIONS }
      const prisma = new PostgresClient({ adapter: new PrismaPg(config, { schema: PLACE }) })
      await prisma.$executeRawUnsafe(`DROP SCHEMA IF EXISTS ${PLACE} CASCADE`)
      await prisma.$executeRawUnsafe(`CREATE SCHEMA ${PLACE}`)
      const end = async () => {
        await prisma.$executeRawUnsafe(`DROP SCHEMA IF EXISTS ${PLACE} CASCADE`)
        await prisma.$disconnect()
      }
      return { prisma, end }
    },
  },
  {
    name: 'MariaDB',
    missing: MYSQL_URL === undefined ? 'HOLDFAST_TEST_MYSQL' : undefined,
    dialect: 'mysql',
    naming: {},
    connect: async () => {
      const admin = await createConnection(MYSQL_URL ?? '')
      await admin.query(`DROP DATABASE IF EXISTS ${PLACE}`)
      await admin.query(`CREATE DATABASE ${PLACE}`)
      const { hostname, port, username, password } = new URL(MYSQL_URL ?? '')
      const address = { host: hostname, port: Number(port || 3306), user: username, password, database: PLACE }
      const prisma = new MysqlClient({ adapter: new PrismaMariaDb({ ...address, connectionLimit: CONNECTIONS }) })
      const end = async () => {
        await prisma.$disconnect()
        await admin.query(`DROP DATABASE ${PLACE}`)
        await admin.end()
      }
      return { prisma: alike(prisma), end }
    },
  },
  {
    name: 'SQLite (libsql)',
    missing: undefined,
    dialect: 'sqlite',
    naming: {},
    connect: async () => {
      const file = databaseFile()
      const prisma = new SqliteClient({ adapter: new PrismaLibSql({ url: `file:${file.path}` }) })
      const end = async () => {
        await prisma.$disconnect()
        file.remove()
      }
      return { prisma: alike(prisma), end }
    },
  },
]

const pool = (id: string, available: number): Op => ({ op: 'insert', kind: 'pools', row: { id, available } })
const take = (id: string, by: number): Op => ({ op: 'adjust', kind: 'pools', id, field: 'available', by: -by, min: 0 })

describe.each(PLACES.map((place) => [place.name, place] as const))('Prisma on %s', (_, place) => {
  if (place.missing !== undefined) {
    test.skip(`skipped: ${place.missing} is not set`)
    return
  }
  const { dialect, naming } = place
  let prisma: PostgresClient
  let end: () => Promise<void>
  beforeAll(async () => {
    ;({ prisma, end } = await place.connect())
    for (const statement of createStatements(dialect, naming)) await prisma.$executeRawUnsafe(statement)
  }, 60_000)
  afterAll(() => end())

  const makeStore = async () => {
    for (const statement of emptyStatements(dialect, naming)) await prisma.$executeRawUnsafe(statement)
    return prismaStore({ prisma, dialect, ...naming })
  }
  const availableIn = async (id: string) =>
    (await prismaStore({ prisma, dialect, ...naming }).get('pools', id))?.available
  const badges = async () => (await prisma.badge.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id)
  const data = (id: string) => ({ data: { id, name: 'a name' } })

  for (const { name, run } of storeConformance(makeStore)) test(name, run)

  test("a hook's writes with Prisma's transaction are committed with the commit and rolled back with it", async () => {
    const store = await makeStore()
    await store.commit([pool('kept', 1)], async (tx) => {
      expectTypeOf(tx).toExtend<Pick<PostgresClient, 'badge'>>()
      // @ts-expect-error a transaction is not the whole client
      expect(tx.$connect).toBeUndefined()
      await tx.badge.create(data('kept'))
    })
    const fault = new Error('the host gives up')
    const failed = store.commit([pool('gone', 1)], async (tx) => {
      await tx.badge.create(data('gone'))
      throw fault
    })
    await expect(failed).rejects.toBe(fault)
    expect(await badges()).toEqual(['kept'])
    expect([await availableIn('kept'), await availableIn('gone')]).toEqual([1, undefined])
  })

  test("a joined commit stands and falls with the host's transaction", async () => {
    const store = await makeStore()
    await store.commit([pool('p', 5)])
    await prisma.$transaction(async (tx) => {
      await tx.badge.create(data('kept'))
      expect(await store.join(tx).commit([take('p', 2), pool('q', 1)])).toEqual({ kind: 'committed' })
      expect(await store.join(tx).get('pools', 'p')).toMatchObject({ available: 3 })
    })
    const fault = new Error('the host gives up')
    const failed = prisma.$transaction(async (tx) => {
      await store.join(tx).commit([take('p', 2), pool('gone', 1)])
      throw fault
    })
    await expect(failed).rejects.toBe(fault)
    expect([await availableIn('p'), await availableIn('q'), await availableIn('gone')]).toEqual([3, 1, undefined])
    expect(await badges()).toEqual(['kept'])
  })

  test('a conflict in a joined commit undoes that commit alone', async () => {
    const store = await makeStore()
    await store.commit([pool('p', 5), pool('taken', 1)])
    await prisma.$transaction(async (tx) => {
      const joined = store.join(tx)
      await tx.badge.create(data('before'))
      expect(await joined.commit([take('p', 2), pool('taken', 1)])).toMatchObject({
        kind: 'conflict',
        reason: 'exists',
      })
      expect(await joined.commit([take('p', 9), pool('q', 1)])).toMatchObject({ kind: 'conflict', reason: 'guard' })
      expect(await joined.commit([take('p', 9)])).toMatchObject({ kind: 'conflict', reason: 'guard' })
      expect(await joined.commit([take('p', 1), pool('r', 1)])).toEqual({ kind: 'committed' })
      await tx.badge.create(data('beyond'))
    })
    expect(await badges()).toEqual(['before', 'beyond'])
    expect([await availableIn('p'), await availableIn('q'), await availableIn('r')]).toEqual([4, undefined, 1])
  })

  test('a missing table is a fault of the schema', async () => {
    const store = prismaStore({ prisma, dialect, ...naming, tablePrefix: 'hosts_nothing_' })
    const schema = { fault: { reason: 'schema', outcome: 'not_executed' } }
    await expect(store.commit([take('p', 1), pool('q', 1)])).rejects.toMatchObject(schema)
    await expect(store.get('pools', 'p')).rejects.toMatchObject(schema)
  })

  test('a transaction that takes longer than its time-out is undone, and said to be', async () => {
    await makeStore()
    const store = prismaStore({ prisma, dialect, ...naming, transactionTimeoutMs: 50 })
    const failed = store.commit([pool('late', 1)], async () => {
      await new Promise((resolve) => setTimeout(resolve, 200))
    })
    await expect(failed).rejects.toMatchObject({ fault: { reason: 'timeout', outcome: 'not_executed' } })
    expect(await availableIn('late')).toBeUndefined()
  })

  test('a transaction that gets no connection in time has not begun', async () => {
    const store = prismaStore({ prisma, dialect, ...naming, maxWaitMs: 50 })
    await makeStore()
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const count = dialect === 'sqlite' ? 1 : CONNECTIONS
    const holders = Array.from({ length: count }, () =>
      prisma.$transaction(() => held, { maxWait: 5_000, timeout: 9_000 }),
    )
    const failed = store.commit([pool('late', 1)], async () => undefined)
    await expect(failed).rejects.toMatchObject({ fault: { reason: 'no_connection_free', outcome: 'not_executed' } })
    release()
    await Promise.all(holders)
    expect(await availableIn('late')).toBeUndefined()
  })
})

test('an address where nobody answers is unreachable, and nothing was done', async () => {
  const prisma = new PostgresClient({
    adapter: new PrismaPg({ connectionString: 'postgres://nobody@127.0.0.1:1/none' }),
  })
  const store = prismaStore({ prisma, dialect: 'postgres' })
  const unreachable = { fault: { reason: 'unreachable', outcome: 'not_executed' } }
  await expect(store.commit([pool('p', 1), pool('q', 1)])).rejects.toMatchObject(unreachable)
  await expect(store.commit([pool('p', 1)], async () => undefined)).rejects.toMatchObject(unreachable)
  await prisma.$disconnect()
})

test('what is no client, and times that are none, are refused', () => {
  const prisma = new SqliteClient({ adapter: new PrismaLibSql({ url: 'file::memory:' }) })
  // @ts-expect-error a model of a client is not the client
  expect(() => prismaStore({ prisma: prisma.badge, dialect: 'sqlite' })).toThrow(TypeError)
  expect(() => prismaStore({ prisma, dialect: 'sqlite', maxWaitMs: 0 })).toThrow(RangeError)
  expect(() => prismaStore({ prisma, dialect: 'sqlite', transactionTimeoutMs: Number.NaN })).toThrow(RangeError)
})
