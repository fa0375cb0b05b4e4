import { krw } from 'holdfast'
import { describe, expect, test } from 'vitest'
import {
  ADMIN,
  authorizeToss,
  BUYER,
  GROUP,
  holdSeat,
  MINUTE,
  OTHER,
  quiet,
  seat,
  tossNet,
  type World,
  world,
} from './world'

const PLACE = { title: 'General admission', unitPrice: krw(30_000), pool: 'ga' }
const setPlaces = (w: World, places: number) => w.payments.resources.setCapacity({ actor: ADMIN, pool: 'ga', places })
const available = async (w: World) => (await w.payments.resources.capacity('ga'))._unsafeUnwrap()?.available

describe('who gets it', () => {
  test('C-20 E-46..E-48 S3-06 S3-08 I-13: thirty buyers, two processes, one seat: one hold, twenty-nine refusals', async () => {
    const w = world()
    const engines = [w.payments, w.start()]
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        engines[index % 2]!.orders.hold({
          actor: { kind: 'buyer', id: `buyer-${index}` },
          lines: [seat()],
          refundPolicy: 'ticket',
        }),
      ),
    )
    expect(answers.filter((answer) => answer.isOk())).toHaveLength(1)
    for (const answer of answers) if (answer.isErr()) expect(answer.error.code).toBe('resource_unavailable')
    expect((await w.payments.resources.listClaimed(GROUP))._unsafeUnwrap()).toHaveLength(1)
  })

  test('fifty places, sixty buyers: fifty holds, and a cancelled one can be taken again', async () => {
    const w = world()
    await setPlaces(w, 50)
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        w.payments.orders.hold({ actor: { kind: 'buyer', id: `b${index}` }, lines: [PLACE], refundPolicy: 'ticket' }),
      ),
    )
    const held = answers.flatMap((answer) => (answer.isOk() ? [answer.value] : []))
    expect(held).toHaveLength(50)
    for (const answer of answers)
      if (answer.isErr()) expect(answer.error).toMatchObject({ code: 'sold_out', pool: 'ga' })
    await w.payments.orders.cancel({ actor: ADMIN, order: held[0]!.id })
    expect(await available(w)).toBe(1)
    const next = await w.payments.orders.hold({ actor: BUYER, lines: [PLACE], refundPolicy: 'ticket' })
    expect(next.isOk()).toBe(true)
  })

  test('a pool grows, and shrinks no further than to what is taken', async () => {
    const w = world()
    await setPlaces(w, 5)
    await w.payments.orders.hold({ actor: BUYER, lines: [{ ...PLACE, quantity: 3 }], refundPolicy: 'ticket' })
    expect((await setPlaces(w, 2))._unsafeUnwrapErr()).toMatchObject({ code: 'validation', field: 'places' })
    expect((await setPlaces(w, 3))._unsafeUnwrap()).toEqual({ pool: 'ga', places: 3, available: 0 })
    expect((await setPlaces(w, 10))._unsafeUnwrap().available).toBe(7)
    const byBuyer = await w.payments.resources.setCapacity({ actor: BUYER, pool: 'ga', places: 99 })
    expect(byBuyer._unsafeUnwrapErr().code).toBe('forbidden')
  })

  test('S3-24: several lines, all or nothing', async () => {
    const w = world()
    await setPlaces(w, 1)
    await holdSeat(w, {}, OTHER as never)
    const refused = await w.payments.orders.hold({
      actor: BUYER,
      lines: [PLACE, seat('A-2'), seat('A-1')],
      refundPolicy: 'ticket',
    })
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'resource_unavailable', resource: { id: 'A-1' } })
    expect(await available(w)).toBe(1)
    expect((await w.payments.resources.listClaimed(GROUP))._unsafeUnwrap().map(({ id }) => id)).toEqual(['A-1'])
  })

  test('C-21 I-38: parallel holds of one buyer never pass the limit, and what is given back counts again', async () => {
    const w = world()
    const limitPerBuyer = { name: 'concert-42', places: 2 }
    const one = (id: string) =>
      w.payments.orders.hold({ actor: BUYER, lines: [seat(id)], refundPolicy: 'ticket', limitPerBuyer })
    const answers = await Promise.all(['A-1', 'A-2', 'A-3', 'A-4'].map(one))
    const held = answers.flatMap((answer) => (answer.isOk() ? [answer.value] : []))
    expect(held).toHaveLength(2)
    for (const answer of answers) {
      if (answer.isErr()) expect(answer.error).toMatchObject({ code: 'limit_exceeded', limit: 'concert-42' })
    }
    await w.payments.orders.cancel({ actor: BUYER, order: held[0]!.id })
    expect((await one('A-9')).isOk()).toBe(true)
  })

  test('C-30 I-15: a dead hold gives way to the next buyer at once; no job has to run first', async () => {
    const w = world()
    await setPlaces(w, 1)
    const seatHeld = await holdSeat(w)
    await w.payments.orders.hold({ actor: OTHER, lines: [PLACE], refundPolicy: 'ticket' })
    w.clock.advance(5 * MINUTE)
    const next = await w.payments.orders.hold({ actor: OTHER, lines: [seat(), PLACE], refundPolicy: 'ticket' })
    expect(next._unsafeUnwrap().status).toBe('HOLD')
    expect((await w.store.get('orders', seatHeld.id))?.status).toBe('EXPIRED')
  })

  test('C-03 C-23: expiry, cancel and payment together: one end, one release', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    w.clock.advance(5 * MINUTE)
    await Promise.all([
      w.payments.jobs.run('expire'),
      w.start().orders.cancel({ actor: BUYER, order: held.id }),
      w.start().orders.confirm(input),
    ])
    await quiet(w, 30)
    const order = await w.store.get('orders', held.id)
    expect(['EXPIRED', 'CANCELLED']).toContain(order?.status)
    const ends = (await w.rows('events', 'byOrder', { orderId: held.id })).filter(
      ({ type }) => type === 'order.expired' || type === 'order.cancelled',
    )
    expect(ends).toHaveLength(1)
    expect(tossNet(w)).toBe(0)
    expect((await w.payments.resources.listClaimed(GROUP))._unsafeUnwrap()).toEqual([])
  })
})

