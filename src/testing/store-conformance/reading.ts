import type { Kind } from '../../storage/schema'
import type { Store } from '../../storage/store'
import { expectCommitted, expectSame, type StoreCase } from './expectations'
import {
  ALL_KINDS,
  type AnyRow,
  declarationOf,
  find,
  idsOf,
  insert,
  isNullable,
  moment,
  remove,
  rowOf,
  seededValue,
  update,
  type Value,
} from './rows'

const outboxRow = (id: string, nextTryAt: Date) => insert('outbox', rowOf('outbox', id, 1, { nextTryAt }))
const due = { index: 'byNextTry', where: {}, limit: 10 } as const

const line = (id: string, position: number) =>
  insert('orderLines', rowOf('orderLines', id, 1, { orderId: 'o', position }))
const seat = (id: string, resourceId: string, seed: number) =>
  insert('claims', rowOf('claims', id, seed, { resourceGroup: 'hall', resourceId }))

/** Bounds just before, exactly at and just after the middle one of three rows. */
const expectBounds = async (
  store: Store,
  kind: Kind,
  page: { readonly index: string; readonly where: Readonly<Record<string, string>>; readonly limit: number },
  [before, at, after]: readonly [
    Exclude<Value, null | boolean>,
    Exclude<Value, null | boolean>,
    Exclude<Value, null | boolean>,
  ],
): Promise<void> => {
  const ids = (bounds: object) => idsOf(store, kind, { ...page, ...bounds })
  expectSame('at least, just before', await ids({ atLeast: before }), ['mid', 'top'])
  expectSame('at least, exactly', await ids({ atLeast: at }), ['mid', 'top'])
  expectSame('at least, just after', await ids({ atLeast: after }), ['top'])
  expectSame('at most, just before', await ids({ atMost: before }), ['low'])
  expectSame('at most, exactly', await ids({ atMost: at }), ['low', 'mid'])
  expectSame('at most, just after', await ids({ atMost: after }), ['low', 'mid'])
  expectSame('both, exactly', await ids({ atLeast: at, atMost: at }), ['mid'])
  expectSame('both, exactly, backwards', await ids({ atLeast: at, atMost: at, order: 'desc' }), ['mid'])
  expectSame('both, the wrong way round', await ids({ atLeast: after, atMost: before }), [])
}

/** Three rows of one group, one of another, and, where it can be, one without a sorting value. */
const indexCase = (kind: Kind, index: string, columns: readonly string[]): StoreCase => {
  const sorted = columns[columns.length - 1] ?? 'id'
  const equal = columns.slice(0, -1)
  const group = Object.fromEntries(equal.map((name) => [name, seededValue(kind, name, 1)]))
  const row = (id: string, seed: number, value: Value): AnyRow => rowOf(kind, id, seed, { ...group, [sorted]: value })
  return {
    name: `reading: ${kind}.${index} gives the rows of one group in order, and no others`,
    run: async (store) => {
      const inside = [10, 30, 20].map((seed) => row(`row-${seed}`, seed, seededValue(kind, sorted, seed)))
      const outside = equal.map((name, at) =>
        rowOf(kind, `other-${name}`, 40 + at, {
          ...group,
          [sorted]: seededValue(kind, sorted, 15),
          [name]: seededValue(kind, name, 2),
        }),
      )
      const without = isNullable(kind, sorted) ? [row('without', 50, null)] : []
      for (const each of [...inside, ...outside, ...without]) {
        await expectCommitted(`insert ${each.id}`, store.commit([insert(kind, each)]))
      }
      // The equality columns hold no moment and are not null: they came from seededValue.
      const where = group as Readonly<Record<string, string | number | boolean>>
      const rows = await find(store, kind, { index, where, limit: 10 })
      const expected = [10, 20, 30].map((seed) => ({
        ...row(`row-${seed}`, seed, seededValue(kind, sorted, seed)),
        version: 1,
      }))
      expectSame('the rows', rows, expected)
      expectSame(
        'backwards',
        await find(store, kind, { index, where, limit: 10, order: 'desc' }),
        expected.toReversed(),
      )
    },
  }
}

