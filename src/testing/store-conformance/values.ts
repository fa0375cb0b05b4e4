import type { Kind } from '../../storage/schema'
import type { Store } from '../../storage/store'
import { expectCommitted, expectSame, type StoreCase } from './expectations'
import { ALL_KINDS, type AnyRow, adjust, emptyRowOf, insert, rowOf, type Value } from './rows'

/** The row is made twice, so that a store cannot pass by changing what it was handed. */
const expectKept = async (store: Store, kind: Kind, row: () => AnyRow): Promise<void> => {
  const expected = { ...row(), version: 1 }
  await expectCommitted(`insert into ${kind}`, store.commit([insert(kind, row())]))
  expectSame(`the row of ${kind}`, await store.get(kind, expected.id), expected)
}

/** Every value in a column of its own row. */
const expectEachKept = async (
  store: Store,
  kind: Kind,
  column: string,
  all: readonly (() => Value)[],
): Promise<void> => {
  for (const [at, value] of all.entries()) {
    await expectKept(store, kind, () => rowOf(kind, `row-${at}`, at + 1, { [column]: value() }))
  }
}

const TEXTS = [
  '',
  ' ',
  ' spaces at both ends ',
  '예매 1매 (스탠딩석)',
  '🎫👨‍👩‍👧‍👦 é e\u0301',
  `'; -- "quoted" \\ \`back\` %s ? $1 :name {}`,
  'line\nline\r\nline\ttab',
  'null',
  '\u0001\u001f\u007f\u00a0\u2028\ufeff',
]

const MOMENTS = [
  '1970-01-01T00:00:00.000Z',
  '1969-12-31T23:59:59.999Z',
  '1970-01-01T00:00:00.001Z',
  '1900-02-28T23:59:59.999Z',
  '2024-02-29T23:59:59.999Z',
  // Hours that do not exist, or exist twice, in some time zones.
  '2026-03-08T02:30:00.001Z',
  '2026-03-29T02:30:00.001Z',
  '2026-11-01T01:30:00.001Z',
  '2038-01-19T03:14:08.001Z',
  '9999-12-31T23:59:59.999Z',
]

const { MAX_SAFE_INTEGER, MIN_SAFE_INTEGER } = Number
const AMOUNTS = [0, -1, MAX_SAFE_INTEGER, MIN_SAFE_INTEGER]

export const values: readonly StoreCase[] = [
  ...ALL_KINDS.flatMap((kind): readonly StoreCase[] => [
    {
      name: `values: a row of ${kind} with every column filled is read as it was inserted`,
      run: (store) => expectKept(store, kind, () => rowOf(kind, 'row-1', 7)),
    },
    {
      name: `values: a row of ${kind} with every nullable column null is read as it was inserted`,
      run: (store) => expectKept(store, kind, () => emptyRowOf(kind, 'row-1', 7)),
    },
  ]),
  {
    name: 'values: a row that was never inserted is undefined',
    run: async (store) => {
      for (const kind of ALL_KINDS) expectSame(`get from ${kind}`, await store.get(kind, 'nobody'), undefined)
    },
  },
  {
    name: 'values: amounts keep every digit up to 2^53, also below zero',
    run: (store) =>
      expectEachKept(
        store,
        'ledgerEntries',
        'amountMinor',
        AMOUNTS.map((amount) => () => amount),
      ),
  },
  {
    name: 'values: an adjusted amount keeps every digit up to 2^53',
    run: async (store) => {
      const most = MAX_SAFE_INTEGER
      await store.commit([insert('walletAccounts', rowOf('walletAccounts', 'row-1', 1, { balanceMinor: 2 - most }))])
      await expectCommitted('up', store.commit([adjust('walletAccounts', 'row-1', 'balanceMinor', most, 0)]))
      await expectCommitted(
        'further up',
        store.commit([adjust('walletAccounts', 'row-1', 'balanceMinor', most - 2, 0)]),
      )
      expectSame('the balance', (await store.get('walletAccounts', 'row-1'))?.balanceMinor, most)
    },
  },
  {
    name: 'values: moments keep their milliseconds, far in the past and far in the future',
    run: (store) =>
      expectEachKept(
        store,
        'orders',
        'eventStartsAt',
        MOMENTS.map((iso) => () => new Date(iso)),
      ),
  },
  {
    name: 'values: text keeps every character, and an empty text is not null',
    run: async (store) => {
      await expectEachKept(
        store,
        'orders',
        'title',
        TEXTS.map((text) => () => text),
      )
      await expectKept(store, 'orders', () => rowOf('orders', 'empty', 1, { paidAttemptId: '' }))
    },
  },
  {
    name: 'values: text keeps 10 kB',
    run: (store) => expectEachKept(store, 'inbox', 'payload', [() => 'x'.repeat(10_240), () => '한'.repeat(10_240)]),
  },
  {
    name: 'values: ids that differ only in case are different rows',
    run: async (store) => {
      for (const [at, id] of ['ord_aB', 'ord_ab', 'ORD_AB'].entries()) {
        await expectKept(store, 'orders', () => rowOf('orders', id, at))
      }
      expectSame('get in another case', await store.get('orders', 'ORD_ab'), undefined)
    },
  },
]
