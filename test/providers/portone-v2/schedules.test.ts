import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import type { ScheduledCharge } from '../../../src/providers/billing'
import {
  answering,
  chargeOf,
  connect,
  MINUTE,
  registered,
  START,
  STORE_ID,
  sentOf,
  shopOf,
  through,
  UNCLEAR,
} from './support'

const DAY = 86_400_000
const CHARGE_AT = new Date(START + 30 * DAY)

const wanted = (billingKey: string, changes: Partial<ScheduledCharge> = {}): ScheduledCharge => ({
  id: chargeOf().id,
  billingKey,
  amount: krw(9_900),
  title: '월간 구독',
  chargeAt: CHARGE_AT,
  ...changes,
})

const schedulesOf = (fetch: typeof globalThis.fetch) => {
  const schedules = connect(fetch).billing?.schedules
  if (schedules === undefined) throw new Error('no schedules')
  return schedules
}

describe('a schedule', () => {
  test('is asked for with an offset, once, and has an id that is not the charge’s', async () => {
    const { fetch, requests } = answering(200, { schedule: { id: 'schedule-1' } })
    const made = (await schedulesOf(fetch).schedule(wanted('billing-key-1')))._unsafeUnwrap()
    expect(made).toEqual({ scheduleRef: 'schedule-1', chargeId: chargeOf().id, status: 'scheduled' })
    expect(requests).toHaveLength(1)
    expect(new URL(requests[0]?.url ?? '').pathname).toBe(`/payments/${sentOf(chargeOf().id)}/schedule`)
    expect(requests[0]?.headers.get('idempotency-key')).toBe(`"${chargeOf().id}-schedule-0"`)
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      payment: {
        storeId: STORE_ID,
        billingKey: 'billing-key-1',
        orderName: '월간 구독',
        amount: { total: 9_900 },
        currency: 'KRW',
      },
      timeToPay: '2026-02-04T01:00:00.000Z',
    })
  })

  test('of nothing is refused before PortOne is asked', async () => {
    const { fetch, requests } = answering(200, {})
    const refused = await schedulesOf(fetch).schedule(wanted('billing-key-1', { amount: krw(0) }))
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
    expect(requests).toEqual([])
  })

  test.each([
    [-1, 'scheduled', 'not_found', 0],
    [0, 'succeeded', 'approved', 1],
    [1, 'succeeded', 'approved', 1],
  ])('runs by itself at its time: %i ms after it, %s', async (offset, status, payment, captures) => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const made = (await shop.schedules.schedule(wanted(billingKey)))._unsafeUnwrap()
    await shop.clock.advance(30 * DAY + offset)
    expect((await shop.schedules.lookup(made))._unsafeUnwrap()).toEqual({ ...made, status })
    const charge = chargeOf({ billingKey })
    expect((await shop.billing.lookupCharge(charge))._unsafeUnwrap().status).toBe(payment)
    expect(shop.fake.book()).toHaveLength(captures)
  })

  test('that is declined has failed, for good, and the payment says why', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const made = (await shop.schedules.schedule(wanted(billingKey)))._unsafeUnwrap()
    shop.fake.decline('TEST_LIMIT', sentOf(chargeOf().id))
    await shop.clock.advance(30 * DAY)
    expect((await shop.schedules.lookup(made))._unsafeUnwrap()?.status).toBe('failed')
    const payment = (await shop.billing.lookupCharge(chargeOf({ billingKey })))._unsafeUnwrap()
    expect(payment).toEqual({ status: 'failed', code: 'TEST_LIMIT' })
  })

  test('in between has started', async () => {
    const shop = shopOf({ scheduleLagMs: MINUTE })
    const billingKey = await registered(shop)
    const made = (await shop.schedules.schedule(wanted(billingKey)))._unsafeUnwrap()
    await shop.clock.advance(30 * DAY)
    expect((await shop.schedules.lookup(made))._unsafeUnwrap()?.status).toBe('started')
    const tooLate = (await shop.schedules.unschedule({ ...made, billingKey }))._unsafeUnwrapErr()
    expect(tooLate).toMatchObject({ code: 'conflict', outcome: 'unknown' })
    await shop.clock.advance(MINUTE)
    expect((await shop.schedules.lookup(made))._unsafeUnwrap()?.status).toBe('succeeded')
  })

  test.each([
    ['SCHEDULED', 'scheduled'],
    ['STARTED', 'started'],
    ['PENDING', 'started'],
    ['SUCCEEDED', 'succeeded'],
    ['FAILED', 'failed'],
    ['REVOKED', 'revoked'],
  ])('%s is %s', async (status, ours) => {
    const record = { status, id: 's', paymentId: 'chg0001', totalAmount: 1, currency: 'KRW' }
    const { lookup } = schedulesOf(answering(200, record).fetch)
    expect((await lookup({ scheduleRef: 's', chargeId: 'chg_0001' }))._unsafeUnwrap()?.status).toBe(ours)
    const other = (await lookup({ scheduleRef: 's', chargeId: 'chg_0002' }))._unsafeUnwrapErr()
    expect(other).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test('in a status that is not known here is no answer; one that is not there is null', async () => {
    const record = { status: 'PAUSED', id: 's', paymentId: 'chg0001', totalAmount: 1, currency: 'KRW' }
    const asked = { scheduleRef: 's', chargeId: 'chg_0001' }
    const unknown = await schedulesOf(answering(200, record).fetch).lookup(asked)
    expect(unknown._unsafeUnwrapErr()).toMatchObject({ code: 'unrecognized', outcome: 'unknown' })
    expect((await shopOf().schedules.lookup(asked))._unsafeUnwrap()).toBeNull()
    const bare = await schedulesOf(answering(404, {}).fetch).lookup(asked)
    expect(bare._unsafeUnwrapErr().outcome).toBe('unknown')
  })
})

