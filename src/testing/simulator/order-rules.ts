import type { Row } from '../../storage/schema'
import type { Model, RowChange } from './model'
import type { Violation } from './types'

/** A state that no order leaves this way is a bug, whoever asked for it. Written down here once more, on purpose. */
const ORDER_STEPS: ReadonlySet<string> = new Set([
  'new HOLD',
  'new CONFIRMED',
  'HOLD PAYING',
  'HOLD EXPIRED',
  'HOLD CANCELLED',
  'PAYING CONFIRMED',
  'PAYING EXPIRED',
  'PAYING CANCELLED',
  'CONFIRMED CANCELLED',
  'CONFIRMED REFUNDED',
  'CANCELLED REFUNDED',
])
const ATTEMPT_STEPS: ReadonlySet<string> = new Set([
  'new CREATED',
  'CREATED PENDING',
  'CREATED UNKNOWN',
  'CREATED APPROVED',
  'CREATED FAILED',
  'CREATED VOIDED',
  'PENDING UNKNOWN',
  'PENDING APPROVED',
  'PENDING FAILED',
  'PENDING VOIDED',
  'UNKNOWN PENDING',
  'UNKNOWN APPROVED',
  'UNKNOWN FAILED',
  'UNKNOWN VOIDED',
  'FAILED APPROVED',
  'VOIDED APPROVED',
])
const REFUND_STEPS: ReadonlySet<string> = new Set([
  'new PROCESSING',
  'new COMPLETED',
  'PROCESSING UNKNOWN',
  'PROCESSING COMPLETED',
  'PROCESSING FAILED',
  'PROCESSING MANUAL',
  'UNKNOWN PROCESSING',
  'UNKNOWN COMPLETED',
  'UNKNOWN FAILED',
  'UNKNOWN MANUAL',
  'FAILED COMPLETED',
  'MANUAL COMPLETED',
])

/** Two servers' clocks may differ by this much and a little. */
const SKEW_MS = 10_000

export type Rules = { readonly reclaims: boolean }

type Status = { readonly status: string } | undefined
const stepOf = (before: Status, after: Status): string | null =>
  before?.status === after?.status ? null : `${before?.status ?? 'new'} ${after?.status ?? 'gone'}`

const live = ({ status }: Row<'orders'>): boolean => status === 'HOLD' || status === 'PAYING' || status === 'CONFIRMED'
const isOpen = ({ status }: Row<'attempts'>): boolean =>
  status === 'CREATED' || status === 'PENDING' || status === 'UNKNOWN'

/** I-11, I-17: every change of state is a row of the tables. */
export const legalSteps = (changes: readonly RowChange[], { reclaims }: Rules): readonly Violation[] =>
  changes.flatMap((change): readonly Violation[] => {
    const illegal = (step: string | null, legal: ReadonlySet<string>): readonly Violation[] => {
      if (step === null || legal.has(step)) return []
      return [{ invariant: 'I-11 every change is a legal one', message: `${change.kind}: ${step}` }]
    }
    switch (change.kind) {
      case 'orders': {
        const { before, after } = change
        if (reclaims && before?.status === 'EXPIRED' && after?.status === 'CONFIRMED') return []
        if (before?.status === 'CANCELLED' && after?.status === 'REFUNDED' && before.confirmedAt === null) {
          return [{ invariant: 'I-17 what was never paid is never refunded', message: before.id }]
        }
        return illegal(stepOf(before, after), ORDER_STEPS)
      }
      case 'attempts':
        return illegal(stepOf(change.before, change.after), ATTEMPT_STEPS)
      case 'refunds':
        return illegal(stepOf(change.before, change.after), REFUND_STEPS)
      default:
        return []
    }
  })

