import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../src/providers/fake/faults'
import { type GatewayError, mayStillArrive } from '../../../src/providers/gateway'
import {
  attemptOf,
  chargeOf,
  orderOf,
  paid,
  refundContext,
  refundOf,
  registered,
  type Shop,
  START,
  settle,
  shopOf,
  through,
  uidOf,
  until,
} from './support'

const TIMEOUT_MS = 30_000

type Expected = { readonly fault: Fault; readonly code: GatewayError['code']; readonly executed: boolean }

const UNKNOWN: readonly Expected[] = [
  { fault: { kind: 'lost_request' }, code: 'network', executed: false },
  { fault: { kind: 'lost_request', seen: 'silence' }, code: 'timeout', executed: false },
  { fault: { kind: 'lost_answer' }, code: 'network', executed: true },
  { fault: { kind: 'lost_answer', seen: 'silence' }, code: 'timeout', executed: true },
  { fault: { kind: 'stalled_request' }, code: 'timeout', executed: false },
  { fault: { kind: 'stalled_body' }, code: 'timeout', executed: true },
  { fault: { kind: 'slow', ms: TIMEOUT_MS + 1 }, code: 'timeout', executed: false },
  { fault: { kind: 'html_before' }, code: 'bad_response', executed: false },
  { fault: { kind: 'html_after' }, code: 'bad_response', executed: true },
  { fault: { kind: 'malformed_json' }, code: 'bad_response', executed: true },
  { fault: { kind: 'wrong_shape' }, code: 'bad_response', executed: true },
  { fault: { kind: 'error_before', status: 500 }, code: 'provider_fault', executed: false },
  { fault: { kind: 'error_after', status: 503 }, code: 'provider_fault', executed: true },
]
const ARRIVED_LATER: readonly Expected[] = [
  { fault: { kind: 'late_execution', afterMs: 60_000 }, code: 'network', executed: false },
  { fault: { kind: 'late_execution', afterMs: 60_000, seen: 'silence' }, code: 'timeout', executed: false },
]

const attempt = attemptOf()

describe('confirm, when the look-up is lost or cannot be read', () => {
  test.each([...UNKNOWN, ...ARRIVED_LATER])('$fault is $code: unknown, and a repeat tells', async ({ fault, code }) => {
    const shop = shopOf()
    const returned = shop.fake.buyer.pay(orderOf(attempt))
    const answer = await through(shop, fault, 'getPayment', () => shop.gateway.confirm(attempt, returned))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
    expect((await shop.gateway.confirm(attempt, returned))._unsafeUnwrap().status).toBe('approved')
    expect(shop.fake.book()).toHaveLength(1)
  })
})

describe('a charge of a billing key', () => {
  const charged = (shop: Shop) =>
    shop.fake.book().filter(({ merchantUid }) => merchantUid === uidOf(chargeOf('').id)).length

  test.each([...UNKNOWN, ...ARRIVED_LATER])('$fault is $code: unknown, executed $executed', async (expected) => {
    const shop = shopOf()
    const charge = chargeOf(await registered(shop))
    const answer = await through(shop, expected.fault, 'chargeAgain', () => shop.billing.charge(charge))
    const error = answer._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: expected.code, outcome: 'unknown' })
    expect(mayStillArrive(error)).toBe(expected.code !== 'provider_fault')
    expect(charged(shop)).toBe(expected.executed ? 1 : 0)
    await shop.clock.advance(60_000)
    // Repeated, it charges once, whatever became of the first request.
    const repeat = await shop.billing.charge({ ...charge, status: 'UNKNOWN', checks: 1 })
    expect(repeat._unsafeUnwrap().status).toBe('approved')
    expect(charged(shop)).toBe(1)
  })

  test('overtaken by its repeat, the late request takes nothing more', async () => {
    const shop = shopOf()
    const charge = chargeOf(await registered(shop))
    const fault = { kind: 'late_execution', afterMs: 60_000 } as const
    await through(shop, fault, 'chargeAgain', () => shop.billing.charge(charge))
    expect((await shop.billing.charge({ ...charge, status: 'UNKNOWN' })).isOk()).toBe(true)
    await shop.clock.advance(60_000)
    expect(charged(shop)).toBe(1)
  })

  test.each([
    [{ kind: 'unreachable' }, 'not_sent'],
    [{ kind: 'rate_limited' }, 'rate_limited'],
  ] as const)('$kind is definite: nothing was carried out', async (fault, code) => {
    const shop = shopOf()
    const charge = chargeOf(await registered(shop))
    const answer = await through(shop, fault, 'chargeAgain', () => shop.billing.charge(charge))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed', retryable: true })
    expect(charged(shop)).toBe(0)
    // The same to a repeat says nothing about the request before it.
    const again = { ...charge, status: 'UNKNOWN', checks: 1 } as const
    const repeat = await through(shop, fault, 'chargeAgain', () => shop.billing.charge(again))
    expect(repeat._unsafeUnwrapErr()).toMatchObject({ code: 'in_progress', outcome: 'unknown' })
  })
})

describe('a refund', () => {
  test.each([...UNKNOWN, ...ARRIVED_LATER])('$fault is $code: unknown, executed $executed', async (expected) => {
    const shop = shopOf()
    const bought = await paid(shop)
    const answer = await through(shop, expected.fault, 'cancelPayment', () =>
      shop.gateway.refund(refundOf(), refundContext(bought)),
    )
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: expected.code, outcome: 'unknown' })
    expect(shop.fake.book()).toHaveLength(expected.executed ? 2 : 1)
    await shop.clock.advance(60_000)
    const repeat = await shop.gateway.refund(refundOf({ status: 'UNKNOWN', checks: 1 }), refundContext(bought))
    expect(repeat._unsafeUnwrap()).toMatchObject({ status: 'completed' })
    expect(shop.fake.book()).toHaveLength(2)
  })
})

describe('what a call costs', () => {
  test('the time-out is the configured one, to the millisecond', async () => {
    const shop = shopOf({}, { timeoutMs: 1_000 })
    await shop.client.getPayment('imp_1')
    const charge = chargeOf(await registered(shop))
    shop.fake.faults.next({ kind: 'stalled_request' }, { operation: 'chargeAgain' })
    let answered = false
    const answer = Promise.resolve(shop.billing.charge(charge)).finally(() => {
      answered = true
    })
    await until(() => shop.fake.faults.pending() === 0)
    await shop.clock.advance(999)
    expect(answered).toBe(false)
    await shop.clock.advance(1)
    expect((await answer)._unsafeUnwrapErr().code).toBe('timeout')
  })

  test('one line in the log for each request, with nothing to find in it', async () => {
    const shop = shopOf()
    const bought = await paid(shop)
    await shop.gateway.refund(refundOf(), refundContext(bought))
    await settle()
    expect(shop.logged).toEqual(
      ['getToken', 'getPayment', 'cancelPayment'].map((operation) => ({
        provider: 'portone-v1',
        operation,
        status: 200,
        durationMs: 0,
      })),
    )
    expect(bought.createdAt).toEqual(new Date(START))
  })
})
