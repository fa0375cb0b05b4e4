import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FakeToss, fakeToss } from '../../../src/providers/toss/fake'
import { manualClock, SECRET_KEY } from './support'

type Step = { readonly what: string; readonly run: (fake: FakeToss, clock: ReturnType<typeof manualClock>) => unknown }

const AMOUNT = 1_000

const send = (fake: FakeToss, path: string, body: object) =>
  fake.fetch(`https://toss.test/v1/payments/${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${SECRET_KEY}:`)}` },
    body: JSON.stringify(body),
  })
const newestKey = (fake: FakeToss, orderId: string) =>
  fake.payments().findLast((payment) => payment.orderId === orderId)?.paymentKey ?? 'pk_none'

const order = fc.constantFrom('order-0001', 'order-0002')
const method = fc.constantFrom('CARD', 'VIRTUAL_ACCOUNT', 'FOREIGN_EASY_PAY')
const account = { bank: '88', accountNumber: '110', holderName: '홍길동' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ orderId: order, method }).map((it) => ({
    what: 'authorize',
    run: (fake: FakeToss) => fake.buyer.authorize({ ...it, amount: AMOUNT }),
  })),
  order.map((orderId) => ({
    what: 'confirm',
    run: (fake: FakeToss) => send(fake, 'confirm', { paymentKey: newestKey(fake, orderId), orderId, amount: AMOUNT }),
  })),
  order.map((orderId) => ({ what: 'deposit', run: (fake: FakeToss) => fake.bank.deposit(orderId) })),
  order.map((orderId) => ({ what: 'reverse', run: (fake: FakeToss) => fake.bank.reverseDeposit(orderId) })),
  fc.record({ orderId: order, amount: fc.integer({ min: 0, max: AMOUNT + 1 }) }).map(({ orderId, amount }) => ({
    what: 'cancel',
    run: (fake: FakeToss) =>
      send(fake, `${newestKey(fake, orderId)}/cancel`, {
        cancelReason: 'x',
        cancelRequestId: 'request-1',
        cancelAmount: amount,
        refundReceiveAccount: account,
      }),
  })),
  fc.record({ orderId: order, status: fc.constantFrom('DONE', 'ABORTED') }).map(({ orderId, status }) => ({
    what: 'settle',
    run: (fake: FakeToss) => {
      const paymentKey = newestKey(fake, orderId)
      const open = fake
        .payments()
        .find((it) => it.paymentKey === paymentKey)
        ?.cancels.find((it) => it.status === 'IN_PROGRESS')
      return open === undefined ? undefined : fake.dashboard.settleCancel(paymentKey, open.transactionKey, status)
    },
  })),
  fc.integer({ min: 1, max: 200_000 }).map((ms) => ({
    what: 'wait',
    run: (_: FakeToss, clock: ReturnType<typeof manualClock>) => clock.advance(ms),
  })),
)

test('whatever happens, the book explains every balance and never gives back more than it took', async () => {
  const kinds = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const clock = manualClock()
      const fake = fakeToss({ secretKey: SECRET_KEY, clock })
      for (const { run } of steps) await run(fake, clock)
      const lines = fake.book()
      for (const line of lines) kinds.add(line.kind)
      expect(new Set(lines.map(({ transactionKey }) => transactionKey)).size).toBe(lines.length)
      for (const payment of fake.payments()) {
        const mine = lines.filter(({ paymentKey }) => paymentKey === payment.paymentKey)
        const sum = (kind: string) =>
          mine.filter((line) => line.kind === kind).reduce((total, { amountMinor }) => total + amountMinor, 0)
        const held = sum('capture') - sum('refund') - sum('deposit_reversal')
        const inProgress = payment.cancels
          .filter(({ status }) => status === 'IN_PROGRESS')
          .reduce((total, { amountMinor }) => total + amountMinor, 0)
        expect(held).toBeGreaterThanOrEqual(0)
        expect(held).toBeLessThanOrEqual(payment.totalMinor)
        expect(held).toBe(payment.approvedAt === null ? 0 : payment.balanceMinor + inProgress)
      }
    }),
    { numRuns: 500, seed: 20_260_105 },
  )
  expect([...kinds].sort()).toEqual(['capture', 'deposit_reversal', 'refund'])
})
