import { krw } from '../../../src/core/money'
import { payple } from '../../../src/providers/payple'
import { type FakePaypleOptions, fakePayple } from '../../../src/providers/payple/fake'
import { testClock } from '../../../src/testing/clock'
import type { GatewaySubject } from '../../../src/testing/gateway-conformance'
import { deliverInto, EVERY_FAULT, sumOf } from './subject-support'

const CUST_KEY = 'PLANTED-payple-cust-key-0001'
const REFUND_KEY = 'PLANTED-payple-refund-key-0001'
/** What the fake answers for a payment it does not have. Nobody has documented the real code. */
const NOT_FOUND = 'CBIL0003'

const OPERATIONS = {
  begin: 'none',
  confirm: 'confirmPayment',
  lookup: 'getPayment',
  refund: 'cancelPayment',
  sign_in: 'authenticate',
} as const

/** Payple and its fake, for a card payment of 33,000 won. */
export const paypleSubject = (fakeOptions: FakePaypleOptions = {}): GatewaySubject => {
  const clock = testClock()
  const shop = { clock, custKey: CUST_KEY, refundKey: REFUND_KEY, notFoundCode: NOT_FOUND }
  const fake = fakePayple({ ...shop, ...fakeOptions })
  const { buyer, faults, keys } = fake
  const options = { ...keys, fetch: fake.fetch, notFoundCodes: [NOT_FOUND] }
  return {
    gateway: payple(options),
    clock,
    pays: { amount: krw(33_000), method: 'CARD' },
    buyer: {
      pay: ({ id, amount }) => buyer.authorize({ orderId: id, amount: amount.amountMinor }),
      decline: ({ id, amount }) => buyer.authorize({ orderId: id, amount: amount.amountMinor, outcome: '3151' }),
      leave: ({ id, amount }) => {
        buyer.open({ orderId: id, amount: amount.amountMinor })
        return buyer.close(id)
      },
      payAnother: ({ id }, _checkout, { amountMinor }) => buyer.authorize({ orderId: id, amount: amountMinor }),
      bringsBack: true,
    },
    book: {
      takenMinor: (id) => sumOf(fake.book().filter(({ orderId, kind }) => orderId === id && kind === 'capture')),
      refundedMinor: (id) => sumOf(fake.book().filter(({ orderId, kind }) => orderId === id && kind === 'refund')),
    },
    wire: {
      faults: { confirm: EVERY_FAULT, lookup: EVERY_FAULT, refund: EVERY_FAULT, sign_in: EVERY_FAULT },
      next: (call, fault) => {
        if (call === 'sign_in') fake.dashboard.revokeSessions()
        faults.next(fault, { operation: OPERATIONS[call] })
      },
      pending: faults.pending,
    },
    webhooks: {
      deliver: deliverInto(fake.webhooks, clock),
      isSigned: false,
      sendsAgainWithinMs: 60_000,
      forge: ({ id, amount }) => {
        const paid = { PCD_PAY_RST: 'success', PCD_PAY_CODE: '0000', PCD_PAY_WORK: 'CERT', PCD_PAY_OID: id }
        const fields = { ...paid, PCD_PAY_TOTAL: String(amount.amountMinor), PCD_PAY_CARDTRADENUM: 'forged' }
        const receivedAt = clock.now()
        return [
          { headers: { 'content-type': 'application/json' }, rawBody: JSON.stringify(fields), receivedAt },
          {
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            rawBody: String(new URLSearchParams(fields)),
            receivedAt,
          },
        ]
      },
    },
    // The third is part of every AuthKey of the fake's, the last two stand in every card payment of its.
    secrets: [
      CUST_KEY,
      REFUND_KEY,
      '0f0f0f0f0f0f0f0f0f0f0f0f',
      '1111********4444',
      'https://receipt.example/?token=fake',
    ],
    misconfigured: [
      { what: 'a blank custKey', make: () => payple({ ...options, custKey: ' ' }) },
      { what: 'a blank refundKey', make: () => payple({ ...options, refundKey: '' }) },
      { what: 'a blank cstId', make: () => payple({ ...options, cstId: '' }) },
      { what: 'a client key of the other mode', make: () => payple({ ...options, clientKey: 'live_x' }) },
    ],
    repeatedCharges: 'never',
  }
}
