import { errAsync, okAsync, type ResultAsync } from 'neverthrow'
import type { Order } from '../core/order'
import type { Op } from '../storage/store'
import { allow } from './authorize'
import { checkInput, type InputOf } from './check-input'
import { commitChange } from './commit-change'
import type { Engine } from './engine'
import { CONTENTION, type HoldError, invalid } from './errors'
import { sweepDueHolds } from './expiry'
import { draftHold, type HoldRequest, limitPool } from './hold-draft'
import { loadOrder } from './load'
import { fingerprintOf, replayOf } from './requests'
import { expireHolder, hasRoom } from './room'

export type HoldInput = InputOf<'HoldInput'>

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
    const policy = engine.refundPolicies.get(checked.refundPolicy)
    if (policy === undefined) return errAsync(invalid('refundPolicy', 'is not one of the configured policies'))
    const { actor: _, idempotencyKey: key, ...facts } = checked
    const request: HoldRequest = {
      input: checked,
      orderId: engine.ids.next('ord'),
      buyerId,
      title: checked.title ?? first?.title ?? '',
      total: { amountMinor: totalMinor, currency },
      policy,
      fingerprint: key === undefined ? '' : fingerprintOf(facts),
    }
    return allow(engine, checked.actor, 'order.hold', buyerId).andThen(() =>
      place(engine, request, { left: TRIES, newPools: new Map(), swept: false }),
    )
  })

const place = (engine: Engine, request: HoldRequest, retry: Retry): ResultAsync<Order, HoldError> => {
  const draft = draftHold(engine, request, retry.newPools)
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

/**
 * Something was in the way. A repeat of the same request gets its order; a claim whose holder is past its deadline is
 * taken from it on the spot, so that availability never depends on how often a job runs; the rest is a refusal.
 */
const makeRoom = (
  engine: Engine,
  request: HoldRequest,
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
    const limit = request.input.limitPerBuyer
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
