import { preparedPool } from 'holdfast/storage/sql'
import { Pool, type PoolClient, type PoolConfig } from 'pg'
import { describe, expect, test } from 'vitest'
import type { PostgresPool, PreparedPool } from '../../src/storage/sql'
import { server } from './servers'

const postgres = server('postgres')

/** What a statement asks for when it wants to know its columns. */
type Line = { readonly connection: { describe: (message: object) => void } }

describe('a statement that PostgreSQL has prepared, sent again', () => {
  if (postgres.missing !== undefined) {
    test.skip(postgres.missing)
    return
  }
  const place = postgres.place('lean')

  /** One connection unless told otherwise. `described` is how often a statement went the usual way. */
  const withPool = async (
    config: PoolConfig,
    work: (pool: PreparedPool, described: () => number, direct: Pool) => Promise<void>,
  ): Promise<void> => {
    const own = new Pool({ connectionString: place.url, max: 1, ...config })
    const direct = new Pool({ connectionString: place.url, max: 1 })
    let times = 0
    own.on('error', () => undefined)
    own.on('connect', (client) => {
      // What the types leave out, and pg-cursor uses.
      const { connection } = client as unknown as Line
      const describe = connection.describe.bind(connection)
      connection.describe = (message) => {
        times += 1
        describe(message)
      }
    })
    const pool = preparedPool(own as PostgresPool)
    try {
      await work(pool, () => times, direct)
    } finally {
      await pool.end()
      await direct.end()
    }
  }
  const first = async (pool: PreparedPool, text: string, ...values: readonly (string | number | boolean | null)[]) =>
    (await pool.run(text, values)).rows[0]
  const plainly = async (pool: PreparedPool, text: string): Promise<void> => {
    const client = await pool.connect()
    try {
      await client.query(text)
    } finally {
      client.release()
    }
  }
  /** Waits until the statement sleeps on the server, and ends its connection. */
  const killAsleep = async (direct: Pool, pid: unknown): Promise<void> => {
    const text = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'"
    for (let found = 0; found === 0; ) found = (await direct.query(text, [pid])).rowCount ?? 0
  }

  test("a key that is taken is the server's own error, and the next statement gets its own answer", async () => {
    await withPool({}, async (pool, described) => {
      await plainly(pool, 'CREATE TEMP TABLE taken (id text PRIMARY KEY, paid integer)')
      const insert = 'INSERT INTO taken VALUES ($1, $2) RETURNING id, paid'
      expect(await pool.run(insert, ['a', 1])).toMatchObject({ rows: [{ id: 'a', paid: 1 }], rowCount: 1 })
      expect(await pool.run(insert, ['b', 2])).toEqual({ rows: [{ id: 'b', paid: 2 }], rowCount: 1 })
      for (let tries = 0; tries < 3; tries += 1) {
        await expect(pool.run(insert, ['a', 9])).rejects.toMatchObject({ code: '23505', constraint: 'taken_pkey' })
        expect(await pool.run(insert, [`c${tries}`, tries])).toEqual({
          rows: [{ id: `c${tries}`, paid: tries }],
          rowCount: 1,
        })
      }
      // A value that cannot be read fails in Bind, before anything is executed.
      await expect(pool.run(insert, ['d', 'no number'])).rejects.toMatchObject({ code: '22P02' })
      await expect(pool.run(insert, ['a\0b', 1])).rejects.toMatchObject({ code: '22021' })
      await expect(pool.run(insert, ['d'])).rejects.toMatchObject({ code: '08P01' })
      expect(described()).toBe(1)
      expect(await first(pool, 'SELECT count(*)::integer AS n FROM taken WHERE $1', true)).toEqual({ n: 5 })
    })
  })

  test('counts the rows it touched as the first time', async () => {
    await withPool({}, async (pool, described) => {
      await plainly(pool, 'CREATE TEMP TABLE counted AS SELECT n FROM generate_series(1, 5) AS n')
      for (let sent = 0; sent < 3; sent += 1) {
        expect((await pool.run('UPDATE counted SET n = n WHERE n <= $1', [3])).rowCount).toBe(3)
        expect((await pool.run('DELETE FROM counted WHERE n > $1', [9])).rowCount).toBe(0)
        expect((await pool.run('INSERT INTO counted SELECT 7 FROM counted WHERE n < $1', [3])).rowCount).toBe(2)
        expect(await pool.run('SELECT n FROM counted WHERE n > $1', [900])).toMatchObject({ rows: [], rowCount: 0 })
        expect(described()).toBe(4)
      }
    })
  })

  test('a backend that is killed while it waits rejects it, and the pool goes on with a new connection', async () => {
    await withPool({}, async (pool, described, direct) => {
      const sleep = 'SELECT pg_backend_pid() AS pid FROM (SELECT pg_sleep($1)) AS slept'
      const row = await first(pool, sleep, 0)
      const waiting = pool.run(sleep, [30])
      waiting.catch(() => undefined)
      await killAsleep(direct, row?.['pid'])
      await expect(waiting).rejects.toMatchObject({ code: '57P01' })
      expect(described()).toBe(1)
      // The pool may not have heard yet that the line is gone.
      const again = async (tries: number): Promise<unknown> => {
        try {
          return (await first(pool, sleep, 0))?.['pid']
        } catch (error) {
          if (tries === 0) throw error
          expect(String(error)).toMatch(/Connection terminated|not queryable|57P01|terminating/)
          return await again(tries - 1)
        }
      }
      const pid = await again(3)
      expect(pid).toEqual(expect.any(Number))
      expect(pid).not.toBe(row?.['pid'])
      const before = described()
      expect(await first(pool, sleep, 0)).toEqual({ pid })
      expect(described()).toBe(before)
    })
  }, 10_000)

  test('a line that is cut without a word rejects it, too', async () => {
    const own: PoolClient[] = []
    const raw = new Pool({ connectionString: place.url, max: 1 })
    raw.on('error', () => undefined)
    raw.on('connect', (client) => void own.push(client as PoolClient))
    const pool = preparedPool(raw as PostgresPool)
    try {
      await pool.run('SELECT pg_sleep($1)', [0])
      const waiting = pool.run('SELECT pg_sleep($1)', [0.2])
      waiting.catch(() => undefined)
      // Its line is taken when the turn is over; then the statement is on its way.
      await new Promise((resolve) => setImmediate(resolve))
      const { connection } = own[0] as unknown as { readonly connection: { readonly stream: { destroy: () => void } } }
      connection.stream.destroy()
      await expect(waiting).rejects.toThrow('Connection terminated unexpectedly')
      expect(await first(pool, 'SELECT $1::integer AS n', 7)).toEqual({ n: 7 })
    } finally {
      await pool.end()
    }
  })

  test('statement_timeout cancels it, and the line stays in step', async () => {
    await withPool({ statement_timeout: 100 }, async (pool, described) => {
      const sleep = 'SELECT pg_backend_pid() AS pid, $2::text AS said FROM (SELECT pg_sleep($1)) AS slept'
      const row = await first(pool, sleep, 0, 'first')
      for (const said of ['second', 'third']) {
        await expect(pool.run(sleep, [5, 'late'])).rejects.toMatchObject({ code: '57014' })
        expect(await first(pool, sleep, 0, said)).toEqual({ pid: row?.['pid'], said })
      }
      expect(described()).toBe(1)
    })
  })

  test('query_timeout rejects it, its late answer goes to nobody else, and nobody waits behind it', async () => {
    await withPool({ query_timeout: 400 }, async (pool) => {
      const sleep = 'SELECT pg_backend_pid() AS pid, $2::text AS said FROM (SELECT pg_sleep($1)) AS slept'
      const row = await first(pool, sleep, 0, 'first')
      await expect(pool.run(sleep, [0.5, 'late'])).rejects.toThrow('Query read timeout')
      const later = await Promise.all(['second', 'third'].map((said) => first(pool, sleep, 0, said)))
      expect(later).toMatchObject([{ said: 'second' }, { said: 'third' }])
      // The line that still sleeps is given up.
      for (const answer of later) expect(answer?.['pid']).not.toBe(row?.['pid'])
    })
  })

  test('of 200 at once over 3 connections each gets its own answer', async () => {
    await withPool({ max: 3 }, async (pool, described) => {
      const one = async (n: number): Promise<void> => {
        if (n % 5 === 0) expect(await first(pool, 'SELECT $1::integer AS n', n)).toEqual({ n })
        else if (n % 5 === 1) {
          const said = `${n} `.repeat(n * 50)
          expect(await first(pool, 'SELECT $1::text AS said, $2::bigint AS big', said, n)).toEqual({
            said,
            big: `${n}`,
          })
        } else if (n % 5 === 2) {
          const { rows, rowCount } = await pool.run('SELECT n FROM generate_series(1, $1::integer) AS n', [n])
          expect(rowCount).toBe(n)
          expect(rows.map((row) => row['n'])).toEqual(Array.from({ length: n }, (_, at) => at + 1))
        } else if (n % 5 === 3) {
          await expect(pool.run('SELECT 1 / ($1::integer - $1::integer) AS n', [n])).rejects.toMatchObject({
            code: '22012',
          })
        } else {
          const [yes, nothing] = [n % 2 === 0, null]
          const row = await first(
            pool,
            'SELECT $1::boolean AS yes, $2::text AS nothing, $3::float8 AS part',
            yes,
            null,
            n / 8,
          )
          expect(row).toEqual({ yes, nothing, part: n / 8 })
        }
      }
      await Promise.all(Array.from({ length: 200 }, (_, n) => one(n)))
      // What fails is never learnt from, and goes the usual way every time.
      expect(described()).toBeLessThanOrEqual(4 * 3 + 40)
    })
  })

  test('values come back the same the first time and later, with the same types', async () => {
    await withPool({}, async (pool, described) => {
      const moment = '2024-02-29T23:59:59.999Z'
      const text = `it's "quoted", \\back\\slash\\n, two\nlines\ttab, NULL, {}, 결제 🙂 e\u0301`
      const values: readonly (readonly [string, string | number | boolean | null, unknown])[] = [
        ['text', null, null],
        ['text', '', ''],
        ['text', text, text],
        ['text', 'null', 'null'],
        ['text', ' padded ', ' padded '],
        ['text', 'x'.repeat(100_000), 'x'.repeat(100_000)],
        ['boolean', true, true],
        ['boolean', false, false],
        ['boolean', null, null],
        ['integer', -2_147_483_648, -2_147_483_648],
        ['integer', 0, 0],
        ['integer', null, null],
        ['bigint', 2 ** 31, '2147483648'],
        ['bigint', Number.MAX_SAFE_INTEGER, '9007199254740991'],
        ['bigint', Number.MIN_SAFE_INTEGER, '-9007199254740991'],
        ['bigint', '9223372036854775807', '9223372036854775807'],
        ['numeric', '12345678901234567890.10', '12345678901234567890.10'],
        ['double precision', 0.1, 0.1],
        ['double precision', 1e21, 1e21],
        ['text', moment, moment],
        ['timestamptz', moment, new Date(moment)],
        ['timestamptz', null, null],
        ['jsonb', '{"paid": [1, null]}', { paid: [1, null] }],
        ['text[]', '{a,NULL,"b c"}', ['a', null, 'b c']],
      ]
      for (const [type, value, back] of values) {
        const statement = `SELECT $1::${type} AS value, $1::${type} IS NULL AS missing`
        const expected = [{ value: back, missing: value === null }]
        for (let sent = 0; sent < 3; sent += 1) {
          expect((await pool.run(statement, [value])).rows).toStrictEqual(expected)
        }
      }
      expect(described()).toBe(new Set(values.map(([type]) => type)).size)
    })
  })

  test('columns of one name, of odd names, and none at all are as the first time', async () => {
    await withPool({}, async (pool, described) => {
      const same = async (text: string): Promise<void> => {
        const usual = await pool.run(text, [1])
        const lean = await pool.run(text, [1])
        expect(lean).toStrictEqual({ rows: usual.rows, rowCount: usual.rowCount })
        expect(lean.rows.map((row) => Object.keys(row))).toEqual(usual.rows.map((row) => Object.keys(row)))
      }
      await same('SELECT $1::integer AS a, 2 AS b, 3 AS a')
      await same('SELECT $1::integer AS "constructor", 2 AS "10", 3 AS "9", 4 AS " "')
      await same('SELECT FROM generate_series(1, $1::integer)')
      await same('SELECT WHERE $1::integer = 2')
      expect(described()).toBe(4)
    })
  })

  test("a table that changes under it is the server's error once, never a value under another name", async () => {
    await withPool({}, async (pool, _, direct) => {
      const table = 'public.hf_srv_lean_changing'
      await direct.query(`DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} AS SELECT 1 AS paid, 2 AS owed`)
      try {
        const [all, named] = [`SELECT * FROM ${table} WHERE paid = $1`, `SELECT owed FROM ${table} WHERE owed = $1`]
        for (let sent = 0; sent < 2; sent += 1) {
          expect(await first(pool, all, 1)).toEqual({ paid: 1, owed: 2 })
          expect(await first(pool, named, 2)).toEqual({ owed: 2 })
        }
        await direct.query(`ALTER TABLE ${table} ADD COLUMN more integer`)
        expect(await first(pool, named, 2)).toEqual({ owed: 2 })
        await expect(pool.run(all, [1])).rejects.toMatchObject({ code: '0A000' })
        // The line that knew the old columns is given up.
        expect(await first(pool, all, 1)).toEqual({ paid: 1, owed: 2, more: null })
      } finally {
        await direct.query(`DROP TABLE IF EXISTS ${table}`)
      }
    })
  })

  test('a line that has forgotten what it prepared is given up', async () => {
    await withPool({}, async (pool) => {
      const statement = 'SELECT $1::integer AS n'
      for (let sent = 0; sent < 2; sent += 1) expect(await first(pool, statement, 7)).toEqual({ n: 7 })
      await plainly(pool, 'DEALLOCATE ALL')
      await expect(pool.run(statement, [7])).rejects.toMatchObject({ code: '26000' })
      expect(await first(pool, statement, 7)).toEqual({ n: 7 })
    })
  })

  test('a line whose search path finds another table is read with the columns of its own', async () => {
    await withPool({ max: 2 }, async (pool, _, direct) => {
      const [ours, theirs] = ['hf_srv_lean_ours', 'hf_srv_lean_theirs']
      const clear = `DROP SCHEMA IF EXISTS ${ours} CASCADE; DROP SCHEMA IF EXISTS ${theirs} CASCADE;`
      await direct.query(`${clear} CREATE SCHEMA ${ours}; CREATE SCHEMA ${theirs};
        CREATE TABLE ${ours}.t AS SELECT 1 AS paid, 2 AS owed; CREATE TABLE ${theirs}.t AS SELECT 2 AS owed, 1 AS paid`)
      const lines = [await pool.connect(), await pool.connect()] as const
      const schemas = [ours, theirs] as const
      for (const at of [0, 1] as const) await lines[at].query(`SET search_path = ${schemas[at]}`)
      for (const line of lines) line.release()
      try {
        for (let round = 0; round < 3; round += 1) {
          const both = await Promise.all([1, 1].map((one) => first(pool, 'SELECT * FROM t WHERE $1::integer = 1', one)))
          expect(both).toEqual([
            { paid: 1, owed: 2 },
            { paid: 1, owed: 2 },
          ])
        }
      } finally {
        await direct.query(clear)
      }
    })
  })
})
