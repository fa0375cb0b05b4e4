import { errAsync, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { Checkout, DomainEvent } from '../core/checkout'
import type { ConflictReason, Op } from '../storage/store'
import { commitChange } from './commit-change'
import type { Door, Engine } from './engine'
import { CONTENTION, type CommonError } from './errors'
import { load, type Ref } from './load'
import { type Change, type Loaded, movesClaims, toChange, UNREAD } from './write'

/** How often a decision is made anew because somebody else was faster. */
const TRIES = 8

export type Changed = {
  readonly before: Loaded
  readonly after: Checkout
  readonly events: readonly DomainEvent[]
  /** What the next decision of the same verb can start from without reading; null when it has to read. */
  readonly known: Loaded | null
  /** True when the decision's `extraOps` were written with it. */
  readonly wroteExtra: boolean
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
 * `known` is state the verb has read or written itself: it saves the first read. Only a write proves that it was still
 * true, so a decision that writes nothing is made again on what is stored. So is one that moves claims left unread.
 *
 * No events: nothing is written, the state as it was read is the answer. A throwing store is `store_unavailable`: the
 * commit may have happened, and the next reader sees it.
 */
export const changeOrder = <E>(
  engine: Engine,
  ref: Ref,
  door: Door,
  decide: Decide<E>,
  known: Loaded | null = null,
): ResultAsync<Changed, E | CommonError> => {
  type Answer = ResultAsync<Changed, E | CommonError>
  const readAndDecide = (left: number, lost: Lost): Answer =>
    load(engine, ref).andThen((loaded) => attempt(left, lost, loaded, false))

  const attempt = (left: number, lost: Lost, loaded: Loaded, isKnown: boolean): Answer => {
    const decided = decide(loaded, lost)
    const writesNothing = decided.isErr() || decided.value.events.length === 0
    if (isKnown && writesNothing) return readAndDecide(left, lost)
    if (decided.isErr()) return errAsync(decided.error)
    const { events, from = loaded, extraOps = [] } = decided.value
    if (events.length === 0) return okAsync({ before: from, after: from, events, known: from, wroteExtra: false })
    const change = toChange(from, events, door, extraOps)
    if (from.claims === UNREAD && movesClaims(from.order, change.after.order)) return readAndDecide(left, lost)
    return commitChange(engine, change).andThen((outcome): Answer => {
      if (outcome.kind === 'committed') {
        engine.changed(from.order.id)
        const wroteExtra = extraOps.length > 0
        return okAsync({ before: from, after: change.after, events, known: knownAfter(change), wroteExtra })
      }
      const op = change.ops[outcome.op]
      if (left <= 1 || op === undefined) return errAsync(CONTENTION)
      return readAndDecide(left - 1, { op, reason: outcome.reason })
    })
  }
  return known === null ? readAndDecide(TRIES, null) : attempt(TRIES, null, known, true)
}

/** What is stored after a change; null when the claims moved with it, because then their versions have to be read. */
const knownAfter = ({ before, after, ops }: Change): Loaded | null =>
  ops.some(({ kind }) => kind === 'claims') ? null : { ...before, ...after }
