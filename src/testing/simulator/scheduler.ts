import type { Random } from './random'

/** Whose work something is. What is dead never goes on: its promises stay open for ever. */
export type Owner = { readonly name: string; dead: boolean }

type Entry = {
  readonly at: number
  readonly owner: Owner
  readonly label: string
  readonly run: () => void
}

/**
 * Virtual time, and the one place that decides who goes on next: everything that waits, waits here. Of several that are
 * due at the same moment one is drawn, runs until it waits again, and only then the next is drawn.
 */
export type Scheduler = {
  readonly now: () => number
  readonly after: (owner: Owner, delayMs: number, label: string, run: () => void) => () => void
  /** Resolves `delayMs` from now, unless the owner has died meanwhile. */
  readonly wait: (owner: Owner, delayMs: number, label: string, resumed?: () => void) => Promise<void>
  /** Runs the next one. False when nobody waits, or nobody before `until`. */
  readonly step: (until: number) => Promise<boolean>
  /** Moves an idle world's time forward. */
  readonly advanceTo: (ms: number) => void
  readonly waiting: () => number
  readonly nextAt: () => number | undefined
}

export type SchedulerOptions = {
  readonly startMs: number
  readonly random: Random
  /** Lets everything that can go on do so. */
  readonly drain: () => Promise<void>
  readonly onStep: (at: number, owner: Owner, label: string) => void
}

export const createScheduler = ({ startMs, random, drain, onStep }: SchedulerOptions): Scheduler => {
  let nowMs = startMs
  let entries: Entry[] = []

  const after: Scheduler['after'] = (owner, delayMs, label, run) => {
    const entry: Entry = { at: nowMs + Math.max(0, delayMs), owner, label, run }
    entries.push(entry)
    return () => {
      const place = entries.indexOf(entry)
      if (place >= 0) entries.splice(place, 1)
    }
  }

  /** One of the earliest, by lot. */
  const draw = (until: number): Entry | undefined => {
    entries = entries.filter(({ owner }) => !owner.dead)
    let earliest = Number.POSITIVE_INFINITY
    for (const { at } of entries) if (at < earliest) earliest = at
    if (earliest > until) return undefined
    const moment = Math.max(earliest, nowMs)
    const due = entries.filter(({ at }) => at <= moment)
    const drawn = due.length === 0 ? undefined : random.pick(due)
    if (drawn !== undefined) entries.splice(entries.indexOf(drawn), 1)
    return drawn
  }

  return {
    now: () => nowMs,
    after,
    wait: (owner, delayMs, label, resumed) =>
      new Promise((resolve) => {
        after(owner, delayMs, label, () => {
          resumed?.()
          resolve()
        })
      }),
    step: async (until) => {
      const drawn = draw(until)
      if (drawn === undefined) return false
      nowMs = Math.max(nowMs, drawn.at)
      onStep(nowMs, drawn.owner, drawn.label)
      drawn.run()
      await drain()
      return true
    },
    advanceTo: (ms) => {
      nowMs = Math.max(nowMs, ms)
    },
    waiting: () => entries.length,
    nextAt: () => {
      const moments = entries.filter(({ owner }) => !owner.dead).map(({ at }) => at)
      return moments.length === 0 ? undefined : Math.min(...moments)
    },
  }
}
