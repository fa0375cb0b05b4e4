import type { Clock } from '../core/clock'

/**
 * Where a gateway keeps short-lived credentials for other processes to use: a `Keyv` fits as it is, and so does anything
 * with these three methods. Units: `ttlMs` in milliseconds.
 *
 * Not guaranteed: nothing is relied upon. A cache that forgets, throws, hangs on to old values or holds rubbish costs
 * a request more, never a payment.
 */
export type Cache = {
  readonly get: (key: string) => unknown
  readonly set: (key: string, value: string, ttlMs: number) => unknown
  readonly delete: (key: string) => unknown
}

/** A cache that nobody else sees. What is over is dropped when it is asked for, and at most `maxEntries` are kept. */
export const memoryCache = (clock: Clock, maxEntries = 100): Cache => {
  const entries = new Map<string, { readonly value: string; readonly untilMs: number }>()
  return {
    get: (key) => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      if (clock.now().getTime() < entry.untilMs) return entry.value
      entries.delete(key)
      return undefined
    },
    set: (key, value, ttlMs) => {
      entries.delete(key)
      entries.set(key, { value, untilMs: clock.now().getTime() + ttlMs })
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries) break
        entries.delete(oldest)
      }
    },
    delete: (key) => entries.delete(key),
  }
}

export type CautiousCache = {
  /** `undefined`: nothing there, or nothing that can be used. */
  readonly get: (key: string) => Promise<string | undefined>
  readonly set: (key: string, value: string, ttlMs: number) => Promise<void>
  readonly delete: (key: string) => Promise<void>
}

/** How long a gateway waits for a cache before it goes on without. */
const PATIENCE_MS = 500

/** Asks a cache without depending on it: one that throws or does not answer in time is a cache that holds nothing. */
export const cautiousCache = (cache: Cache, clock: Clock): CautiousCache => {
  const ask = (question: () => unknown): Promise<unknown> =>
    new Promise((resolve) => {
      const cancel = clock.schedule(PATIENCE_MS, () => resolve(undefined))
      const done = (answer: unknown) => {
        cancel()
        resolve(answer)
      }
      void (async () => question())().then(done, () => done(undefined))
    })
  return {
    get: async (key) => {
      const value = await ask(() => cache.get(key))
      return typeof value === 'string' ? value : undefined
    },
    set: async (key, value, ttlMs) => void (await ask(() => cache.set(key, value, ttlMs))),
    delete: async (key) => void (await ask(() => cache.delete(key))),
  }
}
