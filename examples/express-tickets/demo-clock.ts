import type { Clock } from 'holdfast'

export type DemoClock = Clock & {
  /** Jumps forward and runs what fell due on the way, in order. */
  readonly advance: (ms: number) => void
  /** How far it has jumped in all, for the next process. */
  readonly aheadMs: () => number
}

/** The real clock, and a button that moves it forward, so that nobody has to wait for a hold to expire. */
export const demoClock = (alreadyAheadMs = 0): DemoClock => {
  let aheadMs = alreadyAheadMs
  const now = () => Date.now() + aheadMs
  // No timer keeps the process alive: the listening server does, and what a dead engine left behind must not.
  const arm = (run: () => void, delayMs: number) => setTimeout(run, delayMs).unref()
  const timers = new Set<{ readonly dueAt: number; readonly run: () => void; handle: NodeJS.Timeout }>()

  return {
    now: () => new Date(now()),
    aheadMs: () => aheadMs,
    schedule: (delayMs, run) => {
      const fire = () => {
        timers.delete(timer)
        run()
      }
      const timer = { dueAt: now() + delayMs, run: fire, handle: arm(fire, delayMs) }
      timers.add(timer)
      return () => {
        clearTimeout(timer.handle)
        timers.delete(timer)
      }
    },
    advance: (ms) => {
      aheadMs += ms
      for (const timer of [...timers].sort((left, right) => left.dueAt - right.dueAt)) {
        clearTimeout(timer.handle)
        timer.handle = arm(timer.run, Math.max(0, timer.dueAt - now()))
      }
    },
  }
}
