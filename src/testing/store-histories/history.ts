import type { ConflictReason } from '../../storage/store'
import type { Part, Register } from './registers'

export type Ending =
  | 'done'
  /** `within` threw, so nothing happened. */
  | 'rolled back'
  /** The store threw, and says that nothing was written. */
  | 'not executed'
  /** The store threw: it may have happened, may yet happen, or never will. */
  | 'unknown'
  | { readonly op: number; readonly reason: ConflictReason }
/** One call on a store, by one client. */
export type Operation = {
  readonly client: number
  readonly calledAt: number
  readonly returnedAt: number
  readonly parts: readonly Part[]
  readonly ending: Ending
}
/** What was called and answered, from which states on. */
export type History = {
  readonly initial: ReadonlyMap<Register, string>
  readonly operations: readonly Operation[]
}
