import { describe, expect, test } from 'vitest'
import { type PostgresClient, preparedPool } from '../../src/storage/sql'

type Sent = { readonly name?: string; readonly text: string }

/** A connection that keeps names as node-postgres does: one name, one statement. */
const connection = () => {
  const prepared = new Map<string, string>()
  const sent: (Sent | string)[] = []
  const listeners: string[] = []
  const client: PostgresClient = {
    query: (query: Sent | string) => {
      sent.push(query)
      if (typeof query === 'string' || query.name === undefined) return
      if ((prepared.get(query.name) ?? query.text) !== query.text) throw new Error('names must be unique')
      prepared.set(query.name, query.text)
    },
    release: () => undefined,
    on: (event) => listeners.push(event),
  }
  const pool = { connect: async () => client, end: async () => undefined }
  return { pool, sent, prepared, listeners }
}

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
