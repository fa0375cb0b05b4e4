import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../src/providers/fake/faults'
import { mayStillArrive } from '../../../src/providers/gateway'
import {
  attemptOf,
  authorized,
  chargeOf,
  paid,
  refundContext,
  refundOf,
  type Shop,
  settle,
  shopOf,
  TIMEOUT_MS,
  until,
} from './support'

type Expected = { readonly fault: Fault; readonly code: string; readonly executed: boolean }

/** Every way in which nobody can tell. */
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

/** Asks while this fault waits for the operation, and lets time pass until the caller gives up. */
const through = async <T>(shop: Shop, fault: Fault, operation: string, ask: () => PromiseLike<T>): Promise<T> => {
  shop.fake.faults.next(fault, { operation })
  const answer = Promise.resolve(ask())
  await until(() => shop.fake.faults.pending() === 0)
  await settle()
  await shop.clock.advance(TIMEOUT_MS)
  return answer
}

describe('confirm, when the answer is lost or cannot be read', () => {
  test.each([...UNKNOWN, ...ARRIVED_LATER])('$fault is $code: unknown, executed $executed', async (expected) => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    const ask = () => shop.gateway.confirm(attempt, returned)
    const error = (await through(shop, expected.fault, 'confirmPayment', ask))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: expected.code, outcome: 'unknown' })
    expect(mayStillArrive(error)).toBe(expected.code !== 'provider_fault')
    expect(shop.fake.book().length > 0).toBe(expected.executed)
    expect(shop.logged).toHaveLength(1)
    expect(shop.logged[0]).toMatchObject({ provider: 'payple', operation: 'confirmPayment' })
  })

  test('S0-51: the time-out is the configured one, to the millisecond', async () => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    shop.fake.faults.next({ kind: 'stalled_request' })
    let answered = false
    const answer = Promise.resolve(shop.gateway.confirm(attempt, returned)).finally(() => {
      answered = true
    })
    await until(() => shop.fake.faults.pending() === 0)
    await shop.clock.advance(TIMEOUT_MS - 1)
    expect(answered).toBe(false)
    await shop.clock.advance(1)
    expect((await answer)._unsafeUnwrapErr().code).toBe('timeout')
  })

  test('what came later is found; after Payple’s window it is refused', async () => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    const late = { kind: 'late_execution', afterMs: 60_000 } as const
    await through(shop, late, 'confirmPayment', () => shop.gateway.confirm(attempt, returned))
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    await shop.clock.advance(30_000)
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toMatchObject({ status: 'approved' })

    const second = authorized(shop, { id: 'att_2' })
    const tooLate = { kind: 'late_execution', afterMs: 600_000 } as const
    await through(shop, tooLate, 'confirmPayment', () => shop.gateway.confirm(second.attempt, second.returned))
    await shop.clock.advance(600_000)
    expect(shop.fake.book()).toHaveLength(1)
  })

  test.each([
    [{ kind: 'unreachable' }, 'not_sent'],
    [{ kind: 'rate_limited' }, 'rate_limited'],
  ] as const)('$kind is definite: nothing was carried out', async (fault, code) => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    const answer = await through(shop, fault, 'confirmPayment', () => shop.gateway.confirm(attempt, returned))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed', retryable: true })
    expect(shop.fake.book()).toEqual([])
  })
})

describe('refund, when the answer is lost or cannot be read', () => {
  test.each([...UNKNOWN, ...ARRIVED_LATER])('$fault is $code: unknown, executed $executed', async (expected) => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const ask = () => shop.gateway.refund(refundOf(), refundContext(attempt))
    const error = (await through(shop, expected.fault, 'cancelPayment', ask))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: expected.code, outcome: 'unknown' })
    expect(mayStillArrive(error)).toBe(expected.code !== 'provider_fault')
    expect(shop.fake.book().some(({ kind }) => kind === 'refund')).toBe(expected.executed)
    expect(shop.sentTo('cancelPayment')).toHaveLength(1)
  })
})

describe('a charge of a billing key, when the answer is lost or cannot be read', () => {
  test.each([...UNKNOWN, ...ARRIVED_LATER])('$fault is $code: unknown, executed $executed', async (expected) => {
    const shop = shopOf()
    const billingKey = shop.fake.buyer.register({ issueId: 'bki_1' })['PCD_PAYER_ID'] ?? ''
    const ask = () => shop.gateway.billing?.charge(chargeOf({ billingKey })) ?? Promise.reject(new Error('no billing'))
    const error = (await through(shop, expected.fault, 'chargeBillingKey', ask))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: expected.code, outcome: 'unknown' })
    expect(shop.fake.book().length > 0).toBe(expected.executed)
    expect(shop.sentTo('chargeBillingKey')).toHaveLength(1)
  })
})

describe('lookup, when the answer is lost or cannot be read', () => {
  test.each(UNKNOWN)('$fault is $code: not an answer', async ({ fault, code }) => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const answer = await through(shop, fault, 'getPayment', () => shop.gateway.lookup(attempt))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
    expect((await shop.gateway.lookup(attempt)).isOk()).toBe(true)
  })

  test('an authentication that fails is no answer about the payment either', async () => {
    const shop = shopOf()
    shop.fake.faults.next({ kind: 'html_before' }, { operation: 'authenticate' })
    expect((await shop.gateway.lookup(attemptOf())).isErr()).toBe(true)
  })
})
