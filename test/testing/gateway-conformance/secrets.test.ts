import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPayments } from '../../../src/engine/create-payments'
import { withinDays } from '../../../src/policies'
import type { Fault } from '../../../src/providers/fake/faults'
import type { RawWebhook } from '../../../src/providers/gateway'
import type { LogEntry } from '../../../src/providers/http'
import { memoryStore } from '../../../src/storage/memory'
import type { Store } from '../../../src/storage/store'
import type { GatewaySubject, SubjectCall } from '../../../src/testing/gateway-conformance'
import { testIds } from '../../../src/testing/ids'
import { mockSubject } from './subject-mock'
import { paypleSubject } from './subject-payple'
import { portOneV1Subject } from './subject-portone-v1'
import { portOneV2Subject } from './subject-portone-v2'
import { tossSubject } from './subject-toss'

const BUYER = { kind: 'buyer', id: 'buyer-1' } as const
const RUNS = 40

/** A fault that the next call of a kind meets, from this step of the life on. */
type Trouble = { readonly step: number; readonly call: SubjectCall; readonly kind: Fault['kind'] }

const STEPS = 6

const troubles = ({ wire }: GatewaySubject): fc.Arbitrary<readonly Trouble[]> => {
  const possible = Object.entries(wire?.faults ?? {}).flatMap(([call, kinds]) =>
    // The entries of a record forget the names of its keys.
    kinds.map((kind) => ({ call: call as SubjectCall, kind })),
  )
  if (possible.length === 0) return fc.constant([])
  return fc.array(
    fc.tuple(fc.nat(STEPS - 1), fc.constantFrom(...possible)).map(([step, trouble]) => ({ step, ...trouble })),
    { maxLength: 5 },
  )
}

const faultOf = (kind: Fault['kind']): Fault => {
  if (kind === 'error_before' || kind === 'error_after') return { kind, status: 503 }
  if (kind === 'late_execution') return { kind, afterMs: 120_000 }
  return kind === 'slow' ? { kind, ms: 5_000 } : { kind }
}

/** Lets time pass for whoever waits for it. */
const patiently = async <T>({ clock }: GatewaySubject, work: PromiseLike<T>): Promise<T> => {
  const state: { isDone?: true } = {}
  const done = Promise.resolve(work).finally(() => {
    state.isDone = true
  })
  for (let step = 0; step < 2_000 && state.isDone !== true; step += 1) {
    for (let turn = 0; turn < 60 && state.isDone !== true; turn += 1) await new Promise((next) => setImmediate(next))
    if (state.isDone !== true) await clock.advance(1_000)
  }
  return done
}

/** What a buyer's return holds that opens something: never stored, never said. */
const openers = (returned: Readonly<Record<string, string>>): readonly string[] =>
  ['PCD_AUTH_KEY', 'PCD_PAY_REQKEY'].flatMap((name) => returned[name] ?? [])

const packed = (secret: string): readonly string[] =>
  [...secret].every((character) => character <= '\u007f')
    ? [secret, encodeURIComponent(secret), btoa(secret).replace(/=*$/, '').slice(0, -1)]
    : [secret, encodeURIComponent(secret)]

