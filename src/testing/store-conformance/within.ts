import type { Row } from '../../storage/schema'
import { expectCommitted, expectConflict, expectSame, rejectionOf, type StoreCase } from './expectations'
import { adjust, availableIn, pool, remove } from './rows'

export const within: readonly StoreCase[] = [
  {
    name: 'within: runs once, and the ops are committed when it is done',
    run: async (store) => {
      await store.commit([pool('p', 5)])
      let runs = 0
      const outcome = store.commit([adjust('pools', 'p', 'available', -1, 0), pool('q', 1)], async () => {
        await Promise.resolve()
        runs += 1
      })
      await expectCommitted('commit', outcome)
      expectSame('runs', runs, 1)
      expectSame('the adjust', await availableIn(store, 'p'), 4)
      expectSame('the insert', await availableIn(store, 'q'), 1)
    },
  },
  {
    name: 'within: when it throws, nothing is written and the same error is thrown',
    run: async (store) => {
      await store.commit([pool('p', 5), pool('gone', 1)])
      const fault = new Error("the host's own write failed")
      const thrown = await rejectionOf('commit', () =>
        store.commit([adjust('pools', 'p', 'available', -1, 0), pool('q', 1), remove('pools', 'gone', 1)], async () => {
          await Promise.resolve()
          throw fault
        }),
      )
      if (thrown !== fault) throw new Error(`the error of within: expected the same error, got ${String(thrown)}`)
      expectSame('the adjust', await availableIn(store, 'p'), 5)
      expectSame('the insert', await availableIn(store, 'q'), undefined)
      expectSame('the remove', await availableIn(store, 'gone'), 1)
      await expectCommitted('the store goes on', store.commit([pool('q', 2), remove('pools', 'gone', 1)]))
    },
  },
  {
    name: 'within: is not run when an op conflicts',
    run: async (store) => {
      await store.commit([pool('p', 5)])
      let runs = 0
      const outcome = store.commit([pool('q', 1), adjust('pools', 'p', 'available', -6, 0)], async () => {
        runs += 1
      })
      await expectConflict('commit', outcome, 1, 'guard')
      expectSame('runs', runs, 0)
      expectSame('the insert', await availableIn(store, 'q'), undefined)
    },
  },
  {
    name: 'within: runs and may throw without any ops',
    run: async (store) => {
      let runs = 0
      await expectCommitted(
        'no ops',
        store.commit([], async () => {
          runs += 1
        }),
      )
      expectSame('runs', runs, 1)
      const fault = new Error('no')
      const thrown = await rejectionOf('no ops', () => store.commit([], () => Promise.reject(fault)))
      expectSame('the error', thrown === fault, true)
    },
  },
  {
    name: 'within: what it may still undo is seen by no read',
    run: async (store) => {
      await store.commit([pool('p', 5)])
      let read: Promise<Row<'pools'> | undefined> = Promise.resolve(undefined)
      await rejectionOf('commit', () =>
        store.commit([adjust('pools', 'p', 'available', -1, 0)], async () => {
          read = store.get('pools', 'p')
          // The read may be answered now or only after the transaction; waiting for it could wait for ever.
          for (let turn = 0; turn < 100; turn += 1) await Promise.resolve()
          throw new Error('the host gives up')
        }),
      )
      expectSame('what the read saw', (await read)?.available, 5)
    },
  },
  {
    name: 'within: commits beside it are neither lost nor mixed with it',
    run: async (store) => {
      await store.commit([pool('p', 100)])
      const take = adjust('pools', 'p', 'available', -1, 0)
      const commits = Array.from({ length: 30 }, (_, at) => {
        if (at % 3 === 0) return store.commit([take])
        return store.commit([take], async () => {
          await Promise.resolve()
          if (at % 3 === 1) throw new Error('rolled back')
        })
      })
      const settled = await Promise.allSettled(commits)
      expectSame('rejected', settled.filter(({ status }) => status === 'rejected').length, 10)
      expectSame('what 20 of 30 left', await availableIn(store, 'p'), 80)
    },
  },
]
