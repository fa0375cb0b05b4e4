import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type Currency, krw, type Money } from '../../../src/core/money'
import { mayStillArrive } from '../../../src/providers/gateway'
import type { LogEntry } from '../../../src/providers/http'
import { type PortOneV2Options, portOneV2 } from '../../../src/providers/portone-v2'
import {
  API_SECRET,
  answering,
  asked,
  attemptOf,
  beginContext,
  CHANNEL_KEY,
  chargeOf,
  connect,
  issueOf,
  KEYS,
  orderOf,
  refundContext,
  refundOf,
  STORE_ID,
  sentOf,
  settle,
  shopOf,
  through,
  UNCLEAR,
  WEBHOOK_SECRET,
  wiringOf,
} from './support'

describe('options', () => {
  test.each(['test', 'live'] as const)('the mode is the merchant’s to say: %s', (mode) => {
    expect(portOneV2({ ...KEYS, mode }).mode).toBe(mode)
  })

  const wrong: readonly (readonly [
    what: string,
    options: Partial<Record<keyof PortOneV2Options, unknown>>,
    named: string,
  ])[] = [
    ['a blank secret', { apiSecret: '' }, 'apiSecret'],
    ['a secret of spaces', { apiSecret: '  ' }, 'apiSecret'],
    ['no secret', { apiSecret: undefined }, 'apiSecret'],
    ['a line break after the secret', { apiSecret: 'planted31337\n' }, 'apiSecret'],
    ['a byte order mark', { apiSecret: '\ufeffplanted31337' }, 'apiSecret'],
    ['a blank store', { storeId: '' }, 'storeId'],
    ['no store', { storeId: undefined }, 'storeId'],
    ['a store that is a channel', { storeId: 'channel-key-31337' }, 'storeId'],
    ['a blank channel', { channelKey: '' }, 'channelKey'],
    ['a channel that is a store', { channelKey: 'store-31337' }, 'channelKey'],
    ['a mode that is none', { mode: 'prod31337' }, 'mode'],
    ['no mode', { mode: undefined }, 'mode'],
    ['no time for the window', { paymentWindowMs: 0 }, 'paymentWindowMs'],
    ['half a millisecond', { paymentWindowMs: 0.5 }, 'paymentWindowMs'],
    ['an endless window', { paymentWindowMs: Number.POSITIVE_INFINITY }, 'paymentWindowMs'],
    ['less time than PortOne asks for', { timeoutMs: 59_999 }, 'timeoutMs'],
    ['an address that is none', { baseUrl: 'portone' }, 'baseUrl'],
    ['a notice to nowhere', { noticeUrls: ['/hook31337'] }, 'noticeUrls'],
    ['a notice to a script', { noticeUrls: ['javascript:31337'] }, 'noticeUrls'],
  ]
  test.each(wrong)('refuses %s at construction, naming the option and not its value', (_, options, named) => {
    // Cast: what a host without types would hand in.
    const make = () => portOneV2({ ...KEYS, ...options } as PortOneV2Options)
    expect(make).toThrow(named)
    expect(make).toThrow(expect.objectContaining({ code: 'config_error' }))
    expect(make).not.toThrow('31337')
  })

  test('the buyer’s window takes the money, for as long as it is given', () => {
    const { name, capabilities } = portOneV2(KEYS)
    expect(name).toBe('portone-v2')
    expect(capabilities).toMatchObject({ capturedBy: 'buyer', chargeWindowMs: 3_600_000, refundWindowMs: 660_000 })
    expect(capabilities.methods).toContain('CARD')
    expect(portOneV2({ ...KEYS, paymentWindowMs: 1 }).capabilities.chargeWindowMs).toBe(1)
    expect(connect(answering(200, {}).fetch)).not.toHaveProperty('void')
  })
})

