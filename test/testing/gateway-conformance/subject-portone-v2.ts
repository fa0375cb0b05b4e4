import { krw } from '../../../src/core/money'
import { portOneV2 } from '../../../src/providers/portone-v2'
import { type FakePortOneV2Options, fakePortOneV2 } from '../../../src/providers/portone-v2/fake'
import { sentIdOf } from '../../../src/providers/portone-v2/ids'
import { testClock } from '../../../src/testing/clock'
import type { GatewaySubject } from '../../../src/testing/gateway-conformance'
import { deliverInto, EVERY_FAULT, sumOf } from './subject-support'

const API_SECRET = 'PLANTED-portone-v2-api-secret-0001'
/** The bytes of `planted-portone-v2-secret-000001`. */
const WEBHOOK_SECRET = `whsec_${btoa('planted-portone-v2-secret-000001')}`

const OPERATIONS = {
  begin: 'preRegister',
  confirm: 'getPayment', // The window takes the money; confirm only asks.
  lookup: 'getPayment',
  refund: 'cancelPayment',
  sign_in: 'none',
} as const

/** What `begin` gives the browser for an id of ours. */
const sentOf = (id: string): string => sentIdOf(id)._unsafeUnwrap()

/** PortOne V2 and its fake, for a card payment of 33,000 won that the window takes by itself. */
export const portOneV2Subject = (options: FakePortOneV2Options = {}): GatewaySubject => {
  const clock = testClock()
  const fake = fakePortOneV2({ clock, apiSecret: API_SECRET, webhookSecret: WEBHOOK_SECRET, ...options })
  const { buyer, faults, keys } = fake
  const order = (id: string, amount: number) => ({ paymentId: sentOf(id), totalAmount: amount })
  return {
    gateway: portOneV2({ ...keys, fetch: fake.fetch }),
    clock,
    pays: { amount: krw(33_000), method: 'CARD' },
    buyer: {
      pay: ({ id, amount }) => buyer.pay(order(id, amount.amountMinor)),
      decline: ({ id, amount }) => buyer.fail(order(id, amount.amountMinor)),
      leave: ({ id, amount }) => {
        buyer.open(order(id, amount.amountMinor))
        return null
      },
      payAnother: ({ id }, _checkout, { amountMinor }) => buyer.pay(order(id, amountMinor)),
      bringsBack: true,
    },
    book: {
      takenMinor: (id) =>
        sumOf(fake.book().filter(({ paymentId, kind }) => paymentId === sentOf(id) && kind === 'capture')),
      refundedMinor: (id) =>
        sumOf(fake.book().filter(({ paymentId, kind }) => paymentId === sentOf(id) && kind === 'refund')),
    },
    wire: {
      faults: { begin: EVERY_FAULT, confirm: EVERY_FAULT, lookup: EVERY_FAULT, refund: EVERY_FAULT },
      next: (call, fault) => faults.next(fault, { operation: OPERATIONS[call] }),
      pending: faults.pending,
    },
    webhooks: {
      deliver: deliverInto(fake.webhooks, clock),
      isSigned: true,
      sendsAgainWithinMs: 60_000,
      forge: ({ id }) => {
        const data = { paymentId: sentOf(id), transactionId: 'forged', storeId: keys.storeId }
        const rawBody = JSON.stringify({ type: 'Transaction.Paid', timestamp: '2026-01-05T00:00:00.000Z', data })
        const receivedAt = clock.now()
        const signed = {
          'webhook-id': 'forged-1',
          'webhook-timestamp': String(Math.floor(receivedAt.getTime() / 1000)),
          'webhook-signature': `v1,${btoa('no signature of anybody')}`,
        }
        return [
          { headers: {}, rawBody, receivedAt },
          { headers: signed, rawBody, receivedAt },
        ]
      },
    },
    secrets: [
      API_SECRET,
      WEBHOOK_SECRET,
      'planted-portone-v2-secret-000001',
      // What the fake writes into every card payment.
      '400000******0001',
      'https://receipt.example/fake',
    ],
    misconfigured: [
      { what: 'a blank apiSecret', make: () => portOneV2({ ...keys, apiSecret: ' ' }) },
      { what: 'a blank channelKey', make: () => portOneV2({ ...keys, channelKey: '' }) },
      { what: 'a storeId that is none', make: () => portOneV2({ ...keys, storeId: 'shop' }) },
      { what: 'a blank webhookSecret', make: () => portOneV2({ ...keys, webhookSecret: '' }) },
    ],
  }
}
