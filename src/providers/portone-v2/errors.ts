import { failuresOf, type Meaning, refused, uncertain } from '../failure'
import type { GatewayError } from '../gateway'

export const PROVIDER = 'portone-v2'

export const { notExecuted, unknownOutcome } = failuresOf(PROVIDER)

const CONFIG = refused('config_error')
const INVALID = refused('invalid_request')
const REFUSED = refused('refused')
const NOT_FOUND = refused('not_found')
const CONFLICT = uncertain('conflict')
const FAULT = uncertain('provider_fault')

/**
 * Every error type PortOne documents: what it means, the HTTP status it comes with, and its names. The name decides.
 * Types nobody has looked up are not here.
 *
 * @see https://developers.portone.io/api/rest-v2
 */
const ROWS: readonly (readonly [meaning: Meaning, httpStatus: number, types: string])[] = [
  // Keys, rights and channels of the merchant: an operator has to act.
  [CONFIG, 401, 'UNAUTHORIZED'],
  [CONFIG, 403, 'FORBIDDEN'],
  [CONFIG, 404, 'CHANNEL_NOT_FOUND'],

  // The request: it cannot succeed as it is.
  [INVALID, 400, 'INVALID_REQUEST INVALID_PAYMENT_TOKEN MAX_TTL_EXCEEDED'],
  [INVALID, 400, 'DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT PROMOTION_PAY_METHOD_DOES_NOT_MATCH'],
  [INVALID, 400, 'NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED'],
  [INVALID, 409, 'SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT'],
  [INVALID, 409, 'CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT'],
  [INVALID, 409, 'CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT'],

  // Not permitted for this payment as it is now.
  [REFUSED, 400, 'MAX_TRANSACTION_COUNT_REACHED MAX_WEBHOOK_RETRY_COUNT_REACHED'],
  [REFUSED, 409, 'PAYMENT_NOT_PAID PAYMENT_NOT_WAITING_FOR_DEPOSIT PAYMENT_CANCELLATION_NOT_PENDING'],
  [REFUSED, 409, 'MAX_CANCEL_COUNT_REACHED'],
  // Another amount, currency or channel than the server expects: somebody changed the window's parameters.
  [REFUSED, 409, 'INFORMATION_MISMATCH'],

  [NOT_FOUND, 404, 'PAYMENT_NOT_FOUND BILLING_KEY_NOT_FOUND BILLING_KEY_NOT_ISSUED PAYMENT_SCHEDULE_NOT_FOUND'],
  [NOT_FOUND, 404, 'PAYMENT_CANCELLATION_NOT_FOUND CASH_RECEIPT_NOT_FOUND CASH_RECEIPT_NOT_ISSUED WEBHOOK_NOT_FOUND'],
  [NOT_FOUND, 404, 'PROMOTION_NOT_FOUND PROFILE_SETTINGS_NOT_FOUND SESSION_NOT_FOUND'],
  [NOT_FOUND, 404, 'IDENTITY_VERIFICATION_NOT_FOUND IDENTITY_VERIFICATION_NOT_SENT'],
  [NOT_FOUND, 410, 'SESSION_EXPIRED'],

  // Done already, perhaps by the request whose answer we lost.
  [CONFLICT, 409, 'ALREADY_PAID ALREADY_PAID_OR_WAITING PAYMENT_ALREADY_CANCELLED'],
  [CONFLICT, 409, 'CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN'],
  // More than is left: perhaps because this very refund, or one at the console, has been made already.
  [CONFLICT, 409, 'CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT'],
  [CONFLICT, 409, 'BILLING_KEY_ALREADY_DELETED BILLING_KEY_ALREADY_ISSUED'],
  [
    CONFLICT,
    409,
    'PAYMENT_SCHEDULE_ALREADY_EXISTS PAYMENT_SCHEDULE_ALREADY_PROCESSED PAYMENT_SCHEDULE_ALREADY_REVOKED',
  ],
  [CONFLICT, 409, 'CASH_RECEIPT_ALREADY_ISSUED'],
  [CONFLICT, 409, 'IDENTITY_VERIFICATION_ALREADY_VERIFIED IDENTITY_VERIFICATION_ALREADY_SENT'],
  [uncertain('in_progress'), 409, 'IDEMPOTENCY_OUTSTANDING_REQUEST'],

  // The payment company refused, or was out, or did not answer PortOne in time: the type does not tell which. So it is
  // never a decline by itself. The payment's own record says what it was: FAILED, or not yet.
  [FAULT, 502, 'PG_PROVIDER CHANNEL_SPECIFIC'],
]

type Row = { readonly meaning: Meaning; readonly httpStatus: number }

const BY_TYPE: ReadonlyMap<string, Row> = new Map(
  ROWS.flatMap(([meaning, httpStatus, types]) => types.split(' ').map((type) => [type, { meaning, httpStatus }])),
)

/** Where a type means something else in one operation. */
const IN_OPERATION: ReadonlyMap<string, Meaning> = new Map([
  // A key that is gone cannot have been charged by this request; to delete it again is another matter.
  ['chargeBillingKey BILLING_KEY_ALREADY_DELETED', REFUSED],
  ['schedulePayment BILLING_KEY_ALREADY_DELETED', REFUSED],
  // Not our own schedule of a lost answer, but others that must be revoked first.
  ['deleteBillingKey PAYMENT_SCHEDULE_ALREADY_EXISTS', REFUSED],
])

/** The status PortOne answers a type with; the fake speaks from the same table. */
export const httpStatusOf = (type: string): number | undefined => BY_TYPE.get(type)?.httpStatus

/**
 * What an error answer means for us. A type that is not in the table leaves the outcome open whatever the status: PortOne
 * adds types without notice, and a look-up costs less than a payment that was taken and called failed.
 */
export const readPortOneError = (operation: string, httpStatus: number, body: unknown): GatewayError => {
  const type = typeIn(body)
  const message = `${PROVIDER} ${operation}: ${type ?? 'no error type'}, status ${httpStatus}`
  const named = { message, ...(type === undefined ? {} : { providerCode: type }) }
  const meaning = IN_OPERATION.get(`${operation} ${type}`) ?? BY_TYPE.get(type ?? '')?.meaning
  // A fault is never a definite refusal, whatever the type says.
  if (httpStatus >= 500) return { ...(meaning?.outcome === 'unknown' ? meaning : FAULT), ...named }
  if (meaning !== undefined) return { ...meaning, ...named }
  // UNCONFIRMED: neither limits nor the body of a 429 are documented.
  if (httpStatus === 429) return { ...refused('rate_limited', true), ...named }
  if (type === undefined) return { ...uncertain('bad_response', false), ...named }
  return { ...uncertain('unrecognized', false), ...named }
}

/** `message`, and the payment company's own words, stay where they are: they are foreign text. */
const typeIn = (body: unknown): string | undefined => {
  if (typeof body !== 'object' || body === null || !('type' in body)) return undefined
  return typeof body.type === 'string' && /^[A-Z][A-Z0-9_]{0,99}$/.test(body.type) ? body.type : undefined
}

/** A payment company's code, when it is one: its texts go nowhere. */
export const pgCodeOf = (code: string | null | undefined): string | undefined =>
  /^[\w.-]{1,40}$/.test(code ?? '') ? (code ?? undefined) : undefined
