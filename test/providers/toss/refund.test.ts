import { describe, expect, test } from 'vitest'
import { krw, usd } from '../../../src/core/money'
import { refundKey } from '../../../src/core/refund'
import { answering, attemptOf, connect, paid, refundContext, refundOf, START, shopOf } from './support'

const account = { bankCode: '88', accountNumber: '110123456789', holderName: '홍길동' }
const captured = attemptOf({ providerRef: 'pk_1', status: 'APPROVED', capturedMinor: 33_000 })

/** What our cancel request looks like on the wire. */
const sentBody = async (refund: Parameters<typeof refundOf>[0], context: Parameters<typeof refundContext>) => {
  const { fetch, requests } = answering(400, { code: 'INVALID_REQUEST' })
  await connect(fetch).refund(refundOf(refund), refundContext(...context))
  return JSON.parse(requests[0]?.body ?? 'null')
}

describe('what is sent', () => {
  test('the whole untouched payment goes back without an amount, under the lock of its balance', async () => {
    expect(await sentBody({}, [captured])).toEqual({
      cancelReason: '[rfd_0000000000000000000001] 단순 변심',
      refundableAmount: 33_000,
    })
  })

  test('a part goes back with its amount', async () => {
    expect(await sentBody({ amount: krw(1_000) }, [captured])).toMatchObject({
      cancelAmount: 1_000,
      refundableAmount: 33_000,
    })
  })

  test('the rest after a part goes back with its amount', async () => {
    expect(await sentBody({ amount: krw(32_000) }, [captured, { refundable: krw(32_000) }])).toMatchObject({
      cancelAmount: 32_000,
      refundableAmount: 32_000,
    })
  })

  test('dollars go in dollars, and say so', async () => {
    const attempt = { ...captured, amount: usd(1_999), capturedMinor: 1_999 }
    expect(await sentBody({ amount: usd(1_050) }, [attempt])).toMatchObject({
      cancelAmount: 10.5,
      refundableAmount: 19.99,
      currency: 'USD',
    })
  })

  test('a long reason is cut at 200, never in the middle of a character, and keeps our id', async () => {
    const { cancelReason } = await sentBody({ reason: `${'x'.repeat(170)}${'😀'.repeat(40)}` }, [captured])
    // The 200th unit would be half of a smiley.
    expect(cancelReason).toBe(`[rfd_0000000000000000000001] ${'x'.repeat(170)}`)
  })

  test('the account for a deposit is called `bank` on the way in', async () => {
    const attempt = { ...captured, method: 'VIRTUAL_ACCOUNT' }
    const body = await sentBody({}, [attempt, { refundAccount: account }])
    expect(body.refundReceiveAccount).toEqual({ bank: '88', accountNumber: '110123456789', holderName: '홍길동' })
  })

  test('a foreign wallet gets the refund id it must have', async () => {
    const body = await sentBody({}, [{ ...captured, method: 'FOREIGN_EASY_PAY' }])
    expect(body.cancelRequestId).toBe('rfd_0000000000000000000001')
  })

  test('the idempotency key is the refund’s', async () => {
    const shop = shopOf({ onRequest: (request) => void keys.push(request.idempotencyKey) })
    const keys: (string | null)[] = []
    const attempt = await paid(shop)
    const refund = refundOf({ keyGeneration: 2 })
    await shop.gateway.refund(refund, refundContext(attempt))
    expect(keys.at(-1)).toBe(refundKey(refund))
  })
})

