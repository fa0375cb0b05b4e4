import type {
  ConfirmedOrder,
  ExpiredOrder,
  Order,
  OrderFacts,
  PaidFacts,
  PayableOrder,
  PayingOrder,
  RefundableOrder,
} from './order'
import { isPayable, isRefundable } from './order'
import type { OrderEvent } from './order-machine'

/**
 * What every order keeps when it moves to another state. It is spread last: V8 builds an object whose new keys come
 * first many times faster than one that grows after a spread.
 */
const factsOf = (order: Order): OrderFacts => ({
  id: order.id,
  version: order.version,
  buyerId: order.buyerId,
  title: order.title,
  total: order.total,
  refundPolicy: order.refundPolicy,
  eventStartsAt: order.eventStartsAt,
  heldAt: order.heldAt,
  attemptCount: order.attemptCount,
  eventCount: order.eventCount,
})

const paidFactsOf = (order: RefundableOrder): PaidFacts => ({
  confirmedAt: order.confirmedAt,
  paidAttemptId: order.paidAttemptId,
  refundedMinor: order.refundedMinor,
  activeRefundId: order.activeRefundId,
  firstAccessAt: order.firstAccessAt,
})

/** Steps that every sale or every sweep takes are written out: a spread would cost more than all the rest of them. */
const newlyPaying = (order: PayableOrder, openAttemptId: string): PayingOrder => ({
  status: 'PAYING',
  holdExpiresAt: order.holdExpiresAt,
  dueAt: order.dueAt,
  openAttemptId,
  id: order.id,
  version: order.version,
  buyerId: order.buyerId,
  title: order.title,
  total: order.total,
  refundPolicy: order.refundPolicy,
  eventStartsAt: order.eventStartsAt,
  heldAt: order.heldAt,
  attemptCount: order.attemptCount + 1,
  eventCount: order.eventCount,
})

const newlyPaid = (order: Order, confirmedAt: Date, paidAttemptId: string | null): ConfirmedOrder => ({
  status: 'CONFIRMED',
  confirmedAt,
  paidAttemptId,
  refundedMinor: 0,
  activeRefundId: null,
  firstAccessAt: null,
  id: order.id,
  version: order.version,
  buyerId: order.buyerId,
  title: order.title,
  total: order.total,
  refundPolicy: order.refundPolicy,
  eventStartsAt: order.eventStartsAt,
  heldAt: order.heldAt,
  attemptCount: order.attemptCount,
  eventCount: order.eventCount,
})

const newlyExpired = (order: Order, expiredAt: Date): ExpiredOrder => ({
  status: 'EXPIRED',
  expiredAt,
  id: order.id,
  version: order.version,
  buyerId: order.buyerId,
  title: order.title,
  total: order.total,
  refundPolicy: order.refundPolicy,
  eventStartsAt: order.eventStartsAt,
  heldAt: order.heldAt,
  attemptCount: order.attemptCount,
  eventCount: order.eventCount,
})

/** Applies an event that `decideOrder` made for this very state. */
export const evolveOrder = (order: Order, event: OrderEvent): Order => {
  switch (event.type) {
    case 'order.held':
    case 'order.surplus_payment_found':
      return order
    case 'order.paying_started':
      return isPayable(order) ? newlyPaying(order, event.attemptId) : order
    case 'order.confirmed':
    case 'order.reclaimed':
      return newlyPaid(order, event.at, event.attemptId)
    case 'order.attempt_closed':
      return order.status === 'PAYING' ? { ...order, openAttemptId: null, dueAt: order.holdExpiresAt } : order
    case 'order.hold_extended':
      if (order.status !== 'PAYING') return order
      return { ...order, holdExpiresAt: event.holdExpiresAt, dueAt: event.holdExpiresAt }
    case 'order.expired':
      return newlyExpired(order, event.at)
    case 'order.cancelled': {
      const cancelledAt = event.at
      return order.status === 'CONFIRMED'
        ? { status: 'CANCELLED', cancelledAt, ...paidFactsOf(order), ...factsOf(order) }
        : { status: 'CANCELLED', cancelledAt, confirmedAt: null, ...factsOf(order) }
    }
    case 'order.first_accessed':
      return order.status === 'CONFIRMED' ? { ...order, firstAccessAt: event.at } : order
    case 'order.refund_started':
      return isRefundable(order) ? { ...order, activeRefundId: event.refundId } : order
    case 'order.partly_refunded':
      if (!isRefundable(order)) return order
      return {
        ...order,
        refundedMinor: order.refundedMinor + event.amount.amountMinor,
        activeRefundId: order.activeRefundId === event.refundId ? null : order.activeRefundId,
      }
    case 'order.refunded':
      if (!isRefundable(order)) return order
      return {
        status: 'REFUNDED',
        cancelledAt: order.status === 'CANCELLED' ? order.cancelledAt : null,
        refundedAt: event.at,
        ...paidFactsOf(order),
        refundedMinor: order.refundedMinor + event.amount.amountMinor,
        activeRefundId: null,
        ...factsOf(order),
      }
    case 'order.refund_released':
      return isRefundable(order) ? { ...order, activeRefundId: null } : order
  }
}
