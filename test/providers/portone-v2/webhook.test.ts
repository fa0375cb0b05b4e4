import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Notice } from '../../../src/providers/gateway'
import {
  answering,
  attemptOf,
  connect,
  MINUTE,
  orderOf,
  paid,
  refundContext,
  refundOf,
  STORE_ID,
  sentOf,
  shopOf,
} from './support'
import { event, hint, old, raw, received, signed } from './webhook-support'

describe('version 2024-04-25', () => {
  test('a payment that changed is news about an attempt, and no more', () => {
    expect(received(signed(event('Transaction.Paid')))).toEqual({
      id: 'msg_1',
      type: 'Transaction.Paid',
      attemptId: attemptOf().id,
      providerRef: null,
      trust: 'signed',
      ignorable: false,
      payload: expect.stringContaining('Transaction.Paid'),
    })
  })

  test.each([
    'Transaction.Paid',
    'Transaction.VirtualAccountIssued',
    'Transaction.Failed',
    'Transaction.PayPending',
    'Transaction.PartialCancelled',
    'Transaction.Cancelled',
    'Transaction.CancelPending',
    'Transaction.DisputeCreated',
    'Transaction.DisputeResolved',
  ])('%s leads to a look-up', (type) => {
    expect(received(signed(event(type)))).toMatchObject({ type, attemptId: attemptOf().id, ignorable: false })
  })

  test.each([
    'Transaction.Ready',
    'Transaction.Confirm',
    'Transaction.Tomorrow',
    'BillingKey.Ready',
    'BillingKey.Failed',
    'BillingKey.Tomorrow',
    'TaxInvoice.Issued',
  ])('%s is stored and leads to nothing', (type) => {
    const notice = received(signed(event(type, { billingKey: 'billing-key-1' })))
    expect(notice).toMatchObject({ type, attemptId: null, providerRef: null, ignorable: true })
    expect(notice).not.toHaveProperty('billing')
  })

  test('the transaction is no reference: one payment sees several, and a late word on one is no stranger’s', () => {
    const one = received(signed(event('Transaction.Failed', { transactionId: 'tx-1' })))
    const other = received(signed(event('Transaction.Paid', { transactionId: 'tx-2' }), 'msg_2'))
    expect([one.providerRef, other.providerRef]).toEqual([null, null])
  })

  test('of another store it concerns nothing here; older ones name no store', () => {
    expect(received(signed(event('Transaction.Paid', { storeId: 'store-other' })))).toMatchObject({ ignorable: true })
    expect(received(signed(event('Transaction.Paid', { storeId: undefined })))).toMatchObject({ ignorable: false })
  })

  test.each([
    ['no data', { data: undefined }],
    ['data that is a list', { data: [attemptOf().id] }],
    ['an id that is a number', { data: { paymentId: 1 } }],
    ['an id of 41', { data: { paymentId: 'a'.repeat(41) } }],
    ['an id with a line break', { data: { paymentId: 'att\n0001' } }],
    ['an id with an underscore', { data: { paymentId: attemptOf().id } }],
    ['an id of another system', { data: { paymentId: 'order-0001' } }],
  ])('%s names no payment and is stored alone', (_, changes) => {
    expect(received(signed({ ...event('Transaction.Paid'), ...changes }))).toMatchObject({
      attemptId: null,
      ignorable: true,
    })
  })

  test('a name that is none, and a body without one, are unrecognized', () => {
    for (const type of [undefined, 7, 'a b', 'x'.repeat(65)]) {
      expect(received(signed({ ...event('Transaction.Paid'), type })).type).toBe('unrecognized')
    }
  })
})

describe('S1-03 S1-04: billing keys come in events of their own', () => {
  test.each([
    ['BillingKey.Issued', { subject: 'issue', issueId: null, billingKey: 'billing-key-planted' }],
    ['BillingKey.Deleted', { subject: 'key_removed', billingKey: 'billing-key-planted' }],
    ['BillingKey.Updated', { subject: 'key_changed', billingKey: 'billing-key-planted' }],
  ])('%s is never a payment, and its key stays out of the payload', (type, billing) => {
    const body = {
      type,
      timestamp: '2026-01-05T01:00:00Z',
      data: { storeId: STORE_ID, billingKey: 'billing-key-planted' },
    }
    const notice = received(signed(body))
    expect(notice).toMatchObject({ type, billing, attemptId: null, providerRef: null, ignorable: false })
    expect(notice.payload).not.toContain('planted')
  })

  test('a charge of ours, made at once or by schedule, is told from an order’s payment by its id', () => {
    const notice = received(signed(event('Transaction.Paid', { paymentId: 'chg0000000000000000000001' })))
    expect(notice).toMatchObject({
      attemptId: null,
      billing: { subject: 'charge', chargeId: 'chg_0000000000000000000001' },
      ignorable: false,
    })
  })

  test('a key of another store’s is nobody’s here', () => {
    const data = { storeId: 'store-other', billingKey: 'billing-key-1' }
    expect(received(signed({ type: 'BillingKey.Deleted', data }))).toMatchObject({ ignorable: true })
  })
})

describe('version 2024-01-01', () => {
  test.each(['json', 'form'] as const)('as %s', (kind) => {
    expect(received(old('Paid', kind))).toMatchObject({
      id: 'msg_1',
      type: 'Transaction.Paid',
      attemptId: attemptOf().id,
      trust: 'signed',
      ignorable: false,
    })
    expect(received(old('Ready', kind))).toMatchObject({ ignorable: true })
    expect(received(old('Tomorrow', kind))).toMatchObject({ type: 'Transaction.Tomorrow', ignorable: true })
  })

  test('a status that is no word is unrecognized', () => {
    expect(received(old('Paid now!', 'json'))).toMatchObject({ type: 'unrecognized', ignorable: true })
  })
})

