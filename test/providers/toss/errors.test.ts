import { describe, expect, test } from 'vitest'
import { tossClient } from '../../../src/providers/toss/client'
import { answering, manualClock, SECRET_KEY } from './support'

/** Toss's own table: the class it stands in, the HTTP status, the codes. */
const TABLE: readonly (readonly [kind: string, httpStatus: number, codes: string])[] = [
  [
    'AUTH',
    401,
    `
    UNAUTHORIZED_KEY`,
  ],
  [
    'AUTH',
    400,
    `
    INVALID_API_KEY INVALID_CLIENT_KEY API_VERSION_UPDATE_NEEDED NOT_FOUND_TERMINAL_ID
    INVALID_UNREGISTERED_SUBMALL NOT_REGISTERED_BUSINESS NOT_SUPPORTED_METHOD`,
  ],
  [
    'AUTH',
    403,
    `
    INCORRECT_BASIC_AUTH_FORMAT INSECURE_KEY_USAGE FORBIDDEN_REQUEST`,
  ],
  [
    'AUTH',
    404,
    `
    NOT_FOUND_MERCHANT NOT_FOUND_MERCHANT_INTEGRATION`,
  ],
  [
    'INVALID',
    400,
    `
    INVALID_REQUEST INVALID_REQUIRED_PARAM INVALID_IDEMPOTENCY_KEY INVALID_TEST_CODE
    INVALID_REFUND_AMOUNT INVALID_REFUND_ACCOUNT_INFO INVALID_REFUND_ACCOUNT_NUMBER INVALID_BANK
    INVALID_PAYMENT_KEY BELOW_MINIMUM_AMOUNT BELOW_ZERO_AMOUNT REQUIRED_AMOUNT
    EXCEEDS_TRANSFER_AMOUNT_MAXIMUM INVALID_ORDER_ID INVALID_ORDER_NAME INVALID_EMAIL
    INVALID_BIRTH_DAY_FORMAT INVALID_CARD_COMPANY INVALID_CARD_INSTALLMENT_PLAN
    EXCEED_MAX_CARD_INSTALLMENT_PLAN EXCEED_MIN_CARD_INSTALLMENT_PLAN
    NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN
    NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN_BELOW_AMOUNT NOT_ALLOWED_INSTALLMENT_BELOW_AMOUNT
    INVALID_CARD_INSTALLMENT_AMOUNT INVALID_CARD_INSTALLMENT_PLANS_WITH_MAX_AND_SINGLE INVALID_CURRENCY
    NOT_SUPPORTED_USD INVALID_EASY_PAY INVALID_FLOW_MODE_PARAMETERS INVALID_URL INVALID_URL_FORMAT
    INVALID_SUCCESS_URL INCORRECT_SUCCESS_URL_FORMAT INCORRECT_FAIL_URL_FORMAT INVALID_DATE
    INVALID_ISO_DATE_FORMAT INVALID_PAGING_KEY INVALID_TRANSACTION_KEY EXCEED_MAX_QUERY_LIMIT
    EXCEED_MAX_DUE_DATE EXCEED_MAX_VALID_HOURS INVALID_VALID_HOURS_WITH_DUE_DATE_AND_SINGLE
    INVALID_VIRTUAL_ACCOUNT_TYPE REQUIRED_ACCOUNT_KEY INVALID_REGISTRATION_NUMBER_TYPE
    INVALID_IDENTIFICATION_TYPE NOT_SUPPORTED_CARRIER INVALID_ACCOUNT_NUMBER
    INVALID_ACCOUNT_NOT_CORRECT_BANK INVALID_ACCOUNT_NUMBER_OR_UNAVAILABLE NOT_MATCH_PAYEE_NAME
    NOT_MATCHES_CUSTOMER_KEY INVALID_CUSTOMER_KEY INVALID_BILLING_AUTH INVALID_CASH_RECEIPT_INFO
    INVALID_BUSINESS_NUMBER NTS_ERROR`,
  ],
  [
    'PENDING',
    409,
    `
    IDEMPOTENT_REQUEST_PROCESSING`,
  ],
  [
    'THROTTLE',
    403,
    `
    FORBIDDEN_CONSECUTIVE_REQUEST`,
  ],
  [
    'NOTFOUND',
    404,
    `
    NOT_FOUND NOT_FOUND_PAYMENT NOT_FOUND_PAYMENT_SESSION NOT_FOUND_BILLING NOT_FOUND_METHOD
    NOT_FOUND_RECEIPT`,
  ],
  [
    'INVALID',
    404,
    `
    NOT_FOUND_HTTP_METHOD`,
  ],
  [
    'CONFLICT',
    400,
    `
    DUPLICATED_REQUEST ALREADY_PROCESSED_PAYMENT ALREADY_COMPLETED_PAYMENT DUPLICATED_ORDER_ID
    ALREADY_CANCELED_PAYMENT ALREADY_REFUND_PAYMENT ALREADY_REFUNDING_PAYMENT
    NOT_MATCHES_REFUNDABLE_AMOUNT DUPLICATED_CASH_RECEIPT`,
  ],
  [
    'STATE',
    403,
    `
    NOT_CANCELABLE_AMOUNT NOT_CANCELABLE_PAYMENT NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER
    NOT_ALLOWED_PARTIAL_REFUND NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT EXCEED_MAX_REFUND_DUE
    EXCEED_CANCEL_LIMIT EXCEED_MAX_REFUND_AMOUNT NOT_SUPPORTED_REFUND NOT_ALLOWED_REFUND_BANK`,
  ],
  [
    'STATE',
    400,
    `
    EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT REFUND_REJECTED FORBIDDEN_BANK_REFUND_REQUEST
    UNAPPROVED_ORDER_ID NOT_SUPPORTED_PROCESS MAINTAINED_METHOD PAY_PROCESS_CANCELED
    INVALID_BILL_KEY_REQUEST`,
  ],
  [
    'DECLINE',
    400,
    `
    PAY_PROCESS_ABORTED INVALID_REJECT_CARD INVALID_STOPPED_CARD INVALID_CARD_LOST_OR_STOLEN
    INVALID_CARD_EXPIRATION INVALID_CARD_NUMBER INVALID_CARD_PASSWORD INVALID_CARD_IDENTITY INVALID_CARD
    INVALID_AUTHORIZE_AUTH INVALID_AUTHORIZE_AUTH_TYPE_GIFT_CERTIFICATE NOT_SUPPORTED_CARD_TYPE
    NOT_REGISTERED_CARD_COMPANY EXCEED_MAX_DAILY_PAYMENT_COUNT EXCEED_MAX_PAYMENT_AMOUNT
    EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT
    EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT EXCEED_MAX_AMOUNT RESTRICTED_TRANSFER_ACCOUNT
    INVALID_ACCOUNT_INFO_RE_REGISTER NOT_ALLOWED_POINT_USE USER_ACCOUNT_ON_HOLD
    ACCOUNT_OWNER_CHECK_FAILED ALREADY_CLOSE_ACCOUNT EXCEED_UNKNOWN_CASE`,
  ],
  [
    'DECLINE',
    403,
    `
    REJECT_CARD_PAYMENT REJECT_CARD_COMPANY REJECT_ACCOUNT_PAYMENT REJECT_TOSSPAY_INVALID_ACCOUNT
    INVALID_PASSWORD EXCEED_MAX_AUTH_COUNT EXCEED_MAX_ONE_DAY_AMOUNT FDS_ERROR`,
  ],
  [
    'NOTFOUND',
    400,
    `
    ALREADY_REMOVED_BILLING_KEY`,
  ],
  [
    'RETRY',
    500,
    `
    FAILED_BILL_KEY_AUTH_CREATION COMMON_ERROR FAILED_METHOD_HANDLING_CANCEL FAILED_METHOD_HANDLING
    FAILED_HASH_DATA_CREATION`,
  ],
  [
    'UNKNOWN',
    500,
    `
    FAILED_BILLING_AUTO_CANCEL FAILED_CARD_COMPANY_RESPONSE FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING
    FAILED_INTERNAL_SYSTEM_PROCESSING FAILED_DB_PROCESSING UNKNOWN_PAYMENT_ERROR UNKNOWN_ERROR
    FAILED_REFUND_PROCESS`,
  ],
  [
    'UNKNOWN',
    400,
    `
    PROVIDER_ERROR CARD_PROCESSING_ERROR`,
  ],
  [
    'UNKNOWN',
    500,
    `
    FAILED_PARTIAL_REFUND`,
  ],
  [
    'RETRY',
    403,
    `
    NOT_AVAILABLE_BANK`,
  ],
  [
    'RETRY',
    400,
    `
    NOT_AVAILABLE_PAYMENT`,
  ],
]

