import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import {
  type Answer,
  answering,
  beginContext,
  billingOf,
  chargeOf,
  connect,
  issueOf,
  ok,
  pageOf,
  paymentBody,
  refusal,
  registered,
  shopOf,
  uidOf,
} from './support'

const issue = issueOf()
const ALIAS = 'cus_000000000000000000000001'
const NO_KEY = refusal('요청하신 customer_uid(x)로 등록된 정보를 찾을 수 없습니다.', -1, 404)
const customer = (changes: object = {}) => ({
  customer_uid: ALIAS,
  pg_provider: 'html5_inicis',
  card_name: '신한카드',
  card_number: '400000******0001',
  sandbox: true,
  ...changes,
})

describe('registering a card', () => {
  test('S1-01 S1-02: is a step in PortOne’s window; no card number has a way in', async () => {
    const shop = shopOf()
    expect(shop.billing.issuedIn).toBe('window')
    const customerFacts = { name: '홍길동', email: 'b@shop.example', phone: '010-0000-0000' }
    const begun = (await shop.billing.beginIssue(issue, { ...beginContext, customer: customerFacts }))._unsafeUnwrap()
    expect(begun).toEqual({
      action: 'window',
      gateway: 'portone-v1',
      parameters: {
        impCode: 'imp00004711',
        channelKey: 'channel-key-4711',
        pay_method: 'card',
        merchant_uid: uidOf(issue.id),
        customer_uid: ALIAS,
        name: '녹차 세트 외 1건',
        amount: 9_900,
        currency: 'KRW',
        buyer_name: '홍길동',
        buyer_email: 'b@shop.example',
        buyer_tel: '010-0000-0000',
        m_redirect_url: 'https://shop.example/return',
      },
    })
    expect(shop.asked).toEqual([])
    expect(Object.keys(shop.client).join()).not.toMatch(/onetime|issueCustomer|card/i)
  })

  test('S1-03 S1-04: PortOne shows a paid payment; what we get is a key, and no money has moved', async () => {
    const shop = shopOf()
    const key = await registered(shop)
    expect(shop.fake.payments()).toMatchObject([{ status: 'paid', amountMinor: 9_900, usage: 'issue' }])
    expect((await shop.billing.lookupKey(key))._unsafeUnwrap()).toEqual({
      status: 'active',
      key: { billingKey: key, method: null, label: expect.stringMatching(/^신한카드 \*{4}\d{4}$/) },
    })
    expect(shop.fake.book()).toEqual([])
    expect(shop.fake.schedules()).toEqual([])
  })

  test.each([0, 1, 9_900])('S1-07: the amount shown, %i won, makes no difference', async (shown) => {
    for (const options of [{}, { issueAmount: shown }]) {
      const shop = shopOf({}, options)
      const own = issueOf({ displayAmount: krw('issueAmount' in options ? 5 : shown) })
      const begun = (await shop.billing.beginIssue(own, beginContext))._unsafeUnwrap()
      expect(begun).toMatchObject({ parameters: { amount: shown } })
      const key = await registered(shop, own)
      expect((await shop.billing.charge(chargeOf(key)))._unsafeUnwrap().status).toBe('approved')
      expect(shop.fake.book().map(({ amountMinor }) => amountMinor)).toEqual([9_900])
    }
  })

  test('each registration has an alias of its own', async () => {
    const shop = shopOf()
    const keys = [await registered(shop), await registered(shop, issueOf({ id: 'bki_000000000000000000000002' }))]
    expect(new Set(keys).size).toBe(2)
  })

  test('an issue without its prefix would be taken for a payment', async () => {
    const shop = shopOf()
    const error = (await shop.billing.beginIssue(issueOf({ id: 'att_1' }), beginContext))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
  })
})

