import { Router } from 'express'
import type { Clock } from 'holdfast'
import { type Handler, toExpress } from 'holdfast/express'
import type { FakeToss } from 'holdfast/testing'

/** Where the fake's payment window lives. In a real shop Toss's own script opens Toss's own page. */
const BASE = '/toss'

/** The part of Toss a browser sees: a script that opens the window, and the window. */
export const tossWindow = (fake: FakeToss): Router => {
  const router = Router()
  router.get(`${BASE}/sdk.js`, (_req, res) => {
    res.type('text/javascript').send(SDK)
  })
  router.use(BASE, toExpress(fake.handle))
  return router
}

/** Stands for Toss's SDK: the same call, and the same three fields a page must not invent itself. */
const SDK = `
export const requestPayment = (parameters) => {
  if (!parameters.clientKey || !parameters.orderId || !parameters.amount) throw new Error('INVALID_PARAMETERS')
  const url = new URL('${BASE}/fake/window', location.origin)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, String(value))
  }
  location.assign(url)
}
`

/**
 * Toss calls our webhook when something is due. While the server is down it gets a 503 and tries again later. `keep`
 * writes down what has been delivered.
 */
export const deliverWebhooks = (fake: FakeToss, clock: Clock, handler: Handler, keep: () => void): (() => void) => {
  let isStopped = false
  let cancel = () => {}
  const round = async () => {
    const reports = await fake.webhooks.deliverDue(({ headers, rawBody }) =>
      handler(new Request('http://shop.example/payments/webhooks/toss', { method: 'POST', headers, body: rawBody })),
    )
    if (reports.length > 0) keep()
    if (!isStopped) cancel = clock.schedule(400, () => void round())
  }
  void round()
  return () => {
    isStopped = true
    cancel()
  }
}
