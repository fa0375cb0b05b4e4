import { describe, expect, test } from 'vitest'
import { krw, usd } from '../../../src/core/money'
import { billingChargeKey } from '../../../src/providers/billing'
import { billingOf, keyRecord } from './billing-support'
import { answering, chargeOf, MINUTE, registered, START, STORE_ID, sentOf, shopOf, through, UNCLEAR } from './support'

describe('a charge', () => {
  const charged = async (shop: ReturnType<typeof shopOf>, changes: Parameters<typeof chargeOf>[0] = {}) =>
    shop.billing.charge(chargeOf({ billingKey: await registered(shop), ...changes }))

  test('is one request with its own key, and its record is the answer', async () => {
    const shop = shopOf(
      { onRequest: (request) => void seen.push(request) },
      { noticeUrls: ['https://shop.example/hook'] },
    )
    const seen: { readonly operation: string; readonly idempotencyKey: string | null; readonly body: unknown }[] = []
    const approved = (await charged(shop))._unsafeUnwrap()
    expect(approved).toMatchObject({ status: 'approved', captured: krw(9_900), approvedAt: new Date(START) })
    const [, charge, read] = seen
    expect(charge).toMatchObject({
      operation: 'chargeBillingKey',
      idempotencyKey: `"${billingChargeKey(chargeOf())}"`,
      body: {
        storeId: STORE_ID,
        billingKey: expect.stringMatching(/^billing-key-/),
        orderName: '월간 구독',
        amount: { total: 9_900 },
        currency: 'KRW',
        customer: { id: 'buyer-1' },
        noticeUrls: ['https://shop.example/hook'],
      },
    })
    expect(read?.operation).toBe('getPayment')
    expect(shop.fake.book()).toMatchObject([{ kind: 'capture', amountMinor: 9_900, paymentId: sentOf(chargeOf().id) }])
  })

  test('of nothing, or less, is refused before PortOne is asked', async () => {
    const shop = shopOf()
    for (const amount of [krw(0), krw(-1)]) {
      expect((await charged(shop, { amount }))._unsafeUnwrapErr().code).toBe('invalid_request')
    }
    expect(shop.fake.payments()).toEqual([])
  })

  test('dollars go in cents', async () => {
    const shop = shopOf()
    expect((await charged(shop, { amount: usd(1_250) }))._unsafeUnwrap()).toMatchObject({ captured: usd(1_250) })
  })

  test('a 502 with a FAILED record is a decline, with the payment company’s code', async () => {
    const shop = shopOf()
    shop.fake.decline('TEST_LIMIT')
    const charge = chargeOf({ billingKey: await registered(shop) })
    const declined = (await shop.billing.charge(charge))._unsafeUnwrapErr()
    expect(declined).toMatchObject({ code: 'declined', outcome: 'not_executed', providerCode: 'TEST_LIMIT' })
    expect((await shop.billing.lookupCharge(charge))._unsafeUnwrap()).toEqual({ status: 'failed', code: 'TEST_LIMIT' })
    expect(shop.fake.book()).toEqual([])
  })

  test('the decline is replayed for three hours under the same key, and charges nothing', async () => {
    const shop = shopOf()
    shop.fake.decline('TEST_LIMIT')
    const charge = chargeOf({ billingKey: await registered(shop) })
    await shop.billing.charge(charge)
    await shop.clock.advance(60 * MINUTE)
    const again = (await shop.billing.charge({ ...charge, status: 'UNKNOWN', checks: 1 }))._unsafeUnwrapErr()
    expect(again).toMatchObject({ code: 'declined', outcome: 'not_executed' })
    expect(shop.fake.payments()[0]?.transactions).toHaveLength(1)
  })

  test('with a second key a FAILED record is that of either try: it ends nothing', async () => {
    const shop = shopOf()
    shop.fake.decline('TEST_LIMIT')
    const charge = chargeOf({ billingKey: await registered(shop) })
    await shop.billing.charge(charge)
    const second = { ...charge, keyGeneration: 1 }
    expect((await shop.billing.lookupCharge(second))._unsafeUnwrap()).toEqual({ status: 'open' })
    expect((await shop.billing.charge(second))._unsafeUnwrap().status).toBe('approved')
  })

  test('a 502 without a FAILED record may be an outage: unknown', async () => {
    const shop = shopOf()
    shop.fake.decline('TEST_LIMIT')
    shop.fake.surpriseNext({ status: 'READY' })
    expect((await charged(shop))._unsafeUnwrapErr()).toMatchObject({
      code: 'provider_fault',
      outcome: 'unknown',
      providerCode: 'PG_PROVIDER',
    })
  })

  test('a 200 of a payment that is still looked at waits', async () => {
    const shop = shopOf()
    shop.fake.surpriseNext({ status: 'PAY_PENDING' })
    expect((await charged(shop))._unsafeUnwrap()).toMatchObject({ status: 'waiting', dueAt: null })
  })

  test('paid already, under a key that is forgotten: the record says so, and nothing is charged again', async () => {
    const shop = shopOf()
    const charge = chargeOf({ billingKey: await registered(shop) })
    await shop.billing.charge(charge)
    await shop.clock.advance(180 * MINUTE)
    expect((await shop.billing.charge({ ...charge, status: 'UNKNOWN' }))._unsafeUnwrap().status).toBe('approved')
    expect((await shop.billing.charge({ ...charge, keyGeneration: 1 }))._unsafeUnwrap().status).toBe('approved')
    expect(shop.fake.book()).toHaveLength(1)
  })

  test.each([
    ['a key PortOne does not know', 'billing-key-unknown', 'not_found'],
    ['a key that was removed', null, 'refused'],
  ])('%s: definite, nothing moved', async (_, given, code) => {
    const shop = shopOf()
    const mine = await registered(shop)
    await shop.billing.removeKey(mine)
    const error = (await shop.billing.charge(chargeOf({ billingKey: given ?? mine })))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code, outcome: 'not_executed' })
    expect(shop.fake.payments()).toEqual([])
  })

  test('a refusal of a repeat is no word about the charge before it', async () => {
    const repeat = chargeOf({ status: 'UNKNOWN', checks: 1 })
    for (const [status, type] of [
      [401, 'UNAUTHORIZED'],
      [404, 'BILLING_KEY_NOT_FOUND'],
      [400, 'MAX_TRANSACTION_COUNT_REACHED'],
      [409, 'IDEMPOTENCY_OUTSTANDING_REQUEST'],
    ] as const) {
      const error = (await billingOf(answering(status, { type }).fetch).charge(repeat))._unsafeUnwrapErr()
      expect([type, error.outcome]).toEqual([type, 'unknown'])
    }
  })

  test.each(UNCLEAR)(
    '$fault is unknown, executed $executed: a look-up tells, and it is charged once',
    async (expected) => {
      const shop = shopOf()
      const charge = chargeOf({ billingKey: await registered(shop) })
      const answer = await through(shop, expected.fault, 'chargeBillingKey', () => shop.billing.charge(charge))
      // PortOne has answered: the record was asked at once, and showed it.
      if (expected.code === 'provider_fault' && expected.executed)
        expect(answer._unsafeUnwrap().status).toBe('approved')
      else expect(answer._unsafeUnwrapErr()).toMatchObject({ code: expected.code, outcome: 'unknown' })
      const found = (await shop.billing.lookupCharge(charge))._unsafeUnwrap()
      expect(found.status).toBe(expected.executed ? 'approved' : 'not_found')
      // What was only slow ends now; what was late is still on its way.
      await shop.clock.advance(1)
      const retry = { ...charge, status: 'UNKNOWN', keyGeneration: expected.code === 'provider_fault' ? 1 : 0 } as const
      expect((await shop.billing.charge(retry))._unsafeUnwrap().status).toBe('approved')
      await shop.clock.advance(10 * MINUTE)
      expect(shop.fake.book()).toHaveLength(1)
    },
  )

  test('the answer is there and its record is not: unknown', async () => {
    const shop = shopOf()
    const charge = chargeOf({ billingKey: await registered(shop) })
    shop.fake.faults.next({ kind: 'html_before' }, { operation: 'getPayment' })
    expect((await shop.billing.charge(charge))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    shop.fake.faults.next({ kind: 'unreachable' }, { operation: 'getPayment' })
    expect((await shop.billing.charge(charge))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect((await shop.billing.lookupCharge(charge))._unsafeUnwrap().status).toBe('approved')
  })
})

