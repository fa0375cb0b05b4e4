import type { KindDeclaration } from '../schema'
import type { SqlValue } from './driver'
import { bind, joined, type Part } from './parts'

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
export const rowsOfSet = (columns: readonly SetColumn[]): readonly Part[] =>
  unnested(columns, ({ type, values }) => arrayOf(type, values))

/**
 * The same, to be joined with a table. How many rows they are is hidden from the planner: it would rather read a whole
 * table of some ten thousand rows than look for five hundred in its index, page after page.
 */
export const rowsToJoin = (columns: readonly SetColumn[]): readonly Part[] =>
  unnested(columns, ({ type, values }) => ['(SELECT ', ...arrayOf(type, values), ')'])

const unnested = (columns: readonly SetColumn[], written: (column: SetColumn) => readonly Part[]): readonly Part[] => [
  'unnest(',
  ...joined(columns.map(written), ', '),
  `) AS n(${columns.map(({ name }) => name).join(', ')})`,
]

/** One array. It is bound as text, because every driver binds arrays in a way of its own, and text all alike. */
export const arrayOf = (type: SetColumn['type'], values: readonly SqlValue[]): readonly Part[] => [
  'CAST(CAST(',
  bind(literalOf(values)),
  ` AS text) AS ${TYPES[type]}[])`,
]

/** @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
const literalOf = (values: readonly SqlValue[]): string => {
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
