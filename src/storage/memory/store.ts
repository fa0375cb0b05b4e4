import { checkAmong, checkGet, checkOps, checkQuery, MAX_LIMIT } from '../check'
import type { IndexOf, Kind, Row } from '../schema'
import type { CommitOutcome, Op, Query, Store } from '../store'
import { createNesting } from './nesting'
import { copyValues, createTables, make, rowsAmong, rowsOf, type StoredRow, type Table, unmake } from './table'
import { write } from './write'

/** What `within` is given: a host without a database says how to undo its own writes. */
export type MemoryTx = {
  /** Calls `undo` if the commit fails after this; the last one registered is called first. */
  readonly onRollback: (undo: () => void) => void
}

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

  const writeWithin = async (ops: readonly Op[], within: (tx: MemoryTx) => Promise<void>): Promise<CommitOutcome> => {
    const written = write(tableOf, ops)
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

    findAmong: async <K extends Kind>(kind: K, by: 'id' | IndexOf<K>, values: readonly string[]) => {
      checkAmong(kind, by, values)
      const table = tableOf(kind)
      return rowsAmong(table, by, values).map((row) => readable<K>(table, row))
    },

    getWithOrder: async (attemptId) => {
      checkGet('attempts', attemptId)
      const [attempts, orders, claims] = [tableOf('attempts'), tableOf('orders'), tableOf('claims')]
      const attempt = attempts.rows.get(attemptId)
      if (attempt === undefined) return undefined
      const found = readable<'attempts'>(attempts, attempt)
      const order = orders.rows.get(found.orderId)
      if (order === undefined) return undefined
      const own = rowsOf(claims, { index: 'byOrder', where: { orderId: found.orderId }, limit: MAX_LIMIT })
      return {
        attempt: found,
        order: readable<'orders'>(orders, order),
        claims: own.map((row) => readable<'claims'>(claims, row)),
      }
    },

    commit: async (ops, within) => {
      checkOps(ops)
      if (within === undefined && waiting === 0) return write(tableOf, ops).outcome
      if (nesting.isInside()) throw new Error('commit: from inside `within` it would wait for itself')
      // The caller may change its rows while this waits.
      const copies = ops.map((op) => copyOp(tableOf(op.kind), op))
      return inTurn(() => (within === undefined ? write(tableOf, copies).outcome : writeWithin(copies, within)))
    },
  }
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
