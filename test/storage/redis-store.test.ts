import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { boundsOf, createKeys } from '../../examples/bring-your-own-store/keys'
import { type RedisStore, redisStore } from '../../examples/bring-your-own-store/redis-store'
import { createPayments, krw } from '../../src'
import { withinDays } from '../../src/policies'
import { toss } from '../../src/providers/toss'
import type { NewRow } from '../../src/storage/schema'
import type { Op } from '../../src/storage/store'
import { fakeToss, storeConformance, testClock, testIds } from '../../src/testing'

const url = process.env['HOLDFAST_TEST_REDIS']
const committed = { kind: 'committed' }
const pool = (id: string, available: number): Op => ({ op: 'insert', kind: 'pools', row: { id, available } })
const take = (id: string, by: number): Op => ({ op: 'adjust', kind: 'pools', id, field: 'available', by: -by, min: 0 })
const put = (id: string, expectedVersion: number, available: number): Op => {
  return { op: 'update', kind: 'pools', id, expectedVersion, set: { available } }
}
const claim = (id: string, resourceId: string): NewRow<'claims'> => {
  const rest = { orderId: 'o', buyerId: 'b', position: 0, pool: null, places: 1, heldUntil: null }
  return { id, resourceGroup: 'hall', resourceId, ...rest }
}
const outboxRow = (id: string, nextTryAt: Date): Op => {
  return { op: 'insert', kind: 'outbox', row: { id, orderId: 'o', createdAt: nextTryAt, tries: 0, nextTryAt } }
}

