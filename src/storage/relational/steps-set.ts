import type { Kind } from '../schema'
import type { Value } from './codec'
import { columnsOf, declarationOf, type Names } from './naming'
import { arraysOf, isSame, oneOf, onesOf, rowsOfSet, rowsToJoin, type SetColumn } from './sets'
import type { Reader } from './statements'
import type { Steps, Update } from './steps'
import { byId, SAFE_RANGE, valuesOf } from './steps-listed'
import type { Place } from './texts'

/** Statements of PostgreSQL that take their rows from arrays. */
export const setSteps = (names: Names, { table, codec }: Reader): Steps => {
  const [id, version] = [names.column('id'), names.column('version')]
  const idsOf = (group: readonly { readonly id: string }[]): SetColumn => ({
    name: 'id',
    type: 'text',
    values: group.map((op) => op.id),
  })
  const versionsOf = (group: readonly { readonly expectedVersion: number }[]): SetColumn => ({
    name: 'version',
    type: 'integer',
    values: group.map(({ expectedVersion }) => expectedVersion),
  })
  const isThatVersion = `t.${id} = n.id AND t.${version} = n.version`
  return {
    remove: (unsorted) => {
      const group = byId(unsorted)
      const [{ kind }] = unsorted
      const columns = [idsOf(group), versionsOf(group)]
      const text = (place: Place) =>
        `DELETE FROM ${table(kind).name} AS t USING ${rowsToJoin(columns, place)} WHERE ${isThatVersion}`
      const values = arraysOf(columns)
      return [{ shape: `remove set ${kind}`, text, values, expected: group.length, isInsert: false }]
    },
    update: (unsorted) => {
      const [{ kind, set }] = unsorted
      const group = byId(unsorted)
      const columns = Object.keys(set).map((name, at): SetColumn & { readonly target: string } => ({
        name: `c${at}`,
        target: names.column(name),
        type: typeOf(kind, name),
        values: group.map((op) => codec.write(valueIn(op.set, name))),
      }))
      const [ones, arrays] = parted(columns)
      const joined = [idsOf(group), versionsOf(group), ...arrays]
      const text = (place: Place) => {
        const changes = [
          ...ones.map(({ target, type }) => `${target} = ${oneOf(type, place)}`),
          ...arrays.map(({ target, name }) => `${target} = n.${name}`),
          `${version} = t.${version} + 1`,
        ]
        const from = rowsToJoin(joined, place)
        return `UPDATE ${table(kind).name} AS t SET ${changes.join(', ')} FROM ${from} WHERE ${isThatVersion}`
      }
      const shape = `update set ${kind} ${Object.keys(set).join()} ${namesOf(ones)}`
      return [{ shape, text, values: [...onesOf(ones), ...arraysOf(joined)], expected: group.length, isInsert: false }]
    },
    adjust: (unsorted) => {
      const [{ kind, field }] = unsorted
      const group = byId(unsorted)
      const column = names.column(field)
      const sum = `t.${column} + n.change`
      const columns: readonly SetColumn[] = [
        idsOf(group),
        { name: 'change', type: 'minor', values: group.map(({ by }) => by) },
        { name: 'least', type: 'minor', values: group.map(({ min }) => min) },
      ]
      const text = (place: Place) =>
        `UPDATE ${table(kind).name} AS t SET ${column} = ${sum} FROM ${rowsToJoin(columns, place)}` +
        ` WHERE t.${id} = n.id AND ${sum} >= n.least AND ${sum} BETWEEN ${SAFE_RANGE}`
      const values = arraysOf(columns)
      return [{ shape: `adjust set ${kind} ${field}`, text, values, expected: group.length, isInsert: false }]
    },
    insert: (group) => {
      const [{ kind }] = group
      const { insert } = table(kind)
      const rows = group.map(({ row }) => valuesOf(row))
      const set = columnsOf(kind).map(
        ({ name, type }, at): SetColumn => ({
          name: `c${at}`,
          type,
          values: rows.map((row) => codec.write(row[name] ?? null)),
        }),
      )
      const [ones, arrays] = parted(set)
      const ids: SetColumn = { name: 'id', type: 'text', values: group.map(({ row }) => row.id) }
      const whole = [ids, ...arrays]
      const text = (place: Place) => {
        const selected = set.map((column) => (ones.includes(column) ? oneOf(column.type, place) : `n.${column.name}`))
        return `${insert}SELECT ${['n.id', '1', ...selected].join(', ')} FROM ${rowsOfSet(whole, place)}`
      }
      const values = [...onesOf(ones), ...arraysOf(whole)]
      return [{ shape: `insert set ${kind} ${namesOf(ones)}`, text, values, expected: group.length, isInsert: true }]
    },
  }
}

/** The columns that have one value for all rows, and the others. */
const parted = <C extends SetColumn>(columns: readonly C[]): readonly [ones: readonly C[], arrays: readonly C[]] => {
  const ones = columns.filter(isSame)
  return [ones, columns.filter((column) => !ones.includes(column))]
}

const namesOf = (columns: readonly SetColumn[]): string => columns.map(({ name }) => name).join()

/** What an update sets, read by column name. */
const valueIn = (set: Update['set'], name: string): Value =>
  (set as unknown as Readonly<Record<string, Value>>)[name] ?? null

const typeOf = (kind: Kind, name: string): SetColumn['type'] => {
  const column = declarationOf(kind).columns[name]
  if (column === undefined) throw new TypeError(`${kind}.${name}: there is no such column`)
  return column.type
}
