import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import {
  type Answer,
  answering,
  attemptOf,
  connect,
  ok,
  orderOf,
  pageOf,
  paymentBody,
  refusal,
  START,
  shopOf,
  uidOf,
} from './support'

const attempt = attemptOf()
const returned = { imp_uid: 'imp_900000000001', merchant_uid: uidOf(attempt.id) }
const NOWHERE = refusal('존재하지 않는 결제정보입니다.', -1, 404)

describe('readReturn', () => {
  const gateway = connect(answering(NOWHERE).fetch)

  test('S0-41: keeps nothing of what the browser says', () => {
    expect(gateway.readReturn(attempt, returned)._unsafeUnwrap()).toEqual({ providerRef: null })
  })

  test.each(['true', 'false', ''])('imp_success=%s makes no difference', (imp_success) => {
    expect(gateway.readReturn(attempt, { ...returned, imp_success, error_code: 'F', error_msg: 'x' }).isOk()).toBe(true)
  })

  test.each([
    ['nothing', {}, 'return_invalid', 'imp_uid'],
    ['no imp_uid: the window never began', { merchant_uid: uidOf(attempt.id) }, 'return_invalid', 'imp_uid'],
    ['an empty imp_uid', { ...returned, imp_uid: '' }, 'return_invalid', 'imp_uid'],
    ['an imp_uid of 65', { ...returned, imp_uid: 'i'.repeat(65) }, 'return_invalid', 'imp_uid'],
    ['an imp_uid with a line break', { ...returned, imp_uid: 'imp\n1' }, 'return_invalid', 'imp_uid'],
    ['no merchant_uid', { imp_uid: 'imp_1' }, 'return_invalid', 'merchant_uid'],
    ['somebody else’s order', { ...returned, merchant_uid: 'attOther' }, 'order_mismatch', 'merchant_uid'],
  ])('S0-41: %s is refused, and names the field', (_name, query, code, field) => {
    const error = gateway.readReturn(attempt, query)._unsafeUnwrapErr()
    expect(error).toMatchObject({ code, outcome: 'not_executed', message: expect.stringContaining(field) })
  })
})

