import type { Attempt, AttemptStatus } from '../core/attempt'
import { type Currency, isCurrency, type Money } from '../core/money'
import type { FrozenPolicy, HoldOrder, Order, OrderFacts, OrderLine, PaidFacts, PayingOrder } from '../core/order'
import type { Refund, RefundPurpose, RefundStatus } from '../core/refund'
import type { ColumnsOf, Row } from '../storage/schema'

/**
 * Rows to domain and back. A row that cannot be an order is a fault of the store: it throws, and the verb answers
 * `store_unavailable` instead of deciding on half a fact.
 */

const need = <T>(value: T | null, row: { readonly id: string }, column: string): T => {
  if (value === null) throw new Error(`row ${row.id} has no ${column}`)
  return value
}

const currencyOf = (row: { readonly id: string; readonly currency: string }): Currency => {
  if (!isCurrency(row.currency)) throw new Error(`row ${row.id} has an unknown currency`)
  return row.currency
}

const totalOf = (row: Row<'orders'>): Money => ({ amountMinor: row.totalMinor, currency: currencyOf(row) })

const policyOf = (row: Row<'orders'>): FrozenPolicy => ({
  name: row.policyName,
  version: row.policyVersion,
  terms: row.policyTerms,
})

const factsFrom = (row: Row<'orders'>): OrderFacts => ({
  id: row.id,
  version: row.version,
  buyerId: row.buyerId,
  title: row.title,
  total: totalOf(row),
  refundPolicy: policyOf(row),
  eventStartsAt: row.eventStartsAt,
  heldAt: row.heldAt,
  attemptCount: row.attemptCount,
  eventCount: row.eventCount,
})

const paidFrom = (row: Row<'orders'>, confirmedAt: Date): PaidFacts => ({
  confirmedAt,
  paidAttemptId: row.paidAttemptId,
  refundedMinor: row.refundedMinor,
  activeRefundId: row.activeRefundId,
  firstAccessAt: row.firstAccessAt,
})

/** Jobs read pages of these. Written out: a spread costs more than all the rest of an order. */
const heldFrom = (row: Row<'orders'>, holdExpiresAt: Date): HoldOrder => ({
  status: 'HOLD',
  holdExpiresAt,
  dueAt: row.dueAt ?? holdExpiresAt,
  id: row.id,
  version: row.version,
  buyerId: row.buyerId,
  title: row.title,
  total: totalOf(row),
  refundPolicy: policyOf(row),
  eventStartsAt: row.eventStartsAt,
  heldAt: row.heldAt,
  attemptCount: row.attemptCount,
  eventCount: row.eventCount,
})

const payingFrom = (row: Row<'orders'>, holdExpiresAt: Date): PayingOrder => ({
  status: 'PAYING',
  holdExpiresAt,
  dueAt: row.dueAt ?? holdExpiresAt,
  openAttemptId: row.openAttemptId,
  id: row.id,
  version: row.version,
  buyerId: row.buyerId,
  title: row.title,
  total: totalOf(row),
  refundPolicy: policyOf(row),
  eventStartsAt: row.eventStartsAt,
  heldAt: row.heldAt,
  attemptCount: row.attemptCount,
  eventCount: row.eventCount,
})

export const orderFromRow = (row: Row<'orders'>): Order => {
  switch (row.status) {
    case 'HOLD':
      return heldFrom(row, need(row.holdExpiresAt, row, 'holdExpiresAt'))
    case 'PAYING':
      return payingFrom(row, need(row.holdExpiresAt, row, 'holdExpiresAt'))
    case 'CONFIRMED':
      return {
        status: 'CONFIRMED',
        ...paidFrom(row, need(row.confirmedAt, row, 'confirmedAt')),
        ...factsFrom(row),
      }
    case 'EXPIRED':
      return { status: 'EXPIRED', expiredAt: need(row.expiredAt, row, 'expiredAt'), ...factsFrom(row) }
    case 'CANCELLED': {
      const cancelledAt = need(row.cancelledAt, row, 'cancelledAt')
      return row.confirmedAt === null
        ? { status: 'CANCELLED', cancelledAt, confirmedAt: null, ...factsFrom(row) }
        : { status: 'CANCELLED', cancelledAt, ...paidFrom(row, row.confirmedAt), ...factsFrom(row) }
    }
    case 'REFUNDED':
      return {
        status: 'REFUNDED',
        cancelledAt: row.cancelledAt,
        refundedAt: need(row.refundedAt, row, 'refundedAt'),
        ...paidFrom(row, need(row.confirmedAt, row, 'confirmedAt')),
        ...factsFrom(row),
      }
    default:
      throw new Error(`row ${row.id} has an unknown status`)
  }
}

const UNPAID = { confirmedAt: null, paidAttemptId: null, refundedMinor: 0, activeRefundId: null, firstAccessAt: null }

