import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Cache } from '../../../src/providers/cache'
import { type PaypleClientOptions, paypleClient } from '../../../src/providers/payple/client'
import {
  authAnswer,
  KEYS,
  manualClock,
  paid,
  refundContext,
  refundOf,
  type Shop,
  START,
  settle,
  shopOf,
} from './support'

const MINUTE = 60_000
const RAW = { credentials: 'raw' } as const

/** A cache that shows what is in it. */
const openCache = () => {
  const entries = new Map<string, { readonly value: string; readonly ttlMs: number }>()
  const cache: Cache = {
    get: async (key) => entries.get(key)?.value,
    set: async (key, value, ttlMs) => void entries.set(key, { value, ttlMs }),
    delete: async (key) => entries.delete(key),
  }
  return { cache, entries }
}

/** A part of the payment, as the nth refund. */
const give = ({ gateway }: Pick<Shop, 'gateway'>, attempt: Awaited<ReturnType<typeof paid>>, n: number) => {
  const amount = { amountMinor: 100, currency: 'KRW' } as const
  return gateway.refund(refundOf({ id: `rfd_${n}`, amount }), refundContext(attempt))
}

describe('a token for refunds', () => {
  test.each([
    ['in this process', {}],
    ['in a cache', RAW],
  ])('S0-08: is fetched once for several refunds within 15 minutes, kept %s', async (_, options) => {
    const shop = shopOf({}, options)
    const attempt = await paid(shop)
    for (let n = 0; n < 4; n++) {
      expect((await give(shop, attempt, n)).isOk()).toBe(true)
      await shop.clock.advance(4 * MINUTE)
    }
    expect(shop.sentTo('authenticate')).toHaveLength(1)
    await shop.clock.advance(0)
    expect(shop.sentTo('cancelPayment')).toHaveLength(4)
  })

  test.each([
    ['in this process', {}],
    ['in a cache', RAW],
  ])('is used to the last millisecond of its 15 minutes and not at their end, kept %s', async (_, options) => {
    const shop = shopOf({}, options)
    const attempt = await paid(shop)
    await give(shop, attempt, 0)
    await shop.clock.advance(15 * MINUTE - 1)
    await give(shop, attempt, 1)
    expect(shop.sentTo('authenticate')).toHaveLength(1)
    await shop.clock.advance(1)
    await give(shop, attempt, 2)
    expect(shop.sentTo('authenticate')).toHaveLength(2)
  })

  test.each([
    ['in this process', {}],
    ['in a cache', RAW],
  ])('with a lifetime of 0 is used once, kept %s', async (_, options) => {
    const shop = shopOf({}, { ...options, authTtlMs: 0 })
    const attempt = await paid(shop)
    await give(shop, attempt, 0)
    await give(shop, attempt, 1)
    expect(shop.sentTo('authenticate')).toHaveLength(2)
  })

  test('is fetched once for refunds at the same moment, and one that gives up takes it from nobody', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const controller = new AbortController()
    const body = { PCD_PAY_OID: attempt.id, PCD_PAY_DATE: '20260301', PCD_REFUND_TOTAL: 100 }
    shop.fake.faults.next({ kind: 'slow', ms: 1_000 }, { operation: 'authenticate' })
    const given = [controller.signal, undefined, undefined].map((signal) =>
      shop.client.cancelPayment(body, signal === undefined ? {} : { signal }),
    )
    await settle()
    controller.abort()
    await shop.clock.advance(1_000)
    const [first, ...others] = await Promise.all(given)
    expect(first?._unsafeUnwrapErr()).toMatchObject({ code: 'not_sent', outcome: 'not_executed' })
    for (const other of others) expect(other.isOk()).toBe(true)
    expect(shop.sentTo('authenticate')).toHaveLength(1)
  })

  test('belongs to refunds: a look-up fetches its own, and a charge, a key and a receipt a new one each time', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    await give(shop, attempt, 0)
    await shop.gateway.lookup(attempt)
    await shop.gateway.lookup(attempt)
    expect(shop.sentTo('authenticate').map(({ body }) => Object.keys(body).at(-1))).toEqual([
      'PCD_PAYCANCEL_FLAG',
      'PCD_PAYCHK_FLAG',
    ])
    await shop.client.getBillingKey('nobody')
    await shop.client.getBillingKey('nobody')
    expect(shop.sentTo('authenticate')).toHaveLength(4)
  })
})

