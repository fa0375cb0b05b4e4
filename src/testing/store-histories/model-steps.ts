import type { Kind, Row } from '../../storage/schema'
import type { Op } from '../../storage/store'
import type { Random } from '../simulator/random'
import {
  type AnyQuery,
  adjust,
  declarationOf,
  insert,
  moment,
  remove,
  rowOf,
  update,
  type Value,
  type Values,
} from '../store-conformance/rows'
import { type Contents, keyOfRow, type Name, nameOf } from './contents'
import { withoutOpen } from './model-open'

/** What `within` does in a commit, if there is one. */
export type Within = 'none' | 'done' | 'throws'
export type Step =
  | { readonly does: 'commit'; readonly ops: readonly Op[]; readonly within: Within }
  | { readonly does: 'get'; readonly kind: Kind; readonly id: string }
  | { readonly does: 'find'; readonly kind: Kind; readonly query: AnyQuery }

type Domain = Readonly<Record<string, readonly Value[]>>
const MOMENTS = [0, 1, 86_400_000].map(moment)
/**
 * Few values per column, so that keys collide, sorts tie and bounds hit. What sorts is of one case: how a collation
 * orders upper and lower case is the database's own business, that it tells them apart is not.
 */
const DOMAINS: Readonly<Partial<Record<Kind, { readonly values: Domain; readonly adjustable: readonly string[] }>>> = {
  claims: {
    values: {
      orderId: ['order', 'Order'],
      position: [1, 2, 10],
      resourceGroup: ['hall', 'HALL', null],
      resourceId: ['A-1', 'A-2', 'B-1', null],
      heldUntil: [...MOMENTS, null],
    },
    adjustable: ['position', 'places'],
  },
  ledgerEntries: {
    values: { accountId: ['w', 'W'], sequence: [1, 2, 10], kind: ['credit', 'debit'], source: ['a', 'b', 'c'] },
    adjustable: ['amountMinor', 'balanceAfterMinor'],
  },
  attempts: {
    values: {
      orderId: ['order', 'Order'],
      number: [1, 2, 10],
      gateway: ['toss', 'mock'],
      providerRef: ['r1', 'r2', 'r3', null],
      amountMinor: [0, 1, Number.MAX_SAFE_INTEGER],
      nextCheckAt: [...MOMENTS, null],
    },
    adjustable: ['checks', 'refundedMinor'],
  },
  outbox: { values: { orderId: ['order', 'Order'], nextTryAt: MOMENTS }, adjustable: ['tries'] },
  pools: { values: { available: [0, 3, 10] }, adjustable: ['available'] },
}
// Object.keys forgets which keys the object has.
const MODEL_KINDS = Object.keys(DOMAINS) as readonly Kind[]
const IDS = ['a', 'b', 'c', 'd'] as const

const domainOf = (kind: Kind) => {
  const domain = DOMAINS[kind]
  if (domain === undefined) throw new Error(`${kind}: the model has no values for it`)
  return domain
}

/** The rows one sequence is about: all ids of two kinds. */
export const drawNames = (random: Random): readonly Name[] => {
  const first = random.pick(MODEL_KINDS)
  const second = random.pick(MODEL_KINDS.filter((kind) => kind !== first))
  return [first, second].flatMap((kind) => IDS.map((id) => ({ kind, id })))
}

/** A moment is made anew: a store may do anything to the one it is handed. */
const drawValue = (random: Random, values: readonly Value[]): Value => {
  const value = random.pick(values)
  return value instanceof Date ? new Date(value.getTime()) : value
}

const drawValues = (random: Random, kind: Kind): Values =>
  Object.fromEntries(Object.entries(domainOf(kind).values).map(([name, values]) => [name, drawValue(random, values)]))

const drawInsert = (random: Random, { kind, id }: Name, values: Values = {}): Op =>
  insert(kind, rowOf(kind, id, 1 + random.int(3), { ...drawValues(random, kind), ...values }))

/** Mostly the version the row has. */
const drawVersion = (random: Random, row: Row | undefined): number =>
  (row?.version ?? 1) + (random.chance(0.08) ? random.pick([-1, 1]) : 0)

const drawUpdate = (random: Random, { kind, id }: Name, row: Row | undefined, values: Values = {}): Op => {
  const some = Object.entries(drawValues(random, kind)).filter(() => random.chance(0.4))
  return update(kind, id, drawVersion(random, row), { ...Object.fromEntries(some), ...values })
}

const numberIn = (row: Row | undefined, field: string): number => {
  const value = row === undefined ? undefined : Object.entries(row).find(([name]) => name === field)?.[1]
  return typeof value === 'number' ? value : 0
}

