import { describe, expect, test } from 'vitest'
import { krw, usd } from '../../../src/core/money'
import { accepted, answering, attemptOf, connect, manualClock, SECRET_KEY, START, shopOf, tossPayment } from './support'

const returnedFor = (changes: Record<string, string> = {}) => ({
  paymentKey: 'pk_1',
  orderId: attemptOf().id,
  amount: '33000',
  ...changes,
})

describe('readReturn', () => {
  const { fetch, requests } = answering(200, tossPayment())
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
      return Response.json(tossPayment())
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
    const { fetch, requests } = answering(200, tossPayment())
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
    const { fetch, requests } = answering(200, tossPayment({ paymentKey: 'pk_0' }))
    const answer = await connect(fetch).confirm(attemptOf({ providerRef: 'pk_0' }), returnedFor())
    expect(answer._unsafeUnwrap()).toMatchObject({ status: 'approved', providerRef: 'pk_0' })
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ paymentKey: 'pk_0' })
  })

  test('without a return and without an accepted payment there is nothing to confirm', async () => {
    const { fetch, requests } = answering(200, tossPayment())
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
    ['less than nothing', { totalAmount: -33_000 }],
  ])('an answer about %s leaves the outcome open', async (_, changes) => {
    const { fetch } = answering(200, tossPayment(changes))
    const answer = await connect(fetch).confirm(accepted(attemptOf(), 'pk_1'), returnedFor())
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test.each([
    ['one won less', { totalAmount: 32_999 }, krw(32_999)],
    ['C-32: dollars', { currency: 'USD', totalAmount: 33_000 }, usd(3_300_000)],
  ])('money that was taken is reported as it was taken: %s', async (_, changes, captured) => {
    const { fetch } = answering(200, tossPayment(changes))
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
    const { fetch } = answering(200, tossPayment({ status }))
    const answer = await connect(fetch).confirm(accepted(attemptOf(), 'pk_1'), returnedFor())
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
  })

  test('an approval without a readable moment is still an approval', async () => {
    const { fetch } = answering(200, tossPayment({ approvedAt: 'yesterday' }))
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
      const refusing = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }))
      expect((await connect(refusing).confirm(attempt, {}))._unsafeUnwrapErr()).toMatchObject({
        code: 'in_progress',
        outcome: 'unknown',
      })
    })
    test.each(repeats)('%s, a session that is over may be over because it was paid', async (_, attempt) => {
      for (const code of ['NOT_FOUND_PAYMENT_SESSION', 'NOT_FOUND_PAYMENT']) {
        const { fetch } = answering(404, { code })
        const error = (await connect(fetch).confirm(attempt, {}))._unsafeUnwrapErr()
        expect(error).toMatchObject({ code: 'conflict', outcome: 'unknown', providerCode: code })
      }
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
