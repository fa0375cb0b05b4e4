import type { Clock } from '../../core/clock'

export type SavedToken = {
  readonly value: string
  readonly endsAtMs: number
  readonly counter: number
}

const LIFETIME_MS = 30 * 60_000
const LAST_MINUTE_MS = 60_000
const EXTENSION_MS = 5 * 60_000

/**
 * One live token for each key. Asked for again it is the same one with the same end; asked for in its last minute, it
 * lives five minutes longer.
 */
export const fakeToken = (clock: Clock, saved: SavedToken | undefined) => {
  let value = saved?.value ?? ''
  let endsAtMs = saved?.endsAtMs ?? 0
  let counter = saved?.counter ?? 0
  const isAlive = () => value !== '' && clock.now().getTime() < endsAtMs

  return {
    /** Units: the moments are milliseconds since 1970. */
    ask: () => {
      const nowMs = clock.now().getTime()
      if (!isAlive()) {
        counter += 1
        value = `f4ce${String(counter).padStart(36, '0')}`
        endsAtMs = nowMs + LIFETIME_MS
      } else if (endsAtMs - nowMs < LAST_MINUTE_MS) {
        endsAtMs += EXTENSION_MS
      }
      return { value, nowMs, endsAtMs }
    },
    /** PortOne takes it with and without `Bearer`. */
    accepts: (authorization: string | null): boolean =>
      isAlive() && (authorization === `Bearer ${value}` || authorization === value),
    revoke: () => {
      value = ''
    },
    save: (): SavedToken => ({ value, endsAtMs, counter }),
  }
}
