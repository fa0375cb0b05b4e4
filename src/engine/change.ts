import { errAsync, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { Checkout, DomainEvent } from '../core/checkout'
import type { ConflictReason, Op } from '../storage/store'
import type { Door, Engine } from './engine'
import { CONTENTION, type CommonError } from './errors'
import { load, type Ref } from './load'
import { commitChange, type Loaded, toChange } from './write'

/** How often a decision is made anew because somebody else was faster. */
const TRIES = 8

export type Changed = {
  readonly before: Loaded
  readonly after: Checkout
  readonly events: readonly DomainEvent[]
}

/** What lost the race, for a decision that wants to be made differently the next time. */
export type Lost = { readonly op: Op; readonly reason: ConflictReason } | null

type Decide<E> = (loaded: Loaded, lost: Lost) => Result<DecidedChange, E>
export type DecidedChange = {
  readonly events: readonly DomainEvent[]
  /** Replaces what was loaded, for parts that do not exist yet. */
  readonly from?: Loaded
  readonly extraOps?: readonly Op[]
}

/**
 * The one way an order changes: read, decide, write in one commit; whoever loses a race decides again from fresh state.
 *
 * No events: nothing is written, the state as it was read is the answer. A throwing store is `store_unavailable`: the
 * commit may have happened, and the next reader sees it.
 */
export const changeOrder = <E>(
  engine: Engine,
  ref: Ref,
  door: Door,
  decide: Decide<E>,
): ResultAsync<Changed, E | CommonError> => {
  const attempt = (left: number, lost: Lost): ResultAsync<Changed, E | CommonError> =>
    load(engine, ref).andThen((loaded): ResultAsync<Changed, E | CommonError> => {
      const decided = decide(loaded, lost)
      if (decided.isErr()) return errAsync(decided.error)
      const { events, from = loaded, extraOps = [] } = decided.value
      if (events.length === 0) return okAsync({ before: from, after: from, events })
      const change = toChange(from, events, door, extraOps)
      return commitChange(engine, change).andThen((outcome): ResultAsync<Changed, E | CommonError> => {
        if (outcome.kind === 'committed') {
          engine.changed(from.order.id)
          return okAsync({ before: from, after: change.after, events })
        }
        const op = change.ops[outcome.op]
        if (left <= 1 || op === undefined) return errAsync(CONTENTION)
        return attempt(left - 1, { op, reason: outcome.reason })
      })
    })
  return attempt(TRIES, null)
}
