import { createPayments, krw } from '../src'
import { withinDays } from '../src/policies'
import { mock } from '../src/providers/mock'
import { importSecret } from '../src/providers/signature'
import { medianRatio } from './measure/rounds'
import { expectSame, openSchema, perSecond, printShares, serverUrl, sizeFrom } from './measure/server'
import { confirmByHand, type Delivery } from './measure/webhook-by-hand'

/**
 * `HOLDFAST_TEST_POSTGRES=postgres://… npm run bench postgres-webhook`
 *
 * The headline: bytes of a webhook in → verified, stored, decided, committed rows, every notice delivered three times,
 * against a loop by hand over node-postgres: the same signature, one named statement that stores or counts the notice
 * and one that checks, confirms and closes it. The provider's record is answered in process on both sides.
 */
const url = serverUrl('postgres-webhook')
const NOTICES = sizeFrom('HOLDFAST_BENCH_ROWS', 192)
const ROUNDS = sizeFrom('HOLDFAST_BENCH_ROUNDS', 5)
const IN_FLIGHT = [1, 8, 32]
const PAGES_BEFORE = 20
const DELIVERIES = 3
const SECRET = 'mock_DEMO_0123456789abcdef'
const HEADER = 'x-mock-signature'

const bench = openSchema(url, 'holdfast_bench_webhook', 32)
const gateway = mock({ capturedBy: 'buyer', webhookSecret: SECRET })
const payments = createPayments({
  store: bench.store(),
  gateways: { mock: gateway },
  refundPolicies: { week: withinDays(7) },
})
const hand = confirmByHand(bench, { secret: SECRET, header: HEADER })
const signing = importSecret(SECRET)
const encoder = new TextEncoder()
const buyer = { kind: 'buyer', id: 'bench' } as const

/** A notice as large as providers send them: the mock reads its four fields and passes over the rest. */
const padded = (fields: object): Delivery => {
  const items = Array.from({ length: 17 }, (_, at) => ({
    price: `pri_demo_${at}`,
    quantity: 1,
    description: `VIP seat in row ${at}`,
    unit_price: { amount: String(50_000 + at), currency: 'KRW' },
    status: 'paid',
    product: { id: `pro_demo_${at}` },
  }))
  const rawBody = encoder.encode(JSON.stringify({ ...fields, data: { customer: 'ctm_demo', items } }))
  return { headers: { [HEADER]: signing.sign([rawBody], 'hex') }, rawBody }
}

/** Runs so many lines at a time. */
const inTurns = async <T>(work: readonly T[], lines: number, run: (item: T) => Promise<void>): Promise<void> => {
  let next = 0
  const line = async (): Promise<void> => {
    for (let item = work[next++]; item !== undefined; item = work[next++]) await run(item)
  }
  await Promise.all(Array.from({ length: lines }, line))
}

/** Orders whose buyer has just paid, and the notice that says so. */
const ourNotices = async (group = 'hall'): Promise<readonly Delivery[]> => {
  const deliveries: Delivery[] = []
  const seats = Array.from({ length: NOTICES }, (_, at) => String(at))
  await inTurns(seats, 8, async (seat) => {
    const line = { title: 'seat', unitPrice: krw(50_000), resource: { group, id: seat } }
    const held = await payments.orders.hold({ actor: buyer, lines: [line], refundPolicy: 'week' })
    const order = held._unsafeUnwrap().id
    const started = await payments.orders.startPayment({ actor: buyer, order, gateway: 'mock' })
    const told = gateway.settle(started._unsafeUnwrap().attempt.id, 'approved')._unsafeUnwrap()
    const { rawBody } = told
    if (typeof rawBody !== 'string') throw new Error('the mock writes its notices as text')
    deliveries.push(padded(JSON.parse(rawBody)))
  })
  return deliveries
}

/** An answer that is no 200 is delivered again, as a provider would. */
const receiveByUs = async (delivery: Delivery): Promise<void> => {
  for (let tries = 0; tries < 10; tries += 1) {
    if ((await payments.webhooks.receive('mock', delivery)).isOk()) return
    refused += 1
  }
  throw new Error('refused ten times')
}
let refused = 0

const handNotices = async (): Promise<readonly Delivery[]> => {
  await hand.insertStarted(NOTICES)
  return Array.from({ length: NOTICES }, (_, at) => {
    const attemptId = `attord_${String(at + 1).padStart(24, '0')}`
    return padded({ id: `${attemptId}-1`, type: 'APPROVED', attemptId, providerRef: `mock:${attemptId}` })
  })
}

let before = 0

/** Whatever came how often and at once: every order was confirmed exactly once, and every notice is handled. */
const check = async (): Promise<void> => {
  const confirmed = `SELECT count(*) FROM ${bench.table('orders')} WHERE status = 'CONFIRMED' AND version = 3`
  const all = before + NOTICES
  expectSame('confirmed', await bench.numberIn(confirmed), all)
  const events = `SELECT count(*) FROM ${bench.table('events')} WHERE type = 'order.confirmed'`
  expectSame('confirmations', await bench.numberIn(events), all)
  const handled = `SELECT count(*) FROM ${bench.table('inbox')} WHERE status = 'HANDLED' AND deliveries >= ${DELIVERIES}`
  expectSame('handled notices', await bench.numberIn(handled), NOTICES)
}

type Order = 'later' | 'at once'

/** `later`: every notice has come once before the first repeat. `at once`: the three deliveries of each race. */
const repeated = (notices: readonly Delivery[], when: Order): readonly Delivery[] => {
  const times = Array.from({ length: DELIVERIES })
  return when === 'later' ? times.flatMap(() => notices) : notices.flatMap((notice) => times.map(() => notice))
}

const measured =
  (prepare: () => Promise<readonly Delivery[]>, receive: (delivery: Delivery) => Promise<void>) =>
  (when: Order, inFlight: number) =>
  async (): Promise<number> => {
    await bench.empty()
    const deliveries = repeated(await prepare(), when)
    const rate = await perSecond(deliveries.length, () => inTurns(deliveries, inFlight, receive))
    await check()
    return rate
  }
const byHand = measured(handNotices, hand.receive)
const holdfast = measured(() => ourNotices(), receiveByUs)

/** Orders that were there before. In empty tables PostgreSQL guesses, and plans the statements by hand badly. */
const keepSome = async (): Promise<void> => {
  for (let page = 0; page < PAGES_BEFORE; page += 1) {
    await inTurns(await ourNotices(`before-${page}`), 8, receiveByUs)
    before += NOTICES
  }
  await bench.keep()
}

await bench.create()
try {
  await keepSome()
  console.log(`a webhook of ${padded({ id: 'demo' }).rawBody.length} bytes, each delivered ${DELIVERIES} times`)
  for (const inFlight of IN_FLIGHT) {
    for (const when of ['later', 'at once'] as const) {
      const contenders = { 'by hand': byHand(when, inFlight), holdfast: holdfast(when, inFlight) }
      const shares = await medianRatio(contenders, { rounds: ROUNDS })
      printShares(`${inFlight} in flight, repeated ${when}: deliveries a second against the loop by hand`, shares)
    }
  }
  console.log(`every order confirmed exactly once; ${refused} deliveries answered with "again"`)
} finally {
  await bench.drop()
}
