import type { DecideError } from '../core/errors'
import type { OrderStatus } from '../core/order'
import type { GatewayError } from '../providers/gateway'
import { faultOf, type StoreFault } from '../storage/store'

/** Refusals any verb can give. */
export type CommonError =
  /** Input that is not what the verb takes. Nothing was written. */
  | {
      readonly code: 'validation'
      readonly field: string
      readonly message: string
      readonly outcome: 'not_executed'
    }
  /** No such thing, or somebody else's: the two look alike on purpose. */
  | { readonly code: 'not_found'; readonly what: 'order' | 'attempt' | 'refund'; readonly outcome: 'not_executed' }
  | { readonly code: 'forbidden'; readonly action: string; readonly outcome: 'not_executed' }
  /** The same idempotency key came with other facts. */
  | { readonly code: 'idempotency_conflict'; readonly outcome: 'not_executed' }
  /** Others changed the order every time we decided. Nothing was written; repeat. */
  | { readonly code: 'contention'; readonly outcome: 'not_executed'; readonly retryable: true }
  /** An `inTransaction` hook of the host threw: this write did not happen. What a provider did before it did. */
  | { readonly code: 'hook_failed'; readonly outcome: 'unknown'; readonly retryable: true }
  /**
   * The store threw. Whether the last write happened is not known: repeat with the same key, or read. `reason` says
   * what to look at: `schema` and `privilege` need `holdfast doctor`, `read_only` means this is no primary.
   */
  | {
      readonly code: 'store_unavailable'
      readonly outcome: 'unknown'
      readonly retryable: true
      readonly reason: StoreFault['reason']
    }

export type HoldError =
  | CommonError
  | {
      readonly code: 'resource_unavailable'
      readonly outcome: 'not_executed'
      readonly resource: { readonly group: string; readonly id: string }
    }
  | { readonly code: 'sold_out'; readonly outcome: 'not_executed'; readonly pool: string }
  | { readonly code: 'limit_exceeded'; readonly outcome: 'not_executed'; readonly limit: string }

export type StartPaymentError =
  | CommonError
  | DecideError
  | { readonly code: 'method_unavailable'; readonly outcome: 'not_executed'; readonly method: string }
  | GatewayFailure

/** What a gateway said, with whose attempt it was. */
export type GatewayFailure = GatewayError & { readonly attemptId: string; readonly gateway: string }

export type ConfirmError =
  | CommonError
  | DecideError
  | GatewayFailure
  /** The money came for an order that is over. It was taken and goes back by itself; see the refund. */
  | {
      readonly code: 'paid_too_late'
      readonly outcome: 'not_executed'
      readonly orderStatus: OrderStatus
      readonly refundId: string | null
    }
  /** The provider took another amount than agreed. The order is not confirmed and the money goes back. */
  | { readonly code: 'captured_amount_mismatch'; readonly outcome: 'not_executed'; readonly refundId: string | null }

export type CancelError =
  | CommonError
  | DecideError
  | GatewayFailure
  /** The buyer would get nothing back: ask them, then repeat with `acknowledgeNoRefund`. */
  | {
      readonly code: 'refund_forfeited'
      readonly outcome: 'not_executed'
      readonly reason: string
      readonly deadline: Date | null
    }

export type QuoteError = CommonError | DecideError

export type RefundError =
  | CommonError
  | DecideError
  | {
      readonly code: 'refund_not_eligible'
      readonly outcome: 'not_executed'
      readonly reason: string
      readonly deadline: Date | null
    }
  /** The provider refused. Nothing moved; the order is as it was. */
  | {
      readonly code: 'provider_refund_failed'
      readonly outcome: 'not_executed'
      readonly refundId: string
      readonly reason: string
      readonly providerCode?: string
    }
  /** The provider's answer could not be read. It stays open and is looked up; never refund by another way. */
  | {
      readonly code: 'refund_outcome_unknown'
      readonly outcome: 'unknown'
      readonly refundId: string
      readonly reason: string
    }
  /** The money is out, but our record of it was not written. It completes itself; never send it again. */
  | { readonly code: 'refund_state_sync_failed'; readonly outcome: 'unknown'; readonly refundId: string }

export type AccessError =
  | CommonError
  | { readonly code: 'not_purchased'; readonly outcome: 'not_executed'; readonly status: OrderStatus }
  /** A refund is in progress or done. */
  | { readonly code: 'refunded'; readonly outcome: 'not_executed' }

export type WalletError =
  | CommonError
  | { readonly code: 'insufficient_funds'; readonly outcome: 'not_executed'; readonly balanceMinor: number }

export const notFound = (what: 'order' | 'attempt' | 'refund'): CommonError => ({
  code: 'not_found',
  what,
  outcome: 'not_executed',
})

export const invalid = (field: string, message: string): CommonError => ({
  code: 'validation',
  field,
  message,
  outcome: 'not_executed',
})

export const gatewayFailure = (
  error: GatewayError,
  attempt: { readonly id: string; readonly gateway: string },
): GatewayFailure => ({ ...error, attemptId: attempt.id, gateway: attempt.gateway })

export const CONTENTION: CommonError = { code: 'contention', outcome: 'not_executed', retryable: true }

/** What the store threw as a value. Its text stays out: it may hold anything. */
export const storeUnavailable = (thrown: unknown): CommonError => ({
  code: 'store_unavailable',
  outcome: 'unknown',
  retryable: true,
  reason: faultOf(thrown).reason,
})
export const HOOK_FAILED: CommonError = { code: 'hook_failed', outcome: 'unknown', retryable: true }
