import { createPayments, krw, randomIds } from 'holdfast'
import { freezeTerms, never, percentOff, type RefundTerms, withinDays } from 'holdfast/policies'
import { memoryStore } from 'holdfast/storage/memory'
import { describe, expect, test } from 'vitest'
import {
  ADMIN,
  authorizeToss,
  BUYER,
  balanceOf,
  HOUR,
  holdSeat,
  MINUTE,
  OTHER,
  quiet,
  seat,
  tossNet,
  world,
} from './world'

describe('facts are frozen', () => {
  test('S2-04 S2-08: the discount is judged when the order is made; paying later costs what was agreed', async () => {
    const w = world()
    const price = krw(50_000)
    const held = await holdSeat(w, {
      lines: [
        { title: 'Prompt', unitPrice: price },
        { title: 'Welcome discount', unitPrice: percentOff(price, 50) },
      ],
      holdMs: HOUR,
    })
    expect(held.total).toEqual(krw(25_000))
    w.clock.advance(10 * MINUTE)
    const { input } = await authorizeToss(w, held.id)
    await w.payments.orders.confirm(input)
    expect(tossNet(w)).toBe(25_000)
    const { lines } = (await w.payments.orders.details({ actor: BUYER, order: held.id }))._unsafeUnwrap()
    expect(lines.map(({ amountMinor }) => amountMinor)).toEqual([50_000, -25_000])
  })

  test('S3-07: a hold lasts five minutes unless host or order say otherwise', async () => {
    const lasts = async (w: ReturnType<typeof world>, more = {}) => {
      const held = await holdSeat(w, more)
      return held.status === 'HOLD' ? held.holdExpiresAt.getTime() - held.heldAt.getTime() : null
    }
    expect(await lasts(world())).toBe(300_000)
    expect(await lasts(world({ holdMs: 1_000 }))).toBe(1_000)
    expect(await lasts(world(), { holdMs: 2_000 })).toBe(2_000)
    expect(() => world({ holdMs: -1 })).toThrow(RangeError)
  })

  test.each<readonly [what: string, terms: unknown]>([
    ['hours that are none', { rule: 'before_event', hours: Number.NaN, requiresCancellation: false }],
    ['no days', { rule: 'within_days', days: 0, calendar: null }],
    ['a parameter that is missing', { rule: 'within_days', days: 7 }],
    ['a parameter too many', { rule: 'never', days: 7 }],
    ['a rule that is none', { rule: 'toString' }],
    ['no rules', { rule: 'all_of', rules: [] }],
    ['nothing', undefined],
  ])('a policy that cannot be meant is found at start, not at the first sale: %s', (_, terms) => {
    const start = () =>
      createPayments({
        store: memoryStore(),
        gateways: {},
        refundPolicies: { ticket: never(), bad: terms as RefundTerms },
      })
    expect(start).toThrow(RangeError)
    expect(start).toThrow(/^refund policy: /)
  })

  test('a policy is what it was at start: neither an order nor the host’s own object changes the next one', async () => {
    const terms = { rule: 'within_days', days: 7, calendar: null } satisfies RefundTerms
    const refundPolicies: Record<string, RefundTerms> = { week: terms }
    const payments = createPayments({ store: memoryStore(), gateways: {}, refundPolicies })
    const hold = async () => {
      const held = await payments.orders.hold({ actor: BUYER, lines: [seat()], refundPolicy: 'week' })
      const order = held._unsafeUnwrap()
      ;(await payments.orders.cancel({ actor: BUYER, order: order.id }))._unsafeUnwrap()
      return order
    }
    const first = await hold()
    const frozen = { name: 'week', version: 1, terms: JSON.stringify(terms) }
    expect(first.refundPolicy).toEqual(frozen)
    expect(Reflect.set(first.refundPolicy, 'terms', freezeTerms(withinDays(70)))).toBe(false)
    expect(Reflect.set(first.refundPolicy, 'name', 'forever')).toBe(false)
    terms.days = 70
    refundPolicies['week'] = never()
    expect((await hold()).refundPolicy).toEqual(frozen)
    const stored = await payments.orders.get({ actor: BUYER, order: first.id })
    expect(stored._unsafeUnwrap().refundPolicy).toEqual(frozen)
  })

  test('S2-03: ids are unguessable, opaque, and fit every provider', () => {
    const ids = randomIds()
    const made = Array.from({ length: 5_000 }, () => ids.next('att'))
    expect(new Set(made).size).toBe(made.length)
    for (const id of made) expect(id).toMatch(/^att_[0-9A-Za-z]{24}$/)
    const letters = new Set(made.flatMap((id) => [...id.slice(4)]))
    expect(letters.size).toBe(62)
  })
})

