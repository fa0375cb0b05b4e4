import type { ResultAsync } from 'neverthrow'
import { describe, expect, test } from 'vitest'
import type { GatewayError } from '../../../src/providers/gateway'
import type { PortOneV1Client } from '../../../src/providers/portone-v1'
import { answering, clientOf, ok, pageOf, paymentBody, refusal, START } from './support'

const SCHEDULE = {
  customer_uid: 'cus/1',
  merchant_uid: 'chg/1',
  imp_uid: null,
  schedule_at: START / 1000 + 60,
  executed_at: 0,
  revoked_at: 0,
  amount: 9_900,
  currency: 'KRW',
  schedule_status: 'scheduled',
  payment_status: null,
}
const CUSTOMER = {
  customer_uid: 'cus/1',
  pg_provider: 'html5_inicis',
  card_name: '신한카드',
  card_number: '400000******0001',
}
const PREPARED = { merchant_uid: 'att/1', amount: 33_000, currency: 'KRW' }
const RECEIPT = { imp_uid: 'imp/1', receipt_tid: 't', apply_num: 'a', type: 'person', amount: 33_000, applied_at: 0 }
const CANCEL = { imp_uid: 'imp/1', amount: 1_000, checksum: 33_000, reason: 'x' }
const AGAIN = { customer_uid: 'cus/1', merchant_uid: 'chg/1', amount: 9_900, name: 'Pro plan' }
const PLANNED = { ...AGAIN, schedule_at: START / 1000 + 60, currency: 'KRW' }
const VBANK = { channel_key: 'ck', merchant_uid: 'att/1', amount: 33_000, vbank_code: '088', vbank_due: 1 }

type Row = readonly [
  operation: string,
  call: (client: PortOneV1Client) => ResultAsync<unknown, GatewayError>,
  wire: readonly [method: string, path: string, body?: unknown],
  response: unknown,
]

const SANDBOX = 'include_sandbox=true'
const payment = paymentBody()
const page = pageOf(payment)

