import { createPayments, krw } from 'holdfast'
import { mock } from 'holdfast/mock'
import { withinDays } from 'holdfast/policies'
import { sqlStore } from 'holdfast/storage/sql'
import { testClock } from 'holdfast/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seeded } from '../../src/testing/simulator/random'
import { type BankLine, bookFaults, isOpen, orderFaults, readModel, seatFaults, stuckFaults } from './kill-checks'
import { connect, type Db, drop, type Place, rowsOf, SERVERS, settle } from './servers'

const ORDERS = 100
const EACH = 8
const SEED = 7
/** A quarter only held, a quarter paid, a quarter refused, a quarter still at the bank's page. */
const KINDS = ['held', 'paid', 'refused', 'waiting'] as const
const kindOf = (at: number) => KINDS[at % KINDS.length] ?? 'held'

describe.each(SERVERS.map((server) => [server.name, server] as const))('%s', (_, server) => {
  if (server.missing !== undefined) {
    test.skip(server.missing)
    return
  }
  const place: Place = server.place('due')
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

  test('8 sweepers, 8 buyers and 8 webhook doors on 100 due orders: legal ends, each event once (C-03, C-05, I-11..I-32)', async () => {
    const clock = testClock()
    const bank = mock({ capturedBy: 'buyer' })
    const told: string[] = []
    const shopOn = (db: Db) =>
      createPayments({
        store: sqlStore({ db, dialect: place.kind, ...place.naming }),
        gateways: { bank },
        refundPolicies: { easy: withinDays(7) },
        clock,
        // Every worker really works: no lease keeps seven of eight away.
        jobs: { leaseMs: null, pageSize: 20 },
        on: { '*': ({ id, type }) => void (type.startsWith('resource.') || told.push(id)) },
      })
    const crowd = () => {
      const db = poolOf(EACH)
      return Array.from({ length: EACH }, () => shopOn(db))
    }
    const [sweepers, buyers, doors] = [crowd(), crowd(), crowd()]
    const hold = (shop: ReturnType<typeof shopOn>, buyer: string, seat: number) =>
      shop.orders.hold({
        actor: { kind: 'buyer', id: buyer },
        lines: [{ title: 'Seat', unitPrice: krw(1_000), resource: { group: 'hall', id: `S-${seat}` } }],
        refundPolicy: 'easy',
      })

    // A hundred orders, each in the state its number says, and their deadline passes.
    const [front] = buyers
    if (front === undefined) throw new Error('there is no shop')
    const paid: string[] = []
    for (let at = 0; at < ORDERS; at += 1) {
      const order = (await hold(front, 'first', at))._unsafeUnwrap().id
      const kind = kindOf(at)
      if (kind === 'held') continue
      const actor = { kind: 'buyer', id: 'first' } as const
      const { attempt } = (await front.orders.startPayment({ actor, order, gateway: 'bank' }))._unsafeUnwrap()
      if (kind === 'waiting') continue
      bank.settle(attempt.id, kind === 'paid' ? 'approved' : 'failed')._unsafeUnwrap()
      if (kind === 'paid') paid.push(order)
    }
    clock.advance(300_000 + 30_000)
    const notices = bank.notices()
    expect(notices).toHaveLength(ORDERS / 2)

    // All at once: each sweeps all, wants every seat, and delivers every notice, each in an order of its own.
    const random = seeded(SEED)
    const shuffled = <T>(list: readonly T[]): readonly T[] =>
      list
        .map((item) => ({ item, at: random.next() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ item }) => item)
    const seats = Array.from({ length: ORDERS }, (_, at) => at)
    const answers: string[] = []
    const sweep = async (shop: ReturnType<typeof shopOn>) => {
      for (let round = 0; round < 5; round += 1) {
        answers.push(
          await shop.jobs.run('expire').match(
            () => 'swept',
            ({ code }) => code,
          ),
        )
      }
    }
    const buy = async (shop: ReturnType<typeof shopOn>, buyer: number) => {
      for (const seat of shuffled(seats)) {
        answers.push(
          await hold(shop, `next-${buyer}`, seat).match(
            () => 'held',
            ({ code }) => code,
          ),
        )
      }
    }
    const receive = async (shop: ReturnType<typeof shopOn>) => {
      for (const { headers, rawBody } of shuffled(notices)) {
        const answer = shop.webhooks.receive('bank', { headers, rawBody })
        answers.push(
          await answer.match(
            ({ status }) => status,
            ({ code }) => code,
          ),
        )
      }
    }
    await Promise.all([...sweepers.map(sweep), ...buyers.map(buy), ...doors.map(receive)])
    const found = [...new Set(answers)].toSorted()
    expect(['duplicate', 'handled', 'held', 'resource_unavailable', 'swept']).toEqual(expect.arrayContaining(found))

    // Whoever had paid in time has the seat; every other seat went on to one next buyer.
    const orders = await rowsOf(poolOf(2), place, 'orders')
    const confirmed = orders.filter(({ status }) => status === 'CONFIRMED').map(({ id }) => id)
    expect(confirmed.toSorted()).toEqual(paid.toSorted())
    const firsts = orders.filter(({ buyerId }) => buyerId === 'first')
    expect(firsts.filter(({ status }) => status === 'EXPIRED')).toHaveLength(ORDERS - paid.length)
    expect(orders.filter(({ status }) => status === 'HOLD')).toHaveLength(ORDERS - paid.length)

    // Eight workers drain the outbox at once: everybody is told of everything, and of nothing twice.
    const waiting = (await rowsOf(poolOf(2), place, 'outbox')).map(({ id }) => id)
    for (const drained of await Promise.all(sweepers.map((shop) => shop.jobs.run('outbox')))) drained._unsafeUnwrap()
    expect(told.toSorted()).toEqual(waiting.toSorted())

    const [first] = pools
    if (first === undefined) throw new Error('there is no pool')
    let model = await readModel(first, place)
    for (let hours = 0; hours < 10 && isOpen(model); hours += 1) {
      clock.advance(3_600_000)
      ;(await front.jobs.run())._unsafeUnwrap()
      model = await readModel(first, place)
    }
    const book = bank.book().map(
      ({ kind, attemptId, amount }): BankLine => ({
        orderId: attemptId,
        kind: kind === 'PAYMENT' ? 'capture' : 'refund',
        amountMinor: amount.amountMinor,
      }),
    )
    expect(bookFaults(model, book)).toEqual([])
    expect(orderFaults(model)).toEqual([])
    expect(stuckFaults(model)).toEqual([])
    expect(seatFaults(model)).toEqual([])
    expect(model.all('claims')).toHaveLength(paid.length)
    expect(new Set(told).size).toBe(told.length)
  }, 180_000)
})