describe('who may', () => {
  test('S2-19: what is limited to one per buyer cannot be bought twice, and again after a refund', async () => {
    const w = world()
    const buy = () =>
      w.payments.orders.hold({
        actor: BUYER,
        lines: [{ title: 'A file', unitPrice: krw(1_000) }],
        refundPolicy: 'digital',
        limitPerBuyer: { name: 'file-7', places: 1 },
      })
    const first = (await buy())._unsafeUnwrap()
    expect((await buy())._unsafeUnwrapErr()).toMatchObject({ code: 'limit_exceeded', limit: 'file-7' })
    const { attempt } = (
      await w.payments.orders.startPayment({ actor: BUYER, order: first.id, gateway: 'wallet' })
    )._unsafeUnwrap()
    await w.payments.orders.confirm({ actor: BUYER, order: first.id, attemptId: attempt.id })
    expect((await buy()).isErr()).toBe(true)
    await w.payments.refunds.refund({ actor: BUYER, order: first.id })
    expect((await buy()).isOk()).toBe(true)
  })

  test('S2-20: content is for who has paid; before, after a refund and for others it is closed', async () => {
    const w = world()
    const held = await holdSeat(w, { refundPolicy: 'digital' })
    const check = (actor: typeof BUYER | typeof OTHER) => w.payments.access.check({ actor, order: held.id })
    expect((await check(BUYER))._unsafeUnwrapErr()).toMatchObject({ code: 'not_purchased', status: 'HOLD' })
    const { attempt } = (
      await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'wallet' })
    )._unsafeUnwrap()
    await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
    expect((await check(BUYER)).isOk()).toBe(true)
    expect((await check(OTHER))._unsafeUnwrapErr().code).toBe('not_found')
    await w.payments.refunds.refund({ actor: BUYER, order: held.id })
    expect((await check(BUYER))._unsafeUnwrapErr().code).toBe('refunded')
  })

  test('I-34: a host’s own `authorize` decides; one that throws allows nothing', async () => {
    const w = world()
    const held = await holdSeat(w)
    const closed = w.start({ authorize: () => false })
    expect((await closed.orders.cancel({ actor: ADMIN, order: held.id }))._unsafeUnwrapErr()).toMatchObject({
      code: 'forbidden',
      action: 'order.cancel',
    })
    const broken = w.start({
      authorize: () => {
        throw new Error('session store down')
      },
    })
    expect((await broken.orders.cancel({ actor: ADMIN, order: held.id }))._unsafeUnwrapErr().code).toBe('forbidden')
    expect((await w.store.get('orders', held.id))?.status).toBe('HOLD')
  })
})

