import type {
  AccessError,
  CancelError,
  ConfirmError,
  HoldError,
  QuoteError,
  RefundError,
  StartPaymentError,
  WalletError,
} from '../engine/errors'
import type { ReceiveError } from '../engine/webhooks'

/** Refusals of the handler itself, before any verb was called. Nothing was written and no provider was asked. */
export type RequestError =
  | { readonly code: 'unauthenticated' }
  | { readonly code: 'route_not_found' }
  | { readonly code: 'unsupported_media_type' }
  | { readonly code: 'request_body_invalid' }
  | { readonly code: 'request_body_too_large'; readonly maxBytes: number }
  | { readonly code: 'not_on_offer' }
  | { readonly code: 'internal_error' }

export type VerbError =
  | HoldError
  | StartPaymentError
  | ConfirmError
  | CancelError
  | QuoteError
  | RefundError
  | AccessError
  | WalletError
  | ReceiveError

export type AnyError = VerbError | RequestError

type Answer = {
  readonly status: number
  /** For people who write clients. Says nothing about the inside and repeats nothing from outside. */
  readonly message: string
  /** True when the same request may succeed later, unchanged. */
  readonly retryable: boolean
  /** Default: the code in upper case. */
  readonly errorCode?: string
}

const answer = (status: number, message: string, errorCode?: string): Answer => ({
  status,
  message,
  retryable: false,
  ...(errorCode === undefined ? {} : { errorCode }),
})
const again = (status: number, message: string, errorCode?: string): Answer => ({
  ...answer(status, message, errorCode),
  retryable: true,
})

/**
 * 503 and not 202: a client that does not know this code then shows a failure it may retry, never a success. The repeat
 * asks the provider and does not charge again.
 */
const OUTCOME_PENDING = again(
  503,
  'The outcome is not known yet and is being looked up. Repeat the request; it will not charge again.',
  'OUTCOME_PENDING',
)

const DECLINED = again(402, 'The payment was declined. Nothing was charged. Start another payment.', 'PAYMENT_DECLINED')

/** Every code any verb can answer with. A code that is missing here, or is none, does not compile. */
export const ERROR_TABLE: Readonly<Record<AnyError['code'], Answer>> = {
  // The request
  unauthenticated: answer(401, 'Sign in first.'),
  route_not_found: answer(404, 'There is nothing here.', 'NOT_FOUND'),
  unsupported_media_type: answer(415, 'Send the body as application/json.'),
  request_body_invalid: answer(400, 'The request body cannot be read as a JSON object.'),
  request_body_too_large: answer(413, 'The request body is too large.'),
  not_on_offer: answer(400, 'What was asked for is not on offer.'),
  internal_error: answer(500, 'Something went wrong on our side.'),
  validation: answer(400, 'A field is missing or not valid.', 'BAD_REQUEST'),
  not_found: answer(404, 'There is no such order.'),
  forbidden: answer(403, 'You may not do this.'),
  idempotency_conflict: answer(409, 'This idempotency key was used for something else.'),
  contention: again(409, 'Others were faster. Repeat the request.'),
  hook_failed: again(503, 'Something went wrong on our side. Repeat the request.', 'SERVICE_UNAVAILABLE'),
  store_unavailable: again(503, 'Something went wrong on our side. Repeat the request.', 'SERVICE_UNAVAILABLE'),

  // Holding
  resource_unavailable: answer(409, 'Somebody else has it already.'),
  sold_out: answer(409, 'Not enough places are left.'),
  limit_exceeded: answer(409, 'This is more than one buyer may have.'),
  hold_expired: answer(409, 'The time to pay is over. Nothing was charged.'),
  hold_not_expired: answer(409, 'The time to pay is not over yet.'),

  // Paying
  attempt_in_progress: answer(409, 'Another payment of this order is under way.'),
  attempt_closed: answer(409, 'This payment is over. Start another one.'),
  method_unavailable: answer(409, 'This way of paying is not available.'),
  insufficient_funds: answer(409, 'Insufficient balance. Nothing was charged.'),
  declined: DECLINED,
  refused: { ...DECLINED, status: 502, errorCode: 'PROVIDER_REFUSED', message: 'The provider refused. Nothing moved.' },
  amount_mismatch: answer(400, 'The amount is not the amount of this order. Nothing was charged.'),
  order_mismatch: answer(400, 'The payment belongs to another order. Nothing was charged.'),
  return_invalid: answer(400, 'What the payment window returned cannot be used. Nothing was charged.'),
  payment_window_closed: answer(409, 'The payment window has closed. Nothing was charged. Start another payment.'),
  paid_too_late: answer(409, 'The money came too late and goes back by itself.'),
  captured_amount_mismatch: answer(409, 'The provider took another amount. It goes back by itself.'),
  money_not_an_integer: answer(400, 'An amount is not a whole number of the smallest unit.', 'BAD_REQUEST'),
  money_unknown_currency: answer(400, 'The currency is not known.', 'BAD_REQUEST'),
  money_currency_mismatch: answer(400, 'The currencies differ.', 'BAD_REQUEST'),
  invalid_request: answer(502, 'The provider could not use the request. Nothing moved.', 'PROVIDER_REFUSED'),
  rate_limited: again(429, 'Too many requests. Nothing moved. Repeat a little later.'),
  not_sent: again(503, 'The provider cannot be reached. Nothing moved. Repeat a little later.', 'SERVICE_UNAVAILABLE'),
  config_error: answer(500, 'Payments are not set up correctly. Nothing moved.'),
  timeout: OUTCOME_PENDING,
  network: OUTCOME_PENDING,
  bad_response: OUTCOME_PENDING,
  in_progress: OUTCOME_PENDING,
  conflict: OUTCOME_PENDING,
  provider_fault: OUTCOME_PENDING,
  unrecognized: OUTCOME_PENDING,

  // Cancelling and refunding
  state_conflict: answer(409, 'The order is not in a state that allows this.'),
  cancel_not_allowed: answer(409, 'The order can no longer be cancelled.'),
  refund_forfeited: answer(409, 'Nothing would be refunded. Confirm that the order is to be cancelled all the same.'),
  refund_not_eligible: answer(400, 'The refund policy of this order does not allow a refund now.'),
  refund_in_progress: answer(409, 'A refund of this order is under way.'),
  refund_closed: answer(409, 'This refund is over.'),
  already_refunded: answer(409, 'The order was refunded already.'),
  nothing_to_refund: answer(409, 'Nothing was paid that could be refunded.'),
  refund_exceeds_captured: answer(409, 'That is more than is left to refund.'),
  refund_account_required: answer(400, 'Say to which bank account the refund goes.'),
  refund_period_over: answer(409, 'The provider no longer refunds this payment.'),
  provider_refund_failed: answer(502, 'The provider refused the refund. No money moved.'),
  refund_outcome_unknown: OUTCOME_PENDING,
  refund_state_sync_failed: answer(500, 'The refund is being completed. Do not ask for it again.'),

  // Using what was bought
  already_accessed: answer(409, 'It has been used already.'),
  not_purchased: answer(403, 'This has not been bought.'),
  refunded: answer(403, 'This has been refunded.'),

  // Webhooks: 400 for what will never be right, 503 for what the provider should deliver again.
  signature_invalid: answer(400, 'The signature is not valid.'),
  timestamp_out_of_tolerance: answer(400, 'The timestamp is too far from now.'),
  unreadable_body: answer(400, 'The notice cannot be read.'),
  webhook_security_not_configured: again(503, 'This kind of notice cannot be verified yet.'),
  unknown_gateway: answer(404, 'There is nothing here.', 'NOT_FOUND'),
}
