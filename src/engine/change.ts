import { err, ok, type Result, ResultAsync } from 'neverthrow'
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
): ResultAsync<Changed, E | CommonError> => new ResultAsync(change(engine, ref, door, decide, known))

const change = async <E>(
  engine: Engine,
  ref: Ref,
  door: Door,
  decide: Decide<E>,
  known: Loaded | null,
): Promise<Result<Changed, E | CommonError>> => {
  let lost: Lost = null
  let unproven = known
  for (let left = TRIES; left > 0; ) {
    const read: Result<Loaded, CommonError> = unproven === null ? await load(engine, ref) : ok(unproven)
    if (read.isErr()) return err(read.error)
    const isKnown = unproven !== null
    unproven = null
    const decided = decide(read.value, lost)
    // What nothing proves is read before it is believed.
    if (isKnown && (decided.isErr() || decided.value.events.length === 0)) continue
    if (decided.isErr()) return err(decided.error)
    const { events, from = read.value, extraOps = [] } = decided.value
    if (events.length === 0) return ok({ before: from, after: from, events, known: from, wroteExtra: false })
    const written = toChange(from, events, door, extraOps)
    const { after, ops } = written
    if (from.claims === UNREAD && movesClaims(from.order, after.order)) continue
    const outcome = await commitChange(engine, written)
    if (outcome.isErr()) return err(outcome.error)
    if (outcome.value.kind === 'committed') {
      engine.changed(from.order.id)
      return ok({ before: from, after, events, known: knownAfter(written), wroteExtra: extraOps.length > 0 })
    }
    const op = ops[outcome.value.op]
    if (op === undefined) break
    lost = { op, reason: outcome.value.reason }
    left -= 1
  }
  return err(CONTENTION)
}

/** What is stored after a change; null when the claims moved with it, because then their versions have to be read. */
const knownAfter = ({ before, after, ops }: Change): Loaded | null =>
  ops.some(({ kind }) => kind === 'claims') ? null : { ...before, ...after }
