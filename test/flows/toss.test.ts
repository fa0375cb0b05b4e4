import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/providers/fake/faults'
import {
  ADMIN,
  authorizeToss,
  BUYER,
  HOUR,
  holdSeat,
  MINUTE,
  OTHER,
  quiet,
  seat,
  tossNet,
  type World,
  world,
} from './world'

/** Hands every webhook that is due to the engine, as often as it is due, and gives the answers. */
const deliver = async (w: World, payments = w.payments) => {
  const answers: string[] = []
  await w.fake.webhooks.deliverDue(async ({ headers, rawBody }) => {
    const received = await payments.webhooks.receive('toss', { headers, rawBody })
    answers.push(received.isOk() ? received.value.status : received.error.code)
    return received.isOk() ? 200 : 503
  })
  return answers
}

const statusOf = async (w: World, orderId: string) => (await w.store.get('orders', orderId))?.status

describe('paying through Toss', () => {
  test('E-126 S2-02 S2-10..S2-13: prepare, return, confirm; one payment, approved at the provider', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { attempt, checkout, input } = await authorizeToss(w, held.id)
    expect(checkout).toMatchObject({
      action: 'window',
      gateway: 'toss',
      parameters: { orderId: attempt.id, clientKey: w.fake.keys.clientKey },
    })
    expect(JSON.stringify(checkout)).not.toContain(w.fake.keys.secretKey)
    expect(await statusOf(w, held.id)).toBe('PAYING')
    const paid = (await w.payments.orders.confirm(input))._unsafeUnwrap()
    expect(paid).toMatchObject({ status: 'confirmed', order: { status: 'CONFIRMED', paidAttemptId: attempt.id } })
    expect(w.fake.book()).toMatchObject([{ kind: 'capture', orderId: attempt.id, amountMinor: 100_000 }])
  })

  test('E-129 S2-14 C-08 C-15: confirmed twice, reloaded, and told by webhook: one payment, the same answer', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    const [first, second] = await Promise.all([w.payments.orders.confirm(input), w.start().orders.confirm(input)])
    const third = await w.payments.orders.confirm(input)
    for (const answer of [first, second, third]) expect(answer._unsafeUnwrap().order.status).toBe('CONFIRMED')
    expect(await deliver(w)).toEqual(['handled'])
    expect(w.fake.book()).toHaveLength(1)
    const confirmed = (await w.rows('events', 'byOrder', { orderId: held.id })).filter(
      ({ type }) => type === 'order.confirmed',
    )
    expect(confirmed).toHaveLength(1)
  })

  test.each([
    ['E-127 C-31 S2-11: another amount', { amount: '1' }, 'amount_mismatch'],
    ['C-37: the payment of another order', { orderId: 'att_other00' }, 'order_mismatch'],
    ['a return without a payment key', { paymentKey: '' }, 'return_invalid'],
  ])('%s is refused before the provider is asked', async (_name, change, code) => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    const asked: string[] = []
    const refused = await w
      .start({ logger: ({ operation }) => void asked.push(operation) })
      .orders.confirm({ ...input, returned: { ...input.returned, ...change } })
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(asked).toEqual([])
    expect(w.fake.book()).toEqual([])
    // The honest return still works.
    expect((await w.payments.orders.confirm(input))._unsafeUnwrap().status).toBe('confirmed')
  })

  test('C-37: a payment key that has paid one order cannot pay another of the same price', async () => {
    const w = world()
    const first = await holdSeat(w)
    const one = await authorizeToss(w, first.id)
    await w.payments.orders.confirm(one.input)
    const second = await holdSeat(w, { lines: [seat('A-2')] })
    const two = await authorizeToss(w, second.id)
    const stolen = { ...two.returned, paymentKey: one.returned.paymentKey }
    const refused = await w.payments.orders.confirm({ ...two.input, returned: stolen })
    expect(refused.isErr()).toBe(true)
    expect(await statusOf(w, second.id)).toBe('PAYING')
    expect(w.fake.book()).toHaveLength(1)
  })

  test('C-39 S3-83: somebody else’s order answers like a missing one, for every verb', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    const codes = [
      await w.payments.orders.confirm({ ...input, actor: OTHER }),
      await w.payments.orders.startPayment({ actor: OTHER, order: held.id, gateway: 'wallet' }),
      await w.payments.orders.cancel({ actor: OTHER, order: held.id }),
      await w.payments.orders.get({ actor: OTHER, order: held.id }),
      await w.payments.refunds.quote({ actor: OTHER, order: held.id }),
      await w.payments.refunds.refund({ actor: OTHER, order: held.id }),
      await w.payments.access.consume({ actor: OTHER, order: held.id }),
    ].map((result) => result._unsafeUnwrapErr())
    for (const error of codes) expect(error).toEqual({ code: 'not_found', what: 'order', outcome: 'not_executed' })
    expect(w.fake.book()).toEqual([])
  })

  test('S2-15 S2-16 C-17: a decline leaves the order payable, and the next attempt has a new key', async () => {
    const w = world()
    const held = await holdSeat(w)
    const first = await authorizeToss(w, held.id)
    w.fake.decline('REJECT_CARD_COMPANY')
    const declined = await w.payments.orders.confirm(first.input)
    expect(declined._unsafeUnwrapErr()).toMatchObject({
      code: 'declined',
      outcome: 'not_executed',
      providerCode: 'REJECT_CARD_COMPANY',
    })
    expect(await statusOf(w, held.id)).toBe('PAYING')
    const second = await authorizeToss(w, held.id)
    expect(second.attempt.id).not.toBe(first.attempt.id)
    expect((await w.payments.orders.confirm(second.input))._unsafeUnwrap().order.status).toBe('CONFIRMED')
    expect(w.fake.book()).toHaveLength(1)
  })

  test('E-128: a buyer who gives up in the window can pay in another way', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { attempt, input } = await authorizeToss(w, held.id)
    const other = await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'wallet' })
    // C-16: one open attempt at a time.
    expect(other._unsafeUnwrapErr()).toMatchObject({ code: 'attempt_in_progress', attemptId: attempt.id })
    await w.payments.orders.abandonAttempt({ actor: BUYER, order: held.id, attemptId: attempt.id })
    const again = await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'wallet' })
    expect(again._unsafeUnwrap().attempt.number).toBe(2)
    // The abandoned window comes back after all: its money is never asked for.
    expect((await w.payments.orders.confirm(input))._unsafeUnwrapErr().code).toBe('attempt_closed')
    expect(w.fake.book()).toEqual([])
  })
})

