import { describe, expect, test } from 'vitest'
import { attemptOf, settle, shopOf } from './support'
import { deposited, orderId, raw, receive, statusChanged } from './webhook-support'

describe('envelope A, a payment changed', () => {
  test('is a hint about an attempt, and no more', () => {
    const notice = receive(raw(statusChanged(), { 'tosspayments-webhook-transmission-id': 'whtrans_1' }))
    expect(notice._unsafeUnwrap()).toEqual({
      id: 'whtrans_1',
      type: 'PAYMENT_STATUS_CHANGED',
      attemptId: orderId,
      providerRef: 'pk_1',
      trust: 'hint',
      ignorable: false,
      payload: expect.stringContaining('PAYMENT_STATUS_CHANGED'),
    })
  })

  test('C-34: a signature header, forged or not, adds no trust: Toss signs none of these', () => {
    const headers = { 'TossPayments-Signature': 'x', 'tosspayments-webhook-signature': 'v1:x' }
    expect(receive(raw(statusChanged(), headers))._unsafeUnwrap().trust).toBe('hint')
  })

  test.each([
    '2026-01-05T10:01:03.123456',
    '2026-01-05T10:01:03.12345',
    '2026-01-05T10:01:03',
    '2026-01-05T10:01:03+09:00',
    '2026-01-05T01:01:03.123Z',
    'yesterday',
    undefined,
  ])('is read with createdAt %s', (createdAt) => {
    expect(receive(raw(statusChanged({ createdAt })))._unsafeUnwrap().attemptId).toBe(orderId)
  })

  test('the oldest payloads name only key, order and status', () => {
    const body = { eventType: 'PAYMENT_STATUS_CHANGED', data: { paymentKey: 'pk_1', orderId, status: 'DONE' } }
    expect(receive(raw(body))._unsafeUnwrap()).toMatchObject({ attemptId: orderId, providerRef: 'pk_1' })
  })

  test.each([
    ['no data', { data: undefined }],
    ['data that is a list', { data: [orderId] }],
    ['an order id that is a number', { data: { orderId: 1 } }],
    ['an order id of 65', { data: { orderId: 'a'.repeat(65) } }],
    ['an order id with a line break', { data: { orderId: 'att\n1' } }],
  ])('%s names no payment and is stored alone', (_, changes) => {
    expect(receive(raw(statusChanged(changes)))._unsafeUnwrap()).toMatchObject({ attemptId: null, ignorable: true })
  })

  test('a cancel that changed is followed where it names its payment', () => {
    const body = { eventType: 'CANCEL_STATUS_CHANGED', data: { transactionKey: 'tx', cancelStatus: 'DONE' } }
    expect(receive(raw(body))._unsafeUnwrap()).toMatchObject({ type: 'CANCEL_STATUS_CHANGED', ignorable: true })
    const named = { ...body, data: { ...body.data, paymentKey: 'pk_1' } }
    expect(receive(raw(named))._unsafeUnwrap()).toMatchObject({ providerRef: 'pk_1', ignorable: false })
  })

  test.each([
    'BILLING_DELETED',
    'METHOD_UPDATED',
    'CUSTOMER_STATUS_CHANGED',
    'ORDER_PAYMENT_STATUS_CHANGED',
    'tomorrow.changed',
  ])('%s is stored and leads to nothing', (eventType) => {
    expect(receive(raw(statusChanged({ eventType })))._unsafeUnwrap()).toMatchObject({
      type: eventType,
      attemptId: null,
      providerRef: null,
      trust: 'hint',
      ignorable: true,
    })
  })

  test('a name that is none, and a body without one, are unrecognized', () => {
    for (const eventType of [undefined, 7, 'a b', 'x'.repeat(65)]) {
      expect(receive(raw(statusChanged({ eventType })))._unsafeUnwrap().type).toBe('unrecognized')
    }
  })
})

