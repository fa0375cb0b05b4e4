import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/providers/fake/faults'
import { ADMIN, authorizeToss, BUYER, holdSeat, MINUTE, OTHER, quiet, seat, tossNet, type World, world } from './world'

const LOST: Fault = { kind: 'lost_answer' }
const alertCodes = async (w: World) =>
  (await w.payments.admin.alerts({ actor: ADMIN }))._unsafeUnwrap().map(({ code }) => code)

/** An order through the mock whose charge is accepted and left waiting, so that a test can say when money comes. */
const waitingOrder = async (w: World) => {
  w.gateways.mock.script({ step: 'wait' })
  const held = await holdSeat(w)
  const { attempt } = (
    await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'mock' })
  )._unsafeUnwrap()
  await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
  return { held, attempt }
}

/** A provider that says its window is short, and approves after it all the same. */
const lateWorld = (overrides: Parameters<typeof world>[0] = {}) => world(overrides, { chargeWindowMs: 30_000 })

/** Past the mock's own window and the deadline: the attempt has failed, the order has expired. */
const expireWaiting = async (w: World) => {
  const { held, attempt } = await waitingOrder(w)
  await quiet(w, 60)
  return { held, attempt }
}

const approveLate = async (w: World, attemptId: string) => {
  const notice = w.gateways.mock.settle(attemptId, 'approved')._unsafeUnwrap()
  return (await w.payments.webhooks.receive('mock', notice))._unsafeUnwrap().status
}

const net = (w: World) =>
  w.gateways.mock.book().reduce((sum, line) => sum + (line.kind === 'PAYMENT' ? 1 : -1) * line.amount.amountMinor, 0)

