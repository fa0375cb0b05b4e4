import type { Attempt } from '../../../src/core/attempt'
import type { Clock } from '../../../src/core/clock'
import { krw } from '../../../src/core/money'
import type { Refund } from '../../../src/core/refund'
import type { BillingCharge, BillingKeyIssue } from '../../../src/providers/billing'
import type { Fault } from '../../../src/providers/fake/faults'
import type { GatewayError, GatewayWiring, PaymentGateway } from '../../../src/providers/gateway'
import type { LogEntry } from '../../../src/providers/http'
import { type PortOneV2Options, portOneV2, portOneV2Client } from '../../../src/providers/portone-v2'
import { type FakePortOneV2, type FakePortOneV2Options, fakePortOneV2 } from '../../../src/providers/portone-v2/fake'
import { sentIdOf } from '../../../src/providers/portone-v2/ids'
import { advancingClock, type ManualClock, settle, until } from '../advancing-clock'
import { attemptWith, refundWith } from '../records'

export { type ManualClock, settle, until }

export const API_SECRET = 'planted_api_secret_31337'
export const STORE_ID = 'store-00000000-0000-4000-8000-000000000001'
export const CHANNEL_KEY = 'channel-key-00000000-0000-4000-8000-000000000001'
/** The bytes of `synthetic-portone-v2-secret-0001`. */
export const WEBHOOK_SECRET = 'whsec_c3ludGhldGljLXBvcnRvbmUtdjItc2VjcmV0LTAwMDE='
export const START = Date.UTC(2026, 0, 5, 1, 0, 0)
export const MINUTE = 60_000
export const TIMEOUT_MS = 65_000

export const manualClock = (startedAt = START) => advancingClock(startedAt)

export const attemptOf = (changes: Partial<Attempt> = {}): Attempt =>
  attemptWith({
    gateway: 'portone-v2',
    ...changes,
  })

export const refundOf = (changes: Partial<Refund> = {}): Refund =>
  refundWith({
    ...changes,
  })

export const issueOf = (changes: Partial<BillingKeyIssue> = {}): BillingKeyIssue => ({
  id: 'bki_0000000000000000000001',
  buyerId: 'buyer-1',
  method: 'CARD',
  displayAmount: krw(0),
  ...changes,
})

export const chargeOf = (changes: Partial<BillingCharge> = {}): BillingCharge => ({
  id: 'chg_0000000000000000000001',
  billingKey: 'billing-key-1',
  buyerId: 'buyer-1',
  method: 'CARD',
  amount: krw(9_900),
  title: '월간 구독',
  status: 'PENDING',
  keyGeneration: 0,
  requestedAt: new Date(START),
  checks: 0,
  ...changes,
})

export const beginContext = {
  title: '녹차 세트 외 1건',
  successUrl: 'https://shop.example/return',
  failUrl: 'https://shop.example/fail',
  customer: null,
}

const noStore = new Proxy({}, { get: () => () => Promise.reject(new Error('a provider keeps nothing in the store')) })

export const wiringOf = (clock: Clock, logged: LogEntry[] = []): GatewayWiring => ({
  clock,
  ids: { next: (prefix) => `${prefix}_x` },
  store: noStore as GatewayWiring['store'], // Any use of it fails the test.
  log: (entry) => void logged.push(entry),
})

export const KEYS = {
  apiSecret: API_SECRET,
  storeId: STORE_ID,
  channelKey: CHANNEL_KEY,
  mode: 'test',
  webhookSecret: WEBHOOK_SECRET,
} as const

export const connect = (
  fetch: typeof globalThis.fetch,
  clock: Clock = manualClock(),
  logged: LogEntry[] = [],
  options: Partial<PortOneV2Options> = {},
): PaymentGateway => portOneV2({ ...KEYS, fetch, ...options }).connect(wiringOf(clock, logged))

export type Shop = {
  readonly clock: ManualClock
  readonly fake: FakePortOneV2
  readonly gateway: PaymentGateway
  readonly billing: NonNullable<PaymentGateway['billing']>
  readonly schedules: NonNullable<NonNullable<PaymentGateway['billing']>['schedules']>
  readonly client: ReturnType<typeof portOneV2Client>
  readonly logged: LogEntry[]
}