describe('around the provider', () => {
  test('S3-37: state is judged before the provider is asked', async () => {
    const asked: string[] = []
    const w = world({ logger: ({ operation }) => void asked.push(operation) })
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    await w.payments.orders.cancel({ actor: BUYER, order: held.id })
    expect((await w.payments.orders.confirm(input)).isErr()).toBe(true)
    expect((await w.payments.refunds.refund({ actor: BUYER, order: held.id })).isErr()).toBe(true)
    expect(asked).toEqual([])
  })

  test('S3-11 I-23: the key is the attempt’s own; retries after a decline have another', async () => {
    const keys: (string | null)[] = []
    const w = world()
    const original = w.fake.fetch
    const gateway = (await import('holdfast/toss')).toss({
      ...w.fake.keys,
      fetch: (input, init) => {
        keys.push((input as Request).headers.get('idempotency-key'))
        return original(input, init)
      },
    })
    const payments = (await import('holdfast')).createPayments({
      store: w.store,
      gateways: { toss: gateway },
      refundPolicies: { ticket: { rule: 'never' } },
      clock: w.clock,
      ids: w.ids,
    })
    const held = await holdSeat(w)
    const pay = async () => {
      const { attempt } = (
        await payments.orders.startPayment({
          actor: BUYER,
          order: held.id,
          gateway: 'toss',
          method: 'CARD',
          successUrl: 'https://shop.example/s',
          failUrl: 'https://shop.example/f',
        })
      )._unsafeUnwrap()
      const returned = w.fake.buyer.authorize({ orderId: attempt.id, amount: 100_000 })
      await payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id, returned })
      return attempt.id
    }
    w.fake.decline('REJECT_CARD_COMPANY')
    const [first, second] = [await pay(), await pay()]
    expect(keys).toEqual([`${first}-charge-0`, `${second}-charge-0`])
    expect(w.fake.book()).toHaveLength(1)
  })

  test('S3-23: after a decline the deadline moves as far and as often as the host says', async () => {
    const w = world({ payment: { extendHoldAfterDecline: { ms: 4 * MINUTE, times: 1 } } })
    const held = await holdSeat(w)
    const decline = async () => {
      w.gateways.mock.script({ step: 'decline', code: 'NO' })
      const { attempt } = (
        await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'mock' })
      )._unsafeUnwrap()
      await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
      const order = (await w.payments.orders.get({ actor: BUYER, order: held.id }))._unsafeUnwrap()
      return order.status === 'PAYING' ? order.holdExpiresAt.getTime() - held.heldAt.getTime() : null
    }
    expect(await decline()).toBe(5 * MINUTE)
    w.clock.advance(2 * MINUTE)
    // The first decline came too early to move anything; it used up the one extension.
    expect(await decline()).toBe(5 * MINUTE)

    const late = world({ payment: { extendHoldAfterDecline: { ms: 4 * MINUTE, times: 1 } } })
    const second = await holdSeat(late)
    late.clock.advance(3 * MINUTE)
    late.gateways.mock.script({ step: 'decline', code: 'NO' })
    const { attempt } = (
      await late.payments.orders.startPayment({ actor: BUYER, order: second.id, gateway: 'mock' })
    )._unsafeUnwrap()
    await late.payments.orders.confirm({ actor: BUYER, order: second.id, attemptId: attempt.id })
    expect((await late.store.get('orders', second.id))?.holdExpiresAt).toEqual(
      new Date(second.heldAt.getTime() + 7 * MINUTE),
    )
    const [claim] = await late.rows('claims', 'byOrder', { orderId: second.id })
    expect(claim?.heldUntil).toEqual(new Date(second.heldAt.getTime() + 7 * MINUTE))
  })

  test('C-09: browser and webhook at the same instant on two processes: one effect, both succeed', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    const [delivery] = w.fake.webhooks.pending()
    const [browser, webhook] = await Promise.all([
      w.payments.orders.confirm(input),
      w.start().webhooks.receive('toss', delivery!),
    ])
    expect(browser._unsafeUnwrap().order.status).toBe('CONFIRMED')
    expect(webhook._unsafeUnwrap().status).toBe('handled')
    const events = await w.rows('events', 'byOrder', { orderId: held.id })
    expect(events.filter(({ type }) => type === 'order.confirmed')).toHaveLength(1)
  })

  test('C-19: the provider says it has this payment already: looked up and used, never charged as a new one', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { attempt, input, returned } = await authorizeToss(w, held.id)
    // Somebody confirmed it behind our back, under another key.
    await w.fake.fetch('https://api.tosspayments.com/v1/payments/confirm', {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${w.fake.keys.secretKey}:`)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ paymentKey: returned.paymentKey, orderId: attempt.id, amount: 100_000 }),
    })
    await w.payments.orders.confirm(input)
    expect((await w.payments.orders.confirm(input))._unsafeUnwrap().order.status).toBe('CONFIRMED')
    expect(w.fake.book()).toHaveLength(1)
  })

  test('C-25: a process whose clock is two seconds ahead ends no order that was paid in time', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    w.clock.advance(5 * MINUTE - 1_000)
    w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    const ahead = w.start({
      clock: { ...w.clock, now: () => new Date(w.clock.now().getTime() + 2_000) },
    })
    await ahead.jobs.run()
    expect((await w.store.get('orders', held.id))?.status).toBe('CONFIRMED')
    await quiet(w, 2)
    expect(tossNet(w)).toBe(100_000)
    expect(await balanceOf(w)).toBe(200_000)
  })

  test('I-29: the history is the same whatever order the notices come in', async () => {
    const w = world()
    const held = await holdSeat(w, { lines: [seat('A-5')] })
    const { input } = await authorizeToss(w, held.id)
    await w.payments.orders.confirm(input)
    const deliveries = [...w.fake.webhooks.pending(), ...w.fake.webhooks.pending()].reverse()
    for (const delivery of deliveries) expect((await w.payments.webhooks.receive('toss', delivery)).isOk()).toBe(true)
    expect((await w.store.get('orders', held.id))?.eventCount).toBe(5)
  })

  test('a window that passes while the provider is being asked proves nothing: only the next look-up does', async () => {
    let slow = false
    const w = world({}, { chargeWindowMs: 120_000 })
    const base = w.gateways.mock
    const gateway = {
      ...base,
      connect: (wiring: Parameters<typeof base.connect>[0]) => {
        const { void: _, ...connected } = base.connect(wiring)
        return {
          ...connected,
          lookup: (attempt: Parameters<typeof connected.lookup>[0]) =>
            connected.lookup(attempt).map((found) => {
              if (slow) w.clock.advance(10_000)
              return found
            }),
        }
      },
    }
    const payments = createPayments({
      store: w.store,
      gateways: { mock: gateway },
      refundPolicies: { ticket: { rule: 'never' } },
      clock: w.clock,
      ids: w.ids,
    })
    w.gateways.mock.script({ step: 'time_out', executed: false })
    const held = await holdSeat(w, { holdMs: HOUR })
    const { attempt } = (
      await payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'mock' })
    )._unsafeUnwrap()
    await payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
    const status = async () => (await w.store.get('attempts', attempt.id))?.status
    w.clock.advance(115_000)
    slow = true
    await payments.jobs.run('reconcile')
    expect(await status()).toBe('UNKNOWN')
    w.clock.advance(10 * MINUTE)
    await payments.jobs.run('reconcile')
    expect(await status()).toBe('FAILED')
  })
})