/** What a class means for money. */
const MEANING: Readonly<Record<string, object>> = {
  AUTH: { code: 'config_error', outcome: 'not_executed', retryable: false },
  INVALID: { code: 'invalid_request', outcome: 'not_executed', retryable: false },
  DECLINE: { code: 'declined', outcome: 'not_executed', retryable: false },
  STATE: { code: 'refused', outcome: 'not_executed', retryable: false },
  NOTFOUND: { code: 'not_found', outcome: 'not_executed', retryable: false },
  THROTTLE: { code: 'rate_limited', outcome: 'not_executed', retryable: true },
  CONFLICT: { code: 'conflict', outcome: 'unknown', retryable: true },
  PENDING: { code: 'in_progress', outcome: 'unknown', retryable: true },
  UNKNOWN: { code: 'provider_fault', outcome: 'unknown', retryable: true },
  RETRY: { code: 'provider_fault', outcome: 'unknown', retryable: true },
}

/** Codes that say more than their class. */
const MORE: Readonly<Record<string, object>> = {
  REJECT_ACCOUNT_PAYMENT: { code: 'insufficient_funds', outcome: 'not_executed', retryable: false },
  NOT_FOUND_PAYMENT_SESSION: { code: 'payment_window_closed', outcome: 'not_executed', retryable: false },
  EXCEED_MAX_REFUND_DUE: { code: 'refund_period_over', outcome: 'not_executed', retryable: false },
  MAINTAINED_METHOD: { code: 'method_unavailable', outcome: 'not_executed', retryable: false },
  NOT_CANCELABLE_AMOUNT: { code: 'conflict', outcome: 'unknown', retryable: true },
  FAILED_DB_PROCESSING: { code: 'provider_fault', outcome: 'unknown', retryable: false },
}

