import type { BatchResult } from './batch'

export type Without = { readonly buyers: ReadonlySet<number>; readonly faults: ReadonlySet<string> }
export type Shrunk = { readonly without: Without; readonly result: BatchResult }

/** Runs after which the smallest history so far has to do. */
const MAX_RUNS = 400

/**
 * Takes away buyers and faults, one after the other, as long as the same invariant is still broken. What is left when
 * nothing more can go explains the failure.
 */
export const shrink = async (first: BatchResult, run: (without: Without) => Promise<BatchResult>): Promise<Shrunk> => {
  const invariant = first.violation?.invariant
  let best: Shrunk = { without: { buyers: new Set(), faults: new Set() }, result: first }
  let runs = 0

  const attempt = async (without: Without): Promise<boolean> => {
    if (runs >= MAX_RUNS) return false
    runs += 1
    const result = await run(without)
    if (result.violation?.invariant !== invariant) return false
    best = { without, result }
    return true
  }
  const buyers = (): readonly number[] =>
    Array.from({ length: first.buyers }, (_, buyer) => buyer).filter((buyer) => !best.without.buyers.has(buyer))
  const faults = (): readonly string[] => best.result.fired.map(({ id }) => id)

  /** Large pieces first: most have nothing to do with it, and some can only go together. */
  const drop = async <T>(left: () => readonly T[], less: (piece: readonly T[]) => Without): Promise<boolean> => {
    let dropped = false
    for (let size = Math.ceil(left().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < left().length; ) {
        const gone = await attempt(less(left().slice(at, at + size)))
        dropped ||= gone
        if (!gone) at += size
      }
    }
    return dropped
  }
  const dropBuyers = () =>
    drop(buyers, (piece) => ({ ...best.without, buyers: new Set([...best.without.buyers, ...piece]) }))
  const dropFaults = () =>
    drop(faults, (piece) => ({ ...best.without, faults: new Set([...best.without.faults, ...piece]) }))

  while ((await dropBuyers()) || (await dropFaults())) if (runs >= MAX_RUNS) break
  return best
}
