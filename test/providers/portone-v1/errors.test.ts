import { describe, expect, test } from 'vitest'
import { failureCodeOf } from '../../../src/providers/portone-v1/errors'
import { answering, clientOf } from './support'

type Operation =
  | 'getToken'
  | 'getPayment'
  | 'findPayment'
  | 'findAllPayments'
  | 'preparePayment'
  | 'changePrepared'
  | 'cancelPayment'
  | 'chargeAgain'
  | 'getCustomer'
  | 'deleteCustomer'
  | 'scheduleCharge'
  | 'unschedule'
  | 'getSchedule'
  | 'moveSchedule'
  | 'reschedule'
  | 'retrySchedule'
  | 'issueReceipt'
  | 'revokeReceipt'
  | 'changeVbank'

const call = async (operation: Operation, status: number, body: unknown) => {
  const { fetch } = answering([status, body])
  const client = clientOf(operation === 'getToken' ? async () => Response.json(body, { status }) : fetch)
  const charge = { customer_uid: 'c', merchant_uid: 'chg1', amount: 1, name: 'x' }
  const calls = {
    getToken: () => client.getToken(),
    getPayment: () => client.getPayment('imp_1'),
    findPayment: () => client.findPayment('att_1'),
    findAllPayments: () => client.findAllPayments('att_1'),
    preparePayment: () => client.preparePayment({ merchant_uid: 'att1', amount: 1 }),
    changePrepared: () => client.changePrepared({ merchant_uid: 'att1', amount: 1 }),
    cancelPayment: () => client.cancelPayment({ imp_uid: 'imp_1', amount: 1, checksum: 1 }),
    chargeAgain: () => client.chargeAgain(charge),
    getCustomer: () => client.getCustomer('c'),
    deleteCustomer: () => client.deleteCustomer('c'),
    scheduleCharge: () => client.scheduleCharge({ ...charge, currency: 'KRW', schedule_at: 1 }),
    unschedule: () => client.unschedule(['chg_1']),
    getSchedule: () => client.getSchedule('chg_1'),
    moveSchedule: () => client.moveSchedule('chg_1', 1),
    reschedule: () => client.reschedule('chg_1', 1),
    retrySchedule: () => client.retrySchedule('chg_1'),
    issueReceipt: () => client.issueReceipt('imp_1', { identifier: '1' }),
    revokeReceipt: () => client.revokeReceipt('imp_1'),
    changeVbank: () => client.changeVbank('imp_1', { amount: 1 }),
  } as const
  return (await calls[operation]())._unsafeUnwrapErr()
}

const said = (message: string, code = 1) => ({ code, message, response: null })

const CONFIG = { code: 'config_error', outcome: 'not_executed', retryable: false }
const INVALID = { code: 'invalid_request', outcome: 'not_executed', retryable: false }
const NOT_FOUND = { code: 'not_found', outcome: 'not_executed', retryable: false }
const REFUSED = { code: 'refused', outcome: 'not_executed', retryable: false }
const CONFLICT = { code: 'conflict', outcome: 'unknown', retryable: true }

/** Every row of PortOne's known messages, as they come. */
const ROWS: readonly (readonly [Operation, number, number, string, object])[] = [
  ['getToken', 401, -1, '인증에 실패하였습니다. API키와 secret을 확인하세요.', CONFIG],
  ['getPayment', 401, -1, 'Unauthorized', CONFIG],
  ['chargeAgain', 401, -1, 'Unauthorized', CONFIG],
  ['getToken', 400, -1, 'imp_key, imp_secret 파라메터가 누락되었습니다.', CONFIG],
  ['getPayment', 404, -1, '존재하지 않는 결제정보입니다.', NOT_FOUND],
  ['findPayment', 404, -1, '존재하지 않는 결제정보입니다.', NOT_FOUND],
  ['findAllPayments', 200, -1, '존재하지 않는 결제정보입니다', NOT_FOUND],
  ['preparePayment', 200, 1, '결제정보 사전등록에 실패하였습니다(이미 등록된 merchant_uid입니다).', CONFLICT],
  ['preparePayment', 200, 1, '결제정보 사전등록에 실패하였습니다(이미 등록된 merchant_uid입니다.)', CONFLICT],
  ['cancelPayment', 200, 1, '취소할 결제건이 존재하지 않습니다.', NOT_FOUND],
  ['cancelPayment', 200, 1, '이미 전액취소된 주문입니다.', CONFLICT],
  ['cancelPayment', 200, -1, '[PG] 취소 가능 기간이 지났습니다.', REFUSED],
  ['chargeAgain', 200, 1, '등록되지 않은 구매자입니다.', NOT_FOUND],
  ['chargeAgain', 200, -1, '등록되지 않은 구매자입니다.', NOT_FOUND],
  ['chargeAgain', 200, -1, '등록되지 않은 사용자입니다.', NOT_FOUND],
  ['getCustomer', 404, -1, '요청하신 customer_uid(c)로 등록된 정보를 찾을 수 없습니다.', NOT_FOUND],
  ['getCustomer', 200, 1, '요청하신 customer_uid(c)로 등록된 정보를 찾을 수 없습니다.', NOT_FOUND],
  ['deleteCustomer', 200, 1, '요청하신 customer_uid(c)로 등록된 정보를 찾을 수 없습니다.', NOT_FOUND],
  ['scheduleCharge', 200, 1, '등록된 고객정보가 없습니다.', NOT_FOUND],
  ['scheduleCharge', 200, 1, '등록되지 않은 구매자입니다.', NOT_FOUND],
  ['scheduleCharge', 200, 1, '(이미 등록된 예약)', CONFLICT],
  ['getSchedule', 404, -1, 'invalid imp_uid', NOT_FOUND],
  ['unschedule', 200, 1, '취소할 예약결제 기록이 존재하지 않습니다.', CONFLICT],
]

