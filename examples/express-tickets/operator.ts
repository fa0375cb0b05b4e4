import { json, Router } from 'express'
import type { Store } from 'holdfast'
import { booksOf } from './books'
import type { DemoClock } from './demo-clock'
import type { DemoEngine } from './engine'
import type { Fake, Provider } from './providers/provider'

/** Each happens to the provider's next call that moves money, or to its next webhook. */
const faultsOf = ({ fake, calls, decline }: Provider): Readonly<Record<string, () => void>> => {
  const next = (fault: Parameters<Fake['faults']['next']>[0]) => () =>
    fake.faults.next(fault, ({ method, path }) =>
      [calls.charge, calls.refund].some((call) => call.test(`${method} ${path}`)),
    )
  return {
    lost_request: next({ kind: 'lost_request' }),
    lost_answer: next({ kind: 'lost_answer' }),
    error_after: next({ kind: 'error_after', status: 500 }),
    html_after: next({ kind: 'html_after' }),
    slow: next({ kind: 'slow', ms: 3_000 }),
    late_execution: next({ kind: 'late_execution', afterMs: 20_000 }),
    decline,
    webhook_twice: () => fake.webhooks.duplicateNext(1),
    webhook_late: () => fake.webhooks.delayNext(60_000),
    webhook_never: () => fake.webhooks.loseNext(),
    clear: () => fake.faults.clear(),
  }
}

type Desk = {
  readonly store: Store
  readonly clock: DemoClock
  readonly providers: Readonly<Record<string, Provider>>
  readonly engine: DemoEngine
  readonly buyerIds: readonly string[]
  /** Writes down what was done to a provider or to the clock, before the answer says that it was done. */
  readonly keep: () => void
}

/**
 * The other side of the counter: breaks things, moves the clock, and reads our tables beside the providers' books. It
 * reads the store directly, because a read through the library would repair what it is meant to show.
 */
export const operatorDesk = (desk: Desk): Router => {
  const { clock, providers, engine, keep } = desk
  const faults = new Map(Object.entries(providers).map(([name, provider]) => [name, faultsOf(provider)]))
  const router = Router()
  router.use(json())
  router.get('/state', async (req, res) => {
    const { order } = req.query
    res.json(await stateOf(desk, typeof order === 'string' ? order : null))
  })
  router.post('/faults', (req, res) => {
    const { gateway, kind } = req.body
    const known = new Map(Object.entries(faults.get(gateway) ?? {}))
    const fault = known.get(kind)
    fault?.()
    keep()
    res.status(fault === undefined ? 404 : 204).end()
  })
  router.post('/clock', (req, res) => {
    const minutes = Number(req.body.minutes)
    if (!(minutes > 0 && minutes <= 10_000)) return void res.status(400).end()
    clock.advance(minutes * 60_000)
    keep()
    res.status(204).end()
  })
  router.post('/deposit', (req, res) => {
    const attemptId = String(req.body.attemptId)
    const isPaid = Object.values(providers).some(({ deposit }) => deposit(attemptId))
    keep()
    res.status(isPaid ? 204 : 409).end()
  })
  router.post('/server', (req, res) => {
    const { action } = req.body
    if (action === 'kill') engine.kill()
    else if (action === 'start') engine.start()
    else if (action === 'die_after_charge') engine.dieAfterNext('charge')
    else if (action === 'die_after_refund') engine.dieAfterNext('refund')
    else return void res.status(400).end()
    res.status(204).end()
  })
  return router
}

const stateOf = async ({ store, clock, providers, engine, buyerIds }: Desk, orderId: string | null) => {
  const ordersOf = (buyerId: string) =>
    store.find('orders', { index: 'byBuyer', where: { buyerId }, order: 'desc', limit: 30 })
  const [orders, outbox, alerts] = await Promise.all([
    Promise.all(buyerIds.map(ordersOf)).then((lists) => lists.flat()),
    store.find('outbox', { index: 'byNextTry', where: {}, limit: 50 }),
    store.find('alerts', { index: 'byStatus', where: { status: 'OPEN' }, limit: 50 }),
  ])
  return {
    serverNow: clock.now(),
    isAlive: engine.isAlive(),
    armed: engine.armed(),
    gateways: Object.entries(providers).map(([name, { fake }]) => ({
      name,
      faultsPending: fake.faults.pending(),
      webhooksPending: fake.webhooks.pending().length,
    })),
    orders: [...orders].sort((left, right) => right.heldAt.getTime() - left.heldAt.getTime()),
    outbox,
    alerts,
    order: orderId === null ? null : await orderState(store, providers, orderId),
  }
}

const orderState = async (store: Store, providers: Desk['providers'], orderId: string) => {
  const where = { orderId }
  const [order, events, attempts, refunds] = await Promise.all([
    store.get('orders', orderId),
    store.find('events', { index: 'byOrder', where, limit: 500 }),
    store.find('attempts', { index: 'byOrder', where, limit: 100 }),
    store.find('refunds', { index: 'byOrder', where, limit: 100 }),
  ])
  if (order === undefined) return null
  return { order, events, attempts, refunds, books: await booksOf(store, providers, attempts, refunds) }
}
