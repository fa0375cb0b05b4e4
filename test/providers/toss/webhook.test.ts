import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RawWebhook } from '../../../src/providers/gateway'
import { signTossWebhook } from '../../../src/providers/toss'
import { tossWebhooks } from '../../../src/providers/toss/webhook'
import { answering, attemptOf, connect, SECURITY_KEY, START, settle, shopOf } from './support'

const { receive } = connect(answering(200, {}).fetch)

const raw = (body: unknown, headers: Record<string, string | undefined> = {}): RawWebhook => ({
  headers,
  rawBody: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  receivedAt: new Date(START),
})

const orderId = attemptOf().id
const statusChanged = (changes: object = {}, data: object = {}) => ({
  eventType: 'PAYMENT_STATUS_CHANGED',
  createdAt: '2026-01-05T10:01:03.123456',
  data: { paymentKey: 'pk_1', orderId, status: 'DONE', totalAmount: 33_000, secret: 'ps_planted_secret', ...data },
  ...changes,
})
const deposited = (changes: object = {}) => ({
  createdAt: '2026-01-06T08:30:00.000000',
  secret: 'ps_planted_secret',
  status: 'DONE',
  transactionKey: 'tx_1',
  orderId,
  ...changes,
})
const payout = {
  eventType: 'payout.changed',
  createdAt: '2026-01-06T10:00:00+09:00',
  version: '2022-11-16',
  eventId: 'event-1',
  entityType: 'payout',
  entityBody: { id: 'payout-1', status: 'COMPLETED' },
}

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

