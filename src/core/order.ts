import type { Money } from './money'

/**
 * HOLD: claims are held until a deadline. PAYING: the buyer has started to pay; claims are still held. CONFIRMED: paid,
 * or nothing to pay. EXPIRED: the deadline passed unpaid. CANCELLED: given up, before or after payment. REFUNDED: all
 * money went back.
 */
export const ORDER_STATUSES = ['HOLD', 'PAYING', 'CONFIRMED', 'EXPIRED', 'CANCELLED', 'REFUNDED'] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

/** A refund policy as it was when the order was made. Later changes of the host's configuration do not reach it. */
export type FrozenPolicy = {
  readonly name: string
  readonly version: number
  /** The policy's own terms, as JSON text. */
  readonly terms: string
}

/** What every order has, whatever its state. */
export type OrderFacts = {
  readonly id: string
  readonly version: number
  readonly buyerId: string
  readonly title: string
  /** Frozen when the order was made. */
  readonly total: Money
  readonly refundPolicy: FrozenPolicy
  readonly eventStartsAt: Date | null
  readonly heldAt: Date
  readonly attemptCount: number
  /** How many history events there are; the next one gets this number. */
  readonly eventCount: number
}

/** Still to be paid, and holding its claims until the deadline. */
type Holding = {
  readonly holdExpiresAt: Date
  /** When the expiry job looks next: the deadline, or later while an open attempt is being looked up. */
  readonly dueAt: Date
}

/** Paid once, or free of charge. */
export type PaidFacts = {
  readonly confirmedAt: Date
  /** null: there was nothing to pay. */
  readonly paidAttemptId: string | null
  readonly refundedMinor: number
  /** A refund in progress claims the order: access is suspended and a second refund loses. */
  readonly activeRefundId: string | null
  readonly firstAccessAt: Date | null
}

export type HoldOrder = OrderFacts & Holding & { readonly status: 'HOLD' }
export type PayingOrder = OrderFacts &
  Holding & {
    readonly status: 'PAYING'
    /** At most one attempt is open. Null after a decline: the buyer may try again until the deadline. */
    readonly openAttemptId: string | null
  }
export type ConfirmedOrder = OrderFacts & PaidFacts & { readonly status: 'CONFIRMED' }
export type ExpiredOrder = OrderFacts & { readonly status: 'EXPIRED'; readonly expiredAt: Date }
export type CancelledUnpaidOrder = OrderFacts & {
  readonly status: 'CANCELLED'
  readonly cancelledAt: Date
  readonly confirmedAt: null
}
export type CancelledPaidOrder = OrderFacts & PaidFacts & { readonly status: 'CANCELLED'; readonly cancelledAt: Date }
export type RefundedOrder = OrderFacts &
  PaidFacts & { readonly status: 'REFUNDED'; readonly cancelledAt: Date | null; readonly refundedAt: Date }

export type Order =
  | HoldOrder
  | PayingOrder
  | ConfirmedOrder
  | ExpiredOrder
  | CancelledUnpaidOrder
  | CancelledPaidOrder
  | RefundedOrder

/** Orders whose state allows what the name says. Verbs take these, so that a wrong transition does not compile. */
export type PayableOrder = HoldOrder | PayingOrder
export type CancellableOrder = HoldOrder | PayingOrder | ConfirmedOrder
export type RefundableOrder = ConfirmedOrder | CancelledPaidOrder

export const isPayable = (order: Order): order is PayableOrder => order.status === 'HOLD' || order.status === 'PAYING'

export const isRefundable = (order: Order): order is RefundableOrder =>
  order.status === 'CONFIRMED' || (order.status === 'CANCELLED' && order.confirmedAt !== null)

/** True while the order owns its resources: exactly then its claims are live. */
export const ownsClaims = ({ status }: Pick<Order, 'status'>): boolean =>
  status === 'HOLD' || status === 'PAYING' || status === 'CONFIRMED'

/** One line of what was agreed: an item, or a discount with a negative amount. */
export type OrderLine = {
  readonly title: string
  readonly quantity: number
  readonly unitMinor: number
  readonly amountMinor: number
  readonly resource: ResourceRef | null
  readonly pool: string | null
}

/** A named scarce thing, such as a seat: at most one live order owns it. */
export type ResourceRef = { readonly group: string; readonly id: string }
