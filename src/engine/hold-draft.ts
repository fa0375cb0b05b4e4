import type { Money } from '../core/money'
import type { ConfirmedOrder, FrozenPolicy, HoldOrder, OrderFacts } from '../core/order'
import type { NewRow } from '../storage/schema'
import type { Op } from '../storage/store'
import type { Checked } from './check-input'
import { byRequest, type Engine, later } from './engine'
import { toPaymentEvent } from './events'
import type { PaymentEvent } from './options'
import { requestId } from './requests'
import { orderColumns } from './rows'
import { claimRows, eventOps, poolOps } from './write'

/** A hold that has been checked and may be placed. Its order has the same id however often it is tried. */
export type HoldRequest = {
  readonly input: Checked<'HoldInput'>
  readonly orderId: string
  readonly buyerId: string
  readonly title: string
  readonly total: Money
  readonly policy: FrozenPolicy
  readonly fingerprint: string
}

/** An order as it would be, and all that has to be written for it. */
export type HoldDraft = {
  readonly order: HoldOrder | ConfirmedOrder
  readonly ops: readonly Op[]
  readonly events: readonly PaymentEvent[]
}

/** What a hold writes. A pool named in `newPools` is not there yet, and is made with so many places. */
export const draftHold = (engine: Engine, request: HoldRequest, newPools: ReadonlyMap<string, number>): HoldDraft => {
  const { input, total } = request
  const at = engine.clock.now()
  const isFree = total.amountMinor === 0
  const holdExpiresAt = later(at, input.holdMs ?? engine.settings.holdMs)
  const order = isFree ? freeOrder(request, at) : heldOrder(request, at, holdExpiresAt)
  const lines = input.lines.map((line, position) => toLine(order.id, line, position))
  const claims = [
    ...claimRows(order, lines, isFree ? null : holdExpiresAt),
    ...limitClaim(order, request, isFree ? null : holdExpiresAt),
  ]
  const event = toPaymentEvent(
    isFree ? { type: 'order.confirmed', attemptId: null, at } : { type: 'order.held', holdExpiresAt, at },
    { door: byRequest(input), sequence: 1, from: null, order },
  )
  const ops: Op[] = [
    ...requestOps(request, order.id, at),
    { op: 'insert', kind: 'orders', row: { id: order.id, ...orderColumns(order) } },
    ...lines.map((row): Op => ({ op: 'insert', kind: 'orderLines', row })),
    ...claims.map((row): Op => ({ op: 'insert', kind: 'claims', row })),
    ...claimedPools(claims, newPools),
    ...eventOps(event),
  ]
  return { order, ops, events: [event] }
}

/** Spread last, as in core: that is how V8 builds an object fast. */
const factsOf = (request: HoldRequest, heldAt: Date): OrderFacts => ({
  id: request.orderId,
  version: 1,
  buyerId: request.buyerId,
  title: request.title,
  total: request.total,
  refundPolicy: request.policy,
  eventStartsAt: request.input.eventStartsAt ?? null,
  heldAt,
  attemptCount: 0,
  eventCount: 1,
})

const heldOrder = (request: HoldRequest, at: Date, holdExpiresAt: Date): HoldOrder => ({
  status: 'HOLD',
  holdExpiresAt,
  dueAt: holdExpiresAt,
  ...factsOf(request, at),
})

/** What costs nothing is bought at once. */
const freeOrder = (request: HoldRequest, at: Date): ConfirmedOrder => ({
  status: 'CONFIRMED',
  confirmedAt: at,
  paidAttemptId: null,
  refundedMinor: 0,
  activeRefundId: null,
  firstAccessAt: null,
  ...factsOf(request, at),
})

/** How much one buyer may own at once is a pool of their own, claimed and given back like any other. */
const limitClaim = (
  order: HoldOrder | ConfirmedOrder,
  { input: { limitPerBuyer, lines } }: HoldRequest,
  heldUntil: Date | null,
): readonly NewRow<'claims'>[] =>
  limitPerBuyer === undefined
    ? []
    : claimRows(
        order,
        [
          {
            position: lines.length,
            quantity: lines.reduce((sum, line) => sum + (line.unitPrice.amountMinor < 0 ? 0 : line.quantity), 0),
            resourceGroup: null,
            resourceId: null,
            pool: limitPool(limitPerBuyer.name, order.buyerId),
          },
        ],
        heldUntil,
      )

/** The pool that counts what a buyer has of something limited. */
export const limitPool = (name: string, buyerId: string): string => `limit:${name}:${buyerId}`

/** A pool that does not exist yet is made by the first order that needs it, already less what that order takes. */
const claimedPools = (claims: readonly NewRow<'claims'>[], newPools: ReadonlyMap<string, number>): readonly Op[] =>
  poolOps(claims, -1).map((op) => {
    const places = op.op === 'adjust' ? newPools.get(op.id) : undefined
    if (op.op !== 'adjust' || places === undefined) return op
    return { op: 'insert', kind: 'pools', row: { id: op.id, available: places + op.by } }
  })

const toLine = (
  orderId: string,
  line: Checked<'HoldInput'>['lines'][number],
  position: number,
): NewRow<'orderLines'> => ({
  id: `${orderId}.${position}`,
  orderId,
  position,
  title: line.title,
  quantity: line.quantity,
  unitMinor: line.unitPrice.amountMinor,
  amountMinor: line.quantity * line.unitPrice.amountMinor,
  currency: line.unitPrice.currency,
  resourceGroup: line.resource?.group ?? null,
  resourceId: line.resource?.id ?? null,
  pool: line.pool ?? null,
})

const requestOps = (request: HoldRequest, orderId: string, createdAt: Date): readonly Op[] => {
  const id = requestId('hold', request.input.actor, request.input.idempotencyKey)
  if (id === null) return []
  return [
    {
      op: 'insert',
      kind: 'requests',
      row: { id, fingerprint: request.fingerprint, orderId, resultId: orderId, createdAt },
    },
  ]
}
