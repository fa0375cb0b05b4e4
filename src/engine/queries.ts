import { ok, okAsync, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import { isOpen } from '../core/attempt'
import type { Order, OrderLine } from '../core/order'
import { isPastHold } from '../core/order-machine'
import type { Refund } from '../core/refund'
import type { Cursor } from '../storage/store'
import { allow } from './authorize'
import { checkInput, type InputOf } from './check-input'
import { type Door, type Engine, SYSTEM } from './engine'
import type { CommonError } from './errors'
import { expireIfDue } from './expiry'
import { fromStore, linesOf, loadAttempt, loadOrder } from './load'
import type { PaymentEvent } from './options'
import { eventFromRow } from './outbox'
import { reconcileAttempt } from './reconcile'
import { attemptFromRow, lineFromRow, orderFromRow, refundFromRow } from './rows'

export type GetInput = InputOf<'OrderInput'>
export type ListInput = InputOf<'ListInput'>

/** An order with everything that belongs to it. */
export type OrderDetails = {
  readonly order: Order
  readonly lines: readonly OrderLine[]
  readonly attempts: readonly Attempt[]
  readonly refunds: readonly Refund[]
  readonly events: readonly PaymentEvent[]
}
export type OrderPage = { readonly orders: readonly Order[]; readonly next: Cursor | null }

/** One order. Every read heals: a dead hold is expired, and an intent without an answer is looked up. */
export const getOrder = (engine: Engine, input: GetInput): ResultAsync<Order, CommonError> =>
  checkInput(engine, 'OrderInput', input).andThen(({ actor, order: orderId }) =>
    loadOrder(engine, orderId).andThen((order) =>
      allow(engine, actor, 'order.read', order.buyerId).andThen(() => heal(engine, order)),
    ),
  )

const heal = (engine: Engine, order: Order, door: Door = SYSTEM): ResultAsync<Order, CommonError> => {
  const now = engine.clock.now()
  if (order.status !== 'HOLD' && order.status !== 'PAYING') return okAsync(order)
  const again = () => loadOrder(engine, order.id)
  if (isPastHold(order, now))
    return order.dueAt <= now ? expireIfDue(engine, order.id, door).andThen(again) : okAsync(order)
  if (order.status === 'HOLD' || order.openAttemptId === null) return okAsync(order)
  return loadAttempt(engine, order.openAttemptId).andThen((attempt) => {
    const isStale = isOpen(attempt) && attempt.nextCheckAt !== null && attempt.nextCheckAt <= now
    if (!isStale) return okAsync(order)
    return reconcileAttempt(engine, attempt, door)
      .orElse(() => ok(null))
      .andThen(again)
  })
}

/** One order with its lines, attempts, refunds and history. */
export const getDetails = (engine: Engine, input: GetInput): ResultAsync<OrderDetails, CommonError> =>
  getOrder(engine, input).andThen((order) =>
    fromStore(async () => {
      const { id: orderId } = order
      const where = { orderId }
      const [lines, attempts, refunds, events] = await Promise.all([
        linesOf(engine, orderId),
        engine.store.find('attempts', { index: 'byOrder', where, limit: 1_000 }),
        engine.store.find('refunds', { index: 'byOrder', where, limit: 1_000 }),
        engine.store.find('events', { index: 'byOrder', where, limit: 1_000 }),
      ])
      return {
        order,
        lines: lines.map(lineFromRow),
        attempts: attempts.map(attemptFromRow),
        refunds: refunds.map(refundFromRow),
        events: events.map(eventFromRow),
      }
    }),
  )

/** A buyer's orders, newest first, a page at a time. */
export const listOrders = (engine: Engine, input: ListInput): ResultAsync<OrderPage, CommonError> =>
  checkInput(engine, 'ListInput', input).andThen(({ actor, buyerId, status, limit, after }) =>
    allow(engine, actor, 'order.read', buyerId).andThen(() =>
      fromStore(async () => {
        const page = { order: 'desc' as const, limit, ...(after === undefined ? {} : { after }) }
        const rows = await engine.store.find(
          'orders',
          status === undefined
            ? { index: 'byBuyer', where: { buyerId }, ...page }
            : { index: 'byBuyerStatus', where: { buyerId, status }, ...page },
        )
        const last = rows.at(-1)
        const next = last !== undefined && rows.length === limit ? { value: last.heldAt, id: last.id } : null
        return { orders: rows.map(orderFromRow), next }
      }),
    ),
  )

export type WatchOptions = { readonly signal?: AbortSignal; readonly pollMs?: number }

/**
 * The order now and after every change: at once when this process made the change, at the next poll when another did.
 * Ends when the signal aborts or when nobody may read the order any more.
 */
export const watchOrder = async function* (
  engine: Engine,
  subscribe: (orderId: string, wake: () => void) => () => void,
  input: GetInput & WatchOptions,
): AsyncGenerator<Order, void, void> {
  const { signal, pollMs = 1_000, ...read } = input
  const orderId = typeof read.order === 'string' ? read.order : read.order.id
  let seen = 0
  while (signal?.aborted !== true) {
    let wake = () => {}
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    // Listening starts before reading, so that no change falls in between.
    const unsubscribe = subscribe(orderId, wake)
    const cancelPoll = engine.clock.schedule(pollMs, wake)
    signal?.addEventListener('abort', wake, { once: true })
    try {
      const order = await getOrder(engine, read)
      if (order.isErr() && order.error.code !== 'store_unavailable') return
      if (order.isOk() && order.value.version > seen) {
        seen = order.value.version
        yield order.value
      } else {
        await woken
      }
    } finally {
      unsubscribe()
      cancelPoll()
      signal?.removeEventListener('abort', wake)
    }
  }
}
