import { krw } from 'holdfast'
import { expect, test } from 'vitest'
import { authorizeToss, BUYER, HOUR, holdSeat, tossNet, world } from './world'

test('I-23: a refund whose request was lost goes out with the balance that the dashboard has left', async () => {
  const w = world()
  const { id: order } = await holdSeat(w, { refundPolicy: 'digital' })
  const { input, attempt } = await authorizeToss(w, order)
  ;(await w.payments.orders.confirm(input))._unsafeUnwrap()
  w.fake.faults.next({ kind: 'lost_request' }, { operation: 'cancelPayment' })
  const asked = { actor: BUYER, order, amount: krw(30_000), idempotencyKey: 'back' }
  expect((await w.payments.refunds.refund(asked))._unsafeUnwrapErr().code).toBe('refund_outcome_unknown')
  const { providerRef } = (await w.store.get('attempts', attempt.id)) ?? {}
  expect(w.fake.dashboard.cancel(providerRef ?? '', 20_000)).toBeUndefined()
  // Nobody tells us of it: the webhook is never delivered.
  for (let hour = 0; hour < 3; hour += 1) {
    w.clock.advance(HOUR)
    await w.payments.jobs.run()
  }
  const refunds = await w.rows('refunds', 'byOrder', { orderId: order })
  expect(refunds.map(({ purpose, status, amountMinor }) => [purpose, status, amountMinor])).toEqual([
    ['requested', 'COMPLETED', 30_000],
    ['provider', 'COMPLETED', 20_000],
  ])
  expect(tossNet(w)).toBe(50_000)
  expect(await w.store.get('orders', order)).toMatchObject({ refundedMinor: 50_000, activeRefundId: null })
})
