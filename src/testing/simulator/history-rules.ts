import type { Row } from '../../storage/schema'
import type { RowChange } from './model'
import type { Violation } from './types'

/** Steps that only repeat what another event of the same commit says: in the history, not in the outbox. */
const SILENT: ReadonlySet<string> = new Set([
  'order.attempt_closed',
  'order.refund_started',
  'order.refund_released',
  'attempt.charge_requested',
  'refund.waiting',
])
export const isTold = (type: string): boolean => !SILENT.has(type)

type EventRow = Row<'events'>

const newEvents = (changes: readonly RowChange[]): readonly EventRow[] =>
  changes.flatMap((change) =>
    change.kind === 'events' && change.op === 'insert' && change.after ? [change.after] : [],
  )

/** I-11: the history of an order has no gap, says who and why, and leads from state to state. */
export const historyIsWhole = (changes: readonly RowChange[]): readonly Violation[] => {
  const events = newEvents(changes)
  return changes.flatMap((change): readonly Violation[] => {
    if (change.kind !== 'orders' || change.after === undefined) return []
    const { before, after } = change
    const own = events.filter(({ orderId }) => orderId === after.id).sort((a, b) => a.sequence - b.sequence)
    const broken = (message: string): readonly Violation[] => [
      { invariant: 'I-11 one history line per step', message: `order ${after.id}: ${message}` },
    ]
    if (own.length === 0) {
      return before?.status === after.status ? [] : broken(`${before?.status} to ${after.status} without a line`)
    }
    let status = before?.status ?? null
    let sequence = before?.eventCount ?? 0
    for (const event of own) {
      if (event.sequence !== sequence + 1) return broken(`line ${event.sequence} after ${sequence}`)
      if (event.fromStatus !== status) return broken(`${event.type} from ${event.fromStatus}, it was ${status}`)
      if (event.buyerId !== after.buyerId) return broken(`${event.type} of another buyer`)
      if (event.actorId === '' || event.actorKind === '' || event.cause === '') return broken(`${event.type} by nobody`)
      status = event.toStatus
      sequence = event.sequence
    }
    if (status !== after.status) return broken(`the lines end at ${status}, the order at ${after.status}`)
    return sequence === after.eventCount ? [] : broken('the count is wrong')
  })
}

/** I-11: what happens to an attempt or a refund is in the history of its order, in the same commit. */
export const partsAreInHistory = (changes: readonly RowChange[]): readonly Violation[] => {
  const events = newEvents(changes)
  return changes.flatMap((change): readonly Violation[] => {
    if (change.kind !== 'attempts' && change.kind !== 'refunds') return []
    if (change.before?.status === change.after?.status) return []
    const id = change.after?.id ?? change.before?.id
    const isTold = events.some(({ attemptId, refundId }) => (change.kind === 'attempts' ? attemptId : refundId) === id)
    return isTold
      ? []
      : [{ invariant: 'I-11 one history line per step', message: `${change.kind} ${id} moved in silence` }]
  })
}

/** I-32: an event and its outbox row are one commit, one to one. */
export const outboxMatches = (changes: readonly RowChange[]): readonly Violation[] => {
  const told = newEvents(changes)
    .filter(({ type }) => isTold(type))
    .map(({ id }) => id)
  const queued = changes.flatMap((change) =>
    change.kind === 'outbox' && change.op === 'insert' ? [change.after?.id] : [],
  )
  const same = told.length === queued.length && told.every((id) => queued.includes(id))
  return same
    ? []
    : [{ invariant: 'I-32 events and outbox are one', message: `${told.join(' ')} / ${queued.join(' ')}` }]
}
