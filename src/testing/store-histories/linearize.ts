/** One call on one register, from the tick it was made to the tick it was answered. */
export type Call = {
  readonly client: number
  readonly calledAt: number
  /** Infinity when nobody was told: it may still happen. */
  readonly returnedAt: number
  /** False when it may never have happened. */
  readonly hasHappened: boolean
  /** Whether it can change the state: a read and a refusal do not. */
  readonly changes: boolean
  /** The state after it, or undefined where it does not fit the state. */
  readonly next: (state: string) => string | undefined
  readonly asked: string
  readonly answered: string
}

/**
 * Whether there is an order of the calls, each at one moment between its call and its return, in which every answer is
 * right. (Wing and Gong's search, remembering what has failed.)
 *
 * Every write of a register leaves a state of its own, so there is seldom more than one way on, and what changes nothing
 * is placed as soon as it fits: that never takes a way from another call.
 */
export const isLinearizable = (initial: string, calls: readonly Call[]): boolean => {
  const sorted = calls.toSorted((left, right) => left.calledAt - right.calledAt)
  const failed = new Set<string>()

  /** The calls that may be next: none of the others returned before they were made. */
  const nextOf = (isPlaced: Uint8Array): readonly number[] => {
    let earliestReturn = Number.POSITIVE_INFINITY
    const open: number[] = []
    for (const [at, call] of sorted.entries()) {
      if (call.calledAt > earliestReturn) break
      if (isPlaced[at] === 1) continue
      open.push(at)
      earliestReturn = Math.min(earliestReturn, call.returnedAt)
    }
    return open
  }

  const placeUnchanging = (state: string, isPlaced: Uint8Array): readonly number[] => {
    for (;;) {
      const open = nextOf(isPlaced)
      const fitting = open.filter((at) => sorted[at]?.changes === false && sorted[at].next(state) !== undefined)
      if (fitting.length === 0) return open
      for (const at of fitting) isPlaced[at] = 1
    }
  }

  const search = (state: string, isPlaced: Uint8Array): boolean => {
    const open = placeUnchanging(state, isPlaced)
    if (sorted.every((call, at) => isPlaced[at] === 1 || !call.hasHappened)) return true
    const key = `${isPlaced.join('')} ${state}`
    if (failed.has(key)) return false
    failed.add(key)
    return open.some((at) => {
      const call = sorted[at]
      const after = call?.changes === true ? call.next(state) : undefined
      if (after === undefined) return false
      const further = isPlaced.slice()
      further[at] = 1
      return search(after, further)
    })
  }

  return search(initial, new Uint8Array(sorted.length))
}

/** What could be known at a tick: a change not yet answered may have happened, a read not yet answered says nothing. */
const knownAt = (tick: number, calls: readonly Call[]): readonly Call[] =>
  calls.flatMap((call) => {
    if (call.calledAt > tick) return []
    if (call.returnedAt <= tick) return [call]
    if (!call.changes) return []
    return [{ ...call, returnedAt: Number.POSITIVE_INFINITY, hasHappened: false, answered: 'no answer yet' }]
  })

/** The shortest beginning of a wrong history that is wrong already, without the reads and refusals that do not matter. */
export const offendingPart = (initial: string, calls: readonly Call[]): readonly Call[] => {
  const ticks = calls.map(({ returnedAt }) => returnedAt).filter(Number.isFinite)
  const beginnings = ticks.toSorted((left, right) => left - right).map((tick) => knownAt(tick, calls))
  let part = beginnings.find((beginning) => !isLinearizable(initial, beginning)) ?? calls
  for (const call of part.filter(({ changes }) => !changes)) {
    const rest = part.filter((other) => other !== call)
    if (!isLinearizable(initial, rest)) part = rest
  }
  return part
}
