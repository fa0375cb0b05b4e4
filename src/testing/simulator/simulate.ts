import { memoryStore } from '../../storage/memory'
import { type BatchOptions, type BatchResult, runBatch } from './batch'
import type { FaultName, FiredFault } from './decisions'
import { createDrain, withPoison } from './poison'
import { historyHash, mix } from './random'
import { sabotageKit } from './sabotage'
import { shrink, type Without } from './shrink'
import type { SimulateOptions, SimulationFailure, SimulationReport } from './types'
import { undoingStore } from './undoing-store'
import { warmUp } from './warm-up'

const NOTHING: Without = { buyers: new Set(), faults: new Set() }

/**
 * Runs many buyers through two processes on one store, with everything around them failing, and checks the invariants
 * after every commit and once all has come to rest. The providers' own books are the outside truth.
 *
 * Units: `lives` are buyers, each of whom wants one order.
 *
 * Errors: none; a broken invariant is the report's `failure`, with its seed and the smallest history that still shows it.
 *
 * Idempotency: the same seed makes the same history, to the byte; `history` is its hash.
 *
 * Not guaranteed: that what the simulator has not found is not there. While it runs, the platform's own clock, timers,
 * randomness and network are poisoned for the whole process.
 */
export const simulate = async (options: SimulateOptions): Promise<SimulationReport> => {
  const { store: makeStore = memoryStore } = options
  const base: Omit<BatchOptions, 'seed' | 'maxBuyers'> = {
    drain: createDrain(),
    faults: options.faults ?? {},
    sabotage: sabotageKit(options.sabotage),
    store: () => undoingStore(makeStore()),
    without: NOTHING,
    record: false,
  }
  const run = (batch: number, maxBuyers: number, more: { readonly without: Without; readonly record: boolean }) =>
    withPoison(() => runBatch({ ...base, ...more, seed: mix(options.seed, batch), maxBuyers }))

  await warmUp(base.drain)
  const tally = createTally()
  const hash = historyHash()
  let lives = 0
  let steps = 0
  let batch = options.onlyBatch ?? 0
  let failure: SimulationFailure | null = null
  let batches = 0
  while (failure === null && (options.onlyBatch === undefined ? lives < options.lives : batches === 0)) {
    const maxBuyers = options.onlyBatch === undefined ? options.lives - lives : Number.POSITIVE_INFINITY
    const result = await run(batch, maxBuyers, { without: NOTHING, record: false })
    lives += result.buyers
    steps += result.steps
    batches += 1
    hash.add(result.history)
    tally.add(result)
    if (result.violation !== null) {
      const { without, result: small } =
        options.shrink === false
          ? { without: NOTHING, result }
          : await shrink(result, (less) => run(batch, maxBuyers, { without: less, record: false }))
      const { schedule, fired, violation } = await run(batch, maxBuyers, { without, record: true })
      const buyers = Array.from({ length: small.buyers }, (_, buyer) => buyer).filter((it) => !without.buyers.has(it))
      failure = {
        ...(violation ?? result.violation),
        seed: options.seed,
        batch,
        lives,
        buyers,
        faults: fired,
        schedule,
      }
    }
    options.onProgress?.({ lives, batches })
    batch += 1
  }
  return { lives, batches, steps, failure, ...tally.counts(), history: hash.value() }
}

const createTally = () => {
  const crashPoints = new Map<string, { passed: number; crashed: number }>()
  const faultCounts = new Map<FaultName, number>()
  const endings = new Map<string, number>()
  const nameOf = ({ id }: FiredFault): FaultName => id.slice(0, id.indexOf('#')) as FaultName // As `decisions` made it.
  return {
    add: ({ points, fired, endings: ended }: BatchResult): void => {
      for (const [point, { passed, crashed }] of points) {
        const sum = crashPoints.get(point) ?? { passed: 0, crashed: 0 }
        crashPoints.set(point, { passed: sum.passed + passed, crashed: sum.crashed + crashed })
      }
      for (const fault of fired) faultCounts.set(nameOf(fault), (faultCounts.get(nameOf(fault)) ?? 0) + 1)
      for (const status of ended) endings.set(status, (endings.get(status) ?? 0) + 1)
    },
    counts: () => ({ crashPoints, faultCounts, endings }),
  }
}
