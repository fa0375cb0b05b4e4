import { createPayments, krw } from 'holdfast'
import { mock } from 'holdfast/mock'
import { withinDays } from 'holdfast/policies'
import { sqlStore } from 'holdfast/storage/sql'
import { testClock } from 'holdfast/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Db, drop, type Place, rowsOf, SERVERS, settle } from './servers'

const ORDERS = 300
const PLACES = 500
const WORKERS = 3

describe.each(SERVERS.map((server) => [server.name, server] as const))('%s', (_, server) => {
  if (server.missing !== undefined) {
    test.skip(server.missing)
    return
  }
  const place: Place = server.place('sweeps')
  const pools: Db[] = []
  const poolOf = (connections: number): Db => {
    const db = connect(place, { connections, prepared: true })
    pools.push(db)
    return db
  }
  beforeAll(() => settle(poolOf(5), place), 60_000)
  afterAll(async () => {
    const [first] = pools
    if (first !== undefined) await drop(first, place)
    for (const db of pools) await db.destroy()
  })

  test('workers that sweep at once expire every hold once, give every place back, and tell of it once (C-100, I-11, I-32)', async () => {
    const clock = testClock()
    const told: string[] = []
    const payments = Array.from({ length: WORKERS }, () =>
      createPayments({
        store: sqlStore({ db: poolOf(3), dialect: place.kind, ...place.naming }),
        gateways: { mock: mock() },
        refundPolicies: { easy: withinDays(7) },
        clock,
        jobs: { leaseMs: null, pageSize: 25 },
        on: { 'order.expired': ({ id }) => void told.push(id) },
      }),
    )
    const [front] = payments
    if (front === undefined) throw new Error('there is no shop')
    const admin = { kind: 'admin', id: 'host' } as const
    ;(await front.resources.setCapacity({ actor: admin, pool: 'floor', places: PLACES }))._unsafeUnwrap()
    for (let at = 0; at < ORDERS; at += 1) {
      const actor = { kind: 'buyer', id: `buyer-${at}` } as const
      const seat = { title: 'Seat', unitPrice: krw(1_000), resource: { group: 'hall', id: `S-${at}` } }
      const standing = { title: 'Standing', unitPrice: krw(500), quantity: 2, pool: 'floor' }
      const lines = at % 2 === 0 ? [seat] : [seat, standing]
      ;(await front.orders.hold({ actor, lines, refundPolicy: 'easy' }))._unsafeUnwrap()
      clock.advance(1)
    }
    const [someDb] = pools
    if (someDb === undefined) throw new Error('there is no pool')
    clock.advance(300_000)

    const swept = await Promise.all(payments.map(({ jobs }) => jobs.run('expire')))
    const handled = swept.map((reports) => reports._unsafeUnwrap()[0]?.handled ?? 0)
    expect(handled.reduce((sum, count) => sum + count)).toBe(ORDERS)
    const orders = await rowsOf(someDb, place, 'orders')
    expect(orders.filter(({ status, version }) => status === 'EXPIRED' && version === 2)).toHaveLength(ORDERS)
    expect(await rowsOf(someDb, place, 'claims')).toEqual([])
    expect((await rowsOf(someDb, place, 'pools')).map(({ available }) => available)).toEqual([PLACES])
    const events = await rowsOf(someDb, place, 'events')
    expect(events.filter(({ type }) => type === 'order.expired')).toHaveLength(ORDERS)

    for (const drained of await Promise.all(payments.map(({ jobs }) => jobs.run('outbox')))) drained._unsafeUnwrap()
    expect(told).toHaveLength(ORDERS)
    expect(new Set(told).size).toBe(ORDERS)
    expect(await rowsOf(someDb, place, 'outbox')).toEqual([])
  }, 180_000)
})
