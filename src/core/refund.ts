import { err, ok, type Result } from 'neverthrow'
import type { DecideError } from './errors'
import type { Money } from './money'

/** One decision to give money back, whole or part, and how its execution went. */
export type Refund = {
  /** Also the refund's reference at the provider. */
  readonly id: string
  readonly version: number
  readonly orderId: string
  readonly attemptId: string
  readonly buyerId: string
  readonly purpose: RefundPurpose
  readonly status: RefundStatus
  readonly amount: Money
  readonly reason: string
  readonly providerRef: string | null
  /** The provider's result code of a refund it made, for an audit. */
  readonly providerCode: string | null
  readonly failureCode: string | null
  readonly keyGeneration: number
  readonly requestedAt: Date
  /** When the provider was last asked for it. */
  readonly sentAt: Date
  readonly completedAt: Date | null
  readonly checks: number
  readonly nextCheckAt: Date | null
}

/**
 * `requested`: somebody asked under the policy. `late_payment`: approved after the order was over.
 * `duplicate_payment`: a second attempt was approved too. `mismatch`: the provider took another amount.
 * `provider`: made at the provider, we only learnt of it.
 */
export type RefundPurpose = 'requested' | 'late_payment' | 'duplicate_payment' | 'mismatch' | 'provider'

/**
 * PROCESSING: the provider is called or about to be. UNKNOWN: we asked and could not read the answer. COMPLETED: the
 * money went back. FAILED: the provider refused and nothing moved. MANUAL: the provider refused a refund that is owed
 * all the same; somebody pays it by hand.
 */
export const REFUND_STATUSES = ['PROCESSING', 'UNKNOWN', 'COMPLETED', 'FAILED', 'MANUAL'] as const
export type RefundStatus = (typeof REFUND_STATUSES)[number]

export const isActive = ({ status }: Pick<Refund, 'status'>): boolean => status === 'PROCESSING' || status === 'UNKNOWN'

/** The idempotency key of the refund: the same for every repeat while the outcome is open. */
export const refundKey = ({ id, keyGeneration }: Pick<Refund, 'id' | 'keyGeneration'>): string =>
  `${id}-refund-${keyGeneration}`

/** Money that is owed whatever the provider says: nobody chose this refund, so nobody can be told to try again. */
const isOwed = (purpose: RefundPurpose): boolean => purpose !== 'requested'

export type RefundCommand =
  | {
      readonly type: 'complete_refund'
      readonly providerRef: string
      readonly providerCode: string | null
      readonly at: Date
    }
  | { readonly type: 'wait_for_refund'; readonly nextCheckAt: Date; readonly at: Date }
  | { readonly type: 'refuse_refund'; readonly reason: string; readonly at: Date }
  | {
      readonly type: 'mark_refund_unknown'
      readonly reason: string
      /** True when the provider has answered: the next request is a new one and gets a new key. */
      readonly answered: boolean
      readonly nextCheckAt: Date
      readonly at: Date
    }
  /** `isSeenAtProvider`: a person looked there and found it; no look-up of ours could. */
  | {
      readonly type: 'complete_refund_by_hand'
      readonly reference: string
      readonly isSeenAtProvider: boolean
      readonly at: Date
    }

type RefundFacts = { readonly refundId: string; readonly attemptId: string; readonly amount: Money; readonly at: Date }

export type RefundEvent =
  | (RefundFacts & {
      readonly type: 'refund.started'
      readonly purpose: RefundPurpose
      readonly reason: string
      readonly nextCheckAt: Date
    })
  | (RefundFacts & {
      readonly type: 'refund.completed'
      readonly providerRef: string
      readonly providerCode: string | null
      readonly byHand: boolean
    })
  | (RefundFacts & { readonly type: 'refund.waiting'; readonly nextCheckAt: Date })
  | (RefundFacts & { readonly type: 'refund.failed'; readonly reason: string })
  | (RefundFacts & { readonly type: 'refund.left_to_hand'; readonly reason: string })
  | (RefundFacts & {
      readonly type: 'refund.unknown'
      readonly reason: string
      readonly answered: boolean
      readonly nextCheckAt: Date
    })

