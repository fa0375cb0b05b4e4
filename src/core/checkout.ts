import { err, ok, type Result } from 'neverthrow'
import type { Attempt, AttemptCommand, AttemptEvent } from './attempt'
import { decideAttempt, evolveAttempt } from './attempt'
import type { DecideError } from './errors'
import type { Money } from './money'
import type { Order } from './order'
import { evolveOrder } from './order-evolution'
import type { OrderEvent } from './order-machine'
import { decideOrder, isPastHold } from './order-machine'
import type { Refund, RefundCommand, RefundEvent } from './refund'
import { decideRefund, evolveRefund, newRefund } from './refund'

/**
 * An order with the one attempt and the one refund a decision is about. The three tables say what may follow what;
 * this file says what an answer about the money means for all three at once.
 */
export type Checkout = {
  readonly order: Order
  readonly attempt: Attempt | null
  readonly refund: Refund | null
}

export type DomainEvent = OrderEvent | AttemptEvent | RefundEvent

/** What the host has chosen about money that comes at the wrong time. */
export type PaymentRules = {
  readonly graceMs: number
  readonly late: 'refund' | 'reclaim'
  /** How far a declined attempt pushes the deadline; null: not at all. */
  readonly extendHoldTo: Date | null
}

/** An id and a time that a surplus payment's refund would need. Unused when there is none. */
export type SpareRefund = { readonly refundId: string; readonly nextCheckAt: Date }

export type Decision = Result<readonly DomainEvent[], DecideError>

/** What a command about an attempt, most often a provider's answer, means for the attempt and its order. */
export const decidePayment = (
  checkout: Checkout & { readonly attempt: Attempt },
  command: AttemptCommand,
  rules: PaymentRules,
  spare: SpareRefund,
): Decision => {
  const { order, attempt } = checkout
  if (command.type === 'request_charge') {
    // The provider is asked for money only while the order can still use it.
    if (order.status !== 'PAYING' || order.openAttemptId !== attempt.id) {
      return err({ code: 'attempt_closed', outcome: 'not_executed', attemptId: attempt.id })
    }
    if (isPastHold(order, command.at)) {
      return err({ code: 'hold_expired', outcome: 'not_executed', holdExpiresAt: order.holdExpiresAt })
    }
  }
  return decideAttempt(attempt, command).andThen((events) => {
    const [event] = events
    return event === undefined
      ? ok(events)
      : followUp(checkout, event, rules, spare).map((follow) => [...events, ...follow])
  })
}

const followUp = (
  { order, attempt }: Checkout & { readonly attempt: Attempt },
  event: AttemptEvent,
  rules: PaymentRules,
  spare: SpareRefund,
): Decision => {
  const { at } = event
  switch (event.type) {
    case 'attempt.approved': {
      const committedAt = attempt.chargeRequestedAt ?? event.approvedAt
      const { graceMs, late } = rules
      return decideOrder(order, {
        type: 'confirm_order',
        attemptId: attempt.id,
        committedAt,
        graceMs,
        late,
        at,
      }).map((events) => [...events, ...surplusRefund(events, attempt.id, event.amount, spare)])
    }
    case 'attempt.mismatched':
      return decideOrder(order, { type: 'close_attempt', attemptId: attempt.id, extendHoldTo: null, at }).map(
        (events) =>
          event.amount.currency === attempt.amount.currency && event.amount.amountMinor > 0
            ? [...events, startSurplusRefund('mismatch', attempt.id, event.amount, spare, at)]
            : events,
      )
    case 'attempt.failed':
    case 'attempt.voided':
      return decideOrder(order, {
        type: 'close_attempt',
        attemptId: attempt.id,
        extendHoldTo: event.type === 'attempt.failed' ? rules.extendHoldTo : null,
        at,
      })
    case 'attempt.waiting':
      if (event.dueAt === null || order.status !== 'PAYING') return ok([])
      return decideOrder(order, { type: 'extend_hold', until: event.dueAt, at })
    case 'attempt.charge_requested':
    case 'attempt.unknown':
    case 'attempt.contradicted':
      return ok([])
  }
}

const surplusRefund = (
  events: readonly OrderEvent[],
  attemptId: string,
  amount: Money,
  spare: SpareRefund,
): readonly RefundEvent[] =>
  events.flatMap((event) =>
    event.type === 'order.surplus_payment_found'
      ? [startSurplusRefund(event.kind, attemptId, amount, spare, event.at)]
      : [],
  )

