import { createServer, type Server } from 'node:http'
import express from 'express'
import { toExpress } from 'holdfast/express'
import { afterEach, describe, expect, test } from 'vitest'
import { site } from './site'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** Listens on the loopback device, on a port of the system's choice. */
const listen = async (server: Server): Promise<string> => {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

const SESSION = { 'x-session': 'buyer-1' }
const JSON_TYPE = { 'content-type': 'application/json' }
const hold = (origin: string) =>
  fetch(`${origin}/payments/orders`, {
    method: 'POST',
    headers: { ...SESSION, ...JSON_TYPE },
    body: JSON.stringify({ seats: ['A-1'] }),
  })

const mounted = async (before: readonly express.RequestHandler[] = []) => {
  const s = site()
  const app = express()
  for (const middleware of before) app.use(middleware)
  app.use('/payments', toExpress(s.handler))
  app.use(express.json())
  app.get('/other', (_req, res) => void res.send('the host’s own page'))
  const faults: unknown[] = []
  const onFault: express.ErrorRequestHandler = (fault, _req, res, _next) => {
    faults.push(fault)
    res.status(500).json({ errorCode: 'HOST' })
  }
  app.use(onFault)
  return { ...s, faults, origin: await listen(createServer(app)) }
}

describe('toExpress', () => {
  test('serves below its mount path and leaves the rest to the host', async () => {
    const { origin } = await mounted()
    const held = await hold(origin)
    expect(held.status).toBe(201)
    expect(held.headers.get('x-correlation-id')).toMatch(/^req_/)
    const { order } = await held.json()
    const read = await fetch(`${origin}/payments/orders/${order.id}`, { headers: SESSION })
    expect(await read.json()).toMatchObject({ order: { id: order.id, status: 'HOLD' } })
    expect(await (await fetch(`${origin}/other`)).text()).toBe('the host’s own page')
  })

  test('serves bare node:http', async () => {
    const { handler } = site()
    const origin = await listen(createServer(toExpress(handler)))
    expect((await hold(origin)).status).toBe(201)
    expect((await fetch(`${origin}/elsewhere`)).status).toBe(404)
  })

  test('webhooks come through byte for byte', async () => {
    const s = await mounted()
    const { orderId, returned, confirmPath } = await s.toTheReturn()
    s.w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    await s.buyer.post(confirmPath, { returned })
    await s.w.fake.webhooks.deliverDue(({ headers, rawBody }) =>
      fetch(`${s.origin}/payments/webhooks/toss`, { method: 'POST', headers, body: rawBody }),
    )
    expect((await s.buyer.get(`/orders/${orderId}`)).body['order'].status).toBe('CONFIRMED')
  })

  test('after a body parser that keeps the bytes, the bytes are used', async () => {
    const keep = express.json({ verify: (req, _res, buffer) => void Object.assign(req, { rawBody: buffer }) })
    const { origin } = await mounted([keep])
    expect((await hold(origin)).status).toBe(201)
  })

  test('after a body parser that does not, the request fails and says why', async () => {
    const { origin, faults, w } = await mounted([express.json()])
    const answer = await hold(origin)
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 500, body: { errorCode: 'HOST' } })
    expect(String(faults[0])).toContain('Mount toExpress before it')
    expect(await w.rows('orders', 'byBuyer', { buyerId: 'buyer-1' })).toEqual([])
    // What has no body needs no bytes.
    expect((await fetch(`${origin}/payments/orders`, { headers: SESSION })).status).toBe(200)
  })

  test('a body that is too large is refused before its end', async () => {
    const { origin } = await mounted()
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1
        if (sent > 200) controller.close()
        else controller.enqueue(new Uint8Array(16_384).fill(0x20))
      },
    })
    const init = { method: 'POST', headers: { ...SESSION, ...JSON_TYPE }, body, duplex: 'half' }
    const answer = await fetch(`${origin}/payments/orders`, init).catch(() => null)
    // A client that writes on without reading may meet the closed connection first.
    if (answer !== null) expect(answer.status).toBe(413)
    expect((await fetch(`${origin}/payments/orders`, { headers: SESSION })).status).toBe(200)
  })

  test('a host name that is none does not keep a request from being answered', async () => {
    const { origin } = await mounted()
    const { hostname, port } = new URL(origin)
    const { request } = await import('node:http')
    const status = await new Promise((resolve, reject) => {
      const options = { hostname, port, path: '/payments/orders', headers: { ...SESSION, host: 'a b/[' } }
      request(options, (res) => resolve(res.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
  })

  test('a watch streams, and stops when the client goes', async () => {
    const s = await mounted()
    const { order } = await (await hold(s.origin)).json()
    const idle = s.w.clock.pending()
    const gone = new AbortController()
    const watch = await fetch(`${s.origin}/payments/orders/${order.id}/watch`, {
      headers: SESSION,
      signal: gone.signal,
    })
    const reader = (watch.body ?? new ReadableStream()).getReader()
    const first = new TextDecoder().decode((await reader.read()).value)
    expect(first).toContain('"status":"HOLD"')
    await s.buyer.post(`/orders/${order.id}/cancel`)
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('"status":"CANCELLED"')
    expect(s.w.clock.pending()).toBeGreaterThan(idle)
    gone.abort()
    await expect.poll(() => s.w.clock.pending()).toBe(idle)
  })

  test('a handler that throws reaches the host’s error page', async () => {
    const app = express()
    app.use(
      toExpress(() => Promise.reject(new Error('broken'))),
      ((fault, _req, res, _next) => void res.status(500).send(String(fault))) satisfies express.ErrorRequestHandler,
    )
    const origin = await listen(createServer(app))
    expect(await (await fetch(origin)).text()).toBe('Error: broken')
  })

  test('several cookies stay several', async () => {
    const headers = new Headers([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ])
    const origin = await listen(createServer(toExpress(async () => new Response(null, { status: 204, headers }))))
    const answer = await fetch(origin)
    expect(answer.status).toBe(204)
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })
})
