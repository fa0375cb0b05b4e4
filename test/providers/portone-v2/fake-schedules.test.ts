import { describe, expect, test } from 'vitest'
import { paymentIdOf } from '../../../src/providers/portone-v2'
import { callOf, DAY, PAYMENT } from './fake-support'
import { chargeOf, orderOf, registered, START, shopOf } from './support'

describe('lists', () => {
  const window = (from: number, until: number) => ({
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
  })

  test('without a window only the last 90 days are seen, so no schedule that is still to come', async () => {
    const shop = shopOf()
    const call = callOf(shop)
    const billingKey = await registered(shop)
    await shop.schedules.schedule({ ...chargeOf({ billingKey }), chargeAt: new Date(START + DAY) })
    expect((await call('GET', 'payment-schedules')).body['items']).toEqual([])
    const filter = { billingKey, ...window(START, START + 2 * DAY), status: ['SCHEDULED'] }
    expect((await shop.client.listSchedules({ filter }))._unsafeUnwrap().items).toHaveLength(1)
    const revoked = { ...filter, status: ['REVOKED'] }
    expect((await shop.client.listSchedules({ filter: revoked }))._unsafeUnwrap().items).toEqual([])
    await shop.clock.advance(92 * DAY)
    expect((await call('GET', 'payment-schedules')).body['items']).toEqual([])
    expect((await call('GET', 'payments')).body['items']).toEqual([])
    const all = await shop.client.listPayments({ filter: window(START, START + 2 * DAY) })
    expect(all._unsafeUnwrap().items).toHaveLength(1)
  })

  test('come page by page', async () => {
    const shop = shopOf()
    for (let n = 0; n < 25; n += 1) shop.fake.buyer.pay({ ...orderOf(), paymentId: `attPage${n}` })
    const pages = await Promise.all(
      [0, 1, 2].map((number) =>
        shop.client.listPayments({ page: { number, size: 10 }, filter: window(START - DAY, START) }),
      ),
    )
    const ids = pages.flatMap((page) => page._unsafeUnwrap().items.map(({ id }) => id))
    expect(pages.map((page) => page._unsafeUnwrap().items.length)).toEqual([10, 10, 5])
    expect(new Set(ids).size).toBe(25)
  })

  test('say PENDING where a payment says PAY_PENDING', async () => {
    const shop = shopOf()
    shop.fake.buyer.payLater(orderOf())
    const filter = { ...window(START - DAY, START), status: ['PENDING'] }
    const [found] = (await shop.client.listPayments({ filter }))._unsafeUnwrap().items
    expect(found?.status).toBe('PAY_PENDING')
  })

  test('of the keys of one buyer', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    shop.fake.buyer.registerCard({ issueId: 'bkiOther', customerId: 'buyer-2' })
    const filter = { ...window(START - DAY, START), customerId: 'buyer-1' }
    const found = (await shop.client.listBillingKeys({ filter }))._unsafeUnwrap().items
    expect(found.map((key) => key.billingKey)).toEqual([billingKey])
  })
})

describe('schedules', () => {
  const charge = (billingKey: string) => ({
    billingKey,
    orderName: '구독',
    amount: { total: 9_900 },
    currency: 'KRW',
  })
  const at = (offset: number) => new Date(START + offset).toISOString()

  test('hold their payment id and their key', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const schedule = (n: number) =>
      shop.client.schedulePayment(PAYMENT, { payment: charge(billingKey), timeToPay: at(DAY) }, `schedule-number-${n}`)
    expect((await schedule(1)).isOk()).toBe(true)
    expect((await schedule(2))._unsafeUnwrapErr().providerCode).toBe('PAYMENT_SCHEDULE_ALREADY_EXISTS')
    const now = await shop.client.chargeBillingKey(PAYMENT, charge(billingKey), 'charge-it-now-too')
    expect(now._unsafeUnwrapErr().providerCode).toBe('PAYMENT_SCHEDULE_ALREADY_EXISTS')
    const gone = await shop.client.deleteBillingKey(
      billingKey,
      { reason: 'x', requester: 'ADMIN' },
      'delete-the-key-01',
    )
    expect(gone._unsafeUnwrapErr().providerCode).toBe('PAYMENT_SCHEDULE_ALREADY_EXISTS')
  })

  test.each([
    ['without an offset', '2026-02-01T00:00:00'],
    ['in the past', at(-1)],
    ['now', at(0)],
  ])('a time %s is refused', async (_, timeToPay) => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const refused = await shop.client.schedulePayment(
      PAYMENT,
      { payment: charge(billingKey), timeToPay },
      'schedule-number-1',
    )
    expect(refused._unsafeUnwrapErr().providerCode).toBe('INVALID_REQUEST')
  })

  test('are revoked all or none', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const ids = []
    for (const n of [1, 2]) {
      const id = paymentIdOf(`chg000000000${n}`)
      const made = await shop.client.schedulePayment(
        id,
        { payment: charge(billingKey), timeToPay: at(n * DAY) },
        `schedule-number-${n}`,
      )
      ids.push(made._unsafeUnwrap().schedule.id)
    }
    await shop.clock.advance(DAY)
    const both = await shop.client.revokeSchedules({ scheduleIds: ids }, 'revoke-both-of-them')
    expect(both._unsafeUnwrapErr().providerCode).toBe('PAYMENT_SCHEDULE_ALREADY_PROCESSED')
    expect(shop.fake.schedules().map(({ status }) => status)).toEqual(['SUCCEEDED', 'SCHEDULED'])
    const rest = await shop.client.revokeSchedules({ billingKey }, 'revoke-all-of-the-key')
    expect(rest._unsafeUnwrap().revokedScheduleIds).toEqual([ids[1]])
    await shop.clock.advance(DAY)
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('one of another key is not found', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const made = await shop.client.schedulePayment(
      PAYMENT,
      { payment: charge(billingKey), timeToPay: at(DAY) },
      'schedule-number-1',
    )
    const scheduleIds = [made._unsafeUnwrap().schedule.id]
    const other = await shop.client.revokeSchedules(
      { scheduleIds, billingKey: 'billing-key-other' },
      'revoke-another-one',
    )
    expect(other._unsafeUnwrapErr().providerCode).toBe('PAYMENT_SCHEDULE_NOT_FOUND')
  })

  test('tell their success and their failure', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    for (const n of [1, 2]) {
      const id = paymentIdOf(`chg000000000${n}`)
      await shop.client.schedulePayment(
        id,
        { payment: charge(billingKey), timeToPay: at(n * DAY) },
        `schedule-number-${n}`,
      )
    }
    shop.fake.decline('TEST_LIMIT', 'chg0000000002')
    await shop.clock.advance(2 * DAY)
    const told = shop.fake.webhooks.pending().map(({ rawBody }) => JSON.parse(rawBody))
    const ends = told.filter(({ type }) => type === 'Transaction.Paid' || type === 'Transaction.Failed')
    expect(ends.map(({ type, timestamp, data }) => [type, timestamp, data.paymentId])).toEqual([
      ['Transaction.Paid', at(DAY), 'chg0000000001'],
      ['Transaction.Failed', at(2 * DAY), 'chg0000000002'],
    ])
  })
})
