import { err, ok, type Result } from 'neverthrow'
import type { DecideError } from './errors'
import type { Money } from './money'

/** One try to pay one order through one gateway. It carries the key; the order does not. */
export type Attempt = {
  /** Also the merchant order id at the provider. */
  readonly id: string
  readonly version: number
  readonly orderId: string
  readonly buyerId: string
  readonly number: number
  readonly gateway: string
  readonly mode: 'test' | 'live'
  readonly method: string | null
  readonly amount: Money
  readonly status: AttemptStatus
  /** What the provider says it took, in minor units of `amount.currency`. */
  readonly capturedMinor: number
  readonly refundedMinor: number
  readonly providerRef: string | null
  /** Since when the provider may take money because we asked for it. */
  readonly chargeRequestedAt: Date | null
  /** Part of the idempotency key. Rises only after the provider has answered without moving money. */
  readonly keyGeneration: number
  readonly createdAt: Date
  /** When the buyer was last given a window for it: until that one is over they may still pay. */
  readonly openedAt: Date
  readonly approvedAt: Date | null
  readonly closedAt: Date | null
  readonly failureCode: string | null
  readonly depositDueAt: Date | null
  readonly callbackSecretHash: string | null
  /** How often a look-up found nothing definite, and when to ask again. */
  readonly checks: number
  readonly nextCheckAt: Date | null
}

/**
 * CREATED: stored, nothing taken. PENDING: waits for the buyer, a deposit or an answer. UNKNOWN: we asked and could not
 * read the answer. APPROVED: the provider took the money. FAILED: it definitely did not. VOIDED: we ended it before.
 */
export const ATTEMPT_STATUSES = ['CREATED', 'PENDING', 'UNKNOWN', 'APPROVED', 'FAILED', 'VOIDED'] as const
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number]

export const isOpen = ({ status }: Pick<Attempt, 'status'>): boolean =>
  status === 'CREATED' || status === 'PENDING' || status === 'UNKNOWN'

/** The idempotency key of the charge: the same for every repeat while the outcome is open. */
export const chargeKey = ({ id, keyGeneration }: Pick<Attempt, 'id' | 'keyGeneration'>): string =>
  `${id}-charge-${keyGeneration}`

export type AttemptCommand =
  | {
      readonly type: 'request_charge'
      readonly providerRef: string | null
      readonly nextCheckAt: Date
      readonly at: Date
    }
  | {
      readonly type: 'wait_for_money'
      readonly providerRef: string | null
      readonly dueAt: Date | null
      readonly callbackSecretHash: string | null
      readonly nextCheckAt: Date
      readonly at: Date
    }
  | {
      readonly type: 'approve_attempt'
      readonly providerRef: string
      readonly captured: Money
      readonly approvedAt: Date
      readonly method: string | null
      readonly callbackSecretHash: string | null
      readonly at: Date
    }
  | { readonly type: 'fail_attempt'; readonly reason: string; readonly at: Date }
  | {
      readonly type: 'mark_attempt_unknown'
      readonly reason: string
      /** True when the provider has answered: the next request is a new one and gets a new key. */
      readonly answered: boolean
      readonly nextCheckAt: Date
      readonly at: Date
    }
  | { readonly type: 'void_attempt'; readonly reason: string; readonly at: Date }

export type AttemptEvent =
  | {
      readonly type: 'attempt.charge_requested'
      readonly attemptId: string
      readonly providerRef: string | null
      readonly nextCheckAt: Date
      readonly at: Date
    }
  | {
      readonly type: 'attempt.waiting'
      readonly attemptId: string
      readonly providerRef: string | null
      readonly dueAt: Date | null
      readonly callbackSecretHash: string | null
      readonly nextCheckAt: Date
      readonly at: Date
    }
  | {
      readonly type: 'attempt.approved'
      readonly attemptId: string
      readonly providerRef: string
      readonly amount: Money
      readonly approvedAt: Date
      readonly method: string | null
      readonly callbackSecretHash: string | null
      readonly at: Date
    }
  | { readonly type: 'attempt.failed'; readonly attemptId: string; readonly reason: string; readonly at: Date }
  | {
      readonly type: 'attempt.unknown'
      readonly attemptId: string
      readonly reason: string
      readonly answered: boolean
      readonly nextCheckAt: Date
      readonly at: Date
    }
  | { readonly type: 'attempt.voided'; readonly attemptId: string; readonly reason: string; readonly at: Date }
  /** The provider took money, but not the amount or currency we agreed on. Never confirms an order. */
  | {
      readonly type: 'attempt.mismatched'
      readonly attemptId: string
      readonly providerRef: string
      readonly amount: Money
      readonly approvedAt: Date
      readonly at: Date
    }
  /** The provider says something that cannot follow from what it said before. */
  | { readonly type: 'attempt.contradicted'; readonly attemptId: string; readonly reason: string; readonly at: Date }

const closed = (attempt: Attempt): Result<never, DecideError> =>
  err({ code: 'attempt_closed', outcome: 'not_executed', attemptId: attempt.id })

