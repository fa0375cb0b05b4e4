import type { MoneyError } from './money'
import type { OrderStatus } from './order'

/**
 * Every refusal is a plain object with a `code`: it survives JSON, workers and two copies of the package. Where money
 * could have moved, `outcome` answers the first question: `not_executed` (it did not) or `unknown` (ask, never repeat
 * with a new key).
 */
export type Outcome = 'not_executed' | 'unknown'

/** What the pure tables refuse. Nothing was written and no provider was asked. */
export type DecideError =
  | { readonly code: 'hold_expired'; readonly outcome: 'not_executed'; readonly holdExpiresAt: Date }
  | { readonly code: 'hold_not_expired'; readonly outcome: 'not_executed'; readonly holdExpiresAt: Date }
  | { readonly code: 'attempt_in_progress'; readonly outcome: 'not_executed'; readonly attemptId: string }
  | { readonly code: 'attempt_closed'; readonly outcome: 'not_executed'; readonly attemptId: string }
  | { readonly code: 'refund_in_progress'; readonly outcome: 'not_executed'; readonly refundId: string }
  | { readonly code: 'refund_closed'; readonly outcome: 'not_executed'; readonly refundId: string }
  | { readonly code: 'already_refunded'; readonly outcome: 'not_executed' }
  | { readonly code: 'nothing_to_refund'; readonly outcome: 'not_executed' }
  | { readonly code: 'refund_exceeds_captured'; readonly outcome: 'not_executed'; readonly refundableMinor: number }
  | { readonly code: 'cancel_not_allowed'; readonly outcome: 'not_executed'; readonly status: OrderStatus }
  | { readonly code: 'already_accessed'; readonly outcome: 'not_executed' }
  | {
      readonly code: 'state_conflict'
      readonly outcome: 'not_executed'
      readonly status: string
      readonly command: string
    }
  | (MoneyError & { readonly outcome: 'not_executed' })