describe.skipIf(url === undefined)('the worked Redis store (set HOLDFAST_TEST_REDIS to run)', () => {
  const redis = new Redis(url ?? '', { lazyConnect: true, connectionName: `holdfast-${crypto.randomUUID()}` })
  const prefixes: string[] = []
  const stores: RedisStore[] = []

  const freshPrefix = (): string => {
    const prefix = `test-${crypto.randomUUID()}`
    prefixes.push(prefix)
    return prefix
  }
  /** Two stores with one prefix have a queue and a connection each, as two processes would. */
  const storeAt = (prefix: string): RedisStore => {
    const store = redisStore(redis, { prefix })
    stores.push(store)
    return store
  }
  const freshStore = () => storeAt(freshPrefix())
  const keysOf = async (prefix: string): Promise<readonly string[]> => {
    const found: string[] = []
    for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1_000 })) found.push(...keys)
    return found.toSorted()
  }
  /** The connection the only open store commits on. */
  const killCommitConnection = async (): Promise<unknown> => {
    const own = await redis.client('ID')
    const list = String(await redis.client('LIST'))
    const ids = list.split('\n').flatMap((line) => {
      const [, id] = /^id=(\d+) /.exec(line) ?? []
      return id !== undefined && line.includes(`name=${redis.options.connectionName} `) ? [Number(id)] : []
    })
    const others = ids.filter((id) => id !== own)
    expect(others).toHaveLength(1)
    return redis.client('KILL', 'ID', others[0]!)
  }

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
    for (const prefix of prefixes.splice(0)) {
      const keys = await keysOf(prefix)
      if (keys.length > 0) await redis.unlink(...keys)
    }
  })
  afterAll(() => redis.disconnect())

  describe('conformance', () => {
    for (const { name, run } of storeConformance(freshStore)) test(name, run)
  })

  describe('two processes', () => {
    test('take every place of a pool and not one more', async () => {
      const prefix = freshPrefix()
      const [one, two] = [storeAt(prefix), storeAt(prefix)]
      await one.commit([pool('p', 100)])
      const outcomes = await Promise.all(
        Array.from({ length: 160 }, (_, at) => (at % 2 ? one : two).commit([take('p', 1)])),
      )
      expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(100)
      expect(await two.get('pools', 'p')).toEqual({ id: 'p', available: 0, version: 1 })
    })

    test('never both claim one seat', async () => {
      const prefix = freshPrefix()
      const both = [storeAt(prefix), storeAt(prefix)]
      for (let seat = 0; seat < 50; seat += 1) {
        const outcomes = await Promise.all(
          both.map((store, at) =>
            store.commit([{ op: 'insert', kind: 'claims', row: claim(`${seat}-${at}`, `${seat}`) }]),
          ),
        )
        expect(outcomes.filter(({ kind }) => kind === 'committed')).toHaveLength(1)
      }
      const page = { index: 'byGroup', where: { resourceGroup: 'hall' }, limit: 1_000 } as const
      expect(await both[0]!.find('claims', page)).toHaveLength(50)
    })

    test('`within` is called again with a new transaction when another process was faster, and counts once', async () => {
      const prefix = freshPrefix()
      const [one, two] = [storeAt(prefix), storeAt(prefix)]
      await one.commit([pool('p', 10)])
      let calls = 0
      const outcome = await one.commit([take('p', 1)], async (tx) => {
        calls += 1
        if (calls === 1) await two.commit([take('p', 5)])
        tx.incr(`${prefix}:sold`)
      })
      expect(outcome).toEqual(committed)
      expect(calls).toBe(2)
      expect(await redis.get(`${prefix}:sold`)).toBe('1')
      expect((await one.get('pools', 'p'))?.available).toBe(4)
    })

    test('a commit that meets a conflict on the second look writes nothing of the first', async () => {
      const prefix = freshPrefix()
      const [one, two] = [storeAt(prefix), storeAt(prefix)]
      await one.commit([pool('p', 5)])
      const outcome = await one.commit([take('p', 1), outboxRow('x', new Date(0))], async (tx) => {
        tx.incr(`${prefix}:sold`)
        await two.commit([take('p', 5)])
      })
      expect(outcome).toEqual({ kind: 'conflict', op: 0, reason: 'guard' })
      expect(await redis.exists(`${prefix}:sold`)).toBe(0)
      expect(await one.get('outbox', 'x')).toBeUndefined()
    })

    test('a conflict is answered only as it was at one moment', async () => {
      const prefix = freshPrefix()
      const other = storeAt(prefix)
      await other.commit([pool('p', 5)])
      const client = redis.duplicate({ lazyConnect: true })
      const { duplicate } = client
      client.duplicate = (options) => {
        const connection = duplicate.call(client, options)
        const { mget } = connection
        let reads = 0
        // The rows have been read and the unique keys are watched: now the other process changes both.
        const mgetAfterOthers = async (...keys: readonly string[]) => {
          reads += 1
          if (reads === 2) {
            await other.commit([put('p', 1, 6), { op: 'insert', kind: 'claims', row: claim('theirs', 'A-1') }])
          }
          return mget.call(connection, [...keys])
        }
        return Object.assign(connection, { mget: mgetAfterOthers })
      }
      const store = redisStore(client, { prefix })
      stores.push(store)
      const outcome = await store.commit([put('p', 1, 9), { op: 'insert', kind: 'claims', row: claim('ours', 'A-1') }])
      // Never was the pool at version 1 while the seat was taken.
      expect(outcome).toEqual({ kind: 'conflict', op: 0, reason: 'version' })
    })

    test('after 100 lost rounds a commit throws, writes nothing, and the store goes on', async () => {
      const prefix = freshPrefix()
      const [one, two] = [storeAt(prefix), storeAt(prefix)]
      await one.commit([pool('p', 0)])
      let calls = 0
      const losing = one.commit([put('p', 1, -1), pool('q', 1)], async () => {
        calls += 1
        await two.commit([{ op: 'adjust', kind: 'pools', id: 'p', field: 'available', by: 1, min: 0 }])
      })
      await expect(losing).rejects.toMatchObject({ fault: { reason: 'contention', outcome: 'not_executed' } })
      expect(calls).toBe(100)
      expect(await one.get('pools', 'p')).toEqual({ id: 'p', available: 100, version: 1 })
      expect(await one.get('pools', 'q')).toBeUndefined()
      expect(await one.commit([put('p', 1, 7)])).toEqual(committed)
    })

    test('find never gives a row that has left the index meanwhile', async () => {
      const prefix = freshPrefix()
      const [one, two] = [storeAt(prefix), storeAt(prefix)]
      const ids = Array.from({ length: 20 }, (_, at) => `row-${at}`)
      const [early, late] = [new Date(1_000), new Date(2_000)]
      await one.commit(ids.map((id) => outboxRow(id, early)))
      const move = async (id: string) => {
        for (let version = 1; version <= 10; version += 1) {
          const nextTryAt = version % 2 ? late : early
          await one.commit([{ op: 'update', kind: 'outbox', id, expectedVersion: version, set: { nextTryAt } }])
        }
      }
      let isOver = false
      const moves = Promise.all(ids.map(move)).finally(() => {
        isOver = true
      })
      let looks = 0
      while (!isOver) {
        looks += 1
        const rows = await two.find('outbox', { index: 'byNextTry', where: {}, atMost: early, limit: 100 })
        expect(rows.filter(({ nextTryAt }) => nextTryAt > early)).toEqual([])
      }
      await moves
      expect(looks).toBeGreaterThan(10)
    })
  })

  describe('connections', () => {
    test('one that dies between reading and writing takes its commit with it', async () => {
      const store = freshStore()
      await store.commit([pool('p', 5)])
      const doomed = store.commit([put('p', 1, 50)], async () => {
        await killCommitConnection()
      })
      await expect(doomed).rejects.toThrow()
      expect(await store.get('pools', 'p')).toEqual({ id: 'p', available: 5, version: 1 })
      expect(await store.commit([put('p', 1, 6)])).toEqual(committed)
    })

    test('a fault of `within` leaves nothing watched', async () => {
      const store = freshStore()
      await store.commit([pool('p', 5)])
      await expect(store.commit([take('p', 1)], () => Promise.reject(new Error('no')))).rejects.toThrow('no')
      let calls = 0
      const outcome = await store.commit([pool('q', 1)], async () => {
        calls += 1
        await redis.set(`${prefixes[0]}:pools:row:p`, '{"id":"p","available":5,"version":1}')
      })
      expect([outcome, calls]).toEqual([committed, 1])
    })

    test('without a server a commit says that nothing was written', async () => {
      const nowhere = redis.duplicate({ path: '/nowhere/redis.sock' })
      const store = redisStore(nowhere)
      const fault = { reason: 'unreachable', outcome: 'not_executed' }
      await expect(store.commit([pool('p', 5)])).rejects.toMatchObject({ fault })
      await store.close()
    })

    test('a client with a keyPrefix is refused: the script could not know it', () => {
      const client = new Redis({ lazyConnect: true, keyPrefix: 'app:' })
      expect(() => redisStore(client)).toThrow(TypeError)
    })
  })

  describe("the host's own writes", () => {
    test('a command that cannot be queued takes everything back', async () => {
      const store = freshStore()
      const outcome = store.commit([pool('p', 5)], async (tx) => {
        tx.call('NO-SUCH-COMMAND')
      })
      await expect(outcome).rejects.toThrow('EXECABORT')
      expect(await store.get('pools', 'p')).toBeUndefined()
    })

    test('a command that fails inside EXEC is thrown, and as Redis has it the ops stay written', async () => {
      const prefix = freshPrefix()
      const store = storeAt(prefix)
      await redis.set(`${prefix}:mail`, 'text')
      const outcome = store.commit([pool('p', 5)], async (tx) => {
        tx.rpush(`${prefix}:mail`, 'hello')
      })
      await expect(outcome).rejects.toThrow('WRONGTYPE')
      expect((await store.get('pools', 'p'))?.available).toBe(5)
    })

    test('a commit from inside `within` is refused instead of waiting for itself, and one left behind is not', async () => {
      const store = freshStore()
      let leave = () => {}
      const left = new Promise<void>((resolve) => {
        leave = resolve
      })
      let later: Promise<unknown> | undefined
      const outcome = store.commit([pool('p', 5)], async () => {
        later = left.then(() => store.commit([pool('q', 1)]))
        await expect(store.commit([pool('r', 1)])).rejects.toThrow('wait for itself')
      })
      expect(await outcome).toEqual(committed)
      leave()
      expect(await later).toEqual(committed)
    })
  })

  test('an order is held, paid and refunded on it, and an `inTransaction` hook writes in the same EXEC', async () => {
    const prefix = freshPrefix()
    const clock = testClock()
    const fake = fakeToss({ clock })
    const payments = createPayments({
      store: storeAt(prefix),
      gateways: { toss: toss({ ...fake.keys, fetch: fake.fetch }) },
      refundPolicies: { week: withinDays(7) },
      clock,
      ids: testIds(),
      inTransaction: {
        'order.confirmed': async (_event, tx) => {
          tx.incr(`${prefix}:sold`)
        },
      },
    })
    const actor = { kind: 'buyer', id: 'buyer-1' } as const
    const lines = [{ title: 'Seat A-1', unitPrice: krw(50_000), resource: { group: 'hall', id: 'A-1' } }]
    const order = (await payments.orders.hold({ actor, lines, refundPolicy: 'week' }))._unsafeUnwrap().id
    const other = { kind: 'buyer', id: 'buyer-2' } as const
    const second = await payments.orders.hold({ actor: other, lines, refundPolicy: 'week' })
    expect(second._unsafeUnwrapErr().code).toBe('resource_unavailable')

    const urls = { successUrl: 'https://shop.example/paid', failUrl: 'https://shop.example/failed' }
    const start = { actor, order, gateway: 'toss', method: 'CARD', ...urls } as const
    const { attempt } = (await payments.orders.startPayment(start))._unsafeUnwrap()
    const returned = fake.buyer.authorize({ orderId: attempt.id, amount: 50_000 })
    const paid = await payments.orders.confirm({ actor, order, attemptId: attempt.id, returned })
    expect(paid._unsafeUnwrap().order.status).toBe('CONFIRMED')
    expect(await redis.get(`${prefix}:sold`)).toBe('1')
    const refunded = await payments.refunds.refund({ actor, order })
    expect(refunded._unsafeUnwrap().order.status).toBe('REFUNDED')
    expect(fake.book().map(({ kind, amountMinor }) => `${kind} ${amountMinor}`)).toEqual([
      'capture 50000',
      'refund 50000',
    ])
  })

  test('a row changed while its commit waits its turn is written as it was handed in', async () => {
    const store = freshStore()
    const row = { id: 'q', available: 1 }
    const first = store.commit([pool('p', 5)])
    const second = store.commit([{ op: 'insert', kind: 'pools', row }])
    row.available = 99
    expect([await first, await second]).toEqual([committed, committed])
    expect((await store.get('pools', 'q'))?.available).toBe(1)
  })

  test('one commit hands a seat from one claim to another, if it frees the seat first', async () => {
    const store = freshStore()
    await store.commit([{ op: 'insert', kind: 'claims', row: claim('old', 'A-1') }])
    const free: Op = { op: 'remove', kind: 'claims', id: 'old', expectedVersion: 1 }
    const seize: Op = { op: 'insert', kind: 'claims', row: claim('new', 'A-1') }
    expect(await store.commit([seize, free])).toEqual({ kind: 'conflict', op: 0, reason: 'exists' })
    expect(await store.commit([free, seize])).toEqual(committed)
    const late: Op = { op: 'insert', kind: 'claims', row: claim('late', 'A-1') }
    expect(await store.commit([late])).toEqual({ kind: 'conflict', op: 0, reason: 'exists' })
  })

  test('punctuation in a key is only text', async () => {
    const store = freshStore()
    const seat = (id: string, resourceGroup: string, resourceId: string): Op => {
      return { op: 'insert', kind: 'claims', row: { ...claim(id, resourceId), resourceGroup } }
    }
    const seats = [seat('1', 'a,b', 'c'), seat('2', 'a', 'b,c'), seat('3', 'a"', ',c'), seat('4', 'a', '",c')]
    expect(await store.commit(seats)).toEqual(committed)
    const page = { index: 'byGroup', where: { resourceGroup: 'a' }, limit: 10 } as const
    expect((await store.find('claims', page)).map(({ id }) => id)).toEqual(['4', '2'])
  })

  test('removing every row leaves no key behind', async () => {
    const prefix = freshPrefix()
    const store = storeAt(prefix)
    await store.commit([
      pool('p', 5),
      outboxRow('o', new Date(0)),
      { op: 'insert', kind: 'claims', row: claim('c', 'A-1') },
    ])
    expect(await keysOf(prefix)).toHaveLength(7)
    await store.commit([
      { op: 'remove', kind: 'pools', id: 'p', expectedVersion: 1 },
      { op: 'remove', kind: 'outbox', id: 'o', expectedVersion: 1 },
      { op: 'remove', kind: 'claims', id: 'c', expectedVersion: 1 },
    ])
    expect(await keysOf(prefix)).toEqual([])
  })

  test('text sorts by its code points, whatever it begins or ends with', async () => {
    const store = freshStore()
    const seats = ['', '\u0001', ' ', '!', 'a', 'a\u0001', 'a\u0001b', 'a!', 'ab', 'b', '가', '\uffff', '\u{1f3ab}']
    const ops = seats.map((seat, at): Op => ({ op: 'insert', kind: 'claims', row: claim(`c${99 - at}`, seat) }))
    await store.commit(ops)
    const page = { index: 'byGroup', where: { resourceGroup: 'hall' }, limit: 100 } as const
    const found = async (bounds: object) =>
      (await store.find('claims', { ...page, ...bounds })).map(({ resourceId }) => resourceId)
    expect(await found({})).toEqual(seats)
    expect(await found({ order: 'desc' })).toEqual(seats.toReversed())
    for (const [at, seat] of seats.entries()) {
      expect(await found({ atLeast: seat, atMost: seat })).toEqual([seat])
      expect(await found({ atLeast: seat })).toEqual(seats.slice(at))
      expect(await found({ atMost: seat })).toEqual(seats.slice(0, at + 1))
    }
  })

  test('numbers sort as numbers up to 2^53, also below zero', async () => {
    const store = freshStore()
    const { MIN_SAFE_INTEGER, MAX_SAFE_INTEGER } = Number
    const numbers = [MIN_SAFE_INTEGER, -1_000, -10, -9, -1, 0, 1, 9, 10, 1_000, MAX_SAFE_INTEGER]
    const line = { orderId: 'o', title: '', quantity: 1, unitMinor: 0, amountMinor: 0, currency: 'KRW' }
    const nothing = { resourceGroup: null, resourceId: null, pool: null }
    await store.commit(
      numbers.map((position, at): Op => {
        return { op: 'insert', kind: 'orderLines', row: { id: `l${99 - at}`, ...line, ...nothing, position } }
      }),
    )
    const rows = await store.find('orderLines', { index: 'byOrder', where: { orderId: 'o' }, limit: 100 })
    expect(rows.map(({ position }) => position)).toEqual(numbers)
  })
})

