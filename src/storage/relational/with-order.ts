import type { AttemptWithOrder } from '../store'
import type { Answer, Statement } from './driver'
import type { Names } from './naming'
import type { Reader } from './statements'

/** The tables under their names in the statement. */
const ALIASES = { a: 'attempts', o: 'orders', c: 'claims' } as const
type Alias = keyof typeof ALIASES

/** One statement for an attempt, its order and the order's claims. Each of its rows has one claim, or none at all. */
export const createWithOrder = (names: Names, { format, table, statement }: Reader) => {
  const column = (alias: Alias, name: string): string => `${alias}.${names.column(name)}`
  const list = (['a', 'o', 'c'] as const).map((alias) => format.list(ALIASES[alias], alias))
  const from = (alias: Alias): string => `${table(ALIASES[alias]).name} ${alias}`
  const start =
    `SELECT ${list.join(', ')} FROM ${from('a')} JOIN ${from('o')} ON ${column('o', 'id')} = ${column('a', 'orderId')}` +
    ` LEFT JOIN ${from('c')} ON ${column('c', 'orderId')} = ${column('o', 'id')} WHERE ${column('a', 'id')} = `
  const end = ` ORDER BY ${column('c', 'position')}`

  return {
    statement: (attemptId: string): Statement =>
      statement({ shape: 'attempt with order', text: (place) => `${start}${place()}${end}`, values: [attemptId] }),

    read: ({ rows }: Answer): AttemptWithOrder | undefined => {
      const [first] = rows
      const attempt = first && format.read('attempts', first, 'a')
      const order = first && format.read('orders', first, 'o')
      if (attempt === undefined || order === undefined) return undefined
      return { attempt, order, claims: rows.flatMap((row) => format.read('claims', row, 'c') ?? []) }
    },
  }
}
