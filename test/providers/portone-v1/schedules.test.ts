import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import type { GatewayBilling, ScheduledCharge } from '../../../src/providers/billing'
import {
  type Answer,
  answering,
  billingOf,
  chargeOf,
  connect,
  ok,
  refusal,
  registered,
  type Shop,
  START,
  shopOf,
  uidOf,
} from './support'

const DAY = 24 * 3_600_000

const schedulesOf = ({ schedules }: GatewayBilling) => {
  if (schedules === undefined) throw new Error('no schedules')
  return schedules
}
const planOf = (billingKey: string, changes: Partial<ScheduledCharge> = {}): ScheduledCharge => ({
  id: 'chg_000000000000000000000002',
  billingKey,
  amount: krw(9_900),
  title: 'Pro plan',
  chargeAt: new Date(START + 30 * DAY),
  ...changes,
})
const refOf = ({ id, billingKey }: ScheduledCharge) => ({ scheduleRef: uidOf(id), chargeId: id, billingKey })

const planned = async (shop: Shop, changes: Partial<ScheduledCharge> = {}) => {
  const plan = planOf(await registered(shop), changes)
  const made = (await schedulesOf(shop.billing).schedule(plan))._unsafeUnwrap()
  return {
    plan,
    made,
    statusOf: async () => (await schedulesOf(shop.billing).lookup(refOf(plan)))._unsafeUnwrap()?.status,
  }
}

describe('a scheduled charge', () => {
  test('is one item with our own id, at the second', async () => {
    const shop = shopOf({}, { noticeUrl: 'https://shop.example/hook' })
    const { plan, made } = await planned(shop)
    expect(made).toEqual({ scheduleRef: uidOf(plan.id), chargeId: plan.id, status: 'scheduled' })
    expect(shop.asked.at(-1)).toMatchObject({
      operation: 'scheduleCharge',
      body: {
        customer_uid: plan.billingKey,
        schedules: [
          {
            merchant_uid: uidOf(plan.id),
            schedule_at: (START + 30 * DAY) / 1000,
            amount: 9_900,
            currency: 'KRW',
            name: 'Pro plan',
            notice_url: 'https://shop.example/hook',
          },
        ],
      },
    })
  })

  test('a moment between two seconds is the second after it', async () => {
    const shop = shopOf()
    await planned(shop, { chargeAt: new Date(START + DAY + 1) })
    expect(shop.fake.schedules()[0]?.scheduleAt).toEqual(new Date(START + DAY + 1_000))
  })

  test('runs at its time and not before, and tells of a success', async () => {
    const shop = shopOf()
    const { plan, statusOf } = await planned(shop)
    await shop.fake.webhooks.deliverDue(async () => 200)
    await shop.clock.advance(30 * DAY - 1)
    expect(await statusOf()).toBe('scheduled')
    expect(shop.fake.book()).toEqual([])
    await shop.clock.advance(1)
    expect(await statusOf()).toBe('succeeded')
    expect(shop.fake.book()).toMatchObject([{ merchantUid: uidOf(plan.id), amountMinor: 9_900 }])
    const charge = chargeOf(plan.billingKey, { id: plan.id })
    expect((await shop.billing.lookupCharge(charge))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    const [{ rawBody } = { rawBody: '' }] = shop.fake.webhooks.pending()
    expect(JSON.parse(rawBody)).toMatchObject({ merchant_uid: uidOf(plan.id), status: 'paid' })
  })

  test('tells of a failure as well', async () => {
    const shop = shopOf()
    const { plan, statusOf } = await planned(shop)
    await shop.fake.webhooks.deliverDue(async () => 200)
    shop.fake.decline()
    await shop.clock.advance(30 * DAY)
    expect(await statusOf()).toBe('failed')
    const [{ rawBody } = { rawBody: '' }] = shop.fake.webhooks.pending()
    expect(JSON.parse(rawBody)).toMatchObject({ merchant_uid: uidOf(plan.id), status: 'failed' })
    expect(shop.fake.book()).toEqual([])
  })

  test('refunded since, it has succeeded', async () => {
    const shop = shopOf()
    const { statusOf } = await planned(shop)
    await shop.clock.advance(30 * DAY)
    shop.fake.dashboard.cancel(shop.fake.payments().at(-1)?.impUid ?? '')
    expect(await statusOf()).toBe('succeeded')
  })

  test('the same id again is a conflict: look up', async () => {
    const shop = shopOf()
    const { plan } = await planned(shop)
    const error = (await schedulesOf(shop.billing).schedule(plan))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'conflict', outcome: 'unknown' })
    expect(shop.fake.schedules()).toHaveLength(1)
  })

  test('a key that PortOne does not know', async () => {
    const error = (await schedulesOf(shopOf().billing).schedule(planOf('cus_none')))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'not_found', outcome: 'not_executed' })
  })

  test.each([
    ['now', { chargeAt: new Date(START) }],
    ['nothing', { amount: krw(0) }],
    ['the id of an issue', { id: 'bki_1' }],
    ['an id that breaks a path', { id: 'chg/1' }],
  ])('%s is refused here', async (_name, changes) => {
    const { fetch, seen } = answering(ok([]))
    const answer = await schedulesOf(billingOf(connect(fetch))).schedule(planOf('cus_1', changes))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
    expect(seen).toEqual([])
  })

  const row = (changes: object = {}) => ({
    customer_uid: 'cus_1',
    merchant_uid: uidOf(planOf('').id),
    schedule_at: (START + 30 * DAY) / 1000,
    amount: 9_900,
    currency: 'KRW',
    schedule_status: 'scheduled',
    payment_status: null,
    ...changes,
  })

  test.each([
    ['nothing', []],
    ['another charge', [row({ merchant_uid: 'chgOther' })]],
    ['another key', [row({ customer_uid: 'cus_2' })]],
    ['another amount', [row({ amount: 9_901 })]],
    ['another moment', [row({ schedule_at: 1 })]],
  ])('an answer that shows %s is unknown', async (_name, list) => {
    const answer = await schedulesOf(billingOf(connect(answering(ok(list)).fetch))).schedule(planOf('cus_1'))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test.each([
    ['executed', null, 'started'],
    ['executed', 'ready', 'started'],
    ['executed', 'paid', 'succeeded'],
    ['executed', 'cancelled', 'succeeded'],
    ['executed', 'failed', 'failed'],
    ['revoked', null, 'revoked'],
    ['executed', 'tomorrow', undefined],
    ['tomorrow', null, undefined],
  ])('%s with %s is %s', async (schedule_status, payment_status, expected) => {
    const { fetch } = answering(ok(row({ schedule_status, payment_status })))
    const found = await schedulesOf(billingOf(connect(fetch))).lookup(refOf(planOf('cus_1')))
    if (expected === undefined)
      expect(found._unsafeUnwrapErr()).toMatchObject({ code: 'unrecognized', outcome: 'unknown' })
    else expect(found._unsafeUnwrap()?.status).toBe(expected)
  })

  test('one that PortOne does not know is null; an answer about another one is none', async () => {
    const look = (...answers: readonly Answer[]) =>
      schedulesOf(billingOf(connect(answering(...answers).fetch))).lookup(refOf(planOf('cus_1')))
    expect((await look(refusal('invalid imp_uid', -1, 404)))._unsafeUnwrap()).toBeNull()
    expect((await look(ok(row({ merchant_uid: 'chgOther' }))))._unsafeUnwrapErr().code).toBe('bad_response')
  })
})

