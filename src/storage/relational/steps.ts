import type { Kind } from '../schema'
import type { Op } from '../store'
import { ALL_KINDS, declarationOf, type Names } from './naming'
import type { Reader } from './statements'
import { listSteps } from './steps-listed'
import { setSteps } from './steps-set'
import type { Piece } from './texts'

/** One statement of a commit: it must touch exactly `expected` rows, or the whole commit is refused. */
export type Step = Piece & { readonly expected: number; readonly isInsert: boolean }

export type Insert = Extract<Op, { op: 'insert' }>
export type Update = Extract<Op, { op: 'update' }>
export type Adjust = Extract<Op, { op: 'adjust' }>
export type Remove = Extract<Op, { op: 'remove' }>
/** Ops of one sort that name different rows of one kind. Updates set the same columns, adjusts change the same one. */
export type Group<T> = readonly [T, ...T[]]

/** From so many rows on, arrays are worth it. The handful that one order has is quicker written out. */
const A_SET = 8

/** How groups become statements. */
export type Steps = {
  readonly insert: (group: Group<Insert>) => readonly Step[]
  readonly update: (group: Group<Update>) => readonly Step[]
  readonly adjust: (group: Group<Adjust>) => readonly Step[]
  readonly remove: (group: Group<Remove>) => readonly Step[]
}

/**
 * A commit as the fewest statements: what can fail by a version or a guard first, in the order of the ops, then the
 * inserts. On PostgreSQL many ops of one sort on one kind share a statement, however many they are and whatever values
 * they bring; few, and all elsewhere, share one when they set the same, and adjusts do not.
 */
export const createSteps = (names: Names, reader: Reader): ((ops: readonly Op[]) => readonly Step[]) => {
  const isSet = names.dialect === 'postgres'
  const listed = listSteps(names, reader)
  const sets = isSet ? setSteps(names, reader) : listed
  const form = (group: readonly Op[]): Steps => (group.length < A_SET ? listed : sets)
  return (ops) => {
    const inserts = new Map<string, [Insert, ...Insert[]]>()
    const updates = new Map<string, [Update, ...Update[]]>()
    const adjusts = new Map<string, [Adjust, ...Adjust[]]>()
    const removes = new Map<string, [Remove, ...Remove[]]>()
    for (const op of ops) {
      switch (op.op) {
        case 'insert':
          addTo(inserts, op.kind, op)
          break
        case 'update':
          addTo(updates, isSet ? sameColumns(op) : sameChange(op), op)
          break
        case 'adjust':
          addTo(adjusts, isSet && isPlain(op.kind, [op.field]) ? `${op.kind} ${op.field}` : `${op.kind} ${op.id}`, op)
          break
        case 'remove':
          addTo(removes, op.kind, op)
          break
      }
    }
    const steps: Step[] = []
    for (const group of sorted(removes)) steps.push(...form(group).remove(group))
    for (const group of updates.values()) {
      if (group.length === 1) steps.push(...listed.update(group))
      else if (group.length >= A_SET) steps.push(...sets.update(group))
      else for (const same of sameChanges(group)) steps.push(...listed.update(same))
    }
    for (const group of sorted(adjusts)) steps.push(...form(group).adjust(group))
    for (const group of sorted(inserts)) steps.push(...form(group).insert(group))
    return steps
  }
}

/** The updates of a group that set the same, together: only those can be listed in one statement. */
const sameChanges = (group: Group<Update>): readonly Group<Update>[] => {
  const changes = new Map<string, [Update, ...Update[]]>()
  for (const op of group) addTo(changes, sameChange(op), op)
  return [...changes.values()]
}

/** Commits that lock the same rows lock them in the same order, so that fewer of them end in a deadlock. */
const sorted = <T>(groups: ReadonlyMap<string, T>): readonly T[] =>
  groups.size < 2
    ? [...groups.values()]
    : [...groups].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, group]) => group)

const addTo = <T>(groups: Map<string, [T, ...T[]]>, key: string, member: T): void => {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [member])
  else group.push(member)
}

// A row that takes a unique key another one leaves must come after it: only changes of plain columns share a statement.
const isPlain = (kind: Kind, columns: readonly string[]): boolean => {
  const keyed = KEYED.get(kind)
  return columns.every((name) => keyed?.has(name) !== true)
}

/** The columns of each kind that are part of a unique key. */
const KEYED: ReadonlyMap<Kind, ReadonlySet<string>> = new Map(
  ALL_KINDS.map((kind) => [kind, new Set(Object.values(declarationOf(kind).unique).flat())]),
)

const sameColumns = ({ kind, id, set }: Update): string => {
  const columns = Object.keys(set)
  return isPlain(kind, columns) ? `${kind} ${columns.join()}` : `${kind} id ${id}`
}

const sameChange = ({ kind, id, set }: Update): string =>
  isPlain(kind, Object.keys(set)) ? JSON.stringify([kind, set]) : `${kind} id ${id}`