/** What a command means for a refund. No events: it has happened already. */
export const decideRefund = (refund: Refund, command: RefundCommand): Result<readonly RefundEvent[], DecideError> => {
  const facts = { refundId: refund.id, attemptId: refund.attemptId, amount: refund.amount, at: command.at }
  const closed = (): Result<never, DecideError> =>
    err({ code: 'refund_closed', outcome: 'not_executed', refundId: refund.id })
  switch (command.type) {
    case 'complete_refund': {
      if (refund.status === 'COMPLETED') return ok([])
      // A refund that failed or was left to hand and yet shows at the provider has moved money: the fact wins.
      const { providerRef, providerCode } = command
      return ok([{ ...facts, type: 'refund.completed', providerRef, providerCode, byHand: false }])
    }
    case 'wait_for_refund':
      if (!isActive(refund)) return ok([])
      return ok([{ ...facts, type: 'refund.waiting', nextCheckAt: command.nextCheckAt }])
    case 'refuse_refund':
      if (!isActive(refund)) return ok([])
      return ok([
        { ...facts, type: isOwed(refund.purpose) ? 'refund.left_to_hand' : 'refund.failed', reason: command.reason },
      ])
    case 'mark_refund_unknown': {
      if (!isActive(refund)) return ok([])
      const { reason, answered, nextCheckAt } = command
      return ok([{ ...facts, type: 'refund.unknown', reason, answered, nextCheckAt }])
    }
    case 'complete_refund_by_hand': {
      if (refund.status === 'COMPLETED') return ok([])
      if (refund.status !== 'MANUAL' && !(command.isSeenAtProvider && isActive(refund))) return closed()
      return ok([
        { ...facts, type: 'refund.completed', providerRef: command.reference, providerCode: null, byHand: true },
      ])
    }
  }
}

export const evolveRefund = (refund: Refund, event: RefundEvent): Refund => {
  switch (event.type) {
    case 'refund.started':
      return refund
    case 'refund.completed':
      return {
        ...refund,
        status: 'COMPLETED',
        providerRef: event.providerRef,
        providerCode: event.providerCode,
        failureCode: null,
        completedAt: event.at,
        nextCheckAt: null,
      }
    case 'refund.waiting':
      return { ...refund, status: 'PROCESSING', checks: refund.checks + 1, nextCheckAt: event.nextCheckAt }
    case 'refund.failed':
      return { ...refund, status: 'FAILED', failureCode: event.reason, nextCheckAt: null }
    case 'refund.left_to_hand':
      return { ...refund, status: 'MANUAL', failureCode: event.reason, nextCheckAt: null }
    case 'refund.unknown':
      return {
        ...refund,
        status: 'UNKNOWN',
        failureCode: event.reason,
        keyGeneration: refund.keyGeneration + (event.answered ? 1 : 0),
        checks: refund.checks + 1,
        nextCheckAt: event.nextCheckAt,
      }
  }
}

/** A refund as it begins: stored before the provider is called. */
export const newRefund = (
  event: Extract<RefundEvent, { type: 'refund.started' }>,
  order: { readonly id: string; readonly buyerId: string },
): Refund => ({
  id: event.refundId,
  version: 0,
  orderId: order.id,
  attemptId: event.attemptId,
  buyerId: order.buyerId,
  purpose: event.purpose,
  status: 'PROCESSING',
  amount: event.amount,
  reason: event.reason,
  providerRef: null,
  providerCode: null,
  failureCode: null,
  keyGeneration: 0,
  requestedAt: event.at,
  sentAt: event.at,
  completedAt: null,
  checks: 0,
  nextCheckAt: event.nextCheckAt,
})
