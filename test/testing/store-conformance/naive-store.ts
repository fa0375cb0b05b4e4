import { checkAmong, checkGet, checkOps, checkQuery, firstOfTwo } from '../../../src/storage/check'
import { KINDS, type Kind, type KindDeclaration } from '../../../src/storage/schema'
import type { CommitOutcome, ConflictReason, Cursor, Op, Store } from '../../../src/storage/store'

/** What can be wrong with the store below. Each is a mistake that a real implementation has made or could make. */
export type Flaw =
  | 'takes any version'
  | 'writes op by op'
  | 'awaits between check and write'
  | 'excludes its bounds'
  | 'keeps what within rolled back'
  | 'runs within before it checks'
  | 'swallows the error of within'
  | 'shows what is not committed'
  | 'hands out its own rows'
  | 'keeps the rows it was handed'
  | 'drops milliseconds'
  | 'drops digits'
  | 'indexes null'
  | 'lets null collide'
  | 'guards one too low'
  | 'guards one too high'
  | 'raises the version on adjust'
  | 'sets what was not mentioned to null'
  | 'ignores case'
  | 'leaves ties unordered'
  | 'pages by value alone'
  | 'sorts numbers as text'
  | 'reads undefined as all'
  | 'names no op'
  | 'checks unique keys on insert only'
  | 'compares keys run together'
  | 'compares keys without case'
  | 'checks too late'
  | 'looks among a hundred values'
  | 'gives a row for every value that has it'
  | 'looks among rows outside the index'
  | 'joins with claims that are not there'
  | 'joins without sorting'
  | 'remembers what it joined'

type Value = string | number | boolean | Date | null
type Stored = Record<string, Value> & { id: string; version: number }
type State = Map<string, Map<string, Stored>>
type Found = {
  readonly index: string
  readonly where: Readonly<Record<string, Value>>
  readonly atLeast?: Value
  readonly atMost?: Value
  readonly order?: 'asc' | 'desc'
  readonly limit: number
  readonly after?: Cursor
}

const DECLARATIONS: Readonly<Record<Kind, KindDeclaration>> = KINDS
const plain = (value: Value | undefined): string | number => {
  if (value instanceof Date) return value.getTime()
  return typeof value === 'string' ? value : Number(value ?? 0)
}
const isEqual = (left: Value | undefined, right: Value | undefined): boolean =>
  left !== null && right !== null && plain(left) === plain(right)

/**
 * A store so simple that it is obviously right, and slow: every commit works on a copy of everything, one after another,
 * and every search looks at every row. With a flaw, it is wrong in exactly that.
 */
