import { createPayments, krw } from '../src'
import { withinDays } from '../src/policies'
import { mock } from '../src/providers/mock'
import { lifeByHand, type RunStep } from './measure/lives-by-hand'
import { medianRatio } from './measure/rounds'
import { expectSame, openSchema, perSecond, printShares, serverUrl, sizeFrom } from './measure/server'

/**
 * `HOLDFAST_TEST_POSTGRES=postgres://… npm run bench postgres-lives`
 *
 * hold → pay → confirm on PostgreSQL, against hand-written SQL with the same guarantees: owner, deadline, state and amount
 * checked in the rows, intent before effect, a row per event, an outbox row, an idempotency row, a unique claim. One named
 * statement a step, no reads of its own; and the same statements in textbook transactions.
 */
const url = serverUrl('postgres-lives')
const LIVES = sizeFrom('HOLDFAST_BENCH_ROWS', 1_000)
const ROUNDS = sizeFrom('HOLDFAST_BENCH_ROUNDS', 7)
const CLIENTS = [1, 8, 32]
/** A server compiles what it runs often in its first seconds, and lives for weeks. */
const WARM_UP = sizeFrom('HOLDFAST_BENCH_WARM_UP', 8_000)
/** Lives that were there before. In empty tables PostgreSQL guesses, and plans some of these statements badly. */
const BEFORE = 5_000

const bench = openSchema(url, 'holdfast_bench_lives', 32)
const payments = createPayments({
  store: bench.store(),
  gateways: { mock: mock() },
  refundPolicies: { week: withinDays(7) },
})
const buyer = { kind: 'buyer', id: 'bench' } as const

const ours = async (seat: string): Promise<void> => {
  const line = { title: 'seat', unitPrice: krw(50_000), resource: { group: 'ours', id: seat } }
  const held = await payments.orders.hold({ actor: buyer, lines: [line], refundPolicy: 'week', idempotencyKey: seat })
  const order = held._unsafeUnwrap().id
  const started = await payments.orders.startPayment({ actor: buyer, order, gateway: 'mock' })
  const attemptId = started._unsafeUnwrap().attempt.id
  const paid = await payments.orders.confirm({ actor: buyer, order, attemptId })
  if (paid._unsafeUnwrap().status !== 'confirmed') throw new Error('not confirmed')
}

const life = lifeByHand(bench)
const statement: RunStep = async (_order, { name, text, values }) => {
  const { rows } = await bench.pool.query({ name, text, values: [...values] })
  return rows[0]
}

const LOCK = `SELECT * FROM ${bench.table('orders')} WHERE id = $1 FOR UPDATE`
const transaction: RunStep = async (order, { name, text, values }) => {
  const client = await bench.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query({ name: 'lock', text: LOCK, values: [order] })
    const { rows } = await client.query({ name, text, values: [...values] })
    await client.query('COMMIT')
    return rows[0]
  } finally {
    client.release()
  }
}

let seats = 0
let before = 0

/** Lives a second with so many at once, from empty tables; every one of them ends confirmed. */
const rate =
  (live: (seat: string) => Promise<void>, clients: number, count = LIVES) =>
  async (): Promise<number> => {
    await bench.empty()
    const each = Math.ceil(count / clients)
    const client = async (): Promise<void> => {
      for (let count = 0; count < each; count += 1) await live(String(++seats).padStart(9, '0'))
    }
    const found = await perSecond(each * clients, () => Promise.all(Array.from({ length: clients }, client)))
    const confirmed = `SELECT count(*) FROM ${bench.table('orders')} WHERE status = 'CONFIRMED'`
    const all = before + each * clients
    expectSame('confirmed', await bench.numberIn(confirmed), all)
    const events = `SELECT count(*) FROM ${bench.table('events')}`
    expectSame('history rows', await bench.numberIn(events), all * 5)
    return found
  }

await bench.create()
const lives = {
  'by hand': (seat: string) => life(statement, seat),
  holdfast: ours,
  textbook: (seat: string) => life(transaction, seat),
}
try {
  await rate(ours, 8, BEFORE)()
  await bench.keep()
  before = BEFORE
  for (const live of Object.values(lives)) await rate(live, 8, WARM_UP)()
  for (const clients of CLIENTS) {
    const contenders = Object.fromEntries(Object.entries(lives).map(([name, live]) => [name, rate(live, clients)]))
    const shares = await medianRatio(contenders, { rounds: ROUNDS })
    printShares(`${clients} at once, lives a second against one hand-written statement per step`, shares)
  }
} finally {
  await bench.drop()
}
