import { err, ok, type Result, ResultAsync } from 'neverthrow'
import type { CommitOutcome, Op } from '../storage/store'
import type { Engine } from './engine'
import { type CommonError, HOOK_FAILED, storeUnavailable } from './errors'
import { matching } from './events'
import { fromStore } from './load'
import type { PaymentEvent } from './options'
import type { Change } from './write'

/** Writes the change in one commit, running the host's `inTransaction` hooks inside it. */
export const commitChange = (
  engine: Engine,
  change: Pick<Change, 'ops' | 'events'>,
): ResultAsync<CommitOutcome, CommonError> => new ResultAsync(commitOnce(engine, change))

const commitOnce = async (
  engine: Engine,
  { ops, events }: Pick<Change, 'ops' | 'events'>,
): Promise<Result<CommitOutcome, CommonError>> => {
  const hooks = hooksOf(engine, events)
  const commitId = engine.ids.next('cmt')
  const named = ops.map((op) => stamped(op, commitId))
  let isInHook = false
  const within = async (tx: unknown) => {
    isInHook = true
    for (const hook of hooks) await hook(tx)
    isInHook = false
  }
  try {
    return ok(await engine.store.commit(named, hooks.length === 0 ? undefined : within))
  } catch (fault) {
    return isInHook ? err(HOOK_FAILED) : readBack(engine, events, commitId, storeUnavailable(fault))
  }
}

const hooksOf = ({ inTransaction }: Engine, events: readonly PaymentEvent[]) =>
  Object.keys(inTransaction).length === 0
    ? []
    : events.flatMap((event) => matching(inTransaction, event.type).map((hook) => (tx: unknown) => hook(event, tx)))

const stamped = (op: Op, commitId: string): Op =>
  op.op === 'insert' && op.kind === 'events' ? { op: 'insert', kind: 'events', row: { ...op.row, commitId } } : op

/**
 * The answer to a commit was lost. If the history holds what this very write wrote, it happened. If not, it may still
 * happen, and the caller is told that nobody knows.
 */
const readBack = async (
  engine: Engine,
  [first]: readonly PaymentEvent[],
  commitId: string,
  error: CommonError,
): Promise<Result<CommitOutcome, CommonError>> => {
  if (first === undefined) return err(error)
  const row = await fromStore(() => engine.store.get('events', first.id))
  return row.isOk() && row.value?.commitId === commitId ? ok({ kind: 'committed' }) : err(error)
}
