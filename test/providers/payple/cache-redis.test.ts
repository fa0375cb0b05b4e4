import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cache } from '../../../src/providers/cache'
import { KEYS, paid, refundContext, refundOf, shopOf } from './support'

const url = process.env['HOLDFAST_TEST_REDIS']

/** As `Keyv` over Redis has it: text, and a lifetime in milliseconds. */
const redisCache = (redis: Redis, prefix: string): Cache => ({
  get: (key) => redis.get(prefix + key),
  set: (key, value, ttlMs) => redis.set(prefix + key, value, 'PX', ttlMs),
  delete: (key) => redis.del(prefix + key),
})

describe.skipIf(url === undefined)('a cache in Redis (set HOLDFAST_TEST_REDIS to run)', () => {
  const redis = new Redis(url ?? '', { lazyConnect: true })
  const prefix = `test-${crypto.randomUUID()}:`
  const entries = async () => {
    const keys = await redis.keys(`${prefix}*`)
    return Promise.all(keys.map(async (key) => [key, (await redis.get(key)) ?? '', await redis.pttl(key)] as const))
  }

  beforeAll(() => redis.connect())
  afterAll(async () => {
    for (const [key] of await entries()) await redis.del(key)
    await redis.quit()
  })

  test('S0-08 S0-09 C-66: two processes share a token without credentials, and both get over its end', async () => {
    const cache = redisCache(redis, prefix)
    const first = shopOf({}, { credentials: 'raw', cache })
    const attempt = await paid(first)
    const give = ({ gateway }: typeof first, n: number) =>
      gateway.refund(
        refundOf({ id: `rfd_${n}`, amount: { amountMinor: 100, currency: 'KRW' } }),
        refundContext(attempt),
      )
    expect((await give(first, 0)).isOk()).toBe(true)
    const second = shopOf({ saved: first.fake.save() }, { credentials: 'raw', cache }, first.clock)
    expect((await give(second, 1)).isOk()).toBe(true)
    expect(second.sentTo('authenticate')).toHaveLength(0)

    const written = await entries()
    expect(written).toHaveLength(1)
    for (const [key, value, ttlMs] of written) {
      expect(Object.keys(JSON.parse(value))).toEqual(['token', 'host', 'path'])
      for (const secret of [KEYS.cstId, KEYS.custKey, KEYS.refundKey]) expect(key + value).not.toContain(secret)
      expect(ttlMs).toBeGreaterThan(0)
      expect(ttlMs).toBeLessThanOrEqual(900_000)
    }

    second.fake.dashboard.revokeSessions()
    expect((await give(second, 2)).isOk()).toBe(true)
    expect(second.sentTo('authenticate')).toHaveLength(1)
    expect((await entries()).map(([, value]) => value)).not.toEqual(written.map(([, value]) => value))
  })

  test('C-67: a server that is gone costs nothing but a token', async () => {
    const gone = new Redis({ path: '/nowhere/redis.sock', lazyConnect: true, retryStrategy: () => null })
    gone.on('error', () => undefined) // Reported where it is used.
    const shop = shopOf({}, { credentials: 'raw', cache: redisCache(gone, prefix) })
    const attempt = await paid(shop)
    const given = await shop.gateway.refund(refundOf(), refundContext(attempt))
    expect(given.isOk()).toBe(true)
    expect(shop.sentTo('authenticate')).toHaveLength(1)
    gone.disconnect()
  })
})
