import type { PaymentEvent } from 'holdfast'
import { describe, expect, test } from 'vitest'
import type { Op, Store } from '../../src/storage/store'
import { holdSeat, OTHER, seat, type World, world } from './world'

const NO_LEASE = { leaseMs: null } as const
const OWNED_MS = 30_000

const drain = async (payments: World['payments']) => (await payments.jobs.run('outbox'))._unsafeUnwrap()[0]
const waiting = (w: World) => w.rows('outbox', 'byNextTry')
const isOrderEvent = ({ type }: PaymentEvent): boolean => !type.startsWith('resource.')
const shortOf = ({ orderId, sequence }: PaymentEvent): string => `${orderId} ${sequence}`

/** Orders that were bought, by a buyer each, with several events nobody has been told of yet. */
const boughtOrders = async (w: World, count: number): Promise<readonly string[]> => {
  const ids: string[] = []
  for (let at = 0; at < count; at += 1) {
    const actor = { ...OTHER, id: `buyer-of-${at}` }
    const order = (
      await w.payments.orders.hold({ actor, lines: [seat(`A-${at}`)], refundPolicy: 'ticket' })
    )._unsafeUnwrap().id
    const started = await w.payments.orders.startPayment({ actor, order, gateway: 'wallet' })
    const attemptId = started._unsafeUnwrap().attempt.id
    ;(await w.payments.orders.confirm({ actor, order, attemptId }))._unsafeUnwrap()
    ids.push(order)
  }
  return ids
}