const rows = TABLE.flatMap(([kind, httpStatus, codes]) =>
  codes
    .trim()
    .split(/\s+/)
    .map((code) => ({ code, httpStatus, kind })),
)

const confirmAgainst = async (status: number, body: unknown) => {
  const { fetch } = answering(status, body)
  const options = { secretKey: SECRET_KEY, baseUrl: 'https://toss.test', timeoutMs: 1_000, log: () => undefined }
  const client = tossClient({ ...options, clock: manualClock(), fetch })
  return (await client.confirm({ paymentKey: 'pk_1', orderId: 'att_1', amount: 100 }, 'key'))._unsafeUnwrapErr()
}

describe('what Toss’s error codes mean', () => {
  test('the table is whole', () => {
    expect(new Set(rows.map(({ code }) => code)).size).toBe(161)
  })

  test.each(rows)('$code, $httpStatus, is $kind', async ({ code, httpStatus, kind }) => {
    const error = await confirmAgainst(httpStatus, { code, message: '사유 4242-4242', data: null })
    expect(error).toEqual({
      ...(MORE[code] ?? MEANING[kind]),
      providerCode: code,
      message: `toss confirmPayment: ${code}, status ${httpStatus}`,
    })
  })
})

describe('what is not in the table', () => {
  test.each([
    [400, 'TOMORROWS_CODE', 'unrecognized', 'TOMORROWS_CODE'],
    [403, 'TOMORROWS_CODE', 'unrecognized', 'TOMORROWS_CODE'],
    [500, 'TOMORROWS_CODE', 'provider_fault', 'TOMORROWS_CODE'],
    [503, undefined, 'provider_fault', undefined],
    [400, undefined, 'bad_response', undefined],
    [400, 'a code with <foreign> text', 'bad_response', undefined],
  ])('status %i with code %s leaves the outcome open as %s', async (status, code, ours, providerCode) => {
    const error = await confirmAgainst(status, { code, message: 'foreign text' })
    expect(error).toMatchObject({ code: ours, outcome: 'unknown' })
    expect(error.providerCode).toBe(providerCode)
    expect(JSON.stringify(error)).not.toContain('foreign')
  })

  test('a definite code that comes with a fault is not definite', async () => {
    const error = await confirmAgainst(500, { code: 'REJECT_CARD_PAYMENT' })
    expect(error).toMatchObject({ code: 'provider_fault', outcome: 'unknown', providerCode: 'REJECT_CARD_PAYMENT' })
  })

  test.each([[{}], [null], [[]], ['"text"']])('429 with %o is a rate limit: nothing was carried out', async (body) => {
    const error = await confirmAgainst(429, typeof body === 'string' ? { body } : body)
    expect(error).toMatchObject({ code: 'rate_limited', outcome: 'not_executed', retryable: true })
  })
})
