import { describe, expect, test } from 'vitest'
import { tossClient } from '../../../src/providers/toss/client'
import { type FakeToss, type FakeTossOptions, fakeToss } from '../../../src/providers/toss/fake'
import { type ManualClock, manualClock, SECRET_KEY, START, until } from './support'

const MINUTE = 60_000
const ORDER = 'order-0001'

type Call = { readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers }

const setUp = (options: FakeTossOptions = {}) => {
  const clock = manualClock()
  const fake = fakeToss({ secretKey: SECRET_KEY, clock, ...options })
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Call> => {
    const response = await fake.fetch(`https://api.tosspayments.com/v1/${path}`, {
      method,
      headers: { authorization: `Basic ${btoa(`${SECRET_KEY}:`)}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: JSON.parse(await response.text()), headers: response.headers }
  }
  const confirm = (paymentKey: string, headers?: Record<string, string>, changes: object = {}) =>
    call('POST', 'payments/confirm', { paymentKey, orderId: ORDER, amount: 33_000, ...changes }, headers)
  const cancel = (paymentKey: string, body: object = {}, headers?: Record<string, string>) =>
    call('POST', `payments/${paymentKey}/cancel`, { cancelReason: 'x', ...body }, headers)
  return { clock, fake, call, confirm, cancel }
}

const authorized = (fake: FakeToss, method: 'CARD' | 'VIRTUAL_ACCOUNT' = 'CARD') =>
  fake.buyer.authorize({ orderId: ORDER, amount: 33_000, method }).paymentKey

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

describe('cancel', () => {
  const paidKey = async ({ fake, confirm }: Pick<ReturnType<typeof setUp>, 'fake' | 'confirm'>) => {
    const paymentKey = authorized(fake)
    await confirm(paymentKey)
    return paymentKey
  }

  test('all at once is CANCELED; again is ALREADY_CANCELED_PAYMENT', async () => {
    const shop = setUp()
    const paymentKey = await paidKey(shop)
    const { body } = await shop.cancel(paymentKey)
    expect(body).toMatchObject({ status: 'CANCELED', totalAmount: 33_000, balanceAmount: 0, suppliedAmount: 0, vat: 0 })
    expect(await shop.cancel(paymentKey)).toMatchObject({ status: 400, body: { code: 'ALREADY_CANCELED_PAYMENT' } })
  })

  test('in parts it stays PARTIAL_CANCELED to the end, and supply and VAT follow the balance', async () => {
    const shop = setUp()
    const paymentKey = await paidKey(shop)
    const { body } = await shop.cancel(paymentKey, { cancelAmount: 11_000 })
    const rest = { balanceAmount: 22_000, suppliedAmount: 20_000, vat: 2_000 }
    expect(body).toMatchObject({ status: 'PARTIAL_CANCELED', totalAmount: 33_000, ...rest })
    expect((await shop.cancel(paymentKey, { cancelAmount: 22_000 })).body).toMatchObject({
      status: 'PARTIAL_CANCELED',
      balanceAmount: 0,
      cancels: [{ refundableAmount: 22_000 }, { refundableAmount: 0, cancelStatus: 'DONE' }],
    })
    expect(await shop.cancel(paymentKey)).toMatchObject({ status: 403, body: { code: 'NOT_CANCELABLE_AMOUNT' } })
    expect(shop.fake.book().map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['capture', 33_000],
      ['refund', 11_000],
      ['refund', 22_000],
    ])
  })

  test.each([
    ['zero', { cancelAmount: 0 }, 400, 'INVALID_REQUEST'],
    ['less than zero', { cancelAmount: -1 }, 400, 'INVALID_REQUEST'],
    ['one too many', { cancelAmount: 33_001 }, 403, 'NOT_CANCELABLE_AMOUNT'],
    ['a balance we do not have', { refundableAmount: 32_999 }, 400, 'NOT_MATCHES_REFUNDABLE_AMOUNT'],
    ['no reason', { cancelReason: undefined }, 400, 'INVALID_REQUEST'],
    ['a reason of 201', { cancelReason: 'x'.repeat(201) }, 400, 'INVALID_REQUEST'],
    ['another currency', { currency: 'USD' }, 400, 'INVALID_CURRENCY'],
  ])('%s moves nothing', async (_, body, status, code) => {
    const shop = setUp()
    expect(await shop.cancel(await paidKey(shop), body)).toMatchObject({ status, body: { code } })
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('what was never paid cannot be cancelled, what is not there cannot be found', async () => {
    const { fake, cancel } = setUp()
    expect((await cancel(authorized(fake))).body['code']).toBe('NOT_CANCELABLE_PAYMENT')
    expect(await cancel('pk_none')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_PAYMENT' } })
  })

  test('a payment that allows no parts is cancelled whole or not at all', async () => {
    const { fake, confirm, cancel } = setUp()
    const { paymentKey } = fake.buyer.authorize({ orderId: ORDER, amount: 33_000, partialCancelable: false })
    await confirm(paymentKey)
    expect((await cancel(paymentKey, { cancelAmount: 1 })).body['code']).toBe('NOT_ALLOWED_PARTIAL_REFUND')
    expect((await cancel(paymentKey)).body['status']).toBe('CANCELED')
  })

  test('an account that waits is cancelled whole, and no money moves', async () => {
    const { fake, confirm, cancel } = setUp()
    const paymentKey = authorized(fake, 'VIRTUAL_ACCOUNT')
    await confirm(paymentKey)
    const part = await cancel(paymentKey, { cancelAmount: 1 })
    expect(part.body['code']).toBe('NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT')
    expect((await cancel(paymentKey)).body).toMatchObject({ status: 'CANCELED', approvedAt: null })
    expect(fake.book()).toEqual([])
    expect(fake.bank.deposit(ORDER)).toBe(false)
  })

  test('a deposit needs an account to go back to', async () => {
    const { fake, confirm, cancel } = setUp()
    const paymentKey = authorized(fake, 'VIRTUAL_ACCOUNT')
    await confirm(paymentKey)
    expect(fake.bank.deposit(ORDER, 32_999)).toBe(false)
    expect(fake.bank.deposit(ORDER)).toBe(true)
    expect(fake.bank.deposit(ORDER)).toBe(false)
    expect((await cancel(paymentKey)).body['code']).toBe('INVALID_REFUND_ACCOUNT_INFO')
    const account = { bank: '88', accountNumber: '110', holderName: '홍길동' }
    const refundTo = (changes: object) => cancel(paymentKey, { refundReceiveAccount: { ...account, ...changes } })
    expect((await refundTo({ bank: undefined, bankCode: '88' })).body['code']).toBe('INVALID_BANK')
    expect((await refundTo({ accountNumber: '110-1' })).body['code']).toBe('INVALID_REFUND_ACCOUNT_NUMBER')
    expect((await refundTo({})).body['status']).toBe('CANCELED')
  })
})

describe('look-ups', () => {
  test('by key and by order; what is not there is NOT_FOUND_PAYMENT', async () => {
    const { fake, call } = setUp()
    const paymentKey = authorized(fake)
    const byKey = await call('GET', `payments/${paymentKey}`)
    expect((await call('GET', `payments/orders/${ORDER}`)).body).toEqual(byKey.body)
    for (const path of ['payments/pk_none', 'payments/orders/none']) {
      expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_PAYMENT' } })
    }
  })

  test('sparse answers leave out what is null', async () => {
    const { fake, call } = setUp({ sparse: true })
    const { body } = await call('GET', `payments/${authorized(fake)}`)
    expect(body).toMatchObject({ status: 'IN_PROGRESS' })
    expect(Object.values(body)).not.toContain(null)
    expect(body).not.toHaveProperty('cancels')
  })
})

describe('accounts issued without a window', () => {
  const client = (fake: FakeToss, clock: ManualClock) =>
    tossClient({
      secretKey: SECRET_KEY,
      baseUrl: 'https://toss.test',
      timeoutMs: 1_000,
      log: () => undefined,
      clock,
      fetch: fake.fetch,
    })
  const body = { amount: 11_000, orderId: ORDER, orderName: '원두', customerName: '홍길동', bank: '88' }

  test('wait for their deposit', async () => {
    const { clock, fake } = setUp()
    const issued = (await client(fake, clock).issueVirtualAccount({ ...body, validHours: 1 }, 'k1'))._unsafeUnwrap()
    expect(issued).toMatchObject({ status: 'WAITING_FOR_DEPOSIT', secret: expect.stringMatching(/^ps_/) })
    expect(issued.virtualAccount?.dueDate).toEqual(new Date(START + 3_600_000))
    expect(fake.bank.deposit(ORDER)).toBe(true)
    expect(fake.book()).toMatchObject([{ kind: 'capture', amountMinor: 11_000 }])
    const again = await client(fake, clock).issueVirtualAccount(body, 'k2')
    expect(again._unsafeUnwrapErr()).toMatchObject({ code: 'conflict', providerCode: 'DUPLICATED_ORDER_ID' })
  })

  test.each([
    [{ amount: 199 }, 'BELOW_MINIMUM_AMOUNT'],
    [{ bank: 'KB' }, 'INVALID_BANK'],
    [{ orderId: 'a' }, 'INVALID_ORDER_ID'],
    [{ orderName: '' }, 'INVALID_ORDER_NAME'],
    [{ validHours: 2_161 }, 'EXCEED_MAX_VALID_HOURS'],
  ])('%o is %s', async (changes, providerCode) => {
    const { clock, fake } = setUp()
    const refused = await client(fake, clock).issueVirtualAccount({ ...body, ...changes }, 'k1')
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', providerCode })
    expect(fake.payments()).toEqual([])
  })
})
