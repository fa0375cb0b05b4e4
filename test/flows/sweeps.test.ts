import { describe, expect, test } from 'vitest'
import type { MemoryTx } from '../../src/storage/memory'
import type { Op, Store } from '../../src/storage/store'
import { ADMIN, BUYER, holdSeat, MINUTE, seat, type World, world } from './world'

const NO_LEASE = { leaseMs: null } as const

const holdSeats = async (w: World, count: number): Promise<readonly string[]> => {
  const ids: string[] = []
  for (let at = 0; at < count; at += 1) {
    ids.push((await holdSeat(w, { lines: [seat(`A-${at}`)] })).id)
    w.clock.advance(1)
  }
  return ids
}
const statusesOf = async (w: World, ids: readonly string[]): Promise<readonly (string | undefined)[]> =>
  Promise.all(ids.map(async (id) => (await w.store.get('orders', id))?.status))
const handledBy = async (payments: World['payments']): Promise<number | undefined> =>
  (await payments.jobs.run('expire'))._unsafeUnwrap()[0]?.handled
const expiredIn = (ops: readonly Op[]): readonly string[] =>
  ops.flatMap((op) =>
    op.op === 'insert' && op.kind === 'events' && op.row.type === 'order.expired' ? [op.row.orderId] : [],
  )

/** The store, with a look at every call; `beforeCommit` may do something first. */
const watched = (calls: string[], commits: (readonly Op[])[], beforeCommit: (ops: readonly Op[]) => Promise<void>) => {
  return (store: Store<never>): Store<never> => ({
    ...store,
    get: (kind, id) => {
      calls.push(`get ${kind}`)
      return store.get(kind, id)
    },
    find: (kind, query) => {
      calls.push(`find ${kind}`)
      return store.find(kind, query)
    },
    findAmong: async (kind, by, values) => {
      calls.push(`findAmong ${kind}`)
      return (await store.findAmong?.(kind, by, values)) ?? []
    },
    commit: async (ops, within) => {
      await beforeCommit(ops)
      calls.push('commit')
      commits.push(ops)
      return store.commit(ops, within)
    },
  })
}

