import { describe, expect, test } from 'vitest'
import { krw, usd } from '../../../src/core/money'
import { type GatewayError, mayStillArrive } from '../../../src/providers/gateway'
import {
  answering,
  asked,
  attemptOf,
  CHANNEL_KEY,
  connect,
  manualClock,
  orderOf,
  paid,
  portOnePayment,
  START,
  sentOf,
  shopOf,
  TIMEOUT_MS,
  through,
  UNCLEAR,
} from './support'

const attempt = attemptOf()
const returned = { transactionType: 'PAYMENT', txId: 'tx-1', paymentId: sentOf(attempt.id) }

/** What the gateway makes of one record, in `test` mode unless told otherwise. */
const lookupOf = (changes: Record<string, unknown>, mode: 'test' | 'live' = 'test', at = START) =>
  connect(answering(200, portOnePayment(changes)).fetch, manualClock(at), [], { mode }).lookup(attempt)

describe('what the browser brought back', () => {
  const { fetch, requests } = answering(200, {})
  const { readReturn } = connect(fetch)

  test.each([
    ['the return of a payment', returned],
    ['the older spelling', { payment_id: sentOf(attempt.id) }],
    ['an empty code', { ...returned, code: '' }],
    ['nothing but the id', { paymentId: sentOf(attempt.id) }],
    ['a token for the server', { ...returned, paymentToken: 'token' }],
  ])('%s is accepted, and no transaction of the browser’s is kept', (_, query) => {
    expect(readReturn(attempt, query)._unsafeUnwrap()).toEqual({ providerRef: null })
    expect(requests).toEqual([])
  })

  test.each([
    ['no id', {}, 'return_invalid'],
    ['an empty id', { paymentId: '' }, 'return_invalid'],
    ['another id', { ...returned, paymentId: 'attOther' }, 'order_mismatch'],
    ['an issuance', { ...returned, transactionType: 'ISSUE_BILLING_KEY' }, 'return_invalid'],
    ['a code of today', { ...returned, code: 'FAILURE_TYPE_PG', pgCode: 'X' }, 'declined'],
    ['a code of the schema', { ...returned, code: 'PGProviderError' }, 'declined'],
    ['a code nobody knows', { ...returned, code: 'Tomorrow' }, 'declined'],
  ])('%s is refused without asking PortOne', (_, query, code) => {
    expect(readReturn(attempt, query)._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(requests).toEqual([])
  })

  test('foreign text of the return stays out of the message', () => {
    const query = { ...returned, code: 'planted-code', message: 'planted-message', pgMessage: 'planted-pg' }
    expect(JSON.stringify(readReturn(attempt, query)._unsafeUnwrapErr())).not.toContain('planted')
  })
})

describe('S0-41: confirm asks PortOne', () => {
  const confirmWith = (changes: Record<string, unknown>, mode: 'test' | 'live' = 'test') =>
    connect(answering(200, portOnePayment(changes)).fetch, manualClock(), [], { mode }).confirm(asked(), returned)

  test('paid', async () => {
    expect((await confirmWith({}))._unsafeUnwrap()).toEqual({
      status: 'approved',
      providerRef: 'tx-1',
      captured: krw(33_000),
      approvedAt: new Date('2026-01-05T01:00:03.123Z'),
      method: 'CARD',
    })
  })

  test('it reads, and writes nothing', async () => {
    const { fetch, requests } = answering(200, portOnePayment())
    await connect(fetch).confirm(asked(), returned)
    expect(requests.map(({ method }) => method)).toEqual(['GET'])
  })

  test.each([
    ['READY', 'in_progress'],
    ['FAILED', 'in_progress'],
    ['CANCELLED', 'conflict'],
    ['PARTIAL_CANCELLED', 'conflict'],
    ['INVENTED', 'unrecognized'],
  ])('%s leaves the outcome open', async (status, code) => {
    const cancellations = [{ status: 'SUCCEEDED', id: 'c', totalAmount: 1, reason: 'x' }]
    const error = (await confirmWith({ status, cancellations }))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code, outcome: 'unknown' })
  })

  test('waiting for review, and for a deposit', async () => {
    expect((await confirmWith({ status: 'PAY_PENDING' }))._unsafeUnwrap()).toEqual({
      status: 'waiting',
      providerRef: 'tx-1',
      dueAt: null,
      deposit: null,
    })
    const method = {
      type: 'PaymentMethodVirtualAccount',
      bank: 'SHINHAN',
      accountNumber: 'X1',
      remitteeName: '상점',
      expiredAt: '2026-01-06T01:00:00Z',
    }
    const dueAt = new Date('2026-01-06T01:00:00Z')
    expect((await confirmWith({ status: 'VIRTUAL_ACCOUNT_ISSUED', method }))._unsafeUnwrap()).toEqual({
      status: 'waiting',
      providerRef: 'tx-1',
      dueAt,
      deposit: { bankCode: 'SHINHAN', accountNumber: 'X1', holderName: '상점', dueAt },
    })
  })

  test.each([
    ['another payment', { id: 'attOther' }, 'bad_response'],
    ['another store', { storeId: 'store-other' }, 'bad_response'],
    ['a currency that is not known here', { currency: 'XTS' }, 'bad_response'],
    ['an amount below zero', { amount: { total: -1 } }, 'bad_response'],
    ['half a won', { amount: { total: 0.5 } }, 'bad_response'],
  ])('%s is no answer', async (_, changes, code) => {
    expect((await confirmWith(changes))._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
  })

  test('S0-42: another amount or currency is passed on as it is: money was taken', async () => {
    const other = (await confirmWith({ amount: { total: 1 } }))._unsafeUnwrap()
    expect(other).toMatchObject({ captured: krw(1) })
    const dollars = (await confirmWith({ currency: 'USD' }))._unsafeUnwrap()
    expect(dollars).toMatchObject({ captured: usd(33_000) })
  })

  test('a discount that others pay is no other amount', async () => {
    const amount = { total: 33_000, discount: 3_000, paid: 30_000, cancelled: 0 }
    expect((await confirmWith({ amount }))._unsafeUnwrap()).toMatchObject({ captured: krw(33_000) })
  })

  test.each([
    ['TEST', 'in_progress'],
    ['INVENTED', 'unrecognized'],
    [undefined, 'unrecognized'],
  ])('in live mode a channel of type %s is not money', async (type, code) => {
    const error = (await confirmWith({ channel: { type } }, 'live'))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code, outcome: 'unknown' })
  })

  test('in live mode another live channel of the store is money', async () => {
    const channel = { type: 'LIVE', key: `${CHANNEL_KEY}-other` }
    expect((await confirmWith({ channel }, 'live'))._unsafeUnwrap()).toMatchObject({ captured: krw(33_000) })
  })

  test.each([
    [400, { type: 'INVALID_REQUEST' }],
    [401, { type: 'UNAUTHORIZED' }],
    [403, { type: 'FORBIDDEN' }],
    [404, { type: 'PAYMENT_NOT_FOUND' }],
    [429, {}],
    [500, {}],
  ])('a question that is refused with %i says nothing about the money', async (status, body) => {
    const error = (await connect(answering(status, body).fetch).confirm(asked(), returned))._unsafeUnwrapErr()
    expect(error.outcome).toBe('unknown')
  })

  test('a job that resumes needs no return; a browser needs one', async () => {
    const { fetch } = answering(200, portOnePayment())
    expect((await connect(fetch).confirm(asked(), {}))._unsafeUnwrap().status).toBe('approved')
    expect((await connect(fetch).confirm(attempt, {}))._unsafeUnwrapErr().code).toBe('return_invalid')
    const declined = await connect(fetch).confirm(asked(), { ...returned, code: 'FAILURE_TYPE_PG' })
    expect(declined._unsafeUnwrapErr().code).toBe('declined')
  })

  test.each(UNCLEAR)('$fault is $code: unknown', async ({ fault, code }) => {
    const shop = shopOf()
    const query = shop.fake.buyer.pay(orderOf())
    const answer = await through(shop, fault, 'getPayment', () => shop.gateway.confirm(asked(), query))
    const error: GatewayError = answer._unsafeUnwrapErr()
    expect(error).toMatchObject({ code, outcome: 'unknown' })
    expect(mayStillArrive(error)).toBe(code !== 'provider_fault')
    expect((await shop.gateway.confirm(asked(), query))._unsafeUnwrap().status).toBe('approved')
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('no connection at all is no answer about the payment either', async () => {
    const shop = shopOf()
    const query = shop.fake.buyer.pay(orderOf())
    const answer = await through(shop, { kind: 'unreachable' }, 'getPayment', () =>
      shop.gateway.confirm(asked(), query),
    )
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'in_progress', outcome: 'unknown' })
  })
})

