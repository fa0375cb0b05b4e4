import type { Attempt } from '../../../src/core/attempt'
import type { Clock } from '../../../src/core/clock'
import type { Refund } from '../../../src/core/refund'
import type { GatewayWiring, PaymentGateway } from '../../../src/providers/gateway'
import type { LogEntry } from '../../../src/providers/http'
import { type FakeToss, type FakeTossOptions, fakeToss } from '../../../src/providers/toss/fake'
import { type TossOptions, toss } from '../../../src/providers/toss/gateway'
import { advancingClock, type ManualClock, settle, until } from '../advancing-clock'
import { attemptWith, refundWith } from '../records'

export { type ManualClock, settle, until }

export const SECRET_KEY = 'test_sk_planted-secret-31337'
export const CLIENT_KEY = 'test_ck_public-4711'
export const SECURITY_KEY = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'
export const START = Date.UTC(2026, 0, 5, 1, 0, 0)

export const manualClock = (startedAt = START) => advancingClock(startedAt)

export const attemptOf = (changes: Partial<Attempt> = {}): Attempt => attemptWith({ gateway: 'toss', ...changes })

export const refundOf = (changes: Partial<Refund> = {}): Refund =>
  refundWith({
    ...changes,
  })

export const beginContext = {
  title: '녹차 세트 외 1건',
  successUrl: 'https://shop.example/success',
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

export const connect = (
  fetch: typeof globalThis.fetch,
  clock: Clock = manualClock(),
  logged: LogEntry[] = [],
  options: Partial<TossOptions> = {},
): PaymentGateway =>
  toss({ secretKey: SECRET_KEY, clientKey: CLIENT_KEY, securityKey: SECURITY_KEY, fetch, ...options }).connect(
    wiringOf(clock, logged),
  )

export type Shop = {
  readonly clock: ManualClock
  readonly fake: FakeToss
  readonly gateway: PaymentGateway
  readonly logged: LogEntry[]
}

/** A gateway with its fake, on one clock. */
export const shopOf = (options: FakeTossOptions = {}): Shop => {
  const clock = manualClock()
  const logged: LogEntry[] = []
  const fake = fakeToss({ secretKey: SECRET_KEY, clientKey: CLIENT_KEY, securityKey: SECURITY_KEY, clock, ...options })
  return { clock, fake, gateway: connect(fake.fetch, clock, logged), logged }
}

/** The attempt as it is after `readReturn` was accepted. */
export const accepted = (attempt: Attempt, paymentKey: string, at = new Date(START)): Attempt => ({
  ...attempt,
  providerRef: paymentKey,
  chargeRequestedAt: at,
})

/** Pays an attempt with the fake, all the way. */
export const paid = async ({ fake, gateway, clock }: Shop, changes: Partial<Attempt> = {}): Promise<Attempt> => {
  const attempt = attemptOf(changes)
  const { amountMinor, currency } = attempt.amount
  const amount = currency === 'USD' ? amountMinor / 100 : amountMinor
  const method = attempt.method === 'FOREIGN_EASY_PAY' ? 'FOREIGN_EASY_PAY' : 'CARD'
  const returned = fake.buyer.authorize({ orderId: attempt.id, amount, currency, method })
  const asked = accepted(attempt, returned.paymentKey, clock.now())
  const charge = (await gateway.confirm(asked, returned))._unsafeUnwrap()
  if (charge.status !== 'approved') throw new Error('not approved')
  return { ...asked, status: 'APPROVED', capturedMinor: amountMinor, method: charge.method }
}

/** Answers every request with the same response, and remembers the requests. */
export const answering = (
  status: number,
  body: unknown,
): {
  readonly fetch: typeof globalThis.fetch
  readonly requests: { readonly url: string; readonly body: string }[]
} => {
  const requests: { url: string; body: string }[] = []
  return {
    requests,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      requests.push({ url: request.url, body: await request.text() })
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const type = typeof body === 'string' ? 'text/html' : 'application/json'
      return new Response(text, { status, headers: { 'content-type': type } })
    },
  }
}

/** A paid payment of the attempt above, as Toss writes it. */
export const tossPayment = (changes: Record<string, unknown> = {}) => ({
  paymentKey: 'pk_1',
  orderId: attemptOf().id,
  status: 'DONE',
  method: '카드',
  currency: 'KRW',
  totalAmount: 33_000,
  approvedAt: '2026-01-05T10:01:03+09:00',
  ...changes,
})

export { refundContext } from '../records'
