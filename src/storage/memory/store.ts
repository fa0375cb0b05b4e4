import { checkGet, checkOps, checkQuery } from '../check'
import type { Kind, Row } from '../schema'
import type { CommitOutcome, ConflictReason, Op, Query, Store } from '../store'
import { createNesting } from './nesting'
import {
  type Change,
  copyValues,
  createTables,
  isTaken,
  make,
  rowsOf,
  type StoredRow,
  type Table,
  unmake,
} from './table'

/** What `within` is given: a host without a database says how to undo its own writes. */
export type MemoryTx = {
  /** Calls `undo` if the commit fails after this; the last one registered is called first. */
  readonly onRollback: (undo: () => void) => void
}

type Written =
  | { readonly outcome: { readonly kind: 'committed' }; readonly changes: readonly Change[] }
  | { readonly outcome: Extract<CommitOutcome, { kind: 'conflict' }> }

const COMMITTED: CommitOutcome = { kind: 'committed' }

/**
 * Keeps everything in this process's memory: for tests, the simulator and demos. Nothing survives a restart.
 *
 * A commit happens at once. One with `within` is seen by nobody before it succeeded, and while `within` runs every other
 * commit waits, in order.
 *
 * Errors, after which nothing is written:
 * - `TypeError`: a malformed call. The message names the kind and the field.
 * - `RangeError`: an `adjust` would leave the safe integers.
 * - `Error`: a commit from inside `within`, which would wait for itself. A browser cannot tell, and there it does wait.
 * - `AggregateError`: `within` threw and so did an `onRollback`; both are in it.
 */
export const memoryStore = (): Store<MemoryTx> => {
  const tableOf = createTables()
  const nesting = createNesting()
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  /** Carries out all ops, or none. */
  const write = (ops: readonly Op[]): Written => {
    const changes: Change[] = []
    try {
      for (const [at, op] of ops.entries()) {
        const planned = changeOf(tableOf(op.kind), op)
        const change = typeof planned !== 'string' && isTaken(planned) ? 'exists' : planned
        if (typeof change === 'string') {
          unmake(changes)
          return { outcome: { kind: 'conflict', op: at, reason: change } }
        }
        make(change)
        changes.push(change)
      }
    } catch (fault) {
      unmake(changes)
      throw fault
    }
    return { outcome: { kind: 'committed' }, changes }
  }

  const writeWithin = async (ops: readonly Op[], within: (tx: MemoryTx) => Promise<void>): Promise<CommitOutcome> => {
    const written = write(ops)
    if (!('changes' in written)) return written.outcome
    // Taken back until `within` is done, so that no read sees it. Nobody else writes meanwhile: it will fit again.
    unmake(written.changes)
    const undos: (() => void)[] = []
    let isOver = false
    const onRollback = (undo: () => void) => {
      if (isOver) throw new Error('onRollback: the transaction is over')
      undos.push(undo)
    }
    try {
      await nesting.enter(() => within({ onRollback }))
    } catch (fault) {
      throw undoAll(undos, fault)
    } finally {
      isOver = true
    }
    for (const change of written.changes) make(change)
    return COMMITTED
  }

  /** Runs when every commit before it is done. */
  const inTurn = (run: () => CommitOutcome | Promise<CommitOutcome>): Promise<CommitOutcome> => {
    waiting += 1
    const turn = last.then(run).finally(() => {
      waiting -= 1
    })
    last = Promise.allSettled([turn])
    return turn
  }

  return {
    get: async <K extends Kind>(kind: K, id: string) => {
      checkGet(kind, id)
      const table = tableOf(kind)
      const row = table.rows.get(id)
      return row && readable<K>(table, row)
    },

    find: async <K extends Kind>(kind: K, query: Query<K>) => {
      checkQuery(kind, query)
      const table = tableOf(kind)
      return rowsOf(table, query).map((row) => readable<K>(table, row))
    },

    commit: async (ops, within) => {
      checkOps(ops)
      if (within === undefined && waiting === 0) return write(ops).outcome
      if (nesting.isInside()) throw new Error('commit: from inside `within` it would wait for itself')
      // The caller may change its rows while this waits.
      const copies = ops.map((op) => copyOp(tableOf(op.kind), op))
      return inTurn(() => (within === undefined ? write(copies).outcome : writeWithin(copies, within)))
    },
  }
}

/** What an op makes of the row it names, or why it cannot; unique keys come after. */
const changeOf = (table: Table, op: Op): Change | ConflictReason => {
  const before = table.rows.get(op.op === 'insert' ? op.row.id : op.id)
  if (op.op === 'insert') {
    if (before !== undefined) return 'exists'
    return { table, before, after: Object.assign(copyValues(table, op.row), { version: 1 }) }
  }
  if (before === undefined) return 'missing'
  if (op.op === 'adjust') {
    const value = before[op.field]
    // Null is no number that could reach `min`, as in SQL.
    if (typeof value !== 'number') return 'guard'
    const sum = value + op.by
    if (!Number.isSafeInteger(sum)) throw new RangeError(`${op.kind}.${op.field}: the sum is beyond the safe integers`)
    return sum < op.min ? 'guard' : { table, before, after: { ...before, [op.field]: sum } }
  }
  if (before.version !== op.expectedVersion) return 'version'
  if (op.op === 'remove') return { table, before, after: undefined }
  return { table, before, after: { ...before, ...copyValues(table, op.set), version: before.version + 1 } }
}

const copyOp = (table: Table, op: Op): Op => {
  switch (op.op) {
    case 'insert':
      // A kind and a row of that kind stay together; the compiler cannot follow a union through the copy.
      return { ...op, row: copyValues(table, op.row) } as Op
    case 'update':
      return { ...op, set: copyValues(table, op.set) } as Op
    case 'adjust':
    case 'remove':
      return { ...op }
  }
}

/** The table of a kind holds rows of that kind, checked when they were written. */
const readable = <K extends Kind>(table: Table, row: StoredRow): Row<K> => copyValues(table, row) as unknown as Row<K>

/** Undoes everything and gives what to throw: the fault itself, unless undoing failed as well. */
const undoAll = (undos: readonly (() => void)[], fault: unknown): unknown => {
  const faults: unknown[] = []
  for (const undo of undos.toReversed()) {
    try {
      undo()
    } catch (another) {
      faults.push(another)
    }
  }
  return faults.length === 0 ? fault : new AggregateError([fault, ...faults], 'a commit failed, and so did its undoing')
}
