import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import { refundKey } from '../../../src/core/refund'
import {
  answering,
  attemptOf,
  connect,
  MINUTE,
  orderOf,
  paid,
  portOnePayment,
  refundContext,
  refundOf,
  STORE_ID,
  sentOf,
  shopOf,
  through,
  UNCLEAR,
} from './support'

const account = { bankCode: 'SHINHAN', accountNumber: '110123456789', holderName: '홍길동' }
const captured = attemptOf({ providerRef: 'tx-1', status: 'APPROVED', capturedMinor: 33_000 })

/** What our cancel request looks like on the wire. */
const sentBody = async (refund: Parameters<typeof refundOf>[0], context: Parameters<typeof refundContext>) => {
  const { fetch, requests } = answering(400, { type: 'INVALID_REQUEST' })
  await connect(fetch).refund(refundOf(refund), refundContext(...context))
  return JSON.parse(requests[0]?.body ?? 'null')
}

describe('what is sent', () => {
  test('amount, balance and our id, always', async () => {
    expect(await sentBody({}, [captured])).toEqual({
      storeId: STORE_ID,
      reason: '[rfd_0000000000000000000001] 단순 변심',
      amount: 33_000,
      currentCancellableAmount: 33_000,
      requester: 'CUSTOMER',
    })
    expect(await sentBody({ amount: krw(1_000) }, [captured, { refundable: krw(20_000) }])).toMatchObject({
      amount: 1_000,
      currentCancellableAmount: 20_000,
    })
  })

  test('what nobody asked for is by the merchant', async () => {
    expect(await sentBody({ purpose: 'late_payment' }, [captured])).toMatchObject({ requester: 'ADMIN' })
  })

  test('a long reason is cut at 200, never in the middle of a character, and keeps our id', async () => {
    const { reason } = await sentBody({ reason: `${'x'.repeat(170)}${'😀'.repeat(40)}` }, [captured])
    expect(reason).toBe(`[rfd_0000000000000000000001] ${'x'.repeat(170)}`)
  })

  test('the account for a deposit', async () => {
    const body = await sentBody({}, [{ ...captured, method: 'VIRTUAL_ACCOUNT' }, { refundAccount: account }])
    expect(body.refundAccount).toEqual({ bank: 'SHINHAN', number: '110123456789', holderName: '홍길동' })
  })

  test('the idempotency key is the refund’s, long enough and in quotes', async () => {
    const { fetch, requests } = answering(400, { type: 'INVALID_REQUEST' })
    const refund = refundOf({ keyGeneration: 2 })
    await connect(fetch).refund(refund, refundContext(captured))
    expect(requests[0]?.headers.get('idempotency-key')).toBe(`"${refundKey(refund)}"`)
  })
})

describe('what is refused before PortOne is asked', () => {
  test.each([
    ['nothing', { amount: krw(0) }, {}, 'invalid_request'],
    ['less than nothing', { amount: krw(-1) }, {}, 'invalid_request'],
    ['a deposit without an account', {}, { method: 'VIRTUAL_ACCOUNT' }, 'refund_account_required'],
  ])('%s', async (_, refund, attempt, code) => {
    const { fetch, requests } = answering(200, {})
    const answer = await connect(fetch).refund(refundOf(refund), refundContext({ ...captured, ...attempt }))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(requests).toEqual([])
  })
})

