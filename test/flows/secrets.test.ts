import { inspect } from 'node:util'
import type { LogEntry } from 'holdfast'
import { createPayments } from 'holdfast'
import { toss } from 'holdfast/toss'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/providers/fake/faults'
import { fakeToss } from '../../src/providers/toss/fake'
import { KINDS, type Kind } from '../../src/storage/schema'
import { BUYER, policies, seat, world } from './world'

const SECRET = 'test_sk_PLANTEDsecretNEVERshown123'
const FAULTS: readonly (Fault | null)[] = [
  null,
  { kind: 'lost_answer' },
  { kind: 'html_after' },
  { kind: 'wrong_shape' },
  { kind: 'error_after', status: 500 },
  { kind: 'unreachable' },
]

describe('planted secrets', () => {
  test('C-106 S2-18 S2-24 I-35: are in no log, error, event, stored row, checkout or inspected object', async () => {
    const w = world()
    const fake = fakeToss({ clock: w.clock, secretKey: SECRET })
    const gateway = toss({ ...fake.keys, fetch: fake.fetch })
    const seen: unknown[] = []
    const log: LogEntry[] = []
    const commits: unknown[] = []
    const payments = createPayments({
      store: {
        ...w.store,
        commit: (ops, within) => {
          commits.push(ops)
          return w.store.commit(ops, within)
        },
      },
      gateways: { toss: gateway },
      refundPolicies: policies,
      clock: w.clock,
      ids: w.ids,
      logger: (entry) => void log.push(entry),
      on: { '*': (event) => void seen.push(event) },
    })
    const callbackSecrets: string[] = []
    for (const [index, fault] of FAULTS.entries()) {
      for (const method of ['CARD', 'VIRTUAL_ACCOUNT'] as const) {
        const lines = [seat(`${method}-${index}`)]
        const held = (await payments.orders.hold({ actor: BUYER, lines, refundPolicy: 'digital' }))._unsafeUnwrap()
        const started = await payments.orders.startPayment({
          actor: BUYER,
          order: held.id,
          gateway: 'toss',
          method,
          successUrl: 'https://shop.example/s',
          failUrl: 'https://shop.example/f',
        })
        const { attempt } = started._unsafeUnwrap()
        const returned = fake.buyer.authorize({ orderId: attempt.id, amount: 100_000, method })
        const input = { actor: BUYER, order: held.id, attemptId: attempt.id, returned }
        if (fault !== null) fake.faults.next(fault, { operation: 'confirmPayment' })
        seen.push(started, await payments.orders.confirm(input), await payments.orders.confirm(input))
        if (method === 'VIRTUAL_ACCOUNT') fake.bank.deposit(attempt.id)
        await fake.webhooks.deliverDue(async (delivery) => {
          const secret = /"secret":"(ps_[^"]+)"/.exec(delivery.rawBody)?.[1]
          if (secret !== undefined) callbackSecrets.push(secret)
          seen.push(await payments.webhooks.receive('toss', delivery))
          return 200
        })
        if (fault !== null) fake.faults.next(fault, { operation: 'cancelPayment' })
        seen.push(await payments.refunds.refund({ actor: BUYER, order: held.id }))
      }
    }
    await payments.jobs.run()
    expect(log.length).toBeGreaterThan(20)
    expect(callbackSecrets.length).toBeGreaterThan(0)
    const text = [seen, log, commits, gateway, payments].map((value) =>
      inspect(value, { depth: 12, showHidden: true, maxArrayLength: null, maxStringLength: null }),
    )
    const needles = [SECRET, btoa(`${SECRET}:`), fake.keys.securityKey, ...callbackSecrets]
    for (const needle of needles) expect(text.some((part) => part.includes(needle))).toBe(false)
    // The rows themselves, every kind, not only what passed through commit.
    for (const kind of Object.keys(KINDS) as Kind[]) {
      const rows = JSON.stringify(commits)
      for (const needle of needles) expect(rows.includes(needle), kind).toBe(false)
    }
  })

  test('S2-18: every provider call leaves one line that names operation, status and duration, and nothing else', async () => {
    const log: LogEntry[] = []
    const w = world({ logger: (entry) => void log.push(entry) })
    const held = (
      await w.payments.orders.hold({ actor: BUYER, lines: [seat()], refundPolicy: 'digital' })
    )._unsafeUnwrap()
    const { attempt } = (
      await w.payments.orders.startPayment({
        actor: BUYER,
        order: held.id,
        gateway: 'toss',
        method: 'CARD',
        successUrl: 'https://shop.example/s',
        failUrl: 'https://shop.example/f',
      })
    )._unsafeUnwrap()
    const returned = w.fake.buyer.authorize({ orderId: attempt.id, amount: 100_000 })
    w.fake.decline('REJECT_CARD_PAYMENT')
    await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id, returned })
    expect(log).toEqual([
      { provider: 'toss', operation: 'confirmPayment', status: 403, durationMs: expect.any(Number) },
    ])
  })
})
