import { memoryStore } from '../../storage/memory'
import type { Row } from '../../storage/schema'
import type { CommitOutcome, Op, Store } from '../../storage/store'
import { expectSame } from '../store-conformance/expectations'
import { find } from '../store-conformance/rows'
import { type Contents, contentsOf, keyOfRow, type Name, nameOf } from './contents'
import { withoutOpen } from './model-open'
import type { Step, Within } from './model-steps'

export type Played = {
  /** What was done, the step that made the difference last. */
  readonly steps: readonly Step[]
  /** How each commit ended: an outcome, a reason or `rolled back`. */
  readonly endings: readonly string[]
  readonly difference?: string
}

type Answer = {
  readonly said: unknown
  readonly ending?: string
  /** Rows of the commit, read by somebody else while `within` ran. */
  readonly peeked: readonly (Row | undefined)[]
}

const readAll = (store: Store, names: readonly Name[]): Promise<readonly (Row | undefined)[]> =>
  Promise.all(names.map(({ kind, id }) => store.get(kind, id)))

const keysOf = (ops: readonly Op[]): readonly string[] => ops.map((op) => keyOfRow(nameOf(op)))

const endingOf = (outcome: CommitOutcome | 'rolled back'): string => {
  if (outcome === 'rolled back') return outcome
  return outcome.kind === 'conflict' ? outcome.reason : outcome.kind
}

const TURNS = 5

const committed = async (store: Store, ops: readonly Op[], within: Within): Promise<Answer> => {
  if (within === 'none') {
    const said = await store.commit(ops)
    return { said, ending: endingOf(said), peeked: [] }
  }
  const fault = new Error('the host gives up')
  let runs = 0
  let peek: Promise<readonly (Row | undefined)[]> = Promise.resolve([])
  let outcome: CommitOutcome | 'rolled back'
  try {
    outcome = await store.commit(ops, async () => {
      runs += 1
      peek = readAll(store, ops.map(nameOf))
      // Not awaited: a store with one connection answers only after the transaction.
      peek.catch(() => undefined)
      for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve()
      if (within === 'throws') throw fault
    })
  } catch (thrown) {
    if (thrown !== fault) throw thrown
    outcome = 'rolled back'
  }
  return { said: { outcome, runs }, ending: endingOf(outcome), peeked: await peek }
}

const answer = async (store: Store, step: Step): Promise<Answer> => {
  switch (step.does) {
    case 'commit':
      return committed(store, step.ops, step.within)
    case 'get':
      return { said: await store.get(step.kind, step.id), peeked: [] }
    case 'find':
      return { said: await find(store, step.kind, step.query), peeked: [] }
  }
}

/** What is wrong with a row that was read while the commit was open. */
const expectPeek = (peeked: Row | undefined, before: Row | undefined, after: Row | undefined): void => {
  try {
    expectSame('a read during `within`', peeked, before)
  } catch (difference) {
    // A read that is answered after the commit may see it.
    try {
      expectSame('the same after', peeked, after)
    } catch {
      throw difference
    }
  }
}

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault))

/**
 * Does one step after the other on the store and on the memory store, until `next` has no more or the two differ.
 * `next` is told what the memory store holds.
 */
export const play = async (
  store: Store,
  names: readonly Name[],
  next: (contents: Contents, at: number) => Step | undefined,
): Promise<Played> => {
  const reference: Store = memoryStore()
  const keys = names.map(keyOfRow)
  const steps: Step[] = []
  const endings: string[] = []
  let rows: readonly (Row | undefined)[] = names.map(() => undefined)
  let contents: Contents = new Map()

  const compare = async (step: Step): Promise<void> => {
    const expected = await answer(reference, step)
    if (expected.ending !== undefined) endings.push(expected.ending)
    const actual = await answer(store, step)
    const before = contents
    rows = await readAll(reference, names)
    contents = contentsOf(names, rows)
    expectSame('the answer', actual.said, expected.said)
    if (step.does === 'commit') {
      for (const [at, peeked] of actual.peeked.entries()) {
        const key = keysOf(step.ops)[at] ?? ''
        expectPeek(peeked, before.get(key), contents.get(key))
      }
    }
    for (const [at, row] of (await readAll(store, names)).entries()) {
      expectSame(`afterwards the row ${keys[at]}`, row, rows[at])
    }
  }

  for (let at = 0; ; at += 1) {
    const drawn = next(contents, at)
    if (drawn === undefined) return { steps, endings }
    // In a shortened sequence a step may ask what it did not ask before.
    const step = drawn.does === 'commit' ? { ...drawn, ops: withoutOpen(drawn.ops, contents) } : drawn
    steps.push(step)
    try {
      await compare(step)
    } catch (fault) {
      return { steps, endings, difference: messageOf(fault) }
    }
  }
}
