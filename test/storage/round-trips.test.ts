import { createPayments, krw } from 'holdfast'
import { mock } from 'holdfast/mock'
import { withinDays } from 'holdfast/policies'
import { testClock, testIds } from 'holdfast/testing'
import { wallet } from 'holdfast/wallet'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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

  const shop = (more: { readonly mock?: ReturnType<typeof mock> } = {}) =>
    createPayments({
      store: opened.store(),
      gateways: { mock: mock(), wallet: wallet({ openingBalance: krw(100_000) }), ...more },
      refundPolicies: { week: withinDays(7) },
      clock: testClock(),
      ids: testIds(),
    })

  const many = (pageSize: number, clock = testClock()) => ({
    clock,
    ...createPayments({
      store: opened.store(),
      gateways: { mock: mock() },
      refundPolicies: { week: withinDays(7) },
      clock,
      ids: testIds(),
      jobs: { leaseMs: null, pageSize },
      on: { '*': () => undefined },
    }),
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
    expect({ hold: holdReads, start: startReads, confirm: confirmReads, check: useReads }).toEqual({
      hold: 0,
      start: 1,
      confirm: 1,
      check: 1,
    })
    expect(refundReads).toBeLessThanOrEqual(12)
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

  test('a webhook that confirms an order, and its repeat, cost what they cost', async () => {
    const gateway = mock({ capturedBy: 'buyer', webhookSecret: 'mock-secret' })
    const { orders, webhooks } = shop({ mock: gateway })
    const line = { title: 'A-1', unitPrice: krw(50_000), resource: { group: 'hall', id: 'A-1' } }
    const held = await orders.hold({ actor: BUYER, lines: [line], refundPolicy: 'week' })
    const order = held._unsafeUnwrap().id
    const started = await orders.startPayment({ actor: BUYER, order, gateway: 'mock' })
    const notice = gateway.settle(started._unsafeUnwrap().attempt.id, 'approved')._unsafeUnwrap()
    const [reads, writes, first] = await counted(() => webhooks.receive('mock', notice))
    expect(first._unsafeUnwrap().status).toBe('handled')
    const [repeatReads, repeatWrites, repeat] = await counted(() => webhooks.receive('mock', notice))
    expect(repeat._unsafeUnwrap().status).toBe('duplicate')
    // The notice, and the attempt with its order and claims.
    expect({ reads, repeatReads, repeatWrites }).toEqual({ reads: 2, repeatReads: 1, repeatWrites: 1 })
    // The notice, and all that follows from it: in one statement, or BEGIN, one per kind of row, COMMIT.
    expect(writes).toBe(opened.dialect === 'postgres' ? 2 : 9)
  })

  test('200 due holds and their events cost what two pages cost', async () => {
    const { orders, jobs, clock } = many(150)
    const unitPrice = krw(1_000)
    for (let at = 0; at < 200; at += 1) {
      const lines = [{ title: 'Seat', unitPrice, resource: { group: 'hall', id: `${at}` } }]
      ;(await orders.hold({ actor: BUYER, lines, refundPolicy: 'week' }))._unsafeUnwrap()
    }
    clock.advance(300_000)
    const [sweepReads, sweepWrites, swept] = await counted(() => jobs.run('expire'))
    expect(swept._unsafeUnwrap()).toMatchObject([{ handled: 200 }])
    const [tellReads, tellWrites, told] = await counted(() => jobs.run('outbox'))
    expect(told._unsafeUnwrap()).toMatchObject([{ handled: 400, failed: 0 }])
    // A page of orders and their claims; a page of events, what they say, and the lines of their orders.
    expect({ sweep: sweepReads, tell: tellReads }).toEqual({ sweep: 4, tell: 9 })
    // Elsewhere: BEGIN, COMMIT, and a statement per 200 rows that are named one by one.
    expect({ sweep: sweepWrites, tell: tellWrites }).toEqual(
      opened.dialect === 'postgres' ? { sweep: 2, tell: 6 } : { sweep: 12, tell: 18 },
    )
  }, 60_000)
})
