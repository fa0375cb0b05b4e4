import type { Kind } from '../schema'
import type { CommitOutcome, ConflictReason, Op } from '../store'
import { type Change, copyValues, isTaken, make, type Table, unmake } from './table'

export type Written =
  | { readonly outcome: { readonly kind: 'committed' }; readonly changes: readonly Change[] }
  | { readonly outcome: Extract<CommitOutcome, { kind: 'conflict' }> }

/** Carries out all ops in their order, or none. */
export const write = (tableOf: (kind: Kind) => Table, ops: readonly Op[]): Written => {
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
