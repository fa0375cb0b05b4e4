import { describe, expect, test } from 'vitest'
import { type Cache, cautiousCache, memoryCache } from '../../src/providers/cache'
import { manualClock } from './manual-clock'

const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('memoryCache', () => {
  test('gives a value back until its time is over: one millisecond before, and not at the end', () => {
    const { clock, advance } = manualClock()
    const cache = memoryCache(clock)
    cache.set('a', 'first', 1_000)
    expect(cache.get('a')).toBe('first')
    advance(999)
    expect(cache.get('a')).toBe('first')
    advance(1)
    expect(cache.get('a')).toBeUndefined()
    expect(cache.get('b')).toBeUndefined()
  })

  test('a value set again has a new life, and one deleted has none', () => {
    const { clock, advance } = manualClock()
    const cache = memoryCache(clock)
    cache.set('a', 'first', 1_000)
    advance(900)
    cache.set('a', 'second', 1_000)
    advance(900)
    expect(cache.get('a')).toBe('second')
    cache.delete('a')
    expect(cache.get('a')).toBeUndefined()
  })

  test('keeps the newest when there are too many', () => {
    const cache = memoryCache(manualClock().clock, 2)
    for (const key of ['a', 'b', 'a', 'c']) cache.set(key, key, 1_000)
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual(['a', undefined, 'c'])
  })
})

describe('cautiousCache (C-67)', () => {
  test('passes on what the cache does, whether it answers at once or later', async () => {
    const { clock, pending } = manualClock()
    const inner = memoryCache(clock)
    const later: Cache = {
      get: async (key) => inner.get(key),
      set: async (key, value, ttlMs) => inner.set(key, value, ttlMs),
      delete: async (key) => inner.delete(key),
    }
    for (const cache of [inner, later].map((it) => cautiousCache(it, clock))) {
      await cache.set('a', 'value', 1_000)
      expect(await cache.get('a')).toBe('value')
      await cache.delete('a')
      expect(await cache.get('a')).toBeUndefined()
    }
    expect(pending()).toBe(0)
  })

  const fail = (): never => {
    throw new Error('the cache is down')
  }
  const reject = () => Promise.reject(new Error('the cache is down'))
  test.each([
    ['throws', fail],
    ['rejects', reject],
    ['answers with a promise that cannot be read', () => Object.fromEntries([['then', fail]])],
  ])('one that %s holds nothing, and nobody hears of it', async (_, broken) => {
    const { clock, pending } = manualClock()
    const cache = cautiousCache({ get: broken, set: broken, delete: broken }, clock)
    expect(await cache.get('a')).toBeUndefined()
    await expect(cache.set('a', 'value', 1_000)).resolves.toBeUndefined()
    await expect(cache.delete('a')).resolves.toBeUndefined()
    expect(pending()).toBe(0)
  })

  test.each([undefined, null, 7, true, {}, [], new Uint8Array(3), Symbol('x')])(
    '%s is not a value',
    async (rubbish) => {
      const { clock } = manualClock()
      const cache = cautiousCache({ get: () => rubbish, set: () => undefined, delete: () => undefined }, clock)
      expect(await cache.get('a')).toBeUndefined()
    },
  )

  test('one that does not answer is waited for half a second, to the millisecond', async () => {
    const { clock, advance, pending } = manualClock()
    const silence = () => new Promise(() => undefined)
    const cache = cautiousCache({ get: silence, set: silence, delete: silence }, clock)
    for (const ask of [() => cache.get('a'), () => cache.set('a', 'b', 1), () => cache.delete('a')]) {
      let done = false
      const asked = ask().then((answer) => {
        done = true
        return answer
      })
      advance(499)
      await turns()
      expect(done).toBe(false)
      advance(1)
      expect(await asked).toBeUndefined()
    }
    expect(pending()).toBe(0)
  })

  test('an answer that comes too late changes nothing', async () => {
    const { clock, advance } = manualClock()
    const waiting: ((value: unknown) => void)[] = []
    const get = () => new Promise((resolve) => waiting.push(resolve))
    const cache = cautiousCache({ get, set: () => undefined, delete: () => undefined }, clock)
    const asked = cache.get('a')
    advance(500)
    expect(await asked).toBeUndefined()
    for (const answer of waiting) answer('too late')
    expect(await asked).toBeUndefined()
    expect(waiting).toHaveLength(1)
  })
})
