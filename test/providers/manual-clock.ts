import type { Clock } from '../../src/core/clock'

/** A clock that stands still until it is told to move. `pending` counts timers nobody cancelled. */
export const manualClock = (start = Date.UTC(2026, 0, 1)) => {
  let now = start
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  const clock: Clock = {
    now: () => new Date(now),
    schedule: (delayMs, run) => {
      const timer = { at: now + delayMs, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  const advance = (ms: number) => {
    now += ms
    for (const timer of [...timers].filter(({ at }) => at <= now)) {
      timers.delete(timer)
      timer.run()
    }
  }
  return { clock, advance, pending: () => timers.size }
}
