import { StoreError } from 'holdfast/storage'
import { describe, expect, test } from 'vitest'
import type { Op, Store } from '../../src/storage/store'
import { BUYER, holdSeat, type World, world } from './world'

// A notice is closed by the commit that writes what follows from it, so that it costs no write of its own and no crash
// falls between the two. Where there is more to do than that commit, or nothing to write, it is closed afterwards.

type Commit = readonly Op[]

const confirms = (ops: Commit): boolean =>
  ops.some((op) => op.op === 'insert' && op.kind === 'events' && op.row.type === 'order.confirmed')
const closes = (ops: Commit): boolean => ops.some((op) => op.op === 'update' && op.kind === 'inbox')

/** A shop that keeps every commit, may be in the way of one, and counts the trips to its store. */
const shop = (before: (ops: Commit, store: Store<never>) => Promise<void> = async () => undefined) => {
  const commits: Commit[] = []
  const calls: string[] = []
  let underWay = 0
  let trips = 0
  const counted = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    calls.push(name)
    if (underWay === 0) trips += 1
    underWay += 1
    try {
      return await work()
    } finally {
      underWay -= 1
    }
  }
  const w = world(
    {
      wrapStore: (inner): Store<never> => ({
        get: (kind, id) => counted(`get ${kind}`, () => inner.get(kind, id)),
        find: (kind, query) => counted(`find ${kind}`, () => inner.find(kind, query)),
        commit: (ops, within) =>
          counted('commit', async () => {
            await before(ops, inner)
            const outcome = await inner.commit(ops, within)
            if (outcome.kind === 'committed') commits.push(ops)
            return outcome
          }),
      }),
    },
    { capturedBy: 'buyer' },
  )
  /** What a piece of work asks of the store, and in how many trips when side by side counts once. */
  const costOf = async <T>(work: () => PromiseLike<T>) => {
    calls.length = 0
    trips = 0
    await work()
    return { calls: [...calls], trips }
  }
  return { w, commits, costOf }
}

/** An order whose buyer has paid at the provider, and the notice that says so. */
const paidAtProvider = async (w: World) => {
  const order = await holdSeat(w)
  const started = await w.payments.orders.startPayment({ actor: BUYER, order: order.id, gateway: 'mock' })
  const attemptId = started._unsafeUnwrap().attempt.id
  const notice = w.gateways.mock.settle(attemptId, 'approved')._unsafeUnwrap()
  const receive = () => w.payments.webhooks.receive('mock', notice)
  const inbox = async () => (await w.rows('inbox', 'byStatus', { status: 'HANDLED' }))[0]
  return { order, attemptId, receive, inbox }
}

const unreachable = (): StoreError => new StoreError({ reason: 'connection_lost', outcome: 'unknown' }, undefined)

describe('what a notice costs', () => {
  test('a first delivery is two writes, and a repeat is one read and a count', async () => {
    const { w, costOf } = shop()
    const { receive } = await paidAtProvider(w)
    const first = await costOf(receive)
    expect(first.calls.filter((call) => call === 'commit')).toHaveLength(2)
    expect(first.calls.filter((call) => call !== 'commit').sort()).toEqual([
      'find claims',
      'get attempts',
      'get inbox',
      'get orders',
    ])
    expect(first.trips).toBe(4)
    expect(await costOf(receive)).toEqual({ calls: ['get inbox', 'commit'], trips: 2 })
  })

  test('about a payment that is confirmed already, it reads the attempt and no order', async () => {
    const { w, costOf } = shop()
    const { receive, attemptId } = await paidAtProvider(w)
    await receive()
    const again = w.gateways.mock.notice('APPROVED', attemptId)
    const { calls, trips } = await costOf(() => w.payments.webhooks.receive('mock', again))
    expect(calls.sort()).toEqual(['commit', 'commit', 'get attempts', 'get inbox'])
    expect(trips).toBe(3)
  })
})

