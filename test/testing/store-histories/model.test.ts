import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../../src/storage/memory'
import type { Op, Store } from '../../../src/storage/store'
import { insert, remove, rowOf } from '../../../src/testing/store-conformance/rows'
import { storeModel } from '../../../src/testing/store-histories'
import { type Contents, contentsOf, nameOf } from '../../../src/testing/store-histories/contents'
import { withoutOpen } from '../../../src/testing/store-histories/model-open'
import { type Flaw, naiveStore } from '../store-conformance/naive-store'
import { BROKEN, MISPAGING } from './broken-stores'

const messageOf = async (makeStore: () => Store, seed: number, sequences: number): Promise<string | undefined> => {
  try {
    await storeModel(makeStore, { seed, sequences, length: 10 })
  } catch (fault) {
    return (fault as Error).message // the model throws nothing else
  }
  return undefined
}

const contentsWith = async (op: Op): Promise<Contents> => {
  const store = memoryStore()
  await store.commit([op])
  const name = nameOf(op)
  return contentsOf([name], [await store.get(name.kind, name.id)])
}

/** Removes first and inserts afterwards, whatever the order of the ops. */
const checkingKeysAtTheEnd = (): Store => {
  const store: Store = memoryStore()
  return {
    ...store,
    commit: async (ops, within) => {
      const outcome = await store.commit(ops, within)
      if (outcome.kind === 'committed' || outcome.reason !== 'exists') return outcome
      const isRemoval = ({ op }: Op) => op === 'remove'
      const again = await store.commit([...ops.filter(isRemoval), ...ops.filter((op) => !isRemoval(op))], within)
      return again.kind === 'committed' ? again : outcome
    },
  }
}

const SEEDS = [1, 2, 3, 4, 5]
const MAX_SEQUENCES = 1000

const FLAWS: readonly Flaw[] = [
  'takes any version',
  'writes op by op',
  'excludes its bounds',
  'keeps what within rolled back',
  'runs within before it checks',
  'swallows the error of within',
  'shows what is not committed',
  'drops milliseconds',
  'drops digits',
  'indexes null',
  'lets null collide',
  'guards one too low',
  'guards one too high',
  'raises the version on adjust',
  'sets what was not mentioned to null',
  'leaves ties unordered',
  'pages by value alone',
  'sorts numbers as text',
  'names no op',
  'checks unique keys on insert only',
  'compares keys without case',
]

describe('the store model', () => {
  test('finds no difference between the memory store and itself, and meets every ending', async () => {
    const report = await storeModel(memoryStore, { seed: 1, sequences: 10_000, length: 10 })
    expect(report.steps).toBe(100_000)
    const { endings } = report
    for (const ending of ['committed', 'exists', 'version', 'guard', 'missing', 'rolled back']) {
      expect(endings[ending], ending).toBeGreaterThan(1_000)
    }
  }, 120_000)

  test('finds no difference to a store that is simple and right', async () => {
    expect(await messageOf(naiveStore, 2, 300)).toBeUndefined()
  })

  test.each([
    ...FLAWS.map((flaw) => [flaw, () => naiveStore(flaw)] as const),
    ...Object.entries(BROKEN),
    ...Object.entries(MISPAGING),
  ])('catches a store that %s, whatever the seed', async (_name, makeStore) => {
    for (const seed of SEEDS) {
      expect(await messageOf(makeStore, seed, MAX_SEQUENCES), `seed ${seed}`).toContain(`store model, seed ${seed}, `)
    }
  })

  test('tells the seed, the shortest way there and both answers', async () => {
    const message = await messageOf(() => naiveStore('raises the version on adjust'), 1, MAX_SEQUENCES)
    const [first = '', after, ...steps] = message?.split('\n') ?? []
    expect(first).toMatch(
      /^store model, seed 1, sequence \d+: afterwards the row \w+ \w+: expected .*"version":1\b.*, got .*"version":2\b/,
    )
    expect(after).toBe('after:')
    expect(steps).toHaveLength(2)
    expect(steps[0]).toMatch(/^ {2}1\. \{"does":"commit","ops":\[\{"op":"insert",[^[]*\],"within":"\w+"\}$/)
    expect(steps[1]).toMatch(/^ {2}2\. \{"does":"commit","ops":\[\{"op":"adjust",[^[]*\],"within":"\w+"\}$/)
  })

  test('does the same for the same seed, and something else for another', async () => {
    const options = { sequences: 20, length: 10 }
    const first = await storeModel(memoryStore, { seed: 7, ...options })
    expect(await storeModel(memoryStore, { seed: 7, ...options })).toEqual(first)
    expect(await storeModel(memoryStore, { seed: 8, ...options })).not.toEqual(first)
  })

  test('leaves open whether a key that a later op frees can be taken', async () => {
    expect(await messageOf(checkingKeysAtTheEnd, 3, 2_000)).toBeUndefined()
    // The store does differ there.
    const store = checkingKeysAtTheEnd()
    const seat = (id: string) => insert('claims', rowOf('claims', id, 1))
    await store.commit([seat('a')])
    const ops = [seat('b'), remove('claims', 'a', 1)]
    expect(await store.commit(ops)).toEqual({ kind: 'committed' })
    const held = await contentsWith(seat('a'))
    expect(withoutOpen(ops, held)).toEqual([ops[1]])
    expect(withoutOpen(ops.toReversed(), held)).toEqual(ops.toReversed())
  })
})
