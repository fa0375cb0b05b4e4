import type { Kind } from '../../storage/schema'
import type { Store } from '../../storage/store'
import { expectCommitted, expectSame, expectTypeError, type StoreCase } from './expectations'
import { ofStoresWith } from './optional'
import { insert, pool, rowOf, update } from './rows'

const among = async (store: Store, kind: Kind, by: string, values: readonly string[]): Promise<readonly string[]> => {
  const rows = await store.findAmong?.(kind, by as 'id', values)
  return (rows ?? []).map(({ id }) => id).sort()
}

const line = (orderId: string, position: number) =>
  insert('orderLines', rowOf('orderLines', `${orderId}.${position}`, position, { orderId, position }))

export const amongCases: readonly StoreCase[] = ofStoresWith('findAmong', [
  {
    name: 'among: ids give their rows, each once, and nothing for an id that is not there',
    run: async (store) => {
      await store.commit([pool('a', 1), pool('b', 2), pool('it\'s, {"odd"}\\', 3), pool('B', 4)])
      expectSame('two', await among(store, 'pools', 'id', ['b', 'nobody', 'a', 'b']), ['a', 'b'])
      expectSame('an odd one', await among(store, 'pools', 'id', ['it\'s, {"odd"}\\']), ['it\'s, {"odd"}\\'])
      expectSame('none asked', await among(store, 'pools', 'id', []), [])
      expectSame('a whole row', await store.findAmong?.('pools', 'id', ['b']), [{ id: 'b', available: 2, version: 1 }])
    },
  },
  {
    name: 'among: values of an index give all rows that have one of them, and no others',
    run: async (store) => {
      const lines = ['o1', 'o2', 'o3'].flatMap((order) => [line(order, 0), line(order, 1)])
      await store.commit(lines)
      expectSame('two orders', await among(store, 'orderLines', 'byOrder', ['o3', 'o1', 'o1', 'o9']), [
        'o1.0',
        'o1.1',
        'o3.0',
        'o3.1',
      ])
      expectSame('none', await among(store, 'orderLines', 'byOrder', ['o']), [])
    },
  },
  {
    name: 'among: a row whose sorting column is null is not in the index, here as in find',
    run: async (store) => {
      const claim = (id: string, seed: number, resourceId: string | null) =>
        insert('claims', rowOf('claims', id, seed, { resourceGroup: 'hall', resourceId }))
      await store.commit([claim('seat', 1, 'A-1'), claim('pool', 2, null)])
      expectSame('the hall', await among(store, 'claims', 'byGroup', ['hall']), ['seat'])
    },
  },
  {
    name: 'among: 1,000 values are answered at once, with what the last commit wrote',
    run: async (store) => {
      const ids = Array.from({ length: 1_000 }, (_, at) => `p-${String(at).padStart(3, '0')}`)
      await expectCommitted('pools', store.commit(ids.map((id, at) => pool(id, at))))
      await expectCommitted('one', store.commit([update('pools', 'p-500', 1, { available: 77 })]))
      const rows = (await store.findAmong?.('pools', 'id', ids)) ?? []
      expectSame('how many', rows.length, 1_000)
      expectSame(
        'the changed one',
        rows.find(({ id }) => id === 'p-500'),
        { id: 'p-500', available: 77, version: 2 },
      )
    },
  },
  {
    name: 'among: refuses undefined, an index that is none or of other columns, and more than 1,000 values',
    run: async (store) => {
      const calls: readonly (readonly [string, unknown, unknown, unknown])[] = [
        ['an undefined value', 'pools', 'id', ['a', undefined]],
        ['undefined values', 'pools', 'id', undefined],
        ['no such kind', 'seats', 'id', ['a']],
        ['no such index', 'pools', 'byNothing', ['a']],
        ['an index of one column', 'orders', 'byDue', ['a']],
        ['an index of three columns', 'orders', 'byBuyerStatus', ['a']],
        ['too many', 'pools', 'id', Array.from({ length: 1_001 }, (_, at) => String(at))],
      ]
      for (const [what, ...args] of calls) {
        // Calls that the types forbid, as a host in JavaScript could make them.
        await expectTypeError(what, async () => Reflect.apply(store.findAmong ?? (() => undefined), store, args))
      }
    },
  },
])