describe('finishIssue', () => {
  const finish = (returned: Record<string, string>, ...answers: readonly Answer[]) =>
    billingOf(connect(answering(...answers).fetch)).finishIssue(issue, returned)
  const back = { imp_uid: 'imp_1', merchant_uid: uidOf(issue.id) }

  test('finds the key by our own alias, with the webhook alone as well', async () => {
    for (const returned of [back, {}]) {
      const key = (await finish(returned, ok(customer())))._unsafeUnwrap()
      expect(key).toEqual({ billingKey: ALIAS, method: 'card', label: '신한카드 ****0001' })
    }
  })

  test.each([
    ['the return of another registration', { ...back, merchant_uid: 'bkiOther' }, 'order_mismatch'],
    ['a return without an order', { imp_uid: 'imp_1' }, 'return_invalid'],
  ])('%s is refused before PortOne is asked', async (_name, returned, code) => {
    const { fetch, seen } = answering(ok(customer()))
    const error = (await billingOf(connect(fetch)).finishIssue(issue, returned))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code, outcome: 'not_executed' })
    expect(seen).toEqual([])
  })

  test.each([
    ['the buyer is still in the window', [NO_KEY, ok(paymentBody({ status: 'ready' }))], 'in_progress'],
    ['the buyer gave up', [NO_KEY, ok(paymentBody({ merchant_uid: uidOf(issue.id), status: 'failed' }))], 'declined'],
    ['somebody else’s failed payment', [NO_KEY, ok(paymentBody({ status: 'failed' }))], 'in_progress'],
    ['a payment in place of a card', [NO_KEY, ok(paymentBody({ merchant_uid: uidOf(issue.id) }))], 'unrecognized'],
    [
      'a card that is only just registered',
      [NO_KEY, ok(paymentBody({ merchant_uid: uidOf(issue.id), customer_uid_usage: 'issue' }))],
      'in_progress',
    ],
    ['no record', [NO_KEY, refusal('존재하지 않는 결제정보입니다.', -1, 404)], 'in_progress'],
    ['an answer about another key', [ok(customer({ customer_uid: 'cus_other' }))], 'bad_response'],
    ['a PG that charges for it', [ok(customer({ pg_provider: 'kakaopay' }))], 'unrecognized'],
    ['no channel that took the card', [ok(customer({ succeededChannels: [] }))], 'refused'],
  ] as const)('%s: %s', async (_name, answers, code) => {
    expect((await finish(back, ...answers))._unsafeUnwrapErr()).toMatchObject({ code })
  })

  test('in live mode a card registered through a test channel is no key', async () => {
    const live = billingOf(connect(answering(ok(customer())).fetch, { mode: 'live' }))
    expect((await live.finishIssue(issue, back))._unsafeUnwrapErr()).toMatchObject({ code: 'refused' })
    expect((await live.lookupKey(ALIAS))._unsafeUnwrap()).toEqual({ status: 'removed' })
  })

  test('several keys under one alias: the label is that of the first', async () => {
    const channels = [{ pg_provider: 'nice_v2', card_name: 'KB', card_number: '5000******12345678' }]
    const key = (await finish(back, ok(customer({ card_name: null, succeededChannels: channels }))))._unsafeUnwrap()
    expect(key.label).toBe('KB ****5678')
  })

  test('a PG that tells nothing about the card', async () => {
    const key = (await finish(back, ok(customer({ card_name: null, card_number: '' }))))._unsafeUnwrap()
    expect(key.label).toBeNull()
  })
})

