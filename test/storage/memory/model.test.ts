import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../../../src/storage/memory'
import { KINDS, type Kind, type KindDeclaration } from '../../../src/storage/schema'
import type { Op, Query, Store } from '../../../src/storage/store'
import { naiveStore } from '../../testing/store-conformance/naive-store'

const DECLARATIONS: Readonly<Record<Kind, KindDeclaration>> = KINDS
// Object.keys forgets the names of the keys.
const kinds = Object.keys(KINDS) as readonly Kind[]

/** So few values that rows meet in unique keys, in groups and in ties, on either side of a bound and at it. */
const smallValue = (type: string): fc.Arbitrary<string | number | Date> => {
  if (type === 'text') return fc.constantFrom('a', 'a', 'a', 'b', 'B', '')
  if (type === 'moment') return fc.integer({ min: 0, max: 3 }).map((ms) => new Date(1_000 + ms))
  return fc.integer({ min: -2, max: 11 })
}
const columnsOf = (kind: Kind, nullable: boolean) =>
  Object.fromEntries(
    Object.entries(DECLARATIONS[kind].columns).map(([name, column]) => [
      name,
      column.nullable && nullable ? fc.option(smallValue(column.type), { freq: 3 }) : smallValue(column.type),
    ]),
  )

const idOf = fc.constantFrom('r1', 'r2', 'R1', 'r10', 'r3')
const versionOf = fc.constantFrom(1, 1, 2, 3)

const opOf = (kind: Kind): fc.Arbitrary<Op> => {
  const columns = columnsOf(kind, true)
  const numeric = Object.entries(DECLARATIONS[kind].columns).flatMap(([name, { type }]) =>
    type === 'integer' || type === 'minor' ? [name] : [],
  )
  const named = { kind: fc.constant(kind), id: idOf }
  const insert = fc.record({ op: fc.constant('insert'), kind: named.kind, row: fc.record({ id: idOf, ...columns }) })
  const update = fc.record({
    op: fc.constant('update'),
    ...named,
    expectedVersion: versionOf,
    set: fc.record(columns, { requiredKeys: [] }),
  })
  const remove = fc.record({ op: fc.constant('remove'), ...named, expectedVersion: versionOf })
  const adjusts = numeric.map((field) =>
    fc.record({
      op: fc.constant('adjust'),
      ...named,
      field: fc.constant(field),
      by: fc.integer({ min: -3, max: 3 }),
      min: fc.integer({ min: -1, max: 2 }),
    }),
  )
  const all = fc.oneof(
    { weight: 8, arbitrary: insert },
    { weight: 6, arbitrary: update },
    { weight: 2, arbitrary: remove },
    ...adjusts.map((arbitrary) => ({ weight: Math.ceil(6 / adjusts.length), arbitrary })),
  )
  // Made column by column from the kind's declaration; the compiler sees names and values only.
  return all as unknown as fc.Arbitrary<Op>
}

const rowKey = (op: Op) => `${op.kind} ${op.op === 'insert' ? op.row.id : op.id}`

const queryOf = (kind: Kind): fc.Arbitrary<Query> => {
  const queries = Object.entries(DECLARATIONS[kind].indexes).map(([index, names]) => {
    const columns = columnsOf(kind, false)
    const sorted = columns[names[names.length - 1] ?? ''] ?? fc.constant('')
    const equal = names.slice(0, -1).map((name) => [name, columns[name] ?? fc.constant('')])
    return fc.record(
      {
        index: fc.constant(index),
        where: fc.record(Object.fromEntries(equal)),
        limit: fc.integer({ min: 1, max: 4 }),
        atLeast: sorted,
        atMost: sorted,
        order: fc.constantFrom('asc', 'desc'),
        after: fc.record({ value: sorted, id: idOf }),
      },
      { requiredKeys: ['index', 'where', 'limit'] },
    )
  })
  // As above: the names come from the declaration.
  return fc.oneof(...queries) as unknown as fc.Arbitrary<Query>
}

type Step =
  | { readonly do: 'commit'; readonly ops: readonly Op[]; readonly ending: 'plain' | 'within' | 'throws' }
  | { readonly do: 'find'; readonly kind: Kind; readonly query: Query }

const stepsOf = (chosen: readonly Kind[]): fc.Arbitrary<readonly Step[]> => {
  const searchable = chosen.filter((kind) => Object.keys(DECLARATIONS[kind].indexes).length > 0)
  const commit = fc.record({
    do: fc.constant('commit' as const),
    ops: fc.uniqueArray(fc.oneof(...chosen.map(opOf)), { maxLength: 4, selector: rowKey }),
    ending: fc.constantFrom('plain' as const, 'plain' as const, 'within' as const, 'throws' as const),
  })
  const finds = searchable.map((kind) =>
    fc.record({ do: fc.constant('find' as const), kind: fc.constant(kind), query: queryOf(kind) }),
  )
  const filling = fc.record({
    do: fc.constant('commit' as const),
    ops: fc
      .oneof(...chosen.map(opOf))
      .filter(({ op }) => op === 'insert')
      .map((op) => [op]),
    ending: fc.constant('plain' as const),
  })
  return fc
    .tuple(fc.array(filling, { minLength: 3, maxLength: 8 }), fc.array(fc.oneof(commit, ...finds), { maxLength: 12 }))
    .map(([before, after]) => [...before, ...after])
}

const runStep = async (store: Store, step: Step): Promise<unknown> => {
  if (step.do === 'find') return store.find(step.kind, step.query)
  const { ops, ending } = step
  if (ending === 'plain') return store.commit(ops)
  const within = async () => {
    await Promise.resolve()
    if (ending === 'throws') throw new Error('rolled back')
  }
  return store.commit(ops, within).catch((fault: Error) => fault.message)
}

const allRows = (store: Store, chosen: readonly Kind[]): Promise<unknown> =>
  Promise.all(chosen.flatMap((kind) => ['r1', 'r2', 'R1', 'r10', 'r3'].map((id) => store.get(kind, id))))

const scenario = fc
  .uniqueArray(fc.constantFrom(...kinds), { minLength: 1, maxLength: 2, size: 'small' })
  .chain((chosen) => fc.record({ chosen: fc.constant(chosen), steps: stepsOf(chosen) }))

test('answers every sequence of commits and searches as a store that looks at every row', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ chosen, steps }) => {
      const [store, model] = [memoryStore(), naiveStore()]
      for (const step of steps) expect(await runStep(store, step)).toEqual(await runStep(model, step))
      expect(await allRows(store, chosen)).toEqual(await allRows(model, chosen))
    }),
    { numRuns: 2_000 },
  )
})

test('answers commits that are all started at once as if they had come one after another', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ chosen, steps }) => {
      const [store, model] = [memoryStore(), naiveStore()]
      const commits = steps.filter((step) => step.do === 'commit')
      const together = await Promise.all(commits.map((step) => runStep(store, step)))
      const inTurn: unknown[] = []
      for (const step of commits) inTurn.push(await runStep(model, step))
      expect(together).toEqual(inTurn)
      expect(await allRows(store, chosen)).toEqual(await allRows(model, chosen))
    }),
    { numRuns: 1_000 },
  )
})
