import { attemptFromRow } from '../../engine/rows'
import { type Client, errorOf, successOf } from './client'
import type { World } from './world'

type Ended = 'paid' | 'waiting' | 'again' | 'left'
type GatewayName = 'toss' | 'card' | 'bank' | 'wallet'
const METHODS = ['CARD', 'VIRTUAL_ACCOUNT'] as const

/** One try to pay: opens an attempt, does what the provider wants of a buyer, and comes back, or does not. */
export const pay = async (world: World, client: Client, orderId: string, totalMinor: number): Promise<Ended> => {
  const { random, actor } = client
  const gateway: GatewayName = random.pick(['toss', 'toss', 'card', 'card', 'bank', 'wallet'])
  const method = gateway === 'toss' ? METHODS[random.chance(0.15) ? 1 : 0] : undefined
  const started = await client.call('startPayment', (shop) =>
    gateway === 'toss' && method !== undefined
      ? shop.orders.startPayment({ actor, order: orderId, gateway, method })
      : shop.orders.startPayment({ actor, order: orderId, gateway: gateway === 'toss' ? 'card' : gateway }),
  )
  const opened = successOf(started)
  if (opened === undefined) {
    const error = errorOf(started)
    if (error?.code === 'attempt_in_progress' && 'attemptId' in error && random.chance(0.5)) {
      const { attemptId } = error
      await client.call('abandonAttempt', (shop) => shop.orders.abandonAttempt({ actor, order: orderId, attemptId }))
      return 'again'
    }
    return error === undefined || error.code === 'store_unavailable' || error.code === 'attempt_in_progress'
      ? 'again'
      : 'left'
  }
  const attemptId = opened.attempt.id
  await client.pause(random.pick([0, 0, 100, 2_000, 30_000]))
  // The window is closed without a word.
  if (random.chance(0.06)) return 'left'
  const returned = atProvider(world, client, { attemptId, totalMinor, gateway, method })
  if (gateway === 'bank') payLater(world, client, attemptId)
  // The buyer pays, or has authorised it, and never comes back.
  if (random.chance(0.12)) return 'left'
  await client.pause(random.pick([0, 0, 0, 1_000, 20_000]))
  if (random.chance(0.15)) {
    const [first] = await Promise.all([
      confirm(world, client, orderId, attemptId, returned, 0),
      confirm(world, client, orderId, attemptId, returned, 1),
    ])
    return first
  }
  return confirm(world, client, orderId, attemptId, returned)
}

type Order = {
  readonly attemptId: string
  readonly totalMinor: number
  readonly gateway: GatewayName
  readonly method: (typeof METHODS)[number] | undefined
}

/** What the buyer does at the provider's window, and what the browser brings back. */
const atProvider = (
  world: World,
  client: Client,
  { attemptId, totalMinor, gateway, method }: Order,
): Record<string, string> => {
  if (gateway !== 'toss') return {}
  const { random } = client
  const declined = world.decisions.fires('provider_declines', `toss ${attemptId}`)
  const query = world.providers.toss.buyer.authorize({
    orderId: attemptId,
    amount: totalMinor,
    method: method ?? 'CARD',
    validHours: 1,
    ...(declined
      ? { outcome: random.pick(['REJECT_CARD_PAYMENT', 'REJECT_ACCOUNT_PAYMENT', 'EXCEED_MAX_AMOUNT']) }
      : {}),
  })
  if (method === 'VIRTUAL_ACCOUNT') client.spawn(() => deposit(world, client, attemptId))
  if (random.chance(0.03)) return { ...query, amount: '1' }
  if (random.chance(0.03)) return { ...query, orderId: 'att_somebody_else' }
  return query
}

/** The money for a virtual account comes later, twice, or never. */
const deposit = async (world: World, client: Client, attemptId: string): Promise<void> => {
  const tries = client.random.int(4)
  for (let count = 0; count < tries; count += 1) {
    await client.pause(client.random.pick([1_000, 30_000, 600_000, 2_400_000]))
    world.providers.toss.bank.deposit(attemptId)
  }
}

/** At this provider the buyer pays without us, soon or late, or not at all. */
const payLater = (world: World, client: Client, attemptId: string): void => {
  const { random } = client
  if (random.chance(0.15)) return
  const outcome = random.chance(0.8) ? 'approved' : 'failed'
  const delayMs = random.pick([0, 0, 2_000, 30_000, 100_000, 250_000, 500_000])
  client.spawn(async () => {
    await client.pause(delayMs)
    const row = world.model.get('attempts', attemptId)
    if (row !== undefined) world.providers.payAtBank(attemptFromRow(row), outcome)
  })
}

const confirm = async (
  world: World,
  client: Client,
  order: string,
  attemptId: string,
  returned: Record<string, string>,
  on?: number,
): Promise<Ended> => {
  const { random, actor } = client
  const tries = 1 + random.int(4)
  for (let count = 0; count < tries; count += 1) {
    const answer = await client.call(
      'confirm',
      (shop) => shop.orders.confirm({ actor, order, attemptId, returned }),
      on,
    )
    const result = successOf(answer)
    if (result !== undefined) {
      if (result.status === 'confirmed') isTrulyPaid(world, client, order, attemptId)
      return result.status === 'confirmed' ? 'paid' : 'waiting'
    }
    const error = errorOf(answer)
    if (error !== undefined && error.outcome === 'not_executed' && error.code !== 'contention') {
      const isOver = error.code === 'paid_too_late' || error.code === 'hold_expired' || error.code === 'state_conflict'
      return isOver ? 'left' : 'again'
    }
    await client.pause(random.pick([0, 500, 5_000, 40_000]))
  }
  return 'again'
}

/** I-36: what a buyer is shown as paid was paid, by this attempt, and is in the history. */
const isTrulyPaid = (world: World, client: Client, orderId: string, attemptId: string): void => {
  const order = world.model.get('orders', orderId)
  const isPaid =
    order?.paidAttemptId === attemptId &&
    (order.status === 'CONFIRMED' || order.status === 'CANCELLED' || order.status === 'REFUNDED')
  client.expect(
    isPaid,
    'I-36 what is shown as paid is paid',
    `${orderId} is ${order?.status}, paid by ${order?.paidAttemptId}`,
  )
}