describe('charging a key', () => {
  test('is one request with our own id, and reads the payment', async () => {
    const shop = shopOf({}, { noticeUrl: 'https://shop.example/hook' })
    const key = await registered(shop)
    shop.asked.splice(0)
    const charge = (await shop.billing.charge(chargeOf(key)))._unsafeUnwrap()
    expect(charge).toMatchObject({ status: 'approved', captured: krw(9_900), method: 'card' })
    expect(shop.asked.map(({ operation, body }) => [operation, body])).toEqual([
      [
        'chargeAgain',
        {
          customer_uid: key,
          merchant_uid: uidOf(chargeOf(key).id),
          amount: 9_900,
          name: 'Pro plan',
          notice_url: 'https://shop.example/hook',
        },
      ],
    ])
  })

  test('code 0 is not "paid": a declined card is declined', async () => {
    const shop = shopOf()
    const key = await registered(shop)
    shop.fake.decline('[TEST] 한도초과')
    const error = (await shop.billing.charge(chargeOf(key)))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'declined', outcome: 'not_executed' })
    expect(error.message).not.toContain('한도초과')
    expect((await shop.billing.lookupCharge(chargeOf(key)))._unsafeUnwrap()).toEqual({
      status: 'failed',
      code: 'declined',
    })
    expect(shop.fake.book()).toEqual([])
  })

  test('a key that PortOne does not know', async () => {
    const error = (await shopOf().billing.charge(chargeOf('cus_none')))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'not_found', outcome: 'not_executed' })
  })

  test('an id that was used is a conflict, and the record tells how it went', async () => {
    const shop = shopOf()
    const charge = chargeOf(await registered(shop))
    await shop.billing.charge(charge)
    // As if it were the first time: another process has lost its memory of the charge.
    expect((await shop.billing.charge(charge))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    expect(shop.fake.book()).toHaveLength(1)
  })

  test.each([
    ['no record of it', refusal('존재하지 않는 결제정보입니다.', -1, 404), 'conflict', 'unknown'],
    ['a record that cannot be read', [500, undefined], 'provider_fault', 'unknown'],
    ['a look-up that was turned away', [429, undefined], 'conflict', 'unknown'],
    [
      'a failed record',
      ok(pageOf(paymentBody({ merchant_uid: uidOf(chargeOf('').id), status: 'failed', paid_at: 0 }))),
      'declined',
      'not_executed',
    ],
    [
      'an open record',
      ok(pageOf(paymentBody({ merchant_uid: uidOf(chargeOf('').id), status: 'ready', paid_at: 0 }))),
      'in_progress',
      'unknown',
    ],
  ] as const)('refused in words nobody knows, with %s', async (_name, record, code, outcome) => {
    const billing = billingOf(connect(answering(refusal('알 수 없는 오류', -1), record).fetch))
    expect((await billing.charge(chargeOf(ALIAS)))._unsafeUnwrapErr()).toMatchObject({ code, outcome })
  })

  test('a repeat looks first; a declined one is not charged again under the same id', async () => {
    const shop = shopOf()
    const key = await registered(shop)
    shop.fake.decline()
    await shop.billing.charge(chargeOf(key))
    shop.asked.splice(0)
    const repeat = await shop.billing.charge(chargeOf(key, { status: 'UNKNOWN', checks: 1 }))
    expect(repeat._unsafeUnwrapErr()).toMatchObject({ code: 'declined', outcome: 'not_executed' })
    expect(shop.asked.map(({ operation }) => operation)).toEqual(['findAllPayments'])
  })

  test('a repeat that cannot look does not charge', async () => {
    const shop = shopOf()
    const charge = chargeOf(await registered(shop), { status: 'UNKNOWN', checks: 1 })
    shop.asked.splice(0)
    shop.fake.faults.next({ kind: 'error_before', status: 500 }, { operation: 'findAllPayments' })
    expect((await shop.billing.charge(charge))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect(shop.fake.book()).toEqual([])
  })

  test.each([
    ['another order', { merchant_uid: 'chgOther' }, 'bad_response', 'unknown'],
    ['a charge that is not finished', { status: 'ready', paid_at: 0 }, 'in_progress', 'unknown'],
    ['a status of tomorrow', { status: 'held', paid_at: 0 }, 'in_progress', 'unknown'],
  ])('an answer about %s', async (_name, changes, code, outcome) => {
    const body = paymentBody({ merchant_uid: uidOf(chargeOf('').id), amount: 9_900, ...changes })
    const billing = billingOf(connect(answering(ok(body)).fetch))
    expect((await billing.charge(chargeOf(ALIAS)))._unsafeUnwrapErr()).toMatchObject({ code, outcome })
  })

  test('another amount is passed on as it is', async () => {
    const body = paymentBody({ merchant_uid: uidOf(chargeOf('').id), amount: 1 })
    const billing = billingOf(connect(answering(ok(body)).fetch))
    expect((await billing.charge(chargeOf(ALIAS)))._unsafeUnwrap()).toMatchObject({ captured: krw(1) })
  })

  test('in live mode a charge through a test channel has moved no money', async () => {
    const body = paymentBody({ merchant_uid: uidOf(chargeOf('').id), amount: 9_900, sandbox: true })
    const billing = billingOf(connect(answering(ok(body)).fetch, { mode: 'live' }))
    expect((await billing.charge(chargeOf(ALIAS)))._unsafeUnwrapErr()).toMatchObject({ code: 'refused' })
  })

  test.each([
    ['the id of an issue', { id: issue.id }],
    ['an id that breaks a path', { id: 'chg/1' }],
    ['nothing', { amount: krw(0) }],
  ])('%s is refused here', async (_name, changes) => {
    const { fetch, seen } = answering(ok(paymentBody()))
    const error = (await billingOf(connect(fetch)).charge(chargeOf(ALIAS, changes)))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
    expect(seen).toEqual([])
  })
})

describe('keys', () => {
  test('a removed key is gone; removed again it is still gone', async () => {
    const shop = shopOf()
    const key = await registered(shop)
    for (const _ of [1, 2]) expect((await shop.billing.removeKey(key)).isOk()).toBe(true)
    expect((await shop.billing.lookupKey(key))._unsafeUnwrap()).toEqual({ status: 'removed' })
    expect(shop.fake.billingKeys()).toEqual([])
    expect((await shop.billing.charge(chargeOf(key)))._unsafeUnwrapErr().code).toBe('not_found')
  })

  test('that PortOne cannot be asked does not mean that a key is gone', async () => {
    const shop = shopOf()
    const key = await registered(shop)
    shop.fake.faults.next({ kind: 'error_before', status: 500 }, { operation: 'getCustomer' })
    expect((await shop.billing.lookupKey(key)).isErr()).toBe(true)
    shop.fake.faults.next({ kind: 'error_before', status: 500 }, { operation: 'deleteCustomer' })
    expect((await shop.billing.removeKey(key)).isErr()).toBe(true)
  })
})