describe('when the answer is lost', () => {
  test.each(UNCLEAR)(
    '$fault: asked again it is the same schedule, and one alone',
    async ({ fault, code, executed }) => {
      const shop = shopOf()
      const charge = wanted(await registered(shop))
      const answer = await through(shop, fault, 'schedulePayment', () => shop.schedules.schedule(charge))
      // PortOne has answered: the schedules of the key were listed at once, and showed it.
      if (code === 'provider_fault' && executed) expect(answer._unsafeUnwrap().status).toBe('scheduled')
      else expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
      await shop.clock.advance(3 * 60 * MINUTE)
      expect((await shop.schedules.schedule(charge))._unsafeUnwrap().status).toBe('scheduled')
      expect(shop.fake.schedules()).toHaveLength(1)
      await shop.clock.advance(31 * DAY)
      expect(shop.fake.book()).toHaveLength(1)
    },
  )

  test('there is one already: it is found although it lies in the future', async () => {
    const shop = shopOf()
    const charge = wanted(await registered(shop), { chargeAt: new Date(START + 300 * DAY) })
    const first = (await shop.schedules.schedule(charge))._unsafeUnwrap()
    await shop.clock.advance(3 * 60 * MINUTE)
    expect((await shop.schedules.schedule(charge))._unsafeUnwrap()).toEqual(first)
    expect(shop.fake.schedules()).toHaveLength(1)
  })

  test.each([
    ['another amount', { amount: krw(9_901) }],
    ['another time', { chargeAt: new Date(CHARGE_AT.getTime() + 1_000) }],
  ])('there is one of %s: a conflict, and no second one', async (_, changes) => {
    const shop = shopOf()
    const charge = wanted(await registered(shop))
    await shop.schedules.schedule(charge)
    await shop.clock.advance(3 * 60 * MINUTE)
    const refused = (await shop.schedules.schedule({ ...charge, ...changes }))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code: 'conflict', outcome: 'unknown' })
    expect(shop.fake.schedules()).toHaveLength(1)
  })

  test('a payment that is made already cannot be scheduled', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    await shop.billing.charge(chargeOf({ billingKey }))
    const refused = (await shop.schedules.schedule(wanted(billingKey)))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code: 'conflict', providerCode: 'ALREADY_PAID_OR_WAITING' })
  })
})

describe('revoking', () => {
  test('once, and again: it is revoked, and no money moves', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const made = (await shop.schedules.schedule(wanted(billingKey)))._unsafeUnwrap()
    expect((await shop.schedules.unschedule({ ...made, billingKey })).isOk()).toBe(true)
    await shop.clock.advance(1)
    expect((await shop.schedules.unschedule({ ...made, billingKey })).isOk()).toBe(true)
    expect((await shop.schedules.lookup(made))._unsafeUnwrap()?.status).toBe('revoked')
    await shop.clock.advance(31 * DAY)
    expect(shop.fake.book()).toEqual([])
  })

  test('too late: a conflict, and the charge is there', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const made = (await shop.schedules.schedule(wanted(billingKey)))._unsafeUnwrap()
    await shop.clock.advance(30 * DAY)
    const late = (await shop.schedules.unschedule({ ...made, billingKey }))._unsafeUnwrapErr()
    expect(late).toMatchObject({ code: 'conflict', providerCode: 'PAYMENT_SCHEDULE_ALREADY_PROCESSED' })
    const payment = (await shop.billing.lookupCharge(chargeOf({ billingKey })))._unsafeUnwrap()
    expect(payment).toMatchObject({ status: 'approved', captured: krw(9_900) })
  })

  test('the charge’s id in place of the schedule’s is not found, and not taken for revoked', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const made = (await shop.schedules.schedule(wanted(billingKey)))._unsafeUnwrap()
    const mixedUp = { scheduleRef: made.chargeId, chargeId: made.chargeId, billingKey }
    expect((await shop.schedules.unschedule(mixedUp))._unsafeUnwrapErr().code).toBe('not_found')
    expect((await shop.schedules.lookup(made))._unsafeUnwrap()?.status).toBe('scheduled')
  })

  test('an answer that does not name it is no answer', async () => {
    const { unschedule } = schedulesOf(answering(200, { revokedScheduleIds: ['another'] }).fetch)
    const error = (
      await unschedule({ scheduleRef: 's', chargeId: 'chg_000000001', billingKey: 'b' })
    )._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test.each(UNCLEAR)('$fault: unknown, and asked again it is revoked', async ({ fault, code }) => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const made = (await shop.schedules.schedule(wanted(billingKey)))._unsafeUnwrap()
    const ask = () => shop.schedules.unschedule({ ...made, billingKey })
    const answer = await through(shop, fault, 'revokeSchedules', ask)
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
    expect((await ask()).isOk()).toBe(true)
    expect((await shop.schedules.lookup(made))._unsafeUnwrap()?.status).toBe('revoked')
  })
})
