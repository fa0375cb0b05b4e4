import { describe, expect, test } from 'vitest'
import { checkGet, checkOps, checkQuery } from '../../src/storage/check'

// Misuse on purpose: none of these calls would compile.
const ops = (...list: readonly unknown[]) => checkOps(list as unknown as Parameters<typeof checkOps>[0])
const query = (value: unknown) => checkQuery('orderLines', value as Parameters<typeof checkQuery<'orderLines'>>[1])
const get = (kind: unknown, id: unknown) => checkGet(kind as 'orders', id as string)

const pool = { id: 'p', available: 1 }
const insert = (row: unknown) => ({ op: 'insert', kind: 'pools', row })
const update = (set: unknown) => ({ op: 'update', kind: 'claims', id: 'c', expectedVersion: 1, set })
const adjust = (values: object) => {
  return { op: 'adjust', kind: 'pools', id: 'p', field: 'available', by: 1, min: 0, ...values }
}
const page = { index: 'byOrder', where: { orderId: 'o' }, limit: 10 }

const MISTAKES: readonly (readonly [string, () => void])[] = [
  ['pools.available: expected a safe integer, got undefined', () => ops(insert({ id: 'p', available: undefined }))],
  ['pools.available: expected a safe integer, got undefined', () => ops(insert({ id: 'p' }))],
  ['pools.available: expected a safe integer, got NaN', () => ops(insert({ ...pool, available: Number.NaN }))],
  ['pools.available: expected a safe integer, got an unfit number', () => ops(insert({ ...pool, available: 0.5 }))],
  ['pools.available: expected a safe integer, got a string', () => ops(insert({ ...pool, available: '1' }))],
  ['pools.available: expected a safe integer, got null', () => ops(insert({ ...pool, available: null }))],
  ['pools.id: expected text without a NUL character, got undefined', () => ops(insert({ available: 1 }))],
  ['pools.colour: there is no such column', () => ops(insert({ ...pool, colour: 'red' }))],
  ['pools row: expected an object, got undefined', () => ops(insert(undefined))],
  ['claims.pool: expected text without a NUL character or null, got undefined', () => ops(update({ pool: undefined }))],
  [
    'claims.pool: expected text without a NUL character or null, got a string with a NUL',
    () => ops(update({ pool: 'a\0' })),
  ],
  [
    'claims.heldUntil: expected a valid Date or null, got an invalid Date',
    () => ops(update({ heldUntil: new Date('x') })),
  ],
  ['claims.orderId: expected text without a NUL character, got null', () => ops(update({ orderId: null }))],
  ['claims.version: there is no such column', () => ops(update({ version: 3 }))],
  ['claims.toString: there is no such column', () => ops(update({ toString: 'x' }))],
  ['claims set: expected an object, got an array', () => ops(update([]))],
  ['pools.available by: expected a safe integer, got Infinity', () => ops(adjust({ by: Number.POSITIVE_INFINITY }))],
  ['pools.available min: expected a safe integer, got undefined', () => ops(adjust({ min: undefined }))],
  ['pools.id: only an integer or minor column can be adjusted', () => ops(adjust({ field: 'id' }))],
  ['pools.id: one commit names the same row twice', () => ops(insert(pool), adjust({}))],
  ['kind: expected a kind of schema.ts, got a string', () => ops({ ...insert(pool), kind: 'toString' })],
  ['op: expected insert, update, adjust or remove', () => ops({ ...adjust({}), op: 'upsert' })],
  ['op: expected an object, got null', () => ops(null)],
  ['orders.id: expected text without a NUL character, got undefined', () => get('orders', undefined)],
  ['kind: expected a kind of schema.ts, got undefined', () => get(undefined, 'o')],
  [
    'orderLines.byOrder where.orderId: expected text without a NUL character, got undefined',
    () => query({ ...page, where: {} }),
  ],
  [
    'orderLines.byOrder where.title: not an equality column',
    () => query({ ...page, where: { orderId: 'o', title: 't' } }),
  ],
  ['orderLines.byOrder atLeast: expected a safe integer, got undefined', () => query({ ...page, atLeast: undefined })],
  ['orderLines.byOrder atMost: expected a safe integer, got a Date', () => query({ ...page, atMost: new Date(0) })],
  [
    'orderLines.byOrder after.value: expected a safe integer, got null',
    () => query({ ...page, after: { value: null, id: 'x' } }),
  ],
  ['orderLines.byOrder after: expected a cursor, got undefined', () => query({ ...page, after: undefined })],
  ["orderLines.byOrder order: expected 'asc' or 'desc', got a string", () => query({ ...page, order: 'up' })],
  ['orderLines.byOrder limit: expected 1 to 1000, got an unfit number', () => query({ ...page, limit: 1_001 })],
  ['orderLines.byOrder limit: expected 1 to 1000, got an unfit number', () => query({ ...page, limit: 0 })],
  ['orderLines.byOrder offset: a query has no such field', () => query({ ...page, offset: 5 })],
  ['orderLines.byColour: there is no such index', () => query({ ...page, index: 'byColour' })],
]

describe('a mistake in a call', () => {
  for (const [message, run] of MISTAKES) {
    test(`is thrown as a TypeError: ${message}`, () => {
      expect(run).toThrow(TypeError)
      expect(run).toThrow(message)
    })
  }

  test('is named without the value, which may be a secret', () => {
    expect(() => ops(insert({ ...pool, available: 'planted-secret' }))).toThrow(/^((?!planted-secret).)*$/)
  })
})

test('calls at the very edge of what is allowed pass', () => {
  expect(() => {
    get('orders', '')
    ops()
    ops(insert({ ...pool, available: Number.MIN_SAFE_INTEGER }), adjust({ id: 'q', by: -0 }), update({}))
    query({ ...page, limit: 1 })
    query({ ...page, limit: 1_000, atLeast: 5, atMost: 1, order: 'desc', after: { value: 0, id: '' } })
  }).not.toThrow()
})
