import type { Kind, Row } from '../schema'
import type { AttemptWithOrder } from '../store'
import type { Value } from './codec'
import type { Answer, Statement } from './driver'
import type { Names } from './naming'
import { type Reader, selected } from './statements'

/** The tables under their names in the statement. */
const ALIASES = { a: 'attempts', o: 'orders', c: 'claims' } as const
type Alias = keyof typeof ALIASES

/** One statement for an attempt, its order and the order's claims. Each of its rows has one claim, or none at all. */
export const createWithOrder = (names: Names, { codec, table, statement }: Reader) => {
  const column = (alias: Alias, name: string): string => `${alias}.${names.column(name)}`
  const list = (['a', 'o', 'c'] as const).flatMap((alias) =>
    table(ALIASES[alias]).fields.map(([field]) =>
      selected(names, ALIASES[alias], field, { alias, as: `${alias}_${field}` }),
    ),
  )
  const from = (alias: Alias): string => `${table(ALIASES[alias]).name} ${alias}`
  const start =
    `SELECT ${list.join(', ')} FROM ${from('a')} JOIN ${from('o')} ON ${column('o', 'id')} = ${column('a', 'orderId')}` +
    ` LEFT JOIN ${from('c')} ON ${column('c', 'orderId')} = ${column('o', 'id')} WHERE ${column('a', 'id')} = `
  const end = ` ORDER BY ${column('c', 'position')}`

  const partOf = <K extends Kind>(alias: Alias, kind: K, row: Readonly<Record<string, unknown>>): Row<K> => {
    const part: Record<string, Value> = {}
    for (const [name, type] of table(kind).fields) part[name] = codec.read(type, row[`${alias}_${name}`])
    // The select list of a kind names the columns of that kind.
    return part as unknown as Row<K>
  }

  return {
    statement: (attemptId: string): Statement =>
      statement({ shape: 'attempt with order', text: (place) => `${start}${place()}${end}`, values: [attemptId] }),

    read: ({ rows }: Answer): AttemptWithOrder | undefined => {
      const [first] = rows
      if (first === undefined) return undefined
      return {
        attempt: partOf('a', 'attempts', first),
        order: partOf('o', 'orders', first),
        claims: rows.filter((row) => row['c_id'] !== null).map((row) => partOf('c', 'claims', row)),
      }
    },
  }
}
