import { describe, expect, test } from 'vitest'
import { ADMIN, BUYER, balanceOf, buySeat, GROUP, HOUR, holdSeat, MINUTE, OTHER, seat, world } from './world'

describe('an order from hold to refund, through the wallet', () => {
  test('E-01 E-08 E-31 E-36: hold, pay and confirm; the seat is held, then reserved; the money moves once', async () => {
    const w = world()
    const held = await holdSeat(w)
    expect(held).toMatchObject({ status: 'HOLD', holdExpiresAt: new Date(w.clock.now().getTime() + 5 * MINUTE) })
    const claimed = async () => (await w.payments.resources.listClaimed(GROUP))._unsafeUnwrap()
    expect(await claimed()).toMatchObject([{ id: 'A-1', status: 'TEMP_RESERVED', buyerId: 'buyer-1' }])

    w.clock.advance(10_000)
    const started = await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'wallet' })
    const { attempt, checkout, order: paying } = started._unsafeUnwrap()
    expect(paying.status).toBe('PAYING')
    expect(checkout).toEqual({ action: 'none' })

    w.clock.advance(10_000)
    const result = await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
    const { order, status, action } = result._unsafeUnwrap()
    expect({ status, action, order: order.status }).toEqual({
      status: 'confirmed',
      action: 'none',
      order: 'CONFIRMED',
    })
    expect(order).toMatchObject({ confirmedAt: w.clock.now() })
    expect('holdExpiresAt' in order).toBe(false)
    expect(await claimed()).toMatchObject([{ id: 'A-1', status: 'RESERVED', heldUntil: null }])
    expect(await balanceOf(w)).toBe(100_000)

    await w.payments.jobs.run('outbox')
    expect(w.delivered.map(({ type }) => type)).toEqual([
      'order.held',
      'resource.held',
      'order.paying_started',
      'attempt.approved',
      'order.confirmed',
      'resource.reserved',
    ])
    expect(w.delivered[1]).toMatchObject({
      buyerId: 'buyer-1',
      holdExpiresAt: new Date(held.heldAt.getTime() + 300_000),
    })
    expect(w.delivered[5]).toMatchObject({ buyerId: 'buyer-1', holdExpiresAt: null })
  })

  test('E-02 S3-10: an order that has not started paying cannot be confirmed', async () => {
    const w = world()
    const held = await holdSeat(w)
    const result = await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: 'att_none' })
    expect(result._unsafeUnwrapErr()).toMatchObject({ code: 'not_found', what: 'attempt' })
    expect((await w.payments.orders.get({ actor: BUYER, order: held.id }))._unsafeUnwrap().status).toBe('HOLD')
  })

  test('E-03 C-24 S3-26: a payment that starts at the deadline is refused, and the order is expired for good', async () => {
    const w = world()
    const held = await holdSeat(w, { holdMs: 1_000 })
    w.clock.advance(1_000)
    const late = await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'wallet' })
    expect(late._unsafeUnwrapErr()).toMatchObject({ code: 'hold_expired', outcome: 'not_executed' })
    expect((await w.store.get('orders', held.id))?.status).toBe('EXPIRED')
    expect((await w.payments.resources.listClaimed(GROUP))._unsafeUnwrap()).toEqual([])
  })

  test('E-04 E-09 S3-25: the expiry job ends what is due, once, and says so', async () => {
    const w = world()
    const held = await holdSeat(w)
    w.clock.advance(5 * MINUTE - 1)
    expect((await w.payments.jobs.run('expire'))._unsafeUnwrap()).toMatchObject([{ handled: 0 }])
    w.clock.advance(1)
    expect((await w.payments.jobs.run('expire'))._unsafeUnwrap()).toMatchObject([{ handled: 1 }])
    expect((await w.payments.jobs.run('expire'))._unsafeUnwrap()).toMatchObject([{ handled: 0 }])
    const row = await w.store.get('orders', held.id)
    expect(row).toMatchObject({ status: 'EXPIRED', expiredAt: w.clock.now(), holdExpiresAt: null, dueAt: null })
    await w.payments.jobs.run('outbox')
    expect(w.delivered.map(({ type }) => type)).toEqual([
      'order.held',
      'resource.held',
      'order.expired',
      'resource.released',
    ])
    expect(w.delivered[2]).toMatchObject({ buyerId: 'buyer-1', toStatus: 'EXPIRED' })
  })

  test('E-05 E-13 S3-36: confirmed, cancelled, refunded; all of it goes back the way it came', async () => {
    const w = world()
    const { order } = await buySeat(w)
    const cancelled = (await w.payments.orders.cancel({ actor: BUYER, order: order.id }))._unsafeUnwrap()
    expect(cancelled.order).toMatchObject({ status: 'CANCELLED', cancelledAt: w.clock.now() })
    expect(cancelled.quote).toMatchObject({ verdict: { kind: 'auto' }, refundable: { amountMinor: 100_000 } })
    const refunded = (await w.payments.refunds.refund({ actor: BUYER, order: order.id }))._unsafeUnwrap()
    expect(refunded.refund).toMatchObject({ status: 'COMPLETED', amount: { amountMinor: 100_000 } })
    expect(refunded.order).toMatchObject({ status: 'REFUNDED', refundedAt: w.clock.now(), refundedMinor: 100_000 })
    expect(await balanceOf(w)).toBe(200_000)
    const again = await w.payments.refunds.refund({ actor: BUYER, order: order.id })
    expect(again._unsafeUnwrapErr().code).toBe('already_refunded')
    expect(await balanceOf(w)).toBe(200_000)
  })

  test('E-06 E-11 S3-29 S3-32: a cancelled hold frees its seat, and one waiting buyer can be told', async () => {
    const w = world()
    const waiting = ['buyer-999', 'buyer-1000']
    const activated: string[] = []
    const payments = w.start({
      on: { 'resource.released': () => void activated.push(...waiting.splice(0, 1)) },
    })
    const held = await holdSeat(w)
    const { order, quote } = (await payments.orders.cancel({ actor: BUYER, order: held.id }))._unsafeUnwrap()
    expect(order).toMatchObject({ status: 'CANCELLED', confirmedAt: null })
    expect('holdExpiresAt' in order).toBe(false)
    expect(quote).toBeNull()
    expect((await payments.resources.listClaimed(GROUP))._unsafeUnwrap()).toEqual([])
    await payments.jobs.run('outbox')
    await payments.jobs.run('outbox')
    expect(activated).toEqual(['buyer-999'])
  })

  test('E-07 S3-30: cancelling while paying is refused where the host says so, and voids the attempt elsewhere', async () => {
    const strict = world({ payment: { cancelWhilePaying: 'refuse' } })
    const first = await holdSeat(strict)
    await strict.payments.orders.startPayment({ actor: BUYER, order: first.id, gateway: 'wallet' })
    const refused = await strict.payments.orders.cancel({ actor: BUYER, order: first.id })
    expect(refused._unsafeUnwrapErr().code).toBe('cancel_not_allowed')

    const w = world()
    const held = await holdSeat(w)
    const { attempt } = (
      await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'wallet' })
    )._unsafeUnwrap()
    const { order } = (await w.payments.orders.cancel({ actor: BUYER, order: held.id }))._unsafeUnwrap()
    expect(order.status).toBe('CANCELLED')
    expect((await w.store.get('attempts', attempt.id))?.status).toBe('VOIDED')
    const late = await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
    expect(late.isErr()).toBe(true)
    expect(await balanceOf(w)).toBe(200_000)
  })

  test('E-12 S3-31: several orders are cancelled together, or none', async () => {
    const w = world()
    const first = await holdSeat(w)
    const second = await holdSeat(w, { lines: [seat('A-2')] })
    const third = await holdSeat(w, { lines: [seat('A-3')] }, OTHER as never)
    const foreign = await w.payments.orders.cancelMany({ actor: BUYER, orders: [first.id, third.id] })
    expect(foreign._unsafeUnwrapErr().code).toBe('not_found')
    expect((await w.store.get('orders', first.id))?.status).toBe('HOLD')
    const both = await w.payments.orders.cancelMany({ actor: BUYER, orders: [first.id, second.id, first.id] })
    expect(both._unsafeUnwrap().map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED'])
    expect((await w.payments.resources.listClaimed(GROUP))._unsafeUnwrap()).toMatchObject([{ id: 'A-3' }])
    const none = await w.payments.orders.cancelMany({ actor: BUYER, orders: [] })
    expect(none._unsafeUnwrapErr()).toMatchObject({ code: 'validation', field: 'orders' })
  })

  test('E-14 S3-35: what was cancelled before payment has nothing to refund', async () => {
    const w = world()
    const held = await holdSeat(w)
    await w.payments.orders.cancel({ actor: BUYER, order: held.id })
    const refund = await w.payments.refunds.refund({ actor: BUYER, order: held.id })
    expect(refund._unsafeUnwrapErr().code).toBe('nothing_to_refund')
  })

  test('E-15 S3-33 S3-34: after the cut-off nothing goes back, and the buyer hears it before giving the seat up', async () => {
    const w = world()
    const { order } = await buySeat(w, { eventStartsAt: new Date(w.clock.now().getTime() + 2 * HOUR) })
    const quote = (await w.payments.refunds.quote({ actor: BUYER, order: order.id }))._unsafeUnwrap()
    expect(quote.verdict).toMatchObject({ kind: 'none', reason: 'refund_cutoff_passed' })
    expect(quote.explanation.ko.length).toBeGreaterThan(5)
    const unasked = await w.payments.orders.cancel({ actor: BUYER, order: order.id })
    expect(unasked._unsafeUnwrapErr()).toMatchObject({ code: 'refund_forfeited', reason: 'refund_cutoff_passed' })
    expect((await w.store.get('orders', order.id))?.status).toBe('CONFIRMED')
    const asked = await w.payments.orders.cancel({ actor: BUYER, order: order.id, acknowledgeNoRefund: true })
    expect(asked._unsafeUnwrap().order.status).toBe('CANCELLED')
    const refund = await w.payments.refunds.refund({ actor: BUYER, order: order.id })
    expect(refund._unsafeUnwrapErr()).toMatchObject({ code: 'refund_not_eligible', reason: 'refund_cutoff_passed' })
    expect(await balanceOf(w)).toBe(100_000)
  })

  test('S3-34: a ticket is refunded only after it was given back', async () => {
    const w = world()
    const { order } = await buySeat(w)
    const refund = await w.payments.refunds.refund({ actor: BUYER, order: order.id })
    expect(refund._unsafeUnwrapErr()).toMatchObject({ code: 'refund_not_eligible', reason: 'requires_cancellation' })
    expect(await balanceOf(w)).toBe(100_000)
  })

  test('E-18 C-90 S3-12: an empty wallet declines; the order keeps paying, its seat and its deadline', async () => {
    const w = world()
    const held = await holdSeat(w)
    const drained = await w.payments.wallet.debit({
      actor: ADMIN,
      ownerId: BUYER.id,
      amount: { amountMinor: 200_000, currency: 'KRW' },
      idempotencyKey: 'drain',
    })
    expect(drained._unsafeUnwrap().balanceAfter.amountMinor).toBe(0)
    const { attempt } = (
      await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'wallet' })
    )._unsafeUnwrap()
    const refused = await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'insufficient_funds', outcome: 'not_executed' })
    const order = (await w.payments.orders.get({ actor: BUYER, order: held.id }))._unsafeUnwrap()
    expect(order).toMatchObject({ status: 'PAYING', openAttemptId: null })
    expect(order.status === 'PAYING' && order.holdExpiresAt).toEqual(held.status === 'HOLD' && held.holdExpiresAt)
    expect((await w.payments.resources.listClaimed(GROUP))._unsafeUnwrap()).toMatchObject([{ status: 'TEMP_RESERVED' }])
    expect(await balanceOf(w)).toBe(0)

    // C-17, S3-13: topped up, the next try is a new attempt with a new key.
    await w.payments.wallet.credit({
      actor: ADMIN,
      ownerId: BUYER.id,
      amount: { amountMinor: 100_000, currency: 'KRW' },
      idempotencyKey: 'top-up',
    })
    const retry = (
      await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'wallet' })
    )._unsafeUnwrap()
    expect(retry.attempt).toMatchObject({ number: 2 })
    expect(retry.attempt.id).not.toBe(attempt.id)
    const paid = await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: retry.attempt.id })
    expect(paid._unsafeUnwrap().order.status).toBe('CONFIRMED')
    const { attempts } = (await w.payments.orders.details({ actor: BUYER, order: held.id }))._unsafeUnwrap()
    expect(attempts.map(({ status }) => status)).toEqual(['FAILED', 'APPROVED'])
  })

  test('C-26 S3-19 I-24: what costs nothing is confirmed at once, without attempt, refund or first use', async () => {
    const w = world()
    const free = await holdSeat(w, { lines: [{ ...seat(), unitPrice: { amountMinor: 0, currency: 'KRW' } }] })
    expect(free).toMatchObject({ status: 'CONFIRMED', paidAttemptId: null })
    expect((await w.payments.resources.listClaimed(GROUP))._unsafeUnwrap()).toMatchObject([{ status: 'RESERVED' }])
    const pay = await w.payments.orders.startPayment({ actor: BUYER, order: free.id, gateway: 'wallet' })
    expect(pay._unsafeUnwrapErr().code).toBe('state_conflict')
    const refund = await w.payments.refunds.refund({ actor: BUYER, order: free.id })
    expect(refund._unsafeUnwrapErr().code).toBe('nothing_to_refund')
    const access = (await w.payments.access.consume({ actor: BUYER, order: free.id }))._unsafeUnwrap()
    expect(access.firstAccessAt).toBeNull()
  })

  test('S3-18 C-27: the price is frozen with the hold; nothing later changes what is charged', async () => {
    const w = world()
    const held = await holdSeat(w, { lines: [{ ...seat(), unitPrice: { amountMinor: 70_000, currency: 'KRW' } }] })
    const { attempt } = (
      await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'wallet' })
    )._unsafeUnwrap()
    expect(attempt.amount).toEqual({ amountMinor: 70_000, currency: 'KRW' })
    await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id })
    expect(await balanceOf(w)).toBe(130_000)
  })
})
