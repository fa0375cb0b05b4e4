import type { ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import { type Clock, createPayments, krw, type Store } from 'holdfast'
import { createHandler, type FailedRequest, type Handler } from 'holdfast/http'
import { wallet } from 'holdfast/wallet'
import type { Providers } from './providers'
import type { Provider } from './providers/provider'
import type { Sessions } from './session'
import { offer, refundPolicies } from './tickets'

export type EngineOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly providers: Providers
  readonly sessions: Sessions
  readonly startsAt: Date
  readonly onFailure: (entry: FailedRequest) => void
}

/** A server process that can die and be started again on the same store. Everything else here outlives it. */
export const createEngine = (options: EngineOptions) => {
  let life: Life | null = null
  let dieAfter: keyof Provider['calls'] | null = null

  const kill = () => {
    life?.end()
    life = null
  }
  /** The provider has moved the money and nobody has written it down: the worst moment to die. */
  const tollgate =
    ({ fake, calls }: Provider): typeof fetch =>
    async (input, init) => {
      const { method, url } = input instanceof Request ? input : new Request(input, init)
      const response = await fake.fetch(input, init)
      if (dieAfter !== null && calls[dieAfter].test(`${method} ${new URL(url).pathname}`)) {
        dieAfter = null
        kill()
      }
      return response
    }
  const start = () => {
    life ??= beginLife(options, tollgate)
  }
  const handler: Handler = async (request) => life?.handler(request) ?? down()
  start()

  return {
    start,
    kill,
    isAlive: () => life !== null,
    armed: () => dieAfter,
    dieAfterNext: (call: keyof Provider['calls']) => {
      dieAfter = call
    },
    /** null while the server is down. */
    payments: () => life?.payments ?? null,
    handler,
    /** Every answer that is under way breaks off when the server dies. */
    middleware: ((_req, res, next) => {
      const current = life
      current?.answering.add(res)
      res.once('close', () => current?.answering.delete(res))
      next()
    }) satisfies RequestHandler,
  }
}

export type DemoEngine = ReturnType<typeof createEngine>

/** What a proxy says when nothing behind it listens. */
const down = (): Response =>
  Response.json({ status: 503, errorCode: 'SERVER_DOWN', retryable: true, details: {} }, { status: 503 })

const never = (): Promise<never> => new Promise(() => {})

type Life = ReturnType<typeof beginLife>

/** One life of the server: a payments instance on the shared store, wired as any host would wire it. */
const beginLife = (
  { store, clock, providers, sessions, startsAt, onFailure }: EngineOptions,
  tollgate: (provider: Provider) => typeof fetch,
) => {
  let isAlive = true
  /** What a dead process asked for is never answered to it. What was under way elsewhere still happens. */
  const alive = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = isAlive ? await work() : await never()
    return isAlive ? result : never()
  }
  const mortalStore: Store = {
    get: (kind, id) => alive(() => store.get(kind, id)),
    find: (kind, query) => alive(() => store.find(kind, query)),
    commit: (ops, within) => alive(() => store.commit(ops, within)),
  }
  const mortalClock: Clock = {
    now: clock.now,
    schedule: (delayMs, run) => clock.schedule(delayMs, () => isAlive && run()),
  }
  const reach = (provider: Provider): typeof fetch => {
    const through = tollgate(provider)
    return (input, init) => alive(() => through(input, init))
  }
  const payments = createPayments({
    store: mortalStore,
    clock: mortalClock,
    gateways: {
      toss: providers.toss.gateway(reach(providers.toss)),
      payple: providers.payple.gateway(reach(providers.payple)),
      portone_v1: providers.portone_v1.gateway(reach(providers.portone_v1)),
      portone_v2: providers.portone_v2.gateway(reach(providers.portone_v2)),
      wallet: wallet({ openingBalance: krw(200_000), mode: 'test' }),
    },
    refundPolicies,
    holdMs: 5 * 60_000,
    jobs: { everyMs: 1_000, staleMs: 10_000, leaseMs: 3_000 },
  })
  const handler = createHandler(payments, {
    clock: mortalClock,
    actor: sessions.actorOf,
    hold: (asked) => offer(asked, startsAt),
    returnTo: '/pay/ended',
    zone: 'Asia/Seoul',
    heartbeatMs: 5_000,
    onFailure,
  })
  payments.jobs.start()
  const answering = new Set<ServerResponse>()
  return {
    payments,
    handler,
    answering,
    end: () => {
      isAlive = false
      // A dead process leaves its callers with a broken connection.
      for (const res of answering) res.destroy()
    },
  }
}