describe('the keys of the worked store', () => {
  test('a cursor narrows the bounds and never widens them', () => {
    const at = (value: string) => ({ value, id: 'x' })
    expect(boundsOf({ atLeast: 'b', atMost: 'd', after: at('a') })).toEqual(['[b\0', '(d\x01'])
    expect(boundsOf({ atLeast: 'b', atMost: 'd', after: at('c') })).toEqual(['(c\0x', '(d\x01'])
    expect(boundsOf({ atLeast: 'b', atMost: 'd', after: at('c'), order: 'desc' })).toEqual(['[b\0', '(c\0x'])
    expect(boundsOf({ atLeast: 'b', atMost: 'd', after: at('e'), order: 'desc' })).toEqual(['[b\0', '(d\x01'])
    expect(boundsOf({})).toEqual(['-', '+'])
  })

  test.each(['', 'a:b', 'a*', 'a b'])('the prefix %j is refused', (prefix) => {
    expect(() => createKeys(prefix)).toThrow(TypeError)
  })
})

describe('the guide to bringing your own database', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
  const guide = read('docs/bring-your-own-database.md')
  const linesOf = (text: string) => text.split('\n').map((line) => line.trim())

  test('prints the worked store as it is', () => {
    const excerpts = [...guide.matchAll(/<!-- (\S+) -->\n```ts\n([\s\S]*?)\n```/g)]
    expect(excerpts).toHaveLength(7)
    for (const [, file = '', excerpt = ''] of excerpts) {
      const source = linesOf(read(`examples/bring-your-own-store/${file}`)).join('\n')
      expect(source).toContain(linesOf(excerpt).join('\n'))
    }
  })

  test('names cases that the kit has', () => {
    const kit = storeConformance(() => Promise.reject(new Error('not run'))).map(({ name }) => name)
    const named = [...guide.matchAll(/\| `([a-z]+: .*)` \|$/gm)].map(([, name]) => name?.replaceAll('\\|', '|'))
    expect(named).toHaveLength(14)
    for (const name of named) expect(kit).toContain(name)
  })
})
