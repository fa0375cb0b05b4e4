import type { Row } from '../../storage/schema'
import type { Model, RowChange } from './model'
import type { Violation } from './types'

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** I-01, I-03, I-04, I-20, I-22: our own record of an order's money agrees with itself at every moment. */
export const moneyAddsUp = (model: Model, order: Row<'orders'>): readonly Violation[] => {
  const found: Violation[] = []
  const check = (isFine: boolean, invariant: string, message: string) => {
    if (!isFine) found.push({ invariant, message })
  }
  const attempts = model.ofOrder('attempts', order.id)
  const refunds = model.ofOrder('refunds', order.id)
  for (const attempt of attempts) {
    const { id, capturedMinor, refundedMinor, amountMinor, status, failureCode } = attempt
    const given = refunds.filter((refund) => refund.attemptId === id && refund.status === 'COMPLETED')
    check(refundedMinor <= capturedMinor, 'I-01 no more goes back than came', id)
    check(refundedMinor === sum(given.map((refund) => refund.amountMinor)), 'I-22 refunds are counted once', id)
    check(amountMinor === order.totalMinor && attempt.currency === order.currency, 'I-04 the price is frozen', id)
    if (status === 'APPROVED') check(capturedMinor === amountMinor, 'I-04 what is approved is the price', id)
    else check(capturedMinor === 0 || failureCode === 'amount_mismatch', 'I-12 money is on approved attempts', id)
  }
  for (const refund of refunds) {
    const attempt = attempts.find(({ id }) => id === refund.attemptId)
    check(attempt !== undefined && attempt.capturedMinor > 0, 'I-20 a refund has its payment', refund.id)
  }
  const kept = sum(attempts.map(({ capturedMinor }) => capturedMinor))
  const returning = refunds.filter(({ status }) => status !== 'FAILED')
  const owed =
    kept - sum(returning.filter(({ attemptId }) => attemptId !== order.paidAttemptId).map((it) => it.amountMinor))
  check(owed <= order.totalMinor, 'I-03 no order keeps more than its price', `order ${order.id}: ${owed}`)
  if (order.paidAttemptId === null)
    check(owed <= 0, 'I-02 money without an order goes back', `order ${order.id}: ${owed}`)
  const own = refunds.filter(({ attemptId, status }) => attemptId === order.paidAttemptId && status === 'COMPLETED')
  if (order.paidAttemptId !== null) {
    check(order.refundedMinor === sum(own.map((it) => it.amountMinor)), 'I-22 the order knows what went back', order.id)
  }
  const isWhole = order.totalMinor > 0 && order.refundedMinor >= order.totalMinor
  check(isWhole === (order.status === 'REFUNDED'), 'I-22 refunded means all of it', `order ${order.id} ${order.status}`)
  const active = refunds.filter(({ id }) => id === order.activeRefundId)
  if (order.activeRefundId !== null) {
    check(
      active[0]?.status === 'PROCESSING' || active[0]?.status === 'UNKNOWN',
      'I-22 only a refund under way claims',
      order.id,
    )
  }
  const claiming = refunds.filter(
    ({ purpose, status }) => purpose === 'requested' && (status === 'PROCESSING' || status === 'UNKNOWN'),
  )
  check(claiming.length <= 1, 'I-23 one refund at a time', `order ${order.id}`)
  return found
}

/** I-06: history and ledger lines are never changed or removed. I-07: a wallet is the sum of its lines. */
export const linesOnlyGrow = (model: Model, changes: readonly RowChange[]): readonly Violation[] =>
  changes.flatMap((change): readonly Violation[] => {
    if ((change.kind === 'events' || change.kind === 'ledgerEntries') && change.op !== 'insert') {
      return [{ invariant: 'I-06 lines are never changed', message: `${change.kind} ${change.before?.id}` }]
    }
    if (change.kind !== 'walletAccounts' || change.after === undefined) return []
    const { id, balanceMinor, entryCount } = change.after
    const lines = model.all('ledgerEntries').filter(({ accountId }) => accountId === id)
    const last = lines.find(({ sequence }) => sequence === entryCount)
    const adds = balanceMinor === sum(lines.map(({ amountMinor }) => amountMinor))
    const isFine = adds && balanceMinor >= 0 && lines.length === entryCount && last?.balanceAfterMinor === balanceMinor
    return isFine ? [] : [{ invariant: 'I-07 a wallet is the sum of its lines, and never below zero', message: id }]
  })

/** I-14, I-38: a pool's free places are its size less what live orders have. */
export const poolsAddUp = (model: Model, changes: readonly RowChange[], sizeOf: (pool: string) => number | undefined) =>
  changes.flatMap((change): readonly Violation[] => {
    if (change.kind !== 'pools' || change.after === undefined) return []
    const { id, available } = change.after
    const size = sizeOf(id)
    const taken = sum(
      model
        .all('claims')
        .filter(({ pool }) => pool === id)
        .map(({ places }) => places),
    )
    if (size !== undefined && available >= 0 && available === size - taken) return []
    const invariant = id.startsWith('limit:') ? 'I-38 a buyer stays within the limit' : 'I-14 a pool adds up'
    return [{ invariant, message: `${id}: ${available} free of ${size}, ${taken} taken` }]
  })

/** I-21: under a policy of not having used it, first use and refund exclude each other. */
export const accessOrRefund = (model: Model, order: Row<'orders'>, types: readonly string[]): readonly Violation[] => {
  if (order.policyName !== 'digital') return []
  const started = types.includes('order.refund_started') && order.firstAccessAt !== null
  const accessed =
    types.includes('order.first_accessed') && (order.activeRefundId !== null || order.status !== 'CONFIRMED')
  const both = model.ofOrder('refunds', order.id).some(({ purpose, status, requestedAt }) => {
    const isRequested = purpose === 'requested' && status !== 'FAILED'
    return (
      isRequested && order.firstAccessAt !== null && order.status === 'REFUNDED' && requestedAt >= order.firstAccessAt
    )
  })
  if (!started && !accessed && !both) return []
  return [{ invariant: 'I-21 used or refunded, never both', message: `order ${order.id}` }]
}
