import { errAsync, okAsync, type Result, ResultAsync } from 'neverthrow'
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
  let hookFailed = false
  const within = async (tx: unknown) => {
    hookFailed = true
    for (const hook of hooks) await hook(tx)
    hookFailed = false
  }
  const commitId = engine.ids.next('cmt')
  const write = async () =>
    engine.store.commit(
      ops.map((op) => stamped(op, commitId)),
      hooks.length === 0 ? undefined : within,
    )
  const written = await ResultAsync.fromThrowable(write, (fault) =>
    hookFailed ? HOOK_FAILED : storeUnavailable(fault),
  )()
  if (written.isOk() || written.error === HOOK_FAILED) return written
  return readBack(engine, events, commitId, written.error)
}

const hooksOf = ({ inTransaction }: Engine, events: readonly PaymentEvent[]) =>
  Object.keys(inTransaction).length === 0
    ? []
    : events.flatMap((event) => matching(inTransaction, event.type).map((hook) => (tx: unknown) => hook(event, tx)))

const stamped = (op: Op, commitId: string): Op =>
  op.op === 'insert' && op.kind === 'events' ? { ...op, row: { ...op.row, commitId } } : op

/**
 * The answer to a commit was lost. If the history holds what this very write wrote, it happened. If not, it may still
 * happen, and the caller is told that nobody knows.
 */
const readBack = (
  engine: Engine,
  [first]: readonly PaymentEvent[],
  commitId: string,
  error: CommonError,
): ResultAsync<CommitOutcome, CommonError> => {
  if (first === undefined) return errAsync(error)
  return fromStore(() => engine.store.get('events', first.id))
    .orElse(() => errAsync(error))
    .andThen((row) => (row?.commitId === commitId ? okAsync<CommitOutcome>({ kind: 'committed' }) : errAsync(error)))
}
