import { createPayments, krw } from 'holdfast'
import { never } from 'holdfast/policies'
import { preparedPool, sqlStore } from 'holdfast/storage/sql'
import { Pool, type PoolClient } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PostgresPool } from '../../src/storage/sql'
import { connect, countOf, type Db, drop, empty, type Place, run, server, settle } from './servers'

const postgres = server('postgres')

describe('PostgreSQL', () => {
  if (postgres.missing !== undefined) {
    test.skip(postgres.missing)
    return
  }
  const place: Place = postgres.place('own')
  const host = `"${place.naming.schema}".host`
  let direct: Db

  beforeAll(async () => {
    direct = connect(place)
    await settle(direct, place)
    await run(direct, `CREATE TABLE ${host} (id text NOT NULL)`)
  }, 60_000)
  beforeEach(async () => {
    await empty(direct, place)
    await run(direct, `DELETE FROM ${host}`)
  })
  afterAll(async () => {
    await drop(direct, place)
    await direct.destroy()
  }, 60_000)

  const shopOn = (db: Db, onConfirmed?: (id: string, tx: Db) => Promise<void>) =>
    createPayments({
      store: sqlStore({ db, dialect: 'postgres', ...place.naming }),
      gateways: {},
      refundPolicies: { none: never() },
      ...(onConfirmed === undefined
        ? {}
        : { inTransaction: { '*': async ({ id }: { readonly id: string }, tx: Db) => onConfirmed(id, tx) } }),
    })
  const free = (id: string) => ({
    actor: { kind: 'buyer', id: 'buyer-1' } as const,
    lines: [{ title: 'Free', unitPrice: krw(0), resource: { group: 'hall', id } }],
    refundPolicy: 'none' as const,
    idempotencyKey: id,
  })

  // A connection that dies at work throws its `error` event into the process unless somebody listens: pg-pool listens
  // only while a client is idle, and Kysely not at all. `preparedPool` has every client in its hands.
  test('a client that preparedPool hands out cannot end the process when its line is cut', async () => {
    const pool = new Pool({ connectionString: place.url, max: 1 })
    const raw: PoolClient[] = []
    pool.on('connect', (client) => void raw.push(client as PoolClient))
    const wrapped = preparedPool(pool as PostgresPool)
    const client = await wrapped.connect()
    try {
      expect(raw[0]?.listenerCount('error')).toBeGreaterThan(0)
    } finally {
      client.release()
      await wrapped.end()
    }
  })

  test('a prepared pool whose every connection is killed goes on with new ones', async () => {
    const db = connect(place, {
      connections: 3,
      prepared: true,
      postgres: { application_name: 'hf_srv_prepared' },
    })
    const payments = shopOn(db)
    /** The pool may not have heard yet that its connections are gone: then the caller repeats. */
    const holdAtLast = async (id: string) => {
      for (let tries = 0; tries < 5; tries += 1) {
        const held = await payments.orders.hold(free(id))
        if (held.isOk()) return true
        expect(held.error).toMatchObject({ code: 'store_unavailable', reason: 'connection_lost' })
      }
      return false
    }
    try {
      for (const round of ['1', '2', '3', '4']) {
        const held = await Promise.all(['a', 'b', 'c'].map((id) => holdAtLast(`${id}${round}`)))
        expect(held).toEqual([true, true, true])
        await run(
          direct,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hf_srv_prepared'",
        )
      }
      expect(await holdAtLast('last')).toBe(true)
      expect(await countOf(direct, place, 'orders')).toBe(13)
    } finally {
      await db.destroy()
    }
  })

  test('a commit that fails as not serializable is repeated, and the hook has written once', async () => {
    const db = connect(place, { postgres: { options: '-c default_transaction_isolation=serializable' } })
    const tries: string[] = []
    const readThenWrite = async (tx: Db, id: string) => {
      await run(tx, `SELECT count(*) FROM ${host}`)
      await run(tx, `INSERT INTO ${host} VALUES ($1)`, [id])
    }
    const payments = shopOn(db, async (id, tx) => {
      await readThenWrite(tx, id)
      tries.push(id)
      // Somebody who has read what we change, and changes what we have read, is done before us.
      if (tries.length === 1) await db.transaction().execute((theirs: Db) => readThenWrite(theirs, 'theirs'))
    })
    try {
      expect((await payments.orders.hold(free('A-1'))).isOk()).toBe(true)
      expect(tries).toHaveLength(2)
      const ids = (await run(direct, `SELECT id FROM ${host}`)).rows.map(({ id }) => String(id))
      expect(ids.toSorted()).toEqual([tries[0], 'theirs'].toSorted())
      expect(await countOf(direct, place, 'orders')).toBe(1)
    } finally {
      await db.destroy()
    }
  })
})