/** The guard is far away, just reached, or missed by one. */
const drawAdjust = (random: Random, { kind, id }: Name, row: Row | undefined): Op => {
  const field = random.pick(domainOf(kind).adjustable)
  const by = random.int(9) - 4
  const sum = numberIn(row, field) + by
  return adjust(kind, id, field, by, random.pick([-1_000, -1_000, sum, sum, sum + 1]))
}

const drawOp = (random: Random, name: Name, row: Row | undefined): Op => {
  const isThere = (row !== undefined) !== random.chance(0.06)
  if (!isThere) return drawInsert(random, name)
  const what = random.int(10)
  if (what < 5) return drawUpdate(random, name, row)
  return what < 8 ? drawAdjust(random, name, row) : remove(name.kind, name.id, drawVersion(random, row))
}

/** One row leaves a unique key, and a later op of the same commit takes it for another row. */
const drawTakeover = (random: Random, names: readonly Name[], contents: Contents): readonly Op[] => {
  const keyed = names.filter(({ kind }) => Object.keys(declarationOf(kind).unique).length > 0)
  const present = keyed.filter((name) => contents.has(keyOfRow(name)))
  if (present.length === 0) return []
  const from = random.pick(present)
  const to = random.pick(keyed.filter(({ kind, id }) => kind === from.kind && id !== from.id))
  const row = contents.get(keyOfRow(from))
  const columns = random.pick(Object.values(declarationOf(from.kind).unique))
  // The declaration names columns of this kind, so the row has them.
  const taken = Object.fromEntries(columns.map((name) => [name, (row as unknown as Values)[name] ?? null]))
  const leaves = random.chance(0.6)
    ? remove(from.kind, from.id, drawVersion(random, row))
    : drawUpdate(random, from, row, drawValues(random, from.kind))
  const other = contents.get(keyOfRow(to))
  return [leaves, other === undefined ? drawInsert(random, to, taken) : drawUpdate(random, to, other, taken)]
}

const drawCommit = (random: Random, names: readonly Name[], contents: Contents): Step => {
  const takeover = random.chance(0.25) ? drawTakeover(random, names, contents) : []
  const named = new Set(takeover.map((op) => keyOfRow(nameOf(op))))
  const ops = [...takeover]
  const count = random.chance(0.5) ? 1 : 1 + random.int(6)
  while (ops.length < Math.max(count, takeover.length)) {
    const name = random.pick(names)
    const key = keyOfRow(name)
    if (named.has(key)) continue
    named.add(key)
    const op = drawOp(random, name, contents.get(key))
    if (random.chance(0.7)) ops.push(op)
    else ops.unshift(op)
  }
  const within = random.chance(0.75) ? 'none' : random.pick(['done', 'throws'] as const)
  return { does: 'commit', ops: withoutOpen(ops, contents), within }
}

type Bound = string | number | Date
const drawBound = (random: Random, kind: Kind, column: string): Bound => {
  const values = (domainOf(kind).values[column] ?? []).filter((value) => value !== null && typeof value !== 'boolean')
  const value = random.pick(values)
  return value instanceof Date ? new Date(value.getTime() + random.int(2)) : value
}

const drawFind = (random: Random, kind: Kind): Step => {
  const [index, columns] = random.pick(Object.entries(declarationOf(kind).indexes))
  const sorted = columns[columns.length - 1] ?? 'id'
  const equal = columns.slice(0, -1)
  const bound = () => drawBound(random, kind, sorted)
  const query: AnyQuery = {
    index,
    // No equality column of these kinds is a moment.
    where: Object.fromEntries(equal.map((name) => [name, drawBound(random, kind, name) as string | number])),
    limit: random.pick([1, 2, 3, 1_000]),
    ...(random.chance(0.3) ? { atLeast: bound() } : {}),
    ...(random.chance(0.3) ? { atMost: bound() } : {}),
    ...(random.chance(0.6) ? { order: random.pick(['asc', 'desc'] as const) } : {}),
    ...(random.chance(0.4) ? { after: { value: bound(), id: random.pick(['', ...IDS]) } } : {}),
  }
  return { does: 'find', kind, query }
}

/** What to do next with a store that has these contents. */
export const drawStep = (random: Random, names: readonly Name[], contents: Contents): Step => {
  const what = random.next()
  const { kind, id } = random.pick(names)
  if (what < 0.65) return drawCommit(random, names, contents)
  const canFind = Object.keys(declarationOf(kind).indexes).length > 0
  return what < 0.95 && canFind ? drawFind(random, kind) : { does: 'get', kind, id }
}
