import { err, ok, type Result } from 'neverthrow'
import type { DecideError } from './errors'
import type { Money } from './money'
import type { HoldOrder, Order, PayingOrder } from './order'
import { isRefundable } from './order'

export type OrderCommand =
  | { readonly type: 'start_paying'; readonly attemptId: string; readonly at: Date }
  | {
      readonly type: 'confirm_order'
      readonly attemptId: string
      /** When we asked for the money, or when the provider took it unasked: what decides whether it came in time. */
      readonly committedAt: Date
      readonly graceMs: number
      /** What to do with money for an order that is over: give it back, or take the order up again. */
      readonly late: 'refund' | 'reclaim'
      readonly at: Date
    }
  | {
      readonly type: 'close_attempt'
      readonly attemptId: string
      readonly extendHoldTo: Date | null
      readonly at: Date
    }
  | { readonly type: 'extend_hold'; readonly until: Date; readonly at: Date }
  | { readonly type: 'expire_order'; readonly at: Date }
  | { readonly type: 'cancel_order'; readonly whilePaying: 'allow' | 'refuse'; readonly at: Date }
  | { readonly type: 'record_access'; readonly at: Date }
  | { readonly type: 'start_refund'; readonly refundId: string; readonly amount: Money; readonly at: Date }
  | { readonly type: 'complete_refund'; readonly refundId: string; readonly amount: Money; readonly at: Date }
  | { readonly type: 'release_refund'; readonly refundId: string; readonly at: Date }

export type OrderEvent =
  | { readonly type: 'order.held'; readonly holdExpiresAt: Date; readonly at: Date }
  | { readonly type: 'order.paying_started'; readonly attemptId: string; readonly at: Date }
  | { readonly type: 'order.confirmed'; readonly attemptId: string | null; readonly at: Date }
  | { readonly type: 'order.reclaimed'; readonly attemptId: string; readonly at: Date }
  | { readonly type: 'order.attempt_closed'; readonly attemptId: string; readonly at: Date }
  | { readonly type: 'order.hold_extended'; readonly holdExpiresAt: Date; readonly at: Date }
  | { readonly type: 'order.expired'; readonly at: Date }
  | { readonly type: 'order.cancelled'; readonly at: Date }
  | { readonly type: 'order.first_accessed'; readonly at: Date }
  | { readonly type: 'order.refund_started'; readonly refundId: string; readonly amount: Money; readonly at: Date }
  | { readonly type: 'order.partly_refunded'; readonly refundId: string; readonly amount: Money; readonly at: Date }
  | { readonly type: 'order.refunded'; readonly refundId: string; readonly amount: Money; readonly at: Date }
  | { readonly type: 'order.refund_released'; readonly refundId: string; readonly at: Date }
  /** Approved money that this order cannot keep: it is over, or another attempt has paid it. */
  | {
      readonly type: 'order.surplus_payment_found'
      readonly attemptId: string
      readonly kind: 'late_payment' | 'duplicate_payment'
      readonly at: Date
    }

type Decision = Result<readonly OrderEvent[], DecideError>

/** "Expired" is one rule everywhere: at the deadline itself it is too late. */
export const isPastHold = ({ holdExpiresAt }: { readonly holdExpiresAt: Date }, at: Date): boolean =>
  at.getTime() >= holdExpiresAt.getTime()

const refuse = (order: Order, command: OrderCommand): Decision =>
  err({ code: 'state_conflict', outcome: 'not_executed', status: order.status, command: command.type })

const NOTHING: Decision = ok([])

/**
 * The decision table of an order: every state against every command. No events: it has happened already.
 *
 * Amounts, policies and provider answers are judged before; here it is only decided what may follow what.
 */
export const decideOrder = (order: Order, command: OrderCommand): Decision => {
  switch (command.type) {
    case 'start_paying':
      return startPaying(order, command)
    case 'confirm_order':
      return confirmOrder(order, command)
    case 'close_attempt':
      if (order.status !== 'PAYING' || order.openAttemptId !== command.attemptId) return NOTHING
      return ok([
        { type: 'order.attempt_closed', attemptId: command.attemptId, at: command.at },
        ...(command.extendHoldTo !== null && command.extendHoldTo > order.holdExpiresAt
          ? [{ type: 'order.hold_extended' as const, holdExpiresAt: command.extendHoldTo, at: command.at }]
          : []),
      ])
    case 'extend_hold':
      if (order.status !== 'PAYING') return refuse(order, command)
      if (command.until <= order.holdExpiresAt) return NOTHING
      return ok([{ type: 'order.hold_extended', holdExpiresAt: command.until, at: command.at }])
    case 'expire_order':
      return expireOrder(order, command)
    case 'cancel_order':
      return cancelOrder(order, command)
    case 'record_access':
      if (order.status !== 'CONFIRMED') return refuse(order, command)
      if (order.activeRefundId !== null) return refundInProgress(order.activeRefundId)
      if (order.firstAccessAt !== null) return NOTHING
      return ok([{ type: 'order.first_accessed', at: command.at }])
    case 'start_refund':
      return startRefund(order, command)
    case 'complete_refund':
      return completeRefund(order, command)
    case 'release_refund':
      if (!isRefundable(order) || order.activeRefundId !== command.refundId) return NOTHING
      return ok([{ type: 'order.refund_released', refundId: command.refundId, at: command.at }])
  }
}

