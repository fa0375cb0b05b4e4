import { describe, expect, test } from 'vitest'
import { type FakeRequest, type Fault, faultScript } from '../../../src/providers/fake/faults'
import { type FakeApp, serveFake } from '../../../src/providers/fake/serve'
import { manualClock, until } from '../toss/support'

/** The smallest provider: it counts what it carried out. */
const counting = (chooseFault: (request: FakeRequest) => Fault | undefined = () => undefined) => {
  let executed = 0
  const clock = manualClock()
  const app: FakeApp = {
    provider: 'counter',
    operationOf: (method, path) => `${method} ${path}`,
    answer: (_, work) => work(() => ({ status: 200, body: JSON.stringify({ executed: ++executed }) })),
    failure: (status) => ({ status, body: JSON.stringify({ failure: status }) }),
  }
  const serve = serveFake(app, { clock, chooseFault })
  const post = (signal?: AbortSignal) =>
    serve(
      new Request('https://counter.test/count', { method: 'POST', body: '{"by":1}', ...(signal ? { signal } : {}) }),
    )
  return { clock, post, serve, executed: () => executed }
}

const meeting = (fault: Fault) => {
  const script = faultScript()
  script.next(fault)
  return { ...counting(script.take), script }
}

describe('a fake without faults', () => {
  test('answers JSON', async () => {
    const { post } = counting()
    const response = await post()
    expect(response.headers.get('content-type')).toMatch('application/json')
    expect(await response.json()).toEqual({ executed: 1 })
  })

  test('does not see a request that was aborted before', async () => {
    const { post, executed } = counting()
    await expect(post(AbortSignal.abort(new Error('gave up')))).rejects.toThrow('gave up')
    expect(executed()).toBe(0)
  })

  test('shows the hook what is asked', async () => {
    const seen: FakeRequest[] = []
    const { serve, clock } = counting((request) => void seen.push(request))
    const headers = { 'idempotency-key': 'k1' }
    await serve(new Request('https://counter.test/count?x=1', { method: 'POST', headers, body: '{"by":2}' }))
    await serve(new Request('https://counter.test/count', { method: 'POST', body: 'no json' }))
    expect(seen[0]).toMatchObject({
      provider: 'counter',
      operation: 'POST /count',
      method: 'POST',
      path: '/count',
      idempotencyKey: 'k1',
      body: { by: 2 },
      at: clock.now(),
    })
    expect(seen[1]).toMatchObject({ idempotencyKey: null, body: undefined })
  })
})

describe('faults that answer', () => {
  test.each([
    [{ kind: 'error_before', status: 500 }, 500, '{"failure":500}', 0],
    [{ kind: 'error_after', status: 503 }, 503, '{"failure":503}', 1],
    [{ kind: 'html_before' }, 502, '<!doctype html>', 0],
    [{ kind: 'html_after' }, 502, '<!doctype html>', 1],
    [{ kind: 'malformed_json' }, 200, '{"execu', 1],
    [{ kind: 'wrong_shape' }, 200, '{"unexpected"', 1],
    [{ kind: 'rate_limited' }, 429, '{"failure":429}', 0],
  ] as const)('$kind', async (fault, status, body, times) => {
    const { post, executed } = meeting(fault)
    const response = await post()
    expect(response.status).toBe(status)
    expect(await response.text()).toContain(body)
    expect(executed()).toBe(times)
    expect(await (await post()).json()).toEqual({ executed: times + 1 })
  })

  test('malformed JSON is none', async () => {
    await expect((await meeting({ kind: 'malformed_json' }).post()).json()).rejects.toThrow(SyntaxError)
  })
})

