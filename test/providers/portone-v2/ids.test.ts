import fc from 'fast-check'
import type { ResultAsync } from 'neverthrow'
import { describe, expect, test } from 'vitest'
import type { GatewayError } from '../../../src/providers/gateway'
import { ownIdOf, sentIdOf } from '../../../src/providers/portone-v2/ids'
import { callOf } from './fake-support'
import {
  answering,
  attemptOf,
  beginContext,
  chargeOf,
  connect,
  issueOf,
  refundContext,
  refundOf,
  registered,
  START,
  sentOf,
  shopOf,
} from './support'

const NAMES = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz']
const alphanumeric = fc.string({ unit: fc.constantFrom(...NAMES), minLength: 1, maxLength: 45 })
const prefix = fc.constantFrom('att', 'bki', 'chg', 'rfd', 'ord', '')
/** Ids of ours, those of others, and what lies between. */
const anyId = fc.oneof(
  fc.tuple(prefix, fc.constantFrom('_', '', '__', '-'), alphanumeric).map((parts) => parts.join('')),
  alphanumeric,
  fc.string({ maxLength: 45 }),
)
const RUNS = { numRuns: 2_000, seed: 20_260_105 }

describe('an id of ours at PortOne', () => {
  test.each([
    ['att_7KdR2mXw', 'att7KdR2mXw'],
    ['bki_0000000000000000000001', 'bki0000000000000000000001'],
    ['chg_001', 'chg001'],
    ['order1', 'order1'],
    ['rfd001', 'rfd001'],
    [`att_${'x'.repeat(37)}`, `att${'x'.repeat(37)}`],
  ])('%s is %s, and back', (id, sentId) => {
    expect(sentOf(id)).toBe(sentId)
    expect(ownIdOf(sentId)).toBe(id)
  })

  test.each([
    ['nothing', ''],
    ['5 characters', 'att_12'],
    ['one that would come back as another', 'att001'],
    ['another prefix', 'ord_0001'],
    ['two underscores', 'att_001_2'],
    ['a hyphen', 'att_001-2'],
    ['a slash', 'att/0001'],
    ['a line break', 'att_0001\n'],
    ['Hangul', '주문 번호 1번'],
    ['41 characters', `att_${'x'.repeat(38)}`],
  ])('%s is refused', (_, id) => {
    expect(sentIdOf(id)._unsafeUnwrapErr()).toEqual({
      code: 'invalid_request',
      outcome: 'not_executed',
      message: 'portone-v2: paymentId: 6 to 40 letters and digits',
      retryable: false,
    })
  })

  test('no two ids become one, and what every payment company takes is all that is sent', () => {
    let sent = 0
    const check = (id: string) => {
      const sentId = sentIdOf(id)
      if (sentId.isErr()) return
      sent += 1
      expect(sentId.value).toMatch(/^[A-Za-z0-9]{6,40}$/)
      expect(ownIdOf(sentId.value)).toBe(id)
    }
    fc.assert(fc.property(anyId, check), RUNS)
    expect(sent).toBeGreaterThan(200)
  })

  test('one that can be read back is the one that would be sent; others are read as nothing', () => {
    let read = 0
    const check = (sentId: string) => {
      const id = ownIdOf(sentId)
      expect(id === null).toBe(!/^[A-Za-z0-9]{6,40}$/.test(sentId))
      if (id === null) return
      read += 1
      expect(sentOf(id)).toBe(sentId)
    }
    fc.assert(fc.property(anyId, check), RUNS)
    expect(read).toBeGreaterThan(200)
  })

  test.each(['begin', 'lookup', 'refund', 'issue', 'charge', 'repeated charge', 'charge look-up', 'schedule'])(
    'one that cannot be sent is not: %s',
    async (call) => {
      const { fetch, requests } = answering(200, {})
      const gateway = connect(fetch)
      const { billing } = gateway
      const attempt = attemptOf({ id: 'att_001-2' })
      const charge = chargeOf({ id: 'chg_001-2' })
      const plan = { ...charge, chargeAt: new Date(START + 60_000) }
      const calls: Readonly<Record<string, () => ResultAsync<unknown, GatewayError> | undefined>> = {
        begin: () => gateway.begin(attempt, beginContext),
        lookup: () => gateway.lookup(attempt),
        refund: () => gateway.refund(refundOf({ checks: 1 }), refundContext(attempt)),
        issue: () => billing?.beginIssue(issueOf({ id: 'bki_001-2' }), beginContext),
        charge: () => billing?.charge(charge),
        'repeated charge': () => billing?.charge({ ...charge, checks: 1, requestedAt: new Date(START - 3_600_000) }),
        'charge look-up': () => billing?.lookupCharge(charge),
        schedule: () => billing?.schedules?.schedule(plan),
      }
      const refused = await calls[call]?.()
      expect(refused?._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
      expect(requests).toEqual([])
    },
  )
})

describe('the fake takes what every payment company takes', () => {
  test.each(['order_01', 'order-01', '주문번호제1번', 'x'.repeat(41), 'order'])(
    'and makes nothing of %j',
    async (id) => {
      const shop = shopOf()
      const billingKey = await registered(shop)
      const order = { paymentId: id, totalAmount: 1_000 }
      expect(shop.fake.buyer.open(order)).toEqual({ code: 'BadRequest' })
      expect(shop.fake.buyer.pay(order)).toMatchObject({ paymentId: id, code: 'BadRequest' })
      expect(shop.fake.buyer.registerCard({ issueId: id, customerId: 'buyer-1' })).toMatchObject({ code: 'BadRequest' })
      const charge = { billingKey, orderName: 'x', amount: { total: 1_000 }, currency: 'KRW' }
      const timeToPay = new Date(START + 60_000).toISOString()
      const path = `payments/${encodeURIComponent(id)}`
      const refused = [
        await callOf(shop)('POST', `${path}/pre-register`, { totalAmount: 1_000 }),
        await callOf(shop)('POST', `${path}/billing-key`, charge),
        await callOf(shop)('POST', `${path}/schedule`, { payment: charge, timeToPay }),
      ]
      expect(refused.map(({ body }) => body['type'])).toEqual(['INVALID_REQUEST', 'INVALID_REQUEST', 'INVALID_REQUEST'])
      expect([shop.fake.payments(), shop.fake.schedules(), shop.fake.billingKeys().length]).toEqual([[], [], 1])
    },
  )
})
