import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { portOneV1, portOneV1Client } from '../../../src/providers/portone-v1'
import {
  answering,
  attemptOf,
  beginContext,
  billingOf,
  chargeOf,
  connect,
  issueOf,
  KEYS,
  orderOf,
  refundContext,
  refundOf,
  registered,
  settle,
  shopOf,
  wiringOf,
} from './support'

describe('options', () => {
  test.each([
    ['a blank key', { impKey: '' }, 'impKey'],
    ['a key of spaces', { impKey: '   ' }, 'impKey'],
    ['no key', { impKey: undefined }, 'impKey'],
    ['a blank secret', { impSecret: '' }, 'impSecret'],
    ['a line break after the secret', { impSecret: 'planted-31337\n' }, 'impSecret'],
    ['a byte order mark', { impSecret: '\ufeffplanted-31337' }, 'impSecret'],
    ['the key as the secret', { impKey: 'planted-31337', impSecret: 'planted-31337' }, 'impSecret'],
    ['a blank channel', { channelKey: ' ' }, 'channelKey'],
    ['the secret as the channel', { channelKey: KEYS.impSecret }, 'impSecret'],
    ['a blank code', { impCode: '' }, 'impCode'],
    ['a code that is none', { impCode: 'planted-31337' }, 'impCode'],
    ['a sub-store of two', { tier: 'A1' }, 'tier'],
    ['no mode', { mode: undefined }, 'mode'],
    ['a mode that is none', { mode: 'sandbox' }, 'mode'],
    ['a base URL that is none', { baseUrl: 'portone' }, 'baseUrl'],
    ['a webhook address that is none', { noticeUrl: 'hook' }, 'noticeUrl'],
    ['no window at all', { paymentWindowMs: 0 }, 'paymentWindowMs'],
    ['a window that is no number', { paymentWindowMs: Number.NaN }, 'paymentWindowMs'],
    ['no time for a deposit', { depositWithinMs: -1 }, 'depositWithinMs'],
    ['no time for an answer', { timeoutMs: 0.5 }, 'timeoutMs'],
    ['less than nothing to show', { issueAmount: -1 }, 'issueAmount'],
    ['addresses without a source', { webhookIps: ['10.0.0.1'] }, 'webhookSourceIp'],
    ['no addresses at all', { webhookIps: [], webhookSourceIp: () => '' }, 'webhookIps'],
  ])('%s is refused at construction, naming the option and not its value', (_name, changes, named) => {
    const make = () => portOneV1({ ...KEYS, ...changes } as Parameters<typeof portOneV1>[0]) // As from JavaScript.
    expect(make).toThrow(named)
    expect(make).toThrow(expect.objectContaining({ code: 'config_error' }))
    expect(make).not.toThrow('31337')
  })

  test('the client alone checks its credentials too, and needs no clock and no log', async () => {
    expect(() => portOneV1Client({ ...KEYS, impSecret: '' })).toThrow('impSecret')
    const shop = shopOf()
    const client = portOneV1Client({ ...KEYS, fetch: shop.fake.fetch })
    expect((await client.getPayment('imp_1'))._unsafeUnwrapErr().code).toBe('not_found')
  })

  test('the keys do not tell test from live: the mode does', () => {
    expect(portOneV1(KEYS).mode).toBe('test')
    expect(portOneV1({ ...KEYS, mode: 'live' }).mode).toBe('live')
  })
})

test('the buyer’s window takes the money, for as long as the host reckons with', () => {
  const { name, capabilities } = portOneV1(KEYS)
  expect(name).toBe('portone-v1')
  expect(capabilities).toMatchObject({
    capturedBy: 'buyer',
    chargeWindowMs: 3_600_000,
    refundWindowMs: 660_000,
    partialRefund: true,
    listsRefunds: true,
  })
  expect(capabilities.methods).toContain('kakaopay')
  expect(portOneV1({ ...KEYS, paymentWindowMs: 600_000 }).capabilities.chargeWindowMs).toBe(600_000)
  // Nothing that PortOne offers ends a window that is open.
  expect(connect(answering([200, {}]).fetch)).not.toHaveProperty('void')
})

describe('no secret gets out', () => {
  test('keys, tokens, billing keys and accounts are in no log, error, notice or printed gateway', async () => {
    const printed: string[] = []
    const print = (value: unknown) =>
      void printed.push(inspect(value, { depth: 9, showHidden: true }), `${JSON.stringify(value)}`)
    const shop = shopOf()
    const options = { ...KEYS, fetch: shop.fake.fetch }
    print(portOneV1(options))
    print(portOneV1(options).connect(wiringOf(shop.clock)))
    print(shop.gateway)
    print(shop.client)

    const attempt = attemptOf({ method: 'vbank' })
    print(await shop.gateway.begin(attempt, beginContext))
    const returned = shop.fake.buyer.pay(orderOf(attempt))
    const billingKey = await registered(shop)
    const refundAccount = { bankCode: '88', accountNumber: '110987654321', holderName: 'PLANTED NAME' }
    const owed = { ...attempt, providerRef: returned['imp_uid'] ?? '', capturedMinor: 33_000 }
    const calls = [
      ['getPayment', () => shop.gateway.confirm(attempt, returned)],
      ['cancelPayment', () => shop.gateway.refund(refundOf(), refundContext(owed, { refundAccount }))],
      ['chargeAgain', () => shop.billing.charge(chargeOf(billingKey))],
      ['getCustomer', () => shop.billing.lookupKey(billingKey)],
    ] as const
    for (const kind of ['lost_request', 'html_after', 'malformed_json', 'wrong_shape', 'unreachable'] as const) {
      for (const [operation, call] of calls) {
        shop.fake.faults.next({ kind }, { operation })
        print((await call())._unsafeUnwrapErr())
      }
    }
    for (const status of [200, 400, 401, 403, 404, 409, 429, 500]) {
      const echo = { code: -1, message: `${KEYS.impSecret} ${billingKey} token-1 token-2`, [KEYS.impSecret]: 1 }
      const gateway = connect(answering([status, echo]).fetch)
      print((await gateway.confirm(attempt, returned))._unsafeUnwrapErr())
      print((await gateway.refund(refundOf(), refundContext(owed, { refundAccount })))._unsafeUnwrapErr())
      print((await billingOf(gateway).charge(chargeOf(billingKey)))._unsafeUnwrapErr())
      const finished = await billingOf(gateway).finishIssue(issueOf(), {})
      print(finished._unsafeUnwrapErr())
    }
    await shop.fake.webhooks.deliverDue(async ({ headers, rawBody }) => {
      print(shop.gateway.receive({ headers, rawBody, receivedAt: shop.clock.now() }))
      return 200
    })
    await settle()
    print(shop.logged)
    expect(shop.logged.length).toBeGreaterThan(20)

    const text = printed.join('\n')
    const token = (await shop.client.getToken())._unsafeUnwrap().access_token
    const accountNumber = shop.fake.payments()[0]?.account?.number ?? ''
    const secrets = [KEYS.impKey, KEYS.impSecret, token, accountNumber, billingKey, 'PLANTED NAME', '110987654321']
    for (const secret of [...secrets, 'planted', 'token-1', 'buyer@shop.example']) {
      expect(secret.length).toBeGreaterThan(3)
      expect(text).not.toContain(secret)
    }
  })
})
