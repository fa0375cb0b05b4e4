import type { Row } from '../../storage/schema'
import type { Cursor, Query, Store } from '../../storage/store'
import { expectSame, type StoreCase } from './expectations'
import { insert, moment, remove, rowOf } from './rows'

type OutboxQuery = Omit<Query<'outbox'>, 'index' | 'where'>

const outboxRow = (id: string, ms: number) => insert('outbox', rowOf('outbox', id, 1, { nextTryAt: moment(ms) }))
const cursorOf = ({ nextTryAt, id }: Row<'outbox'>): Cursor => ({ value: nextTryAt, id })

const pageOf = (store: Store, query: OutboxQuery): Promise<readonly Row<'outbox'>[]> =>
  store.find('outbox', { index: 'byNextTry', where: {}, ...query })

/** Follows the cursors to the end. `between` runs after each page. */
const walk = async (
  store: Store,
  query: OutboxQuery,
  between: (page: readonly string[]) => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly string[]> => {
  const seen: string[] = []
  let last: Row<'outbox'> | undefined
  // A store whose cursor stands still would never come to an end.
  for (let pages = 0; pages < 100; pages += 1) {
    const page = await pageOf(store, last === undefined ? query : { ...query, after: cursorOf(last) })
    last = page[page.length - 1]
    if (last === undefined) return seen
    expectSame('rows on a page, at most the limit', page.length <= query.limit, true)
    seen.push(...page.map(({ id }) => id))
    await between(page.map(({ id }) => id))
  }
  throw new Error(`paging: expected an end, got 100 pages and ${seen.length} rows`)
}

/** 25 rows at 5 moments: every page of 2, 3 or 7 ends within a tie. Ids mix cases, as real ones do. */
const TIED = Array.from({ length: 25 }, (_, at) => ({ id: `${at % 2 ? 'x' : 'X'}${(at * 7) % 25}`, ms: at % 5 }))
const insertTied = (store: Store) => store.commit(TIED.map(({ id, ms }) => outboxRow(id, ms)))

export const paging: readonly StoreCase[] = [
  {
    name: 'paging: the limit cuts the page, and a thousand rows fit on one',
    run: async (store) => {
      const name = (at: number) => `row-${String(at).padStart(4, '0')}`
      const names = Array.from({ length: 1_001 }, (_, at) => name(at))
      for (let from = 0; from < names.length; from += 250) {
        await store.commit(names.slice(from, from + 250).map((id, at) => outboxRow(id, from + at)))
      }
      for (const limit of [1, 2, 999, 1_000]) {
        const page = await pageOf(store, { limit })
        expectSame(
          `a page of ${limit}`,
          page.map(({ id }) => id),
          names.slice(0, limit),
        )
      }
      const end = await pageOf(store, { limit: 1_000, after: { value: moment(999), id: name(999) } })
      expectSame(
        'the page after',
        end.map(({ id }) => id),
        names.slice(1_000),
      )
    },
  },
  ...(['asc', 'desc'] as const).map(
    (order): StoreCase => ({
      name: `paging: cursors meet every row once, in order, also among ties (${order})`,
      run: async (store) => {
        await insertTied(store)
        const whole = await walk(store, { limit: 1_000, order })
        expectSame('rows', whole.toSorted(), TIED.map(({ id }) => id).toSorted())
        for (const limit of [1, 2, 3, 7, 24, 25, 26]) {
          expectSame(`pages of ${limit}`, await walk(store, { limit, order }), whole)
        }
      },
    }),
  ),
  {
    name: 'paging: cursors stay inside the bounds',
    run: async (store) => {
      await insertTied(store)
      const inside = TIED.filter(({ ms }) => ms >= 1 && ms <= 3).map(({ id }) => id)
      for (const order of ['asc', 'desc'] as const) {
        const seen = await walk(store, { limit: 2, order, atLeast: moment(1), atMost: moment(3) })
        expectSame(`rows from 1 to 3 (${order})`, seen.toSorted(), inside.toSorted())
      }
      const before = { value: moment(-5), id: 'zzz' }
      const rows = await pageOf(store, { limit: 100, atLeast: moment(1), atMost: moment(3), after: before })
      expectSame('a cursor before the bounds', rows.length, inside.length)
      const behind = { value: moment(99), id: '' }
      const down = { limit: 100, order: 'desc', atLeast: moment(1), atMost: moment(3), after: behind } as const
      expectSame('a descending cursor behind the bounds', (await pageOf(store, down)).length, inside.length)
    },
  },
  {
    name: 'paging: rows inserted behind the cursor neither repeat nor hide others, and those ahead are met',
    run: async (store) => {
      await store.commit([outboxRow('b', 10), outboxRow('d', 10), outboxRow('f', 20), outboxRow('h', 20)])
      let page = 0
      const seen = await walk(store, { limit: 2 }, async () => {
        page += 1
        if (page !== 1) return
        await store.commit([outboxRow('a', 10), outboxRow('c', 10), outboxRow('y', 5)])
        await store.commit([outboxRow('e', 10), outboxRow('g', 20), outboxRow('x', 15)])
      })
      expectSame('ids', seen, ['b', 'd', 'e', 'x', 'f', 'g', 'h'])
    },
  },
  {
    name: 'paging: goes on when the row at the cursor, and others, are gone',
    run: async (store) => {
      await insertTied(store)
      const whole = await walk(store, { limit: 1_000 })
      const seen = await walk(store, { limit: 4 }, (ids) => store.commit(ids.map((id) => remove('outbox', id, 1))))
      expectSame('ids', seen, whole)
      expectSame('rows left', await pageOf(store, { limit: 10 }), [])
    },
  },
]
