import { createPayments } from 'holdfast'
import { createHandler } from 'holdfast/http'
import { toss } from 'holdfast/toss'
import { describe, expect, test } from 'vitest'
import { hmacSha256 } from '../../src/providers/signature'
import { tossNet, world } from '../flows/world'
import { ORIGIN, site } from './site'

/** The provider's side: sends everything that is due to the shop, as it is, and gives the answers. */
const deliver = async ({ w, handler }: Pick<ReturnType<typeof site>, 'w' | 'handler'>) => {
  const answers: { readonly status: number; readonly body: unknown }[] = []
  await w.fake.webhooks.deliverDue(async ({ headers, rawBody }) => {
    const request = new Request(`${ORIGIN}/payments/webhooks/toss`, { method: 'POST', headers, body: rawBody })
    const response = await handler(request)
    answers.push({ status: response.status, body: await response.json() })
    return response.status
  })
  return answers
}

describe('POST /webhooks/:gateway', () => {
  test('E-28 C-07: the webhook comes before the browser: it needs no session, and the browser’s confirm still succeeds', async () => {
    const s = site()
    const { orderId, attemptId, returned, confirmPath } = await s.toTheReturn()
    // The charge goes through and its answer is lost: all we hear at first is the webhook.
    s.w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    expect((await s.buyer.post(confirmPath, { returned })).status).toBe(503)
    expect(await deliver(s)).toMatchObject([{ status: 200, body: { status: 'handled' } }])
    expect((await s.buyer.get(`/orders/${orderId}`)).body['order']).toMatchObject({
      status: 'CONFIRMED',
      paidAttemptId: attemptId,
    })
    expect(await s.buyer.post(confirmPath, { returned })).toMatchObject({
      status: 200,
      body: { order: { status: 'CONFIRMED' }, payment: { result: 'confirmed' } },
    })
    expect(s.w.fake.book()).toHaveLength(1)
  })

  test('C-10: the buyer closes the tab; the webhook alone confirms', async () => {
    const s = site()
    const { orderId, attemptId, returned, confirmPath } = await s.toTheReturn()
    s.w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    void (await s.buyer.post(confirmPath, { returned }))
    await deliver(s)
    const { body } = await s.buyer.get(`/orders/${orderId}/details`)
    expect(body['order']).toMatchObject({ status: 'CONFIRMED', paidAttemptId: attemptId })
    const confirmed = body['events'].find(({ type }: { type: string }) => type === 'order.confirmed')
    expect(confirmed).toMatchObject({ cause: 'webhook', by: 'provider' })
  })

  test('the same notice again is 200 and changes nothing', async () => {
    const s = site()
    const { returned, confirmPath } = await s.toTheReturn()
    s.w.fake.webhooks.duplicateNext(2)
    await s.buyer.post(confirmPath, { returned })
    const answers = await deliver(s)
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(answers.map(({ body }) => body)).toMatchObject([
      { status: 'handled' },
      { status: 'duplicate' },
      { status: 'duplicate' },
    ])
    expect(tossNet(s.w)).toBe(100_000)
  })

  test('E-30: an event of a kind nobody knows is taken in and ignored', async () => {
    const { send, w } = site()
    const body = JSON.stringify({ eventType: 'SOMETHING_NEW', createdAt: '2026-01-05T00:00:00.000000', data: {} })
    expect(await send('POST', '/webhooks/toss', { body })).toMatchObject({ status: 200, body: { status: 'ignored' } })
    expect(await w.rows('inbox', 'byStatus', { status: 'IGNORED' })).toHaveLength(1)
  })

  test.each([
    ['an unreadable body', 'toss', '{', {}, 400, 'UNREADABLE_BODY'],
    ['an empty body', 'toss', '', {}, 400, 'UNREADABLE_BODY'],
    ['no signature', 'mock', '{}', {}, 400, 'SIGNATURE_INVALID'],
    ['a wrong signature', 'mock', '{}', { 'x-mock-signature': 'aa'.repeat(32) }, 400, 'SIGNATURE_INVALID'],
    ['a gateway nobody configured', 'paypal', '{}', {}, 404, 'NOT_FOUND'],
    ['a name every object has', 'constructor', '{}', {}, 404, 'NOT_FOUND'],
  ])('%s is refused', async (_what, gateway, body, headers, status, errorCode) => {
    const { send } = site()
    expect(await send('POST', `/webhooks/${gateway}`, { body, headers })).toMatchObject({ status, body: { errorCode } })
  })

  test('what cannot be handled now is 503, so that the provider delivers it again', async () => {
    const s = site()
    const { returned, confirmPath } = await s.toTheReturn()
    await s.buyer.post(confirmPath, { returned })
    s.w.fake.faults.next({ kind: 'unreachable' }, { operation: 'getPayment' })
    expect(await deliver(s)).toMatchObject([{ status: 503, body: { errorCode: 'SERVICE_UNAVAILABLE' } }])
    s.w.clock.advance(60_000)
    expect(await deliver(s)).toMatchObject([{ status: 200, body: { status: 'handled' } }])
  })

  test('a signed notice that nobody has a key for is 503 and named', async () => {
    const w = world()
    const { securityKey: _unused, ...keys } = w.fake.keys
    const payments = createPayments({
      store: w.store,
      gateways: { toss: toss({ ...keys, fetch: w.fake.fetch }) },
      clock: w.clock,
    })
    const handler = createHandler(payments, { actor: () => null, clock: w.clock })
    w.fake.dashboard.payout('payout-1', 'COMPLETED')
    expect(await deliver({ w, handler })).toMatchObject([
      { status: 503, body: { errorCode: 'WEBHOOK_SECURITY_NOT_CONFIGURED' } },
    ])
  })

  test('the bytes reach the gateway as they came: a signature over odd spacing and UTF-8 holds', async () => {
    const { send } = site()
    const rawBody = ' {"type" : "mock.payment",\n "id":"n-1", "attemptId":"att_é", "providerRef":null}\n'
    const signature = hmacSha256('mock-secret', [rawBody], 'hex')
    const answer = await send('POST', '/webhooks/mock', { body: rawBody, headers: { 'x-mock-signature': signature } })
    expect(answer.status).toBe(200)
    const printed = JSON.stringify(JSON.parse(rawBody))
    const anew = await send('POST', '/webhooks/mock', { body: printed, headers: { 'x-mock-signature': signature } })
    expect(anew).toMatchObject({ status: 400, body: { errorCode: 'SIGNATURE_INVALID' } })
  })

  test('1 MiB is read, one byte more is 413', async () => {
    const { send } = site()
    const body = (bytes: number) => `{"eventType":"SOMETHING_NEW","data":{},"pad":"${'x'.repeat(bytes)}"}`
    const frame = body(0).length
    expect((await send('POST', '/webhooks/toss', { body: body(1024 * 1024 - frame + 1) })).status).toBe(413)
    expect((await send('POST', '/webhooks/toss', { body: body(1024 * 1024 - frame) })).status).not.toBe(413)
  })
})
