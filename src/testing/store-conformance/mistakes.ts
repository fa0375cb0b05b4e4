import type { Store } from '../../storage/store'
import { expectSame, expectTypeError, type StoreCase } from './expectations'
import { availableIn, pool, poolRow, rowOf } from './rows'

/** The store as a caller without a compiler sees it. */
type Untyped = {
  readonly get: (kind: unknown, id: unknown) => Promise<unknown>
  readonly find: (kind: unknown, query: unknown) => Promise<unknown>
  readonly commit: (ops: unknown) => Promise<unknown>
}
// Misuse on purpose: nothing of it would compile. The wrappers turn a synchronous throw into a rejection.
const untyped = (store: Store): Untyped => {
  const loose = store as unknown as Untyped
  return {
    get: async (kind, id) => loose.get(kind, id),
    find: async (kind, query) => loose.find(kind, query),
    commit: async (ops) => loose.commit(ops),
  }
}

const insertPool = (values: object) => ({ op: 'insert', kind: 'pools', row: { ...poolRow('q', 1), ...values } })
const insertOutbox = (values: object) => {
  return { op: 'insert', kind: 'outbox', row: { ...rowOf('outbox', 'x', 1), ...values } }
}
const updatePool = (values: object) => ({
  op: 'update',
  kind: 'pools',
  id: 'p',
  expectedVersion: 1,
  set: {},
  ...values,
})
const adjustPool = (values: object) => {
  return { op: 'adjust', kind: 'pools', id: 'p', field: 'available', by: 1, min: 0, ...values }
}
const removePool = (values: object) => ({ op: 'remove', kind: 'pools', id: 'p', expectedVersion: 1, ...values })

const OPS: Readonly<Record<string, readonly (readonly [string, unknown])[]>> = {
  'undefined in an op': [
    ['op', undefined],
    ['insert id', insertPool({ id: undefined })],
    ['insert column', insertPool({ available: undefined })],
    ['insert without a column', { op: 'insert', kind: 'pools', row: { id: 'q' } }],
    [
      'insert nullable column',
      { op: 'insert', kind: 'claims', row: { ...rowOf('claims', 'c', 1), resourceId: undefined } },
    ],
    ['update id', updatePool({ id: undefined })],
    ['update version', updatePool({ expectedVersion: undefined })],
    ['update column', updatePool({ set: { available: undefined } })],
    ['update set', updatePool({ set: undefined })],
    ['adjust id', adjustPool({ id: undefined })],
    ['adjust field', adjustPool({ field: undefined })],
    ['adjust by', adjustPool({ by: undefined })],
    ['adjust min', adjustPool({ min: undefined })],
    ['remove id', removePool({ id: undefined })],
    ['remove version', removePool({ expectedVersion: undefined })],
    ['kind', removePool({ kind: undefined })],
  ],
  'a number that is no safe integer': [
    ...[Number.NaN, Number.POSITIVE_INFINITY, 0.5, 2 ** 53, '5', 5n, null, true].flatMap(
      (value): readonly (readonly [string, unknown])[] => [
        [`insert ${String(value)}`, insertPool({ available: value })],
        [`update ${String(value)}`, updatePool({ set: { available: value } })],
        [`adjust by ${String(value)}`, adjustPool({ by: value })],
        [`adjust min ${String(value)}`, adjustPool({ min: value })],
        [`version ${String(value)}`, removePool({ expectedVersion: value })],
      ],
    ),
  ],
  'a value of another type': [
    ['number as text', insertOutbox({ orderId: 5 })],
    ['null as text', insertOutbox({ orderId: null })],
    ['object as text', insertOutbox({ orderId: {} })],
    ['text as moment', insertOutbox({ nextTryAt: '2026-01-01T00:00:00.000Z' })],
    ['number as moment', insertOutbox({ nextTryAt: 0 })],
    ['invalid Date', insertOutbox({ nextTryAt: new Date(Number.NaN) })],
    ['number as id', insertOutbox({ id: 5 })],
    ['null as id', removePool({ id: null })],
  ],
  'a name that is not in the schema': [
    ['kind', removePool({ kind: 'nobody' })],
    ['inherited kind', removePool({ kind: 'constructor' })],
    ['op', { ...removePool({}), op: 'upsert' }],
    ['extra column', insertPool({ colour: 'red' })],
    ['version in a row', insertPool({ version: 1 })],
    ['column to set', updatePool({ set: { colour: 'red' } })],
    ['version to set', updatePool({ set: { version: 7 } })],
    ['id to set', updatePool({ set: { id: 'q' } })],
    ['inherited column', updatePool({ set: { constructor: 1 } })],
    ['field', adjustPool({ field: 'colour' })],
    ['version as field', adjustPool({ field: 'version' })],
    ['text as field', { ...adjustPool({ field: 'orderId' }), kind: 'outbox', id: 'x' }],
  ],
  'a row that is named twice': [
    ['update twice', [updatePool({}), updatePool({ expectedVersion: 2 })]],
    ['adjust twice', [adjustPool({}), adjustPool({})]],
    ['insert and adjust', [insertPool({}), adjustPool({ id: 'q' })]],
    ['remove and insert', [removePool({}), insertPool({ id: 'p' })]],
  ],
}

