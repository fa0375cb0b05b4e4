import { createPayments, krw } from 'holdfast'
import { withinDays } from 'holdfast/policies'
import { memoryStore } from 'holdfast/storage/memory'
import { testClock, testIds } from 'holdfast/testing'
import { toss } from 'holdfast/toss'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/providers/fake/faults'
import { fakeToss } from '../../src/providers/toss/fake'
import { BUYER, HOUR, MINUTE } from './world'

const AFTER = 4
const OPEN_MS = 30_000

const shop = (circuit: { readonly afterFailures: number; readonly openMs: number } | false) => {
  const clock = testClock()
  const store = memoryStore()
  let storm: Fault | undefined
  const asked: string[] = []
  const fake = fakeToss({
    clock,
    onRequest: ({ operation }) => {
      asked.push(operation)
      return storm
    },
  })
  const payments = createPayments({
    store,
    clock,
    ids: testIds(),
    gateways: { toss: toss({ ...fake.keys, fetch: fake.fetch }) },
    refundPolicies: { any: withinDays(7) },
    circuit,
  })
  const open = async () => {
    const line = { title: 'a place', unitPrice: krw(10_000), quantity: 1 }
    const order = (await payments.orders.hold({ actor: BUYER, lines: [line], refundPolicy: 'any' }))._unsafeUnwrap().id
    const started = await payments.orders.startPayment({ actor: BUYER, order, gateway: 'toss', method: 'CARD' })
    const attemptId = started._unsafeUnwrap().attempt.id
    const returned = fake.buyer.authorize({ orderId: attemptId, amount: 10_000 })
    return { actor: BUYER, order, attemptId, returned }
  }
  const weather = (fault: Fault | undefined) => {
    storm = fault
  }
  return { clock, store, fake, payments, open, weather, asked }
}

describe.each<Fault>([
  { kind: 'error_after', status: 503 },
  { kind: 'error_before', status: 500 },
  { kind: 'rate_limited' },
  { kind: 'unreachable' },
])('C-105 I-03 a storm of %j', (fault) => {
  test('is waited out: few requests, no buyer waits, no money is asked for twice', async () => {
    const s = shop({ afterFailures: AFTER, openMs: OPEN_MS })
    const inputs = []
    for (let buyer = 0; buyer < 12; buyer += 1) inputs.push(await s.open())
    s.weather(fault)
    for (const input of inputs) expect((await s.payments.orders.confirm(input)).isErr()).toBe(true)
    expect(s.asked).toHaveLength(AFTER)
    const refused = await s.payments.orders.confirm(inputs[11] as (typeof inputs)[number])
    expect(refused._unsafeUnwrapErr().outcome).toBe('not_executed')
    // An hour of jobs every minute: look-ups grow apart, and the circuit lets one through at a time.
    for (let minute = 0; minute < 60; minute += 1) {
      s.clock.advance(MINUTE)
      await s.payments.jobs.run()
    }
    expect(s.asked.length).toBeLessThan(AFTER + 70)
    s.weather(undefined)
    for (let hour = 0; hour < 6; hour += 1) {
      s.clock.advance(HOUR)
      await s.payments.jobs.run()
    }
    const captures = s.fake.book().filter(({ kind }) => kind === 'capture')
    expect(new Set(captures.map(({ orderId }) => orderId)).size).toBe(captures.length)
    for (const { order, attemptId } of inputs) {
      const row = await s.store.get('orders', order)
      const attempt = await s.store.get('attempts', attemptId)
      const balance = s.fake
        .book()
        .filter(({ orderId }) => orderId === attemptId)
        .reduce((sum, { kind, amountMinor }) => sum + (kind === 'capture' ? amountMinor : -amountMinor), 0)
      expect(balance).toBe(row?.status === 'CONFIRMED' ? 10_000 : 0)
      expect(['APPROVED', 'FAILED']).toContain(attempt?.status)
    }
  })
})

describe('the circuit', () => {
  const failing = async (afterFailures: number) => {
    const s = shop({ afterFailures, openMs: OPEN_MS })
    const inputs = [await s.open(), await s.open(), await s.open(), await s.open()]
    s.weather({ kind: 'unreachable' })
    for (let count = 0; count < afterFailures; count += 1) {
      await s.payments.orders.confirm(inputs[0] as (typeof inputs)[number])
      inputs.push(...inputs.splice(0, 1))
    }
    return { ...s, inputs }
  }

  test('lets one call through when its time is over, and closes when that one is answered', async () => {
    const s = await failing(2)
    s.weather(undefined)
    const [third, fourth] = s.inputs as [Awaited<ReturnType<typeof s.open>>, Awaited<ReturnType<typeof s.open>>]
    s.clock.advance(OPEN_MS - 1)
    const before = s.asked.length
    const early = await s.open()
    expect((await s.payments.orders.confirm(early))._unsafeUnwrapErr().code).toBe('not_sent')
    expect(s.asked).toHaveLength(before)
    s.clock.advance(1)
    expect((await s.payments.orders.confirm(third)).isOk()).toBe(true)
    expect((await s.payments.orders.confirm(fourth)).isOk()).toBe(true)
  })

  test('a refusal is an answer: declined cards open nothing', async () => {
    const s = shop({ afterFailures: 2, openMs: OPEN_MS })
    for (let count = 0; count < 5; count += 1) {
      s.fake.decline('REJECT_CARD_PAYMENT')
      expect((await s.payments.orders.confirm(await s.open()))._unsafeUnwrapErr().code).toBe('declined')
    }
    expect((await s.payments.orders.confirm(await s.open())).isOk()).toBe(true)
  })

  test('can be left out', async () => {
    const s = shop(false)
    s.weather({ kind: 'unreachable' })
    for (let count = 0; count < 15; count += 1) await s.payments.orders.confirm(await s.open())
    expect(s.asked).toHaveLength(15)
  })
})
