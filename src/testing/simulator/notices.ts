import type { Result } from 'neverthrow'
import type { Shop } from './app'
import type { Sent } from './providers/provider'
import type { World } from './world'

/** Carries the providers' webhooks to us: late, twice, out of order, or not at all. */
export type Notices = {
  /** Takes what the providers have to tell by now, and sends it on its way. */
  readonly collect: () => Promise<void>
  /** How many different notices of a gateway exist: one inbox row each, at most. */
  readonly distinct: () => number
  /** A stranger who knows an order number says that it was paid. Nothing about it is true. */
  readonly forge: () => void
  /** What is on its way, for the quiet end. */
  readonly undelivered: () => readonly Sent[]
}

const RETRIES_MS = [60_000, 240_000, 960_000]

/** `silent` gateways tell nothing: what we know of them we must have asked for. */
export const createNotices = (world: World, silent: readonly Sent['gateway'][] = []): Notices => {
  const { decisions, scheduler, owner, providers } = world
  const under = new Set<Sent>()
  let distinct = 0

  const deliver = async (sent: Sent, tries: number): Promise<void> => {
    const process = world.processes[decisions.random.int(world.processes.length)]
    const receive = async (shop: Shop): Promise<Result<unknown, unknown>> =>
      shop.webhooks.receive(sent.gateway, { headers: sent.headers, rawBody: sent.rawBody })
    const answer = process === undefined ? ({ kind: 'lost' } as const) : await process.call('webhook', receive)
    if (answer.kind === 'answered' && answer.value.isOk()) {
      under.delete(sent)
      return
    }
    const delayMs = RETRIES_MS[tries]
    if (delayMs === undefined) return
    scheduler.after(owner, delayMs, `${sent.gateway} tells again`, () => void deliver(sent, tries + 1))
  }

  const post = (sent: Sent): void => {
    distinct += 1
    const where = sent.gateway
    if (silent.includes(sent.gateway) || decisions.fires('webhook_lost', where)) return
    under.add(sent)
    const copies = decisions.fires('webhook_repeated', where) ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      const isLate = decisions.fires('webhook_late', where)
      const delayMs = isLate ? decisions.random.pick([1_000, 30_000, 200_000, 900_000]) : decisions.random.int(300)
      scheduler.after(owner, delayMs, `${sent.gateway} tells`, () => void deliver(sent, 0))
    }
  }

  return {
    collect: async () => {
      for (const { name: gateway, tell } of providers.all) await tell?.((sent) => post({ gateway, ...sent }))
    },
    forge: () => {
      const attempts = world.model.all('attempts')
      if (attempts.length === 0 || !decisions.fires('webhook_forged', 'a stranger')) return
      const { id, gateway } = decisions.random.pick(attempts)
      const own = providers.get(gateway)
      // A mock's notices are signed: a stranger can only pretend to be somebody who signs nothing.
      const { name, forge } = own.forge === undefined ? providers.toss : own
      const rawBody = forge?.(decisions.random, id)
      if (rawBody === undefined) return
      distinct += 1
      scheduler.after(owner, 0, 'a forged notice', () => void deliver({ gateway: name, headers: {}, rawBody }, 0))
    },
    distinct: () => distinct,
    undelivered: () => [...under],
  }
}