const ROWS: readonly Row[] = [
  ['getPayment', (c) => c.getPayment('imp/1'), ['GET', `/payments/imp%2F1?${SANDBOX}`], payment],
  [
    'getPayments',
    (c) => c.getPayments({ impUids: ['a', 'b'], merchantUids: ['c'] }),
    ['GET', `/payments?imp_uid%5B%5D=a&imp_uid%5B%5D=b&merchant_uid%5B%5D=c&${SANDBOX}`],
    [payment],
  ],
  ['findPayment', (c) => c.findPayment('att/1'), ['GET', `/payments/find/att%2F1?${SANDBOX}`], payment],
  [
    'findPayment of a status',
    (c) => c.findPayment('att/1', { status: 'paid', sorting: '-paid' }),
    ['GET', `/payments/find/att%2F1/paid?sorting=-paid&${SANDBOX}`],
    payment,
  ],
  [
    'findAllPayments',
    (c) => c.findAllPayments('att/1', { status: 'failed', page: 2, limit: 100 }),
    ['GET', `/payments/findAll/att%2F1/failed?page=2&limit=100&${SANDBOX}`],
    page,
  ],
  [
    'listPayments',
    (c) => c.listPayments({ status: 'all', from: 1, to: 2, limit: 10 }),
    ['GET', `/payments/status/all?from=1&to=2&limit=10&${SANDBOX}`],
    page,
  ],
  ['cancelPayment', (c) => c.cancelPayment(CANCEL), ['POST', '/payments/cancel', CANCEL], payment],
  ['preparePayment', (c) => c.preparePayment(PREPARED), ['POST', '/payments/prepare', PREPARED], PREPARED],
  ['changePrepared', (c) => c.changePrepared(PREPARED), ['PUT', '/payments/prepare', PREPARED], PREPARED],
  ['getPrepared', (c) => c.getPrepared('att/1'), ['GET', '/payments/prepare/att%2F1'], PREPARED],
  ['getCustomer', (c) => c.getCustomer('cus/1'), ['GET', '/subscribe/customers/cus%2F1'], CUSTOMER],
  [
    'getCustomers',
    (c) => c.getCustomers(['a', 'b']),
    ['GET', '/subscribe/customers?customer_uid%5B%5D=a&customer_uid%5B%5D=b'],
    [CUSTOMER],
  ],
  [
    'deleteCustomer',
    (c) => c.deleteCustomer('cus/1', { reason: 'x y' }),
    ['DELETE', '/subscribe/customers/cus%2F1?reason=x+y'],
    CUSTOMER,
  ],
  [
    'listCustomerPayments',
    (c) => c.listCustomerPayments('cus/1', { page: 2 }),
    ['GET', '/subscribe/customers/cus%2F1/payments?page=2'],
    page,
  ],
  ['chargeAgain', (c) => c.chargeAgain(AGAIN), ['POST', '/subscribe/payments/again', AGAIN], payment],
  [
    'scheduleCharge',
    (c) => c.scheduleCharge(PLANNED),
    [
      'POST',
      '/subscribe/payments/schedule',
      {
        customer_uid: 'cus/1',
        schedules: [
          { merchant_uid: 'chg/1', amount: 9_900, name: 'Pro plan', schedule_at: START / 1000 + 60, currency: 'KRW' },
        ],
      },
    ],
    [SCHEDULE],
  ],
  [
    'unschedule',
    (c) => c.unschedule(['chg/1']),
    ['POST', '/subscribe/payments/unschedule', { merchant_uid: ['chg/1'] }],
    [SCHEDULE],
  ],
  ['getSchedule', (c) => c.getSchedule('chg/1'), ['GET', '/subscribe/payments/schedule/chg%2F1'], SCHEDULE],
  [
    'listSchedules',
    (c) => c.listSchedules({ from: 1, to: 2, status: 'executed', page: 1 }),
    ['GET', '/subscribe/payments/schedule?schedule_from=1&schedule_to=2&schedule_status=executed&page=1'],
    [SCHEDULE],
  ],
  [
    'listCustomerSchedules',
    (c) => c.listCustomerSchedules('cus/1', { from: 1, to: 2, status: 'scheduled' }),
    ['GET', '/subscribe/payments/schedule/customers/cus%2F1?from=1&to=2&schedule-status=scheduled'],
    pageOf(SCHEDULE),
  ],
  [
    'moveSchedule',
    (c) => c.moveSchedule('chg/1', 5),
    ['PUT', '/subscribe/payments/schedule/chg%2F1', { schedule_at: 5 }],
    SCHEDULE,
  ],
  [
    'reschedule',
    (c) => c.reschedule('chg/1', 5),
    ['POST', '/subscribe/payments/schedule/chg%2F1/reschedule', { schedule_at: 5 }],
    SCHEDULE,
  ],
  [
    'retrySchedule',
    (c) => c.retrySchedule('chg/1'),
    ['POST', '/subscribe/payments/schedule/chg%2F1/retry', {}],
    payment,
  ],
  ['issueVbank', (c) => c.issueVbank(VBANK), ['POST', '/vbanks', VBANK], payment],
  [
    'changeVbank',
    (c) => c.changeVbank('imp/1', { vbank_due: 5 }),
    ['PUT', '/vbanks/imp%2F1', { vbank_due: 5 }],
    payment,
  ],
  ['revokeVbank', (c) => c.revokeVbank('imp/1'), ['DELETE', '/vbanks/imp%2F1'], payment],
  ['getReceipt', (c) => c.getReceipt('imp/1'), ['GET', '/receipts/imp%2F1'], RECEIPT],
  [
    'issueReceipt',
    (c) => c.issueReceipt('imp/1', { identifier: '0100000' }),
    ['POST', '/receipts/imp%2F1', { identifier: '0100000' }],
    RECEIPT,
  ],
  ['revokeReceipt', (c) => c.revokeReceipt('imp/1'), ['DELETE', '/receipts/imp%2F1'], RECEIPT],
]

describe('each endpoint', () => {
  test.each(ROWS)('%s is this request and reads this answer', async (_name, call, [method, path, body], response) => {
    const { fetch, seen, tokens } = answering(ok(response))
    expect((await call(clientOf(fetch))).isOk()).toBe(true)
    expect(seen).toEqual([{ method, path, headers: expect.anything(), body }])
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer token-1')
    expect(tokens).toEqual([{ imp_key: 'planted-key-31337', imp_secret: 'planted-secret-31337' }])
  })

  test.each(ROWS)('%s: status 200 with a code is a refusal, a wrong shape is none at all', async (_name, call) => {
    const refused = await call(clientOf(answering(refusal('거절', -1)).fetch))
    expect(refused.isOk()).toBe(false)
    const odd = await call(clientOf(answering(ok({ unexpected: [1] })).fetch))
    expect(odd).toMatchObject({ error: { code: 'bad_response', outcome: 'unknown' } })
  })
})

