import { createPayments, krw } from 'holdfast'
import { mock } from 'holdfast/mock'
import { withinDays } from 'holdfast/policies'
import { testClock, testIds } from 'holdfast/testing'
import { wallet } from 'holdfast/wallet'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sqlStore } from '../../src/storage/sql'
import { databases, type Opened } from './relational/databases'

// One commit is one round trip where the database allows it. What a verb costs is counted, so that a change that makes
// it dearer is seen. Reads that go out side by side count one each.

const BUYER = { kind: 'buyer', id: 'buyer-1' } as const
const chosen = databases('trips').filter(({ name }) => !name.includes('postgres.js'))

describe.each(chosen.map((database) => [database.name, database] as const))('%s', (_, database) => {
  if (database.missing !== undefined) {
    test.skip(database.missing)
    return
  }
  let opened: Opened
  let statements: string[] = []
  beforeAll(async () => {
    opened = await database.open((text) => statements.push(text))
  }, 60_000)
  afterAll(() => opened.close())
  beforeEach(() => opened.empty())

  const shop = () =>
    createPayments({
      store: sqlStore({ db: opened.db, dialect: opened.dialect, ...opened.naming }),
      gateways: { mock: mock(), wallet: wallet({ openingBalance: krw(100_000) }) },
      refundPolicies: { week: withinDays(7) },
      clock: testClock(),
      ids: testIds(),
    })

  const counted = async <T>(
    work: () => PromiseLike<T>,
  ): Promise<readonly [reads: number, writes: number, value: T]> => {
    statements = []
    const value = await work()
    const reads = statements.filter((text) => /^select/i.test(text)).length
    return [reads, statements.length - reads, value]
  }

  test('hold, start, confirm, access, cancel and refund cost what they cost', async () => {
    const { orders, access, refunds } = shop()
    const line = { title: 'A-1', unitPrice: krw(50_000), resource: { group: 'hall', id: 'A-1' } }
    const [holdReads, holdWrites, held] = await counted(() =>
      orders.hold({ actor: BUYER, lines: [line], refundPolicy: 'week', idempotencyKey: 'one' }),
    )
    const order = held._unsafeUnwrap().id
    const [startReads, startWrites, started] = await counted(() =>
      orders.startPayment({ actor: BUYER, order, gateway: 'mock' }),
    )
    const attemptId = started._unsafeUnwrap().attempt.id
    const [confirmReads, confirmWrites] = await counted(() => orders.confirm({ actor: BUYER, order, attemptId }))
    const [useReads, useWrites] = await counted(() => access.check({ actor: BUYER, order }))
    const [refundReads, refundWrites] = await counted(() => refunds.refund({ actor: BUYER, order }))
    const isOneStatement = opened.dialect === 'postgres'
    // Reads of one verb that do not wait for each other go out side by side.
    expect({ hold: holdReads, start: startReads, confirm: confirmReads, check: useReads }).toEqual({
      hold: 0,
      start: 2,
      confirm: 3,
      check: 1,
    })
    expect(refundReads).toBeLessThanOrEqual(14)
    // Elsewhere a commit is BEGIN, a statement per kind of row, COMMIT.
    expect({
      hold: holdWrites,
      start: startWrites,
      confirm: confirmWrites,
      check: useWrites,
      refund: refundWrites,
    }).toEqual(
      isOneStatement
        ? { hold: 1, start: 1, confirm: 2, check: 0, refund: 2 }
        : { hold: 8, start: 6, confirm: 12, check: 0, refund: 14 },
    )
  })
})
