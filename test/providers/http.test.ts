import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type LogEntry,
  type ProviderHttpOptions,
  type ProviderRequest,
  providerHttp,
  readBody,
} from '../../src/providers/http'
import { manualClock } from './manual-clock'

const SECRET = 'test_sk_PLANTED_SECRET'
const BASE = 'https://api.example.test/v1'

const json = (body: unknown, status = 200) => Response.json(body, { status })

/** A stream that sends `first`, then nothing. `cancelled` tells whether the reader let go of it. */
const stalled = (first: string) => {
  const seen = { cancelled: false }
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(first)),
    cancel: () => {
      seen.cancelled = true
    },
  })
  return { stream, seen }
}

const wire = (
  answer: (request: Request) => Response | Promise<Response>,
  overrides: Partial<ProviderHttpOptions> = {},
) => {
  const time = manualClock()
  const log: LogEntry[] = []
  const requests: Request[] = []
  const http = providerHttp({
    provider: 'acme',
    baseUrl: BASE,
    clock: time.clock,
    log: (entry) => log.push(entry),
    timeoutMs: 10_000,
    headers: { authorization: `Basic ${SECRET}` },
    fetch: async (input, init) => {
      const request = new Request(input, init)
      requests.push(request)
      return answer(request)
    },
    ...overrides,
  })
  return { http, log, requests, ...time }
}

const confirm: ProviderRequest = {
  operation: 'confirmPayment',
  method: 'post',
  path: `payments/${SECRET}/confirm`,
  json: { paymentKey: SECRET },
}

/** Lets everything that is ready run, without waiting for time. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** What undici throws: the reason is in the cause. */
const fetchFailed = (code: string) =>
  new TypeError(`fetch failed for ${SECRET}`, { cause: Object.assign(new Error(SECRET), { code }) })

const outcomeOf = async (answer: (request: Request) => Response | Promise<Response>) => {
  const { http, log, pending } = wire(answer)
  const error = (await http.send(confirm))._unsafeUnwrapErr()
  expect(log).toHaveLength(1)
  expect(pending()).toBe(0)
  expect(inspect([error, log], { depth: 9, showHidden: true })).not.toContain(SECRET)
  return { error, status: log[0]?.status }
}

describe('a request', () => {
  test('goes once to the base URL with method, body and headers', async () => {
    const seen: unknown[] = []
    const { http, requests } = wire(async (request) => {
      seen.push(await request.json())
      return json({ ok: true })
    })
    const answer = await http.send({
      ...confirm,
      path: '/payments/confirm',
      headers: { 'Idempotency-Key': 'att_1-charge-0' },
    })
    expect(answer._unsafeUnwrap()).toMatchObject({ status: 200, body: { ok: true } })
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ url: `${BASE}/payments/confirm`, method: 'POST', redirect: 'manual' })
    expect(Object.fromEntries(requests[0]?.headers ?? [])).toMatchObject({
      accept: 'application/json',
      authorization: `Basic ${SECRET}`,
      'content-type': 'application/json',
      'idempotency-key': 'att_1-charge-0',
    })
    expect(seen).toEqual([{ paymentKey: SECRET }])
  })

  test('sends a form as form text', async () => {
    const { http, requests } = wire(async (request) => json({ echo: await request.text() }))
    const answer = await http.send({
      operation: 'auth',
      method: 'post',
      path: 'auth.php',
      form: { cst_id: 'a b', key: '&' },
    })
    expect(answer._unsafeUnwrap().body).toEqual({ echo: 'cst_id=a+b&key=%26' })
    expect(requests[0]?.headers.get('content-type')).toContain('application/x-www-form-urlencoded')
  })

  test('lets a header of the call replace one of the client in any casing', async () => {
    const { http, requests } = wire(() => json({}))
    await http.send({
      operation: 'get',
      method: 'get',
      path: 'payments?limit=1',
      headers: { Authorization: 'Bearer x' },
    })
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer x')
    expect(requests[0]?.url).toBe(`${BASE}/payments?limit=1`)
  })

  test.each([
    '',
    '/',
    'payments//cancel',
    'payments/',
    'payments/..',
    'payments/%2E%2e/refunds',
    'payments/./x',
    '//evil.test/x',
    'a\\..\\b',
    'payments/a b',
    'payments/a#b',
    '..?x=1',
  ])('is refused when its path could reach another endpoint: %j', async (path) => {
    const { http, requests, log } = wire(() => json({}))
    const error = (await http.send({ ...confirm, path }))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not_executed', retryable: false })
    expect(requests).toEqual([])
    expect(log).toHaveLength(1)
  })

  test.each([
    ['a BigInt in the body', { json: { amount: 1n } }],
    ['a header with a line break', { headers: { 'x-note': `${SECRET}\nx: y` } }],
  ])('that cannot be built is not sent: %s', async (_, broken) => {
    const { http, requests, log, pending } = wire(() => json({}))
    const error = (await http.send({ ...confirm, ...broken }))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
    expect(JSON.stringify(error)).not.toContain(SECRET)
    expect([requests.length, log.length, pending()]).toEqual([0, 1, 0])
  })

  test('uses the fetch of the platform as it is at the time of the call', async () => {
    const { http } = wire(() => json({}), { fetch: undefined })
    const original = globalThis.fetch
    globalThis.fetch = async () => json({ from: 'platform' })
    try {
      expect((await http.send(confirm))._unsafeUnwrap().body).toEqual({ from: 'platform' })
    } finally {
      globalThis.fetch = original
    }
  })

  test('needs a base URL that is one, and does not repeat it', () => {
    const broken = () => wire(() => json({}), { baseUrl: SECRET })
    expect(broken).toThrow(/^acme: the base URL is not a URL$/)
  })
})

