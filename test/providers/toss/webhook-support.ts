import type { RawWebhook } from '../../../src/providers/gateway'
import { answering, attemptOf, connect, START } from './support'

export const { receive } = connect(answering(200, {}).fetch)

export const raw = (body: unknown, headers: Record<string, string | undefined> = {}): RawWebhook => ({
  headers,
  rawBody: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  receivedAt: new Date(START),
})

export const orderId = attemptOf().id
export const statusChanged = (changes: object = {}, data: object = {}) => ({
  eventType: 'PAYMENT_STATUS_CHANGED',
  createdAt: '2026-01-05T10:01:03.123456',
  data: { paymentKey: 'pk_1', orderId, status: 'DONE', totalAmount: 33_000, secret: 'ps_planted_secret', ...data },
  ...changes,
})
export const deposited = (changes: object = {}) => ({
  createdAt: '2026-01-06T08:30:00.000000',
  secret: 'ps_planted_secret',
  status: 'DONE',
  transactionKey: 'tx_1',
  orderId,
  ...changes,
})
export const payout = {
  eventType: 'payout.changed',
  createdAt: '2026-01-06T10:00:00+09:00',
  version: '2022-11-16',
  eventId: 'event-1',
  entityType: 'payout',
  entityBody: { id: 'payout-1', status: 'COMPLETED' },
}
