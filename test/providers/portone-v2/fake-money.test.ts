import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { paymentIdOf } from '../../../src/providers/portone-v2'
import { registered, type Shop, START, shopOf } from './support'

const HOUR = 3_600_000
const PAYMENTS = ['attProperty1', 'chgProperty1']

/** One thing that somebody does, at a payment of few. */
type Deed = { readonly payment: string; readonly what: string; readonly amount: number; readonly key: number }

const deeds = fc.array(
  fc.record({
    payment: fc.constantFrom(...PAYMENTS),
    what: fc.constantFrom(
      'pay',
      'fail',
      // Several windows of one payment, and several cancels, are where money could move twice.
      ...['open', 'open', 'finish', 'finish', 'cancel', 'cancel_slowly', 'console', 'settle_cancel'],
      'open',
      'finish',
      'pending',
      'account',
      'deposit',
      'settle',
      'cancel',
      'cancel_slowly',
      'cancel_refused',
      'console',
      'settle_cancel',
      'charge',
      'charge_declined',
      'schedule',
      'revoke',
      'lost',
      'wait',
    ),
    amount: fc.constantFrom(1, 400, 1_000, 1_001),
    key: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 1, maxLength: 40 },
)

const act = async (shop: Shop, billingKey: string, { payment, what, amount, key }: Deed): Promise<unknown> => {
  const { buyer, bank, dashboard } = shop.fake
  const order = { paymentId: payment, totalAmount: 1_000 }
  const id = paymentIdOf(payment)
  const body = { billingKey, orderName: 'x', amount: { total: 1_000 }, currency: 'KRW' }
  const charge = () => shop.client.chargeBillingKey(id, body, `${payment}-charge-${key}`)
  const cancel = () =>
    shop.client.cancelPayment(id, { reason: 'x', amount, currentCancellableAmount: 1_000 }, `${payment}-cancel-${key}`)
  switch (what) {
    case 'pay':
      return buyer.pay(order)
    case 'fail':
      return buyer.fail(order)
    case 'open':
      return buyer.open(order)
    case 'finish': {
      const payments = shop.fake.payments()
      const open = payments.find(({ paymentId }) => paymentId === payment)?.transactions
      return buyer.finish(payment, open?.find(({ status }) => status === 'READY')?.transactionId ?? 'none')
    }
    case 'pending':
      return buyer.payLater(order)
    case 'account':
      return buyer.pay({ ...order, payMethod: 'VIRTUAL_ACCOUNT' })
    case 'deposit':
      return bank.deposit(payment)
    case 'settle':
      return dashboard.settlePending(payment, key === 1 ? 'FAILED' : 'PAID')
    case 'cancel_slowly':
      shop.fake.cancelNext('slow')
      return cancel()
    case 'cancel_refused':
      shop.fake.cancelNext('refused')
      return cancel()
    case 'cancel':
      return cancel()
    case 'console':
      return dashboard.cancel(payment, amount)
    case 'settle_cancel':
      return dashboard.settleCancel(payment, key === 1 ? 'FAILED' : 'SUCCEEDED')
    case 'charge_declined':
      shop.fake.decline('X', payment)
      return charge()
    case 'schedule': {
      const timeToPay = new Date(shop.clock.now().getTime() + key * HOUR).toISOString()
      return shop.client.schedulePayment(id, { payment: body, timeToPay }, `${payment}-schedule-${key}`)
    }
    case 'revoke':
      return shop.client.revokeSchedules({ billingKey }, `revoke-everything-${shop.clock.now().getTime()}`)
    case 'lost':
      shop.fake.faults.next({ kind: 'lost_answer' })
      return charge()
    case 'wait':
      return shop.clock.advance(key * HOUR)
    default:
      return charge()
  }
}

/** Sums of one payment in the book. */
const sumsOf = ({ fake }: Shop, payment: string) => {
  const lines = fake.book().filter(({ paymentId }) => paymentId === payment)
  const sum = (kind: string) => lines.reduce((total, line) => total + (line.kind === kind ? line.amountMinor : 0), 0)
  return {
    captures: lines.filter(({ kind }) => kind === 'capture').length,
    captured: sum('capture'),
    refunded: sum('refund'),
  }
}

describe('whatever everybody does, in whatever order', () => {
  test('one payment id is paid once, no more goes back than came, and the records say what the book says', async () => {
    await fc.assert(
      fc.asyncProperty(deeds, async (life) => {
        const shop = shopOf()
        const billingKey = await registered(shop)
        for (const deed of life) await act(shop, billingKey, deed)
        for (const payment of PAYMENTS) {
          const { captures, captured, refunded } = sumsOf(shop, payment)
          expect(captures).toBeLessThanOrEqual(1)
          expect(refunded).toBeLessThanOrEqual(captured)
          const record = await shop.client.getPayment(paymentIdOf(payment))
          if (record.isErr()) {
            expect([record.error.code, captured]).toEqual(['not_found', 0])
            continue
          }
          const { status, amount, cancellations } = record.value
          expect(amount.cancelled).toBe(refunded)
          expect(['PAID', 'PARTIAL_CANCELLED', 'CANCELLED'].includes(status)).toBe(captured > 0)
          const made = (cancellations ?? []).filter((it) => it.status === 'SUCCEEDED')
          expect(made.reduce((sum, it) => sum + it.totalAmount, 0)).toBe(refunded)
        }
      }),
      { numRuns: 150 },
    )
  })

  test('the book only grows, in time', async () => {
    await fc.assert(
      fc.asyncProperty(deeds, async (life) => {
        const shop = shopOf()
        const billingKey = await registered(shop)
        let before = shop.fake.book()
        for (const deed of life) {
          await act(shop, billingKey, deed)
          const after = shop.fake.book()
          expect(after.slice(0, before.length)).toEqual(before)
          before = after
        }
        const times = before.map(({ at }) => at.getTime())
        expect(times).toEqual([...times].sort((left, right) => left - right))
        expect(times.every((time) => time >= START)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})
