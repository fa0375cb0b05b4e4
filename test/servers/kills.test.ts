import { testClock } from 'holdfast/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mix, seeded } from '../../src/testing/simulator/random'
import { type Bundle, bundle, type Child, startChild } from './children'
import {
  type BankLine,
  bookFaults,
  eventFaults,
  isOpen,
  orderFaults,
  readModel,
  seatFaults,
  stuckFaults,
} from './kill-checks'
import { ask, HEARD, HOOKED, killShop } from './kill-shop'
import type { Said, WorkerConfig } from './kill-worker'
import { canOwnPostgres, type OwnPostgres, ownPostgres } from './own-postgres'
import { connect, type Db, drop, type Place, run, server, settle } from './servers'

const SECONDS = Number(process.env['HOLDFAST_KILL_SECONDS'] ?? 60)
const SEED = Number(process.env['HOLDFAST_KILL_SEED'] ?? Date.now() % 1_000_000)
const WORKERS = 3
const MIN_KILLS = 40
const HOUR = 3_600_000
const MAX_ROUNDS = 40
/** A server of our own can crash; a server of somebody else's only loses our connections. */
const ownsServer = canOwnPostgres()
const MISHAP = ownsServer ? 'a crash of the database' : 'all its connections killed once (no server of our own here)'

const postgres = server('postgres')
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('PostgreSQL', () => {
  if (postgres.missing !== undefined) {
    test.skip(postgres.missing)
    return
  }
  let own: OwnPostgres | null = null
  let place: Place = postgres.place('kills')
  let db: Db
  let bank: Child
  let bankUrl = ''
  const bundles: Bundle[] = []
  const alive = new Map<Child, string>()
  let isOver = false
  let kills = 0
  const lives = new Map<string, number>()
  const confirmed = new Set<string>()
  const oops: string[] = []

  beforeAll(async () => {
    if (ownsServer) {
      own = await ownPostgres(place.naming)
      place = own.place
    }
    db = connect(place)
    await settle(db, place)
    for (const table of [HOOKED, HEARD]) {
      await run(db, `CREATE TABLE "${place.naming.schema}".${table} (event_id text NOT NULL)`)
    }
    bundles.push(await bundle('kill-bank'), await bundle('kill-worker'))
    const [bankBundle] = bundles
    if (bankBundle === undefined) throw new Error('there is no bank')
    bank = startChild(bankBundle, { seed: mix(SEED, 99) })
    // It says one thing, where it is.
    bankUrl = ((await bank.heard()) as { readonly url: string }).url
  }, 120_000)
  afterAll(async () => {
    isOver = true
    for (const child of alive.keys()) child.process.kill('SIGKILL')
    bank.process.kill('SIGKILL')
    await bank.ended
    await drop(db, place)
    await db.destroy()
    own?.remove()
    for (const { remove } of bundles) remove()
  }, 60_000)

  const listenTo = async (child: Child): Promise<void> => {
    for (;;) {
      // Our own child, speaking our own words.
      const said = (await child.heard()) as Said
      if ('life' in said) lives.set(said.life, (lives.get(said.life) ?? 0) + 1)
      else if ('confirmed' in said) confirmed.add(said.confirmed)
      else if ('oops' in said) oops.push(said.oops)
      else await join(child, said.ready)
    }
  }
  const join = async (child: Child, url: string): Promise<void> => {
    alive.set(child, url)
    await ask(bankUrl, 'hooks', { urls: [...alive.values()] })
  }

  /** One server's place: it is started, killed and started again until the time is up. */
  const slot = async (number: number, until: number): Promise<void> => {
    const random = seeded(mix(SEED, number))
    const [, workers] = bundles
    for (let birth = 0; !isOver && workers !== undefined && (Date.now() < until || kills < MIN_KILLS); birth += 1) {
      const config: WorkerConfig = { place, bank: bankUrl, seed: mix(SEED, number, birth) }
      const child = startChild(workers, config)
      const listening = listenTo(child).catch(() => undefined)
      const ready = Date.now() + 30_000
      while (!alive.has(child) && Date.now() < ready) await pause(20)
      // A few die young, most in the middle of something.
      await pause(random.chance(0.1) ? random.int(50) : 200 + random.int(2_200))
      if (child.process.exitCode !== null) oops.push(`a server ended by itself with ${child.process.exitCode}`)
      child.process.kill('SIGKILL')
      await child.ended
      await listening
      alive.delete(child)
      kills += 1
    }
  }

  const mishap = async (): Promise<void> => {
    if (own !== null) return own.crash()
    await run(
      db,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%${place.naming.schema}%'`,
    )
  }

  test(
    `${WORKERS} servers killed again and again, and ${MISHAP}: the books agree in the end (C-01, C-09..C-14, I-02, I-11..I-39)`,
    async () => {
      const until = Date.now() + SECONDS * 1_000
      const slots = Array.from({ length: WORKERS }, (_, number) => slot(number, until))
      await pause((SECONDS * 1_000) / 2)
      await mishap()
      await Promise.all(slots)

      await ask(bankUrl, 'calm')
      const clock = testClock(new Date())
      const shop = killShop(place, bankUrl, clock)
      try {
        await ask(bankUrl, 'hooks', { urls: [await shop.listen()] })
        let model = await readModel(db, place)
        for (let round = 0, still = 0; round < MAX_ROUNDS && still < 2; round += 1) {
          await ask(bankUrl, 'advance', { ms: HOUR })
          clock.advance(HOUR)
          // What was late on its way to the bank arrives now.
          await pause(100)
          await ask(bankUrl, 'deliver')
          ;(await shop.payments.jobs.run())._unsafeUnwrap()
          model = await readModel(db, place)
          const pending = Number(await ask(bankUrl, 'pending'))
          still = isOpen(model) || pending > 0 ? 0 : still + 1
        }
        // The bank's own words, over the wire.
        const book = (await ask(bankUrl, 'book')) as readonly BankLine[]
        const states = new Map<string, number>()
        for (const { status } of model.all('orders')) states.set(status, (states.get(status) ?? 0) + 1)
        const orders = [...states].map(([status, count]) => `${status} ${count}`).join(', ')
        const all = [...lives].map(([life, count]) => `${life} ${count}`).join(', ')
        process.stdout.write(
          `seed ${SEED}: ${kills} kills, ${confirmed.size} told confirmed, ${book.length} lines in the book; ${orders}; lives: ${all}\n`,
        )
        expect(oops).toEqual([])
        expect(kills).toBeGreaterThanOrEqual(MIN_KILLS)
        expect(model.all('orders').length).toBeGreaterThan(MIN_KILLS)
        expect(bookFaults(model, book)).toEqual([])
        expect(orderFaults(model)).toEqual([])
        expect(stuckFaults(model)).toEqual([])
        expect(seatFaults(model)).toEqual([])
        expect(await eventFaults(db, place, model)).toEqual([])
        // Whoever was told that the order is theirs, had it.
        const broken = [...confirmed].filter((id) => (model.get('orders', id)?.confirmedAt ?? null) === null)
        expect(broken).toEqual([])
      } finally {
        shop.close()
        await shop.db.destroy()
      }
    },
    (SECONDS * 3 + 240) * 1_000,
  )
})
