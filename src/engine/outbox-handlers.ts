import { findAmong } from '../storage/among'
import type { Row } from '../storage/schema'
import type { Engine } from './engine'
import { matching } from './events'
import type { PaymentEvent } from './options'

/** Tells the host's handlers of one of these events. What their `resource.*` events need is read here, for all of them. */
export const handlersOf = async (
  engine: Engine,
  events: readonly PaymentEvent[],
): Promise<(event: PaymentEvent) => Promise<void>> => {
  const lines = hearsOfResources(engine) ? await linesOf(engine, events) : new Map<string, readonly Line[]>()
  return async (event) => {
    for (const handler of matching(engine.on, event.type)) await handler(event)
    const type = resourceEventOf(event)
    if (type === undefined) return
    for (const line of lines.get(event.orderId) ?? []) {
      if (line.resourceGroup === null || line.resourceId === null) continue
      const resource = { group: line.resourceGroup, id: line.resourceId }
      const about: PaymentEvent = { ...event, id: `${event.id}.${line.position}`, type, resource }
      for (const handler of matching(engine.on, type)) await handler(about)
    }
  }
}

type Line = Row<'orderLines'>

const hearsOfResources = ({ on }: Engine): boolean =>
  Object.keys(on).some((key) => key === '*' || key.startsWith('resource.'))

/** The lines of the orders that have an event which means something for a resource, in their order. */
const linesOf = async (
  { store }: Engine,
  events: readonly PaymentEvent[],
): Promise<ReadonlyMap<string, readonly Line[]>> => {
  const orders = new Set(events.flatMap((event) => (resourceEventOf(event) === undefined ? [] : [event.orderId])))
  const lines = new Map<string, Line[]>([...orders].map((id) => [id, []]))
  const found = await findAmong(store, 'orderLines', 'byOrder', [...orders])
  for (const line of [...found].sort((left, right) => left.position - right.position)) {
    lines.get(line.orderId)?.push(line)
  }
  return lines
}

/** What an order's transition means for each named resource it claims. */
const RESOURCE_EVENTS: Readonly<Record<string, string>> = {
  'order.held': 'resource.held',
  'order.confirmed': 'resource.reserved',
  'order.reclaimed': 'resource.reserved',
  'order.expired': 'resource.released',
  'order.cancelled': 'resource.released',
}

const resourceEventOf = ({ type, fromStatus }: PaymentEvent): string | undefined =>
  // A cancelled order gave its resources back before it was refunded.
  type === 'order.refunded' && fromStatus === 'CONFIRMED' ? 'resource.released' : RESOURCE_EVENTS[type]