export const reading: readonly StoreCase[] = [
  {
    name: 'reading: an index without rows is an empty page',
    run: async (store) => expectSame('the page', await find(store, 'outbox', due), []),
  },
  ...ALL_KINDS.flatMap((kind) =>
    Object.entries(declarationOf(kind).indexes).map(([index, columns]) => indexCase(kind, index, columns)),
  ),
  {
    name: 'reading: ties are ordered by id, and a descending page is the ascending one backwards',
    run: async (store) => {
      for (const id of ['c3', 'a1', 'd4', 'b2']) await store.commit([outboxRow(id, moment(0))])
      await store.commit([outboxRow('z0', moment(-1)), outboxRow('a9', moment(1))])
      const up = ['z0', 'a1', 'b2', 'c3', 'd4', 'a9']
      expectSame('by default', await idsOf(store, 'outbox', due), up)
      expectSame('ascending', await idsOf(store, 'outbox', { ...due, order: 'asc' }), up)
      expectSame('descending', await idsOf(store, 'outbox', { ...due, order: 'desc' }), up.toReversed())
    },
  },
  {
    name: 'reading: bounds of moments include themselves, to the millisecond',
    run: async (store) => {
      await store.commit([
        outboxRow('mid', moment(0)),
        outboxRow('top', moment(5_000)),
        outboxRow('low', moment(-5_000)),
      ])
      await expectBounds(store, 'outbox', due, [moment(-1), moment(0), moment(1)])
    },
  },
  {
    name: 'reading: bounds of numbers include themselves, and numbers do not sort as text',
    run: async (store) => {
      await store.commit([line('mid', 10), line('top', 100), line('low', -9)])
      const byOrder = { index: 'byOrder', where: { orderId: 'o' }, limit: 10 }
      await expectBounds(store, 'orderLines', byOrder, [9, 10, 11])
    },
  },
  {
    name: 'reading: numbers of every width and sign are in the order of their values',
    run: async (store) => {
      const values = [-Number.MAX_SAFE_INTEGER, -100, -99, -1, 0, 1, 9, 10, 4_294_967_296, Number.MAX_SAFE_INTEGER]
      await store.commit(values.toReversed().map((value, at) => line(`line-${at}`, value)))
      const rows = await store.find('orderLines', { index: 'byOrder', where: { orderId: 'o' }, limit: 100 })
      expectSame(
        'the order',
        rows.map(({ position }) => position),
        values,
      )
    },
  },
  {
    name: 'reading: bounds of text include themselves',
    run: async (store) => {
      await store.commit([seat('mid', 'b', 1), seat('top', 'c', 2), seat('low', 'a', 3)])
      const byGroup = { index: 'byGroup', where: { resourceGroup: 'hall' }, limit: 10 }
      await expectBounds(store, 'claims', byGroup, ['ab', 'b', 'bc'])
    },
  },
  {
    name: 'reading: a row moves with its columns, into, within and out of an index',
    run: async (store) => {
      const order = (id: string, dueAt: Date | null) => insert('orders', rowOf('orders', id, 1, { dueAt }))
      await store.commit([order('a', null), order('b', moment(10)), order('c', moment(20))])
      const byDue = { index: 'byDue', where: {}, limit: 10 }
      expectSame('at first', await idsOf(store, 'orders', byDue), ['b', 'c'])
      await store.commit([update('orders', 'a', 1, { dueAt: moment(15) })])
      expectSame('one enters', await idsOf(store, 'orders', byDue), ['b', 'a', 'c'])
      await store.commit([update('orders', 'b', 1, { dueAt: moment(30) })])
      expectSame('one moves', await idsOf(store, 'orders', byDue), ['a', 'c', 'b'])
      await store.commit([update('orders', 'c', 1, { dueAt: null }), remove('orders', 'b', 2)])
      expectSame('two leave', await idsOf(store, 'orders', byDue), ['a'])
      const byBuyerStatus = { index: 'byBuyerStatus', where: { buyerId: 'buyerId-0001', status: 'HOLD' }, limit: 10 }
      expectSame('of another status', await idsOf(store, 'orders', byBuyerStatus), [])
      await store.commit([update('orders', 'c', 2, { status: 'HOLD' })])
      expectSame('of the status', await idsOf(store, 'orders', byBuyerStatus), ['c'])
    },
  },
]
