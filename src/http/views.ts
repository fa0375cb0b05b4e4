import type { Attempt } from '../core/attempt'
import type { Order, OrderLine } from '../core/order'
import type { Refund } from '../core/refund'
import type { PaymentResult } from '../engine/confirm'
import type { PaymentEvent } from '../engine/options'
import type { OrderDetails, OrderPage } from '../engine/queries'
import type { RefundQuote } from '../engine/refunds'
import type { StartedPayment } from '../engine/start-payment'
import { remainingSeconds } from '../policies'

/**
 * What leaves the server, field by field: what is not named here stays inside. Moments become UTC text with `Z` when
 * they are written as JSON.
 */
export const orderView = (order: Order) => ({
  id: order.id,
  version: order.version,
  status: order.status,
  title: order.title,
  buyerId: order.buyerId,
  total: order.total,
  heldAt: order.heldAt,
  eventStartsAt: order.eventStartsAt,
  refundPolicy: order.refundPolicy.name,
  attemptCount: order.attemptCount,
  ...('holdExpiresAt' in order ? { holdExpiresAt: order.holdExpiresAt } : {}),
  ...('openAttemptId' in order ? { openAttemptId: order.openAttemptId } : {}),
  ...('confirmedAt' in order ? { confirmedAt: order.confirmedAt } : {}),
  ...('expiredAt' in order ? { expiredAt: order.expiredAt } : {}),
  ...('cancelledAt' in order ? { cancelledAt: order.cancelledAt } : {}),
  ...('refundedAt' in order ? { refundedAt: order.refundedAt } : {}),
  ...('paidAttemptId' in order
    ? {
        paidAttemptId: order.paidAttemptId,
        refunded: { amountMinor: order.refundedMinor, currency: order.total.currency },
        isRefunding: order.activeRefundId !== null,
      }
    : {}),
})

export const attemptView = (attempt: Attempt) => ({
  id: attempt.id,
  number: attempt.number,
  provider: attempt.gateway,
  mode: attempt.mode,
  method: attempt.method,
  status: attempt.status,
  amount: attempt.amount,
  createdAt: attempt.createdAt,
  approvedAt: attempt.approvedAt,
  closedAt: attempt.closedAt,
  failureCode: attempt.failureCode,
  depositDueAt: attempt.depositDueAt,
})

export const refundView = (refund: Refund) => ({
  id: refund.id,
  status: refund.status,
  purpose: refund.purpose,
  amount: refund.amount,
  reason: refund.reason,
  failureCode: refund.failureCode,
  requestedAt: refund.requestedAt,
  completedAt: refund.completedAt,
})

const lineView = ({ title, quantity, unitMinor, amountMinor, resource, pool }: OrderLine) => ({
  title,
  quantity,
  unitMinor,
  amountMinor,
  resource,
  pool,
})

/** Who acted is told by kind alone: a buyer has no business with an admin's id. */
const eventView = (event: PaymentEvent) => ({
  id: event.id,
  sequence: event.sequence,
  type: event.type,
  at: event.at,
  by: event.actor.kind,
  cause: event.cause,
  fromStatus: event.fromStatus,
  toStatus: event.toStatus,
  attemptId: event.attemptId,
  refundId: event.refundId,
  amount: event.amount,
  reason: event.reason,
})

export const detailsView = ({ order, lines, attempts, refunds, events }: OrderDetails) => ({
  order: orderView(order),
  lines: lines.map(lineView),
  attempts: attempts.map(attemptView),
  refunds: refunds.map(refundView),
  events: events.map(eventView),
})

export const pageView = ({ orders, next }: OrderPage) => ({
  orders: orders.map(orderView),
  next: next === null ? null : `${next.value instanceof Date ? next.value.toISOString() : next.value}~${next.id}`,
})

/** `WINDOW`: hand `window.parameters` to the script of `window.gateway`. `NONE`: nothing to open, confirm at once. */
export const startedView = ({ order, attempt, checkout }: StartedPayment) => ({
  order: orderView(order),
  payment: {
    ...paymentFacts(attempt),
    action: ACTIONS[checkout.action],
    ...(checkout.action === 'redirect' ? { redirectUrl: checkout.url } : {}),
    ...(checkout.action === 'window' ? { window: { gateway: checkout.gateway, parameters: checkout.parameters } } : {}),
  },
})

export const paidView = ({ status, order, attempt, action, deposit }: PaymentResult) => ({
  order: orderView(order),
  payment: { ...paymentFacts(attempt), result: status, action: ACTIONS[action], deposit },
})

const ACTIONS = { none: 'NONE', redirect: 'REDIRECT', window: 'WINDOW', wait_webhook: 'WAIT_WEBHOOK' } as const

const paymentFacts = ({ id, gateway, method, mode, status }: Attempt) => ({
  attemptId: id,
  provider: gateway,
  mode,
  method,
  paymentStatus: status,
})

export const quoteView = ({ verdict, refundable, requiresCancellation, explanation }: RefundQuote, now: Date) => ({
  kind: verdict.kind,
  reason: verdict.reason,
  deadline: verdict.deadline,
  remainingSeconds: remainingSeconds(verdict, now),
  /** What a refund would give back right now. */
  refundNow: { ...refundable, amountMinor: verdict.kind === 'auto' ? verdict.refundable.amountMinor : 0 },
  /** What is left of the payment. */
  refundable,
  requiresCancellation,
  explanation,
})
