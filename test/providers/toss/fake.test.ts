import { describe, expect, test } from 'vitest'
import { fakeToss } from '../../../src/providers/toss/fake'
import { authorized, ORDER, setUp } from './fake-support'
import { manualClock, SECRET_KEY, START, until } from './support'

const MINUTE = 60_000

describe('keys and routes', () => {
  test.each([
    ['no header', undefined, 403, 'INCORRECT_BASIC_AUTH_FORMAT'],
    ['a bearer', 'Bearer x', 403, 'INCORRECT_BASIC_AUTH_FORMAT'],
    ['no colon', `Basic ${btoa(SECRET_KEY)}`, 403, 'INCORRECT_BASIC_AUTH_FORMAT'],
    ['no base64', 'Basic !!!', 403, 'INCORRECT_BASIC_AUTH_FORMAT'],
    ['another key', `Basic ${btoa('test_sk_other:')}`, 401, 'UNAUTHORIZED_KEY'],
  ])('%s is refused', async (_, authorization, status, code) => {
    const { fake } = setUp()
    const headers = authorization === undefined ? {} : { authorization }
    const response = await fake.fetch('https://api.tosspayments.com/v1/payments/pk', { headers })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code, message: expect.any(String) })
  })

  test('an unknown route is 404, and every answer carries a trace id', async () => {
    const { call } = setUp()
    const answer = await call('PUT', 'payments/pk')
    expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_HTTP_METHOD' } })
    expect(answer.headers.get('x-tosspayments-trace-id')).toMatch(/^fake-trace-\d+$/)
  })

  test('ids are counted: two runs give the same ones', async () => {
    const keys = [1, 2].map(() => authorized(setUp().fake))
    expect(keys[0]).toBe(keys[1])
  })

  test('a test key can ask for any error, a live key cannot', async () => {
    const { fake, confirm } = setUp()
    const paymentKey = authorized(fake)
    const forced = (code: string) => confirm(paymentKey, { 'tosspayments-test-code': code })
    expect(await forced('REJECT_CARD_COMPANY')).toMatchObject({ status: 403, body: { code: 'REJECT_CARD_COMPANY' } })
    expect(await forced('IDEMPOTENT_REQUEST_PROCESSING')).toMatchObject({ status: 409 })
    expect(await forced('NO_SUCH_CODE')).toMatchObject({ status: 400, body: { code: 'INVALID_TEST_CODE' } })
    expect(fake.book()).toEqual([])
    const live = fakeToss({ secretKey: 'live_sk_1', clock: manualClock() })
    const answer = await live.fetch('https://api.tosspayments.com/v1/payments/none', {
      headers: { authorization: `Basic ${btoa('live_sk_1:')}`, 'tosspayments-test-code': 'REJECT_CARD_COMPANY' },
    })
    expect(await answer.json()).toMatchObject({ code: 'NOT_FOUND_PAYMENT' })
  })
})

describe('windows', () => {
  test.each([
    [10 * MINUTE - 1, 200, 'DONE'],
    [10 * MINUTE, 404, 'EXPIRED'],
    [10 * MINUTE + 1, 404, 'EXPIRED'],
  ])('confirm %i ms after authentication answers %i, %s', async (ms, status, expected) => {
    const { clock, fake, confirm, call } = setUp()
    const paymentKey = authorized(fake)
    await clock.advance(ms)
    const answer = await confirm(paymentKey)
    expect(answer.status).toBe(status)
    if (status === 404) expect(answer.body['code']).toBe('NOT_FOUND_PAYMENT_SESSION')
    expect((await call('GET', `payments/${paymentKey}`)).body['status']).toBe(expected)
    expect(fake.book()).toHaveLength(status === 200 ? 1 : 0)
  })

  test.each([
    [30 * MINUTE - 1, true],
    [30 * MINUTE, false],
    [30 * MINUTE + 1, false],
  ])('a buyer who authenticates %i ms after the window opened: %s', async (ms, inTime) => {
    const { clock, fake } = setUp()
    const { paymentKey } = fake.buyer.open({ orderId: ORDER, amount: 33_000 })
    await clock.advance(ms)
    expect(fake.buyer.authenticate(paymentKey)).toBe(inTime)
    expect(fake.payments()[0]?.status).toBe(inTime ? 'IN_PROGRESS' : 'EXPIRED')
  })

  test('the end of a window is told by a webhook of that moment, whenever it is noticed', async () => {
    const { clock, fake } = setUp()
    authorized(fake)
    await clock.advance(60 * MINUTE)
    const [expired] = fake.webhooks.pending()
    expect(expired?.dueAt).toEqual(new Date(START + 10 * MINUTE))
    expect(JSON.parse(expired?.rawBody ?? '')).toMatchObject({
      eventType: 'PAYMENT_STATUS_CHANGED',
      data: { status: 'EXPIRED', approvedAt: null, failure: { code: 'EXPIRED_PAYMENT' }, balanceAmount: 33_000 },
    })
  })
})

