import { json, Router } from 'express'
import type { Row, Store } from 'holdfast'
import type { FakeToss } from 'holdfast/testing'
import type { DemoClock } from './demo-clock'
import type { DemoEngine } from './engine'

/** Each happens to the next call that moves money, or to the next webhook. */
const faultsOf = (fake: FakeToss): Readonly<Record<string, () => void>> => {
  const next = (fault: Parameters<FakeToss['faults']['next']>[0]) => () =>
    fake.faults.next(fault, ({ method }) => method === 'POST')
  return {
    lost_request: next({ kind: 'lost_request' }),
    lost_answer: next({ kind: 'lost_answer' }),
    error_after: next({ kind: 'error_after', status: 500 }),
    html_after: next({ kind: 'html_after' }),
    slow: next({ kind: 'slow', ms: 3_000 }),
    late_execution: next({ kind: 'late_execution', afterMs: 20_000 }),
    decline: () => fake.decline('REJECT_CARD_PAYMENT'),
    webhook_twice: () => fake.webhooks.duplicateNext(1),
    webhook_late: () => fake.webhooks.delayNext(60_000),
    webhook_never: () => fake.webhooks.loseNext(),
    clear: () => fake.faults.clear(),
  }
}

type Desk = {
  readonly store: Store
  readonly clock: DemoClock
  readonly fake: FakeToss
  readonly engine: DemoEngine
  readonly buyerIds: readonly string[]
  /** Writes down what was done to Toss or to the clock, before the answer says that it was done. */
  readonly keep: () => void
}

/**
 * The other side of the counter: breaks things, moves the clock, and reads our tables beside the provider's book. It
 * reads the store directly, because a read through the library would repair what it is meant to show.
 */
export const operatorDesk = (desk: Desk): Router => {
  const { clock, fake, engine, keep } = desk
  const faults = faultsOf(fake)
  const router = Router()
  router.use(json())
  router.get('/state', async (req, res) => {
    const { order } = req.query
    res.json(await stateOf(desk, typeof order === 'string' ? order : null))
  })
  router.post('/faults', (req, res) => {
    const { kind } = req.body
    const fault = typeof kind === 'string' && Object.hasOwn(faults, kind) ? faults[kind] : undefined
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
    const isPaid = fake.bank.deposit(String(req.body.attemptId))
    keep()
    res.status(isPaid ? 204 : 409).end()
  })
  router.post('/server', (req, res) => {
    const { action } = req.body
    if (action === 'kill') engine.kill()
    else if (action === 'start') engine.start()
    else if (action === 'die_after_charge') engine.dieAfterNext('confirm')
    else if (action === 'die_after_refund') engine.dieAfterNext('cancel')
    else return void res.status(400).end()
    res.status(204).end()
  })
  return router
}

const stateOf = async ({ store, clock, fake, engine, buyerIds }: Desk, orderId: string | null) => {
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
    faultsPending: fake.faults.pending(),
    webhooksPending: fake.webhooks.pending().map(({ id, dueAt }) => ({ id, dueAt })),
    orders: [...orders].sort((left, right) => right.heldAt.getTime() - left.heldAt.getTime()),
    outbox,
    alerts,
    order: orderId === null ? null : await orderState(store, fake, orderId),
  }
}

const orderState = async (store: Store, fake: FakeToss, orderId: string) => {
  const where = { orderId }
  const [order, events, attempts, refunds] = await Promise.all([
    store.get('orders', orderId),
    store.find('events', { index: 'byOrder', where, limit: 500 }),
    store.find('attempts', { index: 'byOrder', where, limit: 100 }),
    store.find('refunds', { index: 'byOrder', where, limit: 100 }),
  ])
  if (order === undefined) return null
  const ids = new Set(attempts.map(({ id }) => id))
  return { order, events, attempts, refunds, books: await booksOf(store, fake, attempts, refunds, ids) }
}

/** What we believe moved, and what the provider's own book says moved. */
const booksOf = async (
  store: Store,
  fake: FakeToss,
  attempts: readonly Row<'attempts'>[],
  refunds: readonly Row<'refunds'>[],
  ids: ReadonlySet<string>,
) => {
  const ours = [
    ...attempts
      .filter(({ capturedMinor }) => capturedMinor > 0)
      .map(({ id, gateway, capturedMinor, approvedAt }) => line(id, gateway, 'capture', capturedMinor, approvedAt)),
    ...refunds
      .filter(({ status }) => status === 'COMPLETED')
      .map(({ attemptId, amountMinor, completedAt }) => {
        const gateway = attempts.find(({ id }) => id === attemptId)?.gateway ?? ''
        return line(attemptId, gateway, 'refund', amountMinor, completedAt)
      }),
  ]
  const toss = fake
    .book()
    .filter(({ orderId }) => ids.has(orderId))
    .map(({ orderId, kind, amountMinor, at }) => line(orderId, 'toss', kind, amountMinor, at))
  return { ours, theirs: [...toss, ...(await walletLines(store, attempts))] }
}

const line = (attemptId: string, gateway: string, kind: string, amountMinor: number, at: Date | null) => ({
  attemptId,
  gateway,
  kind,
  amountMinor,
  at,
})

/** The wallet's ledger is in our own store: a debit pays, a credit gives back. */
const walletLines = async (store: Store, attempts: readonly Row<'attempts'>[]) => {
  const [first] = attempts
  if (first === undefined) return []
  const where = { accountId: `${first.buyerId}:${first.currency}` }
  const entries = await store.find('ledgerEntries', { index: 'byAccount', where, limit: 1_000 })
  return entries.flatMap(({ id, kind, amountMinor, at }) => {
    const attempt = attempts.find((one) => id === `PAYMENT:${one.id}` || id.startsWith(`REFUND:${one.id}:`))
    if (attempt === undefined) return []
    return [line(attempt.id, 'wallet', kind === 'PAYMENT' ? 'capture' : 'refund', Math.abs(amountMinor), at)]
  })
}
