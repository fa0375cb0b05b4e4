import type { KindDeclaration } from '../schema'
import type { SqlValue } from './driver'
import type { Place } from './texts'

/**
 * Many rows in one statement of PostgreSQL, whose text does not depend on how many they are: each column travels as one
 * array. So a page of a job is one statement that can stay prepared, with a dozen parameters instead of thousands.
 */

/** A column of the rows. Its name stands in the statement as it is. */
export type SetColumn = {
  readonly name: string
  readonly type: KindDeclaration['columns'][string]['type']
  readonly values: readonly SqlValue[]
}

const TYPES: Readonly<Record<SetColumn['type'], string>> = {
  text: 'text',
  integer: 'bigint',
  minor: 'bigint',
  moment: 'timestamptz',
  boolean: 'boolean',
}

/** `unnest(…) AS n(…)`, to stand behind FROM. */
export const rowsOfSet = (columns: readonly SetColumn[], place: Place): string =>
  unnested(columns, ({ type }) => arrayOf(type, place))

/**
 * The same, to be joined with a table. How many rows they are is hidden from the planner: it would rather read a whole
 * table of some ten thousand rows than look for five hundred in its index, page after page.
 */
export const rowsToJoin = (columns: readonly SetColumn[], place: Place): string =>
  unnested(columns, ({ type }) => `(SELECT ${arrayOf(type, place)})`)

const unnested = (columns: readonly SetColumn[], written: (column: SetColumn) => string): string =>
  `unnest(${columns.map(written).join(', ')}) AS n(${columns.map(({ name }) => name).join(', ')})`

/** One array. It is bound as text, because every driver binds arrays in a way of its own, and text all alike. */
export const arrayOf = (type: SetColumn['type'], place: Place): string =>
  `CAST(CAST(${place()} AS text) AS ${TYPES[type]}[])`

/**
 * A column whose rows all have the same value travels as that value. Most columns of a page's history are of this kind:
 * the moment, the actor, the cause.
 */
export const isSame = ({ values: [first, ...others] }: SetColumn): boolean => others.every((value) => value === first)

/** One value, of the type its column has. */
export const oneOf = (type: SetColumn['type'], place: Place): string =>
  `CAST(CAST(${place()} AS text) AS ${TYPES[type]})`

/** The value that `oneOf` stands for, as text like all the others. */
export const onesOf = (columns: readonly SetColumn[]): readonly SqlValue[] =>
  columns.map(({ values: [value = null] }) => (value === null ? null : String(value)))

/** What is bound for a set: one array per column. */
export const arraysOf = (columns: readonly SetColumn[]): readonly SqlValue[] =>
  columns.map(({ values }) => literalOf(values))

/** The text of an array. @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
export const literalOf = (values: readonly SqlValue[]): string => {
  let literal = ''
  for (const value of values) literal += literal === '' ? elementOf(value) : `,${elementOf(value)}`
  return `{${literal}}`
}

const SPECIAL = /["\\]/
const EVERY_SPECIAL = /["\\]/g

const elementOf = (value: SqlValue): string => {
  if (value === null) return 'NULL'
  if (typeof value !== 'string') return String(value)
  return `"${SPECIAL.test(value) ? value.replace(EVERY_SPECIAL, '\\$&') : value}"`
}
