import type { Attempt, AttemptStatus } from '../../src/core/attempt'
import { krw } from '../../src/core/money'
import type { Order, OrderFacts, PaidFacts } from '../../src/core/order'
import type { Refund, RefundStatus } from '../../src/core/refund'

export const T0 = new Date('2026-01-05T00:00:00.000Z')
export const at = (ms: number): Date => new Date(T0.getTime() + ms)
export const HOLD_MS = 300_000

export const facts: OrderFacts = {
  id: 'ord_1',
  version: 3,
  buyerId: 'buyer-1',
  title: 'Seat A-1',
  total: krw(100_000),
  refundPolicy: { name: 'ticket', version: 1, terms: '{"rule":"never"}' },
  eventStartsAt: at(2 * 86_400_000),
  heldAt: T0,
  attemptCount: 1,
  eventCount: 2,
}

export const paid: PaidFacts = {
  confirmedAt: at(20_000),
  paidAttemptId: 'att_1',
  refundedMinor: 0,
  activeRefundId: null,
  firstAccessAt: null,
}

const holding = { holdExpiresAt: at(HOLD_MS), dueAt: at(HOLD_MS) }

/** One order in every state the tables tell apart. */
export const ORDERS = {
  HOLD: { ...facts, status: 'HOLD', ...holding },
  'PAYING open': { ...facts, status: 'PAYING', ...holding, openAttemptId: 'att_1' },
  'PAYING closed': { ...facts, status: 'PAYING', ...holding, openAttemptId: null },
  CONFIRMED: { ...facts, status: 'CONFIRMED', ...paid },
  'CONFIRMED refunding': { ...facts, status: 'CONFIRMED', ...paid, activeRefundId: 'rfd_1' },
  EXPIRED: { ...facts, status: 'EXPIRED', expiredAt: at(HOLD_MS) },
  'CANCELLED unpaid': { ...facts, status: 'CANCELLED', cancelledAt: at(30_000), confirmedAt: null },
  'CANCELLED paid': { ...facts, status: 'CANCELLED', cancelledAt: at(30_000), ...paid },
  REFUNDED: {
    ...facts,
    status: 'REFUNDED',
    ...paid,
    refundedMinor: 100_000,
    cancelledAt: null,
    refundedAt: at(40_000),
  },
} as const satisfies Record<string, Order>

export const attemptIn = (status: AttemptStatus, more: Partial<Attempt> = {}): Attempt => ({
  id: 'att_1',
  version: 2,
  orderId: 'ord_1',
  buyerId: 'buyer-1',
  number: 1,
  gateway: 'toss',
  mode: 'test',
  method: 'CARD',
  amount: krw(100_000),
  status,
  capturedMinor: status === 'APPROVED' ? 100_000 : 0,
  refundedMinor: 0,
  providerRef: 'pay_1',
  chargeRequestedAt: status === 'CREATED' ? null : at(10_000),
  keyGeneration: 0,
  createdAt: T0,
  openedAt: T0,
  approvedAt: status === 'APPROVED' ? at(11_000) : null,
  closedAt: status === 'APPROVED' || status === 'FAILED' || status === 'VOIDED' ? at(11_000) : null,
  failureCode: status === 'FAILED' ? 'REJECT_CARD_COMPANY' : null,
  depositDueAt: null,
  callbackSecretHash: null,
  checks: 0,
  nextCheckAt: null,
  ...more,
})

export const refundIn = (status: RefundStatus, more: Partial<Refund> = {}): Refund => ({
  id: 'rfd_1',
  version: 1,
  orderId: 'ord_1',
  attemptId: 'att_1',
  buyerId: 'buyer-1',
  purpose: 'requested',
  status,
  amount: krw(100_000),
  reason: 'changed my mind',
  providerRef: status === 'COMPLETED' ? 'tx_9' : null,
  providerCode: null,
  failureCode: null,
  keyGeneration: 0,
  requestedAt: at(30_000),
  sentAt: at(30_000),
  completedAt: status === 'COMPLETED' ? at(31_000) : null,
  checks: 0,
  nextCheckAt: null,
  ...more,
})

/** A table as text: one row per state, one column per command. */
export const table = (
  rows: readonly string[],
  columns: readonly string[],
  cell: (row: string, column: string) => string,
): string => {
  const lines = [['from', ...columns], ...rows.map((row) => [row, ...columns.map((column) => cell(row, column))])]
  const widths = lines[0]?.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length))) ?? []
  return lines
    .map((line) =>
      line
        .map((text, index) => text.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
