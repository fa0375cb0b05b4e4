import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../../src/storage/store'
import { storeHistories, storeModel } from '../../../src/testing/store-histories'
import { databases, type Opened } from '../../storage/relational/databases'

const MAX_CLIENTS = 16
/** Enough to notice a mistake while working on a store. `HOLDFAST_HISTORIES=2000` is for a release. */
const SIZE = Number(process.env['HOLDFAST_HISTORIES'] ?? 25)

describe.each(databases('histories', MAX_CLIENTS).map((database) => [database.name, database] as const))(
  '%s',
  (_, database) => {
    if (database.missing !== undefined) {
      test.skip(database.missing)
      return
    }
    let opened: Opened
    beforeAll(async () => {
      opened = await database.open()
    }, 60_000)
    afterAll(() => opened.close())
    const open = (): Store => opened.store()

    test(
      'answers as the memory store does',
      async () => {
        const makeStore = async () => {
          await opened.empty()
          return open()
        }
        const { steps, endings } = await storeModel(makeStore, { seed: 1, sequences: SIZE, length: 10 })
        expect(steps).toBe(SIZE * 10)
        expect(endings['committed']).toBeGreaterThan(SIZE)
      },
      120_000 + SIZE * 1_000,
    )

    test(
      'gives answers that some order of the calls explains',
      async () => {
        await opened.empty()
        const makeClients = async (count: number) => Array.from({ length: count }, open)
        const options = { histories: SIZE, clients: [2, MAX_CLIENTS], operations: 40, orders: 3 } as const
        const { endings } = await storeHistories(makeClients, { seed: 1, ...options })
        expect(endings['committed']).toBeGreaterThan(SIZE)
        // Nothing was cut and nothing locks in two orders: a fault would be one of the store.
        expect(endings['unknown'] ?? 0).toBe(0)
        expect(endings['not executed'] ?? 0).toBe(0)
      },
      120_000 + SIZE * 1_000,
    )
  },
)
