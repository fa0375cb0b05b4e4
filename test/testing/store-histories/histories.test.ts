import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../../src/storage/memory'
import type { Store } from '../../../src/storage/store'
import { storeHistories } from '../../../src/testing/store-histories'
import { type Flaw, naiveStore } from '../store-conformance/naive-store'
import { BROKEN, UNRELIABLE } from './broken-stores'

/** One store, which all clients share. */
const shared = (makeStore: () => Store) => async (count: number) => {
  const store = makeStore()
  return Array.from({ length: count }, () => store)
}

const run = (makeStore: () => Store, seed: number, histories: number) =>
  storeHistories(shared(makeStore), { seed, histories, clients: [2, 16], operations: 40, orders: 3 })

const messageOf = async (makeStore: () => Store, seed: number, histories: number): Promise<string | undefined> => {
  try {
    await run(makeStore, seed, histories)
  } catch (fault) {
    return (fault as Error).message // the check throws nothing else
  }
  return undefined
}

const SEEDS = [1, 2, 3, 4, 5]
const MAX_HISTORIES = 300

const FLAWS: readonly Flaw[] = [
  'takes any version',
  'writes op by op',
  'awaits between check and write',
  'keeps what within rolled back',
  'swallows the error of within',
  'shows what is not committed',
  'guards one too low',
  'guards one too high',
  'names no op',
]

describe('store histories', () => {
  test('explain every answer of the memory store, and meet every ending', async () => {
    const { calls, endings } = await run(memoryStore, 1, 1_000)
    expect(calls).toBeGreaterThan(40_000)
    for (const ending of ['read', 'committed', 'exists', 'version', 'guard', 'missing', 'rolled back']) {
      expect(endings[ending], ending).toBeGreaterThan(100)
    }
  })

  test.each(Object.entries(UNRELIABLE))('have nothing against a store that %s', async (_name, makeStore) => {
    const { endings } = await run(makeStore, 1, 300)
    expect(endings['unknown']).toBeGreaterThan(100)
  })

  test.each([...FLAWS.map((flaw) => [flaw, () => naiveStore(flaw)] as const), ...Object.entries(BROKEN)])(
    'catch a store that %s, whatever the seed',
    async (_name, makeStore) => {
      for (const seed of SEEDS) {
        expect(await messageOf(makeStore, seed, MAX_HISTORIES), `seed ${seed}`).toContain(
          `store histories, seed ${seed}, `,
        )
      }
    },
  )

  test('refuse what they cannot do', async () => {
    const options = { seed: 1, histories: 1, operations: 4, orders: 1 }
    const makeClients = shared(memoryStore)
    await expect(storeHistories(makeClients, { ...options, clients: [0, 1] })).rejects.toThrow(RangeError)
    await expect(storeHistories(makeClients, { ...options, clients: [3, 2] })).rejects.toThrow(RangeError)
    await expect(storeHistories(makeClients, { ...options, clients: [2, 2], orders: 0 })).rejects.toThrow(RangeError)
    const tooFew = storeHistories(() => makeClients(1), { ...options, clients: [2, 2] })
    await expect(tooFew).rejects.toThrow('makeClients: expected 2, got 1')
  })

  test('can be one client on one order', async () => {
    const { calls } = await storeHistories(shared(memoryStore), {
      seed: 1,
      histories: 50,
      clients: [1, 1],
      operations: 20,
      orders: 1,
    })
    expect(calls).toBeGreaterThanOrEqual(50 * 20)
  })

  test('go on where earlier ones left their rows', async () => {
    const store = memoryStore()
    const sameData = async (count: number) => Array.from({ length: count }, () => store)
    for (const seed of [1, 2]) {
      const options = { seed, histories: 20, clients: [2, 4], operations: 20, orders: 2 } as const
      await expect(storeHistories(sameData, options)).resolves.toBeDefined()
    }
  })
})
