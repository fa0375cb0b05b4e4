import type { Op } from '../../storage/store'
import { declarationOf, type Values } from '../store-conformance/rows'
import { type Contents, keyOfRow, nameOf } from './contents'

/*
 * What the port leaves open, and the model therefore never asks:
 * - whether an op may take a unique key that a *later* op of the same commit frees. A store that checks op by op
 *   refuses, one that checks at the end does not. The other way round, freed first and taken later, is promised.
 * - what an `adjust` answers when its sum would be another row's unique key: no column of a key is adjusted.
 * - an `adjust` of null or beyond the safe integers.
 * - how text of mixed case is ordered.
 */

const valuesOf = (row: object): Values => row as Values // a row is its values by name

/** The columns' values as one text, or undefined when one is null: then the key does not count. */
const keyOf = (columns: readonly string[], values: Values): string | undefined => {
  const parts = columns.map((name) => values[name] ?? null)
  return parts.includes(null) ? undefined : JSON.stringify(parts)
}

const rowIn = (contents: Contents, op: Op): Values => {
  const row = contents.get(keyOfRow(nameOf(op)))
  return row === undefined ? {} : valuesOf(row)
}

/** The keys the row would have after the op that it does not have yet. */
const keysTaken = (op: Op, before: Values): readonly (readonly [columns: readonly string[], key: string])[] => {
  if (op.op === 'remove' || op.op === 'adjust') return []
  const after = op.op === 'insert' ? valuesOf(op.row) : { ...before, ...valuesOf(op.set) }
  return Object.values(declarationOf(op.kind).unique).flatMap((columns) => {
    const key = keyOf(columns, after)
    return key === undefined || key === keyOf(columns, before) ? [] : [[columns, key] as const]
  })
}

const isOpen = (op: Op, later: readonly Op[], contents: Contents): boolean => {
  const keys = keysTaken(op, rowIn(contents, op))
  if (keys.length === 0) return false
  return later.some((other) => {
    if (other.kind !== op.kind || other.op === 'insert' || other.op === 'adjust') return false
    const holder = rowIn(contents, other)
    return keys.some(([columns, key]) => keyOf(columns, holder) === key)
  })
}

/** The ops without those whose answer the port leaves open. */
export const withoutOpen = (ops: readonly Op[], contents: Contents): readonly Op[] =>
  ops.filter((op, at) => !isOpen(op, ops.slice(at + 1), contents))
