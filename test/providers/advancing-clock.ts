import type { Clock } from '../../src/core/clock'

export type ManualClock = Clock & { readonly advance: (ms: number) => Promise<void> }

/** Time that stands still until it is told to move; timers run in order on the way. */
export const advancingClock = (startedAt: number): ManualClock => {
  let now = startedAt
  let timers: { readonly at: number; readonly run: () => void }[] = []
  return {
    now: () => new Date(now),
    schedule: (delayMs, run) => {
      const timer = { at: now + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((it) => it !== timer)
      }
    },
    advance: async (ms) => {
      const end = now + ms
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)[0]
        if (next === undefined) break
        timers = timers.filter((it) => it !== next)
        now = Math.max(now, next.at)
        next.run()
        await settle()
      }
      now = end
      await settle()
    },
  }
}

/** Lets everything that can go on without time go on. */
export const settle = async (turns = 20): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export const until = async (condition: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 100_000; turn++) {
    if (condition()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('it never happened')
}
