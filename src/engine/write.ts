import type { Checkout, DomainEvent } from '../core/checkout'
import { evolveCheckout } from '../core/checkout'
import type { Order } from '../core/order'
import { ownsClaims } from '../core/order'
import type { NewRow, Row } from '../storage/schema'
import type { Op } from '../storage/store'
import type { Door } from './engine'
import { isDelivered, toPaymentEvent } from './events'
import type { PaymentEvent } from './options'
import { attemptChanges, attemptColumns, changedColumns, orderChanges, refundColumns } from './rows'

/** What a change is built from: the state that was read, and the rows beside it that a change of state touches. */
export type Loaded = Checkout & {
  readonly claims: readonly Row<'claims'>[]
  /** For taking an expired order up again. */
  readonly lines: readonly Row<'orderLines'>[]
}

export type Change = {
  readonly before: Loaded
  readonly after: Checkout
  readonly ops: readonly Op[]
  readonly events: readonly PaymentEvent[]
}

/**
 * Turns events into the one atomic write: the order at its version, what happened to the attempt, the refund and the
 * claims, one history row per event and one outbox row per event that handlers are told of. Every change moves the
 * order's version, so that whoever decided on an older state loses.
 */
export const toChange = (
  before: Loaded,
  events: readonly DomainEvent[],
  door: Door,
  extraOps: readonly Op[] = [],
): Change => {
  let now: Checkout = before
  const history: PaymentEvent[] = []
  for (const event of events) {
    const next = evolveCheckout(now, event)
    const sequence = before.order.eventCount + history.length + 1
    history.push(toPaymentEvent(event, { door, sequence, from: now.order.status, order: next.order }))
    now = next
  }
  const after = afterWrite(before, now, history.length)
  const ops: Op[] = [
    orderOp(before.order, after.order),
    ...attemptOps(before, now),
    ...refundOps(before, now),
    ...claimOps(before, after.order),
  ]
  for (const event of history) ops.push(...eventOps(event))
  for (const event of history) ops.push(...alertOps(event))
  ops.push(...extraOps)
  return { before, after, ops, events: history }
}

const orderOp = (before: Order, after: Order): Op => ({
  op: 'update',
  kind: 'orders',
  id: before.id,
  expectedVersion: before.version,
  set: orderChanges(before, after),
})

const attemptOps = ({ attempt: before }: Checkout, { attempt: after }: Checkout): readonly Op[] => {
  if (after === null) return []
  const { id } = after
  if (before === null || before.version === 0) {
    return [{ op: 'insert', kind: 'attempts', row: { id, ...attemptColumns(after) } }]
  }
  if (after === before) return []
  const set = attemptChanges(before, after)
  if (Object.keys(set).length === 0) return []
  return [{ op: 'update', kind: 'attempts', id, expectedVersion: before.version, set }]
}

const refundOps = ({ refund: before }: Checkout, { refund: after }: Checkout): readonly Op[] => {
  if (after === null || after === before) return []
  const { id } = after
  if (before === null || before.id !== id)
    return [{ op: 'insert', kind: 'refunds', row: { id, ...refundColumns(after) } }]
  const set = changedColumns(refundColumns(before), refundColumns(after))
  if (Object.keys(set).length === 0) return []
  return [{ op: 'update', kind: 'refunds', id, expectedVersion: before.version, set }]
}

/** Stands for claims that nobody has read, because they are expected to stay as they are. */
export const UNREAD: readonly Row<'claims'>[] = []

/** True when a change of the order reaches its claims. */
export const movesClaims = (before: Order, after: Order): boolean =>
  ownsClaims(before) !== ownsClaims(after) || heldUntilOf(before)?.getTime() !== heldUntilOf(after)?.getTime()

const heldUntilOf = (order: Order): Date | null =>
  order.status === 'HOLD' || order.status === 'PAYING' ? order.holdExpiresAt : null

/** Claims live exactly as long as the order owns them. */
const claimOps = ({ order: before, claims, lines }: Loaded, after: Order): readonly Op[] => {
  if (ownsClaims(before) && !ownsClaims(after)) return releaseOps(claims)
  if (!ownsClaims(before) && ownsClaims(after)) return claimAgainOps(before, lines)
  const heldUntil = heldUntilOf(after)
  return claims
    .filter((claim) => claim.heldUntil?.getTime() !== heldUntil?.getTime())
    .map(({ id, version }) => ({ op: 'update', kind: 'claims', id, expectedVersion: version, set: { heldUntil } }))
}

