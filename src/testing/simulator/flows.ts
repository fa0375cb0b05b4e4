import type { Result } from 'neverthrow'
import type { Shop } from './app'
import { type Client, successOf } from './client'
import { RETURN } from './setup'
import type { World } from './world'

/** One buyer's way through, always the same: what crashes are tried on, one place after the other. */
export type Flow = (world: World, client: Client) => Promise<void>

const TRIES = 6

/** Asks until there is an answer that will not change: a person who reloads the page. */
const insist = async <T, E extends { readonly outcome: string }>(
  client: Client,
  verb: string,
  run: (shop: Shop) => PromiseLike<Result<T, E>>,
): Promise<T | undefined> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await client.call(verb, run, tries % 2)
    if (answer.kind === 'answered' && (answer.value.isOk() || answer.value.error.outcome === 'not_executed')) {
      return successOf(answer)
    }
    await client.pause(1_000)
  }
  return undefined
}

const PRICE = 12_000
const SEAT = { group: 'hall', id: 'S1' }

const hold = async (client: Client): Promise<string> => {
  const { actor } = client
  const lines = [{ title: 'seat', unitPrice: { amountMinor: PRICE, currency: 'KRW' as const }, resource: SEAT }]
  const held = await insist(client, 'hold', (shop) =>
    shop.orders.hold({
      actor,
      lines,
      refundPolicy: 'generous',
      idempotencyKey: 'the-one',
      limitPerBuyer: { name: 'per_buyer', places: 2 },
    }),
  )
  return held?.id ?? ''
}

const start = async (client: Client, order: string, gateway: string): Promise<string> => {
  const { actor } = client
  const started = await insist(client, 'startPayment', (shop) =>
    shop.orders.startPayment({ actor, order, gateway, ...RETURN }),
  )
  return started?.attempt.id ?? ''
}

const atToss = (world: World, attemptId: string, outcome?: string): Record<string, string> =>
  attemptId === ''
    ? {}
    : world.providers.toss.fake.buyer.authorize({
        orderId: attemptId,
        amount: PRICE,
        ...(outcome === undefined ? {} : { outcome }),
      })

const confirm = (client: Client, order: string, attemptId: string, returned: Readonly<Record<string, string>> = {}) => {
  const { actor } = client
  return insist(client, 'confirm', (shop) => shop.orders.confirm({ actor, order, attemptId, returned }))
}

const cancel = (client: Client, order: string) => {
  const { actor } = client
  return insist(client, 'cancel', (shop) => shop.orders.cancel({ actor, order, acknowledgeNoRefund: true }))
}

const refund = (client: Client, order: string) => {
  const { actor } = client
  return insist(client, 'refund', (shop) => shop.refunds.refund({ actor, order, idempotencyKey: 'back' }))
}

/** The jobs of a server, on either process, while time goes by. */
const jobs = async (client: Client, ...pausesMs: readonly number[]): Promise<void> => {
  for (const pauseMs of pausesMs) {
    await client.pause(pauseMs)
    await client.call('jobs', (shop) => shop.jobs.run())
  }
}

const buyByToss = async (world: World, client: Client): Promise<string> => {
  const order = await hold(client)
  const attempt = await start(client, order, 'toss')
  await confirm(client, order, attempt, atToss(world, attempt))
  return order
}

const buyByWallet = async (client: Client): Promise<string> => {
  const order = await hold(client)
  await confirm(client, order, await start(client, order, 'wallet'))
  return order
}

const payAtBank = (world: World, attemptId: string): void => void world.providers.bank.payAtBank(world, attemptId)

/** Bought through a provider whose buyer comes back from a window. */
const buyAt = async (world: World, client: Client, name: string): Promise<string> => {
  const order = await hold(client)
  const attemptId = await start(client, order, name)
  const visit = { attemptId, totalMinor: PRICE, method: undefined }
  await confirm(client, order, attemptId, attemptId === '' ? {} : world.providers.get(name).pay?.(visit))
  return order
}

