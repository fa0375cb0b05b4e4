import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import {
  accepted,
  answering,
  attemptOf,
  authorized,
  connect,
  KEYS,
  payplePayment,
  returnedForm,
  START,
  shopOf,
} from './support'

describe('the return of the window', () => {
  const { fetch, requests } = answering(200, payplePayment())
  const gateway = connect(fetch)
  const read = (changes: Record<string, string> = {}, attempt = attemptOf()) =>
    gateway.readReturn(attempt, returnedForm(changes))

  test('S0-42: is accepted when it says this order and this amount; the reference is the order id, no secret', () => {
    expect(read()._unsafeUnwrap()).toEqual({ providerRef: attemptOf().id })
  })

  test.each([
    ['PCD_AUTH_KEY'],
    ['PCD_PAY_REQKEY'],
    ['PCD_PAY_COFURL'],
    ['PCD_PAY_OID'],
    ['PCD_PAY_TOTAL'],
    ['PCD_PAY_RST'],
  ])('S0-41: without %s it is refused before anything is sent', async (name) => {
    const { [name]: _, ...rest } = returnedForm()
    expect(gateway.readReturn(attemptOf(), rest)._unsafeUnwrapErr()).toMatchObject({
      code: 'return_invalid',
      outcome: 'not_executed',
    })
    expect((await gateway.confirm(accepted(attemptOf()), rest))._unsafeUnwrapErr().code).toBe('return_invalid')
    expect(requests).toEqual([])
  })

  test.each([
    ['another order', { PCD_PAY_OID: 'att_other' }, 'order_mismatch'],
    ['another amount', { PCD_PAY_TOTAL: '12899' }, 'amount_mismatch'],
    ['one won more', { PCD_PAY_TOTAL: '12901' }, 'amount_mismatch'],
    ['an amount that is none', { PCD_PAY_TOTAL: '1e4' }, 'amount_mismatch'],
    ['a fraction', { PCD_PAY_TOTAL: '12900.5' }, 'amount_mismatch'],
    ['an empty key', { PCD_AUTH_KEY: '' }, 'return_invalid'],
    ['a key with a line break', { PCD_PAY_REQKEY: 'a\nb' }, 'return_invalid'],
    ['a key that is too long', { PCD_PAY_REQKEY: 'x'.repeat(2_001) }, 'return_invalid'],
    ['a billing key with a space', { PCD_PAYER_ID: 'a b' }, 'return_invalid'],
    ['another host', { PCD_PAY_COFURL: 'https://evil.example/api/v1/payments' }, 'return_invalid'],
    ['the live host', { PCD_PAY_COFURL: 'https://api-v2.payple.kr/api/v1/payments' }, 'return_invalid'],
    ['no HTTPS', { PCD_PAY_COFURL: 'http://democpay.payple.kr/php/x.php' }, 'return_invalid'],
    ['a path alone', { PCD_PAY_COFURL: '/php/PayCardConfirmAct.php?ACT_=PAYM' }, 'return_invalid'],
    ['a buyer who closed the window', { PCD_PAY_RST: 'close' }, 'declined'],
    ['a result nobody knows', { PCD_PAY_RST: 'maybe' }, 'return_invalid'],
    ['time over in the window', { PCD_PAY_RST: 'error', PCD_PAY_CODE: 'CPCA0001' }, 'declined'],
    ['another domain', { PCD_PAY_RST: 'error', PCD_PAY_CODE: 'AUTH0007' }, 'config_error'],
    ['a code that elsewhere is open', { PCD_PAY_RST: 'error', PCD_PAY_CODE: 'CPCA0010' }, 'declined'],
    ['a code nobody knows', { PCD_PAY_RST: 'error', PCD_PAY_CODE: 'CPCA4711' }, 'declined'],
    ['an error without a code', { PCD_PAY_RST: 'error', PCD_PAY_CODE: '' }, 'declined'],
  ])('S0-41: %s is refused, and nothing is sent', async (_, changes, code) => {
    expect(read(changes)._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    const confirmed = await gateway.confirm(accepted(attemptOf()), returnedForm(changes))
    expect(confirmed._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(requests).toEqual([])
  })

  test('a transfer needs the key of its account', () => {
    const transfer = attemptOf({ method: 'TRANSFER' })
    expect(read({}, transfer)._unsafeUnwrapErr()).toMatchObject({ code: 'return_invalid' })
    expect(read({ PCD_PAYER_ID: 'key' }, transfer).isOk()).toBe(true)
  })

  test('a confirm host of the host’s own is taken when it is named', () => {
    const PCD_PAY_COFURL = 'https://pay.shop.example/confirm'
    expect(read({ PCD_PAY_COFURL }).isErr()).toBe(true)
    const wider = connect(fetch, undefined, [], { confirmHosts: ['pay.shop.example'] })
    expect(wider.readReturn(attemptOf(), returnedForm({ PCD_PAY_COFURL })).isOk()).toBe(true)
  })

  test('names that every object has are no fields', () => {
    const empty = Object.create({ PCD_PAY_OID: attemptOf().id }) as Record<string, string>
    expect(gateway.readReturn(attemptOf(), JSON.parse('{"__proto__":"x","constructor":"y"}')).isErr()).toBe(true)
    expect(gateway.readReturn(attemptOf(), empty).isErr()).toBe(true)
  })
})

describe('confirm', () => {
  test('S1-01 S0-41: goes to the address of the return with raw credentials and says no amount', async () => {
    const { fetch, requests } = answering(200, payplePayment())
    const returned = returnedForm()
    const charge = (await connect(fetch).confirm(accepted(attemptOf()), returned))._unsafeUnwrap()
    expect(charge).toEqual({
      status: 'approved',
      providerRef: attemptOf().id,
      captured: krw(12_900),
      approvedAt: new Date('2026-03-01T01:15:30Z'),
      method: 'CARD',
    })
    expect(requests.map(({ url }) => url)).toEqual([returned['PCD_PAY_COFURL']])
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      PCD_CST_ID: KEYS.cstId,
      PCD_CUST_KEY: KEYS.custKey,
      PCD_AUTH_KEY: returned['PCD_AUTH_KEY'],
      PCD_PAY_REQKEY: returned['PCD_PAY_REQKEY'],
      PCD_PAYER_ID: '',
    })
  })

  test.each([
    ['CARD', 'card'],
    ['TRANSFER', 'transfer'],
  ])('works with the fake by %s, on a confirm host of its own, with numbers as numbers', async (method, payType) => {
    const shop = shopOf({ confirmOrigin: 'https://demo-api-v2.payple.kr', numbers: 'numbers' })
    const { attempt, returned } = authorized(shop, { method })
    const charge = (await shop.gateway.confirm(attempt, returned))._unsafeUnwrap()
    expect(charge).toMatchObject({ status: 'approved', method, captured: krw(12_900), approvedAt: new Date(START) })
    expect(shop.fake.payments()).toMatchObject([{ status: 'PAID', payType }])
    expect(shop.sent).toHaveLength(1)
  })

  test.each([
    ['another order', { PCD_PAY_OID: 'att_other' }],
    ['another authentication', { PCD_PAY_REQKEY: 'another-key' }],
  ])('an answer about %s is no answer', async (_, changes) => {
    const { fetch } = answering(200, payplePayment(changes))
    const answer = await connect(fetch).confirm(accepted(attemptOf()), returnedForm())
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test.each([
    ['less than agreed', { PCD_PAY_TOTAL: '100' }, 100],
    ['more than agreed', { PCD_PAY_TOTAL: '12901' }, 12_901],
    ['a discount of Payple’s own', { PCD_PAY_DISCOUNT: '1000', PCD_PAY_AMOUNT_REAL: '11900' }, 11_900],
    ['a payment that a discount made free', { PCD_PAY_AMOUNT_REAL: '0' }, 0],
    ['no discount', { PCD_PAY_DISCOUNT: '0', PCD_PAY_AMOUNT_REAL: '12900' }, 12_900],
  ])('S0-42: %s is passed on as what was really taken', async (_, changes, amountMinor) => {
    const { fetch } = answering(200, payplePayment(changes))
    const charge = await connect(fetch).confirm(accepted(attemptOf()), returnedForm())
    expect(charge._unsafeUnwrap()).toMatchObject({ status: 'approved', captured: krw(amountMinor) })
  })

  test('a missing moment of approval does not leave taken money open', async () => {
    const { fetch } = answering(200, payplePayment({ PCD_PAY_TIME: '' }))
    const charge = await connect(fetch).confirm(accepted(attemptOf()), returnedForm())
    expect(charge._unsafeUnwrap()).toMatchObject({ approvedAt: new Date(START) })
  })

  test('without the return, as a job has it, it asks nobody and leaves it to a look-up', async () => {
    const { fetch, requests } = answering(200, payplePayment())
    const answer = await connect(fetch).confirm(accepted(attemptOf()), {})
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'in_progress', outcome: 'unknown' })
    expect(requests).toEqual([])
  })

  test.each([
    ['after an unreadable answer', { status: 'UNKNOWN' }],
    ['after an answer that moved nothing', { keyGeneration: 1 }],
  ] as const)('is sent once: a repeat %s asks nobody', async (_, changes) => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    const answer = await shop.gateway.confirm({ ...attempt, ...changes }, returned)
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'in_progress', outcome: 'unknown' })
    expect(shop.sent).toEqual([])
  })

  test('is sent once by one process, whatever the attempt says, for as long as it may be under way', async () => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    const answers = await Promise.all([1, 2, 3].map(() => shop.gateway.confirm(attempt, returned)))
    expect(answers.map((answer) => answer.isOk())).toEqual([true, false, false])
    await shop.clock.advance(11 * 60_000 - 1)
    expect((await shop.gateway.confirm(attempt, returned))._unsafeUnwrapErr().code).toBe('in_progress')
    await shop.clock.advance(1)
    await shop.gateway.confirm(attempt, returned)
    expect(shop.sentTo('confirmPayment')).toHaveLength(2)
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('an attempt that was looked up before the buyer came back is confirmed all the same', async () => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    expect((await shop.gateway.confirm({ ...attempt, checks: 2 }, returned)).isOk()).toBe(true)
  })

  test('a second confirmation by another process takes nothing more', async () => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    await shop.gateway.confirm(attempt, returned)
    const other = connect(shop.fake.fetch, shop.clock)
    expect((await other.confirm(attempt, returned))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('too late for Payple: unknown, and the look-up finds nothing', async () => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    await shop.clock.advance(10 * 60_000)
    expect((await shop.gateway.confirm(attempt, returned))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    expect(shop.fake.book()).toEqual([])
  })

  test('a decline is definite and keeps its code', async () => {
    const shop = shopOf({ testPrefix: true })
    const { attempt, returned } = authorized(shop, {}, { outcome: '3133' })
    expect((await shop.gateway.confirm(attempt, returned))._unsafeUnwrapErr()).toMatchObject({
      code: 'insufficient_funds',
      outcome: 'not_executed',
      providerCode: '3133',
    })
    expect(shop.fake.book()).toEqual([])
  })
})
