import { describe, expect, test } from 'vitest'
import { krw, usd } from '../../../src/core/money'
import {
  answering,
  attemptOf,
  authAnswer,
  connect,
  KEYS,
  manualClock,
  paid,
  payplePayment,
  refundContext,
  refundOf,
  shopOf,
} from './support'

const HALF_PAST_MIDNIGHT = Date.UTC(2026, 2, 1, 15, 30)
const paidAttempt = attemptOf({
  status: 'APPROVED',
  capturedMinor: 12_900,
  approvedAt: new Date('2026-03-01T01:15:30Z'),
})
const SUCCESS = {
  PCD_PAY_RST: 'success',
  PCD_PAY_CODE: 'PAYC0000',
  PCD_PAY_OID: paidAttempt.id,
  PCD_REFUND_TOTAL: '12900',
}
/** As the engine marks a refund that it has sent before. */
const REPEAT = { status: 'UNKNOWN', checks: 1 } as const

describe('a refund', () => {
  test('S0-10: carries the refund key, the order id, the day of payment and the amount', async () => {
    const { fetch, requests } = answering(200, SUCCESS)
    expect((await connect(fetch).refund(refundOf(), refundContext(paidAttempt))).isOk()).toBe(true)
    expect(requests).toHaveLength(2)
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      cst_id: KEYS.cstId,
      custKey: KEYS.custKey,
      PCD_PAYCANCEL_FLAG: 'Y',
    })
    expect(JSON.parse(requests[1]?.body ?? '')).toEqual({
      PCD_CST_ID: authAnswer().cst_id,
      PCD_CUST_KEY: authAnswer().custKey,
      PCD_AUTH_KEY: authAnswer().AuthKey,
      PCD_REFUND_KEY: KEYS.refundKey,
      PCD_PAYCANCEL_FLAG: 'Y',
      PCD_PAY_OID: paidAttempt.id,
      PCD_PAY_DATE: '20260301',
      PCD_REFUND_TOTAL: 12_900,
    })
  })

  test('S0-11: gives back the result code and the trade number', async () => {
    const { fetch } = answering(200, { ...SUCCESS, PCD_PAY_CARDTRADENUM: '202603021100000000000003' })
    expect((await connect(fetch).refund(refundOf(), refundContext(paidAttempt)))._unsafeUnwrap()).toEqual({
      providerRef: `202603021100000000000003:${refundOf().id}`,
      refundId: refundOf().id,
      amount: krw(12_900),
      status: 'completed',
      providerCode: 'PAYC0000',
    })
  })

  test('S0-11: two refunds are two, though Payple gave both the trade number of the payment', async () => {
    const { fetch } = answering(200, { ...SUCCESS, PCD_PAY_CARDTRADENUM: '2026' })
    const [one, other] = await Promise.all(
      ['rfd_1', 'rfd_2'].map((id) => connect(fetch).refund(refundOf({ id }), refundContext(paidAttempt))),
    )
    expect(one?._unsafeUnwrap().providerRef).not.toBe(other?._unsafeUnwrap().providerRef)
  })

  test.each([
    ['nothing but a success', { PCD_PAY_RST: 'success' }, { providerRef: refundOf().id, amount: krw(12_900) }],
    ['numbers as numbers', { ...SUCCESS, PCD_REFUND_TOTAL: 12_900 }, { amount: krw(12_900) }],
    [
      'empty texts',
      { ...SUCCESS, PCD_PAY_OID: '', PCD_REFUND_TOTAL: '', PCD_PAY_CARDTRADENUM: '' },
      { amount: krw(12_900) },
    ],
    ['another amount, which is passed on', { ...SUCCESS, PCD_REFUND_TOTAL: '12899' }, { amount: krw(12_899) }],
  ])('is read from %s', async (_, body, expected) => {
    const { fetch } = answering(200, body)
    expect((await connect(fetch).refund(refundOf(), refundContext(paidAttempt)))._unsafeUnwrap()).toMatchObject(
      expected,
    )
  })

  test('an answer about another payment is no answer', async () => {
    const { fetch } = answering(200, { ...SUCCESS, PCD_PAY_OID: 'att_other' })
    const answer = await connect(fetch).refund(refundOf(), refundContext(paidAttempt))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test('C-56: paid at 00:30 in Korea: the day is that of Korea, and the refund is found by it', async () => {
    const shop = shopOf({}, {}, manualClock(HALF_PAST_MIDNIGHT))
    const attempt = await paid(shop)
    await shop.clock.advance(40 * 3_600_000)
    expect((await shop.gateway.refund(refundOf(), refundContext(attempt))).isOk()).toBe(true)
    expect(shop.sentTo('cancelPayment')).toMatchObject([{ body: { PCD_PAY_DATE: '20260302' } }])
  })

  test.each([
    ['nothing', { amount: krw(0) }, {}],
    ['less than nothing', { amount: krw(-1) }, {}],
    ['dollars', { amount: usd(100) }, {}],
    ['a payment by a method that is none of Payple’s', {}, { method: 'CASH' }],
  ])('of %s is refused before anything is sent', async (_, changes, attempt) => {
    const { fetch, requests } = answering(200, SUCCESS)
    const answer = await connect(fetch).refund(refundOf(changes), refundContext({ ...paidAttempt, ...attempt }))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
    expect(requests).toEqual([])
  })

  test('of a part, twice: two parts go back, as asked', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    for (const id of ['rfd_1', 'rfd_2']) {
      const given = await shop.gateway.refund(refundOf({ id, amount: krw(2_900) }), refundContext(attempt))
      expect(given._unsafeUnwrap().amount).toEqual(krw(2_900))
    }
    expect(shop.fake.payments()).toMatchObject([{ refundedMinor: 5_800 }])
  })
})