describe('begin', () => {
  const amountOf = (amountMinor: number, currency: Currency): Money => ({ amountMinor, currency })

  test('S2-43: registers the amount, then gives the browser what the window takes', async () => {
    const { fetch, requests } = answering(200, {})
    const customer = { name: '홍길동', email: 'buyer@shop.example' }
    const begun = await connect(fetch).begin(attemptOf(), { ...beginContext, customer })
    expect(begun._unsafeUnwrap()).toEqual({
      action: 'window',
      gateway: 'portone-v2',
      parameters: {
        storeId: STORE_ID,
        channelKey: CHANNEL_KEY,
        paymentId: sentOf(attemptOf().id),
        orderName: '녹차 세트 외 1건',
        totalAmount: 33_000,
        currency: 'KRW',
        payMethod: 'CARD',
        redirectUrl: 'https://shop.example/return',
        customerFullName: '홍길동',
        customerEmail: 'buyer@shop.example',
      },
    })
    expect(requests.map(({ method, url, body }) => [method, new URL(url).pathname, JSON.parse(body)])).toEqual([
      [
        'POST',
        `/payments/${sentOf(attemptOf().id)}/pre-register`,
        { storeId: STORE_ID, totalAmount: 33_000, currency: 'KRW' },
      ],
    ])
  })

  test('a window needs a method; dollars go in cents', async () => {
    const attempt = attemptOf({ method: null, amount: amountOf(1_999, 'USD') })
    const begun = await connect(answering(200, {}).fetch).begin(attempt, beginContext)
    expect(begun._unsafeUnwrap()).toMatchObject({
      parameters: { payMethod: 'CARD', totalAmount: 1_999, currency: 'USD' },
    })
  })

  test('on a desktop nobody has to be sent anywhere', async () => {
    const begun = await connect(answering(200, {}).fetch).begin(attemptOf(), { ...beginContext, successUrl: null })
    expect(begun._unsafeUnwrap()).toMatchObject({ parameters: { redirectUrl: null } })
  })

  test('cuts what is too long and leaves out an address that is', async () => {
    const context = {
      ...beginContext,
      title: '가'.repeat(101),
      customer: { name: 'n'.repeat(101), email: 'e'.repeat(101) },
    }
    expect((await connect(answering(200, {}).fetch).begin(attemptOf(), context))._unsafeUnwrap()).toMatchObject({
      parameters: { orderName: '가'.repeat(100), customerFullName: 'n'.repeat(100), customerEmail: null },
    })
  })

  test.each([
    ['zero', { amount: krw(0) }, {}, 'invalid_request', 'amount'],
    ['less than zero', { amount: krw(-1) }, {}, 'invalid_request', 'amount'],
    ['an id of 5', { id: 'att_12' }, {}, 'invalid_request', 'paymentId'],
    ['an id of 41', { id: 'a'.repeat(41) }, {}, 'invalid_request', 'paymentId'],
    ['an id with a hyphen', { id: 'att_00-01' }, {}, 'invalid_request', 'paymentId'],
    ['an empty title', {}, { title: ' ' }, 'invalid_request', 'title'],
    ['a method PortOne does not have', { method: 'CASH' }, {}, 'method_unavailable', 'method'],
  ])('refuses %s before anything is sent', async (_, attempt, context, code, field) => {
    const { fetch, requests } = answering(200, {})
    const refused = (await connect(fetch).begin(attemptOf(attempt), { ...beginContext, ...context }))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code, outcome: 'not_executed', message: expect.stringContaining(field) })
    expect(requests).toEqual([])
  })

  test('S0-42: what was registered is what the window opens for', async () => {
    const { fake, gateway } = shopOf()
    await gateway.begin(attemptOf(), beginContext)
    for (const change of [{ totalAmount: 32_999 }, { currency: 'USD' }]) {
      expect(fake.buyer.open({ ...orderOf(), ...change })).toEqual({ code: 'AmountNotEqualToPredefined' })
    }
    expect(fake.buyer.open(orderOf())).toHaveProperty('transactionId')
  })

  test('begun again after a fault, the stored fault is not in the way', async () => {
    const shop = shopOf()
    shop.fake.faults.next({ kind: 'error_before', status: 500 })
    expect((await shop.gateway.begin(attemptOf(), beginContext)).isErr()).toBe(true)
    await shop.clock.advance(1)
    expect((await shop.gateway.begin(attemptOf(), beginContext)).isOk()).toBe(true)
  })

  test('of a payment that was made already there is no second window', async () => {
    const { fake, gateway } = shopOf()
    fake.buyer.pay(orderOf())
    const refused = (await gateway.begin(attemptOf(), beginContext))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code: 'conflict', providerCode: 'ALREADY_PAID' })
  })

  // A registration that was made is answered with `{}`, whatever else is in it.
  test.each(UNCLEAR.filter(({ fault }) => fault.kind !== 'wrong_shape'))('$fault opens no window', async (expected) => {
    const shop = shopOf()
    const ask = () => shop.gateway.begin(attemptOf(), beginContext)
    const error = (await through(shop, expected.fault, 'preRegister', ask))._unsafeUnwrapErr()
    expect(error.code).toBe(expected.code)
    expect(mayStillArrive(error)).toBe(expected.code !== 'provider_fault')
    expect(shop.fake.book()).toEqual([])
    expect((await ask()).isOk()).toBe(true)
  })
})

