/** Where time comes from. Tests and the simulator hand in their own; nothing else in the library asks the platform. */
export type Clock = {
  readonly now: () => Date
  /** Calls `run` once, `delayMs` from now, unless the returned function was called first. */
  readonly schedule: (delayMs: number, run: () => void) => () => void
}

/** The platform's clock. Its timers do not keep a process alive. */
export const systemClock = (): Clock => ({
  now: () => new Date(),
  schedule: (delayMs, run) => {
    const timer: unknown = setTimeout(run, delayMs)
    // Node's timer is an object that can let the process end; elsewhere it is a number.
    if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') {
      timer.unref()
    }
    return () => clearTimeout(timer as ReturnType<typeof setTimeout>)
  },
})
