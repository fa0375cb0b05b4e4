import { createPayments, krw } from 'holdfast'
import { type MockOptions, mock } from 'holdfast/mock'
import { withinDays } from 'holdfast/policies'
import { memoryStore } from 'holdfast/storage/memory'
import { testClock, testIds } from 'holdfast/testing'
import { describe, expect, test } from 'vitest'
import { ADMIN, BUYER, HOUR, MINUTE } from './world'

// A provider like Payple: it guards no repeat of a refund, and no look-up shows one.

const PRICE = 10_000

const shop = (options: MockOptions = {}) => {
  const clock = testClock()
  const store = memoryStore()
  const provider = mock({ listsRefunds: false, idempotentRefunds: false, ...options })
  const common = { store, clock, gateways: { mock: provider }, refundPolicies: { any: withinDays(30) } }
  const payments = createPayments({ ...common, ids: testIds() })
  const buy = async () => {
    const line = { title: 'seat', unitPrice: krw(PRICE), quantity: 1 }
    const order = (await payments.orders.hold({ actor: BUYER, lines: [line], refundPolicy: 'any' }))._unsafeUnwrap()
    const started = await payments.orders.startPayment({ actor: BUYER, order: order.id, gateway: 'mock' })
    const attemptId = started._unsafeUnwrap().attempt.id
    await payments.orders.confirm({ actor: BUYER, order: order.id, attemptId })
    return order.id
  }
  const refund = (order: string, amountMinor: number) =>
    payments.refunds.refund({ actor: BUYER, order, amount: krw(amountMinor), idempotencyKey: 'back' })
  const refundOf = async (orderId: string) => {
    const [row] = await store.find('refunds', { index: 'byOrder', where: { orderId }, limit: 9 })
    if (row === undefined) throw new Error('no refund is stored')
    return row
  }
  const hours = async (count: number) => {
    for (let hour = 0; hour < count; hour += 1) {
      clock.advance(HOUR)
      await payments.jobs.run()
    }
  }
  const refunds = () => provider.book().filter(({ kind }) => kind === 'REFUND').length
  return { clock, store, provider, payments, buy, refund, refundOf, hours, refunds }
}

describe('a provider that lists no refunds', () => {
  test.each([true, false])(
    'C-48 I-23: a part whose answer was lost (made: %s) never goes out again',
    async (executed) => {
      const s = shop()
      const order = await s.buy()
      s.provider.script({ step: 'refund_time_out', executed })
      expect((await s.refund(order, 3_000))._unsafeUnwrapErr().code).toBe('refund_outcome_unknown')
      await s.hours(30)
      expect(s.refunds()).toBe(executed ? 1 : 0)
      expect(await s.refundOf(order)).toMatchObject({ status: 'UNKNOWN' })
      const alerts = (await s.payments.admin.alerts({ actor: ADMIN }))._unsafeUnwrap()
      expect(alerts.map(({ code }) => code)).toContain('refund_outcome_unknown')
    },
  )

  test('C-48: a whole refund that was never made goes out again, because it could not be paid twice', async () => {
    const s = shop()
    const order = await s.buy()
    s.provider.script({ step: 'refund_time_out', executed: false })
    await s.refund(order, PRICE)
    await s.hours(3)
    expect(s.refunds()).toBe(1)
    expect(await s.refundOf(order)).toMatchObject({ status: 'COMPLETED' })
    expect((await s.store.get('orders', order))?.status).toBe('REFUNDED')
  })

  test('C-48 I-23: the refusal of a whole refund’s repeat may be because of the first, and fails nothing', async () => {
    const s = shop()
    const order = await s.buy()
    s.provider.script({ step: 'refund_time_out', executed: true })
    await s.refund(order, PRICE)
    await s.hours(3)
    expect(s.refunds()).toBe(1)
    expect(await s.refundOf(order)).toMatchObject({ status: 'UNKNOWN', failureCode: 'conflict' })
  })

  test('a refusal of the first request is a refusal', async () => {
    const s = shop()
    const order = await s.buy()
    s.provider.script({ step: 'refund_decline', code: 'no_settlement' })
    expect((await s.refund(order, 3_000))._unsafeUnwrapErr().code).toBe('provider_refund_failed')
    expect(await s.refundOf(order)).toMatchObject({ status: 'FAILED', failureCode: 'no_settlement' })
  })
})

