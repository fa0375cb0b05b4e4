import type { Attempt } from '../../../src/core/attempt'
import type { Clock } from '../../../src/core/clock'
import { krw } from '../../../src/core/money'
import type { Refund } from '../../../src/core/refund'
import type { BillingCharge, BillingKeyIssue } from '../../../src/providers/billing'
import type { FakeRequest } from '../../../src/providers/fake/faults'
import type { GatewayWiring, PaymentGateway, RefundContext, Returned } from '../../../src/providers/gateway'
import type { LogEntry } from '../../../src/providers/http'
import { type PaypleClient, type PaypleClientOptions, paypleClient } from '../../../src/providers/payple/client'
import { type FakePayple, type FakePaypleOptions, fakePayple } from '../../../src/providers/payple/fake'
import { type PaypleOptions, payple } from '../../../src/providers/payple/gateway'
import { advancingClock, type ManualClock, settle, until } from '../advancing-clock'
import { attemptWith, refundWith } from '../records'

export { type ManualClock, settle, until }

/** 10:00 in Korea. */
export const START = Date.UTC(2026, 2, 1, 1, 0, 0)
export const TIMEOUT_MS = 30_000

export const KEYS = {
  mode: 'test',
  cstId: 'planted-cst-id-31337',
  custKey: 'planted-cust-key-31337',
  clientKey: 'test_public_4711',
  refundKey: 'planted-refund-key-31337',
  referer: 'https://shop.example',
} as const

export const manualClock = (startedAt = START) => advancingClock(startedAt)

export const attemptOf = (changes: Partial<Attempt> = {}): Attempt =>
  attemptWith({
    id: 'att_000000000000000000000001',
    orderId: 'ord_000000000000000000000001',
    gateway: 'payple',
    amount: krw(12_900),
    createdAt: new Date(START),
    openedAt: new Date(START),
    ...changes,
  })

export const refundOf = (changes: Partial<Refund> = {}): Refund =>
  refundWith({
    id: 'rfd_000000000000000000000001',
    orderId: 'ord_000000000000000000000001',
    attemptId: 'att_000000000000000000000001',
    amount: krw(12_900),
    requestedAt: new Date(START),
    sentAt: new Date(START),
    ...changes,
  })

export const refundContext = (attempt: Attempt, changes: Partial<RefundContext> = {}): RefundContext => ({
  attempt,
  refundable: { ...attempt.amount, amountMinor: attempt.capturedMinor - attempt.refundedMinor },
  refundAccount: null,
  ...changes,
})

export const chargeOf = (changes: Partial<BillingCharge> = {}): BillingCharge => ({
  id: 'chg_000000000000000000000001',
  billingKey: 'billing-key-1-of-1001',
  buyerId: '1001',
  method: 'CARD',
  amount: krw(9_900),
  title: '정기 구독 3월',
  status: 'PENDING',
  keyGeneration: 0,
  requestedAt: new Date(START),
  checks: 0,
  ...changes,
})

export const issueOf = (changes: Partial<BillingKeyIssue> = {}): BillingKeyIssue => ({
  id: 'bki_000000000000000000000001',
  buyerId: '1001',
  method: 'CARD',
  displayAmount: krw(0),
  ...changes,
})

export const beginContext = {
  title: '녹차 세트 외 1건',
  successUrl: 'https://shop.example/payple/result',
  failUrl: null,
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
  options: Partial<PaypleOptions> = {},
): PaymentGateway => payple({ ...KEYS, fetch, ...options }).connect(wiringOf(clock, logged))

export type Sent = FakeRequest & { readonly body: Record<string, unknown> }

export type Shop = {
  readonly clock: ManualClock
  readonly fake: FakePayple
  readonly gateway: PaymentGateway
  readonly client: PaypleClient
  readonly logged: LogEntry[]
  /** Every request that reached the fake. */
  readonly sent: Sent[]
  readonly sentTo: (operation: string) => readonly Sent[]
}