const live = async (subject: GatewaySubject, plan: readonly Trouble[]) => {
  const { clock, gateway, buyer, wire, webhooks, pays } = subject
  await subject.prepare?.()
  const log: LogEntry[] = []
  const seen: unknown[] = []
  const commits: unknown[] = []
  const store = (subject.store ?? memoryStore()) as Store<unknown>
  const payments = createPayments({
    store: {
      ...store,
      commit: (ops, within) => {
        commits.push(ops)
        return store.commit(ops, within)
      },
    },
    gateways: { it: gateway },
    refundPolicies: { any: withinDays(7) },
    clock,
    ids: testIds(),
    logger: (entry) => void log.push(entry),
    on: { '*': (event) => void seen.push(event) },
  })
  const needles = [...subject.secrets]
  const enter = (step: number): void => {
    for (const { step: at, call, kind } of plan) if (at === step) wire?.next(call, faultOf(kind))
  }
  const say = async <T>(work: PromiseLike<T>): Promise<T> => {
    const answer = await patiently(subject, work)
    seen.push(answer)
    return answer
  }
  const listen = async (): Promise<void> => {
    const raws: RawWebhook[] = []
    await webhooks?.deliver((raw) => {
      raws.push(raw)
      return 200
    })
    for (const raw of raws) await say(payments.webhooks.receive('it', raw))
  }

  const lines = [{ title: 'Seat', unitPrice: pays.amount, resource: { group: 'concert', id: 'A-1' } }]
  const held = (await say(payments.orders.hold({ actor: BUYER, lines, refundPolicy: 'any' })))._unsafeUnwrap()
  enter(0)
  const begin = () =>
    say(
      payments.orders.startPayment({
        actor: BUYER,
        order: held.id,
        gateway: 'it',
        ...(pays.method === null ? {} : { method: pays.method }),
        successUrl: 'https://shop.example/success',
        failUrl: 'https://shop.example/fail',
      }),
    )
  const first = await begin()
  const started = first.isOk() ? first : await begin()
  if (started.isOk()) {
    const { attempt, checkout } = started.value
    const returned = (await buyer.pay(attempt, checkout)) ?? {}
    needles.push(...openers(returned))
    const input = { actor: BUYER, order: held.id, attemptId: attempt.id, returned }
    enter(1)
    await say(payments.orders.confirm(input))
    enter(2)
    await say(payments.orders.confirm(input))
    enter(3)
    await listen()
    enter(4)
    await say(payments.refunds.refund({ actor: BUYER, order: held.id }))
  }
  enter(5)
  for (let minute = 0; minute < 5; minute += 1) {
    await clock.advance(240_000)
    await say(payments.jobs.run())
    await listen()
  }
  await say(payments.orders.get({ actor: BUYER, order: held.id }))
  return { log, seen, commits, needles, printed: [payments, gateway] }
}

const shown = (value: unknown): string =>
  inspect(value, { depth: 14, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null })

/** The wallet is not among them: it has no secret to let out. */
const SUBJECTS: Readonly<Record<string, () => GatewaySubject>> = {
  toss: tossSubject,
  payple: paypleSubject,
  'portone-v1': portOneV1Subject,
  'portone-v2': portOneV2Subject,
  mock: mockSubject,
}

describe('whole lives with planted secrets and faults anywhere', () => {
  test.each(Object.entries(SUBJECTS))(
    `C-106 I-35: nothing planted is in a log, answer, error, event or stored row of %s, ${RUNS} times`,
    async (name, makeSubject) => {
      const counts = { logged: 0, refused: 0, lives: 0 }
      await fc.assert(
        fc.asyncProperty(troubles(makeSubject()), async (plan) => {
          const { log, seen, commits, needles, printed } = await live(makeSubject(), plan)
          const parts = {
            log: shown(log),
            answers: shown(seen),
            rows: JSON.stringify(commits),
            objects: shown(printed),
          }
          for (const [where, text] of Object.entries(parts)) {
            const leak = needles.flatMap(packed).find((needle) => text.includes(needle))
            expect(leak === undefined, `a secret in the ${where}`).toBe(true)
          }
          for (const entry of log) {
            expect(Object.keys(entry).sort()).toEqual(['durationMs', 'operation', 'provider', 'status'])
          }
          counts.lives += 1
          counts.logged += log.length
          counts.refused += parts.answers.includes("outcome: 'unknown'") ? 1 : 0
        }),
        { numRuns: RUNS },
      )
      const { wire } = makeSubject()
      expect(counts.lives).toBeGreaterThanOrEqual(RUNS)
      // Calls were really made, and troubles really met.
      if (wire !== null && name !== 'mock') {
        expect(counts.logged).toBeGreaterThan(RUNS * 2)
        expect(counts.refused).toBeGreaterThan(RUNS / 4)
      }
    },
    120_000,
  )

  test('the search finds what a careless gateway lets out', async () => {
    const subject = tossSubject()
    const { connect } = subject.gateway
    const careless: GatewaySubject = {
      ...subject,
      gateway: {
        ...subject.gateway,
        connect: (wiring) => {
          const gateway = connect(wiring)
          return {
            ...gateway,
            receive: (raw) => gateway.receive(raw).map((notice) => ({ ...notice, payload: String(raw.rawBody) })),
          }
        },
      },
    }
    const { commits, needles } = await live(careless, [])
    const rows = JSON.stringify(commits)
    expect(needles.flatMap(packed).some((needle) => rows.includes(needle))).toBe(true)
  })
})