const page = { index: 'byOrder', where: { orderId: 'o' }, limit: 10 }

const QUERIES: readonly (readonly [string, unknown])[] = [
  ['no query', undefined],
  ['undefined where', { ...page, where: undefined }],
  ['undefined value', { ...page, where: { orderId: undefined } }],
  ['missing value', { ...page, where: {} }],
  ['null value', { ...page, where: { orderId: null } }],
  ['value of another type', { ...page, where: { orderId: 5 } }],
  ['extra value', { ...page, where: { orderId: 'o', title: 't' } }],
  ['sorting column in where', { ...page, where: { orderId: 'o', position: 1 } }],
  ['undefined lower bound', { ...page, atLeast: undefined }],
  ['undefined upper bound', { ...page, atMost: undefined }],
  ['bound of another type', { ...page, atMost: new Date(0) }],
  ['bound that is NaN', { ...page, atLeast: Number.NaN }],
  ['undefined cursor', { ...page, after: undefined }],
  ['cursor without a value', { ...page, after: { id: 'x' } }],
  ['cursor without an id', { ...page, after: { value: 1 } }],
  ['cursor of another type', { ...page, after: { value: '1', id: 'x' } }],
  ['unknown order', { ...page, order: 'up' }],
  ['misspelt field', { ...page, atleast: 1 }],
  ['unknown index', { ...page, index: 'byColour' }],
  ['inherited index', { ...page, index: 'constructor' }],
  ['undefined index', { ...page, index: undefined }],
  ...[0, -1, 1_001, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '10', undefined, null].map(
    (limit): readonly [string, unknown] => [`limit ${limit}`, { ...page, limit }],
  ),
]

export const mistakes: readonly StoreCase[] = [
  {
    name: 'mistakes: get refuses undefined, and whatever else is no id or no kind',
    run: async (store) => {
      const { get } = untyped(store)
      for (const id of [undefined, null, 5, {}, ['p']]) await expectTypeError(`id ${id}`, () => get('pools', id))
      for (const kind of [undefined, null, 'nobody', 'constructor']) {
        await expectTypeError(`kind ${kind}`, () => get(kind, 'p'))
      }
    },
  },
  {
    name: 'mistakes: find refuses undefined and every query that is incomplete or misspelt',
    run: async (store) => {
      const { find } = untyped(store)
      for (const [what, query] of QUERIES) await expectTypeError(what, () => find('orderLines', query))
      for (const kind of [undefined, 'nobody', 'constructor']) {
        await expectTypeError(`kind ${kind}`, () => find(kind, page))
      }
    },
  },
  ...Object.entries(OPS).map(
    ([sort, ops]): StoreCase => ({
      name: `mistakes: commit refuses ${sort}, and writes nothing`,
      run: async (store) => {
        await store.commit([pool('p', 5)])
        const { commit } = untyped(store)
        for (const [what, op] of ops) {
          await expectTypeError(what, () => commit([pool('good', 1), ...(Array.isArray(op) ? op : [op])]))
        }
        expectSame('the good op beside them', await availableIn(store, 'good'), undefined)
        expectSame('the inserted row', await availableIn(store, 'q'), undefined)
        const untouched = { ...poolRow('p', 5), version: 1 }
        expectSame('the row they named', await store.get('pools', 'p'), untouched)
      },
    }),
  ),
]