const releaseOps = (claims: readonly Row<'claims'>[]): readonly Op[] => {
  const ops = claims.map(({ id, version }): Op => ({ op: 'remove', kind: 'claims', id, expectedVersion: version }))
  return claims.some(({ pool }) => pool !== null) ? [...ops, ...poolOps(claims, 1)] : ops
}

/** One adjustment per pool, however many claims share it. A release only adds, so its guard cannot fail. */
export const poolOps = (
  claims: readonly { readonly pool: string | null; readonly places: number }[],
  direction: 1 | -1,
): readonly Op[] => {
  const places = new Map<string, number>()
  for (const claim of claims) {
    if (claim.pool !== null) places.set(claim.pool, (places.get(claim.pool) ?? 0) + claim.places)
  }
  return [...places].map(([id, count]) => ({
    op: 'adjust',
    kind: 'pools',
    id,
    field: 'available',
    by: direction * count,
    min: 0,
  }))
}

const claimAgainOps = (order: Order, lines: readonly Row<'orderLines'>[]): readonly Op[] => {
  const claims = claimRows(order, lines, null)
  return [...claims.map((row): Op => ({ op: 'insert', kind: 'claims', row })), ...poolOps(claims, -1)]
}

/** The claims an order's lines stand for. */
export const claimRows = (
  order: { readonly id: string; readonly buyerId: string },
  lines: readonly Pick<Row<'orderLines'>, 'position' | 'quantity' | 'resourceGroup' | 'resourceId' | 'pool'>[],
  heldUntil: Date | null,
): readonly NewRow<'claims'>[] =>
  lines
    .filter(({ resourceId, pool }) => resourceId !== null || pool !== null)
    .map(({ position, quantity, resourceGroup, resourceId, pool }) => ({
      id: `${order.id}.${position}`,
      orderId: order.id,
      buyerId: order.buyerId,
      position,
      resourceGroup,
      resourceId,
      pool,
      places: quantity,
      heldUntil,
    }))

/** The history row of an event, and its outbox row if handlers are told of it. */
export const eventOps = (event: PaymentEvent): readonly Op[] => {
  const row: NewRow<'events'> = {
    id: event.id,
    orderId: event.orderId,
    buyerId: event.buyerId,
    sequence: event.sequence,
    type: event.type,
    at: event.at,
    actorKind: event.actor.kind,
    actorId: event.actor.id,
    cause: event.cause,
    fromStatus: event.fromStatus,
    toStatus: event.toStatus,
    attemptId: event.attemptId,
    refundId: event.refundId,
    currency: event.amount?.currency ?? null,
    amountMinor: event.amount?.amountMinor ?? null,
    reason: event.reason,
    holdExpiresAt: event.holdExpiresAt,
    // Named when it is written.
    commitId: '',
  }
  const history: Op = { op: 'insert', kind: 'events', row }
  if (!isDelivered(event.type)) return [history]
  const { id, orderId, at } = event
  return [history, { op: 'insert', kind: 'outbox', row: { id, orderId, createdAt: at, tries: 0, nextTryAt: at } }]
}

/** Events that a person must hear of even if no handler listens. */
const ALERTS: Readonly<Record<string, string>> = {
  'order.surplus_payment_found': 'surplus_payment',
  'attempt.mismatched': 'captured_amount_mismatch',
  'attempt.contradicted': 'provider_contradicts_itself',
  'refund.left_to_hand': 'refund_by_hand_needed',
}

const alertOps = ({ id, type, orderId, attemptId, refundId, at }: PaymentEvent): readonly Op[] => {
  const code = ALERTS[type]
  if (code === undefined) return []
  const row = { id: `${id}.alert`, code, orderId, attemptId, refundId, raisedAt: at, status: 'OPEN' }
  return [{ op: 'insert', kind: 'alerts', row }]
}

/** What the rows will be once the write has happened, so that nobody has to read them again. */
const afterWrite = (before: Checkout, { order, attempt, refund }: Checkout, events: number): Checkout => ({
  order: { ...order, version: before.order.version + 1, eventCount: before.order.eventCount + events },
  attempt: attempt === null ? null : { ...attempt, version: nextVersion(before.attempt, attempt) },
  refund: refund === null ? null : { ...refund, version: nextVersion(before.refund, refund) },
})

const nextVersion = (
  before: { readonly id: string; readonly version: number } | null,
  after: { readonly id: string; readonly version: number },
): number => {
  if (before === null || before.id !== after.id || before.version === 0) return 1
  return before === after ? before.version : before.version + 1
}
