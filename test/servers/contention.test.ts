import { createPayments } from 'holdfast'
import { never } from 'holdfast/policies'
import { sqlStore } from 'holdfast/storage/sql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bundle, bundle, type Child, startChild } from './children'
import type { BuyersConfig, Round, Tally } from './contention-buyers'
import { connect, countOf, type Db, drop, empty, type Place, rowsOf, SERVERS, settle } from './servers'

const PROCESSES = 8
const BUYERS = 1_000
const ROUNDS = 20
/** Rounds after the third are a bonus: a slow machine plays fewer. */
const BUDGET_MS = Number(process.env['HOLDFAST_CONTENTION_SECONDS'] ?? 20) * 1_000
const ADMIN = { kind: 'admin', id: 'admin-1' } as const

describe.each(SERVERS.map((server) => [server.name, server] as const))('%s', (_, server) => {
  if (server.missing !== undefined) {
    test.skip(server.missing)
    return
  }
  const place: Place = server.place('crowd')
  let db: Db
  let bundled: Bundle
  let children: readonly Child[] = []

  beforeAll(async () => {
    db = connect(place)
    await settle(db, place)
    bundled = await bundle('contention-buyers')
    const each = BUYERS / PROCESSES
    children = Array.from({ length: PROCESSES }, (_, at) => {
      const config: BuyersConfig = { place, from: at * each, buyers: each }
      return startChild(bundled, config)
    })
    for (const child of children) expect(await child.heard()).toEqual({ ready: true })
  }, 120_000)
  afterAll(async () => {
    for (const child of children) child.process.stdin?.end()
    await Promise.all(children.map(({ ended }) => ended))
    await drop(db, place)
    await db.destroy()
    bundled.remove()
  }, 60_000)

  const play = async (round: Round): Promise<Tally> => {
    for (const child of children) child.say(round)
    const tallies = await Promise.all(children.map(async (child) => (await child.heard()) as Tally))
    const refusals: Record<string, number> = {}
    for (const tally of tallies) {
      for (const [code, count] of Object.entries(tally.refusals)) refusals[code] = (refusals[code] ?? 0) + count
    }
    return { winners: tallies.flatMap(({ winners }) => winners), refusals }
  }
  /** Rounds until the time is up, three at least. */
  const rounds = async (play: (round: number) => Promise<void>): Promise<number> => {
    const until = Date.now() + BUDGET_MS
    let played = 0
    for (; played < ROUNDS && (played < 3 || Date.now() < until); played += 1) await play(played)
    process.stdout.write(`${server.name}: ${played} rounds of ${BUYERS} buyers in ${PROCESSES} processes\n`)
    return played
  }
  /** No order without its parts and no part without its order. */
  const expectWhole = async (winners: readonly string[]): Promise<void> => {
    const mine = (rows: readonly { readonly orderId: string }[]) => rows.map(({ orderId }) => orderId).toSorted()
    const expected = winners.toSorted()
    expect((await rowsOf(db, place, 'orders')).map(({ id }) => id).toSorted()).toEqual(expected)
    for (const kind of ['claims', 'orderLines', 'events', 'outbox', 'requests'] as const) {
      expect(mine(await rowsOf(db, place, kind)), kind).toEqual(expected)
    }
    for (const kind of ['attempts', 'refunds', 'inbox', 'alerts', 'ledgerEntries'] as const) {
      expect(await countOf(db, place, kind), kind).toBe(0)
    }
  }

  test('of 1,000 buyers in 8 processes exactly one gets the seat, and the others are told so (C-20, I-13)', async () => {
    const played = await rounds(async (round) => {
      await empty(db, place)
      const { winners, refusals } = await play({ seat: `A-${round}` })
      expect(refusals).toEqual({ resource_unavailable: BUYERS - 1 })
      expect(winners).toHaveLength(1)
      await expectWhole(winners)
    })
    expect(played).toBeGreaterThanOrEqual(3)
  }, 300_000)

  test('of 1,000 buyers in 8 processes exactly 50 get a place, and the pool is empty then (C-20, I-13)', async () => {
    const declare = createPayments({
      store: sqlStore({ db, dialect: place.kind, ...place.naming }),
      gateways: {},
      refundPolicies: { none: never() },
    }).resources.setCapacity
    const played = await rounds(async (round) => {
      await empty(db, place)
      const pool = `lawn-${round}`
      ;(await declare({ actor: ADMIN, pool, places: 50 }))._unsafeUnwrap()
      const { winners, refusals } = await play({ pool })
      expect(refusals).toEqual({ sold_out: BUYERS - 50 })
      expect(winners).toHaveLength(50)
      await expectWhole(winners)
      expect(await rowsOf(db, place, 'pools')).toEqual([expect.objectContaining({ id: pool, available: 0 })])
    })
    expect(played).toBeGreaterThanOrEqual(3)
  }, 300_000)
})