const refundPart = (client: Client, order: string) => {
  const { actor } = client
  const amount = { amountMinor: 4_000, currency: 'KRW' as const }
  return insist(client, 'refund', (shop) => shop.refunds.refund({ actor, order, amount, idempotencyKey: 'part' }))
}

/** The ways through that matter. Each ends with the jobs a server would run anyway. */
export const FLOWS: Readonly<Record<string, Flow>> = {
  'buy by toss': async (world, client) => {
    await buyByToss(world, client)
    await jobs(client, 0)
  },
  'buy by wallet': async (_world, client) => {
    await buyByWallet(client)
    await jobs(client, 0)
  },
  'bought and refunded at payple': async (world, client) => {
    await refund(client, await buyAt(world, client, 'payple'))
    await jobs(client, 0)
  },
  'a part refunded at payple, and the answer got lost': async (world, client) => {
    const order = await buyAt(world, client, 'payple')
    world.providers.payple.fake.faults.next({ kind: 'lost_answer', seen: 'cut' }, { operation: 'cancelPayment' })
    await refundPart(client, order)
    await jobs(client, 60_000)
  },
  'bought and refunded in part at portone v1': async (world, client) => {
    await refundPart(client, await buyAt(world, client, 'portone_v1'))
    await jobs(client, 0)
  },
  'bought and refunded at portone v2': async (world, client) => {
    await refund(client, await buyAt(world, client, 'portone_v2'))
    await jobs(client, 0)
  },
  'declined, then paid by another card': async (world, client) => {
    const order = await hold(client)
    const first = await start(client, order, 'toss')
    await confirm(client, order, first, atToss(world, first, 'REJECT_CARD_PAYMENT'))
    const second = await start(client, order, 'toss')
    await confirm(client, order, second, atToss(world, second))
    await jobs(client, 0)
  },
  'paid at the bank, the browser never comes back': async (world, client) => {
    const order = await hold(client)
    payAtBank(world, await start(client, order, 'bank'))
    await client.pause(2_000)
    await jobs(client, 0)
  },
  'cancelled before it was paid': async (_world, client) => {
    const order = await hold(client)
    await start(client, order, 'card')
    await cancel(client, order)
    await jobs(client, 0)
  },
  'cancelled and refunded': async (world, client) => {
    const order = await buyByToss(world, client)
    await cancel(client, order)
    await refund(client, order)
    await jobs(client, 0)
  },
  'refunded, and the answer got lost': async (world, client) => {
    const order = await buyByToss(world, client)
    world.providers.toss.fake.faults.next({ kind: 'lost_answer', seen: 'cut' }, { operation: 'cancelPayment' })
    await refund(client, order)
    await jobs(client, 60_000)
  },
  'paid, and the answer got lost': async (world, client) => {
    const order = await hold(client)
    const attempt = await start(client, order, 'toss')
    world.providers.toss.fake.faults.next({ kind: 'lost_answer', seen: 'cut' }, { operation: 'confirmPayment' })
    const returned = atToss(world, attempt)
    const { actor } = client
    await client.call('confirm', (shop) => shop.orders.confirm({ actor, order, attemptId: attempt, returned }))
    await jobs(client, 50_000)
  },
  'expired while a charge was open': async (world, client) => {
    const order = await hold(client)
    const attempt = await start(client, order, 'toss')
    world.providers.toss.fake.faults.next(
      { kind: 'late_execution', afterMs: 30_000, seen: 'cut' },
      { operation: 'confirmPayment' },
    )
    const returned = atToss(world, attempt)
    const { actor } = client
    await client.call('confirm', (shop) => shop.orders.confirm({ actor, order, attemptId: attempt, returned }))
    await jobs(client, 20_000, 50_000)
  },
  'paid at the bank too late': async (world, client) => {
    const order = await hold(client)
    const attempt = await start(client, order, 'bank')
    await client.pause(61_000)
    payAtBank(world, attempt)
    await client.pause(1_000)
    await jobs(client, 0)
  },
}
