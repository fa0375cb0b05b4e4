import { ResultAsync } from 'neverthrow'
import { isCurrency } from '../core/money'
import type { OrderStatus } from '../core/order'
import type { Row } from '../storage/schema'
import { type Engine, later } from './engine'
import type { CommonError } from './errors'
import { matching } from './events'
import { fromStore, linesOf } from './load'
import type { PaymentEvent } from './options'

/** How long a worker owns the events it has taken. A crash in between hands them to the next one. */
const OWNED_MS = 30_000
const MAX_DELAY_MS = 3_600_000

export type Drained = { readonly delivered: number; readonly failed: number }

/**
 * Hands committed events to the host's handlers, at least once, oldest first. An event leaves the outbox only after
 * every handler has returned; a failing one is tried again, later and later, for ever.
 */
export const drainOutbox = (engine: Engine): ResultAsync<Drained, CommonError> =>
  fromStore(() =>
    engine.store.find('outbox', {
      index: 'byNextTry',
      where: {},
      atMost: engine.clock.now(),
      limit: engine.settings.jobs.pageSize,
    }),
  ).andThen((rows) => fromStore(() => deliverAll(engine, rows)))

const deliverAll = async (engine: Engine, rows: readonly Row<'outbox'>[]): Promise<Drained> => {
  let delivered = 0
  let failed = 0
  // Events of an order that wait for an earlier one of the same order.
  const blocked = new Set<string>()
  for (const row of rows) {
    if (blocked.has(row.orderId) || !(await take(engine, row))) continue
    if (await deliver(engine, row)) {
      delivered += 1
    } else {
      failed += 1
      blocked.add(row.orderId)
    }
  }
  return { delivered, failed }
}

/** Makes an event this worker's for a while; false when another worker was faster. */
const take = async (engine: Engine, { id, version, tries }: Row<'outbox'>): Promise<boolean> => {
  const nextTryAt = later(engine.clock.now(), Math.min(OWNED_MS * 2 ** Math.min(tries, 10), MAX_DELAY_MS))
  const outcome = await engine.store.commit([
    { op: 'update', kind: 'outbox', id, expectedVersion: version, set: { tries: tries + 1, nextTryAt } },
  ])
  return outcome.kind === 'committed'
}

const deliver = async (engine: Engine, { id, version }: Row<'outbox'>): Promise<boolean> => {
  const row = await engine.store.get('events', id)
  if (row === undefined) throw new Error(`event ${id} is in the outbox but not in the history`)
  const event = eventFromRow(row)
  const told = await ResultAsync.fromThrowable(
    () => tell(engine, event),
    () => false,
  )()
  if (told.isErr()) return false
  await engine.store.commit([{ op: 'remove', kind: 'outbox', id, expectedVersion: version + 1 }])
  return true
}

const tell = async (engine: Engine, event: PaymentEvent): Promise<void> => {
  for (const handler of matching(engine.on, event.type)) await handler(event)
  const type = resourceEventOf(event)
  if (type === undefined || !Object.keys(engine.on).some((key) => key === '*' || key.startsWith('resource.'))) return
  for (const line of await linesOf(engine, event.orderId)) {
    if (line.resourceGroup === null || line.resourceId === null) continue
    const resource = { group: line.resourceGroup, id: line.resourceId }
    const about: PaymentEvent = { ...event, id: `${event.id}.${line.position}`, type, resource }
    for (const handler of matching(engine.on, type)) await handler(about)
  }
}

/** What an order's transition means for each named resource it claims. */
const RESOURCE_EVENTS: Readonly<Record<string, string>> = {
  'order.held': 'resource.held',
  'order.confirmed': 'resource.reserved',
  'order.reclaimed': 'resource.reserved',
  'order.expired': 'resource.released',
  'order.cancelled': 'resource.released',
}

const resourceEventOf = ({ type, fromStatus }: PaymentEvent): string | undefined =>
  // A cancelled order gave its resources back before it was refunded.
  type === 'order.refunded' && fromStatus === 'CONFIRMED' ? 'resource.released' : RESOURCE_EVENTS[type]

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
