/** A seeded source of choices. The same seed makes the same choices, on every machine. */
export type Random = {
  /** From 0 up to, never at, 1. */
  readonly next: () => number
  /** From 0 up to, never at, `below`. */
  readonly int: (below: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <T>(list: readonly T[]) => T
}

/** Spreads numbers, so that neighbouring seeds have nothing in common. */
export const mix = (...numbers: readonly number[]): number => {
  let hash = 0x9e3779b9
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number | 0), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash >>> 0
}

/** Mulberry32: small, fast, and good enough to choose faults with. */
export const seeded = (seed: number): Random => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (below: number): number => Math.floor(next() * below)
  return {
    next,
    int,
    chance: (probability) => probability > 0 && next() < probability,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError('there is nothing to pick from')
      // The index is inside the list, whatever T is.
      return list[int(list.length)] as T
    },
  }
}

/** A running hash over everything that happened: equal for equal histories. */
export const historyHash = (): { readonly add: (text: string) => void; readonly value: () => string } => {
  let low = 0x811c9dc5
  let high = 0x1000193
  return {
    add: (text) => {
      for (let at = 0; at < text.length; at += 1) {
        const unit = text.charCodeAt(at)
        low = Math.imul(low ^ unit, 0x01000193)
        high = Math.imul(high + unit, 0x9e3779b1) ^ (high >>> 15)
      }
      high ^= low
    },
    value: () => `${(low >>> 0).toString(16).padStart(8, '0')}${(high >>> 0).toString(16).padStart(8, '0')}`,
  }
}
