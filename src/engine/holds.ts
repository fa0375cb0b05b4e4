import { errAsync, okAsync, type ResultAsync } from 'neverthrow'
import type { ConfirmedOrder, FrozenPolicy, HoldOrder, Order, OrderFacts } from '../core/order'
import { freezeTerms } from '../policies'
import { sha256Hex } from '../providers/signature'
import type { NewRow } from '../storage/schema'
import type { Op } from '../storage/store'
import { allow } from './authorize'
import { type Checked, checkInput, type InputOf } from './check-input'
import { commitChange } from './commit-change'
import { type Engine, later } from './engine'
import { CONTENTION, type HoldError, invalid } from './errors'
import { toPaymentEvent } from './events'
import { sweepDueHolds } from './expiry'
import { loadOrder } from './load'
import type { PaymentEvent } from './options'
import { canonicalJson, replayOf, requestId } from './requests'
import { expireHolder, hasRoom } from './room'
import { orderColumns } from './rows'
import { claimRows, eventOps, poolOps } from './write'

export type HoldInput = InputOf<'HoldInput'>
type HeldOrder = HoldOrder | ConfirmedOrder

type Draft = { readonly order: HeldOrder; readonly ops: readonly Op[]; readonly events: readonly PaymentEvent[] }
type Retry = { readonly left: number; readonly newPools: ReadonlyMap<string, number>; readonly swept: boolean }

/** How often a hold is tried again after making room or after losing a race. */
const TRIES = 8

/** Holds what the lines claim, at the price they say, until the deadline. See `Orders.hold`. */
export const hold = (engine: Engine, input: HoldInput): ResultAsync<Order, HoldError> =>
  checkInput(engine, 'HoldInput', input).andThen((checked) => {
    const buyerId = checked.buyerId ?? checked.actor.id
    const [first] = checked.lines
    const currency = first?.unitPrice.currency ?? 'KRW'
    const odd = checked.lines.findIndex((line) => line.unitPrice.currency !== currency)
    if (odd >= 0) return errAsync(invalid(`lines.${odd}.unitPrice.currency`, 'all lines share one currency'))
    const totalMinor = checked.lines.reduce((sum, line) => sum + line.quantity * line.unitPrice.amountMinor, 0)
    if (!Number.isSafeInteger(totalMinor) || totalMinor < 0) {
      return errAsync(invalid('lines', 'the total must be zero or more, and a safe integer'))
    }
    const terms = engine.refundPolicies[checked.refundPolicy]
    if (terms === undefined) return errAsync(invalid('refundPolicy', 'is not one of the configured policies'))
    const request: Request = {
      ...checked,
      buyerId,
      title: checked.title ?? first?.title ?? '',
      total: { amountMinor: totalMinor, currency },
      policy: { name: checked.refundPolicy, version: 1, terms: freezeTerms(terms) },
      orderId: engine.ids.next('ord'),
      fingerprint: sha256Hex(canonicalJson({ ...checked, actor: undefined, idempotencyKey: undefined })),
    }
    return allow(engine, checked.actor, 'order.hold', buyerId).andThen(() =>
      place(engine, request, { left: TRIES, newPools: new Map(), swept: false }),
    )
  })

type Request = Checked<'HoldInput'> & {
  readonly buyerId: string
  readonly title: string
  readonly total: OrderFacts['total']
  readonly policy: FrozenPolicy
  readonly orderId: string
  readonly fingerprint: string
}

const place = (engine: Engine, request: Request, retry: Retry): ResultAsync<Order, HoldError> => {
  const draft = toDraft(engine, request, retry.newPools)
  return commitChange(engine, draft).andThen((outcome): ResultAsync<Order, HoldError> => {
    if (outcome.kind === 'committed') {
      engine.changed(draft.order.id)
      return okAsync(draft.order)
    }
    const op = draft.ops[outcome.op]
    if (op === undefined || retry.left <= 1) return errAsync(CONTENTION)
    return makeRoom(engine, request, op, outcome.reason, { ...retry, left: retry.left - 1 })
  })
}