describe('answers that are lost', () => {
  const executed: readonly (readonly [string, Fault])[] = [
    ['a lost answer', { kind: 'lost_answer' }],
    ['a 500 after the charge', { kind: 'error_after', status: 500 }],
    ['an HTML page after the charge', { kind: 'html_after' }],
    ['broken JSON', { kind: 'malformed_json' }],
    ['a wrong shape', { kind: 'wrong_shape' }],
  ]
  test.each(executed)(
    'C-12 C-14: %s is unknown, and a look-up confirms without a second charge',
    async (_name, fault) => {
      const w = world()
      const held = await holdSeat(w)
      const { attempt, input } = await authorizeToss(w, held.id)
      w.fake.faults.next(fault, { operation: 'confirmPayment' })
      const unclear = await w.payments.orders.confirm(input)
      expect(unclear._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
      expect((await w.store.get('attempts', attempt.id))?.status).toBe('UNKNOWN')
      // I-36: nothing is called paid before it is known.
      expect(await statusOf(w, held.id)).toBe('PAYING')
      expect((await w.payments.orders.confirm(input))._unsafeUnwrap().order.status).toBe('CONFIRMED')
      expect(w.fake.book()).toHaveLength(1)
    },
  )

  test.each([
    ['silence', { kind: 'lost_answer', seen: 'silence' }],
    ['a body that never ends', { kind: 'stalled_body' }],
  ] as const)(
    'C-12 S0-51: after %s the call gives up; the outcome is looked up, never charged again',
    async (_name, fault) => {
      const w = world()
      const held = await holdSeat(w)
      const { attempt, input } = await authorizeToss(w, held.id)
      w.fake.faults.next(fault, { operation: 'confirmPayment' })
      const waiting = w.payments.orders.confirm(input)
      // The call waits on the clock; time passes as soon as it does.
      for (let turn = 0; turn < 200 && w.clock.pending() === 0; turn += 1) await new Promise(setImmediate)
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
      w.clock.advance(31_000)
      expect((await waiting)._unsafeUnwrapErr()).toMatchObject({ code: 'timeout', outcome: 'unknown' })
      expect((await w.store.get('attempts', attempt.id))?.status).toBe('UNKNOWN')
      expect((await w.payments.orders.confirm(input))._unsafeUnwrap().order.status).toBe('CONFIRMED')
      expect(w.fake.book()).toHaveLength(1)
    },
  )

  test('C-11: the answer is lost and the buyer never comes back: the job confirms', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    await quiet(w, 3)
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
    expect(tossNet(w)).toBe(100_000)
  })

  test('C-13: the request was lost: repeated with the same key it charges once', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    w.fake.faults.next({ kind: 'lost_request' }, { operation: 'confirmPayment' })
    expect((await w.payments.orders.confirm(input))._unsafeUnwrapErr().code).toBe('network')
    expect((await w.payments.orders.confirm(input))._unsafeUnwrap().order.status).toBe('CONFIRMED')
    expect(w.fake.book()).toHaveLength(1)
  })

  test('C-13 I-39: the request was lost and nobody repeats it: it fails once the provider’s window has passed', async () => {
    const w = world()
    const held = await holdSeat(w, { holdMs: HOUR })
    const { attempt, input } = await authorizeToss(w, held.id)
    w.fake.faults.next({ kind: 'lost_request' }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    await quiet(w, 5)
    expect((await w.store.get('attempts', attempt.id))?.status).toBe('UNKNOWN')
    await quiet(w, 25)
    expect((await w.store.get('attempts', attempt.id))?.status).toBe('FAILED')
    const retry = await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'wallet' })
    expect(retry.isOk()).toBe(true)
  })

  test('design §2: a look-up that finds nothing is no fence; a late execution never meets a sold seat', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    w.clock.advance(4 * MINUTE)
    w.fake.faults.next({ kind: 'late_execution', afterMs: 5 * MINUTE }, { operation: 'confirmPayment' })
    expect((await w.payments.orders.confirm(input))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    // Past the deadline the seat stays with its order for as long as the request may still arrive.
    w.clock.advance(3 * MINUTE)
    await w.payments.jobs.run()
    const rival = await w.payments.orders.hold({ actor: OTHER, lines: [seat()], refundPolicy: 'ticket' })
    expect(rival._unsafeUnwrapErr().code).toBe('resource_unavailable')
    await quiet(w, 30)
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
    expect(tossNet(w)).toBe(100_000)
  })

  test('a repeat that is turned away at the door says nothing about the request before it', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { attempt, input } = await authorizeToss(w, held.id)
    w.fake.faults.next({ kind: 'late_execution', afterMs: MINUTE }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    w.fake.faults.next({ kind: 'rate_limited' }, { operation: 'confirmPayment' })
    expect((await w.payments.orders.confirm(input))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect((await w.store.get('attempts', attempt.id))?.status).toBe('UNKNOWN')
    await quiet(w, 30)
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
  })
})