describe('an answer', () => {
  test.each([200, 201, 400, 401, 404, 409, 429, 500, 503])('of status %i with JSON is a response', async (status) => {
    const { http, requests, log } = wire(() => json({ code: 'X' }, status))
    expect((await http.send(confirm))._unsafeUnwrap()).toMatchObject({ status, body: { code: 'X' } })
    expect(requests).toHaveLength(1)
    expect(log).toMatchObject([{ status }])
  })

  test.each(['get', 'put', 'delete'] as const)('is never asked for twice, not even with %s', async (method) => {
    const { http, requests } = wire(() => json({}, 503))
    await http.send({ operation: 'x', method, path: 'x' })
    expect(requests).toHaveLength(1)
  })

  test('without a body is a response without one', async () => {
    const { http } = wire(() => new Response(null, { status: 204 }))
    expect((await http.send(confirm))._unsafeUnwrap()).toMatchObject({ status: 204, body: undefined })
    const empty = wire(() => new Response('', { status: 500 }))
    expect((await empty.http.send(confirm))._unsafeUnwrap()).toMatchObject({ status: 500, body: undefined })
  })

  test('of JSON under a wrong content type is read all the same', async () => {
    const headers = { 'content-type': 'text/html; charset=utf-8', 'x-request-id': 'r1' }
    const { http } = wire(() => new Response('\uFEFF{"result":"ok"}', { headers }))
    const response = (await http.send(confirm))._unsafeUnwrap()
    expect(response.body).toEqual({ result: 'ok' })
    expect(response.headers.get('x-request-id')).toBe('r1')
  })

  test('split inside a character is put together again', async () => {
    const bytes = new TextEncoder().encode('{"name":"결제"}')
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const { http } = wire(() => new Response(stream))
    expect((await http.send(confirm))._unsafeUnwrap().body).toEqual({ name: '결제' })
  })

  test.each([
    [200, 'text/html', 'text/html'],
    [502, 'text/html; charset=utf-8', 'text/html'],
    [400, SECRET, 'another content type'],
    [500, '', 'no content type'],
  ])('of status %i that is no JSON (%s) leaves the outcome open', async (status, type, named) => {
    const { error } = await outcomeOf(
      () =>
        new Response(new TextEncoder().encode(`<h1>${SECRET}</h1>`), {
          status,
          headers: type === '' ? {} : { 'content-type': type },
        }),
    )
    expect(error).toEqual({
      code: 'bad_response',
      outcome: 'unknown',
      message: `acme confirmPayment: status ${status}, ${named} instead of JSON`,
      retryable: status >= 500,
    })
  })

  test.each([301, 302, 303, 307, 308, 304])('that redirects (%i) is not followed', async (status) => {
    const { http, requests, log } = wire(
      () => new Response(null, { status, headers: { location: `https://evil.test/${SECRET}` } }),
    )
    const error = (await http.send(confirm))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
    expect(error.message).not.toContain('evil')
    expect(requests).toHaveLength(1)
    expect(log).toMatchObject([{ status }])
  })

  test('of two megabytes is read, one byte more is not', async () => {
    const limit = 2 * 1024 * 1024
    const fits = wire(() => new Response(`"${'a'.repeat(limit - 2)}"`))
    expect((await fits.http.send(confirm)).isOk()).toBe(true)
    const { error, status } = await outcomeOf(() => new Response(`"${'a'.repeat(limit - 1)}"`))
    expect(error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
    expect(status).toBe(200)
  })

  test('that is too long is let go of', async () => {
    const { stream, seen } = stalled('a'.repeat(2 * 1024 * 1024 + 1))
    await outcomeOf(() => new Response(stream))
    expect(seen.cancelled).toBe(true)
  })

  test('whose body breaks off leaves the outcome open', async () => {
    const { error, status } = await outcomeOf(() => {
      const stream = new ReadableStream<Uint8Array>({ start: (c) => c.error(fetchFailed('ECONNREFUSED')) })
      return new Response(stream)
    })
    expect(error).toMatchObject({ code: 'network', outcome: 'unknown' })
    expect(status).toBe('network')
  })
})

describe('a connection', () => {
  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])('that was never made (%s) sent nothing', async (code) => {
    const { error, status } = await outcomeOf(() => Promise.reject(fetchFailed(code)))
    expect(error).toMatchObject({ code: 'not_sent', outcome: 'not_executed', retryable: true })
    expect(status).toBe('network')
  })

  test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET'])(
    'that broke (%s) leaves the outcome open',
    async (code) => {
      const { error, status } = await outcomeOf(() => Promise.reject(fetchFailed(code)))
      expect(error).toMatchObject({ code: 'network', outcome: 'unknown' })
      expect(status).toBe('network')
    },
  )

  test.each([
    ['nothing', undefined],
    ['a string', SECRET],
    ['an error without a cause', new Error(SECRET)],
  ])('whose failure says nothing (%s) leaves the outcome open', async (_, thrown) => {
    const { error } = await outcomeOf(() => Promise.reject(thrown))
    expect(error).toMatchObject({ code: 'network', outcome: 'unknown' })
  })

  test('whose fetch throws on the spot leaves the outcome open', async () => {
    const { http } = wire(() => json({}), {
      fetch: () => {
        throw new Error(SECRET)
      },
    })
    expect((await http.send(confirm))._unsafeUnwrapErr()).toMatchObject({ code: 'network', outcome: 'unknown' })
  })
})

