import { createPayments, type GatewayError, krw } from 'holdfast'
import { type MockOptions, mock } from 'holdfast/mock'
import { withinDays } from 'holdfast/policies'
import { memoryStore } from 'holdfast/storage/memory'
import { testClock, testIds } from 'holdfast/testing'
import { err, ResultAsync } from 'neverthrow'
import { describe, expect, test } from 'vitest'
import type { PaymentGateway } from '../../src/providers/gateway'
import { ADMIN, BUYER, HOUR, MINUTE, seat, world } from './world'

// What the simulator found, each as the smallest history that showed it.

const NOT_SENT: GatewayError = { code: 'not_sent', outcome: 'not_executed', message: 'no connection', retryable: true }
const REFUSED: GatewayError = { code: 'refused', outcome: 'not_executed', message: 'no', retryable: false }
const TIMED_OUT: GatewayError = { code: 'timeout', outcome: 'unknown', message: 'no answer', retryable: true }

type Sends = 'confirm' | 'refund'

/** A shop on a mock whose sends wait in the order they were made, until the test says what becomes of each. */
const shopOfHeldSends = (held: Sends, options: MockOptions = {}) => {
  const clock = testClock()
  const store = memoryStore()
  const inner = mock({ webhookSecret: 'secret', ...options })
  const sends: ((become: 'not_sent' | 'executed' | 'answer_lost' | 'no_answer' | 'refused') => void)[] = []
  const wait = <T>(run: () => ResultAsync<T, GatewayError>): ResultAsync<T, GatewayError> =>
    new ResultAsync(
      new Promise((resolve) => {
        sends.push((become) => {
          if (become === 'not_sent') resolve(err(NOT_SENT))
          else if (become === 'refused') resolve(err(REFUSED))
          // Still under way: it may become `executed` later.
          else if (become === 'no_answer') resolve(err(TIMED_OUT))
          else if (become === 'executed') void run().then(resolve)
          else void run().then(() => resolve(err(TIMED_OUT)))
        })
      }),
    )
  const gateway = {
    ...inner,
    connect: (wiring: Parameters<typeof inner.connect>[0]): PaymentGateway => {
      const connected = inner.connect(wiring)
      return {
        ...connected,
        confirm: (attempt, returned) =>
          held === 'confirm' ? wait(() => connected.confirm(attempt, returned)) : connected.confirm(attempt, returned),
        refund: (refund, context) =>
          held === 'refund' ? wait(() => connected.refund(refund, context)) : connected.refund(refund, context),
      }
    },
  }
  const payments = createPayments({
    store,
    clock,
    ids: testIds(),
    gateways: { mock: gateway },
    refundPolicies: { any: withinDays(7) },
  })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const open = async () => {
    const order = (await payments.orders.hold({ actor: BUYER, lines: [seat()], refundPolicy: 'any' }))._unsafeUnwrap()
    const { attempt } = (
      await payments.orders.startPayment({ actor: BUYER, order: order.id, gateway: 'mock' })
    )._unsafeUnwrap()
    return { actor: BUYER, order: order.id, attemptId: attempt.id }
  }
  const rest = async () => {
    for (let hour = 0; hour < 4; hour += 1) {
      clock.advance(HOUR)
      await payments.jobs.run()
    }
  }
  return { clock, store, inner, sends, payments, settled, open, rest }
}