describe('webhooks', () => {
  test('C-07 C-10: the webhook comes first, or alone; the browser is told the same', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    expect(await deliver(w)).toEqual(['handled'])
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
    expect((await w.payments.orders.confirm(input))._unsafeUnwrap().status).toBe('confirmed')
    expect(w.fake.book()).toHaveLength(1)
  })

  test('C-34 C-36 I-31: a forged notice changes nothing; the provider’s own record decides', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { attempt, returned } = await authorizeToss(w, held.id)
    const forged = JSON.stringify({
      eventType: 'PAYMENT_STATUS_CHANGED',
      createdAt: '2026-01-05T10:01:03.123456',
      data: { paymentKey: returned.paymentKey, orderId: attempt.id, status: 'DONE', totalAmount: 100_000 },
    })
    const received = await w.payments.webhooks.receive('toss', { headers: {}, rawBody: forged })
    expect(received.isOk()).toBe(true)
    expect(await statusOf(w, held.id)).toBe('PAYING')
    expect(w.fake.book()).toEqual([])
    const unreadable = await w.payments.webhooks.receive('toss', { headers: {}, rawBody: '{' })
    expect(unreadable._unsafeUnwrapErr().code).toBe('unreadable_body')
  })

  test('C-38: a notice that names another payment than the attempt’s is quarantined', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { attempt, input } = await authorizeToss(w, held.id)
    await w.payments.orders.confirm(input)
    const odd = JSON.stringify({
      eventType: 'PAYMENT_STATUS_CHANGED',
      createdAt: '2026-01-05T10:01:03.123456',
      data: { paymentKey: 'someone_elses', orderId: attempt.id, status: 'CANCELED', totalAmount: 100_000 },
    })
    const received = await w.payments.webhooks.receive('toss', { headers: {}, rawBody: odd })
    expect(received._unsafeUnwrap().status).toBe('quarantined')
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
  })

  test('E-30 S3-48 I-30: an event that concerns no payment is accepted, stored and ignored; a repeat is a duplicate', async () => {
    const w = world()
    const notice = w.gateways.mock.notice('SOMETHING_NEW', null)
    const first = await w.payments.webhooks.receive('mock', notice)
    expect(first._unsafeUnwrap().status).toBe('ignored')
    const { returned, input } = await authorizeToss(w, (await holdSeat(w)).id)
    await w.payments.orders.confirm(input)
    const body = JSON.stringify({
      eventType: 'PAYMENT_STATUS_CHANGED',
      createdAt: '2026-01-05T10:01:03.123456',
      data: { paymentKey: returned.paymentKey, orderId: returned.orderId, status: 'DONE', totalAmount: 100_000 },
    })
    const once = await w.payments.webhooks.receive('toss', { headers: {}, rawBody: body })
    const twice = await w.payments.webhooks.receive('toss', { headers: {}, rawBody: body })
    expect([once._unsafeUnwrap().status, twice._unsafeUnwrap().status]).toEqual(['handled', 'duplicate'])
    const stored = await w.rows('inbox', 'byStatus', { status: 'HANDLED' })
    expect(stored).toMatchObject([{ deliveries: 2 }])
  })

  test('S3-57 C-81: the look-up fails: the notice is kept, refused with a retry, and a job handles it', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    w.fake.faults.next({ kind: 'error_before', status: 500 })
    expect(await deliver(w)).toEqual(['store_unavailable'])
    expect(await w.rows('inbox', 'byStatus', { status: 'RECEIVED' })).toHaveLength(1)
    await quiet(w, 2)
    expect(await w.rows('inbox', 'byStatus', { status: 'RECEIVED' })).toHaveLength(0)
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
  })

  test('E-27 E-28 E-29 S3-14 S3-49 S3-50: a slow provider leaves the order waiting until a verified notice', async () => {
    const w = world()
    w.gateways.mock.script({ step: 'wait' })
    const held = await holdSeat(w)
    const { attempt } = (
      await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'mock', method: 'CARD' })
    )._unsafeUnwrap()
    const waiting = (
      await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
    )._unsafeUnwrap()
    expect(waiting).toMatchObject({ status: 'waiting', action: 'wait_webhook', order: { status: 'PAYING' } })
    const notice = w.gateways.mock.settle(attempt.id, 'approved')._unsafeUnwrap()
    expect((await w.payments.webhooks.receive('mock', notice))._unsafeUnwrap().status).toBe('handled')
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
    expect(await w.store.get('attempts', attempt.id)).toMatchObject({
      status: 'APPROVED',
      providerRef: `mock:${attempt.id}`,
    })
    const forged = await w.payments.webhooks.receive('mock', { ...notice, headers: { 'x-mock-signature': 'zz' } })
    expect(forged._unsafeUnwrapErr().code).toBe('signature_invalid')
  })
})

