import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type Currency, krw, type Money } from '../../../src/core/money'
import type { LogEntry } from '../../../src/providers/http'
import { toss } from '../../../src/providers/toss'
import {
  accepted,
  answering,
  attemptOf,
  beginContext,
  CLIENT_KEY,
  connect,
  manualClock,
  refundContext,
  refundOf,
  SECRET_KEY,
  SECURITY_KEY,
  settle,
  shopOf,
  wiringOf,
} from './support'

describe('S2-21: keys decide between test and live', () => {
  test.each([
    ['test_sk_a', 'test_ck_a', 'test'],
    ['live_sk_a', 'live_ck_a', 'live'],
    ['test_gsk_a', 'test_gck_a', 'test'],
    ['live_gsk_a', 'live_gck_a', 'live'],
    ['test_sk', 'test_ck', 'test'],
  ])('%s with %s is %s', (secretKey, clientKey, mode) => {
    expect(toss({ secretKey, clientKey }).mode).toBe(mode)
  })

  test.each([
    ['a blank secret', '', 'test_ck_a', 'secretKey'],
    ['a secret of spaces', '   ', 'test_ck_a', 'secretKey'],
    ['a blank client key', 'test_sk_a', '', 'clientKey'],
    ['a line break after the secret', 'test_sk_31337\n', 'test_ck_a', 'secretKey'],
    ['a space in the client key', 'test_sk_a', 'test_ck_31 337', 'clientKey'],
    ['a byte order mark', '\ufefftest_sk_31337', 'test_ck_a', 'secretKey'],
    ['an unknown prefix', 'prod_sk_31337', 'test_ck_a', 'secretKey'],
    ['a prefix that only begins alike', 'test_skx31337', 'test_ck_a', 'secretKey'],
    ['the two swapped', 'test_ck_31337', 'test_sk_31337', 'secretKey'],
    ['a secret in place of the client key', 'test_sk_a', 'test_sk_31337', 'clientKey'],
    ['test with live', 'test_sk_31337', 'live_ck_31337', 'test key'],
    ['live with test', 'live_sk_31337', 'test_ck_31337', 'live key'],
    ['gsk with ck', 'test_gsk_31337', 'test_ck_31337', 'gsk'],
    ['sk with gck', 'test_sk_31337', 'test_gck_31337', 'gck'],
  ])('refuses %s at construction, naming the key and not its value', (_, secretKey, clientKey, named) => {
    const attempt = () => toss({ secretKey, clientKey })
    expect(attempt).toThrow(named)
    expect(attempt).toThrow(expect.objectContaining({ code: 'config_error' }))
    expect(attempt).not.toThrow('31337')
  })

  test.each(['', 'a'.repeat(63), 'g'.repeat(64)])('refuses the security key %j', (securityKey) => {
    expect(() => toss({ secretKey: 'test_sk_a', clientKey: 'test_ck_a', securityKey })).toThrow('securityKey')
  })

  test('refuses a base URL that is none', () => {
    expect(() => toss({ secretKey: 'test_sk_a', clientKey: 'test_ck_a', baseUrl: 'toss' })).toThrow('baseUrl')
  })
})

test('only confirm takes money, for as long as Toss would carry it out and a minute more', () => {
  const { name, capabilities } = toss({ secretKey: 'test_sk_a', clientKey: 'test_ck_a' })
  expect(name).toBe('toss')
  expect(capabilities).toMatchObject({ capturedBy: 'confirm', chargeWindowMs: 660_000, partialRefund: true })
  expect(capabilities.methods).toContain('CARD')
  expect(connect(answering(200, {}).fetch)).not.toHaveProperty('void')
})

