import { err, errAsync, okAsync, ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import type { Order } from '../core/order'
import { ownsClaims } from '../core/order'
import type { Refund } from '../core/refund'
import type { Row } from '../storage/schema'
import type { Engine } from './engine'
import { type CommonError, notFound, storeUnavailable } from './errors'
import { attemptFromRow, orderFromRow, refundFromRow } from './rows'
import type { Loaded } from './write'

/** Runs a piece of store work. What the store throws becomes a value. */
export const fromStore = <T>(work: () => Promise<T>): ResultAsync<T, CommonError> =>
  ResultAsync.fromThrowable(work, storeUnavailable)()

/** Most orders have a handful of lines and claims; a page of this size is one read. */
const PARTS = 1_000

export const linesOf = (engine: Engine, orderId: string): Promise<readonly Row<'orderLines'>[]> =>
  engine.store.find('orderLines', { index: 'byOrder', where: { orderId }, limit: PARTS })

export const claimsOf = (engine: Engine, orderId: string): Promise<readonly Row<'claims'>[]> =>
  engine.store.find('claims', { index: 'byOrder', where: { orderId }, limit: PARTS })

export const loadOrder = (engine: Engine, orderId: string): ResultAsync<Order, CommonError> =>
  fromStore(() => engine.store.get('orders', orderId)).andThen((row) =>
    row === undefined ? err(notFound('order')) : fromStore(async () => orderFromRow(row)),
  )

export const loadAttempt = (engine: Engine, attemptId: string): ResultAsync<Attempt, CommonError> =>
  fromStore(() => engine.store.get('attempts', attemptId)).andThen((row) =>
    row === undefined ? err(notFound('attempt')) : fromStore(async () => attemptFromRow(row)),
  )

export const loadRefund = (engine: Engine, refundId: string): ResultAsync<Refund, CommonError> =>
  fromStore(() => engine.store.get('refunds', refundId)).andThen((row) =>
    row === undefined ? err(notFound('refund')) : fromStore(async () => refundFromRow(row)),
  )

export type Ref = { readonly orderId: string; readonly attemptId?: string | null; readonly refundId?: string | null }

/** What stands around an attempt that has been read already: its order and the live claims. */
export const loadAround = (engine: Engine, attempt: Attempt): ResultAsync<Loaded, CommonError> =>
  load(engine, { orderId: attempt.orderId }).map((loaded) => ({ ...loaded, attempt }))

export type FoundPayment = { readonly attempt: Attempt; readonly around: Loaded | null }

/** An attempt with what stands around it; null when it is not there. Of a store that cannot do it at once: only itself. */
export const paymentOf = async ({ store }: Engine, attemptId: string): Promise<FoundPayment | null> => {
  if (store.getWithOrder === undefined) {
    const row = await store.get('attempts', attemptId)
    return row === undefined ? null : { attempt: attemptFromRow(row), around: null }
  }
  const found = await store.getWithOrder(attemptId)
  if (found === undefined) return null
  const attempt = attemptFromRow(found.attempt)
  const order = orderFromRow(found.order)
  // Without its claims it takes the lines to know what it held: whoever needs them reads anew.
  const around = ownsClaims(order) ? { order, attempt, refund: null, claims: found.claims, lines: [] } : null
  return { attempt, around }
}

/** An order with the attempt and refund asked for and its live claims, read at once or side by side. */
export const load = (engine: Engine, ref: Ref): ResultAsync<Loaded, CommonError> => {
  const { orderId, attemptId, refundId } = ref
  if (!attemptId || refundId || engine.store.getWithOrder === undefined) return loadParts(engine, ref)
  return fromStore(() => paymentOf(engine, attemptId)).andThen((found) =>
    // What is missing or belongs to another order is named by reading the parts.
    found?.around?.order.id === orderId ? okAsync(found.around) : loadParts(engine, ref),
  )
}

const loadParts = (engine: Engine, ref: Ref): ResultAsync<Loaded, CommonError> =>
  fromStore(async () => {
    const { orderId, attemptId, refundId } = ref
    const [order, attempt, refund, claims] = await Promise.all([
      engine.store.get('orders', orderId),
      attemptId ? engine.store.get('attempts', attemptId) : undefined,
      refundId ? engine.store.get('refunds', refundId) : undefined,
      claimsOf(engine, orderId),
    ])
    if (order === undefined) return null
    return {
      order: orderFromRow(order),
      attempt: attempt === undefined ? null : attemptFromRow(attempt),
      refund: refund === undefined ? null : refundFromRow(refund),
      claims,
    }
  }).andThen((loaded): ResultAsync<Loaded, CommonError> => {
    if (loaded === null) return errAsync(notFound('order'))
    const { order, attempt, refund } = loaded
    // An id of another order's part is as good as none.
    if (ref.attemptId && attempt?.orderId !== order.id) return errAsync(notFound('attempt'))
    if (ref.refundId && refund?.orderId !== order.id) return errAsync(notFound('refund'))
    if (ownsClaims(order)) return okAsync({ ...loaded, lines: [] })
    return fromStore(() => linesOf(engine, order.id)).map((lines) => ({ ...loaded, claims: [], lines }))
  })
