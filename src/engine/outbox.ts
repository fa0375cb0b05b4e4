import type { ResultAsync } from 'neverthrow'
import { isCurrency } from '../core/money'
import type { OrderStatus } from '../core/order'
import { findAmong } from '../storage/among'
import type { Row } from '../storage/schema'
import type { Op } from '../storage/store'
import { type Engine, later } from './engine'
import type { CommonError } from './errors'
import { fromStore } from './load'
import type { PaymentEvent } from './options'
import { handlersOf } from './outbox-handlers'
import { boundsOf, type DueRows, type PageDone, walkPages } from './pages'

/** How long a worker owns the events it has taken. A crash in between hands them to the next one. */
const OWNED_MS = 30_000
const MAX_DELAY_MS = 3_600_000
/** Orders whose events are with the handlers at once. */
const SIDE_BY_SIDE = 8
/** After so long, what was delivered leaves the outbox: a crash repeats no more than this. */
const NOTE_MS = 1_000
/** How often a page is tried without what another worker has. */
const TRIES = 3

export type Drained = { readonly handled: number; readonly failed: number }

type Waiting = Row<'outbox'>

/**
 * Hands committed events to the host's handlers, at least once, oldest first: several orders side by side, the events of
 * one order one after another. An event leaves the outbox only after every handler has returned; a failing one is tried
 * again, later and later, for ever, and what waits behind it in its order waits with it.
 */
export const drainOutbox = (engine: Engine): ResultAsync<Drained, CommonError> =>
  walkPages(waitingEvents(engine), (rows) => fromStore(() => deliverPage(engine, rows)))

const waitingEvents = (engine: Engine): DueRows<Waiting> => ({
  pageSize: engine.settings.jobs.pageSize,
  dueAtOf: ({ nextTryAt }) => nextTryAt,
  read: (from) =>
    fromStore(() => engine.store.find('outbox', { index: 'byNextTry', where: {}, ...boundsOf(engine, from) })),
})

const deliverPage = async (engine: Engine, rows: readonly Waiting[]): Promise<PageDone> => {
  const ownedUntil = later(engine.clock.now(), OWNED_MS)
  // Nearly always all of them are ours in the end: what they say is read while they are taken.
  const [taken, tell] = await Promise.all([take(engine, rows, TRIES), tellerOf(engine, rows)])
  const orders = [...byOrder(taken)].values()
  let [handled, failed] = [0, 0]
  let isThrough = false
  while (!isThrough && engine.clock.now() < ownedUntil) {
    const pauseAt = later(engine.clock.now(), NOTE_MS)
    const lane = (): Promise<Lane> => deliverOrders(engine, orders, { pauseAt, ownedUntil }, tell)
    const lanes = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane))
    const delivered = lanes.flatMap((done) => done.delivered)
    await remove(engine, delivered)
    handled += delivered.length
    failed += lanes.reduce((sum, done) => sum + done.failed, 0)
    isThrough = lanes.some((done) => done.isThrough)
  }
  return { handled, failed, lost: rows.length - taken.length }
}

type Lane = { readonly delivered: readonly Waiting[]; readonly failed: number; readonly isThrough: boolean }
type Teller = (row: Waiting) => Promise<boolean>

/** Takes order after order until none is left or it is time to pause. */
const deliverOrders = async (
  { clock }: Engine,
  orders: Iterator<readonly Waiting[]>,
  { pauseAt, ownedUntil }: { readonly pauseAt: Date; readonly ownedUntil: Date },
  tell: Teller,
): Promise<Lane> => {
  const delivered: Waiting[] = []
  let failed = 0
  while (clock.now() < pauseAt) {
    const { value: order, done } = orders.next()
    if (done === true) return { delivered, failed, isThrough: true }
    for (const row of order) {
      // What is not ours any more is another worker's to deliver, and so is what comes after it.
      if (clock.now() >= ownedUntil) break
      if (await tell(row)) {
        delivered.push(row)
      } else {
        failed += 1
        break
      }
    }
  }
  return { delivered, failed, isThrough: false }
}

