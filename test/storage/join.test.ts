import { createPayments, krw } from 'holdfast'
import { mock } from 'holdfast/mock'
import { withinDays } from 'holdfast/policies'
import { memoryStore } from 'holdfast/storage/memory'
import { testClock, testIds } from 'holdfast/testing'
import { wallet } from 'holdfast/wallet'
import type { Kysely, Transaction } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { databases, type Opened } from './relational/databases'

const BUYER = { kind: 'buyer', id: 'buyer-1' } as const
const line = (id: string) => ({ title: id, unitPrice: krw(50_000), resource: { group: 'hall', id } })

test('a store that cannot join says so at once', () => {
  const payments = createPayments({ store: memoryStore(), gateways: {} })
  expect(() => payments.join({ onRollback: () => undefined })).toThrow('cannot join a transaction')
})

describe.each(databases('joined').map((database) => [database.name, database] as const))('%s', (_, database) => {
  if (database.missing !== undefined) {
    test.skip(database.missing)
    return
  }
  let opened: Opened
  beforeAll(async () => {
    opened = await database.open()
  }, 60_000)
  afterAll(() => opened.close())
  beforeEach(() => opened.empty())

  const shop = () => {
    const store = opened.store()
    const told: string[] = []
    const payments = createPayments({
      store,
      gateways: { mock: mock(), wallet: wallet({ openingBalance: krw(100_000) }) },
      refundPolicies: { week: withinDays(7) },
      clock: testClock(),
      ids: testIds(),
      on: { '*': (event) => void told.push(event.type) },
    })
    return { store, payments, told }
  }
  /** The host's own transaction. On MySQL it has to be READ COMMITTED, so that what others committed is seen. */
  const inTransaction = <T>(work: (tx: Transaction<unknown>) => Promise<T>): Promise<T> => {
    const db: Kysely<unknown> = opened.db
    const open = db.transaction()
    return (opened.dialect === 'mysql' ? open.setIsolationLevel('read committed') : open).execute(work)
  }
  class Never extends Error {}

  test('a hold, a payment from the wallet and a confirm are there when the host commits, and told afterwards', async () => {
    const { payments, told } = shop()
    const order = await inTransaction(async (tx) => {
      const { orders } = payments.join(tx)
      const held = await orders.hold({ actor: BUYER, lines: [line('A-1')], refundPolicy: 'week' })
      const { id } = held._unsafeUnwrap()
      const started = await orders.startPayment({ actor: BUYER, order: id, gateway: 'wallet' })
      const attemptId = started._unsafeUnwrap().attempt.id
      ;(await orders.confirm({ actor: BUYER, order: id, attemptId }))._unsafeUnwrap()
      expect(told).toEqual([])
      return id
    })
    expect((await payments.orders.get({ actor: BUYER, order }))._unsafeUnwrap().status).toBe('CONFIRMED')
    const balance = await payments.wallet.balance({ actor: BUYER, ownerId: BUYER.id, currency: 'KRW' })
    expect(balance._unsafeUnwrap().amountMinor).toBe(50_000)
    await payments.jobs.run('outbox')
    expect(told).toContain('order.confirmed')
  })

  test('when the host rolls back, nothing was held and no money moved', async () => {
    const { payments, store } = shop()
    const done = inTransaction(async (tx) => {
      const { orders } = payments.join(tx)
      const held = await orders.hold({ actor: BUYER, lines: [line('A-1')], refundPolicy: 'week' })
      const { id } = held._unsafeUnwrap()
      const started = await orders.startPayment({ actor: BUYER, order: id, gateway: 'wallet' })
      await orders.confirm({ actor: BUYER, order: id, attemptId: started._unsafeUnwrap().attempt.id })
      throw new Never()
    })
    await expect(done).rejects.toBeInstanceOf(Never)
    expect(await store.find('orders', { index: 'byBuyer', where: { buyerId: BUYER.id }, limit: 9 })).toEqual([])
    expect(await store.find('claims', { index: 'byGroup', where: { resourceGroup: 'hall' }, limit: 9 })).toEqual([])
    expect(
      await store.find('ledgerEntries', { index: 'byAccount', where: { accountId: 'buyer-1:KRW' }, limit: 9 }),
    ).toEqual([])
  })

  test('a refusal leaves the transaction usable, and no overdue hold of somebody else is ended inside it', async () => {
    const { payments } = shop()
    await payments.orders.hold({ actor: { kind: 'buyer', id: 'other' }, lines: [line('A-1')], refundPolicy: 'week' })
    const second = await inTransaction(async (tx) => {
      const { orders } = payments.join(tx)
      const taken = await orders.hold({ actor: BUYER, lines: [line('A-1')], refundPolicy: 'week' })
      expect(taken._unsafeUnwrapErr().code).toBe('resource_unavailable')
      return (await orders.hold({ actor: BUYER, lines: [line('A-2')], refundPolicy: 'week' }))._unsafeUnwrap()
    })
    expect((await payments.orders.get({ actor: BUYER, order: second.id }))._unsafeUnwrap().status).toBe('HOLD')
  })

  test('a provider outside cannot be asked from inside a transaction', async () => {
    const { payments } = shop()
    await inTransaction(async (tx) => {
      const { orders } = payments.join(tx)
      const { id } = (await orders.hold({ actor: BUYER, lines: [line('A-1')], refundPolicy: 'week' }))._unsafeUnwrap()
      const started = await orders.startPayment({ actor: BUYER, order: id, gateway: 'mock' })
      expect(started._unsafeUnwrapErr()).toMatchObject({ code: 'validation', field: 'gateway' })
    })
  })

  // Savepoints side by side on one connection would release and undo each other.
  test('commits of one joined transaction that are made at once do not disturb each other', async () => {
    const { store } = shop()
    const pool = (id: string) => ({ op: 'insert', kind: 'pools', row: { id, available: 1 } }) as const
    await store.commit([pool('taken')])
    await inTransaction(async (tx) => {
      const joined = store.join(tx)
      const outcomes = await Promise.all([
        joined.commit([pool('a')]),
        joined.commit([pool('b'), pool('taken')]),
        joined.commit([pool('c')]),
      ])
      expect(outcomes.map(({ kind }) => kind)).toEqual(['committed', 'conflict', 'committed'])
    })
    const found = await Promise.all(['a', 'b', 'c'].map((id) => store.get('pools', id)))
    expect(found.map((row) => row?.available)).toEqual([1, undefined, 1])
  })
})
