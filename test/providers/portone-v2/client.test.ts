import { inspect } from 'node:util'
import type { Result } from 'neverthrow'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { GatewayError } from '../../../src/providers/gateway'
import {
  type PaymentId,
  type PortOneV2Client,
  paymentIdOf,
  portOneV2Client,
  type ScheduleId,
  scheduleIdOf,
} from '../../../src/providers/portone-v2'
import { API_SECRET, answering, manualClock, portOnePayment, STORE_ID, settle, until } from './support'

const clientOf = (fetch: typeof globalThis.fetch, storeId: string | undefined = STORE_ID): PortOneV2Client =>
  portOneV2Client({ apiSecret: API_SECRET, storeId, clock: manualClock(), fetch })

const id = paymentIdOf('att_1')
const schedule = scheduleIdOf('schedule-1')
const key = 'att_1-charge-0000'
const window = { from: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' }
const inQuery = (value: unknown) => `requestBody=${encodeURIComponent(JSON.stringify(value))}`
const store = `storeId=${STORE_ID}`

const cancellation = { status: 'SUCCEEDED', id: 'cancel-1', totalAmount: 3_000, reason: '[rfd_1] x' }
const scheduleBody = {
  status: 'SCHEDULED',
  id: 'schedule-1',
  paymentId: 'att_1',
  totalAmount: 9_900,
  currency: 'KRW',
  timeToPay: '2026-02-01T00:00:00Z',
}
const keyBody = {
  status: 'ISSUED',
  billingKey: 'billing-key-1',
  storeId: STORE_ID,
  channels: [],
  customer: { id: 'b' },
}
const charge = { billingKey: 'billing-key-1', orderName: '구독', amount: { total: 9_900 }, currency: 'KRW' }
const receipt = {
  paymentId: 'att_1',
  channelKey: 'channel-key-1',
  type: 'PERSONAL',
  orderName: '구독',
  currency: 'KRW',
  amount: { total: 9_900 },
  customer: { identityNumber: '01000000000' },
} as const

type Endpoint = {
  readonly name: string
  readonly call: (client: PortOneV2Client) => unknown
  readonly wire: string
  readonly body?: unknown
  readonly answer: unknown
}

/** Every endpoint answers with a Result; what is in it differs. */
const ask = async ({ call }: Endpoint, fetch: typeof globalThis.fetch): Promise<Result<unknown, GatewayError>> =>
  (await call(clientOf(fetch))) as Result<unknown, GatewayError>

const READS: readonly Endpoint[] = [
  {
    name: 'getPayment',
    call: (client) => client.getPayment(id),
    wire: `GET /payments/att_1?${store}`,
    answer: portOnePayment(),
  },
  {
    name: 'listPayments',
    call: (client) => client.listPayments({ filter: { ...window, status: ['PENDING'] } }),
    wire: `GET /payments?${inQuery({ filter: { storeId: STORE_ID, ...window, status: ['PENDING'] } })}`,
    answer: { items: [portOnePayment()], page: { number: 0, size: 10, totalCount: 1 } },
  },
  {
    name: 'getSchedule',
    call: (client) => client.getSchedule(schedule),
    wire: `GET /payment-schedules/schedule-1?${store}`,
    answer: scheduleBody,
  },
  {
    name: 'listSchedules',
    call: (client) =>
      client.listSchedules({ page: { number: 0, size: 50 }, filter: { ...window, billingKey: 'billing-key-1' } }),
    wire: `GET /payment-schedules?${inQuery({
      page: { number: 0, size: 50 },
      filter: { storeId: STORE_ID, ...window, billingKey: 'billing-key-1' },
    })}`,
    answer: { items: [scheduleBody], page: { number: 0, size: 50, totalCount: 1 } },
  },
  {
    name: 'getBillingKey',
    call: (client) => client.getBillingKey('billing-key-1'),
    wire: `GET /billing-keys/billing-key-1?${store}`,
    answer: keyBody,
  },
  {
    name: 'listBillingKeys',
    call: (client) => client.listBillingKeys({ filter: { ...window, customerId: 'buyer-1' } }),
    wire: `GET /billing-keys?${inQuery({ filter: { storeId: STORE_ID, ...window, customerId: 'buyer-1' } })}`,
    answer: { items: [keyBody], page: { number: 0, size: 10, totalCount: 1 } },
  },
  {
    name: 'getCashReceipt',
    call: (client) => client.getCashReceipt(id),
    wire: `GET /payments/att_1/cash-receipt?${store}`,
    answer: {
      status: 'ISSUED',
      issueNumber: '1',
      totalAmount: 9_900,
      currency: 'KRW',
      issuedAt: '2026-01-01T00:00:00Z',
    },
  },
]

const WRITES: readonly Endpoint[] = [
  {
    name: 'preRegister',
    call: (client) => client.preRegister(id, { totalAmount: 33_000, currency: 'KRW' }, key),
    wire: 'POST /payments/att_1/pre-register',
    body: { storeId: STORE_ID, totalAmount: 33_000, currency: 'KRW' },
    answer: {},
  },
  {
    name: 'chargeBillingKey',
    call: (client) => client.chargeBillingKey(id, charge, key),
    wire: 'POST /payments/att_1/billing-key',
    body: { storeId: STORE_ID, ...charge },
    answer: { payment: { pgTxId: 'PG1', paidAt: '2026-01-01T00:00:01.123Z' } },
  },
  {
    name: 'confirmPayment',
    call: (client) =>
      client.confirmPayment(id, { paymentToken: 't', currency: 'KRW', totalAmount: 33_000, isTest: false }, key),
    wire: 'POST /payments/att_1/confirm',
    body: { storeId: STORE_ID, paymentToken: 't', currency: 'KRW', totalAmount: 33_000, isTest: false },
    answer: { pgTxId: 'PG1', paidAt: '2026-01-01T00:00:01Z' },
  },
  {
    name: 'cancelPayment',
    call: (client) =>
      client.cancelPayment(id, { reason: '[rfd_1] x', amount: 3_000, currentCancellableAmount: 9_900 }, key),
    wire: 'POST /payments/att_1/cancel',
    body: { storeId: STORE_ID, reason: '[rfd_1] x', amount: 3_000, currentCancellableAmount: 9_900 },
    answer: { cancellation },
  },
  {
    name: 'closeVirtualAccount',
    call: (client) => client.closeVirtualAccount(id, key),
    wire: `POST /payments/att_1/virtual-account/close?${store}`,
    answer: { closedAt: '2026-01-01T00:00:00Z' },
  },
  {
    name: 'schedulePayment',
    call: (client) => client.schedulePayment(id, { payment: charge, timeToPay: '2026-02-01T00:00:00.000Z' }, key),
    wire: 'POST /payments/att_1/schedule',
    body: { payment: { storeId: STORE_ID, ...charge }, timeToPay: '2026-02-01T00:00:00.000Z' },
    answer: { schedule: { id: 'schedule-1' } },
  },
  {
    name: 'revokeSchedules',
    call: (client) => client.revokeSchedules({ scheduleIds: [schedule] }, key),
    wire: `DELETE /payment-schedules?${inQuery({ storeId: STORE_ID, scheduleIds: ['schedule-1'] })}`,
    answer: { revokedScheduleIds: ['schedule-1'], revokedAt: '2026-01-15T03:00:00Z' },
  },
  {
    name: 'confirmBillingKey',
    call: (client) => client.confirmBillingKey({ billingIssueToken: 't', isTest: false }, key),
    wire: 'POST /billing-keys/confirm',
    body: { storeId: STORE_ID, billingIssueToken: 't', isTest: false },
    answer: { billingKey: 'billing-key-1' },
  },
  {
    name: 'deleteBillingKey',
    call: (client) => client.deleteBillingKey('billing-key-1', { reason: 'by wish', requester: 'CUSTOMER' }, key),
    wire: `DELETE /billing-keys/billing-key-1?${store}&reason=by%20wish&requester=CUSTOMER`,
    answer: { deletedAt: '2026-01-01T00:00:00Z' },
  },
  {
    name: 'resendWebhook',
    call: (client) => client.resendWebhook(id, { webhookId: 'msg_1' }, key),
    wire: 'POST /payments/att_1/resend-webhook',
    body: { storeId: STORE_ID, webhookId: 'msg_1' },
    answer: { webhook: { id: 'msg_1', url: 'https://shop.example', status: 'SUCCEEDED' } },
  },
  {
    name: 'issueCashReceipt',
    call: (client) => client.issueCashReceipt(receipt, key),
    wire: 'POST /cash-receipts',
    body: { storeId: STORE_ID, ...receipt },
    answer: { cashReceipt: { issueNumber: '1', url: 'https://receipt.example', pgReceiptId: 'r1' } },
  },
  {
    name: 'cancelCashReceipt',
    call: (client) => client.cancelCashReceipt(id, key),
    wire: `POST /payments/att_1/cash-receipt/cancel?${store}`,
    answer: { cancelledAmount: 9_900, cancelledAt: '2026-01-01T00:00:00Z' },
  },
]

const ENDPOINTS = [...READS, ...WRITES]

test('every function of the client is here', () => {
  const { fetch } = answering(200, {})
  expect(Object.keys(clientOf(fetch)).sort()).toEqual(ENDPOINTS.map(({ name }) => name).sort())
})

describe('on the wire', () => {
  test.each(ENDPOINTS)('$name', async (endpoint) => {
    const { wire, body, answer } = endpoint
    const { fetch, requests } = answering(200, answer)
    expect((await ask(endpoint, fetch)).isOk()).toBe(true)
    expect(requests).toHaveLength(1)
    const [sent] = requests
    const url = new URL(sent?.url ?? '')
    expect(`${sent?.method} ${sent?.url.slice(url.origin.length)}`).toBe(wire)
    expect(url.origin).toBe('https://api.portone.io')
    expect(sent?.body === '' ? undefined : JSON.parse(sent?.body ?? '')).toEqual(body)
    expect(sent?.headers.get('authorization')).toBe(`PortOne ${API_SECRET}`)
    expect(sent?.headers.get('content-type')).toBe(body === undefined ? null : 'application/json')
  })

  test.each(WRITES)('$name carries its idempotency key in quotes', async (endpoint) => {
    const { fetch, requests } = answering(200, endpoint.answer)
    await ask(endpoint, fetch)
    expect(requests[0]?.headers.get('idempotency-key')).toBe(`"${key}"`)
  })

  test.each(READS)('$name carries none', async (endpoint) => {
    const { fetch, requests } = answering(200, endpoint.answer)
    await ask(endpoint, fetch)
    expect(requests[0]?.headers.has('idempotency-key')).toBe(false)
  })

  test('without a store of its own it names none', async () => {
    const { fetch, requests } = answering(200, portOnePayment())
    const client = portOneV2Client({ apiSecret: API_SECRET, clock: manualClock(), fetch })
    await client.getPayment(id)
    await client.preRegister(id, { totalAmount: 1, currency: 'KRW' }, key)
    expect(requests[0]?.url).toBe('https://api.portone.io/payments/att_1')
    expect(JSON.parse(requests[1]?.body ?? '')).toEqual({ totalAmount: 1, currency: 'KRW' })
  })

  test('ids are escaped, and one that would reach another endpoint is not sent', async () => {
    const { fetch, requests } = answering(200, portOnePayment())
    await clientOf(fetch).getPayment(paymentIdOf('a/b?c'))
    expect(requests[0]?.url).toContain('/payments/a%2Fb%3Fc?')
    for (const bad of ['', '.', '..']) {
      expect((await clientOf(fetch).getPayment(paymentIdOf(bad)))._unsafeUnwrapErr().code).toBe('invalid_request')
    }
    expect(requests).toHaveLength(1)
  })

  test.each(['', 'fifteen_letters', 'x'.repeat(257), 'with "quotes" in it', 'with\\a backslash!', 'mit Umlaut: ä ä ä'])(
    'the idempotency key %j is refused before anything is sent',
    async (bad) => {
      const { fetch, requests } = answering(200, {})
      const refused = await clientOf(fetch).preRegister(id, { totalAmount: 1, currency: 'KRW' }, bad)
      expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
      expect(requests).toEqual([])
    },
  )

  test('a time-out and a signal of one call count for that call', async () => {
    const clock = manualClock()
    const never: typeof globalThis.fetch = () => new Promise(() => undefined)
    const client = portOneV2Client({ apiSecret: API_SECRET, clock, fetch: never })
    const controller = new AbortController()
    const ended: string[] = []
    void client.getPayment(id, { timeoutMs: 70_000 }).mapErr(({ code }) => ended.push(code))
    void client.getPayment(id).mapErr(({ code }) => ended.push(code))
    const third = Promise.resolve(client.getPayment(id, { signal: controller.signal }))
    await settle(50)
    controller.abort()
    expect((await third)._unsafeUnwrapErr()).toMatchObject({ code: 'network', outcome: 'unknown' })
    await clock.advance(65_000)
    expect(ended).toEqual(['timeout'])
    await clock.advance(5_000)
    await until(() => ended.length === 2)
  })
})

describe('what cannot be understood', () => {
  test.each(ENDPOINTS)('$name: a refusal is sent once and read once', async (endpoint) => {
    const { fetch, requests } = answering(401, { type: 'UNAUTHORIZED', message: 'x' })
    const refused = await ask(endpoint, fetch)
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'config_error', providerCode: 'UNAUTHORIZED' })
    expect(requests).toHaveLength(1)
  })

  // An empty object is all that a registered amount is answered with.
  test.each(ENDPOINTS.filter(({ name }) => name !== 'preRegister'))('$name: another shape', async (endpoint) => {
    for (const body of [{ unexpected: [1] }, [], null, 'text']) {
      const { fetch, requests } = answering(200, body)
      const result = await ask(endpoint, fetch)
      expect(result._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
      expect(requests).toHaveLength(1)
    }
  })

  test.each(ENDPOINTS)('$name: a 502 with a page is not repeated, whatever the method', async (endpoint) => {
    const { fetch, requests } = answering(502, '<h1>502</h1>')
    const result = await ask(endpoint, fetch)
    expect(result._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect(requests).toHaveLength(1)
  })

  test('amounts in quotes, missing fields and new values are read', async () => {
    const odd = portOnePayment({
      amount: { total: '33000' },
      status: 'SOMETHING_NEW',
      method: null,
      channel: { type: 'SANDBOX' },
      paidAt: null,
      storeId: undefined,
    })
    const read = (await clientOf(answering(200, odd).fetch).getPayment(id))._unsafeUnwrap()
    expect(read).toMatchObject({ status: 'SOMETHING_NEW', amount: { total: 33_000 }, paidAt: null })
    expect(read.channel?.type).toBe('SANDBOX')
  })
})

test('the two ids of a scheduled charge do not fit into each other’s place', () => {
  const client = clientOf(answering(200, {}).fetch)
  expectTypeOf(client.getPayment).parameter(0).toEqualTypeOf<PaymentId>()
  expectTypeOf(client.getSchedule).parameter(0).toEqualTypeOf<ScheduleId>()
  // @ts-expect-error: a payment is no schedule.
  void client.getSchedule(id)
  // @ts-expect-error: nor the other way round.
  void client.getPayment(schedule)
  // @ts-expect-error: a text is neither before somebody says which.
  void client.revokeSchedules({ scheduleIds: ['schedule-1'] }, key)
})

test('the client shows no secret, and refuses options that cannot work without their values', () => {
  const client = clientOf(answering(200, {}).fetch)
  expect(inspect(client, { showHidden: true, depth: 5 })).not.toContain(API_SECRET)
  expect(() => portOneV2Client({ apiSecret: ' ' })).toThrow('apiSecret')
  expect(() => portOneV2Client({ apiSecret: 'planted\n31337' })).toThrow(
    expect.objectContaining({ code: 'config_error' }),
  )
  expect(() => portOneV2Client({ apiSecret: 'planted\n31337' })).not.toThrow('31337')
  expect(() => portOneV2Client({ apiSecret: 'a', storeId: 'shop' })).toThrow('storeId')
  expect(() => portOneV2Client({ apiSecret: 'a', baseUrl: 'portone' })).toThrow('baseUrl')
  expect(() => portOneV2Client({ apiSecret: 'a', timeoutMs: 59_999 })).toThrow('timeoutMs')
  expect(() => portOneV2Client({ apiSecret: 'a', timeoutMs: 60_000 })).not.toThrow()
})
