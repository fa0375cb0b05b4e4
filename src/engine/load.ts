import { err, ok, type Result, ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import type { Order } from '../core/order'
import { ownsClaims } from '../core/order'
import type { Refund } from '../core/refund'
import type { Kind, Row } from '../storage/schema'
import type { Engine } from './engine'
import { type CommonError, notFound, storeUnavailable } from './errors'
import { attemptFromRow, orderFromRow, refundFromRow } from './rows'
import type { Loaded } from './write'

/** Runs a piece of store work. What the store throws becomes a value. */
export const fromStore = <T>(work: () => Promise<T>): ResultAsync<T, CommonError> =>
  resultFromStore(async () => ok(await work()))

/** The same for work that has a result of its own. */
const resultFromStore = <T>(work: () => Promise<Result<T, CommonError>>): ResultAsync<T, CommonError> =>
  new ResultAsync(work().catch((fault: unknown) => err(storeUnavailable(fault))))

/** Most orders have a handful of lines and claims; a page of this size is one read. */
const PARTS = 1_000

export const linesOf = (engine: Engine, orderId: string): Promise<readonly Row<'orderLines'>[]> =>
  engine.store.find('orderLines', { index: 'byOrder', where: { orderId }, limit: PARTS })

export const claimsOf = (engine: Engine, orderId: string): Promise<readonly Row<'claims'>[]> =>
  engine.store.find('claims', { index: 'byOrder', where: { orderId }, limit: PARTS })

export const loadOrder = (engine: Engine, id: string): ResultAsync<Order, CommonError> =>
  loadOne(engine, { kind: 'orders', id, what: 'order' }, orderFromRow)

export const loadAttempt = (engine: Engine, id: string): ResultAsync<Attempt, CommonError> =>
  loadOne(engine, { kind: 'attempts', id, what: 'attempt' }, attemptFromRow)

export const loadRefund = (engine: Engine, id: string): ResultAsync<Refund, CommonError> =>
  loadOne(engine, { kind: 'refunds', id, what: 'refund' }, refundFromRow)

type Wanted<K extends Kind> = {
  readonly kind: K
  readonly id: string
  readonly what: Parameters<typeof notFound>[0]
}

const loadOne = <K extends Kind, T>(
  { store }: Engine,
  { kind, id, what }: Wanted<K>,
  read: (row: Row<K>) => T,
): ResultAsync<T, CommonError> =>
  resultFromStore(async () => {
    const row = await store.get(kind, id)
    return row === undefined ? err(notFound(what)) : ok(read(row))
  })

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
export const load = (engine: Engine, ref: Ref): ResultAsync<Loaded, CommonError> =>
  resultFromStore(async () => {
    const { orderId, attemptId, refundId } = ref
    if (!attemptId || refundId || engine.store.getWithOrder === undefined) return loadParts(engine, ref)
    const found = await paymentOf(engine, attemptId)
    // What is missing or belongs to another order is named by reading the parts.
    return found?.around?.order.id === orderId ? ok(found.around) : loadParts(engine, ref)
  })

const loadParts = async (engine: Engine, ref: Ref): Promise<Result<Loaded, CommonError>> => {
  const { orderId, attemptId, refundId } = ref
  const [orderRow, attemptRow, refundRow, claims] = await Promise.all([
    engine.store.get('orders', orderId),
    attemptId ? engine.store.get('attempts', attemptId) : undefined,
    refundId ? engine.store.get('refunds', refundId) : undefined,
    claimsOf(engine, orderId),
  ])
  if (orderRow === undefined) return err(notFound('order'))
  const order = orderFromRow(orderRow)
  // An id of another order's part is as good as none.
  if (attemptId && attemptRow?.orderId !== order.id) return err(notFound('attempt'))
  if (refundId && refundRow?.orderId !== order.id) return err(notFound('refund'))
  const attempt = attemptRow === undefined ? null : attemptFromRow(attemptRow)
  const refund = refundRow === undefined ? null : refundFromRow(refundRow)
  if (ownsClaims(order)) return ok({ order, attempt, refund, claims, lines: [] })
  return ok({ order, attempt, refund, claims: [], lines: await linesOf(engine, order.id) })
}