describe('what a caller may say about a call', () => {
  test('a signal that is over before anything is sent: not sent', async () => {
    const { fetch, seen } = answering(ok(payment))
    const error = (await clientOf(fetch).chargeAgain(AGAIN, { signal: AbortSignal.abort() }))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'not_sent', outcome: 'not_executed' })
    expect(seen).toEqual([])
  })

  test('getToken: the token and its two moments', async () => {
    const token = (await clientOf(answering(ok(null)).fetch).getToken())._unsafeUnwrap()
    expect(token).toEqual({ access_token: 'token-1', now: START / 1000, expired_at: START / 1000 + 1_800 })
  })

  test('the sub-store goes along with every call', async () => {
    const { fetch, seen } = answering(ok(payment))
    await clientOf(fetch, { tier: 'AB1' }).getPayment('imp_1')
    expect(seen[0]?.headers.get('tier')).toBe('AB1')
  })

  test('live mode never asks for payments of test channels', async () => {
    const { fetch, seen } = answering(ok(payment), ok(payment), ok(page), ok(page), ok([payment]))
    const client = clientOf(fetch, { mode: 'live' })
    await client.getPayment('imp_1')
    await client.findPayment('att_1')
    await client.findAllPayments('att_1')
    await client.listPayments({ status: 'paid' })
    await client.getPayments({ impUids: ['imp_1'] })
    expect(seen).toHaveLength(5)
    for (const { path } of seen) expect(path).not.toContain('sandbox')
  })

  test('to revoke nothing in particular would revoke everything: refused here', async () => {
    const { fetch, seen } = answering(ok([SCHEDULE]))
    const none: readonly string[] = []
    const error = (await clientOf(fetch).unschedule(none as readonly [string]))._unsafeUnwrapErr() // As from JavaScript.
    expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
    expect(seen).toEqual([])
  })
})

describe('answers', () => {
  test('207: those that were found', async () => {
    for (const code of [0, 1]) {
      const { fetch } = answering([207, { code, message: null, response: [payment] }])
      expect((await clientOf(fetch).getPayments({ impUids: ['a', 'b'] }))._unsafeUnwrap()).toHaveLength(1)
    }
  })

  test('lists of schedules are an array or a page', async () => {
    for (const shape of [[SCHEDULE], pageOf(SCHEDULE)]) {
      const { list, next } = (
        await clientOf(answering(ok(shape)).fetch).listSchedules({ from: 1, to: 2 })
      )._unsafeUnwrap()
      expect({ next, uids: list.map(({ merchant_uid }) => merchant_uid) }).toEqual({ next: 0, uids: ['chg/1'] })
    }
  })

  test.each([
    ['numbers as text', { amount: '33000', paid_at: String(START / 1000) }],
    ['an unknown status, method and usage', { status: 'pending', pay_method: 'moonpay', customer_uid_usage: 'later' }],
    ['everything optional absent', { cancel_amount: undefined, pay_method: undefined, sandbox: undefined }],
    ['everything optional null', { cancel_amount: null, pay_method: null, sandbox: null, cancel_history: null }],
    ['empty text', { pay_method: '', vbank_num: '', customer_uid: '' }],
    ['a moment beyond all calendars', { paid_at: 1e20 }],
  ])('a payment is read with %s', async (_name, changes) => {
    const read = await clientOf(answering(ok(paymentBody(changes))).fetch).getPayment('imp_1')
    expect(read._unsafeUnwrap()).toMatchObject({ amount: 33_000, merchant_uid: paymentBody().merchant_uid })
  })

  test('0 and absent are no moment, a second is a second', async () => {
    const read = await clientOf(answering(ok(paymentBody({ started_at: 0 }))).fetch).getPayment('imp_1')
    expect(read._unsafeUnwrap()).toMatchObject({ started_at: null, vbank_date: null, paid_at: new Date(START) })
  })
})
