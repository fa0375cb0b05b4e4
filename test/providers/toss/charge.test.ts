import { describe, expect, test } from 'vitest'
import { krw, usd } from '../../../src/core/money'
import { accepted, answering, attemptOf, connect, manualClock, paid, SECRET_KEY, START, shopOf } from './support'

const returnedFor = (changes: Record<string, string> = {}) => ({
  paymentKey: 'pk_1',
  orderId: attemptOf().id,
  amount: '33000',
  ...changes,
})

const payment = (changes: Record<string, unknown> = {}) => ({
  paymentKey: 'pk_1',
  orderId: attemptOf().id,
  status: 'DONE',
  method: '카드',
  currency: 'KRW',
  totalAmount: 33_000,
  approvedAt: '2026-01-05T10:01:03+09:00',
  ...changes,
})

describe('readReturn', () => {
  const { fetch, requests } = answering(200, payment())
  const gateway = connect(fetch)

  test('accepts the payment key when order and amount are the attempt’s', () => {
    expect(gateway.readReturn(attemptOf(), returnedFor())._unsafeUnwrap()).toEqual({ providerRef: 'pk_1' })
  })

  test.each([
    ['C-37: another order', { orderId: 'att_of_somebody_else' }, 'order_mismatch'],
    ['C-31 S2-11 E-127: one won less', { amount: '32999' }, 'amount_mismatch'],
    ['one won more', { amount: '33001' }, 'amount_mismatch'],
    ['zero', { amount: '0' }, 'amount_mismatch'],
    ['an exponent', { amount: '33e3' }, 'amount_mismatch'],
    ['a sign', { amount: '+33000' }, 'amount_mismatch'],
    ['a fraction of a won', { amount: '33000.5' }, 'amount_mismatch'],
    ['nothing for an amount', { amount: '' }, 'amount_mismatch'],
    ['C-32: another currency with the same number', { currency: 'JPY' }, 'amount_mismatch'],
    ['an unknown currency', { currency: 'XXX' }, 'amount_mismatch'],
    ['an empty key', { paymentKey: '' }, 'return_invalid'],
    ['a key with a line break', { paymentKey: 'pk\n1' }, 'return_invalid'],
    ['a key of 201 characters', { paymentKey: 'k'.repeat(201) }, 'return_invalid'],
  ])('refuses %s before Toss is asked, at the return and at the confirm', async (_, changes, code) => {
    const returned = returnedFor(changes)
    const refused = gateway.readReturn(attemptOf(), returned)._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code, outcome: 'not_executed', retryable: false })
    expect((await gateway.confirm(attemptOf(), returned))._unsafeUnwrapErr()).toEqual(refused)
    expect(requests).toEqual([])
  })

  test.each(['paymentKey', 'orderId', 'amount'])('refuses a return without %s', (name) => {
    const { [name]: _, ...rest }: Record<string, string> = returnedFor()
    expect(gateway.readReturn(attemptOf(), rest)._unsafeUnwrapErr()).toMatchObject({
      code: 'return_invalid',
      message: expect.stringContaining(name),
    })
  })

  test('reads dollars to the cent', () => {
    const attempt = attemptOf({ amount: usd(1_050) })
    expect(gateway.readReturn(attempt, returnedFor({ amount: '10.5' })).isOk()).toBe(true)
    expect(gateway.readReturn(attempt, returnedFor({ amount: '10.50' })).isOk()).toBe(true)
    expect(gateway.readReturn(attempt, returnedFor({ amount: '10.51' })).isErr()).toBe(true)
    expect(gateway.readReturn(attempt, returnedFor({ amount: '1050' })).isErr()).toBe(true)
  })

  test('lets no second payment take the place of one that is being confirmed', () => {
    const asked = accepted(attemptOf(), 'pk_0')
    expect(gateway.readReturn(asked, returnedFor())._unsafeUnwrapErr().code).toBe('return_invalid')
    expect(gateway.readReturn(asked, returnedFor({ paymentKey: 'pk_0' })).isOk()).toBe(true)
    expect(gateway.readReturn(attemptOf({ providerRef: 'pk_0' }), returnedFor()).isOk()).toBe(true)
  })
})

