import type { MemoryTx } from '../../storage/memory'
import type { Kind, Row } from '../../storage/schema'
import type { Op, Store } from '../../storage/store'

/** One row before and after a commit. */
export type RowChange<K extends Kind = Kind> = K extends Kind
  ? { readonly kind: K; readonly op: Op['op']; readonly before: Row<K> | undefined; readonly after: Row<K> | undefined }
  : never

/** A second copy of everything that was committed, kept by the simulator itself and read by the invariants. */
export type Model = {
  readonly get: <K extends Kind>(kind: K, id: string) => Row<K> | undefined
  readonly all: <K extends Kind>(kind: K) => readonly Row<K>[]
  /** The rows of a kind that belong to an order. */
  readonly ofOrder: <K extends 'claims' | 'orderLines' | 'attempts' | 'refunds' | 'events'>(
    kind: K,
    orderId: string,
  ) => readonly Row<K>[]
  readonly apply: (ops: readonly Op[]) => readonly RowChange[]
}

type AnyRow = { readonly id: string; readonly version: number; readonly [column: string]: unknown }

export const createModel = (): Model => {
  const tables = new Map<Kind, Map<string, AnyRow>>()
  const groups = new Map<string, Map<string, AnyRow>>()
  const tableOf = (kind: Kind): Map<string, AnyRow> => {
    const table = tables.get(kind) ?? new Map<string, AnyRow>()
    tables.set(kind, table)
    return table
  }
  const groupOf = (kind: Kind, orderId: unknown): Map<string, AnyRow> => {
    const key = `${kind} ${String(orderId)}`
    const group = groups.get(key) ?? new Map<string, AnyRow>()
    groups.set(key, group)
    return group
  }
  const afterOf = (op: Op, before: AnyRow | undefined): AnyRow | undefined => {
    switch (op.op) {
      case 'insert':
        return { ...op.row, version: 1 }
      case 'update':
        return before && { ...before, ...op.set, version: before.version + 1 }
      case 'adjust':
        return before && { ...before, [op.field]: Number(before[op.field]) + op.by }
      case 'remove':
        return undefined
    }
  }
  const applyOne = (op: Op): RowChange => {
    const id = op.op === 'insert' ? op.row.id : op.id
    const table = tableOf(op.kind)
    const before = table.get(id)
    const after = afterOf(op, before)
    if (after === undefined) table.delete(id)
    else table.set(id, after)
    const orderId = (after ?? before)?.['orderId']
    if (orderId !== undefined) {
      if (after === undefined) groupOf(op.kind, orderId).delete(id)
      else groupOf(op.kind, orderId).set(id, after)
    }
    // Kind and rows come from the same op and the same table.
    return { kind: op.kind, op: op.op, before, after } as unknown as RowChange
  }
  return {
    // A table of a kind holds only rows of that kind.
    get: <K extends Kind>(kind: K, id: string) => tableOf(kind).get(id) as unknown as Row<K> | undefined,
    all: <K extends Kind>(kind: K) => [...tableOf(kind).values()] as unknown as readonly Row<K>[],
    ofOrder: <K extends Kind>(kind: K, orderId: string) =>
      [...groupOf(kind, orderId).values()] as unknown as readonly Row<K>[],
    apply: (ops) => ops.map(applyOne),
  }
}

/** The real store, watched: what it commits goes into the model at once, and to whoever checks it. */
export const watchedStore = (
  inner: Store<MemoryTx>,
  model: Model,
  onCommit: (changes: readonly RowChange[]) => void,
): Store<MemoryTx> => ({
  get: inner.get,
  find: inner.find,
  ...(inner.findAmong === undefined ? {} : { findAmong: inner.findAmong }),
  ...(inner.getWithOrder === undefined ? {} : { getWithOrder: inner.getWithOrder }),
  commit: async (ops, within) => {
    const outcome = await inner.commit(ops, within)
    if (outcome.kind === 'committed') onCommit(model.apply(ops))
    return outcome
  },
})
