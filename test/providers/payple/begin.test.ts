import { describe, expect, test } from 'vitest'
import { krw, usd } from '../../../src/core/money'
import { type PaypleWindow, paypleWindow } from '../../../src/providers/payple/begin'
import { answering, attemptOf, beginContext, connect, KEYS } from './support'

const { fetch, requests } = answering(200, {})
const gateway = connect(fetch)
const parametersOf = async (attempt = {}, context = {}) => {
  const begun = (await gateway.begin(attemptOf(attempt), { ...beginContext, ...context }))._unsafeUnwrap()
  return begun.action === 'window' ? begun.parameters : {}
}

describe('begin', () => {
  test('gives the browser what the window takes, no secret among it, and asks Payple for nothing', async () => {
    const customer = { name: '홍길동', email: 'buyer@shop.example' }
    const begun = await gateway.begin(attemptOf({ buyerId: '1001' }), { ...beginContext, customer })
    expect(begun._unsafeUnwrap()).toEqual({
      action: 'window',
      gateway: 'payple',
      parameters: {
        clientKey: KEYS.clientKey,
        PCD_PAY_TYPE: 'card',
        PCD_PAY_WORK: 'CERT',
        PCD_CARD_VER: '02',
        PCD_PAY_OID: attemptOf().id,
        PCD_PAY_TOTAL: 12_900,
        PCD_PAY_ISTAX: 'Y',
        PCD_PAY_GOODS: '녹차 세트 외 1건',
        PCD_PAYER_NO: '1001',
        PCD_PAYER_NAME: '홍길동',
        PCD_RST_URL: 'https://shop.example/payple/result',
      },
    })
    expect(requests).toEqual([])
  })

  test('sends nobody a message: neither telephone number nor e-mail is in it', async () => {
    const parameters = await parametersOf({}, { customer: { email: 'buyer@shop.example' } })
    expect(Object.keys(parameters)).not.toContain('PCD_PAYER_EMAIL')
    expect(Object.keys(parameters)).not.toContain('PCD_PAYER_HP')
  })

  test('no method is a card; a transfer has no card version', async () => {
    expect(await parametersOf({ method: null })).toMatchObject({ PCD_PAY_TYPE: 'card' })
    const transfer = await parametersOf({ method: 'TRANSFER' })
    expect(transfer).toMatchObject({ PCD_PAY_TYPE: 'transfer' })
    expect(transfer).not.toHaveProperty('PCD_CARD_VER')
  })

  test.each([
    ['1', '1'],
    ['000000000000000018', '000000000000000018'],
    ['1234567890123456789', undefined],
    ['buyer-1', undefined],
    ['12a', undefined],
    ['１２', undefined],
    ['', undefined],
  ])('the buyer %j is numbered %j: with anything but digits the window would not open', async (buyerId, expected) => {
    expect((await parametersOf({ buyerId }))['PCD_PAYER_NO']).toBe(expected)
  })

  test('takes emoji out of the title and cuts it without halving a character', async () => {
    expect((await parametersOf({}, { title: '🍵 녹차 👨‍👩‍👧 2️⃣ 🇰🇷 세트 1개' }))['PCD_PAY_GOODS']).toBe(
      '녹차  2  세트 1개',
    )
    expect((await parametersOf({}, { title: '가'.repeat(51) }))['PCD_PAY_GOODS']).toBe('가'.repeat(50))
    expect((await parametersOf({}, { title: `${'가'.repeat(49)}𠮷` }))['PCD_PAY_GOODS']).toBe('가'.repeat(49))
    expect((await parametersOf({}, { customer: { name: 'n'.repeat(21) } }))['PCD_PAYER_NAME']).toBe('n'.repeat(20))
  })

  test('the limits can be widened by a host that knows better', async () => {
    const wide = connect(fetch, undefined, [], { maxLengths: { goods: 60, orderId: 64 } })
    const begun = await wide.begin(attemptOf({ id: 'a'.repeat(64) }), { ...beginContext, title: '가'.repeat(61) })
    expect(begun._unsafeUnwrap()).toMatchObject({ parameters: { PCD_PAY_GOODS: '가'.repeat(60) } })
  })

  test.each([
    ['a card at the minimum', { amount: krw(100) }],
    ['a transfer at the minimum', { amount: krw(1_000), method: 'TRANSFER' }],
    ['an order id of 30', { id: 'a'.repeat(30) }],
  ])('accepts %s', async (_, changes) => {
    expect((await gateway.begin(attemptOf(changes), beginContext)).isOk()).toBe(true)
  })

  test.each([
    ['a card below the minimum', { amount: krw(99) }, {}, 'invalid_request', 'amount'],
    ['a transfer below the minimum', { amount: krw(999), method: 'TRANSFER' }, {}, 'invalid_request', 'amount'],
    ['nothing', { amount: krw(0) }, {}, 'invalid_request', 'amount'],
    ['dollars', { amount: usd(100_000) }, {}, 'invalid_request', 'currency'],
    ['an order id of 31', { id: 'a'.repeat(31) }, {}, 'invalid_request', 'orderId'],
    ['an order id with a space', { id: 'att 1' }, {}, 'invalid_request', 'orderId'],
    ['an empty title', {}, { title: ' ' }, 'invalid_request', 'title'],
    ['a title of emoji', {}, { title: '🍵🍵' }, 'invalid_request', 'title'],
    ['no URL to come back to', {}, { successUrl: null }, 'invalid_request', 'successUrl'],
    ['a relative URL', {}, { successUrl: '/payple/result' }, 'invalid_request', 'successUrl'],
    ['a script as URL', {}, { successUrl: 'javascript:alert(1)' }, 'invalid_request', 'successUrl'],
    ['a method Payple does not have', { method: 'CASH' }, {}, 'method_unavailable', 'method'],
  ])('refuses %s before the buyer sees a window', async (_, attempt, context, code, field) => {
    const refused = (await gateway.begin(attemptOf(attempt), { ...beginContext, ...context }))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code, outcome: 'not_executed', message: expect.stringContaining(field) })
  })
})

describe('a window for a host of its own', () => {
  const window: PaypleWindow = {
    clientKey: 'test_key',
    work: 'PAY',
    payType: 'transfer',
    orderId: 'order-1',
    amount: krw(1_000),
    title: '원두',
    returnUrl: 'https://shop.example/r',
  }

  test('PAY takes the money at once', () => {
    expect(paypleWindow(window)._unsafeUnwrap()).toEqual({
      clientKey: 'test_key',
      PCD_PAY_TYPE: 'transfer',
      PCD_PAY_WORK: 'PAY',
      PCD_PAY_OID: 'order-1',
      PCD_PAY_TOTAL: 1_000,
      PCD_PAY_ISTAX: 'Y',
      PCD_PAY_GOODS: '원두',
      PCD_RST_URL: 'https://shop.example/r',
    })
  })

  test('AUTH asks for no amount and makes a billing key', () => {
    const { amount: _, title: __, ...rest } = window
    const parameters = paypleWindow({ ...rest, work: 'AUTH', payType: 'card' })._unsafeUnwrap()
    expect(parameters).toMatchObject({ PCD_PAY_WORK: 'AUTH', PCD_CARD_VER: '01', PCD_USER_DEFINE1: 'order-1' })
    expect(parameters).not.toHaveProperty('PCD_PAY_TOTAL')
    expect(parameters).not.toHaveProperty('PCD_PAY_GOODS')
  })

  test('a payment without an amount is refused', () => {
    const { amount: _, ...rest } = window
    expect(paypleWindow(rest)._unsafeUnwrapErr().message).toContain('amount')
  })
})
