import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import * as door from '../../../src/providers/payple'
import { type PaypleOptions, payple } from '../../../src/providers/payple'
import { paypleClient } from '../../../src/providers/payple/client'
import {
  answering,
  authAnswer,
  authorized,
  connect,
  KEYS,
  manualClock,
  paid,
  payplePayment,
  refundContext,
  refundOf,
  shopOf,
  wiringOf,
} from './support'

describe('what cannot work is refused at construction', () => {
  const wrong: readonly (readonly [string, Partial<Record<keyof PaypleOptions, unknown>>, string])[] = [
    ['no refund key', { refundKey: undefined }, 'refundKey'],
    ['a blank refund key', { refundKey: '  ' }, 'refundKey'],
    ['no merchant id', { cstId: '' }, 'cstId'],
    ['no merchant key', { custKey: undefined }, 'custKey'],
    ['a line break after the merchant key', { custKey: 'planted-31337\n' }, 'custKey'],
    ['a space in the merchant id', { cstId: 'planted 31337' }, 'cstId'],
    ['no client key', { clientKey: '' }, 'clientKey'],
    ['a live client key for test', { clientKey: 'planted-31337' }, 'clientKey'],
    ['a test client key for live', { mode: 'live', clientKey: 'test_planted-31337' }, 'clientKey'],
    ['no mode', { mode: undefined }, 'mode'],
    ['a mode that is none', { mode: 'planted-31337' }, 'mode'],
    ['no referer', { referer: undefined }, 'referer'],
    ['a referer that is no URL', { referer: 'planted-31337' }, 'referer'],
    ['a referer that is no web address', { referer: 'ftp://planted-31337.example' }, 'referer'],
    ['a referer among the headers', { headers: { Referer: 'https://planted-31337.example' } }, 'referer'],
    ['a base URL that is none', { baseUrl: 'planted-31337' }, 'baseUrl'],
    ['the live host for test', { baseUrl: 'https://cpay.payple.kr' }, 'baseUrl'],
    ['the test host for live', { mode: 'live', clientKey: 'k', baseUrl: 'https://democpay.payple.kr' }, 'baseUrl'],
    ['an auth path without a slash', { authPath: 'planted-31337' }, 'authPath'],
    ['more than 15 minutes', { authTtlMs: 900_001 }, 'authTtlMs'],
    ['less than nothing', { authTtlMs: -1 }, 'authTtlMs'],
    ['a time-out of nothing', { timeoutMs: 0 }, 'timeoutMs'],
    ['a confirm host with a scheme', { confirmHosts: ['https://planted-31337.example'] }, 'confirmHosts'],
    ['a cache with encoded credentials', { cache: new Map(), credentials: 'encoded' }, 'cache'],
  ]
  test.each(wrong)('S0-20: %s, naming the option and not its value', (_, changes, named) => {
    const make = () => payple({ ...KEYS, ...changes } as PaypleOptions)
    expect(make).toThrow(named)
    expect(make).toThrow(expect.objectContaining({ code: 'config_error' }))
    expect(make).not.toThrow('31337')
  })

  test('S0-20: a client without a refund key works, and says so when it comes to a cancel', async () => {
    const { clientKey: _, refundKey: __, ...keys } = KEYS
    const { fetch, requests } = answering(200, {})
    const client = paypleClient({ ...keys, fetch, clock: manualClock() })
    const refused = await client.cancelPayment({ PCD_PAY_OID: 'x', PCD_PAY_DATE: '20260301', PCD_REFUND_TOTAL: 1 })
    expect(refused._unsafeUnwrapErr()).toMatchObject({
      code: 'config_error',
      outcome: 'not_executed',
      message: expect.stringContaining('refundKey'),
    })
    expect(requests).toEqual([])
  })

  test('mode decides the host', async () => {
    for (const [mode, host] of [
      ['test', 'democpay.payple.kr'],
      ['live', 'cpay.payple.kr'],
    ] as const) {
      const { fetch, requests } = answering(200, {})
      const { clientKey: _, ...keys } = KEYS
      await paypleClient({ ...keys, mode, fetch, clock: manualClock() }).getBillingKey('x')
      expect(requests[0]?.url).toBe(`https://${host}/php/auth.php`)
    }
  })
})

test('only confirm takes money, within 11 minutes, and no look-up lists refunds', () => {
  const { name, mode, capabilities } = payple(KEYS)
  expect([name, mode]).toEqual(['payple', 'test'])
  expect(capabilities).toEqual({
    methods: ['CARD', 'TRANSFER'],
    partialRefund: true,
    capturedBy: 'confirm',
    chargeWindowMs: 660_000,
    refundWindowMs: 660_000,
    listsRefunds: false,
  })
  const gateway = connect(answering(200, {}).fetch)
  expect(gateway).not.toHaveProperty('void')
  expect(gateway.billing).toMatchObject({ issuedIn: 'window' })
  expect(gateway.billing).not.toHaveProperty('schedules')
})

