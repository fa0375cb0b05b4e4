import type { Store } from '../../storage/store'
import type { FaultName, FaultRates, FiredFault } from './decisions'
import type { Sabotage } from './sabotage'

export type SimulateOptions = {
  readonly seed: number
  /** Buyers in all. They come in batches of about ten, each batch a small world of its own. */
  readonly lives: number
  /** Fixes the rate of a fault, 0 to 1. What is left out is drawn anew for each batch. `none`: nothing goes wrong. */
  readonly faults?: Partial<FaultRates> | 'none'
  /** Removes one safeguard, to see that the simulator notices. */
  readonly sabotage?: Sabotage
  /** Look for the smallest history of a failure. Default: yes. */
  readonly shrink?: boolean
  /**
   * A new, empty store for each batch. Default: in memory. It must answer without timers or a network, as a database in
   * the same process does; then its histories are those of the memory store, to the byte.
   */
  readonly store?: () => Store
  /** Called after each batch. */
  readonly onProgress?: (progress: { readonly lives: number; readonly batches: number }) => void
  /** Replays one batch of a longer run. */
  readonly onlyBatch?: number
}

export type Violation = {
  /** The invariant's id and what it says. */
  readonly invariant: string
  readonly message: string
}

export type SimulationFailure = Violation & {
  readonly seed: number
  readonly batch: number
  /** How many lives had run when it happened. */
  readonly lives: number
  /** What is left after taking away every buyer and every fault that the violation does without. */
  readonly buyers: readonly number[]
  readonly faults: readonly FiredFault[]
  /** The steps of the smallest history that still shows it, as text. */
  readonly schedule: readonly string[]
}

export type SimulationReport = {
  readonly lives: number
  readonly batches: number
  readonly steps: number
  /** null: no invariant was ever broken. */
  readonly failure: SimulationFailure | null
  /** How often each place where a process can die was passed, and how often it died there. */
  readonly crashPoints: ReadonlyMap<string, { readonly passed: number; readonly crashed: number }>
  readonly faultCounts: ReadonlyMap<FaultName, number>
  /** What orders ended as, so that a reader sees that the run was not about nothing. */
  readonly endings: ReadonlyMap<string, number>
  /** Equal for equal histories. */
  readonly history: string
}