describe('a look-up', () => {
  test.each([
    ['READY', { status: 'open' }],
    ['FAILED', { status: 'open' }],
    ['PAY_PENDING', { status: 'waiting', expired: false, dueAt: null }],
    ['PAID', { status: 'approved', refunds: [] }],
  ])('%s', async (status, expected) => {
    expect((await lookupOf({ status }))._unsafeUnwrap()).toMatchObject(expected)
  })

  test('a status that is not known here is no answer', async () => {
    expect((await lookupOf({ status: 'SETTLED' }))._unsafeUnwrapErr()).toMatchObject({
      code: 'unrecognized',
      outcome: 'unknown',
    })
  })

  test('FAILED is one try of several: the buyer may pay after it, once', async () => {
    const shop = shopOf()
    shop.fake.buyer.fail(orderOf())
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toEqual({ status: 'open' })
    shop.fake.buyer.pay(orderOf())
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    expect(shop.fake.buyer.pay(orderOf())['code']).toBe('PaymentAlreadyPaid')
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('PORTONE has never heard of it: not_found, and only by the type that says so', async () => {
    const { fake, gateway } = shopOf()
    expect((await gateway.lookup(attempt))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    const other = connect(answering(404, { type: 'CHANNEL_NOT_FOUND' }).fetch)
    expect((await other.lookup(attempt))._unsafeUnwrapErr().code).toBe('config_error')
    const bare = connect(answering(404, {}).fetch)
    expect((await bare.lookup(attempt))._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
    expect(fake.payments()).toEqual([])
  })

  const cancelled = (id: string, status: string, totalAmount: number, reason: string) => ({
    ...{ id, status, totalAmount, reason },
  })

  test('every cancel is a refund, ours by the id in its reason', async () => {
    const cancellations = [
      cancelled('c1', 'SUCCEEDED', 1_000, '[rfd_1] x'),
      cancelled('c2', 'REQUESTED', 2_000, 'at the console'),
      cancelled('c3', 'FAILED', 3_000, '[rfd_3] x'),
      cancelled('c4', 'INVENTED', 4_000, 'x [rfd_4]'),
    ]
    const found = (await lookupOf({ status: 'PARTIAL_CANCELLED', cancellations }))._unsafeUnwrap()
    expect('refunds' in found && found.refunds).toEqual([
      { providerRef: 'c1', refundId: 'rfd_1', amount: krw(1_000), status: 'completed', providerCode: 'SUCCEEDED' },
      { providerRef: 'c2', refundId: null, amount: krw(2_000), status: 'waiting', providerCode: 'REQUESTED' },
      { providerRef: 'c3', refundId: 'rfd_3', amount: krw(3_000), status: 'failed', providerCode: 'FAILED' },
      { providerRef: 'c4', refundId: null, amount: krw(4_000), status: 'waiting', providerCode: 'INVENTED' },
    ])
  })

  test('a refund that failed first and was made later counts as made, in whatever order they are listed', async () => {
    const [failed, made] = [
      cancelled('c1', 'FAILED', 1_000, '[rfd_1] x'),
      cancelled('c2', 'SUCCEEDED', 1_000, '[rfd_1] x'),
    ]
    for (const cancellations of [
      [failed, made],
      [made, failed],
    ]) {
      const found = (await lookupOf({ status: 'PARTIAL_CANCELLED', cancellations }))._unsafeUnwrap()
      expect('refunds' in found && found.refunds.map(({ providerRef }) => providerRef)).toEqual(['c2'])
    }
  })

  test('CANCELLED without a payment is a closed account, not money that went back', async () => {
    const never = { status: 'CANCELLED', paidAt: null, cancellations: [] }
    expect((await lookupOf(never))._unsafeUnwrap()).toEqual({ status: 'open' })
    const back = { ...never, amount: { total: 33_000, cancelled: 33_000 } }
    expect((await lookupOf(back))._unsafeUnwrap()).toMatchObject({ status: 'approved', approvedAt: new Date(START) })
  })

  test.each([
    [-1, false],
    [0, true],
    [1, true],
  ])('an account is over half an hour after its time: %i ms later is %s', async (offset, expired) => {
    const dueAt = START + 86_400_000
    const method = { accountNumber: 'X1', expiredAt: new Date(dueAt).toISOString() }
    const at = dueAt + 30 * 60_000 + offset
    const found = (await lookupOf({ status: 'VIRTUAL_ACCOUNT_ISSUED', method }, 'test', at))._unsafeUnwrap()
    expect(found).toMatchObject({ status: 'waiting', expired })
  })

  test.each(['PAID', 'CANCELLED', 'PARTIAL_CANCELLED', 'VIRTUAL_ACCOUNT_ISSUED', 'PAY_PENDING'])(
    '%s on a test channel is as if it were not there, in live mode',
    async (status) => {
      expect((await lookupOf({ status }, 'live'))._unsafeUnwrap()).toEqual({ status: 'open' })
      const channel = { type: 'LIVE', key: CHANNEL_KEY }
      expect((await lookupOf({ status, channel }, 'live'))._unsafeUnwrap().status).not.toBe('open')
    },
  )

  test.each([
    ['PaymentMethodCard', 'CARD'],
    ['PaymentMethodEasyPay', 'EASY_PAY'],
    ['PaymentMethodTransfer', 'TRANSFER'],
    ['PaymentMethodVirtualAccount', 'VIRTUAL_ACCOUNT'],
    ['PaymentMethodMobile', 'MOBILE'],
    ['PaymentMethodGiftCertificate', 'GIFT_CERTIFICATE'],
    ['PaymentMethodConvenienceStore', 'CONVENIENCE_STORE'],
    ['PaymentMethodCrypto', 'CRYPTO'],
    ['PaymentMethodTomorrow', 'PaymentMethodTomorrow'],
  ])('%s is %s', async (type, method) => {
    expect((await lookupOf({ method: { type } }))._unsafeUnwrap()).toMatchObject({ method })
    expect((await lookupOf({ method: null }))._unsafeUnwrap()).toMatchObject({ method: null })
  })

  test.each(UNCLEAR)('$fault is no answer', async ({ fault, code }) => {
    const shop = shopOf()
    const paidAttempt = await paid(shop)
    const answer = await through(shop, fault, 'getPayment', () => shop.gateway.lookup(paidAttempt))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
    expect((await shop.gateway.lookup(paidAttempt)).isOk()).toBe(true)
  })

  test('S0-51: the time-out is the configured one, to the millisecond', async () => {
    const shop = shopOf()
    shop.fake.faults.next({ kind: 'stalled_request' })
    const ended: string[] = []
    const answer = Promise.resolve(shop.gateway.lookup(attempt)).then((it) => ended.push(it._unsafeUnwrapErr().code))
    while (shop.fake.faults.pending() > 0) await new Promise(setImmediate)
    await shop.clock.advance(TIMEOUT_MS - 1)
    expect(ended).toEqual([])
    await shop.clock.advance(1)
    await answer
    expect(ended).toEqual(['timeout'])
  })
})