/** A gateway and a bare client with their fake, on one clock. */
export const shopOf = (options: FakePortOneV2Options = {}, more: Partial<PortOneV2Options> = {}): Shop => {
  const clock = manualClock()
  const logged: LogEntry[] = []
  const fake = fakePortOneV2({ ...KEYS, clock, ...options })
  const gateway = connect(fake.fetch, clock, logged, { mode: options.mode ?? 'test', ...more })
  const { billing } = gateway
  if (billing?.schedules === undefined) throw new Error('no billing keys')
  const client = portOneV2Client({ apiSecret: API_SECRET, storeId: STORE_ID, clock, fetch: fake.fetch })
  return { clock, fake, gateway, billing, schedules: billing.schedules, client, logged }
}

/** What PortOne is given for an id of ours. */
export const sentOf = (id: string) => sentIdOf(id)._unsafeUnwrap()

export const orderOf = (attempt: Attempt = attemptOf()) => ({
  paymentId: sentOf(attempt.id),
  totalAmount: attempt.amount.amountMinor,
  currency: attempt.amount.currency,
})

/** The attempt as it is once the engine has asked for the money. */
export const asked = (attempt: Attempt = attemptOf(), at = new Date(START)): Attempt => ({
  ...attempt,
  chargeRequestedAt: at,
})

/** Pays an attempt with the fake, all the way. */
export const paid = async ({ fake, gateway, clock }: Shop, changes: Partial<Attempt> = {}): Promise<Attempt> => {
  const attempt = attemptOf(changes)
  const returned = fake.buyer.pay(orderOf(attempt))
  const charge = (await gateway.confirm(asked(attempt, clock.now()), returned))._unsafeUnwrap()
  if (charge.status !== 'approved') throw new Error('not approved')
  const { providerRef, method } = charge
  return { ...asked(attempt), providerRef, status: 'APPROVED', capturedMinor: attempt.amount.amountMinor, method }
}

/** A key of the buyer's, issued in the window and accepted by the gateway. */
export const registered = async ({ fake, billing }: Shop): Promise<string> => {
  const issue = issueOf()
  const returned = fake.buyer.registerCard({ issueId: sentOf(issue.id), customerId: issue.buyerId })
  return (await billing.finishIssue(issue, returned))._unsafeUnwrap().billingKey
}

/** Answers every request with the same response, and remembers the requests. */
export const answering = (
  status: number,
  body: unknown,
): {
  readonly fetch: typeof globalThis.fetch
  readonly requests: {
    readonly method: string
    readonly url: string
    readonly body: string
    readonly headers: Headers
  }[]
} => {
  const requests: { method: string; url: string; body: string; headers: Headers }[] = []
  return {
    requests,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const { method, url, headers } = request
      requests.push({ method, url, headers, body: await request.text() })
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const type = typeof body === 'string' ? 'text/html' : 'application/json'
      return new Response(text, { status, headers: { 'content-type': type } })
    },
  }
}

/** A paid payment of the attempt above, as PortOne writes it. */
export const portOnePayment = (changes: Record<string, unknown> = {}) => ({
  status: 'PAID',
  id: sentOf(attemptOf().id),
  transactionId: 'tx-1',
  storeId: STORE_ID,
  channel: { type: 'TEST', key: CHANNEL_KEY },
  method: { type: 'PaymentMethodCard' },
  amount: { total: 33_000, taxFree: 0, discount: 0, paid: 33_000, cancelled: 0, cancelledTaxFree: 0 },
  currency: 'KRW',
  paidAt: '2026-01-05T01:00:03.123Z',
  ...changes,
})

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
  await clock.advance(TIMEOUT_MS)
  return answer
}

export type Unclear = { readonly fault: Fault; readonly code: GatewayError['code']; readonly executed: boolean }

/** Every way in which an answer is lost or cannot be read. */
export const UNCLEAR: readonly Unclear[] = [
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
  { fault: { kind: 'late_execution', afterMs: TIMEOUT_MS + MINUTE }, code: 'network', executed: false },
]

export { refundContext } from '../records'