describe('found by the simulator', () => {
  test('I-38: a first order beyond the limit made the limit’s pool negative', async () => {
    const w = world()
    await w.payments.resources.setCapacity({ actor: ADMIN, pool: 'floor', places: 10 })
    const held = await w.payments.orders.hold({
      actor: BUYER,
      lines: [{ title: 'floor', unitPrice: krw(1_000), quantity: 2, pool: 'floor' }],
      refundPolicy: 'ticket',
      limitPerBuyer: { name: 'show', places: 1 },
    })
    expect(held._unsafeUnwrapErr()).toMatchObject({ code: 'limit_exceeded', limit: 'show' })
    expect(await w.store.get('pools', `limit:show:${BUYER.id}`)).toBeUndefined()
    expect((await w.payments.resources.capacity('floor'))._unsafeUnwrap()?.available).toBe(10)
  })

  test('C-15 I-02: of two tabs the second was refused at the door, and that ended the first one’s charge', async () => {
    const { sends, payments, settled, open, store, inner, rest } = shopOfHeldSends('confirm')
    const input = await open()
    const first = payments.orders.confirm(input)
    const second = payments.orders.confirm(input)
    await settled()
    expect(sends).toHaveLength(2)
    sends[1]?.('not_sent')
    expect((await second)._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect((await store.get('attempts', input.attemptId))?.closedAt).toBeNull()
    sends[0]?.('answer_lost')
    expect((await first)._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    await rest()
    expect(inner.book()).toHaveLength(1)
    expect((await store.get('orders', input.order))?.status).toBe('CONFIRMED')
  })

  test('C-15 I-02: the first request was refused at the door after its repeat had been carried out', async () => {
    const { sends, payments, settled, open, store, inner, rest } = shopOfHeldSends('confirm')
    const input = await open()
    const first = payments.orders.confirm(input)
    await settled()
    const second = payments.orders.confirm(input)
    await settled()
    expect(sends).toHaveLength(2)
    sends[1]?.('answer_lost')
    expect((await second)._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    sends[0]?.('not_sent')
    expect((await first)._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect((await store.get('attempts', input.attemptId))?.status).toBe('UNKNOWN')
    await rest()
    expect(inner.book()).toHaveLength(1)
    expect((await store.get('orders', input.order))?.status).toBe('CONFIRMED')
  })

  test('C-46 I-23: the first refund was refused at the door after its repeat had been carried out', async () => {
    const { sends, payments, settled, open, store, inner, rest } = shopOfHeldSends('refund', { refundWindowMs: 0 })
    const input = await open()
    await payments.orders.confirm(input)
    const refund = { actor: BUYER, order: input.order, idempotencyKey: 'back' }
    const first = payments.refunds.refund(refund)
    await settled()
    const second = payments.refunds.refund(refund)
    await settled()
    expect(sends).toHaveLength(2)
    sends[1]?.('answer_lost')
    expect((await second)._unsafeUnwrapErr().code).toBe('refund_outcome_unknown')
    sends[0]?.('not_sent')
    expect((await first)._unsafeUnwrapErr().code).toBe('refund_outcome_unknown')
    await rest()
    expect(inner.book().map(({ kind }) => kind)).toEqual(['PAYMENT', 'REFUND'])
    expect((await store.get('orders', input.order))?.status).toBe('REFUNDED')
  })

  test('I-23: the repeat of a refund was refused while the first request was still under way and then carried out', async () => {
    const { clock, sends, payments, settled, open, store, inner, rest } = shopOfHeldSends('refund')
    const input = await open()
    await payments.orders.confirm(input)
    const first = payments.refunds.refund({ actor: BUYER, order: input.order, idempotencyKey: 'back' })
    await settled()
    sends[0]?.('no_answer')
    expect((await first)._unsafeUnwrapErr().code).toBe('refund_outcome_unknown')
    clock.advance(5 * MINUTE)
    const job = payments.jobs.run()
    await settled()
    sends[1]?.('refused')
    await job
    expect(
      (await store.find('refunds', { index: 'byOrder', where: { orderId: input.order }, limit: 9 }))[0]?.status,
    ).toBe('UNKNOWN')
    sends[0]?.('executed')
    await rest()
    expect(sends).toHaveLength(1)
    expect(inner.book().map(({ kind }) => kind)).toEqual(['PAYMENT', 'REFUND'])
    expect((await store.get('orders', input.order))?.status).toBe('REFUNDED')
  })

  test('I-23: a refund that was never carried out goes out again when the window is over, once', async () => {
    const { clock, sends, payments, settled, open, store, inner } = shopOfHeldSends('refund')
    const input = await open()
    await payments.orders.confirm(input)
    const refund = { actor: BUYER, order: input.order, idempotencyKey: 'back' }
    const first = payments.refunds.refund(refund)
    await settled()
    sends[0]?.('no_answer')
    await first
    expect((await payments.refunds.refund(refund))._unsafeUnwrapErr().code).toBe('refund_outcome_unknown')
    expect(sends).toHaveLength(1)
    clock.advance(10 * MINUTE)
    const both = [payments.refunds.refund(refund), payments.refunds.refund(refund)]
    await settled()
    expect(sends).toHaveLength(2)
    sends[1]?.('executed')
    const codes = (await Promise.all(both)).map((it) => (it.isOk() ? it.value.order.status : it.error.code))
    expect(codes).toEqual(['REFUNDED', 'refund_outcome_unknown'])
    expect(inner.book().map(({ kind }) => kind)).toEqual(['PAYMENT', 'REFUND'])
    expect((await store.get('orders', input.order))?.status).toBe('REFUNDED')
  })

  test('I-02: where the buyer pays without us, our own request was refused at the door, and that ended the payment', async () => {
    const { sends, payments, settled, open, store, inner, rest } = shopOfHeldSends('confirm', { capturedBy: 'buyer' })
    const input = await open()
    const confirmed = payments.orders.confirm(input)
    await settled()
    sends[0]?.('not_sent')
    expect((await confirmed)._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect(inner.settle(input.attemptId, 'approved').isOk()).toBe(true)
    await rest()
    expect(inner.book()).toHaveLength(1)
    expect((await store.get('orders', input.order))?.status).toBe('CONFIRMED')
  })

  test('C-15 I-31: a notice that came while a charge was under way made us end that very charge', async () => {
    const { sends, payments, settled, open, store, inner } = shopOfHeldSends('confirm')
    const input = await open()
    const confirmed = payments.orders.confirm(input)
    await settled()
    const { headers, rawBody } = inner.notice('APPROVED', input.attemptId)
    expect((await payments.webhooks.receive('mock', { headers, rawBody })).isOk()).toBe(true)
    expect((await store.get('attempts', input.attemptId))?.status).toBe('PENDING')
    sends[0]?.('executed')
    expect((await confirmed)._unsafeUnwrap().status).toBe('confirmed')
  })
})
