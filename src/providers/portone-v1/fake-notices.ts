import type { WebhookMessage } from '../fake/webhooks'
import type { FakePortOneV1Payment } from './fake-payment'

/** Turns what happened into the webhooks PortOne would send: three fields, and a fourth for a cancel. Unsigned. */
export const fakePortOneV1Notices = (options: {
  readonly enqueue: (message: WebhookMessage) => void
  readonly format: 'json' | 'form'
  /** How many were counted so far. */
  readonly saved: number
}) => {
  let counter = options.saved
  const send = (fields: Readonly<Record<string, string>>, at: Date) => {
    const rawBody = options.format === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString()
    options.enqueue({ id: `webhook_fake_${++counter}`, rawBody, at })
  }
  const fieldsOf = ({ impUid, merchantUid, status }: FakePortOneV1Payment) => ({
    imp_uid: impUid,
    merchant_uid: merchantUid,
    status,
  })

  return {
    paymentChanged: (payment: FakePortOneV1Payment, at: Date): void => send(fieldsOf(payment), at),
    cancelled: (payment: FakePortOneV1Payment, at: Date): void =>
      send({ ...fieldsOf(payment), cancellation_id: payment.cancels.at(-1)?.cancellationId ?? '' }, at),
    save: () => counter,
  }
}
