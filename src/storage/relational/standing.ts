import { createTables, make, type StoredRow } from '../memory/table'
import { write } from '../memory/write'
import type { Kind, Row } from '../schema'
import type { CommitOutcome, Op } from '../store'
import type { Value } from './codec'
import type { Answer, Statement } from './driver'
import { declarationOf } from './naming'
import type { Reader } from './statements'

type Values = Readonly<Record<string, Value>>

/**
 * Why a commit was refused: the rows it names and those that hold its unique keys are read, and the ops are carried out
 * on them in memory, where the first conflict is found as in the memory store. `committed`: nothing stands in the way
 * any more.
 */
export const whatStands = async (
  reader: Reader,
  run: (statement: Statement) => Promise<Answer>,
  ops: readonly Op[],
): Promise<CommitOutcome> => {
  const tableOf = createTables()
  const read = async (kind: Kind, ids: readonly string[], keys: readonly Values[]): Promise<readonly Row[]> => {
    if (ids.length + keys.length === 0) return []
    const { rows } = await run(reader.any(kind, ids, keys))
    const found = rows.map((row) => reader.row(kind, row))
    const table = tableOf(kind)
    for (const row of found) {
      // A row of the schema is what a table of memory holds.
      const after = row as unknown as StoredRow
      if (!table.rows.has(row.id)) make({ table, before: undefined, after })
    }
    return found
  }
  for (const kind of new Set(ops.map((op) => op.kind))) {
    const own = ops.filter((op) => op.kind === kind)
    const named = await read(kind, own.map(idOf), [])
    const before = new Map(named.map((row) => [row.id, row as unknown as Values]))
    await read(
      kind,
      [],
      own.flatMap((op) => keysTakenBy(op, before.get(idOf(op)))),
    )
  }
  return write(tableOf, ops).outcome
}

const idOf = (op: Op): string => (op.op === 'insert' ? op.row.id : op.id)

/** The values of every unique key that a row has after an op, without those in which one is null. */
const keysTakenBy = (op: Op, before: Values | undefined): readonly Values[] => {
  const after = rowAfter(op, before)
  return Object.values(declarationOf(op.kind).unique).flatMap((columns) => {
    const values = columns.map((name) => [name, after[name] ?? null] as const)
    return values.some(([, value]) => value === null) ? [] : [Object.fromEntries(values)]
  })
}

const rowAfter = (op: Op, before: Values | undefined): Values => {
  switch (op.op) {
    case 'insert':
      // A row is its values by column name.
      return op.row as unknown as Values
    case 'update':
      return { ...before, ...op.set }
    case 'adjust':
      return { ...before, [op.field]: Number(before?.[op.field] ?? 0) + op.by }
    case 'remove':
      return {}
  }
}
