import type { Kind, Row } from '../schema'
import type { Value } from './codec'
import { ALL_KINDS, fieldsOf } from './naming'

/** How a kind's rows travel in an answer. */
export type Format = {
  /** What stands behind SELECT, for a table that the statement calls by an alias or by its own name. */
  readonly list: (kind: Kind, alias?: string) => string
  /** A driver's row as ours; undefined where a join found none. Drivers differ in the types they give. */
  readonly read: <K extends Kind>(
    kind: K,
    given: Readonly<Record<string, unknown>>,
    alias?: string,
  ) => Row<K> | undefined
}

/** Fresh rows of nothing. Read from JSON they have a layout that V8 keeps; keys added one by one end in a hash table. */
export const createBlanks = (): ((kind: Kind) => Record<string, Value>) => {
  const blanks = new Map(ALL_KINDS.map((kind) => [kind, blankOf(kind)]))
  return (kind) => ({ ...blanks.get(kind) })
}

const blankOf = (kind: Kind): Readonly<Record<string, null>> =>
  JSON.parse(`{${fieldsOf(kind).map(({ name }) => `${JSON.stringify(name)}:null`)}}`)