describe('what PortOne’s refusals mean', () => {
  test.each(ROWS)('%s, status %i, code %i, %s', async (operation, status, code, message, meaning) => {
    expect(await call(operation, status, said(message, code))).toEqual({
      ...meaning,
      message: `portone-v1 ${operation}: status ${status}, code ${code}`,
    })
  })

  test.each([
    ['chargeAgain', CONFLICT],
    ['scheduleCharge', CONFLICT],
    ['unschedule', CONFLICT],
    ['cancelPayment', REFUSED],
    ['preparePayment', INVALID],
    ['changePrepared', INVALID],
    ['retrySchedule', { code: 'unrecognized', outcome: 'unknown', retryable: false }],
    ['changeVbank', { code: 'unrecognized', outcome: 'unknown', retryable: false }],
    ['getPayment', { code: 'unrecognized', outcome: 'unknown', retryable: false }],
  ] as const)('%s with words that nobody has looked up: %o', async (operation, meaning) => {
    const error = await call(operation, 200, said('내일의 메시지', -1))
    expect(error).toMatchObject(meaning)
    expect(JSON.stringify(error)).not.toContain('내일')
  })

  test('words that mean something at one endpoint mean nothing at another', async () => {
    expect(await call('chargeAgain', 200, said('취소할 결제건이 존재하지 않습니다.'))).toMatchObject(CONFLICT)
  })
})

describe('by status alone', () => {
  test.each([
    ['chargeAgain', 400, INVALID],
    ['chargeAgain', 404, NOT_FOUND],
    ['chargeAgain', 409, CONFLICT],
    ['chargeAgain', 403, { code: 'unrecognized', outcome: 'unknown', retryable: false }],
    ['chargeAgain', 429, { code: 'rate_limited', outcome: 'not_executed', retryable: true }],
    ['chargeAgain', 500, { code: 'provider_fault', outcome: 'unknown', retryable: true }],
    ['cancelPayment', 501, { code: 'provider_fault', outcome: 'unknown', retryable: true }],
    ['issueReceipt', 501, { code: 'method_unavailable', outcome: 'not_executed', retryable: false }],
    ['revokeReceipt', 501, { code: 'method_unavailable', outcome: 'not_executed', retryable: false }],
    ['issueReceipt', 500, { code: 'provider_fault', outcome: 'unknown', retryable: true }],
    ['moveSchedule', 400, CONFLICT],
    ['reschedule', 400, CONFLICT],
    ['retrySchedule', 400, CONFLICT],
    ['getToken', 400, CONFIG],
  ] as const)('%s, status %i', async (operation, status, meaning) => {
    expect(await call(operation, status, said('?', -1))).toMatchObject(meaning)
    if (status !== 400 || operation !== 'getToken')
      expect(await call(operation, status, undefined)).toMatchObject(meaning)
  })

  test('a definite text that comes with a fault is not definite', async () => {
    const error = await call('chargeAgain', 500, said('등록되지 않은 구매자입니다.'))
    expect(error).toMatchObject({ code: 'provider_fault', outcome: 'unknown' })
  })

  test.each([[{}], [[]], [{ code: '0', response: {} }], [{ code: 0.5 }], [{ code: null }], ['text']])(
    'status 200 with %j is no envelope: nothing can be said',
    async (body) => {
      expect(await call('chargeAgain', 200, [body].flat()[0] === 'text' ? [body] : body)).toMatchObject({
        code: 'bad_response',
        outcome: 'unknown',
      })
    },
  )
})

test('why a payment failed is free text, but for PortOne’s own', () => {
  expect(failureCodeOf('고객사 요청에 의해 결제를 중단합니다. (상세사유 : 품절)')).toBe('refused')
  for (const reason of ['[PG] 한도초과', '', null]) expect(failureCodeOf(reason)).toBe('declined')
})
