import { Kysely, PostgresDialect } from 'kysely'
import { describe, expect, test } from 'vitest'
import { type PostgresClient, type PreparedPool, preparedPool, sqlStore } from '../../src/storage/sql'

type Sent = { readonly name?: string; readonly text: string }

/** A connection that keeps names as node-postgres does: one name, one statement. */
const connection = () => {
  const prepared = new Map<string, string>()
  const sent: (Sent | string)[] = []
  const listeners: string[] = []
  const released: unknown[][] = []
  const client: PostgresClient = {
    query: (query: Sent | string) => {
      sent.push(query)
      if (typeof query === 'string' || query.name === undefined) return Promise.resolve(ANSWER)
      if ((prepared.get(query.name) ?? query.text) !== query.text) throw new Error('names must be unique')
      prepared.set(query.name, query.text)
      return query.text.includes('nowhere') ? Promise.reject(FAULT) : Promise.resolve(ANSWER)
    },
    release: (...args) => void released.push(args),
    on: (event) => listeners.push(event),
  }
  const pool = { connect: async () => client, end: async () => undefined }
  return { pool, client, sent, prepared, listeners, released }
}

const ANSWER = { rows: [{ row: '(p,1,5)' }], rowCount: 1 }
const FAULT = new Error('relation "nowhere" does not exist')

describe('preparedPool', () => {
  test('names a statement with parameters, the same text always alike', async () => {
    const { pool, sent, prepared } = connection()
    const client = await preparedPool(pool).connect()
    client.query('SELECT $1', [1])
    client.query('SELECT $1', [2])
    client.query('SELECT $1, 2', [1])
    expect(sent).toMatchObject([{ values: [1] }, { values: [2] }, { text: 'SELECT $1, 2' }])
    expect(prepared.size).toBe(2)
  })

  test('two wrappers of one pool never give one name to two statements', async () => {
    const { pool, prepared } = connection()
    const [first, second] = [await preparedPool(pool).connect(), await preparedPool(pool).connect()]
    for (let at = 0; at < 200; at += 1) {
      first.query(`SELECT $1 + ${at}`, [1])
      second.query(`SELECT $1 - ${at}`, [1])
    }
    second.query('SELECT $1 + 0', [1])
    expect(prepared.size).toBe(400)
  })

  test('what has no parameters goes through as it is, and beyond the limit there is no name', async () => {
    const { pool, sent } = connection()
    const client = await preparedPool(pool, { limit: 1 }).connect()
    client.query('BEGIN', [])
    client.query('SELECT $1', [1])
    client.query('SELECT $1, $2', [1, 2])
    expect(sent[0]).toBe('BEGIN')
    expect(sent.slice(1).map((query) => typeof query === 'object' && query.name !== undefined)).toEqual([true, false])
  })

  test('a lost line ends no process, and a connection is listened to once', async () => {
    const { pool, listeners } = connection()
    const prepared = preparedPool(pool)
    expect(await prepared.connect()).toBe(await prepared.connect())
    expect(listeners).toEqual(['error'])
  })
})

describe('run', () => {
  test('sends one statement by name, the same as over a connection, and gives its answer', async () => {
    const { pool, sent, prepared } = connection()
    const prepares = preparedPool(pool)
    expect(await prepares.run('SELECT $1', [1])).toBe(ANSWER)
    await prepares.run('SELECT $1', [2])
    await (await prepares.connect()).query('SELECT $1', [3])
    expect(sent).toMatchObject([{ values: [1] }, { values: [2] }, { values: [3] }])
    expect([...prepared.values()]).toEqual(['SELECT $1'])
  })

  test('gives the connection back once, behind an answer', async () => {
    const { pool, client, released } = connection()
    let answer: (value: unknown) => void = () => undefined
    const asked = new Promise<void>((resolve) => {
      const query = () => {
        resolve()
        return new Promise((done) => {
          answer = done
        })
      }
      pool.connect = async () => ({ ...client, query })
    })
    const running = preparedPool(pool).run('SELECT $1', [1])
    await asked
    expect(released).toHaveLength(0)
    answer(ANSWER)
    expect(await running).toBe(ANSWER)
    expect(released).toHaveLength(1)
  })

  test('gives it back behind a fault, which comes out as it is', async () => {
    const { pool, released } = connection()
    const prepares = preparedPool(pool)
    await expect(prepares.run('SELECT $1 FROM nowhere', [1])).rejects.toBe(FAULT)
    expect(released).toHaveLength(1)
    expect(await prepares.run('SELECT $1', [1])).toBe(ANSWER)
    expect(released).toHaveLength(2)
  })

  test('gives nothing back when it got no connection', async () => {
    const { pool, released } = connection()
    pool.connect = () => Promise.reject(FAULT)
    await expect(preparedPool(pool).run('SELECT $1', [1])).rejects.toBe(FAULT)
    expect(released).toEqual([])
  })
})

describe('a sqlStore with its pool', () => {
  const kyselyOn = (pool: PreparedPool) => {
    const told: string[] = []
    const db = new Kysely({ dialect: new PostgresDialect({ pool }), log: ({ query }) => void told.push(query.sql) })
    return { db, told }
  }

  test('reads and commits past Kysely; a transaction stays with it', async () => {
    const { pool, sent } = connection()
    const prepares = preparedPool(pool)
    const { db, told } = kyselyOn(prepares)
    const store = sqlStore({ db, dialect: 'postgres', pool: prepares })
    expect(await store.get('pools', 'p')).toEqual({ id: 'p', version: 1, available: 5 })
    const insert = { op: 'insert', kind: 'pools', row: { id: 'p', available: 5 } } as const
    expect(await store.commit([insert])).toEqual({ kind: 'committed' })
    expect(told).toEqual([])
    expect(sent.map((query) => (typeof query === 'string' ? query : query.text.slice(0, 6)))).toEqual([
      'SELECT',
      'INSERT',
    ])
    await store.commit([insert], async (tx) => {
      expect(tx.isTransaction).toBe(true)
    })
    expect(told.filter((text) => text.startsWith('INSERT'))).toHaveLength(1)
  })

  test('is refused beside another dialect', () => {
    const pool = preparedPool(connection().pool)
    const { db } = kyselyOn(pool)
    for (const dialect of ['mysql', 'sqlite'] as const) {
      expect(() => sqlStore({ db, dialect, pool })).toThrow(TypeError)
      expect(() => sqlStore({ db, dialect, pool })).toThrow(/^pool: /)
    }
    expect(() => sqlStore({ db, dialect: 'postgres', pool })).not.toThrow()
    expect(() => sqlStore({ db, dialect: 'mysql' })).not.toThrow()
  })
})
