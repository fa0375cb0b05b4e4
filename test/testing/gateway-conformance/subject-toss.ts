import { toss } from 'holdfast/toss'
import { krw } from '../../../src/core/money'
import type { FakeToss } from '../../../src/providers/toss/fake'
import { fakeToss } from '../../../src/providers/toss/fake'
import { testClock } from '../../../src/testing/clock'
import type { GatewaySubject } from '../../../src/testing/gateway-conformance'
import { deliverInto, EVERY_FAULT, sumOf } from './subject-support'

const SECRET_KEY = 'test_sk_PLANTEDtossSecretKey0001'
const SECURITY_KEY = 'a1b2c3d4e5f60718a1b2c3d4e5f60718a1b2c3d4e5f60718a1b2c3d4e5f60718'
const CLIENT_KEY = 'test_ck_publicTossClientKey0001'
const LOOKUPS = ['getPayment', 'getPaymentByOrderId']

export type TossSubject = GatewaySubject & { readonly fake: FakeToss }

/** Toss and its fake, for a card payment of 33,000 won. */
export const tossSubject = (): TossSubject => {
  const clock = testClock()
  const fake = fakeToss({ clock, secretKey: SECRET_KEY, clientKey: CLIENT_KEY, securityKey: SECURITY_KEY })
  const { buyer, faults } = fake
  return {
    fake,
    gateway: toss({ ...fake.keys, fetch: fake.fetch }),
    clock,
    pays: { amount: krw(33_000), method: 'CARD' },
    buyer: {
      pay: ({ id, amount }) => buyer.authorize({ orderId: id, amount: amount.amountMinor }),
      decline: ({ id, amount }) =>
        buyer.authorize({ orderId: id, amount: amount.amountMinor, outcome: 'REJECT_CARD_PAYMENT' }),
      leave: ({ id, amount }) => {
        buyer.open({ orderId: id, amount: amount.amountMinor })
        return buyer.fail(id, 'PAY_PROCESS_CANCELED')
      },
      payAnother: ({ id }, _checkout, { amountMinor }) => buyer.authorize({ orderId: id, amount: amountMinor }),
      bringsBack: true,
    },
    book: {
      takenMinor: (id) => sumOf(fake.book().filter(({ orderId, kind }) => orderId === id && kind === 'capture')),
      refundedMinor: (id) => sumOf(fake.book().filter(({ orderId, kind }) => orderId === id && kind === 'refund')),
    },
    wire: {
      faults: { confirm: EVERY_FAULT, lookup: EVERY_FAULT, refund: EVERY_FAULT },
      next: (call, fault) =>
        faults.next(fault, ({ operation }) =>
          call === 'lookup'
            ? LOOKUPS.includes(operation)
            : operation === (call === 'refund' ? 'cancelPayment' : 'confirmPayment'),
        ),
      pending: faults.pending,
    },
    webhooks: {
      deliver: deliverInto(fake.webhooks, clock),
      isSigned: false, // Only payouts are.
      sendsAgainWithinMs: 60_000,
      forge: ({ id, amount }) => {
        const data = { orderId: id, paymentKey: 'forged_payment_key', status: 'DONE', totalAmount: amount.amountMinor }
        const createdAt = '2026-01-05T09:00:00.000000'
        return [
          { eventType: 'PAYMENT_STATUS_CHANGED', createdAt, data },
          { createdAt, secret: 'ps_guessed', status: 'DONE', transactionKey: 'forged', orderId: id },
          { eventType: 'payout.changed', version: '2022-11-16', entityBody: { id: 'payout_forged' } },
        ].map((body) => ({ headers: {}, rawBody: JSON.stringify(body), receivedAt: clock.now() }))
      },
    },
    // The last two are what the fake writes into every card payment.
    secrets: [SECRET_KEY, SECURITY_KEY, '12345678****123*', 'https://receipt.example/fake'],
    misconfigured: [
      { what: 'a blank secretKey', make: () => toss({ secretKey: ' ', clientKey: CLIENT_KEY }) },
      { what: 'a blank clientKey', make: () => toss({ secretKey: SECRET_KEY, clientKey: '' }) },
      { what: 'a secret key of the other mode', make: () => toss({ secretKey: SECRET_KEY, clientKey: 'live_ck_x' }) },
      {
        what: 'a securityKey that is none',
        make: () => toss({ secretKey: SECRET_KEY, clientKey: CLIENT_KEY, securityKey: 'x' }),
      },
    ],
  }
}
