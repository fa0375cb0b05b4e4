import type { Attempt } from '../../../src/core/attempt'
import type { Clock } from '../../../src/core/clock'
import { krw } from '../../../src/core/money'
import type { Refund } from '../../../src/core/refund'
import type { BillingCharge, BillingKeyIssue, GatewayBilling } from '../../../src/providers/billing'
import type { FakeRequest, Fault } from '../../../src/providers/fake/faults'
import type { GatewayWiring, PaymentGateway } from '../../../src/providers/gateway'
import type { LogEntry } from '../../../src/providers/http'
import type { PortOneV1Client, PortOneV1Options } from '../../../src/providers/portone-v1'
import { portOneV1, portOneV1Client } from '../../../src/providers/portone-v1'
import { type FakePortOneV1, type FakePortOneV1Options, fakePortOneV1 } from '../../../src/providers/portone-v1/fake'
import { merchantUidOf } from '../../../src/providers/portone-v1/purpose'
import { advancingClock, type ManualClock, settle, until } from '../advancing-clock'
import { attemptWith, refundWith } from '../records'

export { type ManualClock, settle, until }

export const KEYS = {
  impCode: 'imp00004711',
  impKey: 'planted-key-31337',
  impSecret: 'planted-secret-31337',
  channelKey: 'channel-key-4711',
  mode: 'test',
} as const
export const START = Date.UTC(2026, 0, 5, 1, 0, 0)
export const ORIGIN = 'https://api.iamport.kr'

export const manualClock = (startedAt = START) => advancingClock(startedAt)

export const attemptOf = (changes: Partial<Attempt> = {}): Attempt =>
  attemptWith({
    id: 'att_000000000000000000000001',
    orderId: 'ord_000000000000000000000001',
    gateway: 'portone-v1',
    method: 'card',
    ...changes,
  })

export const refundOf = (changes: Partial<Refund> = {}): Refund =>
  refundWith({
    id: 'rfd_000000000000000000000001',
    orderId: 'ord_000000000000000000000001',
    attemptId: 'att_000000000000000000000001',
    ...changes,
  })

export const issueOf = (changes: Partial<BillingKeyIssue> = {}): BillingKeyIssue => ({
  id: 'bki_000000000000000000000001',
  buyerId: 'buyer-1',
  method: 'card',
  displayAmount: krw(9_900),
  ...changes,
})

export const chargeOf = (billingKey: string, changes: Partial<BillingCharge> = {}): BillingCharge => ({
  id: 'chg_000000000000000000000001',
  billingKey,
  buyerId: 'buyer-1',
  method: 'card',
  amount: krw(9_900),
  title: 'Pro plan',
  status: 'PENDING',
  keyGeneration: 0,
  requestedAt: new Date(START),
  checks: 0,
  ...changes,
})

export const beginContext = {
  title: '녹차 세트 외 1건',
  successUrl: 'https://shop.example/return',
  failUrl: 'https://shop.example/return',
  customer: null,
}

const noStore = new Proxy({}, { get: () => () => Promise.reject(new Error('a provider keeps nothing in the store')) })

export const wiringOf = (clock: Clock, logged: LogEntry[] = []): GatewayWiring => ({
  clock,
  ids: { next: (prefix) => `${prefix}_x` },
  store: noStore as GatewayWiring['store'], // Any use of it fails the test.
  log: (entry) => void logged.push(entry),
})

export const billingOf = (gateway: PaymentGateway): GatewayBilling => {
  if (gateway.billing === undefined) throw new Error('no billing')
  return gateway.billing
}

export type Shop = {
  readonly clock: ManualClock
  readonly fake: FakePortOneV1
  readonly gateway: PaymentGateway
  readonly billing: GatewayBilling
  readonly client: PortOneV1Client
  readonly logged: LogEntry[]
  /** What PortOne was asked for, tokens apart. */
  readonly asked: FakeRequest[]
}

/** A gateway with its fake, on one clock. */
export const shopOf = (options: FakePortOneV1Options = {}, gatewayOptions: Partial<PortOneV1Options> = {}): Shop => {
  const clock = manualClock()
  const logged: LogEntry[] = []
  const asked: FakeRequest[] = []
  const fake = fakePortOneV1({
    ...KEYS,
    clock,
    onRequest: (request) => {
      if (request.operation !== 'getToken') asked.push(request)
      return undefined
    },
    ...options,
  })
  const settings = { ...fake.keys, fetch: fake.fetch, ...gatewayOptions }
  const gateway = portOneV1(settings).connect(wiringOf(clock, logged))
  const client = portOneV1Client({ ...settings, clock })
  return { clock, fake, gateway, billing: billingOf(gateway), client, logged, asked }
}