describe('money that comes when its order is over', () => {
  test('C-01 C-04 S3-28 I-02: the seat is sold to another; the late payer gets the money back, with an alert', async () => {
    const w = lateWorld()
    const { held, attempt } = await expireWaiting(w)
    expect((await w.store.get('orders', held.id))?.status).toBe('EXPIRED')
    const rival = await w.payments.orders.hold({ actor: OTHER, lines: [seat()], refundPolicy: 'ticket' })
    expect(rival._unsafeUnwrap().status).toBe('HOLD')

    expect(await approveLate(w, attempt.id)).toBe('handled')
    expect((await w.store.get('orders', held.id))?.status).toBe('EXPIRED')
    expect(net(w)).toBe(0)
    const refunds = await w.rows('refunds', 'byOrder', { orderId: held.id })
    expect(refunds).toMatchObject([{ purpose: 'late_payment', status: 'COMPLETED', amountMinor: 100_000 }])
    expect(await alertCodes(w)).toContain('surplus_payment')
    // Told again, nothing more goes back.
    await w.payments.webhooks.receive('mock', w.gateways.mock.notice('APPROVED', attempt.id))
    expect(net(w)).toBe(0)
  })

  test('C-01: `reclaim` takes the order up again while its seat is free, and refunds when it is not', async () => {
    const free = lateWorld({ payment: { latePayment: 'reclaim' } })
    const one = await expireWaiting(free)
    await approveLate(free, one.attempt.id)
    expect((await free.store.get('orders', one.held.id))?.status).toBe('CONFIRMED')
    expect((await free.payments.resources.listClaimed('concert-42'))._unsafeUnwrap()).toMatchObject([
      { orderId: one.held.id, status: 'RESERVED' },
    ])
    expect(net(free)).toBe(100_000)

    const taken = lateWorld({ payment: { latePayment: 'reclaim' } })
    const two = await expireWaiting(taken)
    await taken.payments.orders.hold({ actor: OTHER, lines: [seat()], refundPolicy: 'ticket' })
    await approveLate(taken, two.attempt.id)
    expect((await taken.store.get('orders', two.held.id))?.status).toBe('EXPIRED')
    expect(net(taken)).toBe(0)
  })

  test('a late refund that the provider refuses is left to a person and closed by hand, once', async () => {
    const w = lateWorld()
    const { held, attempt } = await expireWaiting(w)
    w.gateways.mock.script({ step: 'refund_decline', code: 'ACCOUNT_CLOSED' })
    await approveLate(w, attempt.id)
    const [refund] = await w.rows('refunds', 'byOrder', { orderId: held.id })
    expect(refund).toMatchObject({ status: 'MANUAL', failureCode: 'ACCOUNT_CLOSED' })
    expect(await alertCodes(w)).toContain('refund_by_hand_needed')
    const byBuyer = await w.payments.refunds.completeManually({ actor: BUYER, refundId: refund!.id, reference: 'x' })
    expect(byBuyer._unsafeUnwrapErr().code).toBe('forbidden')
    const input = { actor: ADMIN, refundId: refund!.id, reference: 'bank transfer 42' }
    expect((await w.payments.refunds.completeManually(input))._unsafeUnwrap().refund.status).toBe('COMPLETED')
    expect((await w.payments.refunds.completeManually(input))._unsafeUnwrap().refund.providerRef).toBe(
      'bank transfer 42',
    )
  })

  test('C-05: failed first, approved later: verified, it confirms an order that can still use it', async () => {
    const w = world()
    const { held, attempt } = await waitingOrder(w)
    const failed = w.gateways.mock.notice('FAILED', attempt.id)
    expect((await w.payments.webhooks.receive('mock', failed))._unsafeUnwrap().status).toBe('handled')
    expect((await w.store.get('orders', held.id))?.status).toBe('PAYING')
    await approveLate(w, attempt.id)
    expect((await w.store.get('orders', held.id))?.status).toBe('CONFIRMED')
  })

  test('C-06 S3-51: approved first; a later contradiction changes nothing and raises an alert', async () => {
    const w = world()
    w.gateways.mock.script({ step: 'contradict' })
    const held = await holdSeat(w)
    const { attempt } = (
      await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'mock' })
    )._unsafeUnwrap()
    await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
    await w.payments.webhooks.receive('mock', w.gateways.mock.notice('FAILED', attempt.id))
    expect((await w.store.get('orders', held.id))?.status).toBe('CONFIRMED')
    expect(await alertCodes(w)).toContain('provider_contradicts_itself')
  })

  test('C-16: both attempts of one order are captured after all: the second goes back', async () => {
    const w = lateWorld()
    w.gateways.mock.script({ step: 'answer_late', executeAfterMs: 20 * MINUTE })
    const held = await holdSeat(w, { holdMs: 60 * MINUTE })
    const { attempt } = (
      await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'mock' })
    )._unsafeUnwrap()
    await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
    await quiet(w, 5)
    expect((await w.store.get('attempts', attempt.id))?.status).toBe('FAILED')
    const { input } = await authorizeToss(w, held.id)
    expect((await w.payments.orders.confirm(input))._unsafeUnwrap().order.status).toBe('CONFIRMED')
    w.clock.advance(30 * MINUTE)
    await w.payments.webhooks.receive('mock', w.gateways.mock.notice('APPROVED', attempt.id))
    expect(net(w)).toBe(0)
    expect(tossNet(w)).toBe(100_000)
    expect((await w.store.get('orders', held.id))?.status).toBe('CONFIRMED')
  })

  test('C-22: cancel while the charge is in flight: never cancelled and captured without a refund', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { input } = await authorizeToss(w, held.id)
    w.fake.faults.next({ kind: 'late_execution', afterMs: MINUTE }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    const cancel = await w.payments.orders.cancel({ actor: BUYER, order: held.id })
    expect(cancel._unsafeUnwrapErr().code).toBe('attempt_in_progress')
    await quiet(w, 30)
    expect((await w.store.get('orders', held.id))?.status).toBe('CONFIRMED')
    expect(tossNet(w)).toBe(100_000)
  })

  test('C-33 I-04: the provider took another amount: not confirmed, given back, alerted', async () => {
    const w = world()
    const held = await holdSeat(w)
    const { attempt, input } = await authorizeToss(w, held.id)
    w.fake.faults.next(LOST, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    // What we agreed on differs from what was captured, as after a tampered window.
    const row = (await w.store.get('attempts', attempt.id))!
    await w.store.commit([
      { op: 'update', kind: 'attempts', id: row.id, expectedVersion: row.version, set: { amountMinor: 100_001 } },
    ])
    const refused = await w.payments.orders.confirm(input)
    expect(refused.isErr()).toBe(true)
    await quiet(w, 5)
    expect((await w.store.get('orders', held.id))?.status).not.toBe('CONFIRMED')
    expect(tossNet(w)).toBe(0)
    expect(await alertCodes(w)).toContain('captured_amount_mismatch')
  })
})
