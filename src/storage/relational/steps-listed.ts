import type { Value } from './codec'
import type { Names } from './naming'
import { bind, joined, type Part } from './parts'
import type { Reader } from './statements'
import type { Adjust, Insert, Remove, Step, Steps, Update } from './steps'

/** Databases bind at most 65,535 values, SQLite 32,766. */
export const MAX_VALUES = 30_000
/** SQLite refuses an expression of more than 1,000 levels, and every OR is one. */
export const MAX_ALTERNATIVES = 200

/** Statements that list their rows one after the other. */
export const listSteps = (names: Names, { table, codec }: Reader): Steps => {
  const version = names.column('version')
  const atVersion = ({ id, expectedVersion }: Update | Remove): readonly Part[] => [
    `(${names.column('id')} = `,
    bind(id),
    ` AND ${version} = `,
    bind(expectedVersion),
    ')',
  ]
  const forEach = (group: readonly (Update | Remove)[], start: readonly Part[]): readonly Step[] =>
    inPieces(group, MAX_ALTERNATIVES).map((piece) => ({
      parts: [...start, ' WHERE ', ...joined(piece.map(atVersion), ' OR ')],
      expected: piece.length,
      isInsert: false,
    }))
  return {
    remove: (group) => forEach(group, [`DELETE FROM ${table(group[0].kind).name}`]),
    update: (group) => {
      const [{ kind, set }] = group
      const assignments = Object.entries(set).map(([name, value]): readonly Part[] => [
        `${names.column(name)} = `,
        bind(codec.write(value)),
      ])
      return forEach(group, [
        `UPDATE ${table(kind).name} SET `,
        ...joined([...assignments, [`${version} = ${version} + 1`]], ', '),
      ])
    },
    adjust: (group) => byId(group).map((op) => adjustStep(names, table(op.kind).name, op)),
    insert: (group) => {
      const { insert, columns } = table(group[0].kind)
      const rowOf = ({ row }: Insert): readonly Part[] => {
        const values = valuesOf(row)
        return [
          '(',
          bind(row.id),
          ', 1',
          ...columns.flatMap(([name]): Part[] => [', ', bind(codec.write(values[name] ?? null))]),
          ')',
        ]
      }
      const perStep = Math.max(1, Math.floor(MAX_VALUES / (columns.length + 2)))
      return inPieces(group, perStep).map((piece) => ({
        parts: [`${insert}VALUES `, ...joined(piece.map(rowOf), ', ')],
        expected: piece.length,
        isInsert: true,
      }))
    },
  }
}

/** Rows that others lock too are met in the order of their ids, so that two commits seldom wait in a circle. */
export const byId = <T extends { readonly id: string }>(group: readonly T[]): readonly T[] =>
  [...group].sort((left, right) => (left.id < right.id ? -1 : 1))

/** A row of a kind, read by its column names. */
export const valuesOf = (row: Insert['row']): Readonly<Record<string, Value>> =>
  row as unknown as Readonly<Record<string, Value>>

const adjustStep = (names: Names, table: string, { id, field, by, min }: Adjust): Step => {
  const column = names.column(field)
  // A value is bound once per place, and PostgreSQL has to know its type where it stands beside another one.
  const number = (value: number): readonly Part[] =>
    names.dialect === 'postgres' ? ['CAST(', bind(value), ' AS bigint)'] : [bind(value)]
  return {
    parts: [
      `UPDATE ${table} SET ${column} = ${column} + `,
      ...number(by),
      ` WHERE ${names.column('id')} = `,
      bind(id),
      ` AND ${column} + `,
      ...number(by),
      ' >= ',
      ...number(min),
      ` AND ${column} + `,
      ...number(by),
      ` BETWEEN ${SAFE_RANGE}`,
    ],
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