describe('closing a notice', () => {
  test('I-30: the commit that confirms the order closes the notice', async () => {
    const { w, commits } = shop()
    const { receive, inbox } = await paidAtProvider(w)
    expect((await receive())._unsafeUnwrap().status).toBe('handled')
    const confirming = commits.filter(confirms)
    expect(confirming).toHaveLength(1)
    expect(commits.filter(closes)).toEqual(confirming)
    expect(await inbox()).toMatchObject({ version: 2, deliveries: 1, handledAt: w.clock.now() })
  })

  test('S4-09: a confirmation that was not written leaves the notice open, and a redelivery does both', async () => {
    let isDown = true
    const { w } = shop(async (ops) => {
      if (isDown && confirms(ops)) throw unreachable()
    })
    const { order, receive, inbox } = await paidAtProvider(w)
    expect((await receive())._unsafeUnwrapErr()).toMatchObject({ code: 'store_unavailable' })
    expect(await inbox()).toBeUndefined()
    expect((await w.store.get('orders', order.id))?.status).toBe('PAYING')
    isDown = false
    expect((await receive())._unsafeUnwrap().status).toBe('handled')
    expect((await w.store.get('orders', order.id))?.status).toBe('CONFIRMED')
    expect(await inbox()).toMatchObject({ status: 'HANDLED', deliveries: 2 })
  })

  test('a notice that somebody else closed meanwhile does not keep this delivery from confirming', async () => {
    let wasClosed = false
    const { w, commits } = shop(async (ops, store) => {
      const closing = ops.find((op) => op.op === 'update' && op.kind === 'inbox')
      if (wasClosed || !confirms(ops) || closing === undefined) return
      wasClosed = true
      await store.commit([closing])
    })
    const { order, receive } = await paidAtProvider(w)
    expect((await receive())._unsafeUnwrap().status).toBe('handled')
    expect(wasClosed).toBe(true)
    const [confirming] = commits.filter(confirms)
    expect(confirming === undefined ? null : closes(confirming)).toBe(false)
    expect((await w.store.get('orders', order.id))?.status).toBe('CONFIRMED')
  })

  test('S4-09: with refunds to learn, it is closed only when they are stored as well', async () => {
    let isDown = true
    const storesRefund = (ops: Commit) => ops.some((op) => op.op === 'insert' && op.kind === 'refunds')
    const { w, commits } = shop(async (ops) => {
      if (isDown && storesRefund(ops)) throw unreachable()
    })
    const base = w.gateways.mock
    const { order, attemptId, inbox } = await paidAtProvider(w)
    // The provider's record shows the payment, and a part that was given back on its own pages.
    const refund = { providerRef: 'made-there', refundId: null, status: 'completed' as const }
    const gateways = {
      ...w.gateways,
      mock: {
        ...base,
        connect: (wiring: Parameters<typeof base.connect>[0]) => {
          const connected = base.connect(wiring)
          return {
            ...connected,
            lookup: (attempt: Parameters<typeof connected.lookup>[0]) =>
              connected.lookup(attempt).map((payment) => {
                if (payment.status !== 'approved') return payment
                const amount = { ...payment.captured, amountMinor: 40_000 }
                return { ...payment, refunds: [{ ...refund, amount }] }
              }),
          }
        },
      },
    }
    const payments = w.start({ gateways } as never)
    const notice = base.notice('APPROVED', attemptId)
    const receive = () => payments.webhooks.receive('mock', notice)
    expect((await receive())._unsafeUnwrapErr()).toMatchObject({ code: 'store_unavailable' })
    expect(commits.filter(confirms).map(closes)).toEqual([false])
    expect(await inbox()).toBeUndefined()
    isDown = false
    expect((await receive())._unsafeUnwrap().status).toBe('handled')
    expect(await w.store.get('orders', order.id)).toMatchObject({ status: 'CONFIRMED', refundedMinor: 40_000 })
    expect(await inbox()).toMatchObject({ deliveries: 2 })
  })

  test('an attempt that was stored while the notice was being stored is found', async () => {
    let hidden = 1
    const { w } = shop()
    const { order, receive } = await paidAtProvider(w)
    const getWithOrder: Store<never>['getWithOrder'] = async (id) => {
      hidden -= 1
      return hidden >= 0 ? undefined : w.store.getWithOrder?.(id)
    }
    const payments = w.start({ store: { ...w.store, getWithOrder } as never })
    const notice = w.gateways.mock.notices()[0]
    if (notice === undefined) throw new Error('the mock has told nothing')
    expect((await payments.webhooks.receive('mock', notice))._unsafeUnwrap().status).toBe('handled')
    expect(hidden).toBeLessThan(0)
    expect((await w.store.get('orders', order.id))?.status).toBe('CONFIRMED')
    expect((await receive())._unsafeUnwrap().status).toBe('duplicate')
  })
})
