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
  const fired = (): readonly string[] => best.result.fired.map(({ id }) => id)

  /** Large pieces first: most faults have nothing to do with it. */
  const dropFaults = async (): Promise<boolean> => {
    let dropped = false
    for (let size = Math.ceil(fired().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < fired().length; ) {
        const { buyers, faults } = best.without
        const gone = await attempt({ buyers, faults: new Set([...faults, ...fired().slice(at, at + size)]) })
        dropped ||= gone
        if (!gone) at += size
      }
    }
    return dropped
  }
  const dropBuyers = async (): Promise<boolean> => {
    let dropped = false
    for (let buyer = 0; buyer < first.buyers; buyer += 1) {
      const { buyers, faults } = best.without
      if (!buyers.has(buyer) && (await attempt({ buyers: new Set([...buyers, buyer]), faults }))) dropped = true
    }
    return dropped
  }

  while ((await dropBuyers()) || (await dropFaults())) if (runs >= MAX_RUNS) break
  return best
}