describe('faults that cut the connection', () => {
  test.each([
    [{ kind: 'unreachable' }, 'ECONNREFUSED', 0],
    [{ kind: 'lost_request' }, 'ECONNRESET', 0],
    [{ kind: 'lost_answer' }, 'ECONNRESET', 1],
    [{ kind: 'late_execution', afterMs: 1 }, 'ECONNRESET', 0],
  ] as const)('$kind rejects as fetch does', async (fault, code, times) => {
    const { post, executed } = meeting(fault)
    const failure = await post().then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(TypeError)
    expect(failure).toMatchObject({ cause: { code } })
    expect(executed()).toBe(times)
  })
})

describe('faults that wait', () => {
  test.each([
    [{ kind: 'stalled_request' }, 0],
    [{ kind: 'lost_request', seen: 'silence' }, 0],
    [{ kind: 'lost_answer', seen: 'silence' }, 1],
  ] as const)('$kind ends when the caller gives up, and not before', async (fault, times) => {
    const { clock, post, executed, script } = meeting(fault)
    const controller = new AbortController()
    let ended = false
    const answer = post(controller.signal).finally(() => {
      ended = true
    })
    await until(() => script.pending() === 0)
    await clock.advance(86_400_000)
    expect(ended).toBe(false)
    controller.abort(new Error('gave up'))
    await expect(answer).rejects.toThrow('gave up')
    expect(executed()).toBe(times)
  })

  test('a late execution happens at its time, once, with nobody waiting', async () => {
    const { clock, post, executed } = meeting({ kind: 'late_execution', afterMs: 1_000 })
    await expect(post()).rejects.toThrow(TypeError)
    await clock.advance(999)
    expect(executed()).toBe(0)
    await clock.advance(1)
    expect(executed()).toBe(1)
    await clock.advance(10_000)
    expect(executed()).toBe(1)
  })

  test('a slow answer comes at its time', async () => {
    const { clock, post, script } = meeting({ kind: 'slow', ms: 1_000 })
    let answered = false
    const answer = post().finally(() => {
      answered = true
    })
    await until(() => script.pending() === 0)
    await clock.advance(999)
    expect(answered).toBe(false)
    await clock.advance(1)
    expect(await (await answer).json()).toEqual({ executed: 1 })
  })

  test('a slow request goes on after its caller has gone', async () => {
    const { clock, post, executed, script } = meeting({ kind: 'slow', ms: 1_000 })
    const controller = new AbortController()
    const answer = post(controller.signal)
    await until(() => script.pending() === 0)
    controller.abort(new Error('gave up'))
    await expect(answer).rejects.toThrow('gave up')
    expect(executed()).toBe(0)
    await clock.advance(1_000)
    expect(executed()).toBe(1)
  })

  test('a stalled body begins and never ends, until the caller gives up', async () => {
    const { post, executed } = meeting({ kind: 'stalled_body' })
    const controller = new AbortController()
    const response = await post(controller.signal)
    expect(response.status).toBe(200)
    const reader = response.body?.getReader()
    expect((await reader?.read())?.value?.byteLength).toBeGreaterThan(0)
    const rest = reader?.read()
    controller.abort(new Error('gave up'))
    await expect(rest).rejects.toThrow('gave up')
    expect(executed()).toBe(1)
  })
})

describe('the script', () => {
  test('a fault waits for the request it is meant for, and happens once', async () => {
    const script = faultScript()
    script.next({ kind: 'lost_request' }, { operation: 'POST /other' })
    script.next({ kind: 'rate_limited' }, ({ path }) => path === '/count')
    const { post } = counting(script.take)
    expect((await post()).status).toBe(429)
    expect((await post()).status).toBe(200)
    expect(script.pending()).toBe(1)
    script.clear()
    expect(script.pending()).toBe(0)
  })

  test('faults for anybody happen in order', async () => {
    const script = faultScript()
    script.next({ kind: 'error_before', status: 500 })
    script.next({ kind: 'html_before' })
    const { post } = counting(script.take)
    expect([(await post()).status, (await post()).status, (await post()).status]).toEqual([500, 502, 200])
  })
})
