import { err, ok, okAsync, ResultAsync } from 'neverthrow'
import { isOpen } from '../core/attempt'
import { type DomainEvent, decidePayment, evolveCheckout } from '../core/checkout'
import type { DecideError } from '../core/errors'
import type { PayingOrder } from '../core/order'
import { decideOrder, isPastHold } from '../core/order-machine'
import type { Row } from '../storage/schema'
import { changeOrder, type DecidedChange } from './change'
import { type Door, type Engine, later, SYSTEM } from './engine'
import type { CommonError } from './errors'
import { expireTogether } from './expire-together'
import { fromStore, loadAttempt, loadOrder } from './load'
import { boundsOf, type DueRows, type PageDone, walkPages } from './pages'
import { nobodyAsked, reconcileAttempt } from './reconcile'
import type { Loaded } from './write'

/** How long an order past its deadline keeps its claims while the provider is being asked, before the job comes back. */
const LEASE_MS = 30_000

type ExpiryError = DecideError | CommonError

/**
 * Expires an order whose deadline has passed: by the job, by a buyer who comes too late, or by another buyer who wants
 * what it holds. True when it no longer holds anything.
 *
 * An order with an open attempt is looked up first. It expires only when it is certain that its money will not come;
 * until then it keeps its claims for a short lease.
 */
export const expireIfDue = (engine: Engine, orderId: string, door: Door = SYSTEM): ResultAsync<boolean, CommonError> =>
  tryExpire(engine, orderId, door)
    .andThen((result): ResultAsync<boolean, ExpiryError> => {
      if (result !== 'attempt_open') return okAsync(result === 'expired')
      return settleOpenAttempt(engine, orderId, door).andThen((settled) =>
        settled
          ? tryExpire(engine, orderId, door).map((second) => second === 'expired')
          : lease(engine, orderId).map(() => false),
      )
    })
    .orElse((error) => (isCommon(error) ? err(error) : ok(false)))

type Expiry = 'expired' | 'kept' | 'attempt_open'

const tryExpire = (engine: Engine, orderId: string, door: Door): ResultAsync<Expiry, ExpiryError> =>
  loadOrder(engine, orderId).andThen((order): ResultAsync<Expiry, ExpiryError> => {
    if (order.status !== 'HOLD' && order.status !== 'PAYING') return okAsync('kept')
    if (!isPastHold(order, engine.clock.now())) return okAsync('kept')
    const attemptId = order.status === 'PAYING' ? order.openAttemptId : null
    return changeOrder<ExpiryError>(engine, { orderId, attemptId }, door, (loaded) => decideExpiry(engine, loaded))
      .map(({ after }): Expiry => (after.order.status === 'EXPIRED' ? 'expired' : 'kept'))
      .orElse((error) => (error.code === 'attempt_in_progress' ? ok<Expiry>('attempt_open') : err(error)))
  })

const decideExpiry = (engine: Engine, loaded: Loaded) => {
  const at = engine.clock.now()
  const ended = endUnaskedAttempt(engine, loaded, 'hold_expired')
  const order = ended.reduce(evolveCheckout, loaded).order
  return decideOrder(order, { type: 'expire_order', at }).map(
    (events): DecidedChange => ({ events: [...ended, ...events] }),
  )
}

/** Ends an open attempt whose money nobody has asked for, in the same commit that ends its order. */
export const endUnaskedAttempt = (engine: Engine, loaded: Loaded, reason: string): readonly DomainEvent[] => {
  const { attempt, order } = loaded
  if (attempt === null || !isOpen(attempt) || order.status !== 'PAYING' || order.openAttemptId !== attempt.id) return []
  const gateway = engine.gateways.get(attempt.gateway)
  if (gateway === undefined || !nobodyAsked(gateway, attempt)) return []
  const at = engine.clock.now()
  return decidePayment(
    { ...loaded, attempt },
    { type: 'void_attempt', reason, at },
    { graceMs: 0, late: 'refund', extendHoldTo: null },
    { refundId: '', nextCheckAt: at },
  ).unwrapOr([])
}

/** Asks the provider about the open attempt. True when it is not open any more. */
export const settleOpenAttempt = (engine: Engine, orderId: string, door: Door): ResultAsync<boolean, ExpiryError> =>
  loadOrder(engine, orderId).andThen((order): ResultAsync<boolean, ExpiryError> => {
    if (order.status !== 'PAYING' || order.openAttemptId === null) return okAsync(true)
    return loadAttempt(engine, order.openAttemptId)
      .andThen((attempt) =>
        reconcileAttempt(engine, attempt, door, { isPastHold: isPastHold(order, engine.clock.now()) }),
      )
      .map(({ attempt }) => !isOpen(attempt))
  })

/** Puts the next look at an order off. It keeps its deadline, its state and its claims. */
const lease = (engine: Engine, orderId: string): ResultAsync<void, CommonError> =>
  loadOrder(engine, orderId).andThen((order) => {
    if (order.status !== 'PAYING') return okAsync(undefined)
    return fromStore(() => commitLease(engine, order))
  })

/** A conflict means that the order has moved: whoever moved it has set its next look. */
const commitLease = async (engine: Engine, { id, version }: PayingOrder): Promise<void> => {
  const dueAt = later(engine.clock.now(), LEASE_MS)
  await engine.store.commit([{ op: 'update', kind: 'orders', id, expectedVersion: version, set: { dueAt } }])
}

/** Expires one page of the orders that are due. Returns how many hold nothing any more, whoever was faster. */
export const sweepDueHolds = (engine: Engine, door: Door = SYSTEM): ResultAsync<number, CommonError> =>
  dueHolds(engine)
    .read({})
    .andThen((rows) => sweepPage(engine, rows, door))
    .map(({ handled, lost }) => handled + lost)

/** Expires everything that is due, page by page. */
export const sweepAllDueHolds = (engine: Engine, door: Door = SYSTEM) =>
  walkPages(dueHolds(engine), (rows) => sweepPage(engine, rows, door))

const dueHolds = (engine: Engine): DueRows<Row<'orders'>> => ({
  pageSize: engine.settings.jobs.pageSize,
  dueAtOf: ({ dueAt }) => dueAt ?? engine.clock.now(),
  read: (from) =>
    fromStore(() => engine.store.find('orders', { index: 'byDue', where: {}, ...boundsOf(engine, from) })),
})

/** Orders without an open attempt share a commit; the others are bounded by their provider and come one by one. */
const sweepPage = (engine: Engine, rows: readonly Row<'orders'>[], door: Door): ResultAsync<PageDone, CommonError> =>
  expireTogether(engine, rows, door).andThen(({ expired, lost, left }) =>
    sweepOneByOne(engine, left, door).map((more) => ({ handled: expired + more, failed: 0, lost })),
  )

const sweepOneByOne = (engine: Engine, ids: readonly string[], door: Door): ResultAsync<number, CommonError> =>
  new ResultAsync(
    (async () => {
      let count = 0
      for (const id of ids) {
        const expired = await expireIfDue(engine, id, door)
        // One order that cannot be decided now must not spoil its page; a store that is down spoils them all.
        if (expired.isErr() && expired.error.code === 'store_unavailable') return err(expired.error)
        if (expired.unwrapOr(false)) count += 1
      }
      return ok(count)
    })(),
  )

const isCommon = (error: ExpiryError): error is CommonError =>
  error.code === 'store_unavailable' ||
  error.code === 'contention' ||
  error.code === 'hook_failed' ||
  error.code === 'not_found'
