import { krw } from '../../../src/core/money'
import { portOneV1 } from '../../../src/providers/portone-v1'
import { type FakePortOneV1Options, fakePortOneV1 } from '../../../src/providers/portone-v1/fake'
import { merchantUidOf } from '../../../src/providers/portone-v1/purpose'
import { testClock } from '../../../src/testing/clock'
import type { GatewaySubject, SubjectCall } from '../../../src/testing/gateway-conformance'
import { deliverInto, EVERY_FAULT, sumOf } from './subject-support'

const IMP_KEY = 'PLANTED-portone-v1-key-0001'
const IMP_SECRET = 'PLANTED-portone-v1-secret-0001'

const RECORDS = ['getPayment', 'findAllPayments', 'findPayment']
const OPERATIONS: Readonly<Record<SubjectCall, readonly string[]>> = {
  begin: ['preparePayment'],
  confirm: RECORDS, // The window takes the money; confirm only asks.
  lookup: RECORDS,
  refund: ['cancelPayment'],
  sign_in: ['getToken'],
}

/** What `begin` gives the browser for an id of ours. */
const uidOf = (id: string): string => merchantUidOf(id)._unsafeUnwrap()

/** PortOne V1 and its fake, for a card payment of 33,000 won that the window takes by itself. */
export const portOneV1Subject = (options: FakePortOneV1Options = {}): GatewaySubject => {
  const clock = testClock()
  const fake = fakePortOneV1({ clock, impKey: IMP_KEY, impSecret: IMP_SECRET, ...options })
  const { buyer, faults, keys } = fake
  const order = (id: string, amount: number) => ({ merchant_uid: uidOf(id), amount })
  return {
    gateway: portOneV1({ ...keys, fetch: fake.fetch }),
    clock,
    pays: { amount: krw(33_000), method: 'card' },
    buyer: {
      pay: ({ id, amount }) => buyer.pay(order(id, amount.amountMinor)),
      decline: ({ id, amount }) => buyer.fail(order(id, amount.amountMinor), '[가짜] 한도초과'),
      leave: ({ id, amount }) => {
        buyer.open(order(id, amount.amountMinor))
        return null
      },
      payAnother: ({ id }, _checkout, { amountMinor }) => buyer.pay(order(id, amountMinor)),
      bringsBack: true,
    },
    book: {
      takenMinor: (id) =>
        sumOf(fake.book().filter(({ merchantUid, kind }) => merchantUid === uidOf(id) && kind === 'capture')),
      refundedMinor: (id) =>
        sumOf(fake.book().filter(({ merchantUid, kind }) => merchantUid === uidOf(id) && kind === 'refund')),
    },
    wire: {
      faults: {
        begin: EVERY_FAULT,
        confirm: EVERY_FAULT,
        lookup: EVERY_FAULT,
        refund: EVERY_FAULT,
        sign_in: EVERY_FAULT,
      },
      next: (call, fault) => {
        if (call === 'sign_in') fake.dashboard.revokeToken()
        faults.next(fault, ({ operation }) => OPERATIONS[call].includes(operation))
      },
      pending: faults.pending,
    },
    webhooks: {
      deliver: deliverInto(fake.webhooks, clock),
      isSigned: false,
      sendsAgainWithinMs: options.webhookRetries === true ? 60_000 : null,
      forge: ({ id }) => {
        const fields = { imp_uid: 'imp_000000000001', merchant_uid: uidOf(id), status: 'paid' }
        return [{ headers: {}, rawBody: JSON.stringify(fields), receivedAt: clock.now() }]
      },
    },
    // The token is one the fake gives out; what follows stands in every card payment of its.
    secrets: [
      IMP_KEY,
      IMP_SECRET,
      'f4ce00000000000000000000000000000000',
      '400000******0001',
      'buyer@shop.example',
      '010-0000-0000',
      'https://receipt.example/fake',
    ],
    misconfigured: [
      { what: 'a blank impKey', make: () => portOneV1({ ...keys, impKey: ' ' }) },
      { what: 'a blank impSecret', make: () => portOneV1({ ...keys, impSecret: '' }) },
      { what: 'a blank channelKey', make: () => portOneV1({ ...keys, channelKey: '' }) },
      { what: 'the secret as the public code', make: () => portOneV1({ ...keys, impCode: IMP_SECRET }) },
    ],
  }
}