/** A gateway and a client with their fake, on one clock. */
export const shopOf = (
  fakeOptions: FakePaypleOptions = {},
  options: Partial<PaypleOptions> & Partial<PaypleClientOptions> = {},
  clock = manualClock(),
): Shop => {
  const logged: LogEntry[] = []
  const sent: Sent[] = []
  const fake = fakePayple({
    ...KEYS,
    clock,
    ...fakeOptions,
    onRequest: (request) => {
      sent.push(request as Sent) // Every body here is an object.
      return fakeOptions.onRequest?.(request)
    },
  })
  const { clientKey: _, ...forClient } = { ...KEYS, ...options }
  return {
    clock,
    fake,
    gateway: connect(fake.fetch, clock, logged, options),
    client: paypleClient({ ...forClient, fetch: fake.fetch, clock, log: (entry) => void logged.push(entry) }),
    logged,
    sent,
    sentTo: (operation) => sent.filter((request) => request.operation === operation),
  }
}

/** The attempt as it is after `readReturn` was accepted. */
export const accepted = (attempt: Attempt, at = new Date(START)): Attempt => ({
  ...attempt,
  providerRef: attempt.id,
  chargeRequestedAt: at,
})

/** A buyer authenticates: the attempt that may be confirmed, and the form of the return. */
export const authorized = (
  { fake, clock }: Shop,
  changes: Partial<Attempt> = {},
  order: { readonly discount?: number; readonly outcome?: string } = {},
): { readonly attempt: Attempt; readonly returned: Returned } => {
  const attempt = attemptOf(changes)
  const payType = attempt.method === 'TRANSFER' ? 'transfer' : 'card'
  const { amountMinor: amount } = attempt.amount
  const returned = fake.buyer.authorize({ orderId: attempt.id, amount, payType, ...order })
  return { attempt: accepted(attempt, clock.now()), returned }
}

/** Pays an attempt with the fake, all the way. */
export const paid = async (shop: Shop, changes: Partial<Attempt> = {}): Promise<Attempt> => {
  const { attempt, returned } = authorized(shop, changes)
  const charge = (await shop.gateway.confirm(attempt, returned))._unsafeUnwrap()
  if (charge.status !== 'approved') throw new Error('not approved')
  const { amountMinor } = charge.captured
  return { ...attempt, status: 'APPROVED', capturedMinor: amountMinor, approvedAt: charge.approvedAt }
}

/** Answers every operation with the same response, after an authentication that works; remembers the requests. */
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
      const isAuth = request.url.endsWith('/php/auth.php')
      const answer = isAuth ? authAnswer() : body
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
      const type = typeof answer === 'string' ? 'text/html' : 'application/json'
      return new Response(text, { status: isAuth ? 200 : status, headers: { 'content-type': type } })
    },
  }
}

export const authAnswer = (changes: Record<string, unknown> = {}) => ({
  result: 'success',
  result_msg: '사용자 인증 완료!!',
  cst_id: 'encoded-id',
  custKey: 'encoded-key',
  AuthKey: 'auth-key-of-a-session',
  PCD_PAY_HOST: 'https://democpay.payple.kr',
  PCD_PAY_URL: '/php/some/Act.php?ACT_=PAYM',
  return_url: 'https://democpay.payple.kr/php/some/Act.php?ACT_=PAYM',
  ...changes,
})

/** An approved payment of the attempt above, as Payple writes it. */
export const payplePayment = (changes: Record<string, unknown> = {}) => ({
  PCD_PAY_RST: 'success',
  PCD_PAY_CODE: 'PCCF0000',
  PCD_PAY_OID: attemptOf().id,
  PCD_PAY_TYPE: 'card',
  PCD_PAYER_ID: '',
  PCD_PAY_TOTAL: '12900',
  PCD_PAY_TIME: '20260301101530',
  PCD_PAY_CARDTRADENUM: '202603011015300000000001',
  ...changes,
})

/** What a browser brings back after an authentication, without a fake. */
export const returnedForm = (changes: Record<string, string> = {}): Returned => ({
  PCD_PAY_RST: 'success',
  PCD_PAY_CODE: '0000',
  PCD_PAY_WORK: 'CERT',
  PCD_AUTH_KEY: 'planted-auth-key-31337',
  PCD_PAY_REQKEY: 'planted-req-key-31337',
  PCD_PAY_COFURL: 'https://demo-api-v2.payple.kr/api/v1/payments/cards/approval/confirm',
  PCD_PAYER_ID: '',
  PCD_PAY_OID: attemptOf().id,
  PCD_PAY_TOTAL: '12900',
  ...changes,
})
