import type { Op } from '../../storage/store'
import { expectCommitted, expectConflict, expectSame, type StoreCase } from './expectations'
import { adjust, availableIn, find, idsOf, insert, moment, pool, remove, rowOf, update } from './rows'

/** More than a store could name one by one in an expression, or bind as values of their own. */
const MANY = 1_200
const idOf = (at: number): string => `row-${String(at).padStart(4, '0')}`
const each = <T>(make: (at: number) => T): readonly T[] => Array.from({ length: MANY }, (_, at) => make(at))
const outboxRow = (at: number): Op => insert('outbox', rowOf('outbox', idOf(at), at))
const oldest = { index: 'byNextTry', where: {}, limit: 1_000 }

/** Text that means something to those who write rows as lists. */
const TEXTS = [
  '',
  'NULL',
  'null',
  '{}',
  '{a,b}',
  'a,b',
  '"',
  '""',
  '\\',
  '\\"',
  "'",
  ' a ',
  'a\nb',
  'a\tb',
  '$1',
  '?',
  '가나',
  '🎫',
]

export const many: readonly StoreCase[] = [
  {
    name: `many: a commit inserts, updates and removes ${MANY} rows, each to values of its own`,
    run: async (store) => {
      await expectCommitted('inserts', store.commit(each(outboxRow)))
      const changes = each((at) => update('outbox', idOf(at), 1, { tries: at, nextTryAt: moment(MANY - at) }))
      await expectCommitted('updates', store.commit(changes))
      expectSame('one of them', await store.get('outbox', idOf(7)), {
        ...rowOf('outbox', idOf(7), 7, { tries: 7, nextTryAt: moment(MANY - 7) }),
        version: 2,
      })
      expectSame('the first by its new time', (await idsOf(store, 'outbox', oldest))[0], idOf(MANY - 1))
      await expectCommitted('removals', store.commit(each((at) => remove('outbox', idOf(at), 2))))
      expectSame('rows left', await idsOf(store, 'outbox', oldest), [])
    },
  },
  {
    name: `many: of ${MANY} updates, removals or inserts in one commit a single one that cannot be is named, and none is written`,
    run: async (store) => {
      await store.commit(each(outboxRow))
      await store.commit([update('outbox', idOf(800), 1, {})])
      const changed = each((at) => update('outbox', idOf(at), 1, { tries: at }))
      await expectConflict('updates', store.commit(changed), 800, 'version')
      await expectConflict('removals', store.commit(each((at) => remove('outbox', idOf(at), 1))), 800, 'version')
      await store.commit([remove('outbox', idOf(800), 2)])
      await expectConflict('updates of one gone', store.commit(changed), 800, 'missing')
      const again = each((at) => insert('outbox', rowOf('outbox', at === 500 ? idOf(3) : `new-${at}`, at)))
      await expectConflict('inserts', store.commit(again), 500, 'exists')
      expectSame('a version', (await store.get('outbox', idOf(1)))?.version, 1)
      expectSame('a new row', await store.get('outbox', 'new-1'), undefined)
    },
  },
  {
    name: 'many: adjusts of many rows in one commit keep each its own guard',
    run: async (store) => {
      const pools = Array.from({ length: 60 }, (_, at) => `pool-${at}`)
      await store.commit(pools.map((id, at) => pool(id, at)))
      const take = (by: number) => pools.map((id, at) => adjust('pools', id, 'available', -at + by, by))
      await expectCommitted('each to its own minimum', store.commit(take(0)))
      expectSame('the last', await availableIn(store, 'pool-59'), 0)
      const ops = pools.map((id, at) => adjust('pools', id, 'available', at === 40 ? -1 : at, 0))
      await expectConflict('one below', store.commit(ops), 40, 'guard')
      expectSame('the one before', await availableIn(store, 'pool-39'), 0)
      expectSame('the one after', await availableIn(store, 'pool-41'), 0)
    },
  },
  {
    name: 'many: text, numbers, moments and nulls of many rows are read as they were written',
    run: async (store) => {
      const row = (text: string, at: number) =>
        rowOf('attempts', `a-${at}`, at, {
          orderId: `order-${text}`,
          providerRef: at % 3 === 0 ? null : `${at}-${text}`,
          failureCode: text,
          amountMinor: at % 2 === 0 ? 2 ** 53 - 1 - at : -(2 ** 53) + 1 + at,
          approvedAt: at % 2 === 0 ? null : moment(at),
        })
      await expectCommitted('inserts', store.commit(TEXTS.map((text, at) => insert('attempts', row(text, at)))))
      for (const [at, text] of TEXTS.entries()) {
        expectSame(`inserted ${JSON.stringify(text)}`, await store.get('attempts', `a-${at}`), {
          ...row(text, at),
          version: 1,
        })
      }
      const changes = TEXTS.map((text, at) =>
        update('attempts', `a-${at}`, 1, { method: text, closedAt: at % 2 === 0 ? moment(at) : null }),
      )
      await expectCommitted('updates', store.commit(changes))
      for (const [at, text] of TEXTS.entries()) {
        const [found] = await find(store, 'attempts', {
          index: 'byOrder',
          where: { orderId: `order-${text}` },
          limit: 2,
        })
        expectSame(`updated ${JSON.stringify(text)}`, found, {
          ...row(text, at),
          method: text,
          closedAt: at % 2 === 0 ? moment(at) : null,
          version: 2,
        })
      }
    },
  },
]
