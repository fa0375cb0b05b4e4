import type { WebhookMessage } from '../fake/webhooks'
import type { FakeTossPayment } from './fake-payment'
import { renderPayment } from './fake-render'
import { tossLocalTime, tossTime } from './time'

/** Turns what happened into the webhooks Toss would send: three envelopes, and two deliveries for a deposit. */
export const fakeTossNotices = (options: {
  readonly enqueue: (message: WebhookMessage) => void
  /** How many were counted so far. */
  readonly saved: number
}) => {
  let counter = options.saved
  const send = (body: unknown, at: Date, isSigned = false) =>
    options.enqueue({ id: `whtrans_fake_${++counter}`, rawBody: JSON.stringify(body), isSigned, at })
  const event = (eventType: string, data: unknown, at: Date) =>
    send({ eventType, createdAt: tossLocalTime(at), data }, at)

  return {
    paymentChanged: (payment: FakeTossPayment, at: Date): void => {
      const { status, account, secret, orderId } = payment
      // A deposit taken back comes as a deposit callback alone.
      if (status !== 'WAITING_FOR_DEPOSIT') event('PAYMENT_STATUS_CHANGED', renderPayment(payment, at), at)
      if (account !== null && secret !== null) {
        const transactionKey = payment.lastTransactionKey
        send({ createdAt: tossLocalTime(at), secret, status, transactionKey, orderId }, at)
      }
    },
    cancelChanged: (payment: FakeTossPayment, transactionKey: string, at: Date): void => {
      const cancels = renderPayment(payment, at)['cancels']
      const cancel = Array.isArray(cancels) ? cancels.find((it) => it.transactionKey === transactionKey) : undefined
      event('CANCEL_STATUS_CHANGED', cancel, at)
    },
    payoutChanged: (refPayoutId: string, status: 'COMPLETED' | 'FAILED', at: Date): void => {
      const entityBody = {
        id: `payout_${refPayoutId}`,
        refPayoutId,
        status,
        amount: { currency: 'KRW', value: 50_000 },
      }
      const eventId = `event_fake_${++counter}`
      const facts = { eventType: 'payout.changed', version: '2022-11-16', eventId, entityType: 'payout' }
      // The one message of Toss's that is signed.
      send({ ...facts, createdAt: tossTime(at), entityBody }, at, true)
    },
    save: () => counter,
  }
}