/** What can change once there is an order; the rest is frozen. */
const movingColumns = (order: Order) => {
  const holding = order.status === 'HOLD' || order.status === 'PAYING'
  const paid = 'paidAttemptId' in order ? order : UNPAID
  return {
    status: order.status,
    attemptCount: order.attemptCount,
    openAttemptId: order.status === 'PAYING' ? order.openAttemptId : null,
    paidAttemptId: paid.paidAttemptId,
    activeRefundId: paid.activeRefundId,
    refundedMinor: paid.refundedMinor,
    holdExpiresAt: holding ? order.holdExpiresAt : null,
    dueAt: holding ? order.dueAt : null,
    confirmedAt: paid.confirmedAt,
    firstAccessAt: paid.firstAccessAt,
    expiredAt: order.status === 'EXPIRED' ? order.expiredAt : null,
    cancelledAt: order.status === 'CANCELLED' || order.status === 'REFUNDED' ? order.cancelledAt : null,
    refundedAt: order.status === 'REFUNDED' ? order.refundedAt : null,
    eventCount: order.eventCount,
  }
}

export const orderColumns = (order: Order): ColumnsOf<'orders'> => ({
  buyerId: order.buyerId,
  title: order.title,
  currency: order.total.currency,
  totalMinor: order.total.amountMinor,
  policyName: order.refundPolicy.name,
  policyVersion: order.refundPolicy.version,
  policyTerms: order.refundPolicy.terms,
  eventStartsAt: order.eventStartsAt,
  heldAt: order.heldAt,
  ...movingColumns(order),
})

/** What an order's row has to be set to. */
export const orderChanges = (before: Order, after: Order): Partial<ColumnsOf<'orders'>> =>
  changedColumns(movingColumns(before), movingColumns(after))

export const lineFromRow = (row: Row<'orderLines'>): OrderLine => ({
  title: row.title,
  quantity: row.quantity,
  unitMinor: row.unitMinor,
  amountMinor: row.amountMinor,
  resource:
    row.resourceGroup === null || row.resourceId === null ? null : { group: row.resourceGroup, id: row.resourceId },
  pool: row.pool,
})

/** Written out, like the orders above. */
export const attemptFromRow = (row: Row<'attempts'>): Attempt => ({
  id: row.id,
  version: row.version,
  orderId: row.orderId,
  buyerId: row.buyerId,
  number: row.number,
  gateway: row.gateway,
  // Both columns are only ever written from these types.
  mode: row.mode as Attempt['mode'],
  method: row.method,
  amount: { amountMinor: row.amountMinor, currency: currencyOf(row) },
  status: row.status as AttemptStatus,
  capturedMinor: row.capturedMinor,
  refundedMinor: row.refundedMinor,
  providerRef: row.providerRef,
  chargeRequestedAt: row.chargeRequestedAt,
  keyGeneration: row.keyGeneration,
  createdAt: row.createdAt,
  openedAt: row.openedAt,
  approvedAt: row.approvedAt,
  closedAt: row.closedAt,
  failureCode: row.failureCode,
  depositDueAt: row.depositDueAt,
  callbackSecretHash: row.callbackSecretHash,
  checks: row.checks,
  nextCheckAt: row.nextCheckAt,
})

export const attemptColumns = (attempt: Attempt): ColumnsOf<'attempts'> => ({
  orderId: attempt.orderId,
  buyerId: attempt.buyerId,
  number: attempt.number,
  gateway: attempt.gateway,
  mode: attempt.mode,
  currency: attempt.amount.currency,
  amountMinor: attempt.amount.amountMinor,
  createdAt: attempt.createdAt,
  method: attempt.method,
  status: attempt.status,
  capturedMinor: attempt.capturedMinor,
  refundedMinor: attempt.refundedMinor,
  providerRef: attempt.providerRef,
  chargeRequestedAt: attempt.chargeRequestedAt,
  keyGeneration: attempt.keyGeneration,
  openedAt: attempt.openedAt,
  approvedAt: attempt.approvedAt,
  closedAt: attempt.closedAt,
  failureCode: attempt.failureCode,
  depositDueAt: attempt.depositDueAt,
  callbackSecretHash: attempt.callbackSecretHash,
  checks: attempt.checks,
  nextCheckAt: attempt.nextCheckAt,
})

/** What an attempt's row has to be set to. */
export const attemptChanges = (before: Attempt, after: Attempt): Partial<ColumnsOf<'attempts'>> =>
  changedColumns(attemptColumns(before), attemptColumns(after))

export const refundFromRow = (row: Row<'refunds'>): Refund => {
  const { currency, amountMinor, purpose, status, ...rest } = row
  return {
    ...rest,
    // Both columns are only ever written from these types.
    purpose: purpose as RefundPurpose,
    status: status as RefundStatus,
    amount: { amountMinor, currency: currencyOf(row) },
  }
}

export const refundColumns = (refund: Refund): ColumnsOf<'refunds'> => {
  const { id: _, version: __, amount, ...rest } = refund
  return { ...rest, currency: amount.currency, amountMinor: amount.amountMinor }
}

/** Only the columns whose value differs, moments compared by instant. */
export const changedColumns = <T extends object>(before: T, after: T): Partial<T> => {
  const changed: Partial<T> = {}
  for (const key of Object.keys(after) as (keyof T)[]) {
    if (!sameValue(before[key], after[key])) changed[key] = after[key]
  }
  return changed
}

const sameValue = (left: unknown, right: unknown): boolean =>
  left instanceof Date && right instanceof Date ? left.getTime() === right.getTime() : left === right