/** The waiting events of each order, in their order. */
const byOrder = (rows: readonly Waiting[]): Iterable<readonly Waiting[]> => {
  const orders = new Map<string, Waiting[]>()
  for (const row of rows) {
    const waiting = orders.get(row.orderId)
    if (waiting === undefined) orders.set(row.orderId, [row])
    else waiting.push(row)
  }
  return orders.values()
}

/** Tells the handlers of an event; false when one of them threw, or there is nothing to tell. */
const tellerOf = async (engine: Engine, rows: readonly Waiting[]): Promise<Teller> => {
  const ids = rows.map(({ id }) => id)
  const events = new Map<string, PaymentEvent>()
  for (const row of await findAmong(engine.store, 'events', 'id', ids)) events.set(row.id, eventFromRow(row))
  const tell = await handlersOf(engine, events.values())
  return async ({ id }) => {
    const event = events.get(id)
    if (event === undefined) return false
    return tell(event).then(
      () => true,
      () => false,
    )
  }
}

/** Makes events this worker's for a while, in one commit. What another worker has taken meanwhile is left to it. */
const take = async (engine: Engine, rows: readonly Waiting[], left: number): Promise<readonly Waiting[]> => {
  if (rows.length === 0 || left === 0) return []
  const now = engine.clock.now()
  // Nearly all of a page have been tried as often.
  let last = { tries: Number.NaN, nextTryAt: now }
  const ops = rows.map(({ id, version, tries }): Op => {
    if (tries !== last.tries) last = { tries, nextTryAt: later(now, ownedMs(tries)) }
    const { nextTryAt } = last
    return { op: 'update', kind: 'outbox', id, expectedVersion: version, set: { tries: tries + 1, nextTryAt } }
  })
  const outcome = await engine.store.commit(ops)
  if (outcome.kind === 'committed') return rows
  const ids = rows.map(({ id }) => id)
  const versions = new Map((await findAmong(engine.store, 'outbox', 'id', ids)).map(({ id, version }) => [id, version]))
  const free = rows.filter(({ id, version }) => versions.get(id) === version)
  return take(engine, free, left - 1)
}

const ownedMs = (tries: number): number => Math.min(OWNED_MS * 2 ** Math.min(tries, 10), MAX_DELAY_MS)

/** Takes delivered events out, in one commit. One that another worker has by now is that worker's to take out. */
const remove = async (engine: Engine, rows: readonly Waiting[], tries = TRIES): Promise<void> => {
  if (rows.length === 0) return
  const ops = rows.map(({ id, version }): Op => ({ op: 'remove', kind: 'outbox', id, expectedVersion: version + 1 }))
  const outcome = await engine.store.commit(ops)
  if (outcome.kind === 'committed') return
  const others = rows.filter((_, at) => at !== outcome.op)
  if (tries > 1) {
    await remove(engine, others, tries - 1)
  } else {
    for (const row of others) await remove(engine, [row], 1)
  }
}

export const eventFromRow = (row: Row<'events'>): PaymentEvent => ({
  id: row.id,
  type: row.type,
  at: row.at,
  orderId: row.orderId,
  buyerId: row.buyerId,
  sequence: row.sequence,
  // These columns are only ever written from these types.
  actor: { kind: row.actorKind as PaymentEvent['actor']['kind'], id: row.actorId },
  cause: row.cause as PaymentEvent['cause'],
  fromStatus: row.fromStatus as OrderStatus | null,
  toStatus: row.toStatus as OrderStatus,
  attemptId: row.attemptId,
  refundId: row.refundId,
  amount:
    row.amountMinor !== null && row.currency !== null && isCurrency(row.currency)
      ? { amountMinor: row.amountMinor, currency: row.currency }
      : null,
  reason: row.reason,
  holdExpiresAt: row.holdExpiresAt,
  resource: null,
})