describe('expiry of many holds', () => {
  test('2,000 due holds take 13 round trips in pages of 500, and end as they would one by one', async () => {
    const calls: string[] = []
    const w = world({ jobs: { ...NO_LEASE, pageSize: 500 }, wrapStore: watched(calls, [], async () => undefined) })
    const ids = await holdSeats(w, 2_000)
    w.clock.advance(5 * MINUTE)
    calls.length = 0
    expect(await handledBy(w.payments)).toBe(2_000)
    const counts = Object.fromEntries([...new Set(calls)].map((call) => [call, calls.filter((c) => c === call).length]))
    expect(counts).toEqual({ 'find orders': 5, 'findAmong claims': 4, commit: 4 })
    expect(new Set(await statusesOf(w, ids))).toEqual(new Set(['EXPIRED']))
    expect(await w.rows('claims', 'byGroup', { resourceGroup: 'concert-42' })).toEqual([])
    const [first, second, ...none] = await w.rows('events', 'byOrder', { orderId: ids[1_234] })
    expect(none).toEqual([])
    expect([first?.type, second?.type]).toEqual(['order.held', 'order.expired'])
    expect(second).toMatchObject({
      sequence: 2,
      actorKind: 'system',
      cause: 'job',
      fromStatus: 'HOLD',
      toStatus: 'EXPIRED',
    })
  })

  test('a store without findAmong expires them as well', async () => {
    const withoutIt = ({ findAmong: _, ...rest }: Store<never>): Store<never> => rest
    const w = world({ jobs: NO_LEASE, wrapStore: withoutIt })
    const ids = await holdSeats(w, 150)
    w.clock.advance(5 * MINUTE)
    expect(await handledBy(w.payments)).toBe(150)
    expect(new Set(await statusesOf(w, ids))).toEqual(new Set(['EXPIRED']))
  })

  test('an order that is cancelled at the last moment stays cancelled and does not spoil its page (C-100)', async () => {
    const commits: (readonly Op[])[] = []
    let meddle = async (): Promise<void> => undefined
    const w = world({
      jobs: NO_LEASE,
      wrapStore: watched([], commits, async (ops) => {
        if (expiredIn(ops).length > 1) await meddle()
      }),
    })
    const ids = await holdSeats(w, 30)
    const [unlucky = ''] = ids.slice(17)
    w.clock.advance(5 * MINUTE)
    const row = await w.store.get('orders', unlucky)
    meddle = async () => {
      meddle = async () => undefined
      const set = { status: 'CANCELLED', cancelledAt: w.clock.now(), dueAt: null, holdExpiresAt: null }
      await w.store.commit([
        { op: 'update', kind: 'orders', id: unlucky, expectedVersion: row?.version ?? 0, set },
        { op: 'remove', kind: 'claims', id: `${unlucky}.0`, expectedVersion: 1 },
      ])
    }
    commits.length = 0
    expect(await handledBy(w.payments)).toBe(29)
    expect(commits.map((ops) => expiredIn(ops).length).filter((count) => count > 0)).toEqual([30, 29])
    expect((await statusesOf(w, ids)).filter((status) => status === 'EXPIRED')).toHaveLength(29)
    expect((await w.store.get('orders', unlucky))?.status).toBe('CANCELLED')
  })

  test('places that many orders hold in one pool come back in one sum', async () => {
    const commits: (readonly Op[])[] = []
    const w = world({ jobs: NO_LEASE, wrapStore: watched([], commits, async () => undefined) })
    const { orders, resources } = w.payments
    ;(await resources.setCapacity({ actor: ADMIN, pool: 'floor', places: 100 }))._unsafeUnwrap()
    for (let at = 0; at < 20; at += 1) {
      const lines = [{ title: 'Standing', unitPrice: seat().unitPrice, quantity: 2, pool: 'floor' }]
      ;(await orders.hold({ actor: { kind: 'buyer', id: `b${at}` }, lines, refundPolicy: 'ticket' }))._unsafeUnwrap()
    }
    expect((await resources.capacity('floor'))._unsafeUnwrap()).toMatchObject({ available: 60 })
    w.clock.advance(5 * MINUTE)
    commits.length = 0
    expect(await handledBy(w.payments)).toBe(20)
    expect((await resources.capacity('floor'))._unsafeUnwrap()).toMatchObject({ available: 100 })
    expect(commits.flatMap((ops) => ops.filter(({ op }) => op === 'adjust'))).toMatchObject([{ id: 'floor', by: 40 }])
  })

  test('a pool that somebody has removed keeps only its own orders from expiring', async () => {
    const w = world({ jobs: NO_LEASE })
    ;(await w.payments.resources.setCapacity({ actor: ADMIN, pool: 'floor', places: 5 }))._unsafeUnwrap()
    const lines = [{ title: 'Standing', unitPrice: seat().unitPrice, quantity: 1, pool: 'floor' }]
    const lost = await holdSeat(w, { lines })
    const ids = await holdSeats(w, 5)
    const pool = await w.store.get('pools', 'floor')
    await w.store.commit([{ op: 'remove', kind: 'pools', id: 'floor', expectedVersion: pool?.version ?? 0 }])
    w.clock.advance(5 * MINUTE)
    expect(await handledBy(w.payments)).toBe(5)
    expect(new Set(await statusesOf(w, ids))).toEqual(new Set(['EXPIRED']))
    expect((await w.store.get('orders', lost.id))?.status).toBe('HOLD')
  })

  test('a row that cannot be read keeps none of its page from expiring', async () => {
    const w = world({ jobs: NO_LEASE })
    const ids = await holdSeats(w, 5)
    const [broken = '', ...others] = ids
    const set = { currency: 'no money' }
    await w.store.commit([{ op: 'update', kind: 'orders', id: broken, expectedVersion: 1, set }])
    w.clock.advance(5 * MINUTE)
    expect((await w.payments.jobs.run('expire'))._unsafeUnwrapErr().code).toBe('store_unavailable')
    expect(new Set(await statusesOf(w, others))).toEqual(new Set(['EXPIRED']))
  })

  test('an order whose attempt is open is looked up alone, and its neighbours share a commit', async () => {
    const commits: (readonly Op[])[] = []
    const w = world({ jobs: NO_LEASE, wrapStore: watched([], commits, async () => undefined) }, { capturedBy: 'buyer' })
    const ids = await holdSeats(w, 6)
    const [paying = '', ...held] = ids
    const started = w.payments.orders.startPayment({ actor: BUYER, order: paying, gateway: 'mock' })
    const { attempt } = (await started)._unsafeUnwrap()
    w.gateways.mock.settle(attempt.id, 'approved')._unsafeUnwrap()
    w.clock.advance(5 * MINUTE)
    commits.length = 0
    expect(await handledBy(w.payments)).toBe(5)
    expect(commits.map((ops) => expiredIn(ops).length)).toContain(5)
    expect(new Set(await statusesOf(w, held))).toEqual(new Set(['EXPIRED']))
    expect((await w.store.get('orders', paying))?.status).toBe('CONFIRMED')
  })
})

