import type { Attempt, AttemptStatus } from '../core/attempt'
import { type Currency, isCurrency } from '../core/money'
import type { Order, OrderFacts, OrderLine, PaidFacts } from '../core/order'
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

export const orderFromRow = (row: Row<'orders'>): Order => {
  const facts: OrderFacts = {
    id: row.id,
    version: row.version,
    buyerId: row.buyerId,
    title: row.title,
    total: { amountMinor: row.totalMinor, currency: currencyOf(row) },
    refundPolicy: { name: row.policyName, version: row.policyVersion, terms: row.policyTerms },
    eventStartsAt: row.eventStartsAt,
    heldAt: row.heldAt,
    attemptCount: row.attemptCount,
    eventCount: row.eventCount,
  }
  const holding = () => {
    const holdExpiresAt = need(row.holdExpiresAt, row, 'holdExpiresAt')
    return { holdExpiresAt, dueAt: row.dueAt ?? holdExpiresAt }
  }
  const paid = (confirmedAt: Date): PaidFacts => ({
    confirmedAt,
    paidAttemptId: row.paidAttemptId,
    refundedMinor: row.refundedMinor,
    activeRefundId: row.activeRefundId,
    firstAccessAt: row.firstAccessAt,
  })
  switch (row.status) {
    case 'HOLD':
      return { ...facts, status: 'HOLD', ...holding() }
    case 'PAYING':
      return { ...facts, status: 'PAYING', ...holding(), openAttemptId: row.openAttemptId }
    case 'CONFIRMED':
      return { ...facts, status: 'CONFIRMED', ...paid(need(row.confirmedAt, row, 'confirmedAt')) }
    case 'EXPIRED':
      return { ...facts, status: 'EXPIRED', expiredAt: need(row.expiredAt, row, 'expiredAt') }
    case 'CANCELLED': {
      const cancelledAt = need(row.cancelledAt, row, 'cancelledAt')
      return row.confirmedAt === null
        ? { ...facts, status: 'CANCELLED', cancelledAt, confirmedAt: null }
        : { ...facts, status: 'CANCELLED', cancelledAt, ...paid(row.confirmedAt) }
    }
    case 'REFUNDED':
      return {
        ...facts,
        status: 'REFUNDED',
        ...paid(need(row.confirmedAt, row, 'confirmedAt')),
        cancelledAt: row.cancelledAt,
        refundedAt: need(row.refundedAt, row, 'refundedAt'),
      }
    default:
      throw new Error(`row ${row.id} has an unknown status`)
  }
}

const UNPAID = { confirmedAt: null, paidAttemptId: null, refundedMinor: 0, activeRefundId: null, firstAccessAt: null }

export const orderColumns = (order: Order): ColumnsOf<'orders'> => {
  const holding = order.status === 'HOLD' || order.status === 'PAYING'
  const paid = 'paidAttemptId' in order ? order : UNPAID
  return {
    buyerId: order.buyerId,
    title: order.title,
    status: order.status,
    currency: order.total.currency,
    totalMinor: order.total.amountMinor,
    policyName: order.refundPolicy.name,
    policyVersion: order.refundPolicy.version,
    policyTerms: order.refundPolicy.terms,
    eventStartsAt: order.eventStartsAt,
    attemptCount: order.attemptCount,
    openAttemptId: order.status === 'PAYING' ? order.openAttemptId : null,
    paidAttemptId: paid.paidAttemptId,
    activeRefundId: paid.activeRefundId,
    refundedMinor: paid.refundedMinor,
    heldAt: order.heldAt,
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

export const lineFromRow = (row: Row<'orderLines'>): OrderLine => ({
  title: row.title,
  quantity: row.quantity,
  unitMinor: row.unitMinor,
  amountMinor: row.amountMinor,
  resource:
    row.resourceGroup === null || row.resourceId === null ? null : { group: row.resourceGroup, id: row.resourceId },
  pool: row.pool,
})

export const attemptFromRow = (row: Row<'attempts'>): Attempt => {
  const { currency, amountMinor, mode, status, ...rest } = row
  return {
    ...rest,
    // Both columns are only ever written from these types.
    mode: mode as Attempt['mode'],
    status: status as AttemptStatus,
    amount: { amountMinor, currency: currencyOf(row) },
  }
}

export const attemptColumns = (attempt: Attempt): ColumnsOf<'attempts'> => {
  const { id: _, version: __, amount, ...rest } = attempt
  return { ...rest, currency: amount.currency, amountMinor: amount.amountMinor }
}

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
