import { findAmong } from '../storage/among'
import type { Row } from '../storage/schema'
import type { Engine } from './engine'
import { matching } from './events'
import type { EventHandlers, PaymentEvent } from './options'

/** Tells the host's handlers of one of these events. What their `resource.*` events need is read here, for all of them. */
export const handlersOf = async (
  engine: Engine,
  events: Iterable<PaymentEvent>,
): Promise<(event: PaymentEvent) => Promise<void>> => {
  const lines = hearsOfResources(engine) ? await linesOf(engine, events) : new Map<string, readonly Line[]>()
  const listening = listeningIn(engine)
  return async (event) => {
    for (const handler of listening(event.type)) await handler(event)
    const type = resourceEventOf(event)
    if (type === undefined) return
    for (const line of lines.get(event.orderId) ?? NO_LINES) {
      if (line.resourceGroup === null || line.resourceId === null) continue
      const resource = { group: line.resourceGroup, id: line.resourceId }
      const about: PaymentEvent = { ...event, id: `${event.id}.${line.position}`, type, resource }
      for (const handler of listening(type)) await handler(about)
    }
  }
}

type Line = Row<'orderLines'>
type Handler = EventHandlers[keyof EventHandlers]
const NO_LINES: readonly Line[] = []

/** The handlers of a type, looked for once: a page has a thousand events of a dozen types. */
const listeningIn = ({ on }: Engine): ((type: string) => readonly Handler[]) => {
  const found = new Map<string, readonly Handler[]>()
  return (type) => {
    const known = found.get(type)
    if (known !== undefined) return known
    const handlers = matching(on, type)
    found.set(type, handlers)
    return handlers
  }
}

const hearsOfResources = ({ on }: Engine): boolean =>
  Object.keys(on).some((key) => key === '*' || key.startsWith('resource.'))

/** The lines of the orders that have an event which means something for a resource, in their order. */
const linesOf = async (
  { store }: Engine,
  events: Iterable<PaymentEvent>,
): Promise<ReadonlyMap<string, readonly Line[]>> => {
  const orders = new Set<string>()
  for (const event of events) if (resourceEventOf(event) !== undefined) orders.add(event.orderId)
  const lines = new Map<string, Line[]>()
  for (const line of await findAmong(store, 'orderLines', 'byOrder', [...orders])) {
    const others = lines.get(line.orderId)
    if (others === undefined) lines.set(line.orderId, [line])
    else others.push(line)
  }
  for (const several of lines.values()) several.sort((left, right) => left.position - right.position)
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
