import { add, createPayments, type HoldOrder, krw, type Order, type RefundableOrder, subtract, usd } from 'holdfast'
import { mock } from 'holdfast/mock'
import { never } from 'holdfast/policies'
import { memoryStore } from 'holdfast/storage/memory'
import { toss } from 'holdfast/toss'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { fakeToss } from '../../src/providers/toss/fake'

const payments = createPayments({
  store: memoryStore(),
  gateways: { toss: toss(fakeToss().keys), mock: mock() },
  refundPolicies: { none: never() },
})
const actor = { kind: 'buyer', id: 'b' } as const

describe('what does not compile', () => {
  test('money of two currencies does not add up', () => {
    expect(add(krw(1), krw(2))._unsafeUnwrap()).toEqual(krw(3))
    // @ts-expect-error dollars are no won
    expect(add(krw(1), usd(1))._unsafeUnwrapErr().code).toBe('money_currency_mismatch')
    // @ts-expect-error dollars are no won
    expect(subtract(krw(1), usd(1))._unsafeUnwrapErr().code).toBe('money_currency_mismatch')
  })

  test('a refund of an order not known to be refundable, which at run time is a value', async () => {
    const held: Order = (
      await payments.orders.hold({ actor, lines: [{ title: 'x', unitPrice: krw(1) }], refundPolicy: 'none' })
    )._unsafeUnwrap()
    // @ts-expect-error any order
    const any = await payments.refunds.refund({ actor, order: held })
    expect(any._unsafeUnwrapErr().code).toBe('nothing_to_refund')
    if (held.status === 'HOLD') {
      // @ts-expect-error a hold
      const hold = await payments.refunds.refund({ actor, order: held })
      expect(hold._unsafeUnwrapErr().code).toBe('nothing_to_refund')
      const started = await payments.orders.startPayment({ actor, order: held, gateway: 'mock' })
      expect(started.isOk()).toBe(true)
    }
    expectTypeOf<RefundableOrder['status']>().toEqualTypeOf<'CONFIRMED' | 'CANCELLED'>()
    expectTypeOf<HoldOrder>().not.toExtend<RefundableOrder>()
  })

  test('gateways, methods and policies that are not configured', () => {
    const start = payments.orders.startPayment
    type Start = Parameters<typeof start>[0]
    expectTypeOf<Start['gateway']>().toEqualTypeOf<'toss' | 'mock'>()
    // @ts-expect-error no such gateway
    void (() => start({ actor, order: 'o', gateway: 'paypal' }))
    // @ts-expect-error a method of another gateway
    void (() => start({ actor, order: 'o', gateway: 'mock', method: 'VIRTUAL_ACCOUNT' }))
    // @ts-expect-error no such policy
    void (() => payments.orders.hold({ actor, lines: [], refundPolicy: 'ticket' }))
    expect(typeof start).toBe('function')
  })
})