const toDraft = (engine: Engine, request: Request, newPools: ReadonlyMap<string, number>): Draft => {
  const at = engine.clock.now()
  const facts: OrderFacts = {
    id: request.orderId,
    version: 1,
    buyerId: request.buyerId,
    title: request.title,
    total: request.total,
    refundPolicy: request.policy,
    eventStartsAt: request.eventStartsAt ?? null,
    heldAt: at,
    attemptCount: 0,
    eventCount: 1,
  }
  const isFree = request.total.amountMinor === 0
  const holdExpiresAt = later(at, request.holdMs ?? engine.settings.holdMs)
  const order: HeldOrder = isFree
    ? {
        ...facts,
        status: 'CONFIRMED',
        confirmedAt: at,
        paidAttemptId: null,
        refundedMinor: 0,
        activeRefundId: null,
        firstAccessAt: null,
      }
    : { ...facts, status: 'HOLD', holdExpiresAt, dueAt: holdExpiresAt }
  const lines = request.lines.map((line, position) => toLine(order.id, line, position))
  const claims = [
    ...claimRows(order, lines, isFree ? null : holdExpiresAt),
    ...limitClaim(order, request, isFree ? null : holdExpiresAt),
  ]
  const event = toPaymentEvent(
    isFree ? { type: 'order.confirmed', attemptId: null, at } : { type: 'order.held', holdExpiresAt, at },
    { door: { actor: request.actor, cause: 'request' }, sequence: 1, from: null, order },
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

/** How much one buyer may own at once is a pool of their own, claimed and given back like any other. */
const limitClaim = (
  order: HeldOrder,
  { limitPerBuyer, lines }: Request,
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

const limitPool = (name: string, buyerId: string): string => `limit:${name}:${buyerId}`

/** A pool that does not exist yet is made by the first order that needs it, already less what that order takes. */
const claimedPools = (claims: readonly NewRow<'claims'>[], newPools: ReadonlyMap<string, number>): readonly Op[] =>
  poolOps(claims, -1).map((op) => {
    const places = op.op === 'adjust' ? newPools.get(op.id) : undefined
    if (op.op !== 'adjust' || places === undefined) return op
    return { op: 'insert', kind: 'pools', row: { id: op.id, available: places + op.by } }
  })

const toLine = (orderId: string, line: Request['lines'][number], position: number): NewRow<'orderLines'> => ({
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

const requestOps = (request: Request, orderId: string, createdAt: Date): readonly Op[] => {
  const id = requestId('hold', request.actor, request.idempotencyKey)
  if (id === null) return []
  return [
    {
      op: 'insert',
      kind: 'requests',
      row: { id, fingerprint: request.fingerprint, orderId, resultId: orderId, createdAt },
    },
  ]
}

/**
 * Something was in the way. A repeat of the same request gets its order; a claim whose holder is past its deadline is
 * taken from it on the spot, so that availability never depends on how often a job runs; the rest is a refusal.
 */
const makeRoom = (
  engine: Engine,
  request: Request,
  op: Op,
  reason: string,
  retry: Retry,
): ResultAsync<Order, HoldError> => {
  const again = () => place(engine, request, retry)
  if (op.kind === 'requests') {
    return replayOf(engine, op.op === 'insert' ? op.row.id : '', request.fingerprint).andThen(({ resultId }) =>
      // It may have gone on since: the answer to the same request is the same order.
      loadOrder(engine, resultId),
    )
  }
  if (op.kind === 'claims' && op.op === 'insert') {
    const { resourceGroup: group, resourceId } = op.row
    if (group === null || resourceId === null) return errAsync(CONTENTION)
    const taken: HoldError = {
      code: 'resource_unavailable',
      outcome: 'not_executed',
      resource: { group, id: resourceId },
    }
    if (engine.joined) return errAsync(taken)
    return expireHolder(engine, group, resourceId).andThen((isFree) => (isFree ? again() : errAsync(taken)))
  }
  if (op.kind === 'pools') {
    const id = op.op === 'insert' ? op.row.id : op.id
    const limit = request.limitPerBuyer
    const isLimit = limit !== undefined && id === limitPool(limit.name, request.buyerId)
    const places = isLimit ? limit.places : undefined
    const isTooMuch = op.op === 'adjust' && places !== undefined && places + op.by < 0
    if (reason === 'missing' && places !== undefined && !isTooMuch) {
      return place(engine, request, { ...retry, newPools: new Map([...retry.newPools, [id, places]]) })
    }
    if (reason === 'exists') {
      return place(engine, request, {
        ...retry,
        newPools: new Map([...retry.newPools].filter(([pool]) => pool !== id)),
      })
    }
    const refusal: HoldError = isLimit
      ? { code: 'limit_exceeded', outcome: 'not_executed', limit: limit.name }
      : { code: 'sold_out', outcome: 'not_executed', pool: id }
    if (retry.swept || reason === 'missing' || engine.joined) return errAsync(refusal)
    return sweepDueHolds(engine)
      .andThen((count) => (count > 0 || op.op !== 'adjust' ? okAsync(count > 0) : hasRoom(engine, op)))
      .andThen((isWorthIt) =>
        isWorthIt ? place(engine, request, { ...retry, swept: true }) : errAsync<Order, HoldError>(refusal),
      )
  }
  return errAsync(CONTENTION)
}
