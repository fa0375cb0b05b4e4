import type { Kind, Row } from '../schema'

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