/** What a command means for an attempt. No events: it has happened already, or it is too late to matter. */
export const decideAttempt = (
  attempt: Attempt,
  command: AttemptCommand,
): Result<readonly AttemptEvent[], DecideError> => {
  const attemptId = attempt.id
  switch (command.type) {
    case 'request_charge': {
      if (!isOpen(attempt)) return closed(attempt)
      if (attempt.chargeRequestedAt !== null) return ok([])
      const { providerRef, nextCheckAt, at } = command
      return ok([{ type: 'attempt.charge_requested', attemptId, providerRef, nextCheckAt, at }])
    }
    case 'wait_for_money': {
      if (attempt.status === 'APPROVED') {
        // A bank may take a wrong deposit back: the provider's record then waits again.
        return ok([{ type: 'attempt.contradicted', attemptId, reason: 'approved_then_waiting', at: command.at }])
      }
      if (!isOpen(attempt)) return ok([])
      const { providerRef, dueAt, callbackSecretHash, nextCheckAt, at } = command
      return ok([{ type: 'attempt.waiting', attemptId, providerRef, dueAt, callbackSecretHash, nextCheckAt, at }])
    }
    case 'approve_attempt': {
      if (attempt.capturedMinor > 0) return ok([])
      const { providerRef, captured, approvedAt, method, callbackSecretHash, at } = command
      if (captured.currency !== attempt.amount.currency || captured.amountMinor !== attempt.amount.amountMinor) {
        if (attempt.failureCode === MISMATCH) return ok([])
        return ok([{ type: 'attempt.mismatched', attemptId, providerRef, amount: captured, approvedAt, at }])
      }
      const facts = { providerRef, amount: captured, approvedAt, method, callbackSecretHash, at }
      return ok([{ type: 'attempt.approved', attemptId, ...facts }])
    }
    case 'fail_attempt':
      if (attempt.status === 'APPROVED') {
        return ok([{ type: 'attempt.contradicted', attemptId, reason: 'approved_then_failed', at: command.at }])
      }
      if (!isOpen(attempt)) return ok([])
      return ok([{ type: 'attempt.failed', attemptId, reason: command.reason, at: command.at }])
    case 'mark_attempt_unknown': {
      if (!isOpen(attempt)) return ok([])
      const { reason, answered, nextCheckAt, at } = command
      return ok([{ type: 'attempt.unknown', attemptId, reason, answered, nextCheckAt, at }])
    }
    case 'void_attempt':
      if (attempt.status === 'APPROVED') return closed(attempt)
      if (!isOpen(attempt)) return ok([])
      return ok([{ type: 'attempt.voided', attemptId, reason: command.reason, at: command.at }])
  }
}

/** The failure code of an attempt whose captured amount was not the agreed one. */
export const MISMATCH = 'amount_mismatch'

export const evolveAttempt = (attempt: Attempt, event: AttemptEvent): Attempt => {
  switch (event.type) {
    case 'attempt.charge_requested':
      return {
        ...attempt,
        status: attempt.status === 'CREATED' ? 'PENDING' : attempt.status,
        providerRef: event.providerRef ?? attempt.providerRef,
        chargeRequestedAt: event.at,
        nextCheckAt: event.nextCheckAt,
      }
    case 'attempt.waiting':
      return {
        ...attempt,
        status: 'PENDING',
        providerRef: event.providerRef ?? attempt.providerRef,
        depositDueAt: event.dueAt,
        callbackSecretHash: event.callbackSecretHash ?? attempt.callbackSecretHash,
        nextCheckAt: event.nextCheckAt,
        checks: attempt.checks + 1,
      }
    case 'attempt.approved':
      return {
        ...attempt,
        status: 'APPROVED',
        providerRef: event.providerRef,
        method: event.method ?? attempt.method,
        capturedMinor: event.amount.amountMinor,
        approvedAt: event.approvedAt,
        closedAt: event.at,
        failureCode: null,
        callbackSecretHash: event.callbackSecretHash ?? attempt.callbackSecretHash,
        nextCheckAt: null,
      }
    case 'attempt.mismatched':
      return {
        ...attempt,
        status: 'FAILED',
        providerRef: event.providerRef,
        // Another currency's amount cannot stand beside ours: it stays out of the sums and in the alert.
        capturedMinor: event.amount.currency === attempt.amount.currency ? event.amount.amountMinor : 0,
        approvedAt: event.approvedAt,
        closedAt: event.at,
        failureCode: MISMATCH,
        nextCheckAt: null,
      }
    case 'attempt.failed':
      return { ...attempt, status: 'FAILED', failureCode: event.reason, closedAt: event.at, nextCheckAt: null }
    case 'attempt.unknown':
      return {
        ...attempt,
        status: 'UNKNOWN',
        failureCode: event.reason,
        keyGeneration: attempt.keyGeneration + (event.answered ? 1 : 0),
        checks: attempt.checks + 1,
        nextCheckAt: event.nextCheckAt,
      }
    case 'attempt.voided':
      return { ...attempt, status: 'VOIDED', failureCode: event.reason, closedAt: event.at, nextCheckAt: null }
    case 'attempt.contradicted':
      return attempt
  }
}
