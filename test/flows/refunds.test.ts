import { krw } from 'holdfast'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/providers/fake/faults'
import {
  ADMIN,
  authorizeToss,
  BUYER,
  balanceOf,
  buySeat,
  HOUR,
  holdSeat,
  quiet,
  tossNet,
  type World,
  world,
} from './world'

/** A confirmed order through Toss under the digital policy: seven days, not accessed. */
const buyFile = async (w: World) => {
  const held = await holdSeat(w, { refundPolicy: 'digital', lines: [{ title: 'A file', unitPrice: krw(100_000) }] })
  const { input } = await authorizeToss(w, held.id)
  return (await w.payments.orders.confirm(input))._unsafeUnwrap().order
}

describe('refunds', () => {
  test('S2-28: a digital order goes back in one step, without being cancelled first', async () => {
    const w = world()
    const order = await buyFile(w)
    const { order: after, refund } = (
      await w.payments.refunds.refund({ actor: BUYER, order: order.id })
    )._unsafeUnwrap()
    expect(after.status).toBe('REFUNDED')
    expect(refund.providerRef).toMatch(/./)
    expect(tossNet(w)).toBe(0)
  })

  test('seven days and not used: refused at the deadline itself (I-21)', async () => {
    const w = world()
    const order = await buyFile(w)
    w.clock.advance(7 * 24 * HOUR - 1)
    const before = (await w.payments.refunds.quote({ actor: BUYER, order: order.id }))._unsafeUnwrap()
    expect(before.verdict.kind).toBe('auto')
    w.clock.advance(1)
    const at = await w.payments.refunds.refund({ actor: BUYER, order: order.id })
    expect(at._unsafeUnwrapErr()).toMatchObject({ code: 'refund_not_eligible', reason: 'refund_window_closed' })
    expect(tossNet(w)).toBe(100_000)
  })

  test('the policy is frozen: what the host configures later does not reach an older order', async () => {
    const w = world()
    const order = await buyFile(w)
    const stricter = w.start({
      refundPolicies: { digital: { rule: 'never' }, ticket: { rule: 'never' }, none: { rule: 'never' } },
    } as never)
    expect((await stricter.refunds.refund({ actor: BUYER, order: order.id }))._unsafeUnwrap().order.status).toBe(
      'REFUNDED',
    )
  })

  test('C-45 I-21: first use and refund exclude each other, whoever commits first', async () => {
    const w = world()
    const order = await buyFile(w)
    const [used, refunded] = await Promise.all([
      w.payments.access.consume({ actor: BUYER, order: order.id }),
      w.start().refunds.refund({ actor: BUYER, order: order.id }),
    ])
    expect(Number(used.isOk()) + Number(refunded.isOk())).toBe(1)
    const later = await w.payments.refunds.refund({ actor: BUYER, order: order.id })
    const access = await w.payments.access.check({ actor: BUYER, order: order.id })
    expect(later.isErr()).toBe(true)
    expect(access.isOk()).toBe(used.isOk())
  })

  test('after the first use the refund says why not, and use stays open', async () => {
    const w = world()
    const order = await buyFile(w)
    const used = (await w.payments.access.consume({ actor: BUYER, order: order.id }))._unsafeUnwrap()
    expect(used.firstAccessAt).toEqual(w.clock.now())
    w.clock.advance(HOUR)
    const again = (await w.payments.access.consume({ actor: BUYER, order: order.id }))._unsafeUnwrap()
    expect(again.firstAccessAt).toEqual(used.firstAccessAt)
    const refund = await w.payments.refunds.refund({ actor: BUYER, order: order.id })
    expect(refund._unsafeUnwrapErr()).toMatchObject({ code: 'refund_not_eligible', reason: 'already_accessed' })
  })

  test('C-46 I-23: two clicks together: one refund, one provider call', async () => {
    const w = world()
    const order = await buyFile(w)
    const answers = await Promise.all([
      w.payments.refunds.refund({ actor: BUYER, order: order.id }),
      w.start().refunds.refund({ actor: BUYER, order: order.id }),
      w.payments.refunds.refund({ actor: BUYER, order: order.id }),
    ])
    expect(answers.filter((answer) => answer.isOk())).toHaveLength(1)
    for (const answer of answers) {
      if (answer.isErr()) expect(answer.error.code).toMatch(/refund_in_progress|already_refunded/)
    }
    expect(w.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })

  test('C-46 S2-14: with a key, every repeat is the same refund; with other facts it is a conflict', async () => {
    const w = world()
    const order = await buyFile(w)
    const input = { actor: BUYER, order: order.id, amount: krw(30_000), idempotencyKey: 'r-1' }
    const first = (await w.payments.refunds.refund(input))._unsafeUnwrap()
    const second = (await w.payments.refunds.refund(input))._unsafeUnwrap()
    expect(second.refund.id).toBe(first.refund.id)
    expect(tossNet(w)).toBe(70_000)
    const other = await w.payments.refunds.refund({ ...input, amount: krw(40_000) })
    expect(other._unsafeUnwrapErr().code).toBe('idempotency_conflict')
    expect(tossNet(w)).toBe(70_000)
  })

  test('I-01: part by part, to the last won, and not one more', async () => {
    const w = world()
    const order = await buyFile(w)
    const give = (amount: number) => w.payments.refunds.refund({ actor: BUYER, order: order.id, amount: krw(amount) })
    expect((await give(33_333))._unsafeUnwrap().order).toMatchObject({ status: 'CONFIRMED', refundedMinor: 33_333 })
    expect((await give(66_668))._unsafeUnwrapErr()).toMatchObject({
      code: 'refund_exceeds_captured',
      refundableMinor: 66_667,
    })
    expect((await give(66_667))._unsafeUnwrap().order).toMatchObject({ status: 'REFUNDED', refundedMinor: 100_000 })
    expect(tossNet(w)).toBe(0)
    expect((await give(1))._unsafeUnwrapErr().code).toBe('already_refunded')
  })

  const executed: readonly (readonly [string, Fault])[] = [
    ['the answer is lost', { kind: 'lost_answer' }],
    ['the provider answers 500 after refunding', { kind: 'error_after', status: 500 }],
    ['a page comes instead of JSON', { kind: 'html_after' }],
  ]
  test.each(executed)('C-48 I-39: %s: unknown, looked up, never sent twice', async (_name, fault) => {
    const w = world()
    const order = await buyFile(w)
    w.fake.faults.next(fault, { operation: 'cancelPayment' })
    const unclear = await w.payments.refunds.refund({ actor: BUYER, order: order.id })
    expect(unclear._unsafeUnwrapErr()).toMatchObject({ code: 'refund_outcome_unknown', outcome: 'unknown' })
    // Access is suspended while nobody knows.
    expect((await w.payments.access.check({ actor: BUYER, order: order.id }))._unsafeUnwrapErr().code).toBe('refunded')
    await quiet(w, 10)
    expect((await w.store.get('orders', order.id))?.status).toBe('REFUNDED')
    expect(w.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })

  test('C-48: the request was lost: the job sends it again, and it goes back once', async () => {
    const w = world()
    const order = await buyFile(w)
    w.fake.faults.next({ kind: 'lost_request' }, { operation: 'cancelPayment' })
    await w.payments.refunds.refund({ actor: BUYER, order: order.id })
    await quiet(w, 30)
    expect((await w.store.get('orders', order.id))?.status).toBe('REFUNDED')
    expect(w.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })

  test('C-47 I-22: the money is out and our write fails: it says so, completes itself, and is never sent again', async () => {
    let failing = false
    const w = world({
      wrapStore: (store) => ({
        ...store,
        get: store.get,
        find: store.find,
        commit: async (ops, within) => {
          if (failing && ops.some((op) => op.kind === 'refunds' && op.op === 'update')) throw new Error('disk full')
          return store.commit(ops, within)
        },
      }),
    })
    const order = await buyFile(w)
    failing = true
    const failed = await w.payments.refunds.refund({ actor: BUYER, order: order.id })
    expect(failed._unsafeUnwrapErr()).toMatchObject({ code: 'refund_state_sync_failed', outcome: 'unknown' })
    expect(tossNet(w)).toBe(0)
    failing = false
    await quiet(w, 10)
    expect((await w.store.get('orders', order.id))?.status).toBe('REFUNDED')
    expect(w.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })

  test('C-49 C-59: refunded in the provider’s dashboard: we learn of it and agree', async () => {
    const w = world()
    const order = await buyFile(w)
    const attempt = await w.store.get('attempts', 'paidAttemptId' in order ? (order.paidAttemptId ?? '') : '')
    expect(w.fake.dashboard.cancel(attempt?.providerRef ?? '')).toBeUndefined()
    const refused = await w.payments.refunds.refund({ actor: BUYER, order: order.id })
    expect(refused.isErr()).toBe(true)
    await quiet(w, 10)
    await w.fake.webhooks.deliverDue(async ({ headers, rawBody }) => {
      const received = await w.payments.webhooks.receive('toss', { headers, rawBody })
      return received.isOk() ? 200 : 503
    })
    expect((await w.store.get('orders', order.id))?.status).toBe('REFUNDED')
    const refunds = await w.rows('refunds', 'byOrder', { orderId: order.id })
    expect(refunds.filter(({ status }) => status === 'COMPLETED')).toMatchObject([{ purpose: 'provider' }])
    expect(w.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })

  test('S0-18: the provider refuses: nothing moved, the order is as it was, and a retry is possible', async () => {
    const w = world()
    w.gateways.mock.script({ step: 'refund_decline', code: 'CLOSED_ACCOUNT' })
    const held = await holdSeat(w, { refundPolicy: 'digital' })
    const { attempt } = (
      await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'mock' })
    )._unsafeUnwrap()
    await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
    const refused = await w.payments.refunds.refund({ actor: BUYER, order: held.id })
    expect(refused._unsafeUnwrapErr()).toMatchObject({
      code: 'provider_refund_failed',
      outcome: 'not_executed',
      providerCode: 'CLOSED_ACCOUNT',
    })
    expect((await w.payments.access.check({ actor: BUYER, order: held.id })).isOk()).toBe(true)
    const retry = await w.payments.refunds.refund({ actor: BUYER, order: held.id })
    expect(retry._unsafeUnwrap().order.status).toBe('REFUNDED')
  })

  test('a virtual account needs the buyer’s account; it is passed on and stored nowhere', async () => {
    const w = world()
    const held = await holdSeat(w, { refundPolicy: 'digital' })
    const { attempt } = (
      await w.payments.orders.startPayment({
        actor: BUYER,
        order: held.id,
        gateway: 'toss',
        method: 'VIRTUAL_ACCOUNT',
        successUrl: 'https://shop.example/s',
        failUrl: 'https://shop.example/f',
      })
    )._unsafeUnwrap()
    const returned = w.fake.buyer.authorize({ orderId: attempt.id, amount: 100_000, method: 'VIRTUAL_ACCOUNT' })
    const input = { actor: BUYER, order: held.id, attemptId: attempt.id, returned }
    await w.payments.orders.confirm(input)
    w.fake.bank.deposit(attempt.id)
    await w.payments.orders.confirm(input)
    const without = await w.payments.refunds.refund({ actor: BUYER, order: held.id })
    expect(without._unsafeUnwrapErr()).toMatchObject({ code: 'provider_refund_failed', outcome: 'not_executed' })
    const account = { bankCode: '88', accountNumber: '11122233344', holderName: '홍길동' }
    const done = await w.payments.refunds.refund({ actor: BUYER, order: held.id, refundAccount: account })
    expect(done._unsafeUnwrap().order.status).toBe('REFUNDED')
    for (const kind of ['refunds', 'events'] as const) {
      expect(JSON.stringify(await w.rows(kind, 'byOrder', { orderId: held.id }))).not.toContain('11122233344')
    }
  })

  test('C-51: a second refund beside the first one cannot start, whoever asks', async () => {
    const w = world()
    const { order } = await buySeat(w, { refundPolicy: 'digital' })
    const both = await Promise.all([
      w.payments.refunds.refund({ actor: BUYER, order: order.id }),
      w.start().refunds.refund({ actor: ADMIN, order: order.id }),
    ])
    expect(both.filter((answer) => answer.isOk())).toHaveLength(1)
    expect(await balanceOf(w)).toBe(200_000)
  })

  test('a refund to an account whose first send was lost ends, and the buyer brings the account again', async () => {
    const w = world()
    const held = await holdSeat(w, { refundPolicy: 'digital' })
    const { attempt } = (
      await w.payments.orders.startPayment({
        actor: BUYER,
        order: held.id,
        gateway: 'toss',
        method: 'VIRTUAL_ACCOUNT',
        successUrl: 'https://shop.example/s',
        failUrl: 'https://shop.example/f',
      })
    )._unsafeUnwrap()
    const returned = w.fake.buyer.authorize({ orderId: attempt.id, amount: 100_000, method: 'VIRTUAL_ACCOUNT' })
    const input = { actor: BUYER, order: held.id, attemptId: attempt.id, returned }
    await w.payments.orders.confirm(input)
    w.fake.bank.deposit(attempt.id)
    await w.payments.orders.confirm(input)
    const account = { bankCode: '88', accountNumber: '11122233344', holderName: '홍길동' }
    w.fake.faults.next({ kind: 'lost_request' }, { operation: 'cancelPayment' })
    const lost = await w.payments.refunds.refund({ actor: BUYER, order: held.id, refundAccount: account })
    expect(lost._unsafeUnwrapErr().code).toBe('refund_outcome_unknown')
    const early = await w.payments.refunds.refund({ actor: BUYER, order: held.id, refundAccount: account })
    expect(early._unsafeUnwrapErr().code).toBe('refund_outcome_unknown')
    // A job has no account to send it to. Behind the window that refusal is the last word.
    await quiet(w, 60)
    const ended = await w.rows('refunds', 'byOrder', { orderId: held.id })
    expect(ended.map(({ status }) => status)).toEqual(['FAILED'])
    const done = await w.payments.refunds.refund({ actor: BUYER, order: held.id, refundAccount: account })
    expect(done._unsafeUnwrap()).toMatchObject({ order: { status: 'REFUNDED' }, refund: { status: 'COMPLETED' } })
    expect(w.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })

  test('owed money waits for a provider that is busy for a moment', async () => {
    const w = world({}, { chargeWindowMs: 30_000 })
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    // The agreed amount differs from what was taken: the money is owed back, and Toss is busy just then.
    const row = (await w.store.get('attempts', input.attemptId))!
    await w.store.commit([
      { op: 'update', kind: 'attempts', id: row.id, expectedVersion: row.version, set: { amountMinor: 100_001 } },
    ])
    w.fake.faults.next({ kind: 'rate_limited' }, { operation: 'cancelPayment' })
    w.clock.advance(50_000)
    await w.payments.jobs.run('reconcile')
    const statuses = async () => (await w.rows('refunds', 'byOrder', { orderId: held.id })).map(({ status }) => status)
    expect(await statuses()).toEqual(['PROCESSING'])
    await quiet(w, 30)
    expect(await statuses()).toEqual(['COMPLETED'])
    expect(tossNet(w)).toBe(0)
  })
})
