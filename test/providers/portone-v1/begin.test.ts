import { describe, expect, test } from 'vitest'
import { type Currency, krw, type Money } from '../../../src/core/money'
import { answering, attemptOf, beginContext, connect, KEYS, ok, refusal, shopOf, uidOf } from './support'

const amountOf = (amountMinor: number, currency: Currency): Money => ({ amountMinor, currency })
const prepared = (changes: object = {}) =>
  ok({ merchant_uid: uidOf(attemptOf().id), amount: 33_000, currency: 'KRW', ...changes })

describe('begin', () => {
  test('registers the amount and gives the browser what IMP.request_pay takes', async () => {
    const shop = shopOf({}, { noticeUrl: 'https://shop.example/hook', tier: 'AB1' })
    const customer = { name: '홍길동', email: 'buyer@shop.example' }
    const begun = await shop.gateway.begin(attemptOf(), { ...beginContext, customer })
    expect(begun._unsafeUnwrap()).toEqual({
      action: 'window',
      gateway: 'portone-v1',
      parameters: {
        impCode: KEYS.impCode,
        channelKey: KEYS.channelKey,
        tier: 'AB1',
        notice_url: 'https://shop.example/hook',
        pay_method: 'card',
        merchant_uid: uidOf(attemptOf().id),
        name: '녹차 세트 외 1건',
        amount: 33_000,
        currency: 'KRW',
        buyer_name: '홍길동',
        buyer_email: 'buyer@shop.example',
        m_redirect_url: 'https://shop.example/return',
      },
    })
    expect(shop.asked.map(({ operation, body }) => [operation, body])).toEqual([
      ['preparePayment', { merchant_uid: uidOf(attemptOf().id), amount: 33_000, currency: 'KRW' }],
    ])
    expect(shop.fake.payments()).toEqual([])
  })

  test('what is not there is left out: the browser checks types and refuses null', async () => {
    const context = { ...beginContext, successUrl: null, failUrl: null }
    const begun = (await shopOf().gateway.begin(attemptOf({ method: null }), context))._unsafeUnwrap()
    const parameters = begun.action === 'window' ? begun.parameters : {}
    expect(Object.keys(parameters).sort()).toEqual(
      ['amount', 'channelKey', 'currency', 'impCode', 'merchant_uid', 'name', 'pay_method'].sort(),
    )
    expect(Object.values(parameters)).not.toContain(null)
  })

  test('begun again, the same amount is registered again', async () => {
    const shop = shopOf()
    const first = await shop.gateway.begin(attemptOf(), beginContext)
    expect((await shop.gateway.begin(attemptOf(), beginContext))._unsafeUnwrap()).toEqual(first._unsafeUnwrap())
    expect(shop.asked.map(({ operation }) => operation)).toEqual(['preparePayment', 'preparePayment', 'changePrepared'])
  })

  test('the window refuses another amount than the registered one', async () => {
    const shop = shopOf()
    await shop.gateway.begin(attemptOf(), beginContext)
    const order = { merchant_uid: uidOf(attemptOf().id), amount: 33_000 }
    expect(shop.fake.buyer.open({ ...order, amount: 32_999 })).toBeUndefined()
    expect(shop.fake.buyer.open({ ...order, currency: 'JPY' })).toBeUndefined()
    expect(shop.fake.buyer.open(order)).toMatch(/^imp_/)
  })

  test.each([
    ['another amount', prepared({ amount: 1 })],
    ['another order', prepared({ merchant_uid: 'attOther' })],
  ])('an answer about %s is none', async (_name, answer) => {
    const error = (await connect(answering(answer).fetch).begin(attemptOf(), beginContext))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test('a refusal that is not "already registered" is passed on, and nothing is changed', async () => {
    const { fetch, seen } = answering(refusal('금액 오류', -1))
    const error = (await connect(fetch).begin(attemptOf(), beginContext))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
    expect(seen).toHaveLength(1)
  })

  test('writes dollars as dollars', async () => {
    const begun = await shopOf().gateway.begin(attemptOf({ amount: amountOf(1_999, 'USD') }), beginContext)
    expect(begun._unsafeUnwrap()).toMatchObject({ parameters: { amount: 19.99, currency: 'USD' } })
  })

  test('a deposit is due in Korean time, a payment by phone says whether something is shipped', async () => {
    const shop = shopOf({}, { depositWithinMs: 3_600_000, digitalGoods: false })
    const vbank = await shop.gateway.begin(attemptOf({ method: 'vbank' }), beginContext)
    // 01:00 UTC is 10:00 in Seoul.
    expect(vbank._unsafeUnwrap()).toMatchObject({ parameters: { vbank_due: '20260105110000' } })
    const phone = await shop.gateway.begin(attemptOf({ method: 'phone' }), beginContext)
    expect(phone._unsafeUnwrap()).toMatchObject({ parameters: { digital: false } })
  })

  test('cuts a title that is too long, never through a character', async () => {
    const begin = (title: string) => shopOf().gateway.begin(attemptOf(), { ...beginContext, title })
    expect((await begin('가'.repeat(41)))._unsafeUnwrap()).toMatchObject({ parameters: { name: '가'.repeat(40) } })
    expect((await begin(`${'가'.repeat(39)}🎫`))._unsafeUnwrap()).toMatchObject({
      parameters: { name: '가'.repeat(39) },
    })
  })

  test.each([
    ['zero', { amount: krw(0) }, {}, 'invalid_request', 'amount'],
    ['less than zero', { amount: krw(-1) }, {}, 'invalid_request', 'amount'],
    ['an order id of 41', { id: 'a'.repeat(41) }, {}, 'invalid_request', 'merchant_uid'],
    ['an order id with a hyphen', { id: 'att_1-2' }, {}, 'invalid_request', 'merchant_uid'],
    ['the order id of a registration', { id: 'bki_1' }, {}, 'invalid_request', 'merchant_uid'],
    ['the order id of a charge', { id: 'chg_1' }, {}, 'invalid_request', 'merchant_uid'],
    ['an empty title', {}, { title: ' ' }, 'invalid_request', 'title'],
    ['a method PortOne does not have', { method: 'CASH' }, {}, 'method_unavailable', 'method'],
  ])('refuses %s before anything is asked', async (_name, attempt, context, code, field) => {
    const { fetch, seen } = answering(prepared())
    const refused = await connect(fetch).begin(attemptOf(attempt), { ...beginContext, ...context })
    expect(refused._unsafeUnwrapErr()).toMatchObject({
      code,
      outcome: 'not_executed',
      message: expect.stringContaining(field),
    })
    expect(seen).toEqual([])
  })
})
