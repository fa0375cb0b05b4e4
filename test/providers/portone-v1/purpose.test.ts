import fc from 'fast-check'
import type { ResultAsync } from 'neverthrow'
import { describe, expect, test } from 'vitest'
import type { GatewayError } from '../../../src/providers/gateway'
import { merchantUidOf, ownIdOf, purposeOf } from '../../../src/providers/portone-v1/purpose'
import {
  answering,
  attemptOf,
  beginContext,
  billingOf,
  chargeOf,
  connect,
  issueOf,
  ok,
  paymentBody,
  START,
  uidOf,
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
    ['bki_000000000000000000000001', 'bki000000000000000000000001'],
    ['chg_1', 'chg1'],
    ['order1', 'order1'],
    ['rfd1', 'rfd1'],
    ['att', 'att'],
    [`att_${'x'.repeat(37)}`, `att${'x'.repeat(37)}`],
  ])('%s is %s, and back', (id, merchantUid) => {
    expect(uidOf(id)).toBe(merchantUid)
    expect(ownIdOf(merchantUid)).toBe(id)
  })

  test.each([
    ['nothing', ''],
    ['a prefix alone', 'att_'],
    ['one that would come back as another', 'att1'],
    ['another prefix', 'ord_1'],
    ['two underscores', 'att_1_2'],
    ['a hyphen', 'att_1-2'],
    ['a slash', 'att/1'],
    ['a line break', 'att_1\n'],
    ['Hangul', '주문1'],
    ['41 characters', `att_${'x'.repeat(38)}`],
  ])('%s is refused', (_, id) => {
    expect(merchantUidOf(id)._unsafeUnwrapErr()).toEqual({
      code: 'invalid_request',
      outcome: 'not_executed',
      message: 'portone-v1: merchant_uid: up to 40 letters and digits',
      retryable: false,
    })
  })

  test('no two ids become one order id, and what every PG takes is all that is sent', () => {
    let sent = 0
    const check = (id: string) => {
      const merchantUid = merchantUidOf(id)
      if (merchantUid.isErr()) return
      sent += 1
      expect(merchantUid.value).toMatch(/^[A-Za-z0-9]{1,40}$/)
      expect(ownIdOf(merchantUid.value)).toBe(id)
    }
    fc.assert(fc.property(anyId, check), RUNS)
    expect(sent).toBeGreaterThan(200)
  })

  test('an order id that can be read back is the one that would be sent; others are read as nothing', () => {
    let read = 0
    const check = (merchantUid: string) => {
      const id = ownIdOf(merchantUid)
      expect(id === null).toBe(!/^[A-Za-z0-9]{1,40}$/.test(merchantUid))
      if (id === null) return
      read += 1
      expect(uidOf(id)).toBe(merchantUid)
    }
    fc.assert(fc.property(anyId, check), RUNS)
    expect(read).toBeGreaterThan(200)
  })

  test.each(['begin', 'lookup', 'issue', 'charge', 'repeated charge', 'charge look-up', 'schedule'])(
    'one that cannot be sent is not: %s',
    async (call) => {
      const { fetch, seen } = answering(ok(paymentBody()))
      const gateway = connect(fetch)
      const { schedules, ...billing } = billingOf(gateway)
      const charge = chargeOf('cus_1', { id: 'chg_1-2' })
      const plan = { ...charge, chargeAt: new Date(START + 60_000) }
      const calls: Readonly<Record<string, () => ResultAsync<unknown, GatewayError> | undefined>> = {
        begin: () => gateway.begin(attemptOf({ id: 'att_1-2' }), beginContext),
        lookup: () => gateway.lookup(attemptOf({ id: 'att_1-2' })),
        issue: () => billing.beginIssue(issueOf({ id: 'bki_1-2' }), beginContext),
        charge: () => billing.charge(charge),
        'repeated charge': () => billing.charge({ ...charge, checks: 1, requestedAt: new Date(START - 3_600_000) }),
        'charge look-up': () => billing.lookupCharge(charge),
        schedule: () => schedules?.schedule(plan),
      }
      const refused = await calls[call]?.()
      expect(refused?._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
      expect(seen).toEqual([])
    },
  )

  test('S1-03 what it was handed out for is still to be seen', () => {
    expect(['att_1', 'bki_1', 'chg_1', 'order1'].map(uidOf).map(purposeOf)).toEqual([
      'payment',
      'issue',
      'charge',
      'payment',
    ])
  })
})
