import { createPayments } from 'holdfast'
import { sqlStore } from 'holdfast/storage/sql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ALL_KINDS, createNames } from '../../src/storage/relational/naming'
import type { StoreFault } from '../../src/storage/store'
import { answerOf } from './cut-verbs'
import { type CutWorldOptions, cutWorld, historyFaults } from './cut-world'
import { connect, countOf, type Db, drop, empty, type Place, run, SERVERS, settle } from './servers'

const unavailable = (reason: StoreFault['reason']) => ({
  said: 'error',
  code: 'store_unavailable',
  outcome: 'unknown',
  reason,
})

describe.each(SERVERS.map((server) => [server.name, server] as const))('%s', (_, server) => {
  if (server.missing !== undefined) {
    test.skip(server.missing)
    return
  }
  const place: Place = server.place('fault')
  const isPostgres = place.kind === 'postgres'
  const names = createNames(place.kind, place.naming)
  const host = names.other('host')
  let direct: Db

  beforeAll(async () => {
    direct = connect(place)
    await settle(direct, place)
    await run(direct, `CREATE TABLE ${host} (id varchar(200) NOT NULL)`)
  }, 60_000)
  beforeEach(async () => {
    await empty(direct, place)
    await run(direct, `DELETE FROM ${host}`)
    // Made where nothing is wrong.
    const well = cutWorld(place)
    await well.prepare()
    await well.db.destroy()
  })
  afterAll(async () => {
    await drop(direct, place)
    await direct.destroy()
  }, 60_000)

  const expectNothing = async () => {
    for (const kind of ALL_KINDS) {
      const expected = kind === 'pools' || kind === 'poolSizes' ? 1 : 0
      expect(await countOf(direct, place, kind), kind).toBe(expected)
    }
    expect((await run(direct, `SELECT id FROM ${host}`)).rows).toEqual([])
  }
  /** A hold by a shop that has something wrong with its database; with hooks, and without. */
  const holdIn = async (options: CutWorldOptions, at: Place = place) => {
    const answers = []
    for (const hooks of [false, true]) {
      const world = cutWorld(at, { ...options, hooks })
      try {
        answers.push(await answerOf(world.hold()))
      } finally {
        await world.db.destroy()
      }
    }
    return answers
  }
  /** Keeps everybody from writing orders while `work` runs. */
  const whileLocked = async <T>(work: (release: () => Promise<void>) => Promise<T>): Promise<T> => {
    const holder = connect(place, { connections: 1 })
    const lock = isPostgres
      ? `LOCK TABLE ${names.table('pools')} IN EXCLUSIVE MODE`
      : `SELECT * FROM ${names.table('pools')} FOR UPDATE`
    const locked = await holder.startTransaction().execute()
    let isOver = false
    const release = async () => {
      if (!isOver) await locked.rollback().execute()
      isOver = true
    }
    try {
      await run(locked, lock)
      return await work(release)
    } finally {
      await release()
      await holder.destroy()
    }
  }
  /** Waits until a session of ours waits for that lock, and says which. */
  const stuckSession = async (): Promise<string> => {
    const found = isPostgres
      ? `SELECT pid AS id FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${place.naming.schema}%'`
      : `SELECT id FROM information_schema.processlist WHERE info LIKE 'UPDATE%${place.naming.tablePrefix}%'`
    for (let tries = 0; tries < 200; tries += 1) {
      const [row] = (await run(direct, found)).rows
      if (row !== undefined) return String(row['id'])
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error('nobody waits for the lock')
  }

  // On MariaDB the rollback of the dead transaction fails as well, and Kysely throws that error instead of the first.
  test.each([false, true])(
    'a session that is killed in the middle of a commit: connection_lost (hooks: %s)',
    async (hooks) => {
      const world = cutWorld(place, { hooks, connections: 2 })
      try {
        await whileLocked(async () => {
          const answer = answerOf(world.hold())
          const id = await stuckSession()
          await run(direct, isPostgres ? `SELECT pg_terminate_backend(${id})` : `KILL ${id}`)
          expect(await answer).toEqual(unavailable('connection_lost'))
        })
        await expectNothing()
        // The pool has made a new connection, and the same call goes through.
        expect(await answerOf(world.hold())).toEqual({ said: 'ok' })
        expect(await countOf(direct, place, 'orders')).toBe(1)
      } finally {
        await world.db.destroy()
      }
    },
  )

  test('a statement that the database gives up on: timeout', async () => {
    const answers = await whileLocked(() =>
      holdIn(isPostgres ? { postgres: { statement_timeout: 300 } } : { mysqlInit: 'SET innodb_lock_wait_timeout = 1' }),
    )
    expect(answers).toEqual([unavailable('timeout'), unavailable('timeout')])
    await expectNothing()
  })

  test('a pool whose only connection somebody else has: no_connection_free', async () => {
    const world = cutWorld(place, {
      connections: 1,
      postgres: { connectionTimeoutMillis: 200 },
      mysql: { waitForConnections: false },
    })
    try {
      await world.db.connection().execute(async () => {
        expect(await answerOf(world.hold())).toEqual(unavailable('no_connection_free'))
      })
      await expectNothing()
      expect(await answerOf(world.hold())).toEqual({ said: 'ok' })
    } finally {
      await world.db.destroy()
    }
  })

  test('a database that only reads: read_only, whatever writes', async () => {
    const options: CutWorldOptions = isPostgres
      ? { postgres: { options: '-c default_transaction_read_only=on' } }
      : { mysqlInit: 'SET SESSION TRANSACTION READ ONLY' }
    expect(await holdIn(options)).toEqual([unavailable('read_only'), unavailable('read_only')])
    await expectNothing()
  })

  test('the wallet says why the store is unavailable, as every other verb does', async () => {
    const world = cutWorld(
      place,
      isPostgres
        ? { postgres: { options: '-c default_transaction_read_only=on' } }
        : { mysqlInit: 'SET SESSION TRANSACTION READ ONLY' },
    )
    const move = {
      actor: { kind: 'admin', id: 'a' },
      ownerId: 'b',
      amount: { amountMinor: 1, currency: 'KRW' },
    } as const
    try {
      expect(await answerOf(world.payments.wallet.credit({ ...move, idempotencyKey: 'k' }))).toEqual(
        unavailable('read_only'),
      )
    } finally {
      await world.db.destroy()
    }
  })

  test('tables that are not there: schema', async () => {
    const naming = isPostgres ? { schema: 'hf_srv_nowhere' } : { tablePrefix: 'hfs_nowhere_' }
    expect(await holdIn({}, { ...place, naming })).toEqual([unavailable('schema'), unavailable('schema')])
    await expectNothing()
  })

  test('a user who may not write: privilege', async () => {
    const role = isPostgres ? 'hf_srv_guest' : `'hf_srv_guest'@'%'`
    const make = isPostgres
      ? [
          `DROP ROLE IF EXISTS ${role}`,
          `CREATE ROLE ${role} LOGIN`,
          `GRANT USAGE ON SCHEMA ${place.naming.schema} TO ${role}`,
          `GRANT SELECT ON ALL TABLES IN SCHEMA ${place.naming.schema} TO ${role}`,
        ]
      : [
          `DROP USER IF EXISTS ${role}`,
          `CREATE USER ${role}`,
          ...ALL_KINDS.map((kind) => `GRANT SELECT ON ${names.table(kind)} TO ${role}`),
        ]
    const url = new URL(place.url)
    url.username = 'hf_srv_guest'
    url.password = ''
    for (const statement of make) await run(direct, statement)
    try {
      const answers = await holdIn({}, { ...place, url: url.href })
      expect(answers).toEqual([unavailable('privilege'), unavailable('privilege')])
      await expectNothing()
    } finally {
      if (isPostgres) await run(direct, `DROP OWNED BY ${role}`)
      await run(direct, isPostgres ? `DROP ROLE ${role}` : `DROP USER ${role}`)
    }
  })

  test('a store that was told of another dialect: store_unavailable, and nothing is written', async () => {
    const db = connect(place)
    const { resources } = createPayments({
      store: sqlStore({ db, dialect: isPostgres ? 'mysql' : 'postgres' }),
      gateways: {},
    })
    const declare = { actor: { kind: 'admin', id: 'admin-1' }, pool: 'p', places: 1 } as const
    try {
      expect(await answerOf(resources.setCapacity(declare))).toEqual(unavailable('other'))
      await expectNothing()
    } finally {
      await db.destroy()
    }
  })

  test('a deadlock is lost, repeated and won, and the hook has written once', async () => {
    const errors: unknown[] = []
    const world = cutWorld(place, { hooks: true, onError: (error) => void errors.push(error) })
    const other = connect(place, { connections: 1 })
    try {
      const order = await world.held()
      const theirs = await other.startTransaction().execute()
      // They are never the victim: theirs is the transaction that waits longer, and that has written more.
      if (isPostgres) await run(theirs, `SET LOCAL deadlock_timeout = '60s'`)
      else await run(theirs, `INSERT INTO ${host} SELECT CONCAT('their-', seq) FROM seq_1_to_1000`)
      await run(theirs, `UPDATE ${names.table('pools')} SET version = version`)
      const cancelled = answerOf(world.payments.orders.cancel({ actor: { kind: 'buyer', id: 'buyer-1' }, order }))
      await stuckSession()
      // The cancel has the order and wants the pool; they have the pool and want the order.
      await run(theirs, `UPDATE ${names.table('orders')} SET version = version`)
      await theirs.rollback().execute()
      expect(await cancelled).toEqual({ said: 'ok' })
      expect(errors).toEqual([expect.objectContaining({ code: isPostgres ? '40P01' : 'ER_LOCK_DEADLOCK' })])
      await world.payments.jobs.run()
      expect(await historyFaults(direct, place, { hooks: true, told: world.told })).toEqual([])
      expect(await countOf(direct, place, 'claims')).toBe(0)
    } finally {
      await world.db.destroy()
      await other.destroy()
    }
  })
})