describe('the cache', () => {
  test('S0-09 E-118: holds token, host and path, for 15 minutes, and neither the merchant id nor the key', async () => {
    const { cache, entries } = openCache()
    const shop = shopOf({}, { ...RAW, cache })
    const attempt = await paid(shop)
    await give(shop, attempt, 0)
    await shop.gateway.lookup(attempt)
    expect(entries.size).toBe(2)
    for (const { value, ttlMs } of entries.values()) {
      expect(Object.keys(JSON.parse(value))).toEqual(['token', 'host', 'path'])
      expect(JSON.parse(value)).toMatchObject({
        host: 'https://democpay.payple.kr',
        path: expect.stringMatching(/^\/php/),
      })
      expect(ttlMs).toBe(15 * MINUTE)
    }
    const written = inspect(entries)
    for (const secret of [KEYS.cstId, KEYS.custKey, KEYS.refundKey, 'encoded-c']) expect(written).not.toContain(secret)
  })

  test('S0-09: with encoded credentials nothing is put into a cache, and one is refused', () => {
    const { cache } = openCache()
    expect(() => shopOf({}, { cache })).toThrow("credentials: 'raw'")
    expect(() => shopOf({}, { cache, credentials: 'encoded' })).toThrow("credentials: 'raw'")
  })

  test('S0-09: id and key are the configured ones at each call, beside a token out of the cache', async () => {
    const { cache } = openCache()
    const shop = shopOf({ credentials: 'raw' }, { ...RAW, cache })
    const attempt = await paid(shop)
    await give(shop, attempt, 0)
    await give(shop, attempt, 1)
    for (const { body } of shop.sentTo('cancelPayment')) {
      expect(body).toMatchObject({ PCD_CST_ID: KEYS.cstId, PCD_CUST_KEY: KEYS.custKey })
    }
  })

  test('a lifetime of 0 puts nothing into it: to some caches that would be forever', async () => {
    const { cache, entries } = openCache()
    const shop = shopOf({}, { ...RAW, cache, authTtlMs: 0 })
    expect((await give(shop, await paid(shop), 0)).isOk()).toBe(true)
    expect(entries.size).toBe(0)
  })

  test('is shared: another process of the same merchant fetches no token', async () => {
    const { cache } = openCache()
    const shop = shopOf({}, { ...RAW, cache })
    const attempt = await paid(shop)
    await give(shop, attempt, 0)
    const other = shopOf({ saved: shop.fake.save() }, { ...RAW, cache }, shop.clock)
    expect((await give(other, attempt, 1)).isOk()).toBe(true)
    expect(other.sentTo('authenticate')).toHaveLength(0)
  })

  test('S0-53: test and live, two merchants, and two hosts never share a token', async () => {
    const { cache, entries } = openCache()
    const keyOf = async (options: Partial<PaypleClientOptions>, host: string) => {
      entries.clear()
      const url = `https://${host}/php/x.php`
      const fetch = async () => Response.json(authAnswer({ PCD_PAY_HOST: `https://${host}`, return_url: url }))
      const client = paypleClient({ ...KEYS, ...RAW, cache, fetch, clock: manualClock(), ...options })
      await client.cancelPayment({ PCD_PAY_OID: 'x', PCD_PAY_DATE: '20260301', PCD_REFUND_TOTAL: 1 })
      expect(entries.size).toBe(1)
      return [...entries.keys()].join()
    }
    const keys = [
      await keyOf({}, 'democpay.payple.kr'),
      await keyOf({ mode: 'live' }, 'cpay.payple.kr'),
      await keyOf({ cstId: 'another-merchant' }, 'democpay.payple.kr'),
      await keyOf({ baseUrl: 'https://demo-proxy.payple.kr' }, 'democpay.payple.kr'),
    ]
    expect(new Set(keys).size).toBe(4)
    expect(keys[0]).toMatch(/^holdfast:payple:test:[0-9a-f]{32}:cancel$/)
    expect(keys[1]).toMatch(/^holdfast:payple:live:[0-9a-f]{32}:cancel$/)
    expect(keys.join()).not.toContain(KEYS.cstId)
  })

  test.each([
    ['no JSON', 'not json'],
    ['a number', '7'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no token', '{"host":"https://democpay.payple.kr","path":"/php/account/api/cPayCAct.php"}'],
    ['a token that is no text', '{"token":1,"host":"https://democpay.payple.kr","path":"/php/x.php"}'],
    ['a token with a line break', '{"token":"a\\nb","host":"https://democpay.payple.kr","path":"/php/x.php"}'],
    ['another host', '{"token":"t","host":"https://evil.example","path":"/php/x.php"}'],
    ['the live host', '{"token":"t","host":"https://cpay.payple.kr","path":"/php/x.php"}'],
    ['no HTTPS', '{"token":"t","host":"http://democpay.payple.kr","path":"/php/x.php"}'],
    ['a path that makes another host', '{"token":"t","host":"https://democpay.payple.kr","path":".evil.example/x"}'],
    ['a user name', '{"token":"t","host":"https://democpay.payple.kr@evil.example","path":"/x"}'],
    ['an object', { token: 't' }],
    ['bytes', new Uint8Array([123])],
    ['too much', `{"token":"${'t'.repeat(9_000)}","host":"https://democpay.payple.kr","path":"/x"}`],
  ])('S0-52: %s in it is ignored, and the token is fetched again', async (_, value) => {
    const cache: Cache = { get: () => value, set: () => undefined, delete: () => undefined }
    const shop = shopOf({}, { ...RAW, cache })
    const attempt = await paid(shop)
    expect((await give(shop, attempt, 0)).isOk()).toBe(true)
    expect(shop.sentTo('authenticate')).toHaveLength(1)
    expect(new Set(shop.sent.map(({ path }) => path)).size).toBe(3)
  })

  test.each<readonly [string, Cache]>([
    ['throws', { get: broken, set: broken, delete: broken }],
    ['rejects', { get: rejected, set: rejected, delete: rejected }],
  ])('C-67: one that %s is done without', async (_, cache) => {
    const shop = shopOf({}, { ...RAW, cache })
    const attempt = await paid(shop)
    expect((await give(shop, attempt, 0)).isOk()).toBe(true)
    expect((await give(shop, attempt, 1)).isOk()).toBe(true)
    expect(shop.sentTo('authenticate')).toHaveLength(2)
  })

  test('C-67: one that never answers costs half a second each time it is asked, and no refund', async () => {
    const never = () => new Promise(() => undefined)
    const shop = shopOf({}, { ...RAW, cache: { get: never, set: never, delete: never } })
    const attempt = await paid(shop)
    const given = give(shop, attempt, 0)
    await settle()
    await shop.clock.advance(500)
    await shop.clock.advance(500)
    expect((await given).isOk()).toBe(true)
    expect(shop.clock.now().getTime() - START).toBe(1_000)
  })
})

describe('C-66: a token that is over before its time', () => {
  test.each([
    ['in this process', {}],
    ['in a cache', RAW],
  ])('a revoked one is dropped, fetched once more, and the refund sent once more, kept %s', async (_, options) => {
    const shop = shopOf({}, options)
    const attempt = await paid(shop)
    await give(shop, attempt, 0)
    shop.fake.dashboard.revokeSessions()
    expect((await give(shop, attempt, 1)).isOk()).toBe(true)
    expect(shop.sentTo('authenticate')).toHaveLength(2)
    expect(shop.sentTo('cancelPayment')).toHaveLength(3)
    expect(shop.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(2)
    expect((await give(shop, attempt, 2)).isOk()).toBe(true)
    expect(shop.sentTo('authenticate')).toHaveLength(2)
  })

  test('it is dropped even when no other can be had now', async () => {
    const { cache, entries } = openCache()
    const shop = shopOf({}, { ...RAW, cache })
    const attempt = await paid(shop)
    await give(shop, attempt, 0)
    shop.fake.dashboard.revokeSessions()
    shop.fake.faults.next({ kind: 'html_before' }, { operation: 'authenticate' })
    expect((await give(shop, attempt, 1))._unsafeUnwrapErr()).toMatchObject({ outcome: 'not_executed' })
    expect(entries.size).toBe(0)
  })

  test('a cache that does not forget it is not asked again', async () => {
    const { cache } = openCache()
    const shop = shopOf({}, { ...RAW, cache: { ...cache, delete: () => undefined } })
    const attempt = await paid(shop)
    await give(shop, attempt, 0)
    shop.fake.dashboard.revokeSessions()
    expect((await give(shop, attempt, 1)).isOk()).toBe(true)
  })

  test('refused again, it is an error of the configuration, and nothing was carried out', async () => {
    const shop = shopOf({ credentials: 'encoded' }, RAW)
    const attempt = await paid(shop)
    const refused = (await give(shop, attempt, 0))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code: 'config_error', outcome: 'not_executed', providerCode: 'PAYC0001' })
    expect(shop.sentTo('cancelPayment')).toHaveLength(2)
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('when Payple takes each AuthKey once, every refund works and none is made twice', async () => {
    const shop = shopOf({ singleUseAuthKey: true })
    const attempt = await paid(shop)
    for (let n = 0; n < 3; n++) expect((await give(shop, attempt, n)).isOk()).toBe(true)
    expect(shop.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(3)
  })

  test('any other refusal is the answer: the refund is not sent again', async () => {
    const shop = shopOf({ partialCancel: false })
    const attempt = await paid(shop)
    expect((await give(shop, attempt, 0)).isErr()).toBe(true)
    shop.fake.faults.next({ kind: 'lost_request' }, { operation: 'cancelPayment' })
    expect((await give(shop, attempt, 1)).isErr()).toBe(true)
    expect(shop.sentTo('cancelPayment')).toHaveLength(2)
  })

  test('a charge is never sent again for it', async () => {
    const shop = shopOf({ authKeyTtlMs: 0 })
    const key = shop.fake.buyer.register({ issueId: 'bki_1' })['PCD_PAYER_ID'] ?? ''
    const body = {
      PCD_PAY_TYPE: 'card',
      PCD_PAYER_ID: key,
      PCD_PAY_GOODS: 'x',
      PCD_PAY_TOTAL: 100,
      PCD_PAY_OID: 'c1',
    } as const
    const refused = (await shop.client.chargeBillingKey(body))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ outcome: 'not_executed', providerCode: 'SPCD0004', retryable: true })
    expect(shop.sentTo('chargeBillingKey')).toHaveLength(1)
    expect(shop.sentTo('authenticate')).toHaveLength(1)
  })

  test('a look-up with a code nobody knows is asked once more with a new token, and then believed', async () => {
    const shop = shopOf({ notFoundCode: 'PCHK0009' })
    const lookUp = () =>
      shop.client.getPayment({ PCD_PAY_TYPE: 'card', PCD_PAY_OID: 'nobody', PCD_PAY_DATE: '20260301' })
    expect((await lookUp())._unsafeUnwrapErr().code).toBe('unrecognized')
    expect(shop.sentTo('getPayment')).toHaveLength(1)
    expect((await lookUp())._unsafeUnwrapErr().code).toBe('unrecognized')
    expect(shop.sentTo('getPayment')).toHaveLength(3)
    expect(shop.sentTo('authenticate')).toHaveLength(2)
  })
})

test('the typed client stands alone, without a clock and a log', async () => {
  const { fake } = shopOf()
  const { clientKey: _, ...keys } = KEYS
  const key = fake.buyer.register({ issueId: 'bki_1' })['PCD_PAYER_ID'] ?? ''
  const info = await paypleClient({ ...keys, fetch: fake.fetch }).getBillingKey(key)
  expect(info._unsafeUnwrap()).toMatchObject({ payerId: key, payType: 'card' })
})

function broken(): never {
  throw new Error('planted-cache-failure')
}

function rejected(): Promise<never> {
  return Promise.reject(new Error('planted-cache-failure'))
}
