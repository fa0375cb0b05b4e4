import type { Attempt } from '../../src/core/attempt'
import { krw } from '../../src/core/money'
import type { Refund } from '../../src/core/refund'
import type { RefundContext } from '../../src/providers/gateway'

/** The records the tests of every provider start from; each provider names what is its own. */

const AT = new Date(Date.UTC(2026, 0, 5, 1, 0, 0))

export const attemptWith = (changes: Partial<Attempt> & Pick<Attempt, 'gateway'>): Attempt => ({
  id: 'att_0000000000000000000001',
  version: 1,
  orderId: 'ord_0000000000000000000001',
  buyerId: 'buyer-1',
  number: 1,
  mode: 'test',
  method: 'CARD',
  amount: krw(33_000),
  status: 'PENDING',
  capturedMinor: 0,
  refundedMinor: 0,
  providerRef: null,
  chargeRequestedAt: null,
  keyGeneration: 0,
  createdAt: AT,
  openedAt: AT,
  approvedAt: null,
  closedAt: null,
  failureCode: null,
  depositDueAt: null,
  callbackSecretHash: null,
  checks: 0,
  nextCheckAt: null,
  ...changes,
})

export const refundWith = (changes: Partial<Refund> = {}): Refund => ({
  id: 'rfd_0000000000000000000001',
  version: 1,
  orderId: 'ord_0000000000000000000001',
  attemptId: 'att_0000000000000000000001',
  buyerId: 'buyer-1',
  purpose: 'requested',
  status: 'PROCESSING',
  amount: krw(33_000),
  reason: '단순 변심',
  providerRef: null,
  providerCode: null,
  failureCode: null,
  keyGeneration: 0,
  requestedAt: AT,
  sentAt: AT,
  completedAt: null,
  checks: 0,
  nextCheckAt: null,
  ...changes,
})

export const refundContext = (attempt: Attempt, changes: Partial<RefundContext> = {}): RefundContext => ({
  attempt,
  refundable: attempt.amount,
  refundAccount: null,
  ...changes,
})