describe('envelope B, a deposit', () => {
  test('carries the secret to compare, and keeps it out of the payload', () => {
    const notice = receive(raw(deposited()))._unsafeUnwrap()
    expect(notice).toMatchObject({
      type: 'DEPOSIT_CALLBACK',
      attemptId: orderId,
      providerRef: null,
      trust: 'secret',
      secret: 'ps_planted_secret',
      ignorable: false,
    })
    expect(notice.payload).not.toContain('planted')
  })

  test('without a secret it is not one', () => {
    expect(receive(raw(deposited({ secret: '' })))._unsafeUnwrap()).toMatchObject({ trust: 'hint', ignorable: true })
  })
})

describe('C-87: ids', () => {
  const idOf = (body: unknown, headers = {}) => receive(raw(body, headers))._unsafeUnwrap().id

  test('without a transmission id the id comes from what the notice says', () => {
    expect(idOf(statusChanged())).toMatch(/^toss_[0-9a-f]{64}$/)
    expect(idOf(statusChanged())).toBe(idOf(statusChanged({}, { orderName: 'beside the point' })))
    expect(idOf(deposited())).toBe(idOf(deposited({ beside: 'the point' })))
  })

  test.each([
    [statusChanged(), statusChanged({}, { status: 'CANCELED' })],
    [statusChanged(), statusChanged({}, { orderId: 'att_other' })],
    [statusChanged({}, { lastTransactionKey: 'a' }), statusChanged({}, { lastTransactionKey: 'b' })],
    [statusChanged(), statusChanged({ createdAt: '2026-01-05T10:01:04' })],
    [deposited(), deposited({ transactionKey: 'tx_2' })],
    [deposited(), deposited({ status: 'WAITING_FOR_DEPOSIT' })],
    [statusChanged({ eventType: 'x' }), statusChanged({ eventType: 'x' }, { other: 1 })],
  ])('two notices that say different things have two ids (%#)', (one, other) => {
    expect(idOf(one)).not.toBe(idOf(other))
  })

  test('a transmission id that is no id is set aside', () => {
    for (const id of ['', 'a b', 'x'.repeat(201)]) {
      expect(idOf(deposited(), { 'tosspayments-webhook-transmission-id': id })).toMatch(/^toss_/)
    }
  })
})

describe('what the fake sends is what the gateway reads', () => {
  const virtualAccount = async () => {
    const shop = shopOf({ webhookUrl: 'https://shop.example/webhooks/toss' })
    const returned = shop.fake.buyer.authorize({ orderId, amount: 33_000, method: 'VIRTUAL_ACCOUNT' })
    await shop.gateway.confirm({ ...attemptOf(), providerRef: returned.paymentKey }, returned)
    return shop
  }
  const noticesOf = ({ fake, gateway, clock }: Awaited<ReturnType<typeof virtualAccount>>) =>
    fake.webhooks
      .pending()
      .map(({ headers, rawBody }) => gateway.receive({ headers, rawBody, receivedAt: clock.now() })._unsafeUnwrap())

  test('a deposit is told twice: a callback with the secret, and a change of status', async () => {
    const shop = await virtualAccount()
    expect(noticesOf(shop)).toEqual([])
    shop.fake.bank.deposit(orderId)
    const secret = shop.fake.payments()[0]?.secret
    expect(noticesOf(shop)).toMatchObject([
      { type: 'PAYMENT_STATUS_CHANGED', trust: 'hint', attemptId: orderId },
      { type: 'DEPOSIT_CALLBACK', trust: 'secret', secret, attemptId: orderId },
    ])
    shop.fake.bank.reverseDeposit(orderId)
    expect(noticesOf(shop).at(-1)).toMatchObject({ type: 'DEPOSIT_CALLBACK', secret })
    expect(noticesOf(shop)).toHaveLength(3)
  })

  test('a payout comes signed', async () => {
    const shop = shopOf()
    shop.fake.dashboard.payout('po_1', 'COMPLETED')
    expect(noticesOf(shop)).toMatchObject([{ type: 'payout.changed', trust: 'signed', ignorable: true }])
    await settle()
  })
})
