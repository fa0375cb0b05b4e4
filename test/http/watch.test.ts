import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE, world } from '../flows/world'
import { ORIGIN, site } from './site'

/** Reads one server-sent event at a time. */
const reading = (response: Response) => {
  const reader = (response.body ?? new ReadableStream()).getReader()
  const decoder = new TextDecoder()
  let text = ''
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire has no type
  const next = async (): Promise<{ event: string; data: Record<string, any> } | null> => {
    while (!text.includes('\n\n')) {
      const { done, value } = await reader.read()
      if (done) return null
      text += decoder.decode(value, { stream: true })
    }
    const [block = '', ...rest] = text.split('\n\n')
    text = rest.join('\n\n')
    const [event = '', data = ''] = block.split('\n')
    return { event: event.replace('event: ', ''), data: JSON.parse(data.replace('data: ', '')) }
  }
  return { next, cancel: () => reader.cancel() }
}

const watching = async (more = {}) => {
  const s = site(world(), more)
  const { body } = await s.buyer.post('/orders', { seats: ['A-1'] })
  const path = `/orders/${body['order'].id}`
  const gone = new AbortController()
  const open = async (signal: AbortSignal = gone.signal) => {
    const request = new Request(`${ORIGIN}/payments${path}/watch`, { headers: { 'x-session': 'buyer-1' }, signal })
    return s.handler(request)
  }
  return { ...s, path, gone, open }
}

describe('GET /orders/:id/watch', () => {
  test('S3-79: the order now and after every change, each with the server’s time', async () => {
    const { open, buyer, path, w } = await watching()
    const response = await open()
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const events = reading(response)
    expect(await events.next()).toMatchObject({
      event: 'order',
      data: { order: { status: 'HOLD' }, serverNow: '2026-01-05T00:00:00.000Z' },
    })
    const change = events.next()
    w.clock.advance(1_500)
    await buyer.post(`${path}/cancel`)
    expect(await change).toMatchObject({
      event: 'order',
      data: { order: { status: 'CANCELLED' }, serverNow: '2026-01-05T00:00:01.500Z' },
    })
    await events.cancel()
  })

  test('S3-03: the server says when a hold has expired', async () => {
    const { open, w } = await watching()
    const events = reading(await open())
    await events.next()
    const change = events.next()
    w.clock.advance(5 * MINUTE)
    let last = await change
    while (last?.event === 'tick') last = await events.next()
    expect(last?.data['order'].status).toBe('EXPIRED')
    await events.cancel()
  })

  test('ticks while nothing happens, by the clock', async () => {
    const { open, w } = await watching({ heartbeatMs: 15_000 })
    const events = reading(await open())
    await events.next()
    const tick = events.next()
    w.clock.advance(15_000)
    expect(await tick).toEqual({ event: 'tick', data: { serverNow: '2026-01-05T00:00:15.000Z' } })
    await events.cancel()
  })

  test.each(['disconnects', 'cancels the stream'])('leaves nothing behind when the client %s', async (how) => {
    const { open, gone, w } = await watching()
    const idle = w.clock.pending()
    const events = reading(await open())
    await events.next()
    expect(w.clock.pending()).toBeGreaterThan(idle)
    const end = how === 'disconnects' ? events.next() : events.cancel()
    gone.abort()
    expect(await end).toBe(how === 'disconnects' ? null : undefined)
    await Promise.resolve()
    await new Promise(setImmediate)
    expect(w.clock.pending()).toBe(idle)
  })

  test('a request that was given up before the answer is not followed', async () => {
    const { open, w } = await watching()
    const idle = w.clock.pending()
    const gone = new AbortController()
    const response = await open(gone.signal)
    gone.abort()
    expect(await reading(response).next()).toBeNull()
    expect(w.clock.pending()).toBe(idle)
  })

  test('an answer nobody reads is not followed either', async () => {
    const { open, w } = await watching()
    const idle = w.clock.pending()
    void (await open())
    await new Promise(setImmediate)
    expect(w.clock.pending()).toBe(idle)
  })

  test('ends by itself, so that the browser is authenticated again', async () => {
    const { open, w } = await watching({ watchMs: HOUR, heartbeatMs: 2 * HOUR })
    const events = reading(await open())
    await events.next()
    await new Promise(setImmediate)
    w.clock.advance(HOUR)
    for (let event = await events.next(); event !== null; event = await events.next()) {
      expect(event.data['order'].status).toBe('EXPIRED')
    }
    expect(w.clock.pending()).toBe(0)
  })
})
