import type { PaymentEvent } from 'holdfast'
import { describe, expect, test } from 'vitest'
import { authorizeToss, BUYER, buySeat, holdSeat, MINUTE, quiet, seat, world } from './world'

describe('jobs', () => {
  test('E-50 E-51 S3-25: with the lease a job runs, without it it does nothing; a dead holder is taken over', async () => {
    const w = world()
    const held = await holdSeat(w)
    w.clock.advance(5 * MINUTE)
    await w.store.commit([
      {
        op: 'insert',
        kind: 'leases',
        row: { id: 'expire', holder: 'somebody', until: new Date(w.clock.now().getTime() + 30_000) },
      },
    ])
    expect((await w.payments.jobs.run('expire'))._unsafeUnwrap()).toEqual([
      { job: 'expire', ran: false, handled: 0, failed: 0 },
    ])
    expect((await w.store.get('orders', held.id))?.status).toBe('HOLD')
    w.clock.advance(30_000)
    expect((await w.payments.jobs.run('expire'))._unsafeUnwrap()).toEqual([
      { job: 'expire', ran: true, handled: 1, failed: 0 },
    ])
    expect(await w.store.get('leases', 'expire')).toBeUndefined()
  })

  test('several workers at once do no harm: every order ends once, every event is delivered', async () => {
    const w = world({ jobs: { leaseMs: null } })
    for (let index = 0; index < 20; index += 1) await holdSeat(w, { lines: [seat(`A-${index}`)] })
    w.clock.advance(5 * MINUTE)
    const workers = [w.payments, w.start(), w.start()]
    await Promise.all(workers.map((worker) => worker.jobs.run()))
    await quiet(w, 3)
    const expired = w.delivered.filter(({ type }) => type === 'order.expired')
    expect(new Set(expired.map(({ orderId }) => orderId)).size).toBe(20)
  })

  test('start and stop: due work is done on the clock, fresh events at once', async () => {
    const w = world()
    w.payments.jobs.start()
    w.payments.jobs.start()
    const held = await holdSeat(w)
    w.clock.advance(5 * MINUTE)
    await w.payments.jobs.stop()
    expect(w.clock.pending()).toBe(0)
    expect((await w.store.get('orders', held.id))?.status).toBe('EXPIRED')
    expect(w.delivered.map(({ type }) => type)).toContain('order.expired')
  })
})

describe('events', () => {
  test('I-32 C-103 S3-76: handlers hear of what was committed, with the same id each time, until they succeed', async () => {
    const w = world()
    const seen: string[] = []
    let failures = 2
    const payments = w.start({
      on: {
        'order.held': (event: PaymentEvent) => {
          seen.push(event.id)
          if (failures > 0) {
            failures -= 1
            throw new Error('sink down')
          }
        },
      },
    })
    await holdSeat(w)
    for (let minute = 0; minute < 10; minute += 1) {
      w.clock.advance(MINUTE)
      await payments.jobs.run('outbox')
    }
    expect(seen).toHaveLength(3)
    expect(new Set(seen).size).toBe(1)
    expect(await w.rows('outbox', 'byNextTry')).toEqual([])
  })

  test('a hook inside the transaction stands and falls with it', async () => {
    const rows: string[] = []
    let broken = true
    const w = world({
      inTransaction: {
        'order.held': async (event, tx) => {
          rows.push(event.orderId)
          ;(tx as { onRollback: (undo: () => void) => void }).onRollback(() => void rows.pop())
          if (broken) throw new Error('constraint')
        },
      },
    })
    const refused = await w.payments.orders.hold({ actor: BUYER, lines: [seat()], refundPolicy: 'ticket' })
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'hook_failed' })
    expect(rows).toEqual([])
    expect(await w.rows('orders', 'byBuyer', { buyerId: BUYER.id })).toEqual([])
    expect(await w.rows('outbox', 'byNextTry')).toEqual([])
    broken = false
    expect((await w.payments.orders.hold({ actor: BUYER, lines: [seat()], refundPolicy: 'ticket' })).isOk()).toBe(true)
    expect(rows).toHaveLength(1)
  })

  test('I-11 I-18 I-20: the history says who, when and why, one line per step, in order', async () => {
    const w = world()
    const { order } = await buySeat(w)
    const events = await w.rows('events', 'byOrder', { orderId: order.id })
    expect(
      events.map(({ sequence, type, fromStatus, toStatus, actorId, cause }) => [
        sequence,
        type,
        fromStatus,
        toStatus,
        actorId,
        cause,
      ]),
    ).toEqual([
      [1, 'order.held', null, 'HOLD', 'buyer-1', 'request'],
      [2, 'order.paying_started', 'HOLD', 'PAYING', 'buyer-1', 'request'],
      [3, 'attempt.charge_requested', 'PAYING', 'PAYING', 'buyer-1', 'request'],
      [4, 'attempt.approved', 'PAYING', 'PAYING', 'buyer-1', 'request'],
      [5, 'order.confirmed', 'PAYING', 'CONFIRMED', 'buyer-1', 'request'],
    ])
  })

  test('a watcher sees the order now and after each change', async () => {
    const w = world()
    const held = await holdSeat(w)
    const stop = new AbortController()
    const seen: string[] = []
    const watching = (async () => {
      for await (const order of w.payments.orders.watch({ actor: BUYER, order: held.id, signal: stop.signal })) {
        seen.push(order.status)
        if (order.status === 'CONFIRMED') stop.abort()
      }
    })()
    const { attempt } = (
      await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'wallet' })
    )._unsafeUnwrap()
    await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
    await watching
    expect(seen[0]).toBe('HOLD')
    expect(seen.at(-1)).toBe('CONFIRMED')
    expect(w.clock.pending()).toBe(0)
  })
})

describe('every read heals', () => {
  test('S3-26: reading a dead hold expires it; reading a stale intent looks it up', async () => {
    const w = world()
    const dead = await holdSeat(w)
    const { input } = await authorizeToss(w, (await holdSeat(w, { lines: [seat('A-2')], holdMs: 60 * MINUTE })).id)
    w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    w.clock.advance(5 * MINUTE)
    const read = async (order: string) => (await w.payments.orders.get({ actor: BUYER, order }))._unsafeUnwrap().status
    expect(await read(dead.id)).toBe('EXPIRED')
    expect(await read(input.order)).toBe('CONFIRMED')
  })

  test('S3-80 S2-36: a buyer lists their own orders, newest first, page by page', async () => {
    const w = world()
    for (let index = 0; index < 5; index += 1) {
      await holdSeat(w, { lines: [seat(`A-${index}`)] })
      w.clock.advance(1)
    }
    const first = (await w.payments.orders.list({ actor: BUYER, buyerId: BUYER.id, limit: 3 }))._unsafeUnwrap()
    expect(first.orders).toHaveLength(3)
    const rest = (
      await w.payments.orders.list({ actor: BUYER, buyerId: BUYER.id, limit: 3, after: first.next as never })
    )._unsafeUnwrap()
    const times = [...first.orders, ...rest.orders].map(({ heldAt }) => heldAt.getTime())
    expect(times).toEqual([...times].sort((left, right) => right - left))
    expect(new Set([...first.orders, ...rest.orders].map(({ id }) => id)).size).toBe(5)
    const foreign = await w.payments.orders.list({ actor: BUYER, buyerId: 'buyer-2' })
    expect(foreign._unsafeUnwrapErr().code).toBe('not_found')
  })
})
