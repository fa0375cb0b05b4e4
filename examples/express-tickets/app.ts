import { fileURLToPath } from 'node:url'
import express, { type RequestHandler, Router } from 'express'
import type { Store } from 'holdfast'
import { toExpress } from 'holdfast/express'
import { memoryStore } from 'holdfast/storage/memory'
import { demoClock } from './demo-clock'
import { createEngine, type DemoEngine, type EngineOptions } from './engine'
import { type Memory, rememberingClock } from './memory'
import { operatorDesk } from './operator'
import { createProviders, savedProviders } from './providers'
import { createSessions, type Sessions } from './session'
import { MAX_SEATS, SEAT_GROUP, SEATS, startsAtFrom, TITLE } from './tickets'
import { deliverWebhooks } from './webhooks'
import { paymentWindows } from './windows'

const PUBLIC = fileURLToPath(new URL('public', import.meta.url))

export type AppOptions = {
  /** Default: one that forgets with the process. */
  readonly store?: Store
  /** What else outlives the process. Default: nothing. */
  readonly memory?: Memory
  readonly onFailure?: EngineOptions['onFailure']
}

/** The shop, the providers and the operator's desk in one process. The store and the providers outlive the engine. */
export const createApp = ({ store = memoryStore(), memory, onFailure = () => {} }: AppOptions = {}) => {
  const found = memory?.found ?? null
  const clock = demoClock(found?.aheadMs)
  const sessions = createSessions(found?.sessions)
  const startsAt = found === null ? startsAtFrom(clock.now()) : new Date(found.startsAt)
  const providers = createProviders(
    rememberingClock(clock, () => keep()),
    found?.providers ?? {},
    () => keep(),
  )
  const keep = () =>
    memory?.keep({
      providers: savedProviders(providers),
      aheadMs: clock.aheadMs(),
      startsAt: startsAt.toISOString(),
      sessions: sessions.save(),
    })
  keep()
  const engine = createEngine({ store, clock, providers, sessions, startsAt, onFailure })
  const stopWebhooks = deliverWebhooks(providers, clock, engine.handler, keep)

  const app = express()
  app.use(onlyOurOwnScripts)
  // Whatever happened that nobody has thought of writing down.
  app.use((_req, res, next) => {
    res.once('close', keep)
    next()
  })
  // Before any body parser: a webhook's signature is made over the bytes as they came.
  app.use('/payments', engine.middleware, toExpress(engine.handler))
  app.use('/api', engine.middleware, shopApi({ engine, sessions, startsAt, keep }))
  const buyerIds = sessions.buyers.map(({ id }) => id)
  app.use('/operator/api', operatorDesk({ store, clock, providers, engine, buyerIds, keep }))
  app.use(paymentWindows(providers))
  app.use(express.static(PUBLIC, { extensions: ['html'] }))
  const stop = () => {
    stopWebhooks()
    engine.kill()
  }
  return { app, store, clock, providers, engine, stop }
}

export type Demo = ReturnType<typeof createApp>

type Shop = {
  readonly engine: DemoEngine
  readonly sessions: Sessions
  readonly startsAt: Date
  readonly keep: () => void
}

/** The shop's own routes: who is signed in, and which seats are free. */
const shopApi = ({ engine, sessions, startsAt, keep }: Shop): Router => {
  const router = Router()
  router.get('/me', async (req, res) => {
    const buyer = sessions.buyerOf(req.headers.cookie)
    const { buyers } = sessions
    const payments = engine.payments()
    if (buyer === null || payments === null) return void res.json({ buyers, buyer, balance: null })
    const actor = { kind: 'buyer', id: buyer.id } as const
    const balance = await payments.wallet.balance({ actor, ownerId: buyer.id, currency: 'KRW' })
    res.json({ buyers, buyer, balance: balance.unwrapOr(null) })
  })
  router.post('/session', express.json(), (req, res) => {
    const cookie = sessions.signIn(req.body.buyer)
    keep()
    res
      .status(cookie === null ? 400 : 204)
      .setHeader('set-cookie', cookie ?? sessions.signOut)
      .end()
  })
  router.get('/concert', async (req, res) => {
    const payments = engine.payments()
    if (payments === null) return void res.status(503).json({ errorCode: 'SERVER_DOWN' })
    const buyer = sessions.buyerOf(req.headers.cookie)
    const claimed = await payments.resources.listClaimed(SEAT_GROUP)
    if (claimed.isErr()) return void res.status(503).json({ errorCode: 'SERVICE_UNAVAILABLE' })
    const claims = new Map(claimed.value.map((claim) => [claim.id, claim]))
    const seats = SEATS.map((seat) => {
      const claim = claims.get(seat.id)
      // Whose seat it is, and which order it belongs to, is nobody's business but the owner's.
      const isMine = claim !== undefined && claim.buyerId === buyer?.id
      return { ...seat, status: claim?.status ?? 'FREE', isMine, orderId: isMine ? claim.orderId : null }
    })
    res.json({ title: TITLE, startsAt, maxSeats: MAX_SEATS, seats })
  })
  return router
}

/** The pages load nothing from anywhere else, and run nothing that is not a file of ours. */
const onlyOurOwnScripts: RequestHandler = (_req, res, next) => {
  res.setHeader('content-security-policy', "default-src 'self'; base-uri 'none'; frame-ancestors 'none'")
  next()
}