describe('what Payple refuses at the first request', () => {
  const refuse = async (PCD_PAY_CODE: string, amount = krw(12_900), changes = {}) => {
    const { fetch, requests } = answering(200, { PCD_PAY_RST: 'error', PCD_PAY_CODE })
    const answer = await connect(fetch).refund(refundOf({ amount, ...changes }), refundContext(paidAttempt))
    return { error: answer._unsafeUnwrapErr(), requests }
  }

  test.each([
    ['PAYC0002', 'config_error', 'not_executed'],
    ['PAYC0011', 'refused', 'not_executed'],
    ['PAYC0010', 'provider_fault', 'unknown'],
    ['PAYC4711', 'unrecognized', 'unknown'],
    ['1144', 'refused', 'not_executed'],
    ['1140', 'refund_period_over', 'not_executed'],
    ['1120', 'refused', 'not_executed'],
    ['1104', 'not_found', 'not_executed'],
    ['9999', 'provider_fault', 'unknown'],
  ])('%s is %s, %s, and is not sent again', async (providerCode, code, outcome) => {
    const { error, requests } = await refuse(providerCode)
    expect(error).toMatchObject({ code, outcome, providerCode })
    expect(requests).toHaveLength(2)
  })

  test.each(['PAYC0007', '1115', '3121', '3251'])(
    '%s of the whole is open: it is cancelled, or not there; of a part it moved nothing',
    async (providerCode) => {
      expect((await refuse(providerCode)).error).toMatchObject({ code: 'conflict', outcome: 'unknown', providerCode })
      const part = await refuse(providerCode, krw(100))
      expect(part.error).toMatchObject({ code: 'refused', outcome: 'not_executed', providerCode })
    },
  )
})

