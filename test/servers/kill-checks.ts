import { isDelivered } from '../../src/engine/events'
import { ALL_KINDS } from '../../src/storage/relational/naming'
import type { Op } from '../../src/storage/store'
import { createModel, type Model } from '../../src/testing/simulator/model'
import { moneyAddsUp } from '../../src/testing/simulator/money-rules'
import { claimsAreOwned, orderIsWhole } from '../../src/testing/simulator/order-rules'
import { HEARD, HOOKED } from './kill-shop'
import { type Db, type Place, rowsOf, run } from './servers'

/** One line of the bank's book, as it comes over the wire. */
export type BankLine = { readonly orderId: string; readonly kind: string; readonly amountMinor: number }

/** Everything in the database, for the simulator's own rules. */
export const readModel = async (db: Db, place: Place): Promise<Model> => {
  const model = createModel()
  for (const kind of ALL_KINDS) {
    const rows = await rowsOf(db, place, kind)
    // A stored row is a new row with a version, which the model counts for itself.
    model.apply(rows.map((row) => ({ op: 'insert', kind, row }) as unknown as Op))
  }
  return model
}

/** Whether there is anything left that time could change. */
export const isOpen = (model: Model): boolean =>
  model.all('outbox').length > 0 ||
  model.all('orders').some(({ dueAt }) => dueAt !== null) ||
  model.all('attempts').some(({ nextCheckAt }) => nextCheckAt !== null) ||
  model.all('refunds').some(({ nextCheckAt }) => nextCheckAt !== null) ||
  model.all('inbox').some(({ status }) => status === 'RECEIVED')

const sum = (lines: readonly { readonly amountMinor: number }[]): number =>
  lines.reduce((total, { amountMinor }) => total + amountMinor, 0)
const amounts = (lines: readonly { readonly amountMinor: number }[]): string =>
  lines
    .map(({ amountMinor }) => amountMinor)
    .toSorted((a, b) => a - b)
    .join(' ')

/** I-02, I-03, I-23: the bank's book, line by line, against our attempts and refunds. */
export const bookFaults = (model: Model, book: readonly BankLine[]): readonly string[] => {
  const faults: string[] = []
  for (const { orderId } of book) {
    if (model.get('attempts', orderId) === undefined) faults.push(`I-02 money of nobody: ${orderId}`)
  }
  for (const attempt of model.all('attempts')) {
    const own = book.filter(({ orderId }) => orderId === attempt.id)
    const captures = own.filter(({ kind }) => kind === 'capture')
    const refunds = own.filter(({ kind }) => kind === 'refund')
    const ours = model.ofOrder('refunds', attempt.orderId).filter(({ attemptId }) => attemptId === attempt.id)
    const done = ours.filter(({ status }) => status === 'COMPLETED')
    const order = model.get('orders', attempt.orderId)
    const about = `${attempt.id} ${attempt.status}, order ${order?.status}`
    if (captures.length > 1) faults.push(`I-03 paid twice: ${about}`)
    if (sum(captures) !== attempt.capturedMinor) {
      faults.push(`I-02 captures: ${amounts(captures)} there, ${attempt.capturedMinor} here, ${about}`)
    }
    if (amounts(refunds) !== amounts(done)) {
      faults.push(`I-23 refunds: ${amounts(refunds)} there, ${amounts(done)} here, ${about}`)
    }
    const kept = sum(captures) - sum(refunds)
    const isOrders = order?.paidAttemptId === attempt.id && order.confirmedAt !== null
    if (kept !== (isOrders ? order.totalMinor - order.refundedMinor : 0)) faults.push(`I-02 kept ${kept}: ${about}`)
  }
  return faults
}

/** I-11 to I-22: each order by itself, its claims, and its history. */
export const orderFaults = (model: Model): readonly string[] =>
  model.all('orders').flatMap((order) => {
    const told = [...orderIsWhole(model, order), ...claimsAreOwned(model, order), ...moneyAddsUp(model, order)]
    const faults = told.map(({ invariant, message }) => `${invariant}: ${message}`)
    if (order.status === 'HOLD' || order.status === 'PAYING') faults.push(`I-15 stuck: ${order.id} ${order.status}`)
    const own = model.ofOrder('events', order.id).toSorted((a, b) => a.sequence - b.sequence)
    const isGapless = own.every(({ sequence, fromStatus }, at) => {
      return sequence === at + 1 && fromStatus === (own[at - 1]?.toStatus ?? null)
    })
    if (!isGapless || own.length !== order.eventCount || own.at(-1)?.toStatus !== order.status) {
      faults.push(`I-11 the history of ${order.id} is broken`)
    }
    return faults
  })

/** I-39: nothing is left undone. */
export const stuckFaults = (model: Model): readonly string[] => [
  ...model
    .all('attempts')
    .filter(({ status }) => status === 'CREATED' || status === 'PENDING' || status === 'UNKNOWN')
    .map(({ id, status }) => `I-39 attempt ${id} ${status}`),
  ...model
    .all('refunds')
    .filter(({ status }) => status === 'PROCESSING' || status === 'UNKNOWN')
    .map(({ id, status }) => `I-39 refund ${id} ${status}`),
  ...model.all('outbox').map(({ id }) => `I-39 outbox ${id}`),
  ...model
    .all('inbox')
    .filter(({ status }) => status === 'RECEIVED' || status === 'QUARANTINED')
    .map(({ id, status, reason }) => `I-30 inbox ${id} ${status} ${reason}`),
]

/** I-13: no seat has two owners. */
export const seatFaults = (model: Model): readonly string[] => {
  const seats = model.all('claims').map(({ resourceGroup, resourceId }) => `${resourceGroup}/${resourceId}`)
  return seats.filter((seat, at) => seats.indexOf(seat) !== at).map((seat) => `I-13 claimed twice: ${seat}`)
}

/** I-32: hooks once per event, in the same transaction; handlers at least once. */
export const eventFaults = async (db: Db, { naming }: Place, model: Model): Promise<readonly string[]> => {
  const idsOf = async (table: string) =>
    (await run(db, `SELECT event_id FROM "${naming.schema}".${table}`)).rows.map((row) => String(row['event_id']))
  const hooked = await idsOf(HOOKED)
  const heard = new Set(await idsOf(HEARD))
  const events = model.all('events')
  const known = new Set(events.map(({ id }) => id))
  const once = new Set(hooked)
  return [
    ...(once.size === hooked.length ? [] : [`I-32 ${hooked.length - once.size} hooks ran twice`]),
    ...hooked.filter((id) => !known.has(id)).map((id) => `I-32 a hook of nothing: ${id}`),
    ...events.filter(({ id }) => !once.has(id)).map(({ id }) => `I-32 no hook ran: ${id}`),
    ...events
      .filter(({ id, type }) => isDelivered(type) && !heard.has(id))
      .map(({ id, type }) => `I-32 nobody was told: ${id} ${type}`),
  ]
}
