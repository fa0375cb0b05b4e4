import { createClient } from '@libsql/client'
import Database from 'better-sqlite3'
import { type SQLWrapper, sql } from 'drizzle-orm'
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3'
import { drizzle as drizzleLibsql } from 'drizzle-orm/libsql'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { drizzleStore } from '../../src/storage/drizzle'
import type { Op } from '../../src/storage/store'
import { storeConformance } from '../../src/testing'
import { createStatements, databaseFile, emptyStatements } from './places'

const pool = (id: string, available: number): Op => ({ op: 'insert', kind: 'pools', row: { id, available } })
const take = (id: string, by: number): Op => ({ op: 'adjust', kind: 'pools', id, field: 'available', by: -by, min: 0 })
const badge = (id: string): SQLWrapper => sql`INSERT INTO badges VALUES (${id}, 'a name')`

describe('Drizzle on better-sqlite3', () => {
  const database = new Database(':memory:')
  const db = drizzleSqlite({ client: database })
  for (const statement of createStatements('sqlite')) database.exec(statement)
  afterAll(() => {
    database.close()
  })

  const makeStore = () => {
    for (const statement of emptyStatements('sqlite')) database.exec(statement)
    return drizzleStore({ db, dialect: 'sqlite' })
  }
  const badges = () => db.all(sql`SELECT id FROM badges ORDER BY id`)

  for (const { name, run } of storeConformance(makeStore)) test(name, run)

  test("a hook gets the database itself, and its writes are the commit's", async () => {
    const store = makeStore()
    await store.commit([pool('kept', 1)], async (tx) => {
      expectTypeOf(tx).toEqualTypeOf<typeof db>()
      expect(tx).toBe(db)
      tx.run(badge('kept'))
      tx.transaction((nested) => nested.run(badge('nested')))
    })
    const fault = new Error('the host gives up')
    const failed = store.commit([pool('gone', 1)], async (tx) => {
      tx.run(badge('gone'))
      await Promise.resolve()
      throw fault
    })
    await expect(failed).rejects.toBe(fault)
    expect(badges()).toEqual([{ id: 'kept' }, { id: 'nested' }])
    expect(await store.get('pools', 'gone')).toBeUndefined()
  })

  test('a joined commit reads and writes inside the hook, and falls with it', async () => {
    const store = makeStore()
    await store.commit([pool('p', 5)])
    const fault = new Error('the host gives up')
    const failed = store.commit([take('p', 1)], async (tx) => {
      const joined = store.join(tx)
      expect(await joined.commit([pool('q', 1), take('p', 1)])).toEqual({ kind: 'committed' })
      expect(await joined.commit([pool('r', 1), take('p', 9)])).toMatchObject({ kind: 'conflict', reason: 'guard' })
      expect(await joined.get('pools', 'p')).toMatchObject({ available: 3 })
      expect(await joined.get('pools', 'r')).toBeUndefined()
      throw fault
    })
    await expect(failed).rejects.toBe(fault)
    expect(await store.get('pools', 'p')).toMatchObject({ available: 5 })
    expect(await store.get('pools', 'q')).toBeUndefined()
  })
})

describe('Drizzle on libsql', () => {
  const file = databaseFile()
  const client = createClient({ url: `file:${file.path}` })
  const db = drizzleLibsql({ client })
  beforeAll(async () => {
    for (const statement of createStatements('sqlite')) await db.run(statement)
  })
  afterAll(() => {
    client.close()
    file.remove()
  })

  const makeStore = async () => {
    for (const statement of emptyStatements('sqlite')) await db.run(statement)
    return drizzleStore({ db, dialect: 'sqlite' })
  }

  for (const { name, run } of storeConformance(makeStore)) test(name, run)

  test("a joined commit stands and falls with the host's transaction, and a conflict undoes it alone", async () => {
    const store = await makeStore()
    await store.commit([pool('p', 5)])
    await db.transaction(async (tx) => {
      const joined = store.join(tx)
      await tx.run(badge('kept'))
      expect(await joined.commit([take('p', 9), pool('q', 1)])).toMatchObject({ kind: 'conflict', reason: 'guard' })
      expect(await joined.commit([take('p', 1), pool('r', 1)])).toEqual({ kind: 'committed' })
    })
    const fault = new Error('the host gives up')
    const failed = db.transaction(async (tx) => {
      await store.join(tx).commit([take('p', 1), pool('gone', 1)])
      throw fault
    })
    await expect(failed).rejects.toBe(fault)
    expect(await store.get('pools', 'p')).toMatchObject({ available: 4 })
    expect([await store.get('pools', 'q'), await store.get('pools', 'gone')]).toEqual([undefined, undefined])
    expect(await db.all(sql`SELECT id FROM badges`)).toEqual([{ id: 'kept' }])
  })
})
