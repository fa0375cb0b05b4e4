import type { Value } from './codec'
import { columnsOf, type Field, type Names } from './naming'
import type { Reader } from './statements'
import type { Adjust, Insert, Remove, Step, Steps, Update } from './steps'
import type { Place } from './texts'

/** Databases bind at most 65,535 values, SQLite 32,766. */
export const MAX_VALUES = 30_000
/** SQLite refuses an expression of more than 1,000 levels, and every OR is one. */
export const MAX_ALTERNATIVES = 200

/** Statements that list their rows one after the other. */
export const listSteps = (names: Names, { table }: Reader): Steps => {
  const [id, version] = [names.column('id'), names.column('version')]
  const atVersions = (group: readonly unknown[], place: Place): string =>
    group.map(() => `(${id} = ${place()} AND ${version} = ${place()})`).join(' OR ')
  return {
    remove: (group) => {
      const [{ kind }] = group
      return inPieces(group, MAX_ALTERNATIVES).map((piece) => ({
        shape: `remove ${kind} ${piece.length}`,
        text: (place) => `DELETE FROM ${table(kind).name} WHERE ${atVersions(piece, place)}`,
        values: withVersions([], piece),
        expected: piece.length,
        isInsert: false,
      }))
    },
    update: (group) => {
      const [{ kind, set }] = group
      const columns = Object.keys(set)
      const changes = (place: Place): string =>
        [...columns.map((name) => `${names.column(name)} = ${place()}`), `${version} = ${version} + 1`].join(', ')
      const changed = Object.values(set)
      return inPieces(group, MAX_ALTERNATIVES).map((piece) => ({
        shape: `update ${kind} ${columns.join()} ${piece.length}`,
        text: (place) => `UPDATE ${table(kind).name} SET ${changes(place)} WHERE ${atVersions(piece, place)}`,
        values: withVersions([...changed], piece),
        expected: piece.length,
        isInsert: false,
      }))
    },
    adjust: (group) => byId(group).map((op) => adjustStep(names, table(op.kind).name, op)),
    insert: (group) => {
      const [{ kind }] = group
      const { insert } = table(kind)
      const columns = columnsOf(kind)
      const rowText = (filled: string, place: Place): string =>
        `(${place()}, 1${columns.map((_, at) => (filled[at] === FILLED ? `, ${place()}` : ', NULL')).join('')})`
      const perStep = Math.max(1, Math.floor(MAX_VALUES / (columns.length + 2)))
      return inPieces(group, perStep).map((piece) => {
        const values: Value[] = []
        const isFew = piece.length <= FEW
        const filled = piece.map(({ row }) => addValues(values, valuesOf(row), columns, isFew))
        return {
          shape: `insert ${kind} ${isFew ? filled.join() : piece.length}`,
          text: (place) => `${insert}VALUES ${filled.map((one) => rowText(one, place)).join(', ')}`,
          values,
          expected: piece.length,
          isInsert: true,
        }
      })
    },
  }
}

/** Adds which rows are meant, and at which versions. */
const withVersions = (values: Value[], group: readonly (Update | Remove)[]): readonly Value[] => {
  for (const { id, expectedVersion } of group) values.push(id, expectedVersion)
  return values
}

const FILLED = '1'

/** Of more rows, hardly two lists would be empty in the same places. */
const FEW = 8

/**
 * Adds what a row binds, and tells which of its columns those are. Half of a fresh row is empty: that stands in the text,
 * because a parameter costs something on its way even if it is nothing.
 */
const addValues = (
  values: Value[],
  row: Readonly<Record<string, Value>>,
  columns: readonly Field[],
  skipsEmpty: boolean,
): string => {
  let filled = ''
  values.push(row['id'] ?? null)
  for (const { name } of columns) {
    const value = row[name] ?? null
    const isBound = !skipsEmpty || value !== null
    filled += isBound ? FILLED : '0'
    if (isBound) values.push(value)
  }
  return filled
}

/** Rows that others lock too are met in the order of their ids, so that two commits seldom wait in a circle. */
export const byId = <T extends { readonly id: string }>(group: readonly T[]): readonly T[] =>
  [...group].sort((left, right) => (left.id < right.id ? -1 : 1))

/** A row of a kind, read by its column names. */
export const valuesOf = (row: Insert['row']): Readonly<Record<string, Value>> =>
  row as unknown as Readonly<Record<string, Value>>

const adjustStep = (names: Names, table: string, { kind, id, field, by, min }: Adjust): Step => {
  const column = names.column(field)
  // A value is bound once per place, and PostgreSQL has to know its type where it stands beside another one.
  const number = (place: Place): string => (names.dialect === 'postgres' ? `CAST(${place()} AS bigint)` : place())
  return {
    shape: `adjust ${kind} ${field}`,
    text: (place) =>
      `UPDATE ${table} SET ${column} = ${column} + ${number(place)} WHERE ${names.column('id')} = ${place()}` +
      ` AND ${column} + ${number(place)} >= ${number(place)} AND ${column} + ${number(place)} BETWEEN ${SAFE_RANGE}`,
    values: [by, id, by, min, by],
    expected: 1,
    isInsert: false,
  }
}

export const SAFE_RANGE = `-${Number.MAX_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`

export const inPieces = <T>(list: readonly T[], size: number): readonly (readonly T[])[] => {
  const pieces: (readonly T[])[] = []
  for (let from = 0; from < list.length; from += size) pieces.push(list.slice(from, from + size))
  return pieces
}
