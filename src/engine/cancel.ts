import { err, errAsync, ok, okAsync, type Result, ResultAsync } from 'neverthrow'
import { isOpen } from '../core/attempt'
import { evolveCheckout } from '../core/checkout'
import type { Order } from '../core/order'
import { decideOrder } from '../core/order-machine'
import { allow } from './authorize'
import { changeOrder, type DecidedChange } from './change'
import { checkInput, type InputOf } from './check-input'
import { commitChange } from './commit-change'
import type { Door, Engine } from './engine'
import { type CancelError, CONTENTION } from './errors'
import { endUnaskedAttempt, expireIfDue, settleOpenAttempt } from './expiry'
import { load, loadOrder } from './load'
import { quoteOf, type RefundQuote } from './refunds'
import { type Change, type Loaded, toChange } from './write'

export type CancelInput = InputOf<'CancelInput'>
export type CancelManyInput = InputOf<'CancelManyInput'>

/** The order as it is now, and what can be refunded; null when nothing was paid. */
export type Cancelled = { readonly order: Order; readonly quote: RefundQuote | null }

/** Gives an order up. See `Orders.cancel`. */
export const cancel = (engine: Engine, input: CancelInput): ResultAsync<Cancelled, CancelError> =>
  checkInput(engine, 'CancelInput', input).andThen(({ actor, order: orderId, acknowledgeNoRefund }) => {
    const door: Door = { actor, cause: 'request' }
    const once = () =>
      changeOpen(engine, orderId, door, acknowledgeNoRefund).map(({ order }) => ({
        order,
        quote: quoteIfPaid(engine, order),
      }))
    return loadOrder(engine, orderId)
      .andThen((order) => allow(engine, actor, 'order.cancel', order.buyerId))
      .andThen(once)
      .orElse((error) => {
        if (error.code !== 'attempt_in_progress') return errAsync<Cancelled, CancelError>(error)
        // Only the provider can say whether the attempt that is under way has taken money.
        return settleOpenAttempt(engine, orderId, door).andThen((settled) => (settled ? once() : errAsync(error)))
      })
  })

const changeOpen = (
  engine: Engine,
  orderId: string,
  door: Door,
  acknowledgeNoRefund: boolean,
): ResultAsync<{ readonly order: Order }, CancelError> =>
  loadOrder(engine, orderId)
    .andThen((order) => {
      const isLate = (order.status === 'HOLD' || order.status === 'PAYING') && order.dueAt <= engine.clock.now()
      return isLate ? expireIfDue(engine, orderId, door).map(() => order) : okAsync(order)
    })
    .andThen((order) => {
      const attemptId = order.status === 'PAYING' ? order.openAttemptId : null
      return changeOrder<CancelError>(engine, { orderId, attemptId }, door, (loaded) =>
        decideCancel(engine, loaded, acknowledgeNoRefund),
      )
    })
    .map(({ after }) => ({ order: after.order }))

const decideCancel = (
  engine: Engine,
  loaded: Loaded,
  acknowledgeNoRefund: boolean,
): Result<DecidedChange, CancelError> => {
  const { order } = loaded
  const at = engine.clock.now()
  const whilePaying = engine.settings.payment.cancelWhilePaying === 'refuse' ? 'refuse' : 'allow'
  if (order.status === 'CONFIRMED' && order.paidAttemptId !== null && !acknowledgeNoRefund) {
    const verdict = quoteOf(engine, order).map((quote) => quote.verdict)
    if (verdict.isOk() && verdict.value.kind === 'none' && verdict.value.reason !== 'requires_cancellation') {
      const { reason, deadline } = verdict.value
      return err({ code: 'refund_forfeited', outcome: 'not_executed', reason, deadline })
    }
  }
  const ended = whilePaying === 'allow' ? endUnaskedAttempt(engine, loaded, 'order_cancelled') : []
  const open = ended.reduce(evolveCheckout, loaded).order
  return decideOrder(open, { type: 'cancel_order', whilePaying, at }).map((events) => ({
    events: events.length === 0 ? [] : [...ended, ...events],
  }))
}

const quoteIfPaid = (engine: Engine, order: Order): RefundQuote | null => quoteOf(engine, order).unwrapOr(null)

/**
 * Gives several orders up at once, all or nothing, in one commit. Ids that come twice count once. An order whose
 * attempt is under way refuses them all.
 */
export const cancelMany = (engine: Engine, input: CancelManyInput): ResultAsync<readonly Order[], CancelError> =>
  checkInput(engine, 'CancelManyInput', input).andThen(({ actor, orders, acknowledgeNoRefund }) => {
    const ids = [...new Set(orders)]
    const door: Door = { actor, cause: 'request' }
    const allowed = ids.map((id) =>
      loadOrder(engine, id).andThen((order) => allow(engine, actor, 'order.cancel', order.buyerId)),
    )
    return ResultAsync.combine(allowed).andThen(() => cancelTogether(engine, ids, door, acknowledgeNoRefund, 5))
  })

const cancelTogether = (
  engine: Engine,
  ids: readonly string[],
  door: Door,
  acknowledgeNoRefund: boolean,
  left: number,
): ResultAsync<readonly Order[], CancelError> => {
  const changes = ids.map((orderId) =>
    loadOrder(engine, orderId)
      .andThen((order) => load(engine, { orderId, attemptId: order.status === 'PAYING' ? order.openAttemptId : null }))
      .andThen((loaded): Result<Change | Loaded, CancelError> => {
        const { attempt } = loaded
        return decideCancel(engine, loaded, acknowledgeNoRefund).andThen(({ events }) => {
          if (events.length === 0) return ok(loaded)
          if (attempt !== null && isOpen(attempt) && !events.some(({ type }) => type === 'attempt.voided')) {
            return err({
              code: 'attempt_in_progress' as const,
              outcome: 'not_executed' as const,
              attemptId: attempt.id,
            })
          }
          return ok(toChange(loaded, events, door))
        })
      }),
  )
  return ResultAsync.combine(changes).andThen((all): ResultAsync<readonly Order[], CancelError> => {
    const made = all.flatMap((change) => ('ops' in change ? [change] : []))
    const after = all.map((change) => ('ops' in change ? change.after.order : change.order))
    if (made.length === 0) return okAsync(after)
    const together = { ops: mergePools(made.flatMap(({ ops }) => ops)), events: made.flatMap(({ events }) => events) }
    return commitChange(engine, together).andThen((outcome) => {
      if (outcome.kind === 'conflict') {
        return left > 1 ? cancelTogether(engine, ids, door, acknowledgeNoRefund, left - 1) : errAsync(CONTENTION)
      }
      for (const { id } of after) engine.changed(id)
      return okAsync(after)
    })
  })
}

/** Orders that share a pool give back to it in one adjustment: a commit names a row once. */
const mergePools = (ops: Change['ops']): Change['ops'] => {
  const merged = new Map<string, Extract<Change['ops'][number], { op: 'adjust' }>>()
  const others: Change['ops'][number][] = []
  for (const op of ops) {
    if (op.op !== 'adjust') {
      others.push(op)
      continue
    }
    const key = `${op.kind}:${op.id}:${op.field}`
    const same = merged.get(key)
    merged.set(key, same === undefined ? op : { ...op, by: op.by + same.by })
  }
  return [...others, ...merged.values()]
}
