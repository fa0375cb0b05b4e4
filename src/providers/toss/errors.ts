import { failuresOf, type Meaning, refused, uncertain } from '../failure'
import type { GatewayError, NotExecutedCode } from '../gateway'

export const { notExecuted, unknownOutcome } = failuresOf('toss')

const CONFIG = refused('config_error')
const INVALID = refused('invalid_request')
const DECLINED = refused('declined')
const REFUSED = refused('refused')
const NOT_FOUND = refused('not_found')
const CONFLICT = uncertain('conflict')
/** Also the codes Toss calls temporary: the error may have been made after the issuer approved. */
const FAULT = uncertain('provider_fault')

/**
 * Every code Toss documents: what it means, the HTTP status it comes with, and its names. The name decides; the status
 * alone misleads (`PROVIDER_ERROR` is a 400, a declined card a 403). Codes nobody has looked up are not here.
 *
 * @see https://docs.tosspayments.com/reference/error-codes
 */
const ROWS: readonly (readonly [meaning: Meaning, httpStatus: number, codes: string])[] = [
  // Keys, contracts and settings of the merchant: an operator has to act.
  [CONFIG, 401, 'UNAUTHORIZED_KEY'],
  [CONFIG, 400, 'INVALID_API_KEY INVALID_CLIENT_KEY API_VERSION_UPDATE_NEEDED NOT_FOUND_TERMINAL_ID'],
  [CONFIG, 400, 'INVALID_UNREGISTERED_SUBMALL NOT_REGISTERED_BUSINESS NOT_SUPPORTED_METHOD'],
  [CONFIG, 403, 'INCORRECT_BASIC_AUTH_FORMAT INSECURE_KEY_USAGE FORBIDDEN_REQUEST'],
  [CONFIG, 404, 'NOT_FOUND_MERCHANT NOT_FOUND_MERCHANT_INTEGRATION'],

  // The request: it cannot succeed as it is.
  [INVALID, 400, 'INVALID_REQUEST INVALID_REQUIRED_PARAM INVALID_IDEMPOTENCY_KEY INVALID_TEST_CODE'],
  [INVALID, 404, 'NOT_FOUND_HTTP_METHOD'],
  [INVALID, 400, 'INVALID_PAYMENT_KEY INVALID_ORDER_ID INVALID_ORDER_NAME INVALID_EMAIL INVALID_BIRTH_DAY_FORMAT'],
  [INVALID, 400, 'BELOW_MINIMUM_AMOUNT BELOW_ZERO_AMOUNT REQUIRED_AMOUNT EXCEEDS_TRANSFER_AMOUNT_MAXIMUM'],
  [INVALID, 400, 'INVALID_REFUND_AMOUNT INVALID_REFUND_ACCOUNT_INFO INVALID_REFUND_ACCOUNT_NUMBER INVALID_BANK'],
  [INVALID, 400, 'INVALID_CARD_COMPANY INVALID_CARD_INSTALLMENT_PLAN INVALID_CARD_INSTALLMENT_AMOUNT'],
  [INVALID, 400, 'EXCEED_MAX_CARD_INSTALLMENT_PLAN EXCEED_MIN_CARD_INSTALLMENT_PLAN'],
  [INVALID, 400, 'NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN'],
  [INVALID, 400, 'NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN_BELOW_AMOUNT NOT_ALLOWED_INSTALLMENT_BELOW_AMOUNT'],
  [INVALID, 400, 'INVALID_CARD_INSTALLMENT_PLANS_WITH_MAX_AND_SINGLE INVALID_CURRENCY NOT_SUPPORTED_USD'],
  [INVALID, 400, 'INVALID_EASY_PAY INVALID_FLOW_MODE_PARAMETERS INVALID_URL INVALID_URL_FORMAT INVALID_SUCCESS_URL'],
  [INVALID, 400, 'INCORRECT_SUCCESS_URL_FORMAT INCORRECT_FAIL_URL_FORMAT INVALID_DATE INVALID_ISO_DATE_FORMAT'],
  [INVALID, 400, 'INVALID_PAGING_KEY INVALID_TRANSACTION_KEY EXCEED_MAX_QUERY_LIMIT'],
  [INVALID, 400, 'EXCEED_MAX_DUE_DATE EXCEED_MAX_VALID_HOURS INVALID_VALID_HOURS_WITH_DUE_DATE_AND_SINGLE'],
  [INVALID, 400, 'INVALID_VIRTUAL_ACCOUNT_TYPE REQUIRED_ACCOUNT_KEY INVALID_REGISTRATION_NUMBER_TYPE'],
  [INVALID, 400, 'INVALID_IDENTIFICATION_TYPE NOT_SUPPORTED_CARRIER INVALID_ACCOUNT_NUMBER'],
  [INVALID, 400, 'INVALID_ACCOUNT_NOT_CORRECT_BANK INVALID_ACCOUNT_NUMBER_OR_UNAVAILABLE NOT_MATCH_PAYEE_NAME'],
  [INVALID, 400, 'NOT_MATCHES_CUSTOMER_KEY INVALID_CUSTOMER_KEY INVALID_BILLING_AUTH'],
  [INVALID, 400, 'INVALID_CASH_RECEIPT_INFO INVALID_BUSINESS_NUMBER NTS_ERROR'],

  // The buyer's card or account: another one may do.
  [DECLINED, 403, 'REJECT_CARD_PAYMENT REJECT_CARD_COMPANY REJECT_TOSSPAY_INVALID_ACCOUNT INVALID_PASSWORD FDS_ERROR'],
  [DECLINED, 403, 'EXCEED_MAX_AUTH_COUNT EXCEED_MAX_ONE_DAY_AMOUNT'],
  [DECLINED, 400, 'INVALID_REJECT_CARD INVALID_STOPPED_CARD INVALID_CARD_LOST_OR_STOLEN INVALID_CARD_EXPIRATION'],
  [DECLINED, 400, 'INVALID_CARD_NUMBER INVALID_CARD_PASSWORD INVALID_CARD_IDENTITY INVALID_CARD'],
  [DECLINED, 400, 'INVALID_AUTHORIZE_AUTH INVALID_AUTHORIZE_AUTH_TYPE_GIFT_CERTIFICATE NOT_SUPPORTED_CARD_TYPE'],
  [DECLINED, 400, 'NOT_REGISTERED_CARD_COMPANY EXCEED_MAX_DAILY_PAYMENT_COUNT EXCEED_MAX_PAYMENT_AMOUNT'],
  [DECLINED, 400, 'EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT'],
  [DECLINED, 400, 'EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT EXCEED_MAX_AMOUNT RESTRICTED_TRANSFER_ACCOUNT'],
  [DECLINED, 400, 'INVALID_ACCOUNT_INFO_RE_REGISTER NOT_ALLOWED_POINT_USE USER_ACCOUNT_ON_HOLD'],
  [DECLINED, 400, 'ACCOUNT_OWNER_CHECK_FAILED ALREADY_CLOSE_ACCOUNT EXCEED_UNKNOWN_CASE PAY_PROCESS_ABORTED'],
  [refused('insufficient_funds'), 403, 'REJECT_ACCOUNT_PAYMENT'],

  // Not permitted for this payment, method or contract.
  [REFUSED, 403, 'NOT_CANCELABLE_PAYMENT NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER NOT_ALLOWED_PARTIAL_REFUND'],
  [REFUSED, 403, 'NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT EXCEED_CANCEL_LIMIT EXCEED_MAX_REFUND_AMOUNT'],
  [REFUSED, 403, 'NOT_SUPPORTED_REFUND NOT_ALLOWED_REFUND_BANK'],
  [REFUSED, 400, 'EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT REFUND_REJECTED FORBIDDEN_BANK_REFUND_REQUEST'],
  [REFUSED, 400, 'UNAPPROVED_ORDER_ID NOT_SUPPORTED_PROCESS PAY_PROCESS_CANCELED INVALID_BILL_KEY_REQUEST'],
  [refused('refund_period_over'), 403, 'EXCEED_MAX_REFUND_DUE'],
  [refused('method_unavailable'), 400, 'MAINTAINED_METHOD'],

  [NOT_FOUND, 404, 'NOT_FOUND NOT_FOUND_PAYMENT NOT_FOUND_BILLING NOT_FOUND_METHOD NOT_FOUND_RECEIPT'],
  [NOT_FOUND, 400, 'ALREADY_REMOVED_BILLING_KEY'],
  [refused('payment_window_closed'), 404, 'NOT_FOUND_PAYMENT_SESSION'],
  [refused('rate_limited', true), 403, 'FORBIDDEN_CONSECUTIVE_REQUEST'],

  // Done already, perhaps by the request whose answer we lost.
  [CONFLICT, 400, 'DUPLICATED_REQUEST ALREADY_PROCESSED_PAYMENT ALREADY_COMPLETED_PAYMENT DUPLICATED_ORDER_ID'],
  [CONFLICT, 400, 'ALREADY_CANCELED_PAYMENT ALREADY_REFUND_PAYMENT ALREADY_REFUNDING_PAYMENT'],
  [CONFLICT, 400, 'NOT_MATCHES_REFUNDABLE_AMOUNT DUPLICATED_CASH_RECEIPT'],
  // More than is left: perhaps because this very refund, or one at the dashboard, has been made already.
  [CONFLICT, 403, 'NOT_CANCELABLE_AMOUNT'],
  [uncertain('in_progress'), 409, 'IDEMPOTENT_REQUEST_PROCESSING'],

  // Temporary or uncertain.
  [FAULT, 400, 'PROVIDER_ERROR CARD_PROCESSING_ERROR NOT_AVAILABLE_PAYMENT'],
  [FAULT, 403, 'NOT_AVAILABLE_BANK'],
  [FAULT, 500, 'FAILED_CARD_COMPANY_RESPONSE FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING'],
  [FAULT, 500, 'FAILED_INTERNAL_SYSTEM_PROCESSING UNKNOWN_PAYMENT_ERROR UNKNOWN_ERROR COMMON_ERROR'],
  [FAULT, 500, 'FAILED_REFUND_PROCESS FAILED_PARTIAL_REFUND FAILED_METHOD_HANDLING_CANCEL FAILED_METHOD_HANDLING'],
  // A value in the request broke something: the same request will break it again.
  [uncertain('provider_fault', false), 500, 'FAILED_DB_PROCESSING'],
  [FAULT, 500, 'FAILED_HASH_DATA_CREATION FAILED_BILL_KEY_AUTH_CREATION FAILED_BILLING_AUTO_CANCEL'],
]

