import type { PolicyName } from './app'
import { type Client, errorOf, successOf } from './client'
import { afterwards } from './lives-after'
import { pay } from './lives-pay'
import { LIMIT, POOL } from './setup'
import type { World } from './world'

/** What one buyer does, from wanting something to the end. Every choice is drawn from the buyer's own seed. */
export const live = async (world: World, client: Client): Promise<void> => {
  const { random } = client
  await client.pause(random.pick([0, 0, 0, 1_000, 1_000, 5_000, 30_000]))
  const orderId = await hold(world, client)
  if (orderId === undefined || random.chance(0.06)) return
  const order = world.model.get('orders', orderId)
  if (order === undefined) {
    client.expect(false, 'I-36 what is shown as held is stored', orderId)
    return
  }
  if (order.totalMinor > 0) {
    if (random.chance(0.12)) client.spawn(() => changeOfMind(client, orderId))
    const tries = 1 + random.int(3)
    for (let count = 0; count < tries; count += 1) {
      const ended = await pay(world, client, orderId, order.totalMinor)
      if (ended !== 'again') break
      await client.pause(random.pick([0, 1_000, 10_000]))
    }
  }
  await afterwards(world, client, orderId)
}

type Line = {
  title: string
  unitPrice: { amountMinor: number; currency: 'KRW' }
  quantity?: number
  resource?: { group: string; id: string }
  pool?: string
}

const won = (amountMinor: number): Line['unitPrice'] => ({ amountMinor, currency: 'KRW' })

const drawLines = (world: World, client: Client): Line[] => {
  const { random } = client
  const seat = (): Line => {
    const id = `S${1 + random.int(world.setup.seats)}`
    return { title: `seat ${id}`, unitPrice: won(12_000), resource: { group: 'hall', id } }
  }
  const places = (quantity: number): Line => ({ title: 'floor', unitPrice: won(5_000), quantity, pool: POOL })
  switch (random.int(10)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return [seat()]
    case 4:
    case 5:
      return [places(1 + random.int(2))]
    case 6:
      return [seat(), places(1), { title: 'member', unitPrice: won(-1_000) }]
    case 7:
      return [{ title: 'download', unitPrice: won(7_000) }]
    case 8:
      return [
        {
          title: 'free seat',
          unitPrice: won(0),
          resource: { group: 'hall', id: `S${1 + random.int(world.setup.seats)}` },
        },
      ]
    default:
      return [{ title: 'leaflet', unitPrice: won(0) }]
  }
}

const hold = async (world: World, client: Client): Promise<string | undefined> => {
  const { random, actor } = client
  const key = random.chance(0.6) ? `hold-${random.int(1_000_000)}` : undefined
  const policy: PolicyName = random.pick(['ticket', 'digital', 'generous', 'final'] as const)
  const input = {
    actor,
    lines: drawLines(world, client),
    refundPolicy: policy,
    eventStartsAt: new Date(world.scheduler.now() + random.pick([3_600_000, 10 * 86_400_000])),
    ...(random.chance(0.5) ? { limitPerBuyer: { name: LIMIT, places: world.setup.limitPlaces } } : {}),
    ...(key === undefined ? {} : { idempotencyKey: key }),
  }
  const once = () => client.call('hold', (shop) => shop.orders.hold(input))
  if (key !== undefined && random.chance(0.25)) {
    // A double click: with one key there is one order, whichever process was asked.
    const [first, second] = await Promise.all([once(), once()])
    const [left, right] = [successOf(first), successOf(second)]
    if (left !== undefined && right !== undefined) {
      client.expect(left.id === right.id, 'I-29 the same request has the same answer', `${left.id}, ${right.id}`)
    }
    if (left !== undefined || right !== undefined) return (left ?? right)?.id
  }
  for (let tries = 0; tries < 3; tries += 1) {
    const answer = await once()
    const held = successOf(answer)
    if (held !== undefined) return held.id
    const code = errorOf(answer)?.code
    const isOpen = code === undefined || code === 'store_unavailable' || code === 'hook_failed' || code === 'contention'
    // Without a key a repeat would be another order.
    if (!isOpen || key === undefined) return undefined
    await client.pause(random.pick([0, 500, 5_000]))
  }
  return undefined
}

/** Cancels in another tab, at any moment. */
const changeOfMind = async (client: Client, order: string): Promise<void> => {
  await client.pause(client.random.pick([0, 20, 500, 5_000, 40_000]))
  const { actor } = client
  await client.call('cancel', (shop) =>
    shop.orders.cancel({ actor, order, acknowledgeNoRefund: client.random.chance(0.5) }),
  )
}
