import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import { answering, attemptOf, authorized, connect, manualClock, paid, payplePayment, START, shopOf } from './support'

const HOUR = 3_600_000
/** 00:30 on 2 March in Korea, and still 1 March in UTC. */
const HALF_PAST_MIDNIGHT = Date.UTC(2026, 2, 1, 15, 30)

describe('a look-up', () => {
  test('asks by order id, type and the day in Korea, and lists no refunds', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const found = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
    expect(found).toEqual({
      status: 'approved',
      providerRef: attempt.id,
      captured: krw(12_900),
      approvedAt: new Date(START),
      method: 'CARD',
      refunds: [],
    })
    expect(shop.sentTo('getPayment')).toMatchObject([
      { body: { PCD_PAY_TYPE: 'card', PCD_PAY_OID: attempt.id, PCD_PAY_DATE: '20260301', PCD_PAYCHK_FLAG: 'Y' } },
    ])
  })

  test('shows a payment that was given back as it was: Payple tells no more', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    shop.fake.dashboard.cancel(attempt.id)
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toMatchObject({ status: 'approved', refunds: [] })
    const { fetch } = answering(200, payplePayment({ PCD_REFUND_TOTAL: '12900' }))
    expect((await connect(fetch).lookup(attempt))._unsafeUnwrap()).toMatchObject({ status: 'approved', refunds: [] })
  })

  test('finds nothing of a window that was opened, or left after authenticating', async () => {
    const shop = shopOf()
    shop.fake.buyer.open({ orderId: attemptOf().id, amount: 12_900 })
    expect((await shop.gateway.lookup(attemptOf()))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    const { attempt } = authorized(shop, { id: 'att_2' })
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toEqual({ status: 'not_found' })
  })

  test('an answer about another payment is no answer', async () => {
    const { fetch } = answering(200, payplePayment({ PCD_PAY_OID: 'att_other' }))
    const answer = await connect(fetch).lookup(attemptOf())
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })
})

describe('C-56: around midnight in Korea', () => {
  test('paid at 00:30: the day is that of Korea, not of UTC', async () => {
    const shop = shopOf({}, {}, manualClock(HALF_PAST_MIDNIGHT))
    const attempt = await paid(shop, { createdAt: new Date(HALF_PAST_MIDNIGHT) })
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    expect(shop.sentTo('getPayment').map(({ body }) => body['PCD_PAY_DATE'])).toEqual(['20260302'])
  })

  test('a payment filed under the day its window was opened is found under the neighbouring day', async () => {
    const clock = manualClock(HALF_PAST_MIDNIGHT - 40 * 60_000) // 23:50
    const shop = shopOf({ filedBy: 'opening' }, {}, clock)
    const created = { createdAt: clock.now() }
    const { attempt, returned } = authorized(shop, created)
    await clock.advance(9 * 60_000)
    await clock.advance(50_000)
    shop.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    await shop.gateway.confirm(attempt, returned)
    const after = { ...attempt, chargeRequestedAt: new Date(HALF_PAST_MIDNIGHT - 29 * 60_000) } // 00:01
    expect((await shop.gateway.lookup(after))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    expect(shop.sentTo('getPayment').map(({ body }) => body['PCD_PAY_DATE'])).toEqual(['20260302', '20260301'])
  })

  test('"not found" is said only when both days have said it', async () => {
    const shop = shopOf({}, {}, manualClock(HALF_PAST_MIDNIGHT))
    const attempt = attemptOf({ chargeRequestedAt: new Date(HALF_PAST_MIDNIGHT) })
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    expect(shop.sentTo('getPayment').map(({ body }) => body['PCD_PAY_DATE'])).toEqual(['20260302', '20260301'])
    shop.fake.faults.next({ kind: 'html_before' }, ({ body }) => JSON.stringify(body).includes('20260301'))
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
  })

  test('far from midnight one day is enough', async () => {
    const shop = shopOf()
    await shop.gateway.lookup(attemptOf({ chargeRequestedAt: new Date(START + HOUR) }))
    expect(shop.sentTo('getPayment')).toHaveLength(1)
  })

  test('without Payple’s moment of approval, the moment is one on the day it was found under', async () => {
    const { fetch } = answering(200, payplePayment({ PCD_PAY_TIME: '' }))
    const attempt = attemptOf({ chargeRequestedAt: new Date(HALF_PAST_MIDNIGHT) })
    const found = (await connect(fetch, manualClock(HALF_PAST_MIDNIGHT + 100 * HOUR)).lookup(attempt))._unsafeUnwrap()
    expect(found).toMatchObject({ approvedAt: new Date(HALF_PAST_MIDNIGHT) })
  })
})

describe('what may be called "not found"', () => {
  test.each(['CBIL0003', 'BILL0003', '1104', '1117', '3120', '3250'])('%s', async (PCD_PAY_CODE) => {
    const { fetch } = answering(200, { PCD_PAY_RST: 'error', PCD_PAY_CODE })
    expect((await connect(fetch).lookup(attemptOf()))._unsafeUnwrap()).toEqual({ status: 'not_found' })
  })

  test.each(['PCHK0004', 'PAYC0007', '9999', '3151', 'AUTH0004', 'SPCD9999', ''])(
    'not %j: the outcome stays open',
    async (PCD_PAY_CODE) => {
      const { fetch } = answering(200, { PCD_PAY_RST: 'error', PCD_PAY_CODE })
      expect((await connect(fetch).lookup(attemptOf())).isErr()).toBe(true)
    },
  )

  test('a code that the host has seen and named', async () => {
    const shop = shopOf({ notFoundCode: 'PCHK0004' }, { notFoundCodes: ['PCHK0004'] })
    expect((await shop.gateway.lookup(attemptOf()))._unsafeUnwrap()).toEqual({ status: 'not_found' })
  })

  test('a payment behind a code nobody knows is found under the other day', async () => {
    const clock = manualClock(HALF_PAST_MIDNIGHT - 31 * 60_000) // 23:59
    const shop = shopOf({ notFoundCode: 'PCHK0004' }, {}, clock)
    const attempt = await paid(shop)
    const after = { ...attempt, approvedAt: null, chargeRequestedAt: new Date(HALF_PAST_MIDNIGHT) }
    expect((await shop.gateway.lookup(after))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
  })
})
