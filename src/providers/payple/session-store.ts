import type { Clock } from '../../core/clock'
import { type Cache, cautiousCache } from '../cache'
import { sha256Hex } from '../signature'
import { allowedUrl, type HostRule } from './hosts'

/** What one partner authentication gave: kept together, because Payple may make new credentials each time. */
export type Session = {
  /** Raw or encoded, as the `credentials` option says. */
  readonly cstId: string
  readonly custKey: string
  readonly authKey: string
  /** Where the operation is to be sent. Payple warns not to write it down anywhere. */
  readonly url: URL
}

/** Where sessions wait for the next call of the same kind. */
export type SessionStore = {
  readonly get: (variant: string) => Promise<Session | undefined>
  readonly set: (variant: string, session: Session) => Promise<void>
  readonly delete: (variant: string) => Promise<void>
}

/** Sessions with their encoded credentials, in a closure of this process. They are never written anywhere. */
export const closedSessionStore = (clock: Clock, ttlMs: number): SessionStore => {
  const kept = new Map<string, { readonly session: Session; readonly untilMs: number }>()
  return {
    get: async (variant) => {
      const entry = kept.get(variant)
      return entry !== undefined && clock.now().getTime() < entry.untilMs ? entry.session : undefined
    },
    set: async (variant, session) => void kept.set(variant, { session, untilMs: clock.now().getTime() + ttlMs }),
    delete: async (variant) => void kept.delete(variant),
  }
}

/** The longest AuthKey seen had some 500 characters. */
const MAX_VALUE = 8_000

/**
 * Sessions in a cache that others may share. Only token, host and path go in; the merchant's id and key are the host's
 * own and are put beside the token at each call. What comes out is foreign: an address that is not Payple's is not used.
 */
export const cachedSessionStore = (options: {
  readonly cache: Cache
  readonly clock: Clock
  readonly ttlMs: number
  readonly hosts: HostRule
  readonly cstId: string
  readonly custKey: string
}): SessionStore => {
  const { clock, ttlMs, hosts, cstId, custKey } = options
  const cache = cautiousCache(options.cache, clock)
  // Test and live never share a token, nor do two merchants. A hash, so that the merchant's id is not written there.
  const merchant = sha256Hex(`${hosts.baseUrl}\n${cstId}`).slice(0, 32)
  const keyOf = (variant: string) => `holdfast:payple:${hosts.mode}:${merchant}:${variant}`

  return {
    get: async (variant) => {
      const found = readCached(await cache.get(keyOf(variant)))
      const url = found === undefined ? undefined : allowedUrl(found.host + found.path, hosts)
      // The host alone decides where it goes: a path of `.evil.example` must not make another host of it.
      if (found === undefined || url === undefined || url.origin !== found.host) return undefined
      return { cstId, custKey, authKey: found.token, url }
    },
    set: async (variant, { authKey, url }) => {
      // To some caches a lifetime of zero means forever.
      if (ttlMs === 0) return
      const value = JSON.stringify({ token: authKey, host: url.origin, path: url.pathname + url.search })
      await cache.set(keyOf(variant), value, ttlMs)
    },
    delete: (variant) => cache.delete(keyOf(variant)),
  }
}

type Cached = { readonly token: string; readonly host: string; readonly path: string }

/** A corrupt value is no value. */
const readCached = (text: string | undefined): Cached | undefined => {
  if (text === undefined || text.length > MAX_VALUE) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isCached(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isCached = (value: unknown): value is Cached => {
  if (typeof value !== 'object' || value === null) return false
  const { token, host, path } = value as Partial<Record<string, unknown>> // An object's fields may be read as unknown.
  return isText(token) && isText(host) && isText(path) && path.startsWith('/')
}

const isText = (value: unknown): value is string => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
