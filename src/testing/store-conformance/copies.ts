import { expectSame, type StoreCase } from './expectations'
import { insert, moment, rowOf, update } from './rows'

/** What a careless caller does. A store may hand out frozen rows: then the change is refused, which is as good. */
const scribbleOn = (row: object | undefined): void => {
  if (row === undefined) throw new Error('a row: expected one to scribble on, got undefined')
  for (const value of Object.values(row)) if (value instanceof Date) value.setTime(0)
  for (const name of Object.keys(row)) if (name !== 'id') Reflect.set(row, name, 'scribbled')
}

const fresh = () => rowOf('outbox', 'row-1', 1, { nextTryAt: moment(10) })
const stored = { ...fresh(), version: 1 }
const due = { index: 'byNextTry', where: {}, limit: 10 } as const

export const copies: readonly StoreCase[] = [
  {
    name: 'copies: changing an inserted row or its Date changes nothing',
    run: async (store) => {
      const row = fresh()
      await store.commit([insert('outbox', row)])
      scribbleOn(row)
      expectSame('get', await store.get('outbox', 'row-1'), stored)
      expectSame('find', await store.find('outbox', { ...due, atLeast: moment(10) }), [stored])
    },
  },
  {
    name: 'copies: changing what an update set changes nothing',
    run: async (store) => {
      await store.commit([insert('outbox', fresh())])
      const set = { nextTryAt: moment(20), tries: 5 }
      await store.commit([update('outbox', 'row-1', 1, set)])
      scribbleOn(set)
      expectSame('get', await store.get('outbox', 'row-1'), { ...stored, nextTryAt: moment(20), tries: 5, version: 2 })
    },
  },
  {
    name: 'copies: changing a row that was read, or its Date, changes nothing',
    run: async (store) => {
      await store.commit([insert('outbox', fresh())])
      scribbleOn(await store.get('outbox', 'row-1'))
      expectSame('get after get', await store.get('outbox', 'row-1'), stored)
      scribbleOn((await store.find('outbox', due))[0])
      expectSame('get after find', await store.get('outbox', 'row-1'), stored)
      expectSame('find after find', await store.find('outbox', due), [stored])
    },
  },
  {
    name: 'copies: a row changed while its commit runs `within` is written as it was handed in',
    run: async (store) => {
      const row = fresh()
      await store.commit([insert('outbox', row)], async () => scribbleOn(row))
      expectSame('get', await store.get('outbox', 'row-1'), stored)
    },
  },
]