describe('confirm', () => {
  test('S2-12: sends Basic auth, the attempt’s own amount, and a key bound to attempt and generation', async () => {
    const sent: Request[] = []
    const gateway = connect(async (input, init) => {
      sent.push(new Request(input, init))
      return Response.json(payment())
    })
    const charge = (await gateway.confirm(accepted(attemptOf(), 'pk_1'), returnedFor()))._unsafeUnwrap()
    expect(charge).toEqual({
      status: 'approved',
      providerRef: 'pk_1',
      captured: krw(33_000),
      approvedAt: new Date('2026-01-05T01:01:03Z'),
      method: 'CARD',
    })
    const [request] = sent
    expect(request?.url).toBe('https://api.tosspayments.com/v1/payments/confirm')
    expect(request?.headers.get('authorization')).toBe(`Basic ${btoa(`${SECRET_KEY}:`)}`)
    expect(request?.headers.get('idempotency-key')).toBe(`${attemptOf().id}-charge-0`)
    expect(request?.headers.get('accept-language')).toBeNull()
    expect(await request?.json()).toEqual({ paymentKey: 'pk_1', orderId: attemptOf().id, amount: 33_000 })
  })

  test('C-36: the host comes from the configuration, whatever the browser brings back', async () => {
    const { fetch, requests } = answering(200, payment())
    const returned = returnedFor({ host: 'evil.example', baseUrl: 'https://evil.example', url: '//evil.example' })
    await connect(fetch, manualClock(), [], { baseUrl: 'https://toss.test/' }).confirm(attemptOf(), returned)
    expect(requests.map(({ url }) => url)).toEqual(['https://toss.test/v1/payments/confirm'])
  })

  test('takes the money once through the fake, and a repeat gives the first answer', async () => {
    const { fake, gateway } = shopOf()
    const returned = fake.buyer.authorize({ orderId: attemptOf().id, amount: 33_000 })
    const attempt = accepted(attemptOf(), returned.paymentKey)
    const first = (await gateway.confirm(attempt, returned))._unsafeUnwrap()
    expect(first).toMatchObject({ status: 'approved', captured: krw(33_000), method: 'CARD' })
    expect((await gateway.confirm(attempt, returned))._unsafeUnwrap()).toEqual(first)
    expect((await gateway.confirm(attempt, {}))._unsafeUnwrap()).toEqual(first)
    expect(fake.book()).toMatchObject([{ kind: 'capture', amountMinor: 33_000, orderId: attempt.id }])
  })

  test('confirms the payment that was accepted, whatever key comes back later', async () => {
    const { fetch, requests } = answering(200, payment({ paymentKey: 'pk_0' }))
    const answer = await connect(fetch).confirm(attemptOf({ providerRef: 'pk_0' }), returnedFor())
    expect(answer._unsafeUnwrap()).toMatchObject({ status: 'approved', providerRef: 'pk_0' })
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ paymentKey: 'pk_0' })
  })

  test('without a return and without an accepted payment there is nothing to confirm', async () => {
    const { fetch, requests } = answering(200, payment())
    const refused = (await connect(fetch).confirm(attemptOf(), {}))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code: 'return_invalid', outcome: 'not_executed' })
    expect(requests).toEqual([])
  })

  test('a virtual account is issued, not paid: where to deposit, until when, and the callback secret', async () => {
    const { fake, gateway } = shopOf()
    const attempt = attemptOf({ method: 'VIRTUAL_ACCOUNT' })
    const returned = fake.buyer.authorize({ orderId: attempt.id, amount: 33_000, method: 'VIRTUAL_ACCOUNT' })
    const charge = (await gateway.confirm(accepted(attempt, returned.paymentKey), returned))._unsafeUnwrap()
    const dueAt = new Date(START + 168 * 3_600_000)
    expect(charge).toEqual({
      status: 'waiting',
      providerRef: returned.paymentKey,
      dueAt,
      deposit: { bankCode: '88', accountNumber: expect.stringMatching(/^X\d+$/), holderName: '홍길동', dueAt },
      callbackSecret: expect.stringMatching(/^ps_/),
    })
    expect(fake.book()).toEqual([])
  })

  test('a declined card is definite, and the payment is over at Toss', async () => {
    const { fake, gateway } = shopOf()
    const attempt = attemptOf()
    const returned = fake.buyer.authorize({ orderId: attempt.id, amount: 33_000, outcome: 'REJECT_CARD_PAYMENT' })
    const asked = accepted(attempt, returned.paymentKey)
    const refused = (await gateway.confirm(asked, returned))._unsafeUnwrapErr()
    expect(refused).toEqual({
      code: 'declined',
      outcome: 'not_executed',
      providerCode: 'REJECT_CARD_PAYMENT',
      message: 'toss confirmPayment: REJECT_CARD_PAYMENT, status 403',
      retryable: false,
    })
    expect((await gateway.lookup(asked))._unsafeUnwrap()).toEqual({ status: 'failed', code: 'declined' })
    expect(fake.book()).toEqual([])
  })

  test('C-37: a payment key of order A, sent for order B at the same price, takes nothing', async () => {
    const { fake, gateway } = shopOf()
    const { paymentKey } = fake.buyer.authorize({ orderId: 'att_of_order_a', amount: 33_000 })
    const refused = await gateway.confirm(accepted(attemptOf(), paymentKey), returnedFor({ paymentKey }))
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
    expect(fake.book()).toEqual([])
  })

  test.each([
    ['C-37: another order', { orderId: 'att_of_somebody_else' }],
    ['another payment key', { paymentKey: 'pk_2' }],
    ['a currency nobody knows', { currency: 'XXX' }],
    ['half a won', { totalAmount: 33_000.5 }],
  ])('an answer about %s leaves the outcome open', async (_, changes) => {
    const { fetch } = answering(200, payment(changes))
    const answer = await connect(fetch).confirm(accepted(attemptOf(), 'pk_1'), returnedFor())
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test.each([
    ['one won less', { totalAmount: 32_999 }, krw(32_999)],
    ['C-32: dollars', { currency: 'USD', totalAmount: 33_000 }, usd(3_300_000)],
  ])('money that was taken is reported as it was taken: %s', async (_, changes, captured) => {
    const { fetch } = answering(200, payment(changes))
    const answer = await connect(fetch).confirm(accepted(attemptOf(), 'pk_1'), returnedFor())
    expect(answer._unsafeUnwrap()).toMatchObject({ status: 'approved', captured })
  })

  test.each([
    ['READY', 'in_progress'],
    ['IN_PROGRESS', 'in_progress'],
    ['ABORTED', 'unrecognized'],
    ['EXPIRED', 'unrecognized'],
    ['CANCELED', 'unrecognized'],
    ['PARTIAL_CANCELED', 'unrecognized'],
    ['TOMORROWS_STATUS', 'unrecognized'],
  ])('a success in status %s leaves the outcome open', async (status, code) => {
    const { fetch } = answering(200, payment({ status }))
    const answer = await connect(fetch).confirm(accepted(attemptOf(), 'pk_1'), returnedFor())
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
  })

  test('an approval without a readable moment is still an approval', async () => {
    const { fetch } = answering(200, payment({ approvedAt: 'yesterday' }))
    const answer = await connect(fetch).confirm(accepted(attemptOf(), 'pk_1'), returnedFor())
    expect(answer._unsafeUnwrap()).toMatchObject({ status: 'approved', approvedAt: new Date(START) })
  })

  describe('on a repeat', () => {
    const asked = accepted(attemptOf(), 'pk_1')
    const repeats = [
      ['after an unknown outcome', { ...asked, status: 'UNKNOWN' }],
      ['with a new key', { ...asked, keyGeneration: 1 }],
      ['after a look-up', { ...asked, checks: 1 }],
      ['after a restart', { ...asked, chargeRequestedAt: new Date(START - 3_000) }],
      ['asked by a clock ahead of ours', { ...asked, chargeRequestedAt: new Date(START + 3_000) }],
    ] as const
    test.each(repeats)('%s, a refusal at the door says nothing about the request before', async (_, attempt) => {
      for (const [status, code] of [
        [401, 'UNAUTHORIZED_KEY'],
        [403, 'FORBIDDEN_CONSECUTIVE_REQUEST'],
      ] as const) {
        const error = (await connect(answering(status, { code }).fetch).confirm(attempt, {}))._unsafeUnwrapErr()
        expect(error).toMatchObject({ code: 'in_progress', outcome: 'unknown', providerCode: code })
      }
    })
    test.each(repeats)('%s, a session that is over may be over because it was paid', async (_, attempt) => {
      const { fetch } = answering(404, { code: 'NOT_FOUND_PAYMENT_SESSION' })
      expect((await connect(fetch).confirm(attempt, {}))._unsafeUnwrapErr()).toMatchObject({
        code: 'conflict',
        outcome: 'unknown',
      })
    })
    test('a decline is as definite as the first time', async () => {
      const { fetch } = answering(403, { code: 'REJECT_CARD_PAYMENT' })
      const error = (await connect(fetch).confirm({ ...asked, status: 'UNKNOWN' }, {}))._unsafeUnwrapErr()
      expect(error).toMatchObject({ code: 'declined', outcome: 'not_executed' })
    })
    test('the first time, a millisecond before it counts as a repeat, the window is definitely closed', async () => {
      const { fetch } = answering(404, { code: 'NOT_FOUND_PAYMENT_SESSION' })
      const attempt = { ...asked, chargeRequestedAt: new Date(START - 2_999) }
      expect((await connect(fetch).confirm(attempt, {}))._unsafeUnwrapErr()).toMatchObject({
        code: 'payment_window_closed',
        outcome: 'not_executed',
      })
    })
  })
})

describe('lookup', () => {
  const lookupOf = async (changes: Record<string, unknown>) =>
    connect(answering(200, payment(changes)).fetch).lookup(accepted(attemptOf(), 'pk_1'))

  test('asks by order id until a payment key is known, then by the key', async () => {
    const { fetch, requests } = answering(200, payment({ paymentKey: 'pk/1' }))
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
    const { fetch } = answering(200, payment({ orderId: 'att_of_somebody_else' }))
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
