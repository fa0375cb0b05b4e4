import { describe, expect, test } from 'vitest'
import { httpStatusOf, readPortOneError } from '../../../src/providers/portone-v2/errors'

/** PortOne's own tables: the class a type stands in, the HTTP status, the types. */
const TABLE: readonly (readonly [kind: string, httpStatus: number, types: string])[] = [
  ['invalid', 400, 'INVALID_REQUEST INVALID_PAYMENT_TOKEN'],
  ['limit', 400, 'MAX_TRANSACTION_COUNT_REACHED'],
  ['invalid', 400, 'DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT PROMOTION_PAY_METHOD_DOES_NOT_MATCH'],
  ['invalid', 400, 'NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED'],
  ['limit', 400, 'MAX_WEBHOOK_RETRY_COUNT_REACHED'],
  ['invalid', 400, 'MAX_TTL_EXCEEDED'],
  ['auth', 401, 'UNAUTHORIZED'],
  ['auth', 403, 'FORBIDDEN'],
  ['auth', 404, 'CHANNEL_NOT_FOUND'],
  ['absent', 404, 'PAYMENT_NOT_FOUND BILLING_KEY_NOT_FOUND BILLING_KEY_NOT_ISSUED PAYMENT_SCHEDULE_NOT_FOUND'],
  ['absent', 404, 'PAYMENT_CANCELLATION_NOT_FOUND CASH_RECEIPT_NOT_FOUND CASH_RECEIPT_NOT_ISSUED WEBHOOK_NOT_FOUND'],
  ['absent', 404, 'PROMOTION_NOT_FOUND PROFILE_SETTINGS_NOT_FOUND SESSION_NOT_FOUND'],
  ['absent', 404, 'IDENTITY_VERIFICATION_NOT_FOUND IDENTITY_VERIFICATION_NOT_SENT'],
  ['conflict', 409, 'ALREADY_PAID ALREADY_PAID_OR_WAITING PAYMENT_ALREADY_CANCELLED'],
  ['state', 409, 'PAYMENT_NOT_PAID PAYMENT_NOT_WAITING_FOR_DEPOSIT PAYMENT_CANCELLATION_NOT_PENDING'],
  ['conflict', 409, 'CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN'],
  // The table calls it an invalid request. It also comes when this very refund has been made already.
  ['conflict', 409, 'CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT'],
  ['invalid', 409, 'SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT'],
  ['invalid', 409, 'CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT'],
  ['invalid', 409, 'CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT'],
  ['state', 409, 'MAX_CANCEL_COUNT_REACHED'],
  ['conflict', 409, 'BILLING_KEY_ALREADY_DELETED BILLING_KEY_ALREADY_ISSUED'],
  [
    'conflict',
    409,
    'PAYMENT_SCHEDULE_ALREADY_EXISTS PAYMENT_SCHEDULE_ALREADY_PROCESSED PAYMENT_SCHEDULE_ALREADY_REVOKED',
  ],
  ['state', 409, 'INFORMATION_MISMATCH'],
  ['conflict', 409, 'CASH_RECEIPT_ALREADY_ISSUED'],
  ['conflict', 409, 'IDENTITY_VERIFICATION_ALREADY_VERIFIED IDENTITY_VERIFICATION_ALREADY_SENT'],
  ['outstanding', 409, 'IDEMPOTENCY_OUTSTANDING_REQUEST'],
  ['absent', 410, 'SESSION_EXPIRED'],
  ['company', 502, 'PG_PROVIDER CHANNEL_SPECIFIC'],
]

const OURS: Readonly<Record<string, object>> = {
  invalid: { code: 'invalid_request', outcome: 'not_executed', retryable: false },
  limit: { code: 'refused', outcome: 'not_executed', retryable: false },
  state: { code: 'refused', outcome: 'not_executed', retryable: false },
  auth: { code: 'config_error', outcome: 'not_executed', retryable: false },
  absent: { code: 'not_found', outcome: 'not_executed', retryable: false },
  conflict: { code: 'conflict', outcome: 'unknown', retryable: true },
  outstanding: { code: 'in_progress', outcome: 'unknown', retryable: true },
  company: { code: 'provider_fault', outcome: 'unknown', retryable: true },
}

const rows = TABLE.flatMap(([kind, status, types]) => types.split(' ').map((type) => ({ kind, status, type })))

describe('every type PortOne documents', () => {
  test.each(rows)('$type with $status is $kind', ({ kind, status, type }) => {
    const error = readPortOneError('cancelPayment', status, { type, message: '한도초과 planted' })
    expect(error).toMatchObject({ ...OURS[kind], providerCode: type })
    expect(error.message).toBe(`portone-v2 cancelPayment: ${type}, status ${status}`)
    expect(httpStatusOf(type)).toBe(status)
  })

  test('stands in the table once', () => {
    expect(new Set(rows.map(({ type }) => type)).size).toBe(rows.length)
    expect(rows).toHaveLength(51)
  })
})

describe('where a type means something else', () => {
  test.each([
    ['chargeBillingKey', 'BILLING_KEY_ALREADY_DELETED', 'refused'],
    ['schedulePayment', 'BILLING_KEY_ALREADY_DELETED', 'refused'],
    ['deleteBillingKey', 'BILLING_KEY_ALREADY_DELETED', 'conflict'],
    ['deleteBillingKey', 'PAYMENT_SCHEDULE_ALREADY_EXISTS', 'refused'],
    ['schedulePayment', 'PAYMENT_SCHEDULE_ALREADY_EXISTS', 'conflict'],
    ['chargeBillingKey', 'PAYMENT_SCHEDULE_ALREADY_EXISTS', 'conflict'],
  ])('%s %s is %s', (operation, type, code) => {
    expect(readPortOneError(operation, 409, { type }).code).toBe(code)
  })
})

describe('what is in no table', () => {
  test.each([400, 404, 409, 418])('an unknown type with %i leaves the outcome open', (status) => {
    const error = readPortOneError('chargeBillingKey', status, { type: 'INVENTED_TOMORROW' })
    expect(error).toMatchObject({ code: 'unrecognized', outcome: 'unknown', providerCode: 'INVENTED_TOMORROW' })
  })

  test.each([500, 502, 503, 504])('%i is a fault whatever it says, never a definite refusal', (status) => {
    for (const body of [undefined, {}, { type: 'INVALID_REQUEST' }, { type: 'INVENTED' }]) {
      expect(readPortOneError('cancelPayment', status, body)).toMatchObject({
        code: 'provider_fault',
        outcome: 'unknown',
        retryable: true,
      })
    }
  })

  test('429 can be tried again later', () => {
    expect(readPortOneError('getPayment', 429, undefined)).toMatchObject({ code: 'rate_limited', retryable: true })
  })

  test.each([undefined, null, 'text', [], {}, { type: 7 }, { type: 'lower_case' }, { type: 'X'.repeat(101) }])(
    'no type in %j: the answer cannot be read',
    (body) => {
      const error = readPortOneError('cancelPayment', 404, body)
      expect(error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
      expect(error).not.toHaveProperty('providerCode')
    },
  )

  test('names out of JavaScript’s own objects are no types', () => {
    for (const type of ['constructor', '__proto__', 'toString']) {
      expect(readPortOneError(type, 400, { type }).code).toBe('bad_response')
    }
  })
})
