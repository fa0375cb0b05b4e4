import { createTables, make, type StoredRow } from '../memory/table'
import { write } from '../memory/write'
import type { Kind, Row } from '../schema'
import type { CommitOutcome, Op } from '../store'
import type { Value } from './codec'
import type { Answer, Statement } from './driver'
import { declarationOf } from './naming'
import type { Reader } from './statements'
import { inPieces, MAX_ALTERNATIVES, MAX_VALUES } from './steps-listed'

type Values = Readonly<Record<string, Value>>

/** So many ops are looked at first: whoever lost a whole page to another worker reads no more than this of it. */
const FIRST = 100

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
  if (ops.length <= FIRST) return carriedOut(reader, run, ops)
  // What comes later cannot change what stands in the way of an op.
  const first = await carriedOut(reader, run, ops.slice(0, FIRST))
  return first.kind === 'conflict' ? first : carriedOut(reader, run, ops)
}

const carriedOut = async (
  reader: Reader,
  run: (statement: Statement) => Promise<Answer>,
  ops: readonly Op[],
): Promise<CommitOutcome> => {
  const tableOf = createTables()
  const read = async (kind: Kind, statement: Statement): Promise<readonly Row[]> => {
    const { rows } = await run(statement)
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
    const before = new Map<string, Values>()
    for (const ids of inPieces(own.map(idOf), MAX_VALUES)) {
      for (const row of await read(kind, reader.among(kind, 'id', ids))) before.set(row.id, row as unknown as Values)
    }
    const after = own.map((op) => rowAfter(op, before.get(idOf(op))))
    for (const columns of Object.values(declarationOf(kind).unique)) {
      const keys = after.flatMap((row) => keyOf(columns, row))
      for (const piece of inPieces(keys, MAX_ALTERNATIVES)) await read(kind, reader.matching(kind, columns, piece))
    }
  }
  return write(tableOf, ops).outcome
}

const idOf = (op: Op): string => (op.op === 'insert' ? op.row.id : op.id)

/** What a row holds in a unique key, in a list; an empty one when a column is null. */
const keyOf = (columns: readonly string[], row: Values): readonly (readonly Value[])[] => {
  const values = columns.map((name) => row[name] ?? null)
  return values.includes(null) ? [] : [values]
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