describe('the outbox', () => {
  test('a page of events is taken and removed in one commit each, and read at once', async () => {
    const calls: string[] = []
    const counting = (store: Store<never>): Store<never> => ({
      ...store,
      find: (kind, query) => {
        calls.push(`find ${kind}`)
        return store.find(kind, query)
      },
      findAmong: async (kind, by, values) => {
        calls.push(`findAmong ${kind}`)
        return (await store.findAmong?.(kind, by, values)) ?? []
      },
      commit: (ops, within) => {
        calls.push(`${ops[0]?.op} ${ops[0]?.kind} × ${ops.length}`)
        return store.commit(ops, within)
      },
    })
    const w = world({ jobs: { ...NO_LEASE, pageSize: 1_000 }, wrapStore: counting })
    await boughtOrders(w, 40)
    const events = (await waiting(w)).length
    expect(events).toBeGreaterThan(100)
    calls.length = 0
    expect(await drain(w.payments)).toMatchObject({ handled: events, failed: 0 })
    expect(calls).toEqual([
      'find outbox',
      `update outbox × ${events}`,
      'findAmong events',
      'findAmong orderLines',
      `remove outbox × ${events}`,
    ])
    expect(w.delivered.filter(isOrderEvent)).toHaveLength(events)
    expect(w.delivered.filter(({ type }) => type === 'resource.reserved')).toHaveLength(40)
  })

  test('a handler that fails makes the later events of its order wait, and nobody else’s (C-101, I-32)', async () => {
    const w = world({ jobs: NO_LEASE })
    const [first = '', second = ''] = await boughtOrders(w, 2)
    const told: string[] = []
    let isDown = true
    const payments = w.start({
      on: {
        'order.*': (event) => {
          if (isDown && event.orderId === first && event.type === 'order.held') throw new Error('sink down')
          told.push(shortOf(event))
        },
      },
    })
    expect(await drain(payments)).toMatchObject({ failed: 1 })
    expect(told).toEqual([`${second} 1`, `${second} 2`, `${second} 5`])
    expect(await drain(payments)).toMatchObject({ handled: 0, failed: 0 })
    isDown = false
    w.clock.advance(OWNED_MS)
    await drain(payments)
    expect(told.slice(3)).toEqual([`${first} 1`, `${first} 2`, `${first} 5`])
    expect(await waiting(w)).toEqual([])
  })

  test('events of one order come one after another, several orders side by side', async () => {
    const w = world({ jobs: NO_LEASE })
    await boughtOrders(w, 4)
    const open = new Set<string>()
    const sequences = new Map<string, number[]>()
    let most = 0
    const payments = w.start({
      on: {
        '*': async (event) => {
          if (!isOrderEvent(event)) return
          expect(open.has(event.orderId)).toBe(false)
          open.add(event.orderId)
          most = Math.max(most, open.size)
          sequences.set(event.orderId, [...(sequences.get(event.orderId) ?? []), event.sequence])
          for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
          open.delete(event.orderId)
        },
      },
    })
    expect(await drain(payments)).toMatchObject({ failed: 0 })
    expect(most).toBe(4)
    for (const numbers of sequences.values()) expect(numbers).toEqual([1, 2, 4, 5])
  })

  test('a worker whose time has run out leaves the rest to the next one, in order', async () => {
    const w = world({ jobs: NO_LEASE })
    const [slow = '', other = ''] = await boughtOrders(w, 2)
    const told: string[] = []
    const note = (worker: string) => (event: PaymentEvent) => {
      if (isOrderEvent(event)) told.push(`${worker} ${shortOf(event)}`)
    }
    const second = w.start({ on: { '*': note('second') } })
    const first = w.start({
      on: {
        '*': async (event) => {
          note('first')(event)
          if (shortOf(event) !== `${slow} 2`) return
          // The handler takes so long that another worker comes by meanwhile.
          w.clock.advance(OWNED_MS)
          expect(await drain(second)).toMatchObject({ failed: 0 })
        },
      },
    })
    expect(await drain(first)).toMatchObject({ failed: 0 })
    const ofSlow = told.filter((line) => line.includes(slow))
    expect(ofSlow).toEqual([`first ${slow} 1`, `first ${slow} 2`, ...[1, 2, 4, 5].map((n) => `second ${slow} ${n}`)])
    expect(told.filter((line) => line.startsWith(`second ${other}`)).length).toBeGreaterThan(0)
    expect(await waiting(w)).toEqual([])
  })

  test('what was delivered and not noted is delivered once more, with the same ids (I-32)', async () => {
    let isCut = true
    const cut = (store: Store<never>): Store<never> => ({
      ...store,
      commit: async (ops, within) => {
        if (isCut && ops.some(({ op, kind }) => op === 'remove' && kind === 'outbox')) throw new Error('cut')
        return store.commit(ops, within)
      },
    })
    const w = world({ jobs: NO_LEASE, wrapStore: cut })
    await boughtOrders(w, 3)
    expect((await w.payments.jobs.run('outbox'))._unsafeUnwrapErr().code).toBe('store_unavailable')
    const once = w.delivered.map(({ id }) => id)
    isCut = false
    w.clock.advance(OWNED_MS)
    await drain(w.payments)
    expect(
      w.delivered
        .slice(once.length)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(once.toSorted())
    expect(await waiting(w)).toEqual([])
  })

  test('two workers at once: everything is told, and nothing twice', async () => {
    const w = world({ jobs: { ...NO_LEASE, pageSize: 10 } })
    for (let at = 0; at < 100; at += 1) {
      await holdSeat(w, { lines: [seat(`A-${at}`)] })
      w.clock.advance(1)
    }
    const reports = await Promise.all([w.payments, w.start()].map(drain))
    expect(reports.map((report) => report?.handled ?? 0).every((count) => count > 0)).toBe(true)
    const ids = w.delivered.filter(isOrderEvent).map(({ id }) => id)
    expect(ids).toHaveLength(100)
    expect(new Set(ids).size).toBe(100)
  })

  test('an event without its history row fails alone, and is not given up', async () => {
    const w = world({ jobs: NO_LEASE })
    const held = await holdSeat(w)
    const at = w.clock.now()
    const row = { id: 'nowhere.e0001', orderId: 'nowhere', createdAt: at, tries: 0, nextTryAt: at }
    const lost: Op = { op: 'insert', kind: 'outbox', row }
    await w.store.commit([lost])
    expect(await drain(w.payments)).toMatchObject({ handled: 1, failed: 1 })
    expect(w.delivered.filter(isOrderEvent).map(({ orderId }) => orderId)).toEqual([held.id])
    expect((await waiting(w)).map(({ id, tries }) => [id, tries])).toEqual([['nowhere.e0001', 1]])
  })

  test('a long page is noted as it goes, so that a crash repeats no more than a second of it', async () => {
    const removed: number[] = []
    const noting = (store: Store<never>): Store<never> => ({
      ...store,
      commit: (ops, within) => {
        const count = ops.filter(({ op, kind }) => op === 'remove' && kind === 'outbox').length
        if (count > 0) removed.push(count)
        return store.commit(ops, within)
      },
    })
    const w = world({ jobs: NO_LEASE, wrapStore: noting })
    for (let at = 0; at < 60; at += 1) await holdSeat(w, { lines: [seat(`A-${at}`)] })
    const payments = w.start({ on: { 'order.held': () => w.clock.advance(100) } })
    expect(await drain(payments)).toMatchObject({ handled: 60, failed: 0 })
    expect(removed.reduce((sum, count) => sum + count)).toBe(60)
    expect(removed.length).toBeGreaterThan(3)
  })
})
