import type { Notice, RawWebhook } from '../../../src/providers/gateway'
import { signPortOneV2Webhook } from '../../../src/providers/portone-v2'
import { answering, attemptOf, connect, START, STORE_ID, sentOf, WEBHOOK_SECRET } from './support'

const { fetch } = answering(200, {})
export const strict = connect(fetch)
export const lenient = connect(fetch, undefined, [], { webhookSecret: undefined })

export const raw = (
  body: unknown,
  headers: Record<string, string | undefined> = {},
  changes: Partial<RawWebhook> = {},
): RawWebhook => ({
  headers,
  rawBody: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  receivedAt: new Date(START),
  ...changes,
})

export const event = (type: string, data: Record<string, unknown> = {}) => ({
  type,
  timestamp: '2026-01-05T01:00:00.000Z',
  data: { storeId: STORE_ID, paymentId: sentOf(attemptOf().id), transactionId: 'tx-1', ...data },
})

/** As PortOne would send it, now. */
export const signed = (body: unknown, id = 'msg_1', sentAt = new Date(START)): RawWebhook => {
  const { rawBody } = raw(body)
  return raw(body, signPortOneV2Webhook({ webhookSecret: WEBHOOK_SECRET, id, rawBody, sentAt }))
}

/** The first version of the payload. */
export const old = (status: string, kind: 'json' | 'form'): RawWebhook => {
  const fields = { payment_id: sentOf(attemptOf().id), tx_id: 'tx-1', status }
  const notice = signed(kind === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString())
  const type = kind === 'json' ? 'application/json' : 'application/x-www-form-urlencoded; charset=utf-8'
  return { ...notice, headers: { ...notice.headers, 'Content-Type': type } }
}

export const received = (notice: RawWebhook): Notice => strict.receive(notice)._unsafeUnwrap()
export const hint = (notice: RawWebhook): Notice => lenient.receive(notice)._unsafeUnwrap()
