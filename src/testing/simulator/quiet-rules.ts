import type { Row } from '../../storage/schema'
import { isTold } from './history-rules'
import type { Model } from './model'
import { LIMIT, POOL } from './setup'
import type { Violation } from './types'
import type { World } from './world'

const sum = (lines: readonly { readonly amountMinor: number }[]): number =>
  lines.reduce((total, { amountMinor }) => total + amountMinor, 0)

/** I-02, I-23: the providers' books, line by line, against ours and against what became of the order. */
const booksAgree = (world: World): readonly Violation[] => {
  const { model } = world
  const lines = world.providers.books(model)
  const found: Violation[] = []
  const check = (isFine: boolean, invariant: string, message: string) => {
    if (!isFine) found.push({ invariant, message })
  }
  const known = new Set(model.all('attempts').map(({ id }) => id))
  for (const { attemptId, gateway } of lines) {
    check(known.has(attemptId), 'I-02 all money has an order', `${gateway}: ${attemptId}`)
  }
  for (const attempt of model.all('attempts')) {
    const own = lines.filter(({ gateway, attemptId }) => gateway === attempt.gateway && attemptId === attempt.id)
    const captures = own.filter(({ kind }) => kind === 'capture')
    const refunds = own.filter(({ kind }) => kind === 'refund')
    const order = model.get('orders', attempt.orderId)
    const about = `${attempt.gateway} ${attempt.id} ${attempt.status}, order ${order?.id} ${order?.status}`
    check(captures.length <= 1, 'I-03 no attempt is paid twice', about)
    check(
      sum(captures) === attempt.capturedMinor,
      'I-02 captures agree with the provider',
      `${about}: ${sum(captures)} there, ${attempt.capturedMinor} here`,
    )
    const ours = model.ofOrder('refunds', attempt.orderId).filter(({ attemptId }) => attemptId === attempt.id)
    const done = ours.filter(({ status }) => status === 'COMPLETED').map(({ amountMinor }) => amountMinor)
    const there = refunds.map(({ amountMinor }) => amountMinor)
    check(
      JSON.stringify(done.toSorted((a, b) => a - b)) === JSON.stringify(there.toSorted((a, b) => a - b)),
      'I-23 refunds agree with the provider, one by one',
      `${about}: ${there} there, ${done} here`,
    )
    const kept = sum(captures) - sum(refunds)
    const byHand = sum(ours.filter((refund) => refund.status === 'MANUAL' || needsAnAccount(model, refund)))
    const isOrders = order?.paidAttemptId === attempt.id && order.confirmedAt !== null
    check(isOrders || kept <= byHand, 'I-02 no money is kept for an order that has not got it', `${about}: ${kept}`)
    if (isOrders) {
      const isFine = order.status === 'REFUNDED' ? kept === 0 : kept === order.totalMinor - order.refundedMinor
      check(isFine, 'I-02 an order keeps what it was paid', `${about}: ${kept}`)
    }
  }
  return found
}

/**
 * A deposit can only go back to an account that the buyer names, and we never store one. If the send that carried it got
 * lost, a person has been told, and the refund waits for somebody who names it again.
 */
const needsAnAccount = (model: Model, { id, attemptId }: Row<'refunds'>): boolean =>
  model.get('attempts', attemptId)?.method === 'VIRTUAL_ACCOUNT' &&
  model.all('alerts').some(({ refundId, status }) => refundId === id && status === 'OPEN')

/** I-15, I-30, I-39: nothing is left undone. */
const nothingIsStuck = ({ model }: World): readonly Violation[] => [
  ...model
    .all('orders')
    .filter(({ status }) => status === 'HOLD' || status === 'PAYING')
    .map(({ id, status }) => ({ invariant: 'I-15 no hold outlives its deadline', message: `order ${id} ${status}` })),
  ...model
    .all('attempts')
    .filter(({ status }) => status === 'CREATED' || status === 'PENDING' || status === 'UNKNOWN')
    .map(({ id, status }) => ({ invariant: 'I-39 no attempt stays open', message: `${id} ${status}` })),
  ...model
    .all('refunds')
    .filter(
      (refund) => (refund.status === 'PROCESSING' || refund.status === 'UNKNOWN') && !needsAnAccount(model, refund),
    )
    .map(({ id, status, purpose }) => ({
      invariant: 'I-39 no refund stays open',
      message: `${id} ${purpose} ${status}`,
    })),
  ...model.all('outbox').map(({ id }) => ({ invariant: 'I-39 every event is delivered', message: id })),
  ...model
    .all('inbox')
    .filter(({ status }) => status === 'RECEIVED')
    .map(({ id }) => ({ invariant: 'I-30 every stored notice is handled', message: id })),
]

/** I-32: what handlers and hooks were told is the history, no less and no more. */
const eventsArrived = ({ model, delivered, hostRows, setup }: World): readonly Violation[] => {
  const found: Violation[] = []
  for (const { id, type } of model.all('events')) {
    if (isTold(type) && !delivered.has(id))
      found.push({ invariant: 'I-32 every event is delivered', message: `${id} ${type}` })
    if (setup.hooks && !hostRows.has(id)) found.push({ invariant: 'I-32 the host’s rows are the history', message: id })
  }
  for (const id of [...delivered.keys(), ...hostRows]) {
    if (model.get('events', id) === undefined)
      found.push({ invariant: 'I-32 nothing is told that was rolled back', message: id })
  }
  return found
}

/** I-30: one inbox row per notice, however often it came. */
const noticesAreOnce = ({ model }: World, distinct: number): readonly Violation[] => {
  const stored = model.all('inbox').length
  if (stored <= distinct) return []
  return [{ invariant: 'I-30 a notice is stored once', message: `${stored} rows of ${distinct} notices` }]
}

/** What must be true once everything has come to rest. */
export const quietViolations = (world: World, distinctNotices: number): readonly Violation[] => [
  ...booksAgree(world),
  ...nothingIsStuck(world),
  ...eventsArrived(world),
  ...noticesAreOnce(world, distinctNotices),
]

/** How large a pool is: the declared one, or one buyer's limit. */
export const poolSize = (model: Model, limitPlaces: number, pool: string): number | undefined => {
  if (pool === POOL) return model.get('poolSizes', POOL)?.places
  return pool.startsWith(`limit:${LIMIT}:`) ? limitPlaces : undefined
}