describe('through the fake', () => {
  test('everything in one go', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const refunded = (await shop.gateway.refund(refundOf(), refundContext(attempt)))._unsafeUnwrap()
    expect(refunded).toMatchObject({ refundId: refundOf().id, amount: krw(33_000), status: 'completed' })
    const found = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
    expect(found).toMatchObject({ status: 'approved', captured: krw(33_000), refunds: [refunded] })
  })

  test('one won, then the rest', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const one = refundOf({ amount: krw(1) })
    const rest = refundOf({ id: 'rfd_0000000000000000000002', amount: krw(32_999) })
    expect((await shop.gateway.refund(one, refundContext(attempt)))._unsafeUnwrap().refundId).toBe(one.id)
    const context = refundContext(attempt, { refundable: krw(32_999) })
    expect((await shop.gateway.refund(rest, context))._unsafeUnwrap().refundId).toBe(rest.id)
    expect(shop.fake.book().map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['capture', 33_000],
      ['refund', 1],
      ['refund', 32_999],
    ])
  })

  test('one won too many moves nothing, and a look-up decides', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const refused = await shop.gateway.refund(refundOf({ amount: krw(33_001) }), refundContext(attempt))
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'conflict', outcome: 'unknown' })
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('a balance that has changed at the console: nothing moves, and a look-up shows why', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    shop.fake.dashboard.cancel(sentOf(attempt.id), 3_000)
    const refused = await shop.gateway.refund(refundOf({ amount: krw(1_000) }), refundContext(attempt))
    expect(refused._unsafeUnwrapErr()).toMatchObject({
      code: 'conflict',
      providerCode: 'CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN',
    })
    const found = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
    expect('refunds' in found && found.refunds).toMatchObject([{ refundId: null, amount: krw(3_000) }])
  })

  test('the same with a new key, after the first was made: found in the record, never made twice', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const part = refundOf({ amount: krw(1_000) })
    await shop.gateway.refund(part, refundContext(attempt))
    const again = await shop.gateway.refund({ ...part, keyGeneration: 1, status: 'UNKNOWN' }, refundContext(attempt))
    expect(again._unsafeUnwrap()).toMatchObject({ refundId: part.id, status: 'completed' })
    expect(shop.fake.book()).toHaveLength(2)
  })

  test('the same key again is answered alike for three hours', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const part = refundOf({ amount: krw(1_000) })
    const first = (await shop.gateway.refund(part, refundContext(attempt)))._unsafeUnwrap()
    await shop.clock.advance(3 * 60 * MINUTE - 1)
    expect((await shop.gateway.refund(part, refundContext(attempt)))._unsafeUnwrap()).toEqual(first)
    await shop.clock.advance(1)
    // The key is forgotten; the balance is not.
    expect((await shop.gateway.refund(part, refundContext(attempt)))._unsafeUnwrap()).toEqual(first)
    expect(shop.fake.book()).toHaveLength(2)
  })

  test('accepted is not done', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    shop.fake.cancelNext('slow')
    const waiting = (await shop.gateway.refund(refundOf(), refundContext(attempt)))._unsafeUnwrap()
    expect(waiting).toMatchObject({ status: 'waiting', providerCode: 'REQUESTED' })
    const before = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
    expect(before).toMatchObject({ status: 'approved', refunds: [{ status: 'waiting' }] })
    expect(shop.fake.book()).toHaveLength(1)
    shop.fake.dashboard.settleCancel(sentOf(attempt.id), 'SUCCEEDED')
    const after = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
    expect(after).toMatchObject({ status: 'approved', refunds: [{ status: 'completed' }] })
  })

  test('refused by the payment company: the record says that it is final', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    shop.fake.cancelNext('refused')
    const refused = await shop.gateway.refund(refundOf(), refundContext(attempt))
    expect(refused._unsafeUnwrap()).toMatchObject({ status: 'failed', refundId: refundOf().id })
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('a 502 that is in no record is unknown: it may have been an outage', async () => {
    const refused = { type: 'PG_PROVIDER', pgCode: 'X', pgMessage: 'planted' }
    const answers: [number, unknown][] = [
      [502, refused],
      [200, portOnePayment()],
    ]
    const fetch: typeof globalThis.fetch = async () => {
      const [status, body] = answers.shift() ?? [500, {}]
      return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
    }
    const error = (await connect(fetch).refund(refundOf(), refundContext(captured)))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'provider_fault', outcome: 'unknown', providerCode: 'PG_PROVIDER' })
    expect(answers).toEqual([])
  })

  test('a deposit goes back to an account', async () => {
    const shop = shopOf()
    const attempt = attemptOf({ method: 'VIRTUAL_ACCOUNT', status: 'APPROVED', capturedMinor: 33_000 })
    shop.fake.buyer.pay({ ...orderOf(attempt), payMethod: 'VIRTUAL_ACCOUNT' })
    shop.fake.bank.deposit(sentOf(attempt.id))
    const done = await shop.gateway.refund(refundOf(), refundContext(attempt, { refundAccount: account }))
    expect(done._unsafeUnwrap().status).toBe('completed')
  })
})

describe('an answer that is not about this refund', () => {
  const made = { status: 'SUCCEEDED', id: 'c1', totalAmount: 33_000, reason: '[rfd_0000000000000000000001] x' }

  test.each([
    ['another amount', { totalAmount: 32_999 }],
    ['another refund', { reason: '[rfd_0000000000000000000009] x' }],
  ])('%s leaves the outcome open', async (_, changes) => {
    const { fetch } = answering(200, { cancellation: { ...made, ...changes } })
    const error = (await connect(fetch).refund(refundOf(), refundContext(captured)))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test('a payment company that drops our reason is understood all the same', async () => {
    const { fetch } = answering(200, { cancellation: { ...made, reason: null } })
    expect((await connect(fetch).refund(refundOf(), refundContext(captured)))._unsafeUnwrap().status).toBe('completed')
  })
})

describe('when the answer is lost or cannot be read', () => {
  test.each(UNCLEAR)('$fault is unknown, executed $executed', async ({ fault, code, executed }) => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const ask = () => shop.gateway.refund(refundOf(), refundContext(attempt))
    const answer = await through(shop, fault, 'cancelPayment', ask)
    // PortOne has answered: the record was asked at once, and showed it.
    if (code === 'provider_fault' && executed) expect(answer._unsafeUnwrap().status).toBe('completed')
    else expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
    const found = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
    expect('refunds' in found && found.refunds.map(({ refundId }) => refundId)).toEqual(executed ? [refundOf().id] : [])
    expect(shop.fake.book().some(({ kind }) => kind === 'refund')).toBe(executed)
  })

  test('the refusal of a repeat at the door says nothing about the request before it', async () => {
    const repeat = refundOf({ status: 'UNKNOWN', checks: 1 })
    for (const [status, body] of [
      [401, { type: 'UNAUTHORIZED' }],
      [429, {}],
      [404, { type: 'PAYMENT_NOT_FOUND' }],
    ] as const) {
      const error = (
        await connect(answering(status, body).fetch).refund(repeat, refundContext(captured))
      )._unsafeUnwrapErr()
      expect(error.outcome).toBe('unknown')
    }
  })
})
