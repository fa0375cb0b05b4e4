import { type Client, errorOf, successOf } from './client'
import { RETURN } from './setup'
import type { World } from './world'

type Ended = 'paid' | 'waiting' | 'again' | 'left'

/** One try to pay: opens an attempt, does what the provider wants of a buyer, and comes back, or does not. */
export const pay = async (world: World, client: Client, orderId: string, totalMinor: number): Promise<Ended> => {
  const { random, actor } = client
  const provider = world.providers.pick(random)
  const { name: gateway } = provider
  const method = provider.method?.(random)
  const started = await client.call('startPayment', (shop) =>
    shop.orders.startPayment({
      actor,
      order: orderId,
      gateway,
      ...RETURN,
      ...(method === undefined ? {} : { method }),
    }),
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
  const returned = provider.visit?.(world, client, { attemptId, totalMinor, method }) ?? {}
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

const confirm = async (
  world: World,
  client: Client,
  order: string,
  attemptId: string,
  returned: Readonly<Record<string, string>>,
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
