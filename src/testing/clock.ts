import type { Clock } from '../core/clock'

export type TestClock = Clock & {
  /** Moves time forward and runs what falls due on the way, in order. */
  readonly advance: (ms: number) => void
  /** Jumps to a moment, forward only; timers in between run. */
  readonly advanceTo: (moment: Date) => void
  /** How many timers wait. */
  readonly pending: () => number
}

type Timer = { readonly at: number; readonly run: () => void; readonly order: number }

/** A clock that moves only when it is told to. Starts at 2026-01-05T00:00:00Z unless told otherwise. */
export const testClock = (start: Date = new Date(Date.UTC(2026, 0, 5))): TestClock => {
  let nowMs = start.getTime()
  let count = 0
  const timers = new Set<Timer>()
  const next = (until: number): Timer | undefined =>
    [...timers].filter(({ at }) => at <= until).sort((left, right) => left.at - right.at || left.order - right.order)[0]
  const advanceTo = (moment: Date): void => {
    const until = moment.getTime()
    for (let timer = next(until); timer !== undefined; timer = next(until)) {
      timers.delete(timer)
      nowMs = Math.max(nowMs, timer.at)
      timer.run()
    }
    nowMs = Math.max(nowMs, until)
  }
  return {
    now: () => new Date(nowMs),
    schedule: (delayMs, run) => {
      const timer = { at: nowMs + delayMs, run, order: count }
      count += 1
      timers.add(timer)
      return () => {
        timers.delete(timer)
      }
    },
    advance: (ms) => advanceTo(new Date(nowMs + ms)),
    advanceTo,
    pending: () => timers.size,
  }
}