describe('begin', () => {
  const { fetch, requests } = answering(200, {})
  const gateway = connect(fetch)
  const amountOf = (amountMinor: number, currency: Currency): Money => ({ amountMinor, currency })

  test('gives the browser what the window takes, and asks Toss for nothing', async () => {
    const customer = { name: '홍길동', email: 'buyer@shop.example' }
    expect((await gateway.begin(attemptOf(), { ...beginContext, customer }))._unsafeUnwrap()).toEqual({
      action: 'window',
      gateway: 'toss',
      parameters: {
        clientKey: CLIENT_KEY,
        customerKey: 'ANONYMOUS',
        method: 'CARD',
        amount: 33_000,
        currency: 'KRW',
        orderId: attemptOf().id,
        orderName: '녹차 세트 외 1건',
        successUrl: 'https://shop.example/success',
        failUrl: 'https://shop.example/fail',
        customerName: '홍길동',
        customerEmail: 'buyer@shop.example',
      },
    })
    expect(requests).toEqual([])
  })

  test('a window needs a method, the widget asks for it itself', async () => {
    const attempt = attemptOf({ method: null })
    expect((await gateway.begin(attempt, beginContext))._unsafeUnwrap()).toMatchObject({
      parameters: { method: 'CARD' },
    })
    const widget = toss({ secretKey: 'test_gsk_a', clientKey: 'test_gck_a' }).connect(wiringOf(manualClock()))
    expect((await widget.begin(attempt, beginContext))._unsafeUnwrap()).toMatchObject({ parameters: { method: null } })
  })

  test('writes dollars as dollars', async () => {
    const begun = await gateway.begin(attemptOf({ amount: amountOf(1_999, 'USD') }), beginContext)
    expect(begun._unsafeUnwrap()).toMatchObject({ parameters: { amount: 19.99, currency: 'USD' } })
  })

  test('cuts what is too long and leaves out an address that is', async () => {
    const context = {
      ...beginContext,
      title: '가'.repeat(101),
      customer: { name: 'n'.repeat(101), email: 'e'.repeat(101) },
    }
    expect((await gateway.begin(attemptOf(), context))._unsafeUnwrap()).toMatchObject({
      parameters: { orderName: '가'.repeat(100), customerName: 'n'.repeat(100), customerEmail: null },
    })
  })

  test.each([
    ['card at the minimum', { amount: krw(100) }],
    ['account at the minimum', { amount: krw(200), method: 'VIRTUAL_ACCOUNT' }],
    ['transfer at the maximum', { amount: krw(10_000_000), method: 'TRANSFER' }],
    ['yen', { amount: amountOf(1, 'JPY') }],
  ])('accepts %s', async (_, changes) => {
    expect((await gateway.begin(attemptOf(changes), beginContext)).isOk()).toBe(true)
  })

  test.each([
    ['a card below the minimum', { amount: krw(99) }, {}, 'invalid_request', 'amount'],
    ['an account below the minimum', { amount: krw(199), method: 'TRANSFER' }, {}, 'invalid_request', 'amount'],
    ['a transfer above the maximum', { amount: krw(10_000_001), method: 'TRANSFER' }, {}, 'invalid_request', 'amount'],
    ['zero', { amount: krw(0) }, {}, 'invalid_request', 'amount'],
    ['no dollars', { amount: amountOf(0, 'USD') }, {}, 'invalid_request', 'amount'],
    ['euros', { amount: amountOf(1_000, 'EUR') }, {}, 'invalid_request', 'currency'],
    ['an order id of 5', { id: 'att_1' }, {}, 'invalid_request', 'orderId'],
    ['an order id of 65', { id: 'a'.repeat(65) }, {}, 'invalid_request', 'orderId'],
    ['an order id with a dot', { id: 'att.0001' }, {}, 'invalid_request', 'orderId'],
    ['an empty title', {}, { title: ' ' }, 'invalid_request', 'title'],
    ['one URL of two', {}, { failUrl: null }, 'invalid_request', 'failUrl'],
    ['a method Toss does not have', { method: 'CASH' }, {}, 'method_unavailable', 'method'],
  ])('refuses %s before the buyer sees a window', async (_, attempt, context, code, field) => {
    const refused = (await gateway.begin(attemptOf(attempt), { ...beginContext, ...context }))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code, outcome: 'not_executed', message: expect.stringContaining(field) })
  })
})

describe('no secret gets out', () => {
  test('keys, payment keys, deposit secrets and accounts are in no log, no error and no printed gateway', async () => {
    const printed: string[] = []
    const print = (value: unknown) =>
      void printed.push(inspect(value, { depth: 9, showHidden: true }), `${JSON.stringify(value)}`)
    const shop = shopOf()
    const options = { secretKey: SECRET_KEY, clientKey: CLIENT_KEY, securityKey: SECURITY_KEY, fetch: shop.fake.fetch }
    print(toss(options))
    print(toss(options).connect(wiringOf(shop.clock)))
    print(shop.gateway)

    const { id: orderId } = attemptOf()
    const returned = shop.fake.buyer.authorize({ orderId, amount: 33_000, method: 'VIRTUAL_ACCOUNT' })
    const asked = accepted(attemptOf({ method: 'VIRTUAL_ACCOUNT' }), returned.paymentKey)
    for (const kind of ['lost_request', 'html_after', 'malformed_json', 'wrong_shape', 'unreachable'] as const) {
      shop.fake.faults.next({ kind })
      print((await shop.gateway.confirm(asked, returned))._unsafeUnwrapErr())
    }
    for (const status of [400, 401, 403, 404, 409, 429, 500]) {
      const echo = { code: 'INVALID_REQUEST', message: `${SECRET_KEY} ${returned.paymentKey}`, [SECRET_KEY]: 1 }
      const logged: LogEntry[] = []
      const gateway = connect(answering(status, echo).fetch, shop.clock, logged)
      print((await gateway.confirm(asked, returned))._unsafeUnwrapErr())
      print((await gateway.lookup(asked))._unsafeUnwrapErr())
      const refundAccount = { bankCode: '88', accountNumber: '110987654321', holderName: 'PLANTED NAME' }
      print((await gateway.refund(refundOf(), refundContext(asked, { refundAccount })))._unsafeUnwrapErr())
      print(logged)
      expect(logged.map(({ operation }) => operation)).toEqual(['confirmPayment', 'getPayment', 'cancelPayment'])
    }
    await settle()
    print(shop.logged)
    expect(shop.logged).toHaveLength(5)

    const text = printed.join('\n')
    const accountNumber = shop.fake.payments()[0]?.account?.number ?? ''
    const depositSecret = shop.fake.payments()[0]?.secret ?? ''
    const secrets = [
      SECRET_KEY,
      SECURITY_KEY,
      btoa(`${SECRET_KEY}:`),
      returned.paymentKey,
      accountNumber,
      depositSecret,
    ]
    for (const secret of [...secrets, 'PLANTED NAME', '110987654321', 'planted']) {
      expect(secret.length).toBeGreaterThan(3)
      expect(text).not.toContain(secret)
    }
  })
})