describe('a refund that may have been sent before', () => {
  test.each([
    ['was not answered', REPEAT],
    ['was answered by a fault', { keyGeneration: 1 }],
    ['was looked up', { checks: 1 }],
  ] as const)('a part that %s is never sent again', async (_, changes) => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const answer = await shop.gateway.refund(refundOf({ amount: krw(6_450), ...changes }), refundContext(attempt))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'in_progress', outcome: 'unknown' })
    expect(shop.sentTo('cancelPayment')).toEqual([])
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('more than half of what is left can be sent again: it cannot go back twice', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const request = refundOf({ amount: krw(6_451) })
    shop.fake.faults.next({ kind: 'lost_answer' }, { operation: 'cancelPayment' })
    await shop.gateway.refund(request, refundContext(attempt))
    const repeated = await shop.gateway.refund({ ...request, ...REPEAT }, refundContext(attempt))
    expect(repeated._unsafeUnwrapErr()).toMatchObject({
      code: 'conflict',
      outcome: 'unknown',
      providerCode: 'PAYC0011',
    })
    expect(shop.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })

  test('the whole is sent again, and "already cancelled" is its proof', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    shop.fake.faults.next({ kind: 'lost_answer' }, { operation: 'cancelPayment' })
    await shop.gateway.refund(refundOf(), refundContext(attempt))
    const repeated = await shop.gateway.refund(refundOf(REPEAT), refundContext(attempt))
    expect(repeated._unsafeUnwrap()).toEqual({
      providerRef: refundOf().id,
      refundId: refundOf().id,
      amount: krw(12_900),
      status: 'completed',
      providerCode: 'PAYC0007',
    })
    expect(shop.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })

  test('the whole that was never carried out is carried out now', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    shop.fake.faults.next({ kind: 'lost_request' }, { operation: 'cancelPayment' })
    await shop.gateway.refund(refundOf(), refundContext(attempt))
    const repeated = await shop.gateway.refund(refundOf(REPEAT), refundContext(attempt))
    expect(repeated._unsafeUnwrap()).toMatchObject({ status: 'completed', providerCode: 'PAYC0000' })
  })

  test('"already cancelled" proves nothing where no payment is filed under the day', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const wrongDay = { ...attempt, approvedAt: new Date('2026-01-01T00:00:00Z') }
    const repeated = await shop.gateway.refund(refundOf(REPEAT), refundContext(wrongDay))
    expect(repeated._unsafeUnwrapErr()).toMatchObject({
      code: 'conflict',
      outcome: 'unknown',
      providerCode: 'PAYC0007',
    })
    expect(shop.fake.book()).toHaveLength(1)
  })

  test.each([
    ['another payment', { PCD_PAY_OID: 'att_other' }, false],
    ['this payment', {}, true],
  ])('"already cancelled" is proof with an answer about %s: %o', async (_, changes, isProof) => {
    const answers = [
      authAnswer(),
      { PCD_PAY_RST: 'error', PCD_PAY_CODE: 'PAYC0007' },
      authAnswer(),
      payplePayment(changes),
    ]
    const fetch = async () => Response.json(answers.shift())
    const repeated = await connect(fetch).refund(refundOf(REPEAT), refundContext(paidAttempt))
    expect(repeated.isOk()).toBe(isProof)
    if (repeated.isErr()) expect(repeated.error).toMatchObject({ code: 'conflict', outcome: 'unknown' })
  })

  test('what is left after other refunds is a whole too', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    await shop.gateway.refund(refundOf({ amount: krw(900) }), refundContext(attempt))
    const rest = refundOf({ id: 'rfd_2', amount: krw(12_000) })
    const context = refundContext({ ...attempt, refundedMinor: 900 })
    shop.fake.faults.next({ kind: 'html_after' }, { operation: 'cancelPayment' })
    await shop.gateway.refund(rest, context)
    expect((await shop.gateway.refund({ ...rest, ...REPEAT }, context))._unsafeUnwrap().status).toBe('completed')
    expect(shop.fake.payments()).toMatchObject([{ refundedMinor: 12_900 }])
  })

  test.each([
    ['PAYC0011', 'conflict'],
    ['1128', 'conflict'],
    ['PAYC0002', 'in_progress'],
    ['1104', 'conflict'],
  ])('%s to a repeat is %s: it says nothing about the request before', async (PCD_PAY_CODE, code) => {
    const { fetch } = answering(200, { PCD_PAY_RST: 'error', PCD_PAY_CODE })
    const answer = await connect(fetch).refund(refundOf(REPEAT), refundContext(paidAttempt))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
  })
})