/** I-12, I-18, I-19, I-20: what an order's own columns and attempts must say, whatever its state. */
export const orderIsWhole = (model: Model, order: Row<'orders'>): readonly Violation[] => {
  const found: Violation[] = []
  const check = (isFine: boolean, invariant: string, message = `order ${order.id} ${order.status}`) => {
    if (!isFine) found.push({ invariant, message })
  }
  const attempts = model.ofOrder('attempts', order.id)
  const open = attempts.filter(isOpen)
  check(open.length <= 1, 'I-19 at most one attempt is open', `order ${order.id}: ${open.length} open attempts`)
  check(
    new Set(attempts.map(({ number }) => number)).size === attempts.length && attempts.length === order.attemptCount,
    'I-19 attempts are numbered',
  )
  check(
    order.status === 'PAYING' ? order.openAttemptId === (open[0]?.id ?? null) : order.openAttemptId === null,
    'I-19 the order knows its open attempt',
  )
  check(order.status === 'PAYING' || open.length === 0, 'I-16 an order that is over has no open attempt')
  const paid = order.paidAttemptId === null ? undefined : model.get('attempts', order.paidAttemptId)
  if (order.status === 'CONFIRMED') {
    const isPaid = order.totalMinor === 0 ? order.paidAttemptId === null : paid?.status === 'APPROVED'
    check(isPaid && order.confirmedAt !== null, 'I-12 a confirmed order is paid')
  }
  if (order.paidAttemptId !== null) check(paid?.orderId === order.id, 'I-20 an order is paid by its own attempt')
  const holds = order.status === 'HOLD' || order.status === 'PAYING'
  check(holds === (order.holdExpiresAt !== null), 'I-18 only a hold has a deadline')
  const moments = [order.heldAt, order.confirmedAt, order.cancelledAt, order.refundedAt].flatMap((at) => at ?? [])
  check(
    moments.every((at, place) => place === 0 || at.getTime() + SKEW_MS >= (moments[place - 1]?.getTime() ?? 0)),
    'I-18 moments follow one another',
  )
  for (const part of [...attempts, ...model.ofOrder('refunds', order.id), ...model.ofOrder('claims', order.id)]) {
    check(part.buyerId === order.buyerId, 'I-20 everything of an order is its buyer’s', part.id)
  }
  if (order.totalMinor === 0) {
    check(attempts.length === 0 && model.ofOrder('refunds', order.id).length === 0, 'I-24 what is free has no payment')
  }
  return found
}

/** I-13, I-14, I-16: claims are live exactly as long as the order owns them, and nobody else owns the same. */
export const claimsAreOwned = (model: Model, order: Row<'orders'>): readonly Violation[] => {
  const claims = model.ofOrder('claims', order.id)
  if (!live(order)) {
    if (claims.length === 0) return []
    return [{ invariant: 'I-16 an order that is over owns nothing', message: `order ${order.id} ${order.status}` }]
  }
  const lines = model
    .ofOrder('orderLines', order.id)
    .filter(({ resourceId, pool }) => resourceId !== null || pool !== null)
  const isClaimed = lines.every((line) =>
    claims.some(
      (claim) =>
        claim.position === line.position &&
        claim.resourceGroup === line.resourceGroup &&
        claim.resourceId === line.resourceId &&
        claim.pool === line.pool &&
        claim.places === line.quantity,
    ),
  )
  const found: Violation[] = []
  if (!isClaimed) found.push({ invariant: 'I-14 a live order owns what it says', message: `order ${order.id}` })
  const held = order.status === 'CONFIRMED' ? null : (order.holdExpiresAt?.getTime() ?? null)
  if (claims.some(({ heldUntil }) => (heldUntil?.getTime() ?? null) !== held)) {
    found.push({ invariant: 'I-14 a claim is held as long as its order', message: `order ${order.id} ${order.status}` })
  }
  for (const line of lines) {
    if (line.resourceId === null) continue
    const rivals = model.all('orders').filter((other) => {
      if (other.id === order.id || !live(other)) return false
      return model
        .ofOrder('orderLines', other.id)
        .some(({ resourceGroup, resourceId }) => resourceGroup === line.resourceGroup && resourceId === line.resourceId)
    })
    if (rivals.length > 0) {
      found.push({
        invariant: 'I-13 one live order per resource',
        message: `${line.resourceId}: ${order.id}, ${rivals[0]?.id}`,
      })
    }
  }
  return found
}