describe('the time-out (S0-51)', () => {
  test('ends a call whose fetch never answers and ignores the signal, at the limit and not before', async () => {
    const { http, log, advance, requests, pending } = wire(() => new Promise(() => undefined))
    const answer = http.send(confirm)
    await settle()
    advance(9_999)
    await settle()
    expect(log).toEqual([])
    advance(1)
    const message = 'acme confirmPayment: no answer within 10000 ms'
    expect((await answer)._unsafeUnwrapErr()).toEqual({ code: 'timeout', outcome: 'unknown', message, retryable: true })
    expect(log).toEqual([{ provider: 'acme', operation: 'confirmPayment', status: 'timeout', durationMs: 10_000 }])
    expect(requests[0]?.signal.aborted).toBe(true)
    expect(pending()).toBe(0)
  })

  test('covers the body: a stalled one ends and is let go of', async () => {
    const { stream, seen } = stalled('{"status":')
    const { http, advance, log } = wire(() => new Response(stream))
    const answer = http.send(confirm)
    await settle()
    expect(log).toEqual([])
    advance(10_000)
    expect((await answer)._unsafeUnwrapErr()).toMatchObject({ code: 'timeout', outcome: 'unknown' })
    await settle()
    expect(seen.cancelled).toBe(true)
    expect(log).toHaveLength(1)
  })

  test('can be set for one call', async () => {
    const { http, advance } = wire(() => new Promise(() => undefined))
    const answer = http.send({ ...confirm, timeoutMs: 60_000 })
    await settle()
    advance(59_999)
    const early = await Promise.race([answer, settle().then(() => 'still waiting')])
    expect(early).toBe('still waiting')
    advance(1)
    expect((await answer)._unsafeUnwrapErr().code).toBe('timeout')
  })

  test('leaves no timer behind and changes nothing after the answer', async () => {
    const { http, advance, pending, log } = wire(() => json({ ok: true }))
    const answer = await http.send(confirm)
    expect(pending()).toBe(0)
    advance(60_000)
    await settle()
    expect(answer.isOk()).toBe(true)
    expect(log).toHaveLength(1)
  })

  test('before anything was sent means that nothing will be', async () => {
    const { http, advance, requests } = wire(() => json({}))
    const answer = http.send(confirm)
    advance(10_000)
    expect((await answer)._unsafeUnwrapErr()).toMatchObject({ code: 'not_sent', outcome: 'not_executed' })
    await settle()
    expect(requests).toEqual([])
  })

  test('that was followed by a late answer is still a time-out', async () => {
    let respond: (response: Response) => void = () => undefined
    const { http, advance, log } = wire(() => new Promise((resolve) => (respond = resolve)))
    const answer = http.send(confirm)
    await settle()
    advance(10_000)
    const { stream, seen } = stalled('{}')
    respond(new Response(stream))
    expect((await answer)._unsafeUnwrapErr().code).toBe('timeout')
    await settle()
    expect(seen.cancelled).toBe(true)
    expect(log).toHaveLength(1)
  })
})