describe('what is refused before Toss is asked', () => {
  test.each([
    ['a payment that has no key', {}, { providerRef: null }, 'invalid_request'],
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
    expect(shop.fake.payments()[0]).toMatchObject({ status: 'CANCELED', balanceMinor: 0 })
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toMatchObject({
      status: 'approved',
      captured: krw(33_000),
      refunds: [refunded],
    })
  })

  test('one won, then the rest: the status stays PARTIAL_CANCELED, and our refunds are told apart', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const one = refundOf({ amount: krw(1) })
    const rest = refundOf({ id: 'rfd_0000000000000000000002', amount: krw(32_999) })
    expect((await shop.gateway.refund(one, refundContext(attempt)))._unsafeUnwrap().refundId).toBe(one.id)
    const context = refundContext(attempt, { refundable: krw(32_999) })
    expect((await shop.gateway.refund(rest, context))._unsafeUnwrap().refundId).toBe(rest.id)
    expect(shop.fake.payments()[0]).toMatchObject({ status: 'PARTIAL_CANCELED', balanceMinor: 0 })
    const found = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
    expect('refunds' in found && found.refunds.map(({ refundId, amount }) => [refundId, amount])).toEqual([
      [one.id, krw(1)],
      [rest.id, krw(32_999)],
    ])
  })

  test('one won too many moves nothing, and a look-up decides', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const answer = await shop.gateway.refund(refundOf({ amount: krw(33_001) }), refundContext(attempt))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'conflict', providerCode: 'NOT_CANCELABLE_AMOUNT' })
    expect(shop.fake.book().map(({ kind }) => kind)).toEqual(['capture'])
  })

  test('C-49: a payment cancelled at the dashboard meanwhile is a conflict, and the look-up shows who did it', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    shop.fake.dashboard.cancel(attempt.providerRef ?? '')
    const answer = await shop.gateway.refund(refundOf(), refundContext(attempt))
    expect(answer._unsafeUnwrapErr()).toMatchObject({
      code: 'conflict',
      outcome: 'unknown',
      providerCode: 'ALREADY_CANCELED_PAYMENT',
    })
    const found = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
    expect('refunds' in found && found.refunds).toMatchObject([{ refundId: null, amount: krw(33_000) }])
  })

  test('C-49: part of it cancelled at the dashboard: the lock holds, nothing is refunded twice', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    shop.fake.dashboard.cancel(attempt.providerRef ?? '', 3_000)
    const answer = await shop.gateway.refund(refundOf(), refundContext(attempt))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'conflict', providerCode: 'NOT_MATCHES_REFUNDABLE_AMOUNT' })
    expect(shop.fake.book().filter(({ kind }) => kind === 'refund')).toMatchObject([{ amountMinor: 3_000 }])
  })

  test('a repeat with the same key gives the same refund; with a new key the lock stops it', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const part = refundOf({ amount: krw(3_000) })
    const first = (await shop.gateway.refund(part, refundContext(attempt)))._unsafeUnwrap()
    expect((await shop.gateway.refund(part, refundContext(attempt)))._unsafeUnwrap()).toEqual(first)
    const again = await shop.gateway.refund({ ...part, keyGeneration: 1 }, refundContext(attempt))
    expect(again._unsafeUnwrapErr()).toMatchObject({ code: 'conflict', outcome: 'unknown' })
    expect(shop.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })

  test('a deposit goes back to the account of the buyer', async () => {
    const shop = shopOf()
    const attempt = { ...attemptOf({ method: 'VIRTUAL_ACCOUNT' }), status: 'APPROVED', capturedMinor: 33_000 } as const
    const order = { orderId: attempt.id, amount: 33_000, method: 'VIRTUAL_ACCOUNT' } as const
    const returned = shop.fake.buyer.authorize(order)
    const asked = { ...attempt, providerRef: returned.paymentKey }
    await shop.gateway.confirm(asked, returned)
    shop.fake.bank.deposit(attempt.id)
    const badAccount = { ...account, accountNumber: '11-22' }
    const refused = await shop.gateway.refund(refundOf(), refundContext(asked, { refundAccount: badAccount }))
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
    const refund = refundOf({ id: 'rfd_0000000000000000000002' })
    const answer = await shop.gateway.refund(refund, refundContext(asked, { refundAccount: account }))
    expect(answer._unsafeUnwrap()).toMatchObject({ status: 'completed', amount: krw(33_000) })
    expect(shop.fake.book().map(({ kind }) => kind)).toEqual(['capture', 'refund'])
  })

  test.each(['DONE', 'ABORTED'] as const)('a foreign wallet answers later: %s', async (ending) => {
    const shop = shopOf()
    const attempt = await paid(shop, { amount: usd(1_050), method: 'FOREIGN_EASY_PAY' })
    const refund = refundOf({ amount: usd(1_050) })
    const answer = (await shop.gateway.refund(refund, refundContext(attempt)))._unsafeUnwrap()
    expect(answer).toMatchObject({ status: 'waiting', refundId: refund.id })
    expect(shop.fake.dashboard.settleCancel(attempt.providerRef ?? '', answer.providerRef, ending)).toBe(true)
    const found = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
    expect('refunds' in found && found.refunds[0]?.status).toBe(ending === 'DONE' ? 'completed' : 'failed')
    expect(shop.fake.book().some(({ kind }) => kind === 'refund')).toBe(ending === 'DONE')
  })
})

describe('an answer that cannot be trusted leaves the refund open', () => {
  const payment = (cancels: unknown, changes: object = {}) => ({
    paymentKey: 'pk_1',
    orderId: captured.id,
    status: 'CANCELED',
    currency: 'KRW',
    totalAmount: 33_000,
    approvedAt: '2026-01-05T10:00:00+09:00',
    cancels,
    ...changes,
  })
  const ours = { transactionKey: 'tx1', cancelAmount: 33_000, cancelReason: '[rfd_0000000000000000000001] x' }
  test.each([
    ['without cancels', payment(null)],
    ['with somebody else’s cancel', payment([{ ...ours, cancelReason: '[rfd_other] x' }])],
    ['with another amount', payment([{ ...ours, cancelAmount: 32_999 }])],
    ['about another payment', payment([ours], { paymentKey: 'pk_2' })],
    ['with an unreadable amount', payment([{ ...ours, cancelAmount: 0.5 }])],
  ])('%s', async (_, body) => {
    const answer = await connect(answering(200, body).fetch).refund(refundOf(), refundContext(captured))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test('and one that can be trusted closes it', async () => {
    const answer = await connect(answering(200, payment([ours])).fetch).refund(refundOf(), refundContext(captured))
    expect(answer._unsafeUnwrap()).toMatchObject({ providerRef: 'tx1', status: 'completed' })
  })
})

test('a refusal at the door to a repeated refund says nothing about the one before', async () => {
  const { fetch } = answering(401, { code: 'UNAUTHORIZED_KEY' })
  const gateway = connect(fetch)
  const first = await gateway.refund(refundOf(), refundContext(captured))
  expect(first._unsafeUnwrapErr()).toMatchObject({ code: 'config_error', outcome: 'not_executed' })
  const repeats = [
    { status: 'UNKNOWN' },
    { keyGeneration: 1 },
    { checks: 1 },
    { requestedAt: new Date(START - 3_000) },
  ] as const
  for (const changes of repeats) {
    const repeat = await gateway.refund(refundOf(changes), refundContext(captured))
    expect(repeat._unsafeUnwrapErr()).toMatchObject({ code: 'in_progress', outcome: 'unknown' })
  }
})
