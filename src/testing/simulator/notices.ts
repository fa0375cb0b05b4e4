import type { Result } from 'neverthrow'
import type { Shop } from './app'
import type { Random } from './random'
import type { World } from './world'

type Sent = {
  readonly gateway: 'toss' | 'card' | 'bank'
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly rawBody: string | Uint8Array
}

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
  const seen = { card: 0, bank: 0 }
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
      if (providers.toss.webhooks.pending().length > 0) {
        await providers.toss.webhooks.deliverDue(async ({ headers, rawBody }) => {
          post({ gateway: 'toss', headers, rawBody })
          return 200
        })
      }
      for (const gateway of ['card', 'bank'] as const) {
        const all = providers[gateway].notices()
        for (const { headers, rawBody } of all.slice(seen[gateway])) post({ gateway, headers, rawBody })
        seen[gateway] = all.length
      }
    },
    forge: () => {
      const attempts = world.model.all('attempts')
      if (attempts.length === 0 || !decisions.fires('webhook_forged', 'toss')) return
      distinct += 1
      const rawBody = JSON.stringify(forgedBody(decisions.random, decisions.random.pick(attempts).id))
      scheduler.after(owner, 0, 'a forged notice', () => void deliver({ gateway: 'toss', headers: {}, rawBody }, 0))
    },
    distinct: () => distinct,
    undelivered: () => [...under],
  }
}

const forgedBody = (random: Random, orderId: string): object => {
  const createdAt = '2026-01-05T00:00:00.000000'
  const paymentKey = `pk_forged_${random.int(3)}`
  if (random.chance(0.5)) return { createdAt, secret: 'ps_guessed', status: 'DONE', transactionKey: 'tx', orderId }
  const data = { orderId, paymentKey, status: 'DONE', totalAmount: 1 }
  return { eventType: 'PAYMENT_STATUS_CHANGED', createdAt, data }
}