/** What PortOne is given for an id of ours. */
export const uidOf = (id: string): string => merchantUidOf(id)._unsafeUnwrap()

export const orderOf = ({ id, amount, method }: Attempt) => ({
  merchant_uid: uidOf(id),
  amount: amount.currency === 'USD' ? amount.amountMinor / 100 : amount.amountMinor,
  currency: amount.currency,
  pay_method: method ?? 'card',
})

/** Pays an attempt with the fake, all the way. */
export const paid = async ({ fake, gateway }: Shop, changes: Partial<Attempt> = {}): Promise<Attempt> => {
  const attempt = attemptOf(changes)
  const charge = (await gateway.confirm(attempt, fake.buyer.pay(orderOf(attempt))))._unsafeUnwrap()
  if (charge.status !== 'approved') throw new Error('not approved')
  const { providerRef, captured, method } = charge
  return { ...attempt, status: 'APPROVED', providerRef, capturedMinor: captured.amountMinor, method }
}

/** Registers a card with the fake, all the way. */
export const registered = async ({ fake, billing }: Shop, issue = issueOf()): Promise<string> => {
  const checkout = (await billing.beginIssue(issue, beginContext))._unsafeUnwrap()
  if (checkout.action !== 'window') throw new Error('no window')
  const { merchant_uid, customer_uid, amount } = checkout.parameters
  const returned = fake.buyer.pay({
    merchant_uid: String(merchant_uid),
    customer_uid: String(customer_uid),
    amount: Number(amount),
  })
  return (await billing.finishIssue(issue, returned))._unsafeUnwrap().billingKey
}

/** Waits for the request to meet its fault, then lets the time-out pass if nothing came before. */
export const through = async <T>(
  { fake, clock }: Shop,
  fault: Fault,
  operation: string,
  call: () => PromiseLike<T>,
): Promise<T> => {
  fake.faults.next(fault, { operation })
  const answer = Promise.resolve(call())
  await until(() => fake.faults.pending() === 0)
  await clock.advance(30_000)
  return answer
}

export type Seen = { readonly method: string; readonly path: string; readonly headers: Headers; readonly body: unknown }

export const TOKEN = { access_token: 'token-1', now: START / 1000, expired_at: START / 1000 + 1_800 }

export type Answer = readonly [status: number, body: unknown]

const envelope = (response: unknown) => ({ code: 0, message: null, response })

/**
 * Answers with the bodies given, in turn, the last one for ever; a request for a token is answered beside them. A text
 * is a page, `undefined` nothing at all.
 */
export const answering = (...answers: readonly Answer[]) => {
  const seen: Seen[] = []
  const tokens: unknown[] = []
  let turn = 0
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    const text = await request.text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    if (url.pathname === '/users/getToken') {
      tokens.push(body)
      return Response.json(envelope({ ...TOKEN, access_token: `token-${tokens.length}` }))
    }
    seen.push({ method: request.method, path: url.pathname + url.search, headers: request.headers, body })
    const [status, answer] = answers[Math.min(turn++, answers.length - 1)] ?? [200, undefined]
    if (typeof answer === 'string') return new Response(answer, { status, headers: { 'content-type': 'text/html' } })
    return answer === undefined ? new Response(null, { status }) : Response.json(answer, { status })
  }
  return { fetch, seen, tokens }
}

export const ok = (response: unknown): Answer => [200, envelope(response)]
export const refusal = (message: string, code = 1, status = 200): Answer => [status, { code, message, response: null }]

export const clientOf = (
  fetch: typeof globalThis.fetch,
  options: Partial<Parameters<typeof portOneV1Client>[0]> = {},
): PortOneV1Client => portOneV1Client({ ...KEYS, clock: manualClock(), fetch, ...options })

export const connect = (
  fetch: typeof globalThis.fetch,
  options: Partial<PortOneV1Options> = {},
  clock: Clock = manualClock(),
): PaymentGateway => portOneV1({ ...KEYS, fetch, ...options }).connect(wiringOf(clock))

/** A paid payment of the attempt above, as PortOne writes it. */
export const paymentBody = (changes: Record<string, unknown> = {}) => ({
  imp_uid: 'imp_900000000001',
  merchant_uid: uidOf(attemptOf().id),
  status: 'paid',
  amount: 33_000,
  cancel_amount: 0,
  currency: 'KRW',
  sandbox: true,
  pay_method: 'card',
  pg_provider: 'html5_inicis',
  paid_at: START / 1000,
  ...changes,
})

export const pageOf = (...list: readonly unknown[]) => ({ total: list.length, previous: 0, next: 0, list })

export { refundContext } from '../records'