const startPaying = (order: Order, command: Extract<OrderCommand, { type: 'start_paying' }>): Decision => {
  if (order.status !== 'HOLD' && order.status !== 'PAYING') return refuse(order, command)
  if (isPastHold(order, command.at)) return holdExpired(order)
  if (order.status === 'PAYING' && order.openAttemptId !== null) return attemptInProgress(order.openAttemptId)
  return ok([{ type: 'order.paying_started', attemptId: command.attemptId, at: command.at }])
}

const confirmOrder = (order: Order, command: Extract<OrderCommand, { type: 'confirm_order' }>): Decision => {
  const { attemptId, at } = command
  const surplus = (kind: 'late_payment' | 'duplicate_payment'): Decision =>
    ok([{ type: 'order.surplus_payment_found', attemptId, kind, at }])
  switch (order.status) {
    case 'HOLD':
      return refuse(order, command)
    case 'PAYING': {
      // The claims are still this order's own, so money that was committed in time does nobody harm.
      const inTime = command.committedAt.getTime() < order.holdExpiresAt.getTime() + command.graceMs
      if (inTime) return ok([{ type: 'order.confirmed', attemptId, at }])
      return ok([
        { type: 'order.expired', at },
        { type: 'order.surplus_payment_found', attemptId, kind: 'late_payment', at },
      ])
    }
    case 'EXPIRED':
      return command.late === 'reclaim' ? ok([{ type: 'order.reclaimed', attemptId, at }]) : surplus('late_payment')
    case 'CANCELLED':
    case 'CONFIRMED':
    case 'REFUNDED':
      if (order.confirmedAt === null) return surplus('late_payment')
      return order.paidAttemptId === attemptId ? NOTHING : surplus('duplicate_payment')
  }
}

const expireOrder = (order: Order, command: Extract<OrderCommand, { type: 'expire_order' }>): Decision => {
  if (order.status === 'EXPIRED') return NOTHING
  if (order.status !== 'HOLD' && order.status !== 'PAYING') return refuse(order, command)
  if (!isPastHold(order, command.at)) {
    return err({ code: 'hold_not_expired', outcome: 'not_executed', holdExpiresAt: order.holdExpiresAt })
  }
  if (order.status === 'PAYING' && order.openAttemptId !== null) return attemptInProgress(order.openAttemptId)
  return ok([{ type: 'order.expired', at: command.at }])
}

const cancelOrder = (order: Order, command: Extract<OrderCommand, { type: 'cancel_order' }>): Decision => {
  switch (order.status) {
    case 'CANCELLED':
      return NOTHING
    case 'EXPIRED':
    case 'REFUNDED':
      return refuse(order, command)
    case 'PAYING':
      if (command.whilePaying === 'refuse') {
        return err({ code: 'cancel_not_allowed', outcome: 'not_executed', status: order.status })
      }
      if (order.openAttemptId !== null) return attemptInProgress(order.openAttemptId)
      return ok([{ type: 'order.cancelled', at: command.at }])
    case 'CONFIRMED':
      if (order.activeRefundId !== null) return refundInProgress(order.activeRefundId)
      return ok([{ type: 'order.cancelled', at: command.at }])
    case 'HOLD':
      return ok([{ type: 'order.cancelled', at: command.at }])
  }
}

const startRefund = (order: Order, command: Extract<OrderCommand, { type: 'start_refund' }>): Decision => {
  if (order.status === 'REFUNDED') return err({ code: 'already_refunded', outcome: 'not_executed' })
  if (!isRefundable(order) || order.paidAttemptId === null) {
    return err({ code: 'nothing_to_refund', outcome: 'not_executed' })
  }
  if (order.activeRefundId !== null) return refundInProgress(order.activeRefundId)
  const refundableMinor = order.total.amountMinor - order.refundedMinor
  const { refundId, amount, at } = command
  if (amount.currency !== order.total.currency) {
    return err({
      code: 'money_currency_mismatch',
      outcome: 'not_executed',
      left: order.total.currency,
      right: amount.currency,
    })
  }
  if (amount.amountMinor < 1 || amount.amountMinor > refundableMinor) {
    return err({ code: 'refund_exceeds_captured', outcome: 'not_executed', refundableMinor })
  }
  return ok([{ type: 'order.refund_started', refundId, amount, at }])
}

const completeRefund = (order: Order, command: Extract<OrderCommand, { type: 'complete_refund' }>): Decision => {
  if (!isRefundable(order)) return order.status === 'REFUNDED' ? NOTHING : refuse(order, command)
  const { refundId, amount, at } = command
  const whole = order.refundedMinor + amount.amountMinor >= order.total.amountMinor
  return ok([{ type: whole ? 'order.refunded' : 'order.partly_refunded', refundId, amount, at }])
}

const holdExpired = ({ holdExpiresAt }: HoldOrder | PayingOrder): Decision =>
  err({ code: 'hold_expired', outcome: 'not_executed', holdExpiresAt })

const attemptInProgress = (attemptId: string): Decision =>
  err({ code: 'attempt_in_progress', outcome: 'not_executed', attemptId })

const refundInProgress = (refundId: string): Decision =>
  err({ code: 'refund_in_progress', outcome: 'not_executed', refundId })
