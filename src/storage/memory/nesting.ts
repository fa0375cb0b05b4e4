/** Tells a call made inside `within` from a call made beside it, where the platform can. */
export type Nesting = {
  /** Runs `run`, one at a time; until it is done, `isInside` answers true to whatever it calls, however indirectly. */
  readonly enter: (run: () => Promise<void>) => Promise<void>
  readonly isInside: () => boolean
}

/** Without Node's async context (a browser, say) every call counts as made beside. */
export const createNesting = (): Nesting => {
  const hooks = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('async_hooks')
  if (hooks === undefined) return { enter: (run) => run(), isInside: () => false }
  const context = new hooks.AsyncLocalStorage<object>()
  let current: object | undefined
  return {
    enter: async (run) => {
      current = {}
      try {
        await context.run(current, run)
      } finally {
        current = undefined
        // Node would otherwise keep the context, and go on tracing every promise of the process.
        context.disable()
      }
    },
    // What an earlier `run` left behind still carries its own mark, and is beside the present one.
    isInside: () => current !== undefined && context.getStore() === current,
  }
}