const startSurplusRefund = (
  purpose: 'late_payment' | 'duplicate_payment' | 'mismatch',
  attemptId: string,
  amount: Money,
  { refundId, nextCheckAt }: SpareRefund,
  at: Date,
): RefundEvent => ({ type: 'refund.started', refundId, attemptId, amount, purpose, reason: purpose, nextCheckAt, at })

/** Starts the refund of a paid order that the policy allowed. */
export const decideRefundStart = (
  { order, attempt }: Checkout & { readonly attempt: Attempt },
  command: {
    readonly refundId: string
    readonly amount: Money
    readonly reason: string
    readonly nextCheckAt: Date
    readonly at: Date
  },
): Decision => {
  const { refundId, amount, reason, nextCheckAt, at } = command
  return decideOrder(order, { type: 'start_refund', refundId, amount, at }).map((events) => [
    ...events,
    {
      type: 'refund.started' as const,
      refundId,
      attemptId: attempt.id,
      amount,
      purpose: 'requested' as const,
      reason,
      nextCheckAt,
      at,
    },
  ])
}

/** What a command about a refund, most often a provider's answer, means for the refund and its order. */
export const decideRefundAnswer = (
  { order, refund }: Checkout & { readonly refund: Refund },
  command: RefundCommand,
): Decision =>
  decideRefund(refund, command).andThen((events): Decision => {
    const [event] = events
    if (event === undefined) return ok(events)
    // A surplus payment's refund is not the order's own: the order owes its payer nothing.
    const isOwn = 'paidAttemptId' in order && order.paidAttemptId === refund.attemptId
    if (!isOwn) return ok(events)
    const { refundId, amount, at } = event
    if (event.type === 'refund.completed') {
      return decideOrder(order, { type: 'complete_refund', refundId, amount, at }).map((more) => [...events, ...more])
    }
    if (event.type === 'refund.failed') {
      return decideOrder(order, { type: 'release_refund', refundId, at }).map((more) => [...events, ...more])
    }
    return ok(events)
  })

/** A refund that was made at the provider, outside the library: we record the fact. */
export const decideProviderRefund = (
  { order, attempt }: Checkout & { readonly attempt: Attempt },
  fact: {
    readonly refundId: string
    readonly providerRef: string
    readonly amount: Money
    readonly at: Date
  },
): Decision => {
  const { refundId, providerRef, amount, at } = fact
  const facts = { refundId, attemptId: attempt.id, amount, at }
  const events: readonly RefundEvent[] = [
    { ...facts, type: 'refund.started', purpose: 'provider', reason: 'made_at_provider', nextCheckAt: at },
    { ...facts, type: 'refund.completed', providerRef, providerCode: null, byHand: false },
  ]
  const isOwn = 'paidAttemptId' in order && order.paidAttemptId === attempt.id
  if (!isOwn) return ok(events)
  return decideOrder(order, { type: 'complete_refund', refundId, amount, at }).map((more) => [...events, ...more])
}

/** Applies one event to whichever of the three it is about. */
export const evolveCheckout = (checkout: Checkout, event: DomainEvent): Checkout => {
  const { order, attempt, refund } = checkout
  switch (event.type) {
    case 'attempt.charge_requested':
    case 'attempt.waiting':
    case 'attempt.approved':
    case 'attempt.mismatched':
    case 'attempt.failed':
    case 'attempt.unknown':
    case 'attempt.voided':
    case 'attempt.contradicted':
      return attempt === null ? checkout : { ...checkout, attempt: evolveAttempt(attempt, event) }
    case 'refund.started':
      return { ...checkout, refund: newRefund(event, order) }
    case 'refund.completed':
    case 'refund.waiting':
    case 'refund.failed':
    case 'refund.left_to_hand':
    case 'refund.unknown': {
      const evolved = refund === null ? null : evolveRefund(refund, event)
      if (event.type !== 'refund.completed' || attempt === null) return { ...checkout, refund: evolved }
      const refundedMinor = attempt.refundedMinor + event.amount.amountMinor
      return { ...checkout, refund: evolved, attempt: { ...attempt, refundedMinor } }
    }
    default:
      return { order: evolveOrder(order, event), attempt, refund }
  }
}