describe('unschedule', () => {
  test('ends this one and no other of the same key, by its order id alone', async () => {
    const shop = shopOf()
    const { plan, statusOf } = await planned(shop)
    const other = planOf(plan.billingKey, { id: 'chg_000000000000000000000003' })
    await schedulesOf(shop.billing).schedule(other)
    expect((await schedulesOf(shop.billing).unschedule(refOf(plan))).isOk()).toBe(true)
    expect(shop.asked.at(-1)?.body).toEqual({ merchant_uid: [uidOf(plan.id)] })
    expect(await statusOf()).toBe('revoked')
    await shop.clock.advance(60 * DAY)
    expect(shop.fake.book().map(({ merchantUid }) => merchantUid)).toEqual([uidOf(other.id)])
  })

  test('revoked already, it is revoked; run already, it is a conflict; never made, it is not found', async () => {
    const shop = shopOf()
    const { plan } = await planned(shop)
    const { unschedule } = schedulesOf(shop.billing)
    await unschedule(refOf(plan))
    expect((await unschedule(refOf(plan))).isOk()).toBe(true)

    const second = shopOf()
    const ran = await planned(second)
    await second.clock.advance(30 * DAY)
    const late = (await schedulesOf(second.billing).unschedule(refOf(ran.plan)))._unsafeUnwrapErr()
    expect(late).toMatchObject({ code: 'conflict', outcome: 'unknown' })

    const never = (await schedulesOf(shopOf().billing).unschedule(refOf(planOf('cus_1'))))._unsafeUnwrapErr()
    expect(never).toMatchObject({ code: 'not_found', outcome: 'not_executed' })
  })

  test('refused, and nobody can say what it is now: a conflict', async () => {
    const nothing = refusal('취소할 예약결제 기록이 존재하지 않습니다.')
    const { fetch } = answering(nothing, [500, undefined])
    const answer = await schedulesOf(billingOf(connect(fetch))).unschedule(refOf(planOf('cus_1')))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'conflict', outcome: 'unknown' })
  })

  test('an answer that does not show it is unknown', async () => {
    const answer = await schedulesOf(billingOf(connect(answering(ok([])).fetch))).unschedule(refOf(planOf('cus_1')))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })
})