describe('no secret gets out', () => {
  test('keys, billing keys, tokens and accounts are in no log, no error, no notice and no printed gateway', async () => {
    const printed: string[] = []
    const print = (value: unknown) =>
      void printed.push(inspect(value, { depth: 9, showHidden: true }), `${JSON.stringify(value)}`)
    const shop = shopOf()
    print(portOneV2({ ...KEYS, fetch: shop.fake.fetch }))
    print(portOneV2({ ...KEYS, fetch: shop.fake.fetch }).connect(wiringOf(shop.clock)))
    print(shop.gateway)

    const billingKey = 'billing-key-planted'
    const paymentToken = 'token-planted'
    const refundAccount = { bankCode: 'SHINHAN', accountNumber: '110987654321', holderName: 'PLANTED NAME' }
    const attempt = asked()
    const returned = { paymentId: sentOf(attempt.id), paymentToken, code: '', message: 'planted' }
    const calls = (gateway: typeof shop.gateway): readonly (() => PromiseLike<{ isErr: () => boolean }>)[] => [
      async () => gateway.begin(attempt, beginContext),
      async () => gateway.confirm(attempt, returned),
      async () => gateway.lookup(attempt),
      async () => gateway.refund(refundOf(), refundContext(attempt, { refundAccount })),
      async () =>
        gateway.billing?.finishIssue(issueOf(), { billingKey, billingIssueToken: 'planted' }) ??
        gateway.lookup(attempt),
      async () => gateway.billing?.charge(chargeOf({ billingKey })) ?? gateway.lookup(attempt),
      async () => gateway.billing?.removeKey(billingKey) ?? gateway.lookup(attempt),
      async () =>
        gateway.billing?.schedules?.schedule({ ...chargeOf({ billingKey }), chargeAt: new Date(0) }) ??
        gateway.lookup(attempt),
    ]
    const echo = {
      type: 'INVALID_REQUEST',
      message: `${API_SECRET} ${billingKey}`,
      pgCode: 'planted code',
      pgMessage: 'planted',
      [API_SECRET]: 1,
    }
    for (const status of [200, 400, 401, 403, 404, 409, 429, 500, 502]) {
      const logged: LogEntry[] = []
      const gateway = connect(answering(status, echo).fetch, shop.clock, logged)
      for (const call of calls(gateway)) {
        const result = await call()
        print(result)
        // A registration needs no answer but `200`.
        expect(result.isErr() || status === 200).toBe(true)
      }
      print(logged)
      expect(logged.length).toBeGreaterThanOrEqual(8)
    }
    for (const kind of ['lost_request', 'html_after', 'malformed_json', 'wrong_shape', 'unreachable'] as const) {
      for (const call of calls(shop.gateway)) {
        shop.fake.faults.next({ kind })
        print(await call())
      }
    }
    await settle()
    print(shop.logged)
    expect(shop.logged.length).toBeGreaterThan(30)
    shop.fake.notify('BillingKey.Issued', { billingKey })
    shop.fake.notify('Transaction.Paid', { paymentId: sentOf(attempt.id), paymentToken })
    for (const { headers, rawBody } of shop.fake.webhooks.pending().slice(-2)) {
      expect(rawBody).toContain('planted')
      const notice = shop.gateway.receive({ headers, rawBody, receivedAt: shop.clock.now() })._unsafeUnwrap()
      print(notice.payload)
      print(shop.gateway.receive({ headers: {}, rawBody, receivedAt: shop.clock.now() })._unsafeUnwrapErr())
    }

    const text = printed.join('\n')
    const secrets = [API_SECRET, WEBHOOK_SECRET, WEBHOOK_SECRET.slice(6), atob(WEBHOOK_SECRET.slice(6)), billingKey]
    for (const secret of [...secrets, paymentToken, 'PLANTED NAME', '110987654321', 'planted']) {
      expect(text).not.toContain(secret)
    }
  })
})
