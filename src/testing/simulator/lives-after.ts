import { type Client, successOf } from './client'
import type { World } from './world'

/** What buyers do with an order they may or may not have paid. */
export const afterwards = async (world: World, client: Client, order: string): Promise<void> => {
  const { random } = client
  const deeds = random.int(4)
  for (let count = 0; count < deeds; count += 1) {
    await client.pause(random.pick([0, 0, 50, 3_000, 60_000]))
    switch (random.int(9)) {
      case 0:
        await read(world, client, order)
        break
      case 1:
      case 2:
        await access(world, client, order)
        break
      case 3:
        await Promise.all([refund(world, client, order), access(world, client, order)])
        break
      case 4:
      case 5:
        await refund(world, client, order)
        break
      case 6:
        await Promise.all([refund(world, client, order), refund(world, client, order)])
        break
      case 7:
        await cancel(world, client, order)
        break
      default:
        await cancelAll(world, client)
    }
    if (random.chance(0.05)) await snoop(world, client)
  }
}

const read = async (world: World, client: Client, order: string): Promise<void> => {
  const { actor } = client
  const seen = successOf(await client.call('get', (shop) => shop.orders.get({ actor, order })))
  if (seen === undefined) return
  const isTrue = seen.status !== 'CONFIRMED' || (world.model.get('orders', order)?.confirmedAt ?? null) !== null
  client.expect(isTrue, 'I-36 what is shown as confirmed is confirmed', order)
}

const access = async (_world: World, client: Client, order: string): Promise<void> => {
  const { actor } = client
  await client.call('consume', (shop) => shop.access.consume({ actor, order }))
}

const refund = async (world: World, client: Client, order: string): Promise<void> => {
  const { random, actor } = client
  const key = random.chance(0.5) ? `refund-${random.int(3)}` : undefined
  const partly = random.chance(0.5) ? { amountMinor: 1 + random.int(8_000), currency: 'KRW' as const } : undefined
  const input = {
    actor,
    order,
    ...(partly === undefined ? {} : { amount: partly }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(random.chance(0.7)
      ? { refundAccount: { bankCode: '88', accountNumber: '110123456789', holderName: 'Kim' } }
      : {}),
  }
  for (let tries = 0; tries < 2; tries += 1) {
    const result = successOf(await client.call('refund', (shop) => shop.refunds.refund(input)))
    if (result === undefined) continue
    const stored = world.model.get('refunds', result.refund.id)
    const isTrue = stored !== undefined && (result.refund.status !== 'COMPLETED' || stored.status === 'COMPLETED')
    client.expect(isTrue, 'I-36 what is shown as refunded is refunded', result.refund.id)
    return
  }
}

const cancel = async (world: World, client: Client, order: string): Promise<void> => {
  const { random, actor } = client
  const acknowledgeNoRefund = random.chance(0.5)
  const done = successOf(
    await client.call('cancel', (shop) => shop.orders.cancel({ actor, order, acknowledgeNoRefund })),
  )
  if (done === undefined) return
  const status = world.model.get('orders', order)?.status
  client.expect(status === 'CANCELLED' || status === 'REFUNDED', 'I-36 what is shown as cancelled is', order)
  if (random.chance(0.6)) await refund(world, client, order)
}

const cancelAll = async (world: World, client: Client): Promise<void> => {
  const { actor, buyerId } = client
  const mine = world.model.all('orders').filter((order) => order.buyerId === buyerId)
  const orders = mine.map(({ id }) => id)
  if (orders.length === 0) return
  await client.call('cancelMany', (shop) => shop.orders.cancelMany({ actor, orders, acknowledgeNoRefund: true }))
}

/** I-34: somebody else's order answers like a missing one, whatever is asked of it. */
const snoop = async (world: World, client: Client): Promise<void> => {
  const { actor, buyerId, random } = client
  const others = world.model.all('orders').filter((order) => order.buyerId !== buyerId)
  if (others.length === 0) return
  const order = random.pick(others).id
  const answers = [
    await client.call('get', (shop) => shop.orders.get({ actor, order })),
    await client.call('cancel', (shop) => shop.orders.cancel({ actor, order })),
    await client.call('refund', (shop) => shop.refunds.refund({ actor, order })),
    await client.call('consume', (shop) => shop.access.consume({ actor, order })),
  ]
  client.expect(
    answers.every((answer) => answer.kind === 'lost' || answer.value.isErr()),
    'I-34 nobody touches another buyer’s order',
    order,
  )
}
