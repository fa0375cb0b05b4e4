import type { MemoryTx } from '../../storage/memory'
import type { Kind, Row } from '../../storage/schema'
import type { CommitOutcome, Op, Store } from '../../storage/store'
import type { Caller, SabotageKit } from './sabotage-kit'

type SomeStore = Store<MemoryTx>
type Kit = Partial<SabotageKit>

const COMMITTED: CommitOutcome = { kind: 'committed' }
const eventsOf = (ops: readonly Op[]): readonly string[] =>
  ops.flatMap((op) => (op.op === 'insert' && op.kind === 'events' ? [op.row.type] : []))

/** Changes what is written, or says that it was. */
const writing = (change: (ops: readonly Op[], store: SomeStore) => readonly Op[] | Promise<readonly Op[]>): Kit => ({
  store: (store) => ({
    ...store,
    commit: async (ops, within) => {
      const changed = await change(ops, store)
      return changed.length === 0 ? COMMITTED : store.commit(changed, within)
    },
  }),
})

/** Without the reading of several at once, so that no row is seen by another way. */
const readingOneByOne = ({ findAmong: _, getWithOrder: __, ...store }: SomeStore): SomeStore => store

/** Leaves an index out: a job that looks there never finds work. */
const blindTo = (...indexes: readonly string[]): Kit => ({
  store: (store) => ({
    ...readingOneByOne(store),
    find: async (kind, query) => (indexes.includes(`${kind} ${query.index}`) ? [] : store.find(kind, query)),
  }),
})

/** Shows rows of a kind with other values than they have. */
const showing = (kind: Kind, values: object, when: (caller: Caller) => boolean = () => true): Kit => ({
  store: (store, caller) => ({
    ...readingOneByOne(store),
    get: async <K extends Kind>(asked: K, id: string): Promise<Row<K> | undefined> => {
      const row = await store.get(asked, id)
      // Still a row of its kind: `values` replaces columns of that kind.
      return asked === kind && row !== undefined && when(caller) ? ({ ...row, ...values } as Row<K>) : row
    },
  }),
})

/** Writes again and again, each time on whatever is there by then. */
const writesOnAnyVersion = async (ops: readonly Op[], store: SomeStore): Promise<readonly Op[]> => {
  const changed: Op[] = []
  for (const op of ops) {
    if (op.op === 'update' || op.op === 'remove') {
      const row = await store.get(op.kind, op.id)
      if (row === undefined && op.op === 'remove') continue
      changed.push(row === undefined ? op : ({ ...op, expectedVersion: row.version } as Op))
    } else if (op.op === 'insert' && (op.kind === 'events' || op.kind === 'outbox')) {
      // The number of a history line guards like a version does.
      const taken = (await store.get('events', op.row.id)) !== undefined
      if (!taken) changed.push(op)
    } else {
      changed.push(op)
    }
  }
  return changed
}

const withoutTakenClaims = async (ops: readonly Op[], store: SomeStore): Promise<readonly Op[]> => {
  const kept: Op[] = []
  for (const op of ops) {
    if (op.op === 'insert' && op.kind === 'claims' && op.row.resourceGroup !== null && op.row.resourceId !== null) {
      const { resourceGroup, resourceId } = op.row
      const where = { resourceGroup }
      const page = { index: 'byGroup' as const, where, atLeast: resourceId, atMost: resourceId, limit: 1 }
      if ((await store.find('claims', page)).length > 0) continue
    }
    kept.push(op)
  }
  return kept
}

const refundPurpose = (op: Op): string | null => (op.op === 'insert' && op.kind === 'refunds' ? op.row.purpose : null)

/** A second commit for the outbox, after the one it belongs to. */
const outboxApart: Kit = {
  store: (store) => ({
    ...store,
    commit: async (ops, within) => {
      const apart = ops.filter(({ op, kind }) => op === 'insert' && kind === 'outbox')
      const outcome = await store.commit(
        ops.filter((op) => !apart.includes(op)),
        within,
      )
      if (outcome.kind === 'committed' && apart.length > 0) await store.commit(apart)
      return outcome
    },
  }),
}

/** A failing hook of the host no longer stops the write. */
const hooksIgnored: Kit = {
  store: (store) => ({
    ...store,
    commit: (ops, within) => store.commit(ops, within && ((tx) => within(tx).catch(() => undefined))),
  }),
}

/** Safeguards of the store, and of what the engine writes through it. */
export const STORE_SABOTAGE = {
  no_intent_commit: writing((ops) => (eventsOf(ops).includes('attempt.charge_requested') ? [] : ops)),
  no_version_check: writing(writesOnAnyVersion),
  no_claim_uniqueness: writing(withoutTakenClaims),
  no_capacity_guard: writing((ops) =>
    ops.map((op) => (op.op === 'adjust' && op.kind === 'pools' ? { ...op, min: Number.MIN_SAFE_INTEGER } : op)),
  ),
  no_webhook_dedupe: writing((ops) =>
    ops.map((op) =>
      op.op === 'insert' && op.kind === 'inbox'
        ? { ...op, row: { ...op.row, id: `${op.row.id}@${op.row.receivedAt.getTime()}` } }
        : op,
    ),
  ),
  no_request_record: writing((ops) => ops.filter(({ kind }) => kind !== 'requests')),
  late_money_kept: writing((ops) => ops.filter((op) => refundPurpose(op) !== 'late_payment')),
  claims_never_released: writing((ops) => ops.filter(({ op, kind }) => !(op === 'remove' && kind === 'claims'))),
  outbox_outside_commit: outboxApart,
  hook_failure_ignored: hooksIgnored,
  sweep_ignores_open_attempt: showing('attempts', { chargeRequestedAt: null }, (caller) => caller().verb === 'jobs'),
  refund_claim_ignored: showing('orders', { activeRefundId: null }),
  no_expiry_job: blindTo('orders byDue'),
  no_reconcile_job: blindTo('attempts byNextCheck', 'refunds byNextCheck', 'inbox byStatus'),
  no_refund_job: blindTo('refunds byNextCheck'),
  no_outbox_job: blindTo('outbox byNextTry'),
} as const satisfies Record<string, Kit>