describe('keys', () => {
  test('removed once, removed again, never known: gone is gone', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    for (const key of [billingKey, billingKey, 'billing-key-unknown']) {
      expect((await shop.billing.removeKey(key)).isOk()).toBe(true)
      expect((await shop.billing.lookupKey(key))._unsafeUnwrap()).toEqual({ status: 'removed' })
    }
  })

  test('a key with an open schedule stays, and can be removed once that is revoked', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const scheduled = (
      await shop.schedules.schedule({ ...chargeOf({ billingKey }), chargeAt: new Date(START + 86_400_000) })
    )._unsafeUnwrap()
    const refused = (await shop.billing.removeKey(billingKey))._unsafeUnwrapErr()
    expect(refused).toMatchObject({
      code: 'refused',
      outcome: 'not_executed',
      providerCode: 'PAYMENT_SCHEDULE_ALREADY_EXISTS',
    })
    await shop.clock.advance(1_000)
    await shop.schedules.unschedule({ ...scheduled, billingKey })
    // Three hours have not passed: a repeat must not be answered with the refusal.
    expect((await shop.billing.removeKey(billingKey)).isOk()).toBe(true)
  })

  test.each(['ISSUED', 'DELETED', 'PAUSED'])('a key in the status %s', async (status) => {
    const found = await billingOf(answering(200, keyRecord({ status })).fetch).lookupKey('billing-key-1')
    if (status === 'PAUSED') expect(found._unsafeUnwrapErr()).toMatchObject({ code: 'unrecognized' })
    else expect(found._unsafeUnwrap().status).toBe(status === 'ISSUED' ? 'active' : 'removed')
    const other = await billingOf(answering(200, keyRecord({ status })).fetch).lookupKey('billing-key-2')
    expect(other._unsafeUnwrapErr().code).toBe('bad_response')
  })

  test.each(UNCLEAR)('$fault at the removal is unknown or, where PortOne has answered, looked up', async (expected) => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const answer = await through(shop, expected.fault, 'deleteBillingKey', () => shop.billing.removeKey(billingKey))
    const isKnown = expected.code === 'provider_fault' && expected.executed
    expect(answer.isOk()).toBe(isKnown)
    if (answer.isErr()) expect(answer.error).toMatchObject({ code: expected.code, outcome: 'unknown' })
    expect((await shop.billing.removeKey(billingKey)).isOk()).toBe(true)
  })
})