describe('the same request again', () => {
  test('C-18 S2-14 I-29: a double click holds once; the answer is the same order, also later', async () => {
    const w = world()
    const input = { actor: BUYER, lines: [seat()], refundPolicy: 'ticket' as const, idempotencyKey: 'k-1' }
    const [first, second] = await Promise.all([w.payments.orders.hold(input), w.start().orders.hold(input)])
    expect(first._unsafeUnwrap().id).toBe(second._unsafeUnwrap().id)
    await w.payments.orders.cancel({ actor: BUYER, order: first._unsafeUnwrap().id })
    expect((await w.payments.orders.hold(input))._unsafeUnwrap()).toMatchObject({
      id: first._unsafeUnwrap().id,
      status: 'CANCELLED',
    })
  })

  test('C-40: the key with other facts is a conflict; another buyer’s key is another request', async () => {
    const w = world()
    const input = { actor: BUYER, lines: [seat()], refundPolicy: 'ticket' as const, idempotencyKey: 'k-1' }
    const first = (await w.payments.orders.hold(input))._unsafeUnwrap()
    const changed = await w.payments.orders.hold({ ...input, lines: [seat('A-2')] })
    expect(changed._unsafeUnwrapErr().code).toBe('idempotency_conflict')
    const other = await w.payments.orders.hold({ ...input, actor: OTHER, lines: [seat('A-3')] })
    expect(other._unsafeUnwrap().id).not.toBe(first.id)
    expect(other._unsafeUnwrap().buyerId).toBe(OTHER.id)
  })

  test('E-35 S3-59 S3-60: a wallet is topped up once per key, and another amount is a conflict', async () => {
    const w = world()
    const input = { actor: ADMIN, ownerId: BUYER.id, amount: krw(10_000), idempotencyKey: 'top-1' }
    const first = (await w.payments.wallet.credit(input))._unsafeUnwrap()
    const second = (await w.payments.wallet.credit(input))._unsafeUnwrap()
    expect(second).toEqual(first)
    expect(first.balanceAfter).toEqual(krw(210_000))
    const changed = await w.payments.wallet.credit({ ...input, amount: krw(10_001) })
    expect(changed._unsafeUnwrapErr().code).toBe('idempotency_conflict')
    const self = await w.payments.wallet.credit({ ...input, actor: BUYER, idempotencyKey: 'top-2' })
    expect(self._unsafeUnwrapErr().code).toBe('forbidden')
  })
})

describe('bad input is refused by field, and nothing is written', () => {
  const line = seat()
  test.each([
    ['lines', { lines: [] }],
    ['lines.0.unitPrice.amountMinor', { lines: [{ ...line, unitPrice: { amountMinor: 0.5, currency: 'KRW' } }] }],
    ['lines.0.unitPrice.currency', { lines: [{ ...line, unitPrice: { amountMinor: 1, currency: 'XXX' } }] }],
    ['lines.0.quantity', { lines: [{ ...line, quantity: 2 }] }],
    ['lines.0.pool', { lines: [{ ...line, pool: 'ga' }] }],
    ['lines.1.unitPrice.currency', { lines: [line, { title: 'x', unitPrice: { amountMinor: 1, currency: 'USD' } }] }],
    ['lines', { lines: [line, { title: 'Discount', unitPrice: { amountMinor: -100_001, currency: 'KRW' } }] }],
    ['refundPolicy', { refundPolicy: 'unheard of' }],
    // What every object has is no policy.
    ['refundPolicy', { refundPolicy: 'constructor' }],
    ['refundPolicy', { refundPolicy: 'toString' }],
    ['refundPolicy', { refundPolicy: '__proto__' }],
    ['holdMs', { holdMs: 0 }],
    ['actor.id', { actor: { kind: 'buyer', id: '' } }],
  ])('%s', async (field, change) => {
    const w = world()
    const input = { actor: BUYER, lines: [line], refundPolicy: 'ticket', ...change }
    const refused = await w.payments.orders.hold(input as never)
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'validation', field, outcome: 'not_executed' })
    expect(await w.rows('orders', 'byBuyer', { buyerId: BUYER.id })).toEqual([])
  })

  test('S3-21: a method or gateway that is not configured is refused before anything is opened', async () => {
    const w = world()
    const held = await holdSeat(w)
    const method = await w.payments.orders.startPayment({
      actor: BUYER,
      order: held.id,
      gateway: 'toss',
      method: 'BARTER' as never,
    })
    expect(method._unsafeUnwrapErr()).toMatchObject({ code: 'method_unavailable', method: 'BARTER' })
    const gateway = await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'nope' as never })
    expect(gateway._unsafeUnwrapErr()).toMatchObject({ code: 'validation', field: 'gateway' })
    expect((await w.store.get('orders', held.id))?.status).toBe('HOLD')
  })
})
