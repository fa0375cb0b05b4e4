import { err, ok, type Result } from 'neverthrow'
import { failuresOf, type Meaning, refused, uncertain } from '../failure'
import type { GatewayError, NotExecutedCode } from '../gateway'
import type { ProviderResponse } from '../http'
import { isFields } from '../webhook-body'

export const PROVIDER = 'portone-v1'

export const { notExecuted, unknownOutcome } = failuresOf(PROVIDER)

const CONFIG = refused('config_error')
const INVALID = refused('invalid_request')
const NOT_FOUND = refused('not_found')
const CONFLICT = uncertain('conflict')
const FAULT = uncertain('provider_fault')
const UNRECOGNIZED = uncertain('unrecognized', false)

/**
 * The refusals whose words are known. PortOne V1 has no error codes: a number that is 1 or -1, and a text for people
 * that may change. A text that is not here falls back on what its endpoint proves.
 *
 * @see https://developers.portone.io/opi/ko/support/faq
 */
const TEXTS: readonly (readonly [meaning: Meaning, operations: string, text: string])[] = [
  [CONFIG, 'getToken', '인증에 실패하였습니다.'],
  [CONFIG, 'getToken', 'imp_key, imp_secret 파라메터가 누락되었습니다.'],
  [NOT_FOUND, 'getPayment findPayment findAllPayments', '존재하지 않는 결제정보입니다'],
  [CONFLICT, 'preparePayment', '이미 등록된 merchant_uid입니다'],
  [NOT_FOUND, 'cancelPayment', '취소할 결제건이 존재하지 않습니다.'],
  [CONFLICT, 'cancelPayment', '이미 전액취소된 주문입니다.'],
  [NOT_FOUND, 'chargeAgain scheduleCharge', '등록되지 않은 구매자입니다.'],
  [NOT_FOUND, 'chargeAgain', '등록되지 않은 사용자입니다.'],
  [NOT_FOUND, 'scheduleCharge', '등록된 고객정보가 없습니다.'],
  // Older answers come with status 200.
  [NOT_FOUND, 'getCustomer deleteCustomer', '로 등록된 정보를 찾을 수 없습니다'],
  [CONFLICT, 'unschedule', '취소할 예약결제 기록이 존재하지 않습니다.'],
]

/**
 * What "status 200, code not 0" proves at an endpoint when its text is not known.
 *
 * - `cancelPayment`: documented as a refund that was not made.
 * - `preparePayment`, `changePrepared`: they move nothing anyway.
 * - `chargeAgain`, `scheduleCharge`: perhaps an order id that was used before, perhaps by us. Look up.
 */
const REFUSALS: Readonly<Record<string, Meaning>> = {
  cancelPayment: refused('refused'),
  preparePayment: INVALID,
  changePrepared: INVALID,
  chargeAgain: CONFLICT,
  scheduleCharge: CONFLICT,
  unschedule: CONFLICT,
}

/** Here a 400 says that the schedule has run, is running or was revoked, as well as that the time is in the past. */
const CHANGES_OF_SCHEDULES: readonly string[] = ['moveSchedule', 'reschedule', 'retrySchedule']
const RECEIPTS: readonly string[] = ['issueReceipt', 'revokeReceipt']

const meaningOf = (operation: string, status: number, refusal: string): Meaning => {
  // A PG that has no cash receipts. Elsewhere a 501 is a fault like any other.
  if (status === 501 && RECEIPTS.includes(operation)) return refused('method_unavailable')
  // A fault is never a definite refusal, whatever the text says.
  if (status >= 500) return FAULT
  if (status === 401) return CONFIG
  if (status === 429) return refused('rate_limited', true)
  const known = TEXTS.find(
    ([, operations, text]) => operations.split(' ').includes(operation) && refusal.includes(text),
  )
  if (known !== undefined) return known[0]
  if (status === 404) return NOT_FOUND
  if (status === 409) return CONFLICT
  if (status === 400) {
    if (operation === 'getToken') return CONFIG
    return CHANGES_OF_SCHEDULES.includes(operation) ? CONFLICT : INVALID
  }
  return status === 200 ? (REFUSALS[operation] ?? UNRECOGNIZED) : UNRECOGNIZED
}

/**
 * The `response` of an answer, or what its refusal means for us. Three layers can refuse: the HTTP status, the `code`
 * of the envelope, and the status of the payment inside, which is not read here.
 */
export const readAnswer = (operation: string, { status, body }: ProviderResponse): Result<unknown, GatewayError> => {
  const envelope = isFields(body) ? body : {}
  const code = Number.isSafeInteger(envelope['code']) ? String(envelope['code']) : undefined
  const hasResponse = envelope['response'] !== null && envelope['response'] !== undefined
  if (status === 200 && code === '0') return ok(envelope['response'])
  // Some of several were found. Which code comes with it is UNCONFIRMED.
  if (status === 207 && hasResponse) return ok(envelope['response'])
  const message = `${PROVIDER} ${operation}: status ${status}, ${code === undefined ? 'no code' : `code ${code}`}`
  if (status === 200 && code === undefined) return err({ ...uncertain('bad_response', false), message })
  const text = typeof envelope['message'] === 'string' ? envelope['message'] : ''
  return err({ ...meaningOf(operation, status, text), message })
}

/** Our word for why a payment failed. The reason is free text of the PG; this beginning is PortOne's own. */
export const failureCodeOf = (failReason: string | null): NotExecutedCode =>
  failReason?.startsWith('고객사 요청에 의해 결제를 중단합니다.') === true ? 'refused' : 'declined'
