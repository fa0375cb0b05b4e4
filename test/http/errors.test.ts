import { createPayments } from 'holdfast'
import { createHandler } from 'holdfast/http'
import { memoryStore } from 'holdfast/storage/memory'
import { describe, expect, test } from 'vitest'
import { envelopeOf } from '../../src/http/envelope'
import { type AnyError, ERROR_TABLE } from '../../src/http/error-table'
import { PRICE, world } from '../flows/world'
import { ORIGIN, site } from './site'

const CONTEXT = { correlationId: 'req_1', serverNow: new Date(0) }

describe('the error envelope', () => {
  test('E-75 S3-82: a bad argument is 400 BAD_REQUEST and names the field', async () => {
    const { buyer } = site()
    const { body: held } = await buyer.post('/orders', { seats: ['A-1'] })
    const { status, body, headers } = await buyer.post(`/orders/${held['order'].id}/payments`, { gateway: 7 })
    expect(status).toBe(400)
    expect(body).toEqual({
      status: 400,
      errorCode: 'BAD_REQUEST',
      message: 'A field is missing or not valid.',
      correlationId: headers.get('x-correlation-id'),
      retryable: false,
      details: { outcome: 'not_executed', field: 'gateway', problem: expect.stringContaining('string') },
      serverNow: '2026-01-05T00:00:00.000Z',
    })
  })

  test('E-76 S2-01: without a session every route but the webhook is 401', async () => {
    const { as, w } = site()
    const nobody = as(null)
    const id = '/orders/ord_1'
    const answers = [
      await nobody.post('/orders', { seats: ['A-1'] }),
      await nobody.get('/orders'),
      await nobody.get(id),
      await nobody.get(`${id}/details`),
      await nobody.get(`${id}/watch`),
      await nobody.get(`${id}/refund-quote`),
      await nobody.post(`${id}/payments`),
      await nobody.post(`${id}/payments/att_1/confirm`),
      await nobody.post(`${id}/payments/att_1/abandon`),
      await nobody.post(`${id}/cancel`),
      await nobody.post(`${id}/refunds`),
    ]
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 401, body: { errorCode: 'UNAUTHENTICATED' } })
    }
    expect(await w.rows('events', 'byOrder', { orderId: 'ord_1' })).toEqual([])
  })

  test('E-77: too little money is a 409 that says "Insufficient"', async () => {
    const { buyer } = site()
    const { body: held } = await buyer.post('/orders', { seats: ['A-1', 'A-2', 'A-3'] })
    const path = `/orders/${held['order'].id}/payments`
    const { body: started } = await buyer.post(path, { gateway: 'wallet' })
    expect(await buyer.post(`${path}/${started['payment'].attemptId}/confirm`)).toMatchObject({
      status: 409,
      body: { errorCode: 'INSUFFICIENT_FUNDS', message: 'Insufficient balance. Nothing was charged.' },
    })
  })

  test.each([
    ['not JSON', '{'],
    ['an array', '[]'],
    ['null', 'null'],
    ['text', '"text"'],
    ['nothing', ''],
    ['not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
  ])('E-78 S3-82: an unreadable body (%s) is 400 REQUEST_BODY_INVALID', async (_what, body) => {
    const { send } = site()
    const headers = { 'content-type': 'application/json; charset=utf-8', 'x-session': 'buyer-1' }
    expect(await send('POST', '/orders', { body, headers })).toMatchObject({
      status: 400,
      body: { errorCode: 'REQUEST_BODY_INVALID', details: {} },
    })
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', ''])(
    'what a foreign page could send with a form (%s) changes nothing: 415',
    async (type) => {
      const { send, w } = site()
      const headers = { 'x-session': 'buyer-1', 'content-type': type }
      const answer = await send('POST', '/orders', { body: new TextEncoder().encode('{"seats":["A-1"]}'), headers })
      expect(answer).toMatchObject({ status: 415, body: { errorCode: 'UNSUPPORTED_MEDIA_TYPE' } })
      expect(await w.rows('orders', 'byBuyer', { buyerId: 'buyer-1' })).toEqual([])
    },
  )

  test('a body of 64 KiB is read, one byte more is 413, announced or not', async () => {
    const { send } = site()
    const headers = { 'content-type': 'application/json', 'x-session': 'buyer-1' }
    const json = (bytes: number) => JSON.stringify({ seats: ['A-1'], pad: '' }).replace('""', `"${'x'.repeat(bytes)}"`)
    const frame = json(0).length
    const fits = await send('POST', '/orders', { body: json(64 * 1024 - frame), headers })
    expect(fits.status).toBe(201)
    const tooLarge = { status: 413, body: { errorCode: 'REQUEST_BODY_TOO_LARGE', details: { maxBytes: 65_536 } } }
    const body = json(64 * 1024 - frame + 1)
    expect(await send('POST', '/orders', { body, headers })).toMatchObject(tooLarge)
    expect(
      await send('POST', '/orders', { body: 'x', headers: { ...headers, 'content-length': '65537' } }),
    ).toMatchObject(tooLarge)
  })

  test('a path that is none is 404, with another method too', async () => {
    const { buyer, send } = site()
    const headers = { 'x-session': 'buyer-1' }
    for (const answer of [await buyer.get('/nothing'), await send('PUT', '/orders', { headers })]) {
      expect(answer).toMatchObject({ status: 404, body: { errorCode: 'NOT_FOUND' } })
    }
  })

  test('without the host’s hold function there is no way to make an order', async () => {
    const w = world()
    const handler = createHandler(w.payments, { actor: () => ({ kind: 'buyer', id: 'b' }), clock: w.clock })
    const request = new Request(`${ORIGIN}/payments/orders`, {
      method: 'POST',
      body: JSON.stringify({ lines: [{ title: 'Cheap', unitPrice: PRICE }], refundPolicy: 'ticket' }),
      headers: { 'content-type': 'application/json' },
    })
    expect((await handler(request)).status).toBe(404)
  })
})