const BY_CODE: ReadonlyMap<string, { readonly meaning: Meaning; readonly httpStatus: number }> = new Map(
  ROWS.flatMap(([meaning, httpStatus, codes]) => codes.split(' ').map((code) => [code, { meaning, httpStatus }])),
)

/** The status Toss answers a code with; the fake speaks from the same table. */
export const httpStatusOf = (providerCode: string): number | undefined => BY_CODE.get(providerCode)?.httpStatus

/** Our word for a provider code that ended a payment. */
export const failureCodeOf = (providerCode: string | undefined): NotExecutedCode => {
  const meaning = providerCode === undefined ? undefined : BY_CODE.get(providerCode)?.meaning
  return meaning?.outcome === 'not_executed' ? meaning.code : 'refused'
}

/**
 * What an error answer means for us. A code that is not in the table leaves the outcome open whatever the status: Toss
 * adds codes without a new API version, and a look-up costs less than a payment that was taken and called failed.
 */
export const readTossError = (operation: string, httpStatus: number, body: unknown): GatewayError => {
  const providerCode = codeIn(body)
  const message = `toss ${operation}: ${providerCode ?? 'no error code'}, status ${httpStatus}`
  const named = { message, ...(providerCode === undefined ? {} : { providerCode }) }
  const meaning = BY_CODE.get(providerCode ?? '')?.meaning
  // A fault is never a definite refusal, whatever the code says.
  if (httpStatus >= 500) return { ...(meaning?.outcome === 'unknown' ? meaning : FAULT), ...named }
  if (meaning !== undefined) return { ...meaning, ...named }
  // The body of a 429 is not documented.
  if (httpStatus === 429) return { ...refused('rate_limited', true), ...named }
  if (providerCode === undefined) return { ...uncertain('bad_response', false), ...named }
  return { ...uncertain('unrecognized', false), ...named }
}

/** The message beside it stays where it is: it is foreign text, at times an institution's own. */
const codeIn = (body: unknown): string | undefined => {
  if (typeof body !== 'object' || body === null || !('code' in body)) return undefined
  return typeof body.code === 'string' && /^[A-Z][A-Z0-9_]{0,79}$/.test(body.code) ? body.code : undefined
}