describe('hooks inside a commit of many', () => {
  test('a hook that throws keeps its own order from expiring and no other, and every hook runs in its transaction', async () => {
    const hosts: string[] = []
    let broken = ''
    const w = world({
      jobs: NO_LEASE,
      inTransaction: {
        'order.expired': async ({ orderId }, tx) => {
          if (orderId === broken) throw new Error('constraint')
          hosts.push(orderId)
          // The store of these tests hands this to every hook.
          const { onRollback } = tx as MemoryTx
          onRollback(() => void hosts.splice(hosts.indexOf(orderId), 1))
        },
      },
    })
    const ids = await holdSeats(w, 50)
    broken = ids[33] ?? ''
    w.clock.advance(5 * MINUTE)
    expect(await handledBy(w.payments)).toBe(49)
    expect(hosts.toSorted()).toEqual(ids.filter((id) => id !== broken).toSorted())
    expect((await w.store.get('orders', broken))?.status).toBe('HOLD')
    const mended = broken
    broken = ''
    expect(await handledBy(w.payments)).toBe(1)
    expect((await w.store.get('orders', mended))?.status).toBe('EXPIRED')
    expect(hosts).toHaveLength(50)
  })
})

describe('several workers', () => {
  test('two workers without a lease both work, and no order is expired twice (C-100, I-11)', async () => {
    const w = world({ jobs: { ...NO_LEASE, pageSize: 20 } })
    const ids = await holdSeats(w, 400)
    w.clock.advance(5 * MINUTE)
    const handled = await Promise.all([w.payments, w.start()].map(handledBy))
    expect(handled.reduce((sum = 0, count = 0) => sum + count)).toBe(400)
    expect(Math.min(...handled.map((count) => count ?? 0))).toBeGreaterThan(100)
    for (const id of ids) expect(await w.rows('events', 'byOrder', { orderId: id })).toHaveLength(2)
  })

  test('buyers who want what dead holds keep are served, also while a worker sweeps the same page', async () => {
    const w = world({ jobs: NO_LEASE })
    ;(await w.payments.resources.setCapacity({ actor: ADMIN, pool: 'floor', places: 10 }))._unsafeUnwrap()
    const lines = [{ title: 'Standing', unitPrice: seat().unitPrice, quantity: 1, pool: 'floor' }]
    const hold = (id: string) => w.payments.orders.hold({ actor: { kind: 'buyer', id }, lines, refundPolicy: 'ticket' })
    for (let at = 0; at < 10; at += 1) (await hold(`first-${at}`))._unsafeUnwrap()
    w.clock.advance(5 * MINUTE)
    const next = Array.from({ length: 10 }, (_, at) => hold(`next-${at}`))
    const [answers] = await Promise.all([Promise.all(next), w.payments.jobs.run('expire')])
    expect(answers.map((answer) => answer.isOk())).toEqual(answers.map(() => true))
    expect((await w.payments.resources.capacity('floor'))._unsafeUnwrap()).toMatchObject({ available: 0 })
  })
})