describe('virtual accounts', () => {
  const depositOrder = async (w: World) => {
    const held = await holdSeat(w)
    const { attempt } = (
      await w.payments.orders.startPayment({
        actor: BUYER,
        order: held.id,
        gateway: 'toss',
        method: 'VIRTUAL_ACCOUNT',
        successUrl: 'https://shop.example/success',
        failUrl: 'https://shop.example/fail',
      })
    )._unsafeUnwrap()
    const returned = w.fake.buyer.authorize({
      orderId: attempt.id,
      amount: 100_000,
      method: 'VIRTUAL_ACCOUNT',
      validHours: 24,
    })
    const input = { actor: BUYER, order: held.id, attemptId: attempt.id, returned }
    return { held, attempt, input }
  }

  test('the account is shown, the hold lasts until the deposit is due, and the deposit confirms', async () => {
    const w = world()
    const { held, attempt, input } = await depositOrder(w)
    const waiting = (await w.payments.orders.confirm(input))._unsafeUnwrap()
    expect(waiting).toMatchObject({ status: 'waiting', action: 'wait_webhook', order: { status: 'PAYING' } })
    expect(waiting.deposit?.accountNumber).toMatch(/^X/)
    const row = await w.store.get('attempts', attempt.id)
    expect(row?.callbackSecretHash).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.stringify(row)).not.toContain(waiting.deposit?.accountNumber ?? 'X')
    // Asked again, the account is fetched again; it is stored nowhere.
    expect((await w.payments.orders.confirm(input))._unsafeUnwrap().deposit).toEqual(waiting.deposit)
    await quiet(w, 60)
    expect(await statusOf(w, held.id)).toBe('PAYING')
    expect(w.fake.bank.deposit(attempt.id)).toBe(true)
    expect(await deliver(w)).toContain('handled')
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
  })

  test('a deposit callback with a wrong secret is quarantined (C-34, I-31)', async () => {
    const w = world()
    const { attempt, input } = await depositOrder(w)
    await w.payments.orders.confirm(input)
    const forged = JSON.stringify({
      createdAt: '2026-01-06T08:30:00.000000',
      secret: 'ps_guess',
      status: 'DONE',
      transactionKey: 'T',
      orderId: attempt.id,
    })
    const received = await w.payments.webhooks.receive('toss', { headers: {}, rawBody: forged })
    expect(received._unsafeUnwrap().status).toBe('quarantined')
    expect(JSON.stringify(await w.rows('inbox', 'byStatus', { status: 'QUARANTINED' }))).not.toContain('ps_guess')
  })

  test('no deposit by its time: the order expires, without a webhook', async () => {
    const w = world()
    const { held, input } = await depositOrder(w)
    await w.payments.orders.confirm(input)
    for (let hour = 0; hour < 27; hour += 1) await quiet(w, 60)
    expect(await statusOf(w, held.id)).toBe('EXPIRED')
    expect(w.fake.book()).toEqual([])
  })

  test('a deposit that the bank takes back raises an alert and changes nothing by itself', async () => {
    const w = world()
    const { held, attempt, input } = await depositOrder(w)
    await w.payments.orders.confirm(input)
    w.fake.bank.deposit(attempt.id)
    await deliver(w)
    w.fake.bank.reverseDeposit(attempt.id)
    await deliver(w)
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
    const alerts = (await w.payments.admin.alerts({ actor: ADMIN }))._unsafeUnwrap()
    expect(alerts.map(({ code }) => code)).toContain('provider_contradicts_itself')
  })
})