describe('ids', () => {
  const idOf = (body: unknown, changes: object = {}): string => hint(raw(body, {}, changes)).id

  test('signed, the id is the header’s, which is part of what is signed', () => {
    expect(received(signed(event('Transaction.Paid'), 'msg_7')).id).toBe('msg_7')
  })

  test('unsigned, the header could be that of a notice to come: the id is made of what is said', () => {
    const made = hint(raw(event('Transaction.Paid'), { 'webhook-id': 'msg_7' }))
    expect(made.id).toMatch(/^portone-v2_[0-9a-f]{64}$/)
    expect(made.id).toBe(idOf({ ...event('Transaction.Paid'), beside: 'the point' }))
  })

  test.each([
    [event('Transaction.Paid'), event('Transaction.Cancelled')],
    [event('Transaction.Paid'), event('Transaction.Paid', { paymentId: 'attOther' })],
    [event('Transaction.Paid'), event('Transaction.Paid', { transactionId: 'tx-other' })],
    [event('Transaction.Cancelled', { cancellationId: 'a' }), event('Transaction.Cancelled', { cancellationId: 'b' })],
    [event('Transaction.Paid'), { ...event('Transaction.Paid'), timestamp: '2026-01-05T01:00:01Z' }],
  ])('two notices that say different things have two ids (%#)', (one, other) => {
    expect(idOf(one)).not.toBe(idOf(other))
  })

  test('the older version cannot tell two partial cancels apart, so unsigned each delivery counts', () => {
    const body = { payment_id: sentOf(attemptOf().id), tx_id: 'tx-1', status: 'PartialCancelled' }
    const receivedAt = new Date(Date.UTC(2026, 0, 5, 1, 0, 1))
    expect(idOf(body)).toBe(idOf(body))
    expect(idOf(body)).not.toBe(idOf(body, { receivedAt }))
  })
})

describe('hostile bodies', () => {
  const { receive } = connect(answering(200, {}).fetch, undefined, [], { webhookSecret: undefined })

  test.each([
    ['bad UTF-8', new Uint8Array([0x7b, 0xff, 0xfe])],
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a text', '"Transaction.Paid"'],
    ['null', 'null'],
    ['more than fits', `{"type":"${'x'.repeat(300_000)}"}`],
  ])('%s is refused', (_, body) => {
    expect(receive(raw(body))._unsafeUnwrapErr().code).toBe('unreadable_body')
  })

  test('names out of JavaScript’s own objects are data', () => {
    const body = '{"__proto__":{"type":"Transaction.Paid"},"constructor":1,"type":"constructor","data":{"__proto__":1}}'
    expect(receive(raw(body))._unsafeUnwrap()).toMatchObject({ type: 'constructor', ignorable: true })
    expect(({} as Record<string, unknown>)['type']).toBeUndefined()
  })

  test('nothing that can arrive makes it throw, and only known words about our own ids lead anywhere', () => {
    const type = fc.oneof(fc.constantFrom('Transaction.Paid', 'BillingKey.Issued'), fc.string(), fc.jsonValue())
    const fields = fc.record({ type, timestamp: fc.jsonValue(), data: fc.jsonValue(), status: fc.jsonValue() })
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fields.map((value) => JSON.stringify(value)),
    )
    const headers = fc.dictionary(
      fc.constantFrom('content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'x'),
      fc.oneof(fc.string(), fc.constant('application/x-www-form-urlencoded')),
    )
    const strict = connect(answering(200, {}).fetch)
    fc.assert(
      fc.property(body, headers, (rawBody, given) => {
        receive(raw(rawBody, given)).match(
          (notice: Notice) => expect(notice.trust).toBe('hint'),
          ({ code }) => expect(code).toBe('unreadable_body'),
        )
        expect(strict.receive(raw(rawBody, given)).isErr()).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('what the fake sends is what the gateway reads', () => {
  test.each(['2024-04-25', '2024-01-01', '2024-01-01-form'] as const)(
    'in version %s, signed',
    async (webhookVersion) => {
      const shop = shopOf({ webhookVersion })
      const attempt = await paid(shop)
      await shop.gateway.refund(refundOf(), refundContext(attempt))
      const read = () =>
        shop.fake.webhooks
          .pending()
          .map(({ headers, rawBody }) => shop.gateway.receive({ headers, rawBody, receivedAt: shop.clock.now() }))
          .map((notice) => notice._unsafeUnwrap())
      expect(read().map(({ type, attemptId, trust }) => [type, attemptId, trust])).toEqual([
        ['Transaction.Ready', null, 'signed'],
        ['Transaction.Paid', attempt.id, 'signed'],
        ['Transaction.Cancelled', attempt.id, 'signed'],
      ])
      // Hours later the retries are signed anew, under the same ids.
      const ids = read().map(({ id }) => id)
      await shop.clock.advance(300 * MINUTE)
      expect(read().map(({ id }) => id)).toEqual(ids)
    },
  )

  test('an unanswered webhook comes after 0, 1, 4, 16, 64 and 256 minutes, and then no more', async () => {
    const shop = shopOf()
    shop.fake.buyer.open(orderOf())
    const seen: number[] = []
    for (let minute = 0; minute < 400; minute += 1) {
      await shop.fake.webhooks.deliverDue(async ({ headers, rawBody }) => {
        const fresh = shop.gateway.receive({ headers, rawBody, receivedAt: shop.clock.now() })
        expect(fresh.isOk()).toBe(true)
        seen.push(minute)
        return 500
      })
      await shop.clock.advance(MINUTE)
    }
    expect(seen).toEqual([0, 1, 5, 21, 85, 341])
    expect(shop.fake.webhooks.failed()).toHaveLength(1)
  })
})
