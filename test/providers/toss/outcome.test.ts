import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../src/providers/fake/faults'
import { type GatewayError, mayStillArrive } from '../../../src/providers/gateway'
import { accepted, attemptOf, paid, refundContext, refundOf, type Shop, START, shopOf, until } from './support'

const TIMEOUT_MS = 30_000

/** Waits for the request to meet its fault, then lets the time-out pass if nothing came before. */
const through = async <T>(shop: Shop, fault: Fault, call: () => PromiseLike<T>): Promise<T> => {
  shop.fake.faults.next(fault)
  const answer = Promise.resolve(call())
  await until(() => shop.fake.faults.pending() === 0)
  await shop.clock.advance(TIMEOUT_MS)
  return answer
}

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

const authorized = (shop: Shop) => {
  const returned = shop.fake.buyer.authorize({ orderId: attemptOf().id, amount: 33_000 })
  return { returned, attempt: accepted(attemptOf(), returned.paymentKey) }
}

describe('S2-15 S2-18: confirm, when the answer is lost or cannot be read', () => {
  test.each([...UNKNOWN, ...ARRIVED_LATER])('$fault is $code: unknown, executed $executed', async (expected) => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    const answer = await through(shop, expected.fault, () => shop.gateway.confirm(attempt, returned))
    const error = answer._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: expected.code, outcome: 'unknown' })
    expect(mayStillArrive(error)).toBe(expected.code !== 'provider_fault')
    expect(shop.fake.book().length > 0).toBe(expected.executed)
    expect(shop.logged).toHaveLength(1) // S2-18: one line that an operator can find.
    expect(shop.logged[0]).toMatchObject({ provider: 'toss', operation: 'confirmPayment' })
  })

  test('C-12: time-out, yet the payment was made: unknown, the look-up says so, the money moved once', async () => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    const fault = { kind: 'lost_answer', seen: 'silence' } as const
    const answer = await through(shop, fault, () => shop.gateway.confirm(attempt, returned))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'timeout', outcome: 'unknown' })
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    const repeat = await shop.gateway.confirm({ ...attempt, status: 'UNKNOWN' }, returned)
    expect(repeat._unsafeUnwrap()).toMatchObject({ status: 'approved', approvedAt: new Date(START) })
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('a confirm with a new key after the money was taken is a conflict, never a second charge', async () => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    await shop.gateway.confirm(attempt, returned)
    const again = await shop.gateway.confirm({ ...attempt, keyGeneration: 1 }, returned)
    expect(again._unsafeUnwrapErr()).toMatchObject({ code: 'conflict', outcome: 'unknown' })
    expect(shop.fake.book()).toHaveLength(1)
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

  test.each([
    [{ kind: 'unreachable' }, 'not_sent'],
    [{ kind: 'rate_limited' }, 'rate_limited'],
  ] as const)('$kind is definite: nothing was carried out', async (fault, code) => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    const answer = await through(shop, fault, () => shop.gateway.confirm(attempt, returned))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed', retryable: true })
    expect(shop.fake.book()).toEqual([])
  })
})

describe('a request that arrives late', () => {
  test('a look-up before it finds an open payment; afterwards the money has moved', async () => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    const fault = { kind: 'late_execution', afterMs: 60_000 } as const
    await through(shop, fault, () => shop.gateway.confirm(attempt, returned))
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toEqual({ status: 'open' })
    await shop.clock.advance(30_000)
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
  })

  test('Toss may hide a payment that is not confirmed: "not found" is no fence', async () => {
    const shop = shopOf({ hideUnconfirmed: true })
    const { attempt, returned } = authorized(shop)
    await through(shop, { kind: 'late_execution', afterMs: 60_000 }, () => shop.gateway.confirm(attempt, returned))
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    await shop.clock.advance(30_000)
    expect((await shop.gateway.lookup(attempt))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
  })

  test('after the provider’s window it is refused: the window is the fence', async () => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    await through(shop, { kind: 'late_execution', afterMs: 600_000 }, () => shop.gateway.confirm(attempt, returned))
    await shop.clock.advance(600_000)
    expect(shop.fake.book()).toEqual([])
    const found = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
    expect(found).toEqual({ status: 'failed', code: 'payment_window_closed' })
  })

  test('overtaken by a repeat with the same key, it takes nothing more', async () => {
    const shop = shopOf()
    const { attempt, returned } = authorized(shop)
    await through(shop, { kind: 'late_execution', afterMs: 60_000 }, () => shop.gateway.confirm(attempt, returned))
    expect((await shop.gateway.confirm({ ...attempt, status: 'UNKNOWN' }, returned)).isOk()).toBe(true)
    await shop.clock.advance(60_000)
    expect(shop.fake.book()).toHaveLength(1)
  })
})

describe('refund, when the answer is lost or cannot be read', () => {
  test.each([...UNKNOWN, ...ARRIVED_LATER])('$fault is $code: unknown, executed $executed', async (expected) => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const ask = () => shop.gateway.refund(refundOf(), refundContext(attempt))
    const answer = await through(shop, expected.fault, ask)
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: expected.code, outcome: 'unknown' })
    const found = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
    expect('refunds' in found && found.refunds.map(({ refundId }) => refundId)).toEqual(
      expected.executed ? [refundOf().id] : [],
    )
    expect(shop.fake.book().some(({ kind }) => kind === 'refund')).toBe(expected.executed)
  })
})

describe('lookup, when the answer is lost or cannot be read', () => {
  test.each(UNKNOWN)('$fault is $code: not an answer', async ({ fault, code }) => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const answer = await through(shop, fault, () => shop.gateway.lookup(attempt))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
    expect((await shop.gateway.lookup(attempt)).isOk()).toBe(true)
  })
})