describe('what goes wrong inside', () => {
  const PLANTED = 'secret-from-the-host-code'

  test.each([
    [
      'throws',
      () => {
        throw new Error(PLANTED)
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error(PLANTED)
      },
    ],
    [
      'throws something odd',
      () => {
        throw PLANTED
      },
    ],
  ] as const)('a session that %s is 500 INTERNAL_ERROR; only the host’s own log learns why', async (_how, actor) => {
    const { buyer, failures, causes } = site(world(), { actor })
    const { status, body } = await buyer.get('/orders')
    expect(status).toBe(500)
    expect(body).toMatchObject({ errorCode: 'INTERNAL_ERROR', message: 'Something went wrong on our side.' })
    expect(JSON.stringify([body, failures])).not.toContain(PLANTED)
    expect(String(causes[0])).toContain(PLANTED)
  })

  test('a store that is down is 503, retryable, without internals', async () => {
    const payments = createPayments({
      store: { ...memoryStore(), get: () => Promise.reject(new Error(`connect postgres://user:${PLANTED}@db`)) },
      gateways: {},
    })
    const handler = createHandler(payments, { actor: () => ({ kind: 'buyer', id: 'b' }) })
    const response = await handler(new Request(`${ORIGIN}/payments/orders/ord_1`))
    const text = await response.text()
    expect(response.status).toBe(503)
    expect(JSON.parse(text)).toMatchObject({ errorCode: 'SERVICE_UNAVAILABLE', retryable: true })
    expect(text).not.toContain(PLANTED)
  })

  test('a log that throws changes no answer', async () => {
    const { buyer } = site(world(), {
      onFailure: () => {
        throw new Error('disk full')
      },
    })
    expect((await buyer.get('/orders/ord_1')).status).toBe(404)
  })

  test('S2-18: the log line and the answer carry one correlation id, the caller’s own if it can stand in a log', async () => {
    const { send, failures } = site()
    const headers = { 'x-session': 'buyer-1' }
    const own = await send('GET', '/orders/ord_1', { headers: { ...headers, 'x-request-id': 'trace-0001' } })
    expect(own.body['correlationId']).toBe('trace-0001')
    const forged = await send('GET', '/orders/a%0Ab', { headers: { ...headers, 'x-request-id': 'x y="1"' } })
    expect(forged.body['correlationId']).toMatch(/^req_[0-9A-Za-z]+$/)
    expect(failures.map(({ correlationId }) => correlationId)).toEqual(['trace-0001', forged.body['correlationId']])
    expect(failures).toMatchObject([
      { route: '/orders/:id', orderId: 'ord_1', status: 404 },
      { route: '/orders/:id', orderId: null, status: 404 },
    ])
  })

  test.each(['payments', '/pay ments', '/payments/', '/a?b'])(
    'a base path like %j is a mistake at construction',
    (path) => {
      expect(() => site(world(), { basePath: path })).toThrow(TypeError)
    },
  )

  test('a zone that does not exist is a mistake at construction', () => {
    expect(() => site(world(), { zone: 'Asia/Atlantis' })).toThrow(RangeError)
  })
})

describe('the error table', () => {
  const codes = Object.keys(ERROR_TABLE) as AnyError['code'][]
  const envelopes = codes.map((code) => envelopeOf({ code } as AnyError, CONTEXT))

  test('gives each code one status, one stable upper-case code and one sentence', () => {
    expect(envelopes.length).toBeGreaterThan(60)
    for (const { status, errorCode, message } of envelopes) {
      expect([400, 401, 402, 403, 404, 409, 413, 415, 429, 500, 502, 503]).toContain(status)
      expect(errorCode).toMatch(/^[A-Z]+(_[A-Z]+)*$/)
      expect(message).toMatch(/^[A-Z].*\.$/)
    }
  })

  test('a code without an answer does not compile', () => {
    const { declined: _gone, ...rest } = ERROR_TABLE
    // @ts-expect-error: `declined` has no answer here
    const table: typeof ERROR_TABLE = rest
    expect(Object.keys(table)).toHaveLength(codes.length - 1)
  })

  test('never calls an unknown outcome a failure: each says that it is being looked up, and may be repeated', () => {
    const unknown = ['timeout', 'network', 'bad_response', 'in_progress', 'conflict', 'provider_fault', 'unrecognized']
    for (const code of [...unknown, 'refund_outcome_unknown']) {
      const envelope = envelopes[codes.indexOf(code as AnyError['code'])]
      expect(envelope).toMatchObject({ status: 503, errorCode: 'OUTCOME_PENDING', retryable: true })
    }
  })

  test('shows only the details that are listed', () => {
    const error = { code: 'declined', outcome: 'not_executed', message: 'm', retryable: true, attemptId: 'att_1' }
    const planted = { ...error, gateway: 'toss', headers: 'planted', cause: 'planted' } as unknown as AnyError
    expect(envelopeOf(planted, CONTEXT).details).toEqual({
      outcome: 'not_executed',
      attemptId: 'att_1',
      gateway: 'toss',
    })
  })
})
