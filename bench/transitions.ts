import { krw } from '../src/core/money'
import type { HoldOrder, Order } from '../src/core/order'
import { evolveOrder } from '../src/core/order-evolution'
import { decideOrder, type OrderCommand } from '../src/core/order-machine'

/**
 * Three transitions of an order (start paying, confirm, cancel) and one refusal, as a multiple of a lookup table that
 * makes a new record. Two limits: a record of three fields, and one as large as an order. Only ratios mean anything.
 */
const ROUNDS = 41
const LIVES = 20_000
const LIVES_BETWEEN_COLLECTIONS = 1_000
const at = new Date(0)
const soon = new Date(60_000)

const held: HoldOrder = {
  id: 'ord_1',
  version: 1,
  buyerId: 'buyer',
  title: 'One seat',
  total: krw(50_000),
  refundPolicy: { name: 'ticket', version: 1, terms: '{"rule":"never"}' },
  eventStartsAt: null,
  heldAt: at,
  attemptCount: 0,
  eventCount: 1,
  status: 'HOLD',
  holdExpiresAt: soon,
  dueAt: soon,
}

const start: OrderCommand = { type: 'start_paying', attemptId: 'att_1', at }
const close: OrderCommand = { type: 'close_attempt', attemptId: 'att_1', extendHoldTo: null, at }
const cancel: OrderCommand = { type: 'cancel_order', whilePaying: 'refuse', at }
const confirm: OrderCommand = {
  type: 'confirm_order',
  attemptId: 'att_1',
  committedAt: at,
  graceMs: 0,
  late: 'refund',
  at,
}

const NEXT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  HOLD: { start_paying: 'PAYING' },
  PAYING: { confirm_order: 'CONFIRMED' },
  CONFIRMED: { cancel_order: 'CANCELLED' },
}
type Small = { readonly id: string; readonly status: string; readonly version: number }
type Large = Readonly<Record<string, unknown>> & { readonly status: string }

const stepSmall = (record: Small, type: string): Small => {
  const status = NEXT[record.status]?.[type]
  return status === undefined ? record : { id: record.id, status, version: record.version + 1 }
}
const stepLarge = (record: Large, type: string): Large => {
  const status = NEXT[record.status]?.[type]
  return status === undefined ? record : { ...record, status }
}
const step = (order: Order, command: OrderCommand): Order =>
  decideOrder(order, command).match(
    (events) => events.reduce(evolveOrder, order),
    () => order,
  )

const small: Small = { id: 'ord_1', status: 'HOLD', version: 1 }
const large: Large = { ...held }
const lives: Contenders = {
  'lookup table, small record': () =>
    stepSmall(stepSmall(stepSmall(small, 'start_paying'), 'confirm_order'), 'cancel_order'),
  'lookup table, whole order': () =>
    stepLarge(stepLarge(stepLarge(large, 'start_paying'), 'confirm_order'), 'cancel_order'),
  'decideOrder + evolveOrder': () => step(step(step(held, start), confirm), cancel),
}
const refusals: Contenders = {
  'refusal from the table': () => stepSmall(small, 'cancel_order_twice'),
  'refusal as a Result': () => step(held, confirm),
  'a repeat, no events': () => step(held, close),
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

type Contenders = Readonly<Record<string, () => { readonly status: string }>>

/** Bytes per run: short bursts, so that most of them fall between two collections. */
const bytesOf = (run: () => { readonly status: string }): number => {
  const bursts = Array.from({ length: 101 }, () => {
    const before = process.memoryUsage().heapUsed
    for (let life = 0; life < LIVES_BETWEEN_COLLECTIONS; life += 1) run()
    return (process.memoryUsage().heapUsed - before) / LIVES_BETWEEN_COLLECTIONS
  })
  return median(bursts.filter((bytes) => bytes >= 0))
}

const measure = (contenders: Contenders, expected: string): void => {
  const measured = Object.entries(contenders).map(([name, run]) => ({ name, run, times: [] as number[] }))
  for (let round = -5; round < ROUNDS; round += 1) {
    for (const { name, run, times } of measured) {
      const startedAt = performance.now()
      let right = 0
      for (let life = 0; life < LIVES; life += 1) right += run().status === expected ? 1 : 0
      if (right !== LIVES) throw new Error(`${name} ends somewhere else`)
      if (round >= 0) times.push(performance.now() - startedAt) // The first rounds only warm up.
    }
  }
  const limit = median(measured[0]?.times ?? [])
  for (const { name, run, times } of measured) {
    const ratio = (median(times) / limit).toFixed(2)
    console.log(`${name.padEnd(30)}${ratio.padStart(8)}${bytesOf(run).toFixed(0).padStart(8)} bytes`)
  }
}

console.log('time against the lookup table above, and bytes allocated per run')
measure(lives, 'CANCELLED')
measure(refusals, 'HOLD')
