import type { Kind } from '../schema'
import type { Op } from '../store'
import type { Value } from './codec'
import { declarationOf, type Names } from './naming'
import { bind, joined, type Part, type Reader } from './statements'

/** One statement of a commit: it must touch exactly `expected` rows, or the whole commit is refused. */
export type Step = { readonly parts: readonly Part[]; readonly expected: number; readonly isInsert: boolean }

type Update = Extract<Op, { op: 'update' }>
type Remove = Extract<Op, { op: 'remove' }>
type Adjust = Extract<Op, { op: 'adjust' }>
type Insert = Extract<Op, { op: 'insert' }>

/** Databases bind at most 65,535 values, SQLite 32,766. */
const MAX_VALUES = 30_000

/**
 * A commit as the fewest statements: what can fail by a version or a guard first, in the order of the ops, then the
 * inserts, one statement per kind. Ops that do the same to several rows of a kind share a statement.
 */
export const stepsOf = (names: Names, reader: Reader, ops: readonly Op[]): readonly Step[] => {
  const adjusts: Adjust[] = []
  const inserts = new Map<Kind, Group<Insert>>()
  const removes = new Map<Kind, Group<Remove>>()
  const updates = new Map<string, Group<Update>>()
  for (const op of ops) {
    switch (op.op) {
      case 'adjust':
        adjusts.push(op)
        break
      case 'insert':
        addTo(inserts, op.kind, op)
        break
      case 'remove':
        addTo(removes, op.kind, op)
        break
      case 'update':
        // A row that takes a unique key another one leaves must come after it: only plain columns are grouped.
        addTo(updates, isPlain(op) ? sameChange(op) : `${op.kind} ${op.id}`, op)
        break
    }
  }
  return [
    ...sorted(removes).map(([kind, group]) => removeStep(names, reader, kind, group)),
    ...[...updates.values()].map((group) => updateStep(names, reader, group)),
    ...adjusts
      .sort((left, right) => (`${left.kind} ${left.id}` < `${right.kind} ${right.id}` ? -1 : 1))
      .map((op) => adjustStep(names, reader, op)),
    ...sorted(inserts).flatMap(([kind, group]) => insertSteps(reader, kind, group)),
  ]
}

/** Commits that lock the same rows lock them in the same order, so that fewer of them end in a deadlock. */
const sorted = <T>(groups: ReadonlyMap<Kind, T>): readonly (readonly [Kind, T])[] =>
  [...groups].sort(([left], [right]) => (left < right ? -1 : 1))

type Group<T> = [T, ...T[]]

const addTo = <K, T>(groups: Map<K, Group<T>>, key: K, member: T): void => {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [member])
  else group.push(member)
}

const isPlain = ({ kind, set }: Update): boolean => {
  const keyed = Object.values(declarationOf(kind).unique).flat()
  return Object.keys(set).every((name) => !keyed.includes(name))
}

const sameChange = ({ kind, set }: Update): string => JSON.stringify([kind, set])

const atVersion = (names: Names, { id, expectedVersion }: Update | Remove): readonly Part[] => [
  `(${names.column('id')} = `,
  bind(id),
  ` AND ${names.column('version')} = `,
  bind(expectedVersion),
  ')',
]

const updateStep = (names: Names, { table, codec }: Reader, group: Readonly<Group<Update>>): Step => {
  const [{ kind, set }] = group
  const version = names.column('version')
  const assignments = Object.entries(set).map(([name, value]): readonly Part[] => [
    `${names.column(name)} = `,
    bind(codec.write(value)),
  ])
  return {
    parts: [
      `UPDATE ${table(kind).name} SET `,
      ...joined([...assignments, [`${version} = ${version} + 1`]], ', '),
      ' WHERE ',
      ...joined(
        group.map((op) => atVersion(names, op)),
        ' OR ',
      ),
    ],
    expected: group.length,
    isInsert: false,
  }
}

const removeStep = (names: Names, { table }: Reader, kind: Kind, group: readonly Remove[]): Step => ({
  parts: [
    `DELETE FROM ${table(kind).name} WHERE `,
    ...joined(
      group.map((op) => atVersion(names, op)),
      ' OR ',
    ),
  ],
  expected: group.length,
  isInsert: false,
})

const adjustStep = (names: Names, { table }: Reader, { kind, id, field, by, min }: Adjust): Step => {
  const column = names.column(field)
  // A value is bound once per place, and PostgreSQL has to know its type where it stands beside another one.
  const number = (value: number): readonly Part[] =>
    names.dialect === 'postgres' ? ['CAST(', bind(value), ' AS bigint)'] : [bind(value)]
  return {
    parts: [
      `UPDATE ${table(kind).name} SET ${column} = ${column} + `,
      ...number(by),
      ` WHERE ${names.column('id')} = `,
      bind(id),
      ` AND ${column} + `,
      ...number(by),
      ' >= ',
      ...number(min),
      ` AND ${column} + `,
      ...number(by),
      ` BETWEEN -${Number.MAX_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`,
    ],
    expected: 1,
    isInsert: false,
  }
}

const insertSteps = ({ table, codec }: Reader, kind: Kind, group: readonly Insert[]): readonly Step[] => {
  const { insert, columns } = table(kind)
  const perStep = Math.max(1, Math.floor(MAX_VALUES / (columns.length + 2)))
  const steps: Step[] = []
  for (let from = 0; from < group.length; from += perStep) {
    const rows = group.slice(from, from + perStep).map(({ row }): readonly Part[] => {
      // A row of the kind, read by its column names.
      const values = row as unknown as Readonly<Record<string, Value>>
      return [
        '(',
        bind(row.id),
        ', 1',
        ...columns.flatMap(([name]): Part[] => [', ', bind(codec.write(values[name] ?? null))]),
        ')',
      ]
    })
    steps.push({ parts: [insert, ...joined(rows, ', ')], expected: rows.length, isInsert: true })
  }
  return steps
}