describe('confirm asks how the payment went', () => {
  const confirm = (...answers: readonly Answer[]) => connect(answering(...answers).fetch).confirm(attempt, returned)

  test('paid: with PortOne’s own amount, moment and method', async () => {
    expect((await confirm(ok(paymentBody())))._unsafeUnwrap()).toEqual({
      status: 'approved',
      providerRef: 'imp_900000000001',
      captured: krw(33_000),
      approvedAt: new Date(START),
      method: 'card',
    })
  })

  test('S0-42: another amount or currency is passed on as it is: the core keeps it apart', async () => {
    expect((await confirm(ok(paymentBody({ amount: 1 }))))._unsafeUnwrap()).toMatchObject({ captured: krw(1) })
    expect((await confirm(ok(paymentBody({ amount: 19.99, currency: 'USD' }))))._unsafeUnwrap()).toMatchObject({
      captured: { amountMinor: 1_999, currency: 'USD' },
    })
  })

  test('S0-42: what a promotion took off was not paid', async () => {
    const charge = (
      await confirm(ok(paymentBody({ promotion: { id: 'promotion-id-1', discount: 3_000 } })))
    )._unsafeUnwrap()
    expect(charge).toMatchObject({ captured: krw(30_000) })
  })

  test.each([
    ['a currency that is not known', { currency: 'XAU' }],
    ['a fraction of a won', { amount: 0.5 }],
    ['less than nothing', { amount: -1 }],
  ])('%s cannot be read: unknown', async (_name, changes) => {
    expect((await confirm(ok(paymentBody(changes))))._unsafeUnwrapErr()).toMatchObject({
      code: 'bad_response',
      outcome: 'unknown',
    })
  })

  test.each([
    ['the payment of another order', ok(paymentBody({ merchant_uid: 'attOther' })), NOWHERE],
    ['an imp_uid PortOne does not know', NOWHERE, NOWHERE],
    ['a window that is open', ok(paymentBody({ status: 'ready', paid_at: 0 })), ok(pageOf())],
    ['the registration of a card', ok(paymentBody({ customer_uid: 'c', customer_uid_usage: 'issue' })), NOWHERE],
  ])('S0-41: %s approves nothing and ends nothing', async (_name, ...answers) => {
    expect((await confirm(...answers))._unsafeUnwrapErr()).toMatchObject({ code: 'in_progress', outcome: 'unknown' })
  })

  test('the registration of a card at a PG that charges for it: a person has to look', async () => {
    const record = paymentBody({ customer_uid: 'c', customer_uid_usage: 'issue', pg_provider: 'kakaopay' })
    expect((await confirm(ok(record)))._unsafeUnwrapErr()).toMatchObject({ code: 'unrecognized', outcome: 'unknown' })
  })

  test('an answer about another imp_uid than was asked for is none', async () => {
    const error = (await confirm(ok(paymentBody({ imp_uid: 'imp_2' })), NOWHERE))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test('an imp_uid of a failed try, while another one was paid: paid', async () => {
    const shop = shopOf()
    const failed = shop.fake.buyer.fail(orderOf(attempt))
    const paid = shop.fake.buyer.pay(orderOf(attempt))
    expect((await shop.gateway.confirm(attempt, failed))._unsafeUnwrap()).toMatchObject({
      status: 'approved',
      providerRef: paid['imp_uid'],
    })
  })

  test('a forged imp_uid does not hide the payment that was made', async () => {
    const shop = shopOf()
    shop.fake.buyer.pay(orderOf(attempt))
    const forged = { ...returned, imp_uid: 'imp_0' }
    expect((await shop.gateway.confirm(attempt, forged))._unsafeUnwrap().status).toBe('approved')
  })
})

describe('a payment that failed', () => {
  test('the buyer is back and no try is open: declined, and the old window is closed', async () => {
    const shop = shopOf()
    await shop.gateway.begin(attempt, { title: 'x', successUrl: null, failUrl: null, customer: null })
    const failed = shop.fake.buyer.fail(orderOf(attempt), '[PG] 한도초과')
    expect((await shop.gateway.confirm(attempt, failed))._unsafeUnwrapErr()).toEqual({
      code: 'declined',
      outcome: 'not_executed',
      message: 'portone-v1: the payment failed',
      retryable: false,
    })
    expect(shop.fake.buyer.open(orderOf(attempt))).toBeUndefined()
  })

  test('the merchant’s own confirm process refused it', async () => {
    const shop = shopOf()
    const reason = '고객사 요청에 의해 결제를 중단합니다. (상세사유 : 품절)'
    const failed = shop.fake.buyer.fail(orderOf(attempt), reason)
    const error = (await shop.gateway.confirm(attempt, failed))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'refused', outcome: 'not_executed' })
    expect(error.message).not.toContain('품절')
  })

  test('another window of the same order is still open: it is not the end', async () => {
    const shop = shopOf()
    const failed = shop.fake.buyer.fail(orderOf(attempt))
    const open = shop.fake.buyer.open(orderOf(attempt)) ?? ''
    expect((await shop.gateway.confirm(attempt, failed))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    shop.fake.buyer.finish(open)
    expect((await shop.gateway.confirm(attempt, failed))._unsafeUnwrap().status).toBe('approved')
  })

  test('that the old window cannot be closed changes nothing about the answer', async () => {
    const shop = shopOf()
    const failed = shop.fake.buyer.fail(orderOf(attempt))
    shop.fake.faults.next({ kind: 'error_before', status: 500 }, { operation: 'preparePayment' })
    expect((await shop.gateway.confirm(attempt, failed))._unsafeUnwrapErr().code).toBe('declined')
  })
})

describe('a refused look-up is no refused payment', () => {
  test.each([
    [400, 'in_progress', 'unknown'],
    [403, 'unrecognized', 'unknown'],
    [409, 'conflict', 'unknown'],
    [500, 'provider_fault', 'unknown'],
    // At the door: nobody takes these for an answer about the money.
    [401, 'config_error', 'not_executed'],
    [429, 'rate_limited', 'not_executed'],
  ])('status %i is %s', async (status, code, outcome) => {
    const gateway = connect(answering([status, { code: -1, message: 'x', response: null }]).fetch)
    expect((await gateway.confirm(attempt, returned))._unsafeUnwrapErr()).toMatchObject({ code, outcome })
  })
})
