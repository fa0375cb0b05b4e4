import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import { accepted, answering, attemptOf, connect, paid, shopOf, tossPayment } from './support'

describe('lookup', () => {
  const lookupOf = async (changes: Record<string, unknown>) =>
    connect(answering(200, tossPayment(changes)).fetch).lookup(accepted(attemptOf(), 'pk_1'))

  test('asks by order id until a payment key is known, then by the key', async () => {
    const { fetch, requests } = answering(200, tossPayment({ paymentKey: 'pk/1' }))
    await connect(fetch).lookup(attemptOf())
    await connect(fetch).lookup(accepted(attemptOf(), 'pk/1'))
    expect(requests.map(({ url }) => new URL(url).pathname)).toEqual([
      `/v1/payments/orders/${attemptOf().id}`,
      '/v1/payments/pk%2F1',
    ])
  })

  test.each([
    ['DONE', {}, { status: 'approved', captured: krw(33_000), refunds: [] }],
    ['READY', {}, { status: 'open' }],
    ['IN_PROGRESS', {}, { status: 'open' }],
    ['ABORTED', { failure: { code: 'REJECT_CARD_COMPANY' } }, { status: 'failed', code: 'declined' }],
    ['ABORTED', { failure: { code: 'TOMORROWS_CODE' } }, { status: 'failed', code: 'refused' }],
    ['ABORTED', { failure: null }, { status: 'failed', code: 'refused' }],
    ['EXPIRED', { approvedAt: null }, { status: 'failed', code: 'payment_window_closed' }],
    ['CANCELED', { approvedAt: null }, { status: 'failed', code: 'canceled_before_deposit' }],
    ['WAITING_FOR_DEPOSIT', { approvedAt: null }, { status: 'waiting', expired: false, deposit: null, dueAt: null }],
  ])('%s with %o', async (status, changes, expected) => {
    expect((await lookupOf({ status, ...changes }))._unsafeUnwrap()).toMatchObject(expected)
  })

  test('a status that is not known here is an error with an unknown outcome', async () => {
    expect((await lookupOf({ status: 'TOMORROWS_STATUS' }))._unsafeUnwrapErr()).toMatchObject({
      code: 'unrecognized',
      outcome: 'unknown',
    })
  })

  test('refunds carry our id where the reason begins with one, and their own state', async () => {
    const cancel = (transactionKey: string, changes: object) => ({
      transactionKey,
      cancelAmount: 1_000,
      cancelStatus: 'DONE',
      cancelReason: '상점관리자',
      ...changes,
    })
    const cancels = [
      cancel('tx1', { cancelReason: '[rfd_one] 부분 반품' }),
      cancel('tx2', { cancelReason: 'about [rfd_two]' }),
      cancel('tx3', { cancelStatus: 'IN_PROGRESS' }),
      cancel('tx4', { cancelStatus: 'ABORTED' }),
      cancel('tx5', { cancelStatus: undefined, cancelReason: undefined }),
      cancel('tx6', { cancelStatus: 'TOMORROWS' }),
    ]
    const found = (await lookupOf({ status: 'PARTIAL_CANCELED', cancels }))._unsafeUnwrap()
    const amount = krw(1_000)
    expect(found).toMatchObject({ status: 'approved', captured: krw(33_000) })
    expect('refunds' in found && found.refunds).toEqual([
      { providerRef: 'tx1', refundId: 'rfd_one', amount, status: 'completed' },
      { providerRef: 'tx2', refundId: null, amount, status: 'completed' },
      { providerRef: 'tx3', refundId: null, amount, status: 'waiting' },
      { providerRef: 'tx4', refundId: null, amount, status: 'failed' },
      { providerRef: 'tx5', refundId: null, amount, status: 'completed' },
      { providerRef: 'tx6', refundId: null, amount, status: 'waiting' },
    ])
  })

  test.each(['NOT_FOUND_PAYMENT', 'NOT_FOUND'])('%s is an answer', async (code) => {
    const found = await connect(answering(404, { code }).fetch).lookup(attemptOf())
    expect(found._unsafeUnwrap()).toEqual({ status: 'not_found' })
  })

  test('NOT_FOUND_MERCHANT is a wrong key, not a missing payment', async () => {
    const found = await connect(answering(404, { code: 'NOT_FOUND_MERCHANT' }).fetch).lookup(attemptOf())
    expect(found._unsafeUnwrapErr()).toMatchObject({ code: 'config_error', providerCode: 'NOT_FOUND_MERCHANT' })
  })

  test('C-37: a key of somebody else’s order is set aside, and the order itself is looked up', async () => {
    const shop = shopOf()
    const other = await paid(shop, { id: 'att_of_somebody_else' })
    const mine = accepted(attemptOf(), other.providerRef ?? '')
    expect((await shop.gateway.lookup(mine))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    shop.fake.buyer.authorize({ orderId: mine.id, amount: 33_000 })
    expect((await shop.gateway.lookup(mine))._unsafeUnwrap()).toEqual({ status: 'open' })
  })

  test('an answer about another payment than the one asked for is no answer', async () => {
    expect((await lookupOf({ paymentKey: 'pk_2' }))._unsafeUnwrapErr().outcome).toBe('unknown')
    const { fetch } = answering(200, tossPayment({ orderId: 'att_of_somebody_else' }))
    expect((await connect(fetch).lookup(attemptOf()))._unsafeUnwrapErr().code).toBe('bad_response')
  })

  test('follows a deposit, its reversal, and the day the account runs out', async () => {
    const { fake, gateway, clock } = shopOf()
    const attempt = attemptOf({ method: 'VIRTUAL_ACCOUNT' })
    const { id: orderId } = attempt
    const returned = fake.buyer.authorize({ orderId, amount: 33_000, method: 'VIRTUAL_ACCOUNT', validHours: 1 })
    const asked = accepted(attempt, returned.paymentKey)
    const issued = (await gateway.confirm(asked, returned))._unsafeUnwrap()
    expect(fake.bank.deposit(orderId)).toBe(true)
    const deposited = (await gateway.lookup(asked))._unsafeUnwrap()
    expect(deposited).toMatchObject({ status: 'approved', captured: krw(33_000), method: 'VIRTUAL_ACCOUNT' })
    expect('callbackSecret' in deposited && deposited.callbackSecret).toBe(
      'callbackSecret' in issued && issued.callbackSecret,
    )
    expect(fake.bank.reverseDeposit(orderId)).toBe(true)
    expect((await gateway.lookup(asked))._unsafeUnwrap()).toMatchObject({ status: 'waiting', expired: false })
    await clock.advance(3_600_000 - 1)
    expect((await gateway.lookup(asked))._unsafeUnwrap()).toMatchObject({ status: 'waiting', expired: false })
    await clock.advance(1)
    expect((await gateway.lookup(asked))._unsafeUnwrap()).toMatchObject({ status: 'waiting', expired: true })
    expect(fake.bank.deposit(orderId)).toBe(false)
    expect(fake.book().map(({ kind }) => kind)).toEqual(['capture', 'deposit_reversal'])
  })
})
