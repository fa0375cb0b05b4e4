import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Shop, START, shopOf } from './support'

type Step = { readonly what: string; readonly run: (shop: Shop) => unknown }

const AMOUNT = 1_000
const order = fc.constantFrom('att1', 'att2', 'chg1', 'chg2')
const newest = ({ fake }: Shop, merchantUid: string) =>
  fake.payments().findLast((payment) => payment.merchantUid === merchantUid)?.impUid ?? 'imp_none'
const orderOf = (merchant_uid: string, pay_method = 'card') => ({ merchant_uid, amount: AMOUNT, pay_method })

const step: fc.Arbitrary<Step> = fc.oneof(
  order.map((uid) => ({ what: 'open', run: ({ fake }: Shop) => fake.buyer.open(orderOf(uid)) })),
  order.map((uid) => ({ what: 'finish', run: (shop: Shop) => shop.fake.buyer.finish(newest(shop, uid)) })),
  fc.record({ uid: order, method: fc.constantFrom('card', 'vbank') }).map(({ uid, method }) => ({
    what: 'pay',
    run: ({ fake }: Shop) => fake.buyer.pay(orderOf(uid, method)),
  })),
  order.map((uid) => ({ what: 'fail', run: ({ fake }: Shop) => fake.buyer.fail(orderOf(uid)) })),
  order.map((uid) => ({ what: 'late', run: (shop: Shop) => shop.fake.dashboard.approveLate(newest(shop, uid)) })),
  order.map((uid) => ({ what: 'deposit', run: ({ fake }: Shop) => fake.bank.deposit(uid) })),
  fc.constant({
    what: 'register',
    run: ({ fake }: Shop) => fake.buyer.pay({ merchant_uid: 'bki1', customer_uid: 'cus_1', amount: AMOUNT }),
  }),
  order.map((merchant_uid) => ({
    what: 'again',
    run: ({ client }: Shop) => client.chargeAgain({ customer_uid: 'cus_1', merchant_uid, amount: AMOUNT, name: 'x' }),
  })),
  fc.record({ merchant_uid: order, minutes: fc.integer({ min: 1, max: 60 }) }).map(({ merchant_uid, minutes }) => ({
    what: 'schedule',
    run: ({ client, clock }: Shop) =>
      client.scheduleCharge({
        customer_uid: 'cus_1',
        merchant_uid,
        schedule_at: clock.now().getTime() / 1000 + minutes * 60,
        amount: AMOUNT,
        currency: 'KRW',
        name: 'x',
      }),
  })),
  order.map((uid) => ({ what: 'unschedule', run: ({ client }: Shop) => client.unschedule([uid]) })),
  order.map((uid) => ({ what: 'retry', run: ({ client }: Shop) => client.retrySchedule(uid) })),
  fc.constant({ what: 'decline', run: ({ fake }: Shop) => fake.decline() }),
  fc.record({ uid: order, amount: fc.integer({ min: 0, max: AMOUNT + 1 }) }).map(({ uid, amount }) => ({
    what: 'cancel',
    run: (shop: Shop) => shop.fake.dashboard.cancel(newest(shop, uid), amount),
  })),
  fc.integer({ min: 1, max: 60 }).map((minutes) => ({
    what: 'wait',
    run: ({ clock }: Shop) => clock.advance(minutes * 60_000),
  })),
)

test('whatever happens, the book explains every record, and never gives back more than it took', async () => {
  const kinds = new Set<string>()
  const statuses = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50 }), async (steps) => {
      const shop = shopOf()
      for (const { run } of steps) await run(shop)
      const lines = shop.fake.book()
      for (const { kind } of lines) kinds.add(kind)
      expect(new Set(lines.map(({ transactionId }) => transactionId)).size).toBe(lines.length)
      for (const payment of shop.fake.payments()) {
        statuses.add(payment.status)
        const mine = lines.filter(({ impUid }) => impUid === payment.impUid)
        const sum = (kind: string) =>
          mine.filter((line) => line.kind === kind).reduce((total, { amountMinor }) => total + amountMinor, 0)
        const wasPaid = payment.paidAt !== null && payment.usage !== 'issue'
        expect(sum('capture')).toBe(wasPaid ? payment.amountMinor : 0)
        expect(sum('refund')).toBe(payment.usage === 'issue' ? 0 : payment.cancelledMinor)
        expect(payment.cancelledMinor).toBeLessThanOrEqual(payment.amountMinor)
      }
      for (const { status, impUid, scheduleAt } of shop.fake.schedules()) {
        expect(status === 'executed').toBe(impUid !== null)
        if (status === 'scheduled') expect(scheduleAt.getTime()).toBeGreaterThan(shop.clock.now().getTime())
      }
    }),
    { numRuns: 150, seed: START % 1_000_000 },
  )
  expect([...kinds].sort()).toEqual(['capture', 'refund'])
  expect([...statuses].sort()).toEqual(['cancelled', 'failed', 'paid', 'ready'])
})
