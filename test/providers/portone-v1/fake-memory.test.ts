import { describe, expect, test } from 'vitest'
import { portOneV1 } from '../../../src/providers/portone-v1'
import { fakePortOneV1 } from '../../../src/providers/portone-v1/fake'
import {
  attemptOf,
  billingOf,
  chargeOf,
  KEYS,
  orderOf,
  paid,
  refundContext,
  refundOf,
  registered,
  type Shop,
  shopOf,
  wiringOf,
} from './support'

/** Another process: a fake that goes on from what the first one saved, and a gateway that speaks to it. */
const reborn = ({ fake, clock }: Shop) => {
  const next = fakePortOneV1({ ...KEYS, clock, saved: fake.save() })
  return { fake: next, gateway: portOneV1({ ...KEYS, fetch: next.fetch }).connect(wiringOf(clock)) }
}

describe('a fake that is born again', () => {
  test('remembers payments, amounts, keys, schedules, the book and the webhooks', async () => {
    const shop = shopOf()
    const bought = await paid(shop)
    const billingKey = await registered(shop)
    await shop.gateway.begin(attemptOf({ id: 'att_Prepared' }), {
      title: 'x',
      successUrl: null,
      failUrl: null,
      customer: null,
    })
    const plan = { id: 'chg_2', billingKey, amount: bought.amount, title: 'x' }
    const chargeAt = new Date(shop.clock.now().getTime() + 60_000)
    await billingOf(shop.gateway).schedules?.schedule({ ...plan, chargeAt })
    shop.fake.decline('한도초과', 'chg2')
    const { fake, gateway } = reborn(shop)
    expect(fake.payments()).toEqual(shop.fake.payments())
    expect(fake.book()).toEqual(shop.fake.book())
    expect(fake.billingKeys()).toEqual(shop.fake.billingKeys())
    expect(fake.webhooks.pending()).toEqual(shop.fake.webhooks.pending())
    expect(fake.save()).toBe(shop.fake.save())
    expect(fake.buyer.open({ merchant_uid: 'attPrepared', amount: 1 })).toBeUndefined()
    expect((await gateway.refund(refundOf(), refundContext(bought))).isOk()).toBe(true)
    await shop.clock.advance(60_000)
    expect(fake.schedules()).toMatchObject([{ status: 'executed' }])
    expect(fake.payments().at(-1)).toMatchObject({ status: 'failed', failReason: '한도초과' })
  })

  test('makes no id a second time, and takes the token of before', async () => {
    const shop = shopOf()
    await paid(shop)
    const { fake, gateway } = reborn(shop)
    const second = attemptOf({ id: 'att_000000000000000000000002' })
    expect((await gateway.confirm(second, fake.buyer.pay(orderOf(second)))).isOk()).toBe(true)
    const ids = fake.payments().map(({ impUid }) => impUid)
    expect(new Set(ids).size).toBe(2)
    const charge = chargeOf(await registered(shop))
    expect((await shop.billing.charge(charge)).isOk()).toBe(true)
  })

  const changed = (from: RegExp, to: string) => {
    const shop = shopOf()
    shop.fake.buyer.pay(orderOf(attemptOf()))
    const saved = shop.fake.save()
    expect(saved).toMatch(from)
    return saved.replace(from, to)
  }

  test.each([
    ['no JSON', () => '{', 'saved: not JSON'],
    ['nothing', () => 'null', 'saved'],
    ['another format', () => changed(/"fakePortOneV1":1/, '"fakePortOneV1":2'), 'saved.fakePortOneV1'],
    ['no keys', () => changed(/"keys":{"keys"/, '"doors":{"keys"'), 'saved.keys'],
    ['a list that is none', () => changed(/"declines":\[\]/, '"declines":{}'), 'saved.declines'],
    ['a payment in no status', () => changed(/"status":"paid"/, '"status":"x"'), 'saved.book.payments.0.status'],
    ['a moment that is none', () => changed(/"paidAt":"[^"]+"/, '"paidAt":"soon"'), 'saved.book.payments.0.paidAt'],
  ])('does not go on from %s', (_name, saved, place) => {
    expect(() => fakePortOneV1({ saved: saved() })).toThrow(TypeError)
    expect(() => fakePortOneV1({ saved: saved() })).toThrow(place)
  })
})
