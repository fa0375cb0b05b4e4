import type { Kind, Row } from '../../storage/schema'
import type { Op } from '../../storage/store'

/** What names a row. */
export type Name = { readonly kind: Kind; readonly id: string }
/** The rows there are, by `keyOfRow`. */
export type Contents = ReadonlyMap<string, Row>

export const keyOfRow = ({ kind, id }: Name): string => `${kind} ${id}`
export const nameOf = (op: Op): Name => ({ kind: op.kind, id: op.op === 'insert' ? op.row.id : op.id })

export const contentsOf = (names: readonly Name[], rows: readonly (Row | undefined)[]): Contents =>
  new Map(
    names.flatMap((name, at) => {
      const row = rows[at]
      return row === undefined ? [] : [[keyOfRow(name), row] as const]
    }),
  )
