import type { Op, Store } from '../../storage/store'
import { expectCommitted, expectSame, expectTypeError, type StoreCase } from './expectations'
import { ofStoresWith } from './optional'
import { emptyRowOf, insert, remove, rowOf, update } from './rows'

const order = (id: string, seed: number): Op => insert('orders', rowOf('orders', id, seed))
const attempt = (id: string, seed: number, orderId: string): Op =>
  insert('attempts', rowOf('attempts', id, seed, { orderId }))
const claim = (id: string, seed: number, orderId: string, position: number): Op =>
  insert('claims', rowOf('claims', id, seed, { orderId, position }))

/** What the three reads give that it stands for. */
const partByPart = async (store: Store, attemptId: string, orderId: string) => ({
  attempt: await store.get('attempts', attemptId),
  order: await store.get('orders', orderId),
  claims: await store.find('claims', { index: 'byOrder', where: { orderId }, limit: 1_000 }),
})

export const withOrder: readonly StoreCase[] = ofStoresWith('getWithOrder', [
  {
    name: 'with order: an attempt comes with its order and the claims of that order by position, as get and find give them',
    run: async (store) => {
      const claims = [claim('x', 1, 'o1', 1), claim('b', 2, 'o1', 0), claim('a', 3, 'o1', 2), claim('c', 4, 'o2', 0)]
      await store.commit([order('o1', 1), order('o2', 2), attempt('a1', 1, 'o1'), attempt('a2', 2, 'o2'), ...claims])
      const found = await store.getWithOrder?.('a1')
      expectSame('the whole', found, await partByPart(store, 'a1', 'o1'))
      expectSame(
        'the claims',
        found?.claims.map(({ id }) => id),
        ['b', 'x', 'a'],
      )
    },
  },
  {
    name: 'with order: an order without claims, and rows with nothing in what may be empty',
    run: async (store) => {
      const bare = insert('attempts', { ...emptyRowOf('attempts', 'a1', 1), orderId: 'o1' })
      await store.commit([insert('orders', emptyRowOf('orders', 'o1', 1)), bare, claim('c', 1, 'o2', 0)])
      const found = await store.getWithOrder?.('a1')
      expectSame('the whole', found, await partByPart(store, 'a1', 'o1'))
      expectSame('the claims', found?.claims, [])
    },
  },
  {
    name: 'with order: nothing for an attempt that is not there, or whose order is not',
    run: async (store) => {
      await store.commit([attempt('a1', 1, 'gone'), order('a1', 1), claim('c', 1, 'gone', 0)])
      expectSame('no order', await store.getWithOrder?.('a1'), undefined)
      expectSame('no attempt', await store.getWithOrder?.('a2'), undefined)
    },
  },
  {
    name: 'with order: shows what the last commit wrote',
    run: async (store) => {
      await store.commit([order('o1', 1), attempt('a1', 1, 'o1'), claim('c', 1, 'o1', 0), claim('d', 2, 'o1', 1)])
      await store.getWithOrder?.('a1')
      const set = { title: 'another' }
      const ops = [update('orders', 'o1', 1, set), remove('claims', 'c', 1), update('attempts', 'a1', 1, { checks: 9 })]
      await expectCommitted('all three', store.commit(ops))
      expectSame('the whole', await store.getWithOrder?.('a1'), await partByPart(store, 'a1', 'o1'))
    },
  },
  {
    name: 'with order: refuses undefined',
    run: async (store) => {
      // A call that the types forbid, as a host in JavaScript could make it.
      await expectTypeError('undefined', async () =>
        Reflect.apply(store.getWithOrder ?? (() => undefined), store, [undefined]),
      )
    },
  },
])