describe('a caller that aborts', () => {
  test('before sending has sent nothing', async () => {
    const { http, requests, log } = wire(() => json({}))
    const answer = await http.send({ ...confirm, signal: AbortSignal.abort(new Error(SECRET)) })
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'not_sent', outcome: 'not_executed' })
    expect(requests).toEqual([])
    expect(log).toMatchObject([{ status: 'aborted' }])
  })

  test('after sending leaves the outcome open', async () => {
    const { http, requests, log, pending } = wire(() => new Promise(() => undefined))
    const caller = new AbortController()
    const answer = http.send({ ...confirm, signal: caller.signal })
    await settle()
    expect(requests).toHaveLength(1)
    caller.abort(new Error(SECRET))
    const error = (await answer)._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'network', outcome: 'unknown' })
    expect(inspect(error)).not.toContain(SECRET)
    expect(log).toMatchObject([{ status: 'aborted' }])
    expect(pending()).toBe(0)
  })

  test('after the answer changes nothing', async () => {
    const { http, log } = wire(() => json({ ok: true }))
    const caller = new AbortController()
    const answer = await http.send({ ...confirm, signal: caller.signal })
    caller.abort()
    await settle()
    expect(answer.isOk()).toBe(true)
    expect(log).toHaveLength(1)
  })
})

describe('the log (C-106)', () => {
  test('has one entry per call and no field for a secret', async () => {
    let advance: (ms: number) => void = () => undefined
    const wired = wire(() => {
      advance(120)
      return json({ paymentKey: SECRET })
    })
    advance = wired.advance
    await wired.http.send(confirm)
    expect(wired.log).toEqual([{ provider: 'acme', operation: 'confirmPayment', status: 200, durationMs: 120 }])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects later', () => Promise.reject(new Error('disk full'))],
  ])('that %s does not break the call', async (_, log) => {
    const { http } = wire(() => json({ ok: true }), { log })
    expect((await http.send(confirm))._unsafeUnwrap().body).toEqual({ ok: true })
    await settle()
  })

  test('and the printed client show no key (I-35)', async () => {
    const { http } = wire(() => json({}))
    await http.send(confirm)
    expect(inspect(http, { depth: 9, showHidden: true })).not.toContain(SECRET)
  })
})

describe('reading a body', () => {
  const context = { provider: 'acme', operation: 'confirmPayment' }
  const Payment = z.object({ totalAmount: z.int(), cancels: z.array(z.object({ amount: z.int() })).optional() })
  const response = (body: unknown) => ({ status: 200, headers: new Headers(), body })

  test('gives the parsed value', () => {
    expect(readBody(Payment, response({ totalAmount: 5, extra: 1 }), context)._unsafeUnwrap()).toEqual({
      totalAmount: 5,
    })
  })

  test('of a wrong shape names the fields and none of their values', () => {
    const body = { totalAmount: SECRET, cancels: [{ amount: 1 }, { amount: SECRET }] }
    expect(readBody(Payment, response(body), context)._unsafeUnwrapErr()).toEqual({
      code: 'bad_response',
      outcome: 'unknown',
      message: 'acme confirmPayment: status 200, unexpected totalAmount, cancels.1.amount',
      retryable: false,
    })
  })

  test('of nothing at all says so', () => {
    const error = readBody(Payment, response(undefined), context)._unsafeUnwrapErr()
    expect(error.message).toBe('acme confirmPayment: status 200, unexpected body')
  })

  test('hides names that come out of the body', () => {
    const error = readBody(
      z.record(z.string(), z.int()),
      response({ 'key 4242-4242': 'x' }),
      context,
    )._unsafeUnwrapErr()
    expect(error.message).toBe('acme confirmPayment: status 200, unexpected *')
  })

  test('with a schema that throws leaves the outcome open', () => {
    const schema = z.string().transform(() => {
      throw new Error(SECRET)
    })
    const error = readBody(schema, response('x'), context)._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
    expect(error.message).not.toContain(SECRET)
  })
})
