import { describe, expect, test } from 'vitest'
import { tossClient } from '../../../src/providers/toss/client'
import type { FakeToss } from '../../../src/providers/toss/fake'
import { authorized, ORDER, setUp } from './fake-support'
import { type ManualClock, SECRET_KEY, START } from './support'

describe('cancel', () => {
  const paidKey = async ({ fake, confirm }: Pick<ReturnType<typeof setUp>, 'fake' | 'confirm'>) => {
    const paymentKey = authorized(fake)
    await confirm(paymentKey)
    return paymentKey
  }

  test('all at once is CANCELED; again is ALREADY_CANCELED_PAYMENT', async () => {
    const shop = setUp()
    const paymentKey = await paidKey(shop)
    const { body } = await shop.cancel(paymentKey)
    expect(body).toMatchObject({ status: 'CANCELED', totalAmount: 33_000, balanceAmount: 0, suppliedAmount: 0, vat: 0 })
    expect(await shop.cancel(paymentKey)).toMatchObject({ status: 400, body: { code: 'ALREADY_CANCELED_PAYMENT' } })
  })

  test('in parts it stays PARTIAL_CANCELED to the end, and supply and VAT follow the balance', async () => {
    const shop = setUp()
    const paymentKey = await paidKey(shop)
    const { body } = await shop.cancel(paymentKey, { cancelAmount: 11_000 })
    const rest = { balanceAmount: 22_000, suppliedAmount: 20_000, vat: 2_000 }
    expect(body).toMatchObject({ status: 'PARTIAL_CANCELED', totalAmount: 33_000, ...rest })
    expect((await shop.cancel(paymentKey, { cancelAmount: 22_000 })).body).toMatchObject({
      status: 'PARTIAL_CANCELED',
      balanceAmount: 0,
      cancels: [{ refundableAmount: 22_000 }, { refundableAmount: 0, cancelStatus: 'DONE' }],
    })
    expect(await shop.cancel(paymentKey)).toMatchObject({ status: 403, body: { code: 'NOT_CANCELABLE_AMOUNT' } })
    expect(shop.fake.book().map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['capture', 33_000],
      ['refund', 11_000],
      ['refund', 22_000],
    ])
  })

  test.each([
    ['zero', { cancelAmount: 0 }, 400, 'INVALID_REQUEST'],
    ['less than zero', { cancelAmount: -1 }, 400, 'INVALID_REQUEST'],
    ['one too many', { cancelAmount: 33_001 }, 403, 'NOT_CANCELABLE_AMOUNT'],
    ['a balance we do not have', { refundableAmount: 32_999 }, 400, 'NOT_MATCHES_REFUNDABLE_AMOUNT'],
    ['no reason', { cancelReason: undefined }, 400, 'INVALID_REQUEST'],
    ['a reason of 201', { cancelReason: 'x'.repeat(201) }, 400, 'INVALID_REQUEST'],
    ['another currency', { currency: 'USD' }, 400, 'INVALID_CURRENCY'],
  ])('%s moves nothing', async (_, body, status, code) => {
    const shop = setUp()
    expect(await shop.cancel(await paidKey(shop), body)).toMatchObject({ status, body: { code } })
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('what was never paid cannot be cancelled, what is not there cannot be found', async () => {
    const { fake, cancel } = setUp()
    expect((await cancel(authorized(fake))).body['code']).toBe('NOT_CANCELABLE_PAYMENT')
    expect(await cancel('pk_none')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_PAYMENT' } })
  })

  test('a payment that allows no parts is cancelled whole or not at all', async () => {
    const { fake, confirm, cancel } = setUp()
    const { paymentKey } = fake.buyer.authorize({ orderId: ORDER, amount: 33_000, partialCancelable: false })
    await confirm(paymentKey)
    expect((await cancel(paymentKey, { cancelAmount: 1 })).body['code']).toBe('NOT_ALLOWED_PARTIAL_REFUND')
    expect((await cancel(paymentKey)).body['status']).toBe('CANCELED')
  })

  test('an account that waits is cancelled whole, and no money moves', async () => {
    const { fake, confirm, cancel } = setUp()
    const paymentKey = authorized(fake, 'VIRTUAL_ACCOUNT')
    await confirm(paymentKey)
    const part = await cancel(paymentKey, { cancelAmount: 1 })
    expect(part.body['code']).toBe('NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT')
    expect((await cancel(paymentKey)).body).toMatchObject({ status: 'CANCELED', approvedAt: null })
    expect(fake.book()).toEqual([])
    expect(fake.bank.deposit(ORDER)).toBe(false)
  })

  test('a deposit needs an account to go back to', async () => {
    const { fake, confirm, cancel } = setUp()
    const paymentKey = authorized(fake, 'VIRTUAL_ACCOUNT')
    await confirm(paymentKey)
    expect(fake.bank.deposit(ORDER, 32_999)).toBe(false)
    expect(fake.bank.deposit(ORDER)).toBe(true)
    expect(fake.bank.deposit(ORDER)).toBe(false)
    expect((await cancel(paymentKey)).body['code']).toBe('INVALID_REFUND_ACCOUNT_INFO')
    const account = { bank: '88', accountNumber: '110', holderName: '홍길동' }
    const refundTo = (changes: object) => cancel(paymentKey, { refundReceiveAccount: { ...account, ...changes } })
    expect((await refundTo({ bank: undefined, bankCode: '88' })).body['code']).toBe('INVALID_BANK')
    expect((await refundTo({ accountNumber: '110-1' })).body['code']).toBe('INVALID_REFUND_ACCOUNT_NUMBER')
    expect((await refundTo({})).body['status']).toBe('CANCELED')
  })
})

describe('look-ups', () => {
  test('by key and by order; what is not there is NOT_FOUND_PAYMENT', async () => {
    const { fake, call } = setUp()
    const paymentKey = authorized(fake)
    const byKey = await call('GET', `payments/${paymentKey}`)
    expect((await call('GET', `payments/orders/${ORDER}`)).body).toEqual(byKey.body)
    for (const path of ['payments/pk_none', 'payments/orders/none']) {
      expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_PAYMENT' } })
    }
  })

  test('sparse answers leave out what is null', async () => {
    const { fake, call } = setUp({ sparse: true })
    const { body } = await call('GET', `payments/${authorized(fake)}`)
    expect(body).toMatchObject({ status: 'IN_PROGRESS' })
    expect(Object.values(body)).not.toContain(null)
    expect(body).not.toHaveProperty('cancels')
  })
})

describe('accounts issued without a window', () => {
  const client = (fake: FakeToss, clock: ManualClock) =>
    tossClient({
      secretKey: SECRET_KEY,
      baseUrl: 'https://toss.test',
      timeoutMs: 1_000,
      log: () => undefined,
      clock,
      fetch: fake.fetch,
    })
  const body = { amount: 11_000, orderId: ORDER, orderName: '원두', customerName: '홍길동', bank: '88' }

  test('wait for their deposit', async () => {
    const { clock, fake } = setUp()
    const issued = (await client(fake, clock).issueVirtualAccount({ ...body, validHours: 1 }, 'k1'))._unsafeUnwrap()
    expect(issued).toMatchObject({ status: 'WAITING_FOR_DEPOSIT', secret: expect.stringMatching(/^ps_/) })
    expect(issued.virtualAccount?.dueDate).toEqual(new Date(START + 3_600_000))
    expect(fake.bank.deposit(ORDER)).toBe(true)
    expect(fake.book()).toMatchObject([{ kind: 'capture', amountMinor: 11_000 }])
    const again = await client(fake, clock).issueVirtualAccount(body, 'k2')
    expect(again._unsafeUnwrapErr()).toMatchObject({ code: 'conflict', providerCode: 'DUPLICATED_ORDER_ID' })
  })

  test.each([
    [{ amount: 199 }, 'BELOW_MINIMUM_AMOUNT'],
    [{ bank: 'KB' }, 'INVALID_BANK'],
    [{ orderId: 'a' }, 'INVALID_ORDER_ID'],
    [{ orderName: '' }, 'INVALID_ORDER_NAME'],
    [{ validHours: 2_161 }, 'EXCEED_MAX_VALID_HOURS'],
  ])('%o is %s', async (changes, providerCode) => {
    const { clock, fake } = setUp()
    const refused = await client(fake, clock).issueVirtualAccount({ ...body, ...changes }, 'k1')
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', providerCode })
    expect(fake.payments()).toEqual([])
  })
})