test('S1-01: no door takes a card number: cards are registered in the window alone', () => {
  expect(Object.keys(door).sort()).toEqual(['payple', 'paypleClient', 'paypleWindow'])
  const { clientKey: _, ...keys } = KEYS
  expect(Object.keys(paypleClient(keys))).toEqual([
    'confirmPayment',
    'chargeBillingKey',
    'cancelPayment',
    'getPayment',
    'getBillingKey',
    'deleteBillingKey',
    'issueCashReceipt',
    'cancelCashReceipt',
    'listSettlements',
  ])
})

describe('headers', () => {
  /** A server that speaks HTTP, to see what really goes over the wire. */
  const listen = async (seen: IncomingHttpHeaders[]) => {
    const server = createServer((request, response) => {
      seen.push(request.headers)
      const isAuth = request.url?.endsWith('/php/auth.php') === true
      const { port } = server.address() as AddressInfo
      const body = isAuth ? authAnswer({ return_url: `http://127.0.0.1:${port}/php/x.php` }) : payplePayment()
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return { baseUrl: `http://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(resolve)) }
  }

  test('S0-54: the referer and the fixed headers of the host go with every request, over a real connection', async () => {
    const seen: IncomingHttpHeaders[] = []
    const server = await listen(seen)
    const { clientKey: _, ...keys } = KEYS
    const client = paypleClient({ ...keys, baseUrl: server.baseUrl, headers: { 'x-shop': 'green-tea' } })
    const found = await client.getPayment({ PCD_PAY_TYPE: 'card', PCD_PAY_OID: 'x', PCD_PAY_DATE: '20260301' })
    await server.close()
    expect(found.isOk()).toBe(true)
    expect(seen).toHaveLength(2)
    for (const headers of seen) {
      expect(headers).toMatchObject({
        referer: 'https://shop.example',
        'x-shop': 'green-tea',
        'cache-control': 'no-cache',
        'content-type': 'application/json',
      })
    }
  })
})

describe('no secret gets out', () => {
  test('keys, tokens, return keys and billing keys are in no log, no error and no printed gateway', async () => {
    const printed: string[] = []
    const print = (value: unknown) =>
      void printed.push(inspect(value, { depth: 9, showHidden: true }), `${JSON.stringify(value)}`)
    const shop = shopOf()
    print(payple({ ...KEYS, fetch: shop.fake.fetch }))
    print(payple(KEYS).connect(wiringOf(shop.clock)))
    print([shop.gateway, shop.client])

    const { attempt, returned } = authorized(shop)
    for (const kind of ['lost_request', 'html_after', 'malformed_json', 'wrong_shape', 'unreachable'] as const) {
      // A new one each time: the same would not send a confirmation twice.
      const gateway = connect(shop.fake.fetch, shop.clock, shop.logged)
      shop.fake.faults.next({ kind })
      print((await gateway.confirm(attempt, returned))._unsafeUnwrapErr())
    }
    const done = await paid(shop, { id: 'att_2' })
    for (const kind of ['html_after', 'wrong_shape', 'unreachable'] as const) {
      shop.fake.faults.next({ kind })
      print(await shop.gateway.refund(refundOf(), refundContext(done)))
      shop.fake.faults.next({ kind }, { operation: 'cancelPayment' })
      print(await shop.gateway.refund(refundOf(), refundContext(done)))
    }
    const payerId = shop.fake.buyer.register({ issueId: 'bki_1', payerNo: '1001' })['PCD_PAYER_ID'] ?? ''
    print(await shop.client.getBillingKey('planted-other-key-31337'))
    print(await shop.client.deleteBillingKey(payerId))
    print(await shop.client.deleteBillingKey(payerId))
    print(shop.logged)
    for (const { rawBody, headers } of shop.fake.webhooks.pending()) {
      print(shop.gateway.receive({ rawBody, headers, receivedAt: shop.clock.now() })._unsafeUnwrap().payload)
    }

    const { PCD_AUTH_KEY: authKey = '', PCD_PAY_REQKEY: requestKey = '' } = returned
    const tokens = shop.sent.flatMap(({ body }) => [body['PCD_AUTH_KEY'], body['PCD_CST_ID'], body['PCD_CUST_KEY']])
    const needles = [KEYS.cstId, KEYS.custKey, KEYS.refundKey, authKey, requestKey, payerId, 'planted-other', ...tokens]
    const text = printed.join('\n')
    for (const needle of needles.filter((it) => it !== undefined)) expect(text).not.toContain(needle)
    expect(needles.length).toBeGreaterThan(20)
    expect(shop.logged.length).toBeGreaterThan(15)
    for (const entry of shop.logged) {
      expect(Object.keys(entry)).toEqual(['provider', 'operation', 'status', 'durationMs'])
    }
  })
})