export const naiveStore = (flaw?: Flaw): Store => {
  let state: State = new Map(Object.keys(KINDS).map((kind) => [kind, new Map()]))
  let last: Promise<unknown> = Promise.resolve()
  const onInsertOnly = flaw === 'checks unique keys on insert only'

  const stored = (values: object): Record<string, Value> => {
    const copy = structuredClone(values) as Record<string, Value>
    for (const [name, value] of Object.entries(copy)) {
      if (value instanceof Date && flaw === 'drops milliseconds') value.setUTCMilliseconds(0)
      if (typeof value === 'number' && flaw === 'drops digits') copy[name] = Math.fround(value)
      if (typeof value === 'string' && flaw === 'ignores case' && name === 'id') copy[name] = value.toLowerCase()
    }
    return copy
  }

  const collide = (columns: readonly string[], left: Stored, right: Stored): boolean => {
    const text = (row: Stored) => columns.map((name) => plain(row[name])).join('')
    const hasNull = columns.some((name) => left[name] === null || right[name] === null)
    if (flaw === 'compares keys run together' && !hasNull) return text(left) === text(right)
    if (flaw === 'compares keys without case' && !hasNull) return text(left).toLowerCase() === text(right).toLowerCase()
    return columns.every((name) => {
      const areNull = left[name] === null && right[name] === null
      return isEqual(left[name], right[name]) || (flaw === 'lets null collide' && areNull)
    })
  }
  const isTaken = (rows: Map<string, Stored>, kind: Kind, row: Stored): boolean =>
    Object.values(DECLARATIONS[kind].unique).some((columns) =>
      [...rows.values()].some((other) => other.id !== row.id && collide(columns, row, other)),
    )

  const apply = (target: State, op: Op): ConflictReason | undefined => {
    const rows = target.get(op.kind) ?? new Map<string, Stored>()
    if (op.op === 'insert') {
      const values = flaw === 'keeps the rows it was handed' ? (op.row as unknown as Stored) : stored(op.row)
      const row = Object.assign(values, { id: String(values['id']), version: 1 })
      if (rows.has(row.id) || isTaken(rows, op.kind, row)) return 'exists'
      rows.set(row.id, row)
      return undefined
    }
    const row = rows.get(op.id)
    if (row === undefined) return 'missing'
    if (op.op === 'adjust') {
      const value = row[op.field]
      if (typeof value !== 'number') return 'guard'
      const min = op.min + (flaw === 'guards one too low' ? -1 : flaw === 'guards one too high' ? 1 : 0)
      if (value + op.by < min) return 'guard'
      const next = { ...row, [op.field]: value + op.by }
      if (!onInsertOnly && isTaken(rows, op.kind, next)) return 'exists'
      rows.set(op.id, flaw === 'raises the version on adjust' ? { ...next, version: row.version + 1 } : next)
      return undefined
    }
    if (row.version !== op.expectedVersion && flaw !== 'takes any version') return 'version'
    if (op.op === 'remove') {
      rows.delete(op.id)
      return undefined
    }
    const blank =
      flaw === 'sets what was not mentioned to null'
        ? Object.fromEntries(Object.keys(DECLARATIONS[op.kind].columns).map((name) => [name, null]))
        : {}
    const next = { ...row, ...blank, ...stored(op.set), version: row.version + 1 }
    if (!onInsertOnly && isTaken(rows, op.kind, next)) return 'exists'
    rows.set(op.id, next)
    return undefined
  }

  /** Carries the ops out on the target until one of them cannot be. */
  const applyAll = (target: State, ops: readonly Op[]): CommitOutcome => {
    for (const [at, op] of ops.entries()) {
      const reason = apply(target, op)
      if (reason !== undefined) return { kind: 'conflict', op: flaw === 'names no op' ? 0 : at, reason }
    }
    return { kind: 'committed' }
  }

  /** Writes what the draft says about one row, whatever has become of the row since. */
  const overwrite = (op: Op, draft: State): void => {
    const id = op.op === 'insert' ? op.row.id : op.id
    const row = draft.get(op.kind)?.get(id)
    if (row === undefined) state.get(op.kind)?.delete(id)
    else state.get(op.kind)?.set(id, row)
  }

  const commitNow = async (ops: readonly Op[], within?: (tx: unknown) => Promise<void>): Promise<CommitOutcome> => {
    const early = flaw === 'runs within before it checks'
    if (early) await within?.({})
    const before = state
    const isShared = flaw === 'hands out its own rows' || flaw === 'keeps the rows it was handed'
    const draft = flaw === 'writes op by op' ? state : isShared ? shallow(state) : structuredClone(state)
    const outcome = applyAll(draft, ops)
    if (outcome.kind === 'conflict') return outcome
    if (flaw === 'keeps what within rolled back' || flaw === 'shows what is not committed') state = draft
    try {
      if (!early) await within?.({})
    } catch (fault) {
      if (flaw === 'shows what is not committed') state = before
      if (flaw !== 'swallows the error of within') throw fault
    }
    if (flaw === 'awaits between check and write') {
      await Promise.resolve()
      for (const op of ops) overwrite(op, draft)
      return outcome
    }
    state = draft
    return outcome
  }

  const rowsOf = (kind: Kind, { index, where, ...page }: Found): readonly Stored[] => {
    const columns = DECLARATIONS[kind].indexes[index] ?? []
    const sorted = columns[columns.length - 1] ?? 'id'
    const key = (value: Value | undefined) => (flaw === 'sorts numbers as text' ? String(plain(value)) : plain(value))
    const compare = (left: Stored, right: { readonly value: string | number; readonly id: string }) => {
      const value = key(left[sorted])
      if (value !== right.value) return value < right.value ? -1 : 1
      return flaw === 'leaves ties unordered' || left.id === right.id ? 0 : left.id < right.id ? -1 : 1
    }
    const direction = page.order === 'desc' ? -1 : 1
    const slack = flaw === 'excludes its bounds' ? 0 : 1
    return [...(state.get(kind)?.values() ?? [])]
      .filter((row) =>
        columns.slice(0, -1).every((name) => where[name] === undefined || isEqual(row[name], where[name])),
      )
      .filter((row) => flaw === 'indexes null' || row[sorted] !== null)
      .filter((row) => page.atLeast === undefined || sign(key(row[sorted]), key(page.atLeast)) + slack > 0)
      .filter((row) => page.atMost === undefined || sign(key(row[sorted]), key(page.atMost)) - slack < 0)
      .filter((row) => {
        if (page.after === undefined) return true
        const cursor = { value: key(page.after.value), id: page.after.id }
        if (flaw === 'pages by value alone') return sign(key(row[sorted]), cursor.value) * direction > 0
        return compare(row, cursor) * direction > 0
      })
      .sort((left, right) => direction * compare(left, { value: key(right[sorted]), id: right.id }))
      .slice(0, page.limit)
  }

  const readable = (row: Stored): Stored => (flaw === 'hands out its own rows' ? row : structuredClone(row))

  const remembered = new Map<string, unknown>()
  const store = {
    get: async (kind: Kind, id: string) => {
      if (flaw !== 'reads undefined as all') checkGet(kind, id)
      const row = state.get(kind)?.get(flaw === 'ignores case' ? id.toLowerCase() : id)
      return row && readable(row)
    },
    find: async (kind: Kind, query: Found) => {
      if (flaw !== 'reads undefined as all') checkQuery(kind, query as Parameters<typeof checkQuery>[1])
      return rowsOf(kind, query).map(readable)
    },
    findAmong: async (kind: Kind, by: string, values: readonly string[]) => {
      if (flaw !== 'reads undefined as all') checkAmong(kind, by, values)
      const asked = flaw === 'looks among a hundred values' ? values.slice(0, 100) : values
      const wanted = flaw === 'gives a row for every value that has it' ? asked : [...new Set(asked)]
      const first = by === 'id' ? 'id' : (firstOfTwo(DECLARATIONS[kind], by) ?? '')
      const sorted = DECLARATIONS[kind].indexes[by]?.at(-1) ?? 'id'
      const isIn = (row: Stored) => flaw === 'looks among rows outside the index' || row[sorted] !== null
      const rows = [...(state.get(kind)?.values() ?? [])].filter(isIn)
      return wanted.flatMap((value) => rows.filter((row) => row[first] === value).map(readable))
    },
    getWithOrder: async (attemptId: string) => {
      if (flaw !== 'reads undefined as all') checkGet('attempts', attemptId)
      const known = remembered.get(attemptId)
      if (known !== undefined && flaw === 'remembers what it joined') return known
      const attempt = state.get('attempts')?.get(attemptId)
      const order = state.get('orders')?.get(String(attempt?.['orderId']))
      if (attempt === undefined || order === undefined) return undefined
      const all = [...(state.get('claims')?.values() ?? [])].filter((row) => row['orderId'] === order.id)
      const sorted = all.toSorted((left, right) => Number(left['position']) - Number(right['position']))
      const claims = (flaw === 'joins without sorting' ? all : sorted).map(readable)
      if (claims.length === 0 && flaw === 'joins with claims that are not there') return undefined
      const found = { attempt: readable(attempt), order: readable(order), claims }
      remembered.set(attemptId, found)
      return found
    },
    commit: async (ops: readonly Op[], within?: (tx: unknown) => Promise<void>) => {
      if (flaw === 'checks too late') for (const op of ops) await commitNow([structuredClone(op)])
      checkOps(ops)
      const copies = flaw === 'keeps the rows it was handed' ? ops : structuredClone(ops)
      if (flaw === 'awaits between check and write') return commitNow(copies, within)
      const turn = last.then(() => commitNow(copies, within))
      last = Promise.allSettled([turn])
      return turn
    },
  }
  // Rows here are values by name; their kinds are known to the tests that read them.
  return store as unknown as Store
}

const sign = (left: string | number, right: string | number): number => (left === right ? 0 : left < right ? -1 : 1)
const shallow = (state: State): State => new Map([...state].map(([kind, rows]) => [kind, new Map(rows)]))
