import type { DomainEvent } from '../core/checkout'
import type { Order, OrderStatus } from '../core/order'
import type { Door } from './engine'
import type { PaymentEvent } from './options'

/** Steps that only repeat what another event of the same commit says. They stay in the history. */
const HISTORY_ONLY: ReadonlySet<string> = new Set([
  'order.attempt_closed',
  'order.refund_started',
  'order.refund_released',
  'attempt.charge_requested',
  'refund.waiting',
])

export const isDelivered = (type: string): boolean => !HISTORY_ONLY.has(type)

/** Sorts by sequence within an order, so that events of one moment keep their order. */
const eventId = (orderId: string, sequence: number): string => `${orderId}.e${String(sequence).padStart(4, '0')}`

/** A fact as hosts see it: what happened, to whom, by whom, through which door. */
export const toPaymentEvent = (
  event: DomainEvent,
  about: { readonly door: Door; readonly sequence: number; readonly from: OrderStatus | null; readonly order: Order },
): PaymentEvent => ({
  id: eventId(about.order.id, about.sequence),
  type: event.type,
  at: event.at,
  orderId: about.order.id,
  buyerId: about.order.buyerId,
  sequence: about.sequence,
  actor: about.door.actor,
  cause: about.door.cause,
  fromStatus: about.from,
  toStatus: about.order.status,
  attemptId: 'attemptId' in event ? event.attemptId : null,
  refundId: 'refundId' in event ? event.refundId : null,
  amount: 'amount' in event ? event.amount : null,
  reason: reasonOf(event),
  holdExpiresAt: 'holdExpiresAt' in event ? event.holdExpiresAt : null,
  resource: null,
})

const reasonOf = (event: DomainEvent): string | null => {
  if ('reason' in event) return event.reason
  return event.type === 'order.surplus_payment_found' ? event.kind : null
}

/** The handlers whose pattern is this type, `group.*` of it, or `*`. */
export const matching = <H>(handlers: Readonly<Record<string, H>>, type: string): readonly H[] => {
  const group = `${type.slice(0, type.indexOf('.'))}.*`
  return [handlers[type], handlers[group], handlers['*']].filter((handler) => handler !== undefined)
}
