import { describe, expect, test } from 'vitest'
import { krw, usd } from '../../../src/core/money'
import type { GatewayBilling } from '../../../src/providers/billing'
import {
  answering,
  beginContext,
  chargeOf,
  connect,
  issueOf,
  manualClock,
  payplePayment,
  START,
  shopOf,
} from './support'

const billingOf = ({ billing }: { readonly billing?: GatewayBilling }): GatewayBilling => {
  if (billing === undefined) throw new Error('Payple has billing keys')
  return billing
}

/** A shop with a registered card. */
const withKey = (options: Parameters<typeof shopOf>[0] = {}, payType: 'card' | 'transfer' = 'card') => {
  const shop = shopOf(options)
  const billingKey = shop.fake.buyer.register({ issueId: 'bki_1', payerNo: '1001', payType })['PCD_PAYER_ID'] ?? ''
  return { ...shop, billing: billingOf(shop.gateway), billingKey }
}

describe('registering a card', () => {
  test('S1-02: happens in the provider’s own window, a step of the browser and no call of the server', async () => {
    const shop = shopOf()
    const billing = billingOf(shop.gateway)
    expect(billing.issuedIn).toBe('window')
    expect((await billing.beginIssue(issueOf(), beginContext))._unsafeUnwrap()).toEqual({
      action: 'window',
      gateway: 'payple',
      parameters: {
        clientKey: 'test_public_4711',
        PCD_PAY_TYPE: 'card',
        PCD_PAY_WORK: 'AUTH',
        PCD_CARD_VER: '01',
        PCD_PAY_OID: issueOf().id,
        PCD_USER_DEFINE1: issueOf().id,
        PCD_PAY_GOODS: '녹차 세트 외 1건',
        PCD_PAYER_NO: '1001',
        PCD_RST_URL: 'https://shop.example/payple/result',
      },
    })
    expect(shop.sent).toEqual([])
  })

  test('S1-01 S1-03: the key is asked about; what is kept is the key and the last four digits, and no money has moved', async () => {
    const shop = shopOf()
    const issue = issueOf({ displayAmount: krw(9_900) })
    const returned = shop.fake.buyer.register({ issueId: issue.id, payerNo: '1001' })
    const looksPaid = { ...returned, PCD_PAY_TOTAL: '9900', PCD_PAY_CODE: 'SPCD0000' }
    const key = (await billingOf(shop.gateway).finishIssue(issue, looksPaid))._unsafeUnwrap()
    expect(key).toEqual({ billingKey: returned['PCD_PAYER_ID'], method: 'CARD', label: 'BC카드 ****4444' })
    expect(shop.sent.map(({ operation }) => operation)).toEqual(['authenticate', 'getBillingKey'])
    expect(JSON.stringify(shop.sent)).not.toMatch(/\d{13,}|CARDNUM/)
    expect(shop.fake.book()).toEqual([])
  })

  test('an account is one too', async () => {
    const shop = shopOf()
    const issue = issueOf({ method: 'TRANSFER' })
    const returned = shop.fake.buyer.register({ issueId: issue.id, payType: 'transfer' })
    const key = (await billingOf(shop.gateway).finishIssue(issue, returned))._unsafeUnwrap()
    expect(key).toMatchObject({ method: 'TRANSFER', label: '신한은행 ****121' })
  })

  test.each([
    ['PCD_PAY_OID alone', { PCD_USER_DEFINE1: '' }],
    ['PCD_USER_DEFINE1 alone', { PCD_PAY_OID: '' }],
  ])('is known by %s', async (_, changes) => {
    const shop = shopOf()
    const returned = { ...shop.fake.buyer.register({ issueId: issueOf().id }), ...changes }
    expect((await billingOf(shop.gateway).finishIssue(issueOf(), returned)).isOk()).toBe(true)
  })

  test.each([
    ['of another registration', { PCD_PAY_OID: 'bki_other' }, 'order_mismatch'],
    ['of another registration by its other name', { PCD_USER_DEFINE1: 'bki_other' }, 'order_mismatch'],
    ['of none', { PCD_PAY_OID: '', PCD_USER_DEFINE1: '' }, 'return_invalid'],
    ['of a payment', { PCD_PAY_WORK: 'CERT' }, 'return_invalid'],
    ['without a key', { PCD_PAYER_ID: '' }, 'return_invalid'],
    ['with a key that is none', { PCD_PAYER_ID: 'a b' }, 'return_invalid'],
    ['of a closed window', { PCD_PAY_RST: 'close' }, 'declined'],
    ['of a failed authentication', { PCD_PAY_RST: 'error', PCD_PAY_CODE: 'CDAU0007' }, 'declined'],
    ['with a result nobody knows', { PCD_PAY_RST: '' }, 'return_invalid'],
  ])('a return %s is refused, and Payple is not asked', async (_, changes, code) => {
    const shop = shopOf()
    const returned = { ...shop.fake.buyer.register({ issueId: issueOf().id }), ...changes }
    const refused = await billingOf(shop.gateway).finishIssue(issueOf(), returned)
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(shop.sent).toEqual([])
  })

  test('a key that Payple does not have is no key; one it cannot be asked about is neither', async () => {
    const shop = shopOf()
    const returned = { ...shop.fake.buyer.register({ issueId: issueOf().id }), PCD_PAYER_ID: 'made-up' }
    const billing = billingOf(shop.gateway)
    expect((await billing.finishIssue(issueOf(), returned))._unsafeUnwrapErr()).toMatchObject({
      code: 'return_invalid',
    })
    shop.fake.faults.next({ kind: 'html_before' }, { operation: 'getBillingKey' })
    expect((await billing.finishIssue(issueOf(), returned))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
  })
})

describe('charging a key', () => {
  test.each([
    ['CARD', 'card'],
    ['TRANSFER', 'transfer'],
  ] as const)('by %s takes the money once, and is found', async (method, payType) => {
    const shop = withKey({}, payType)
    const charge = chargeOf({ billingKey: shop.billingKey, method })
    const approved = (await shop.billing.charge(charge))._unsafeUnwrap()
    expect(approved).toEqual({
      status: 'approved',
      providerRef: charge.id,
      captured: krw(9_900),
      approvedAt: new Date(START),
      method,
    })
    expect((await shop.billing.lookupCharge(charge))._unsafeUnwrap()).toEqual({ ...approved, refunds: [] })
    expect(shop.sentTo('chargeBillingKey')[0]?.body).toMatchObject({
      PCD_PAY_TYPE: payType,
      PCD_PAYER_ID: shop.billingKey,
      PCD_PAY_OID: charge.id,
      PCD_PAY_TOTAL: 9_900,
      PCD_PAYER_NO: '1001',
      PCD_SIMPLE_FLAG: 'Y',
    })
    expect(shop.sentTo('chargeBillingKey')[0]?.body).not.toHaveProperty('PCD_PAYER_HP')
  })

  test('again with the same id is a conflict, and the look-up tells', async () => {
    const shop = withKey()
    const charge = chargeOf({ billingKey: shop.billingKey })
    shop.fake.faults.next({ kind: 'lost_answer' }, { operation: 'chargeBillingKey' })
    expect((await shop.billing.charge(charge))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    const repeat = await shop.billing.charge({ ...charge, status: 'UNKNOWN', checks: 1 })
    expect(repeat._unsafeUnwrapErr()).toMatchObject({ code: 'conflict', outcome: 'unknown', providerCode: 'SPCD0014' })
    expect((await shop.billing.lookupCharge(charge))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('of a month works once for a key, and is found with its month', async () => {
    const shop = withKey()
    const charge = chargeOf({ billingKey: shop.billingKey, period: '2026-03' })
    expect((await shop.billing.charge(charge)).isOk()).toBe(true)
    expect(shop.sentTo('chargeBillingKey')[0]?.body).toMatchObject({
      PCD_REGULER_FLAG: 'Y',
      PCD_PAY_YEAR: '2026',
      PCD_PAY_MONTH: '03',
    })
    expect((await shop.billing.lookupCharge(charge))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    const second = await shop.billing.charge({ ...charge, id: 'chg_2' })
    expect(second._unsafeUnwrapErr()).toMatchObject({ code: 'conflict', outcome: 'unknown', providerCode: 'RPCD0015' })
    expect((await shop.billing.charge({ ...charge, id: 'chg_3', period: '2026-04' })).isOk()).toBe(true)
    expect(shop.fake.book()).toHaveLength(2)
  })

  test.each(['2026-3', '2026-13', '2026-00', '202603', ''])('the period %j is none', async (period) => {
    const shop = withKey()
    const refused = await shop.billing.charge(chargeOf({ billingKey: shop.billingKey, period }))
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
    expect((await shop.billing.lookupCharge(chargeOf({ period })))._unsafeUnwrapErr().code).toBe('invalid_request')
    expect(shop.sent).toEqual([])
  })

  test.each([
    ['a card below the minimum', { amount: krw(99) }, 'invalid_request'],
    ['an account below the minimum', { amount: krw(999), method: 'TRANSFER' }, 'invalid_request'],
    ['dollars', { amount: usd(990) }, 'invalid_request'],
    ['no title', { title: ' 🍵 ' }, 'invalid_request'],
    ['an id that is too long', { id: 'c'.repeat(31) }, 'invalid_request'],
    ['a method Payple does not have', { method: 'CASH' }, 'method_unavailable'],
  ])('%s is refused before anything is sent', async (_, changes, code) => {
    const shop = withKey()
    const refused = await shop.billing.charge(chargeOf({ billingKey: shop.billingKey, ...changes }))
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(shop.sent).toEqual([])
  })

  test('a lost card is dead: the charge says that the method must be replaced', async () => {
    const shop = withKey()
    shop.fake.bank.loseCard(shop.billingKey)
    const refused = await shop.billing.charge(chargeOf({ billingKey: shop.billingKey }))
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'method_unavailable', providerCode: 'SPCD1004' })
    expect((await shop.billing.lookupKey(shop.billingKey))._unsafeUnwrap()).toEqual({ status: 'removed' })
  })

  test.each([
    ['SPCD0018', 'declined', 'not_executed'],
    ['SPCD0018-3133', 'insufficient_funds', 'not_executed'],
    ['SPCD1001', 'provider_fault', 'unknown'],
    ['SPCD9999', 'provider_fault', 'unknown'],
    ['SPCD1003', 'declined', 'not_executed'],
  ])('refused with %s it is %s, %s', async (providerCode, code, outcome) => {
    const shop = withKey()
    shop.fake.decline(providerCode)
    const refused = await shop.billing.charge(chargeOf({ billingKey: shop.billingKey }))
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code, outcome, providerCode })
    expect(shop.fake.book()).toEqual([])
  })

  test('an answer about another charge is no answer', async () => {
    const { fetch } = answering(200, payplePayment({ PCD_PAY_OID: 'chg_other' }))
    const answer = await billingOf(connect(fetch)).charge(chargeOf())
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test.each(['AUTH0002', 'SPCD0004'])('%s to a repeat says nothing about the request before', async (PCD_PAY_CODE) => {
    const { fetch } = answering(200, { PCD_PAY_RST: 'error', PCD_PAY_CODE })
    const repeat = await billingOf(connect(fetch)).charge(chargeOf({ status: 'UNKNOWN' }))
    expect(repeat._unsafeUnwrapErr()).toMatchObject({ code: 'in_progress', outcome: 'unknown' })
  })

  test('C-56: at 00:30 in Korea it is found under that day', async () => {
    const clock = manualClock(Date.UTC(2026, 2, 1, 15, 30))
    const shop = shopOf({}, {}, clock)
    const billingKey = shop.fake.buyer.register({ issueId: 'bki_1' })['PCD_PAYER_ID'] ?? ''
    const charge = chargeOf({ billingKey, requestedAt: clock.now() })
    await billingOf(shop.gateway).charge(charge)
    expect((await billingOf(shop.gateway).lookupCharge(charge))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    expect(shop.sentTo('getPayment')).toMatchObject([{ body: { PCD_PAY_DATE: '20260302' } }])
    expect((await billingOf(shop.gateway).lookupCharge({ ...charge, id: 'chg_2' }))._unsafeUnwrap()).toEqual({
      status: 'not_found',
    })
  })
})

describe('looking a key up and removing it', () => {
  test('a key that is there is active; one that was removed, or never was, is removed', async () => {
    const { billing, billingKey, fake } = withKey()
    expect((await billing.lookupKey(billingKey))._unsafeUnwrap()).toMatchObject({
      status: 'active',
      key: { billingKey },
    })
    expect((await billing.removeKey(billingKey)).isOk()).toBe(true)
    expect(fake.billingKeys()).toMatchObject([{ status: 'deleted' }])
    for (const key of [billingKey, 'never-was']) {
      expect((await billing.lookupKey(key))._unsafeUnwrap()).toEqual({ status: 'removed' })
    }
  })

  test('removing twice is fulfilled twice', async () => {
    const { billing, billingKey } = withKey()
    expect((await billing.removeKey(billingKey)).isOk()).toBe(true)
    expect((await billing.removeKey(billingKey)).isOk()).toBe(true)
    expect((await billing.removeKey('never-was')).isOk()).toBe(true)
  })

  test('a removal whose answer is lost is found done; one whose request is lost is not', async () => {
    const { billing, billingKey, fake } = withKey()
    fake.faults.next({ kind: 'lost_request' }, { operation: 'deleteBillingKey' })
    expect((await billing.removeKey(billingKey))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    fake.faults.next({ kind: 'lost_answer' }, { operation: 'deleteBillingKey' })
    expect((await billing.removeKey(billingKey)).isOk()).toBe(true)
  })

  test.each([
    ['AUTH0004', 200],
    ['CBIL0002', 200],
    ['SPCD9999', 200],
    ['3113', 200],
    ['PUSR0004', 500],
    ['', 200],
  ])('%j with status %s says nothing about the key', async (PCD_PAY_CODE, status) => {
    const { fetch } = answering(status, { PCD_PAY_RST: 'error', PCD_PAY_CODE })
    expect((await billingOf(connect(fetch)).lookupKey('key')).isErr()).toBe(true)
    expect((await billingOf(connect(fetch)).removeKey('key')).isErr()).toBe(true)
  })

  test.each(['PUSR0004', 'SPCD0011', 'CPCA0002', 'SPCD0001', 'CBIL0003'])(
    '%s: the key is gone',
    async (PCD_PAY_CODE) => {
      const { fetch } = answering(200, { PCD_PAY_RST: 'error', PCD_PAY_CODE })
      expect((await billingOf(connect(fetch)).lookupKey('key'))._unsafeUnwrap()).toEqual({ status: 'removed' })
    },
  )

  test('an authentication that is refused says nothing about the key', async () => {
    const fetch = async () => Response.json({ result: 'error', result_msg: '[AUTH0006] HTTPS' })
    expect((await billingOf(connect(fetch)).lookupKey('key')).isErr()).toBe(true)
  })

  test('an answer about another key is no answer', async () => {
    const { fetch } = answering(200, { PCD_PAY_RST: 'success', PCD_PAYER_ID: 'another' })
    expect((await billingOf(connect(fetch)).lookupKey('key'))._unsafeUnwrapErr()).toMatchObject({
      code: 'bad_response',
    })
  })

  test.each([
    ['nothing known', {}, null],
    ['a bank alone', { PCD_PAY_BANKNAME: '신한은행' }, '신한은행'],
    ['digits alone', { PCD_PAY_CARDNUM: '12345678****1234' }, '****1234'],
    ['a number that ends in a mask', { PCD_PAY_CARDNAME: 'BC카드', PCD_PAY_CARDNUM: '1111-1111-****' }, 'BC카드'],
    ['a whole number', { PCD_PAY_CARDNAME: 'BC카드', PCD_PAY_CARDNUM: '1111222233334444' }, 'BC카드 ****4444'],
  ])('the label of %s shows four digits at most', async (_, changes, label) => {
    const { fetch } = answering(200, { PCD_PAY_RST: 'success', PCD_PAYER_ID: 'key', ...changes })
    expect((await billingOf(connect(fetch)).lookupKey('key'))._unsafeUnwrap()).toMatchObject({ key: { label } })
  })
})
