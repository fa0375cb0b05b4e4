import type { CommitOutcome, ConflictReason, Store } from '../../storage/store'

/** A case before it knows which store it is for. */
export type StoreCase = { readonly name: string; readonly run: (store: Store) => Promise<void> }

const printed = (value: unknown): string => JSON.stringify(value, undefinedAsText) ?? String(value)
const undefinedAsText = (_name: string, value: unknown): unknown => (value === undefined ? '(undefined)' : value)

const fail = (what: string, expected: string, actual: string): never => {
  throw new Error(`${what}: expected ${expected}, got ${actual}`)
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && !Array.isArray(value)

/** Deep equality of plain data. Dates are compared by their milliseconds and must be Dates. */
const isSame = (left: unknown, right: unknown): boolean => {
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime()
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => isSame(item, right[at]))
  }
  if (!isPlain(left) || !isPlain(right)) return left === right
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name]))
  )
}

export const expectSame = (what: string, actual: unknown, expected: unknown): void => {
  if (!isSame(actual, expected)) fail(what, printed(expected), printed(actual))
}

export const expectCommitted = async (what: string, outcome: Promise<CommitOutcome>): Promise<void> =>
  expectSame(what, await outcome, { kind: 'committed' })

export const expectConflict = async (
  what: string,
  outcome: Promise<CommitOutcome>,
  op: number,
  reason: ConflictReason,
): Promise<void> => expectSame(what, await outcome, { kind: 'conflict', op, reason })

/** What the promise was rejected with. A call that answers is a failure. */
export const rejectionOf = async (what: string, run: () => Promise<unknown>): Promise<unknown> => {
  let answer: unknown
  try {
    answer = await run()
  } catch (fault) {
    return fault
  }
  return fail(what, 'a rejection', printed(answer))
}

/** By name, because a store may live in another realm or carry its own copy of the platform's classes. */
export const expectTypeError = async (what: string, run: () => Promise<unknown>): Promise<void> => {
  const fault = await rejectionOf(what, run)
  if (!(fault instanceof Error) || fault.name !== 'TypeError') fail(what, 'a TypeError', String(fault))
}
