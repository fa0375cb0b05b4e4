import { expectCommitted, expectConflict, expectSame, type StoreCase } from './expectations'
import { adjust, availableIn, find, idsOf, insert, pool, rowOf, update } from './rows'

export const guards: readonly StoreCase[] = [
  {
    name: 'guards: an adjust may reach the minimum exactly, and not one below',
    run: async (store) => {
      for (const min of [0, 3, -3]) {
        const id = `p${min}`
        await store.commit([pool(id, min + 2)])
        await expectConflict(`one below ${min}`, store.commit([adjust('pools', id, 'available', -3, min)]), 0, 'guard')
        expectSame('untouched', await availableIn(store, id), min + 2)
        await expectCommitted(`to ${min}`, store.commit([adjust('pools', id, 'available', -2, min)]))
        expectSame('at the minimum', await availableIn(store, id), min)
        await expectConflict(`from ${min} down`, store.commit([adjust('pools', id, 'available', -1, min)]), 0, 'guard')
        expectSame('still at the minimum', await availableIn(store, id), min)
      }
    },
  },
  {
    name: 'guards: an adjust adds, takes away, and adds nothing',
    run: async (store) => {
      await store.commit([pool('p', 5)])
      for (const [by, sum] of [
        [7, 12],
        [-10, 2],
        [0, 2],
        [-2, 0],
      ] as const) {
        await expectCommitted(`by ${by}`, store.commit([adjust('pools', 'p', 'available', by, 0)]))
        expectSame(`after ${by}`, await availableIn(store, 'p'), sum)
      }
    },
  },
  {
    name: 'guards: an adjust upwards is refused while the sum is still below the minimum',
    run: async (store) => {
      await store.commit([pool('p', -5)])
      await expectConflict('to -1', store.commit([adjust('pools', 'p', 'available', 4, 0)]), 0, 'guard')
      await expectCommitted('to 0', store.commit([adjust('pools', 'p', 'available', 5, 0)]))
      expectSame('the sum', await availableIn(store, 'p'), 0)
    },
  },
  {
    name: 'guards: an adjust leaves the version and the other columns alone',
    run: async (store) => {
      const account = (balanceMinor: number, entryCount: number) =>
        rowOf('walletAccounts', 'w', 1, { balanceMinor, entryCount })
      await store.commit([insert('walletAccounts', account(5, 1))])
      await store.commit([adjust('walletAccounts', 'w', 'balanceMinor', -1, 0)])
      expectSame('the row', await store.get('walletAccounts', 'w'), { ...account(4, 1), version: 1 })
      const outcome = store.commit([update('walletAccounts', 'w', 1, { entryCount: 2 })])
      await expectCommitted('update at version 1', outcome)
      expectSame('both changes', await store.get('walletAccounts', 'w'), { ...account(4, 2), version: 2 })
    },
  },
  {
    name: 'guards: a column that is null cannot be adjusted',
    run: async (store) => {
      await store.commit([insert('events', rowOf('events', 'e', 1, { amountMinor: null }))])
      await expectConflict('adjust', store.commit([adjust('events', 'e', 'amountMinor', 5, 0)]), 0, 'guard')
      expectSame('the column', (await store.get('events', 'e'))?.amountMinor, null)
    },
  },
  {
    name: 'guards: an adjusted column sorts by its new value, and keeps its unique key',
    run: async (store) => {
      const attempt = (number: number) => insert('attempts', rowOf('attempts', `a${number}`, number, { orderId: 'o' }))
      await store.commit([attempt(1), attempt(2)])
      await expectConflict('onto the other', store.commit([adjust('attempts', 'a1', 'number', 1, 0)]), 0, 'exists')
      await expectCommitted('past the other', store.commit([adjust('attempts', 'a1', 'number', 2, 0)]))
      const byOrder = { index: 'byOrder', where: { orderId: 'o' }, limit: 10 }
      expectSame('the order', await idsOf(store, 'attempts', byOrder), ['a2', 'a1'])
      expectSame('from 3 on', (await find(store, 'attempts', { ...byOrder, atLeast: 3 })).length, 1)
      const freed = rowOf('attempts', 'a4', 4, { orderId: 'o', number: 1 })
      await expectCommitted('number 1 is free', store.commit([insert('attempts', freed)]))
    },
  },
]