describe('confirm', () => {
  test.each([
    ['another amount', { amount: 32_999 }],
    ['another order', { orderId: 'order-0002' }],
    ['an amount as text', { amount: '33000' }],
    ['no order', { orderId: undefined }],
  ])('%s is refused and leaves the payment confirmable', async (_, changes) => {
    const { fake, confirm } = setUp()
    const paymentKey = authorized(fake)
    expect(await confirm(paymentKey, {}, changes)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
    expect(fake.payments()[0]?.status).toBe('IN_PROGRESS')
    expect((await confirm(paymentKey)).status).toBe(200)
  })

  test('a second confirm is ALREADY_PROCESSED_PAYMENT', async () => {
    const { fake, confirm } = setUp()
    const paymentKey = authorized(fake)
    await confirm(paymentKey)
    expect(await confirm(paymentKey)).toMatchObject({ status: 400, body: { code: 'ALREADY_PROCESSED_PAYMENT' } })
    expect(fake.book()).toHaveLength(1)
  })

  test('a payment that was not authenticated has no session, nor has one that is not there', async () => {
    const { fake, confirm } = setUp()
    const { paymentKey } = fake.buyer.open({ orderId: ORDER, amount: 33_000 })
    for (const key of [paymentKey, 'pk_none']) {
      expect(await confirm(key)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_PAYMENT_SESSION' } })
    }
  })

  test('a decline waits for its order; one by the issuer ends the payment, another leaves it open', async () => {
    const { fake, confirm } = setUp()
    fake.decline('REJECT_CARD_PAYMENT', 'order-of-somebody-else')
    fake.decline('CARD_PROCESSING_ERROR', ORDER)
    fake.decline('INVALID_STOPPED_CARD')
    const paymentKey = authorized(fake)
    expect((await confirm(paymentKey)).body['code']).toBe('CARD_PROCESSING_ERROR')
    expect(fake.payments()[0]?.status).toBe('IN_PROGRESS')
    expect((await confirm(paymentKey)).body['code']).toBe('INVALID_STOPPED_CARD')
    expect(fake.payments()[0]).toMatchObject({ status: 'ABORTED', failureCode: 'INVALID_STOPPED_CARD' })
    expect((await confirm(paymentKey)).body['code']).toBe('ALREADY_PROCESSED_PAYMENT')
  })
})

describe('idempotency', () => {
  const key = { 'idempotency-key': 'k1' }

  test('a repeat gets the same bytes, also with another body, and nothing is executed', async () => {
    const { fake, confirm } = setUp()
    const first = await confirm(authorized(fake), key)
    const other = fake.buyer.authorize({ orderId: 'order-0002', amount: 5_000 })
    const second = await confirm(other.paymentKey, key, { orderId: 'order-0002', amount: 5_000 })
    expect(second.body).toEqual(first.body)
    expect(first.headers.get('idempotency-key')).toBe('k1')
    const [trace, original] = (second.headers.get('x-tosspayments-trace-id') ?? '').split(',')
    expect(original).toBe(first.headers.get('x-tosspayments-trace-id'))
    expect(trace).not.toBe(original)
    expect(fake.book()).toHaveLength(1)
  })

  test('errors are repeated too, even with a corrected body', async () => {
    const { fake, confirm } = setUp()
    const paymentKey = authorized(fake)
    expect((await confirm(paymentKey, key, { amount: 1 })).body['code']).toBe('INVALID_REQUEST')
    expect((await confirm(paymentKey, key)).body['code']).toBe('INVALID_REQUEST')
    expect((await confirm(paymentKey, { 'idempotency-key': 'k2' })).status).toBe(200)
  })

  test('an answer of 500 after the work was done is what the key keeps answering', async () => {
    const { fake, confirm } = setUp()
    const paymentKey = authorized(fake)
    fake.faults.next({ kind: 'error_after', status: 500 })
    expect((await confirm(paymentKey, key)).status).toBe(500)
    expect((await confirm(paymentKey, key)).status).toBe(500)
    expect(fake.book()).toHaveLength(1)
  })

  test('while the first is worked on, the same key is 409', async () => {
    const { clock, fake, confirm } = setUp()
    const paymentKey = authorized(fake)
    fake.faults.next({ kind: 'slow', ms: 5_000 })
    const first = confirm(paymentKey, key)
    await until(() => fake.faults.pending() === 0)
    await clock.advance(4_999)
    expect(await confirm(paymentKey, key)).toMatchObject({
      status: 409,
      body: { code: 'IDEMPOTENT_REQUEST_PROCESSING' },
    })
    await clock.advance(1)
    expect((await first).status).toBe(200)
    expect((await confirm(paymentKey, key)).status).toBe(200)
    expect(fake.book()).toHaveLength(1)
  })

  test('15 days after its first use a key is new', async () => {
    const { clock, fake, confirm } = setUp()
    const paymentKey = authorized(fake)
    const days15 = 15 * 24 * 60 * MINUTE
    await confirm(paymentKey, key)
    await clock.advance(days15 - 1)
    expect((await confirm(paymentKey, key)).status).toBe(200)
    await clock.advance(1)
    expect((await confirm(paymentKey, key)).body['code']).toBe('ALREADY_PROCESSED_PAYMENT')
  })

  test('300 characters are a key, 301 are not', async () => {
    const { fake, confirm } = setUp()
    const paymentKey = authorized(fake)
    const tooLong = await confirm(paymentKey, { 'idempotency-key': 'k'.repeat(301) })
    expect(tooLong).toMatchObject({ status: 400, body: { code: 'INVALID_IDEMPOTENCY_KEY' } })
    expect((await confirm(paymentKey, { 'idempotency-key': 'k'.repeat(300) })).status).toBe(200)
  })

  test('a look-up ignores the key, and another path is another request', async () => {
    const { fake, call, confirm, cancel } = setUp()
    const paymentKey = authorized(fake)
    expect((await call('GET', `payments/${paymentKey}`, undefined, key)).body['status']).toBe('IN_PROGRESS')
    await confirm(paymentKey, key)
    expect((await call('GET', `payments/${paymentKey}`, undefined, key)).body['status']).toBe('DONE')
    expect((await cancel(paymentKey, {}, key)).body['status']).toBe('CANCELED')
  })
})