describe('refunds.resolve', () => {
  const lost = async (executed: boolean) => {
    const s = shop()
    const order = await s.buy()
    s.provider.script({ step: 'refund_time_out', executed })
    await s.refund(order, 3_000)
    const { id: refundId } = await s.refundOf(order)
    return { ...s, order, refundId }
  }

  test('a person who saw the refund completes it, once', async () => {
    const { payments, order, refundId, store } = await lost(true)
    const input = { actor: ADMIN, refundId, outcome: 'completed', reference: 'admin page, 2 March' } as const
    for (const _ of [1, 2]) {
      const resolved = (await payments.refunds.resolve(input))._unsafeUnwrap()
      expect(resolved.refund).toMatchObject({ status: 'COMPLETED', providerRef: 'admin page, 2 March' })
    }
    expect(await store.get('orders', order)).toMatchObject({ refundedMinor: 3_000, activeRefundId: null })
  })

  test('a person who saw none frees the order, but not while the request may still be carried out', async () => {
    const { payments, clock, refund, order, refundId, refundOf, store } = await lost(false)
    const input = { actor: ADMIN, refundId, outcome: 'not_executed', reference: 'nothing there' } as const
    clock.advance(10 * MINUTE - 1)
    expect((await payments.refunds.resolve(input))._unsafeUnwrapErr().code).toBe('refund_in_progress')
    clock.advance(1)
    const resolved = (await payments.refunds.resolve(input))._unsafeUnwrap()
    expect(resolved.refund).toMatchObject({ status: 'FAILED', failureCode: 'seen_not_executed' })
    expect(await refundOf(order)).toMatchObject({ nextCheckAt: null })
    expect((await store.get('orders', order))?.activeRefundId).toBeNull()
    expect((await refund(order, 3_000))._unsafeUnwrapErr().code).toBe('provider_refund_failed')
    const anew = await payments.refunds.refund({ actor: BUYER, order, amount: krw(3_000), idempotencyKey: 'anew' })
    expect(anew._unsafeUnwrap().refund.status).toBe('COMPLETED')
  })

  test('is refused to buyers, and where the look-ups tell', async () => {
    const { payments, refundId } = await lost(true)
    const input = { refundId, outcome: 'completed', reference: 'x' } as const
    expect((await payments.refunds.resolve({ ...input, actor: BUYER })).isErr()).toBe(true)
    const listing = shop({ listsRefunds: true })
    const order = await listing.buy()
    listing.provider.script({ step: 'refund_time_out', executed: true })
    await listing.refund(order, 3_000)
    const found = await listing.refundOf(order)
    const refused = await listing.payments.refunds.resolve({ ...input, actor: ADMIN, refundId: found.id })
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'validation', field: 'refundId' })
    expect(await listing.refundOf(order)).toMatchObject({ status: 'UNKNOWN' })
  })
})

test('I-23: a process that stood still behind a stored refund does not send it after a job has', async () => {
  const clock = testClock()
  const inner = memoryStore()
  const provider = mock({ idempotentRefunds: false })
  const wiring = { clock, gateways: { mock: provider }, refundPolicies: { any: withinDays(30) } }
  const other = createPayments({ ...wiring, store: inner, ids: testIds() })
  let stoodStill = false
  const store: typeof inner = {
    ...inner,
    commit: async (ops, within) => {
      const outcome = await inner.commit(ops, within)
      if (!stoodStill && ops.some(({ op, kind }) => op === 'insert' && kind === 'refunds')) {
        stoodStill = true
        clock.advance(20 * MINUTE)
        await other.jobs.run()
      }
      return outcome
    },
  }
  const payments = createPayments({ ...wiring, store, ids: testIds() })
  const line = { title: 'seat', unitPrice: krw(PRICE), quantity: 1 }
  const order = (await payments.orders.hold({ actor: BUYER, lines: [line], refundPolicy: 'any' }))._unsafeUnwrap()
  const started = await payments.orders.startPayment({ actor: BUYER, order: order.id, gateway: 'mock' })
  await payments.orders.confirm({ actor: BUYER, order: order.id, attemptId: started._unsafeUnwrap().attempt.id })
  await payments.refunds.refund({ actor: BUYER, order: order.id, amount: krw(3_000) })
  expect(stoodStill).toBe(true)
  expect(provider.book().map(({ kind }) => kind)).toEqual(['PAYMENT', 'REFUND'])
})
