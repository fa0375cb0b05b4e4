import type { WebhookMessage } from '../fake/webhooks'
import type { OnChange } from './fake-book'

/** As the merchant's console is set. The first version comes as JSON or as a form. */
export type FakeWebhookVersion = '2024-04-25' | '2024-01-01' | '2024-01-01-form'

/** Turns what happened into the webhooks PortOne would send. */
export const fakePortOneV2Notices = (options: {
  readonly enqueue: (message: WebhookMessage) => void
  readonly storeId: string
  readonly version: FakeWebhookVersion
  /** How many were counted so far. */
  readonly saved: number
}) => {
  const { enqueue, storeId, version } = options
  let counter = options.saved
  const send = (rawBody: string, at: Date) => enqueue({ id: `msg_fake_${++counter}`, rawBody, isSigned: true, at })
  const event = (type: string, data: object, at: Date) =>
    send(JSON.stringify({ type, timestamp: at.toISOString(), data: { storeId, ...data } }), at)

  const paymentChanged: OnChange = (type, facts, at) => {
    if (version === '2024-04-25') return event(type, facts, at)
    const body = {
      payment_id: facts.paymentId,
      tx_id: facts.transactionId,
      status: type.replace('Transaction.', ''),
    }
    send(version === '2024-01-01' ? JSON.stringify(body) : new URLSearchParams(body).toString(), at)
  }

  return {
    event,
    paymentChanged,
    /** The first version has no events about billing keys. */
    keyChanged: (type: string, billingKey: string, at: Date): void => {
      if (version === '2024-04-25') event(type, { billingKey }, at)
    },
    contentType: version === '2024-01-01-form' ? 'application/x-www-form-urlencoded' : 'application/json',
    save: () => counter,
  }
}