describe('envelope C, signed', () => {
  const transmissionTime = '2026-01-05T01:00:00.000Z'
  const signed = (securityKey = SECURITY_KEY, time = transmissionTime) =>
    signTossWebhook({ securityKey, rawBody: JSON.stringify(payout), transmissionTime: time })
  const macOf = (key: string | Buffer) =>
    createHmac('sha256', key)
      .update(`${JSON.stringify(payout)}:${transmissionTime}`)
      .digest('base64')

  test('is verified, concerns no payment, and has its id inside what is signed', () => {
    const headers = { ...signed(), 'tosspayments-webhook-transmission-id': 'whtrans_9' }
    expect(receive(raw(payout, headers))._unsafeUnwrap()).toMatchObject({
      id: 'event-1',
      type: 'payout.changed',
      attemptId: null,
      trust: 'signed',
      ignorable: true,
    })
  })

  test('the bytes are what is signed: text and bytes verify alike', () => {
    expect(receive(raw(new TextEncoder().encode(JSON.stringify(payout)), signed())).isOk()).toBe(true)
    expect(receive(raw(`${JSON.stringify(payout)} `, signed()))._unsafeUnwrapErr().code).toBe('signature_invalid')
  })

  test.each([
    ['bytes', Buffer.from(SECURITY_KEY, 'hex')],
    ['text', SECURITY_KEY],
  ])('the key counts as %s', (_, key) => {
    const headers = { ...signed(), 'tosspayments-webhook-signature': `v1:${macOf(key)}` }
    expect(receive(raw(payout, headers)).isOk()).toBe(true)
  })

  test('two signatures while a key is replaced: either place will do, two strangers will not', () => {
    const [mine, other] = [signed(), signed('f'.repeat(64))].map((it) => it['tosspayments-webhook-signature'])
    const receiveWith = (signature: string) =>
      receive(
        raw(payout, {
          ...signed(),
          'Tosspayments-Webhook-Signature': undefined,
          'tosspayments-webhook-signature': signature,
        }),
      )
    expect(receiveWith(`${mine},${other}`).isOk()).toBe(true)
    expect(receiveWith(`${other}, ${mine}`).isOk()).toBe(true)
    expect(receiveWith(`${other},${other}`)._unsafeUnwrapErr().code).toBe('signature_invalid')
  })

  test('header names may come in any case', () => {
    const headers = Object.fromEntries(Object.entries(signed()).map(([name, value]) => [name.toUpperCase(), value]))
    expect(receive(raw(payout, headers)).isOk()).toBe(true)
  })

  test.each([
    ['no headers', {}],
    ['no signature', { ...signed(), 'tosspayments-webhook-signature': undefined }],
    ['an empty signature', { ...signed(), 'tosspayments-webhook-signature': '' }],
    ['an empty v1', { ...signed(), 'tosspayments-webhook-signature': 'v1:' }],
    ['another scheme', { ...signed(), 'tosspayments-webhook-signature': `v0:${macOf(SECURITY_KEY)}` }],
    ['a bare signature', { ...signed(), 'tosspayments-webhook-signature': macOf(SECURITY_KEY) }],
    ['no time', { ...signed(), 'tosspayments-webhook-transmission-time': undefined }],
    ['another time', { ...signed(), 'tosspayments-webhook-transmission-time': '2026-01-05T01:00:01.000Z' }],
    ['another key', signed('f'.repeat(64))],
    ['a key of the other case', signed(SECURITY_KEY.toUpperCase().replace(/[0-9]/g, '0'))],
  ])('C-34: %s is refused', (_, headers) => {
    expect(receive(raw(payout, headers))._unsafeUnwrapErr().code).toBe('signature_invalid')
  })

  test('C-34: a signed event in an unsigned envelope must be signed all the same', () => {
    const body = statusChanged({ eventType: 'seller.changed' })
    expect(receive(raw(body))._unsafeUnwrapErr().code).toBe('signature_invalid')
  })

  test.each([
    [-5 * 60_000, true],
    [-5 * 60_000 - 1, false],
    [0, true],
    [4 * 86_400_000, true],
    [4 * 86_400_000 + 1, false],
  ])('a signature %i ms old is accepted: %s', (ageMs, fine) => {
    const result = receive(raw(payout, signed(SECURITY_KEY, new Date(START - ageMs).toISOString())))
    expect(
      result.match(
        () => 'ok',
        ({ code }) => code,
      ),
    ).toBe(fine ? 'ok' : 'timestamp_out_of_tolerance')
  })

  test('a time nobody can read is out of tolerance, even signed', () => {
    expect(receive(raw(payout, signed(SECURITY_KEY, 'soon')))._unsafeUnwrapErr().code).toBe(
      'timestamp_out_of_tolerance',
    )
  })

  test('without a security key it is a setting that is missing; other events need none', () => {
    const bare = tossWebhooks({ securityKey: undefined })
    expect(bare(raw(payout, signed()))._unsafeUnwrapErr().code).toBe('webhook_security_not_configured')
    expect(bare(raw(statusChanged())).isOk()).toBe(true)
  })

  test('an event nobody signs, in the same envelope, is a hint', () => {
    const body = { ...payout, eventType: 'ars-reservation.changed' }
    expect(receive(raw(body))._unsafeUnwrap()).toMatchObject({ trust: 'hint', ignorable: true })
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

describe('bodies that cannot be read', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '1'],
    ['no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['more than 256 KiB', `{"a":"${'x'.repeat(256 * 1024)}"}`],
  ])('%s is unreadable_body', (_, body) => {
    expect(receive(raw(body))._unsafeUnwrapErr().code).toBe('unreadable_body')
  })

  test('deep nesting is read or refused, never thrown', () => {
    const depth = 100_000
    const body = `{"eventType":"x","data":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect(['ok', 'unreadable_body']).toContain(
      receive(raw(body)).match(
        () => 'ok',
        ({ code }) => code,
      ),
    )
  })
})

describe('whatever comes in', () => {
  test('is answered by a value, never by an exception, and never passes for signed', () => {
    const names = [
      'eventType',
      'createdAt',
      'data',
      'secret',
      'orderId',
      'entityBody',
      'eventId',
      'status',
      '__proto__',
    ]
    const events = fc.constantFrom('PAYMENT_STATUS_CHANGED', 'payout.changed', 'seller.changed', 'x')
    const shaped = fc.dictionary(fc.constantFrom(...names), fc.oneof(events, fc.jsonValue()), { maxKeys: 6 })
    const body = fc.oneof(
      shaped.map((it) => JSON.stringify(it)),
      fc.json(),
      fc.string(),
      fc.uint8Array({ maxLength: 64 }),
    )
    const signature = fc.oneof(
      fc.string(),
      fc.base64String().map((it) => `v1:${it}`),
    )
    const headers = fc.record({
      'tosspayments-webhook-signature': signature,
      'tosspayments-webhook-transmission-time': fc.constantFrom('2026-01-05T01:00:00.000Z', '', 'soon'),
      'tosspayments-webhook-transmission-id': fc.string(),
    })
    fc.assert(
      fc.property(body, headers, (rawBody, given) => {
        const result = receive(raw(rawBody, given))
        if (result.isErr()) return
        expect(result.value.trust).not.toBe('signed')
        expect(result.value.id).not.toBe('')
        expect(() => JSON.parse(result.value.payload)).not.toThrow()
      }),
      { numRuns: 20_000 },
    )
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
