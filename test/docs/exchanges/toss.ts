import { tossClient } from '../../../src/providers/toss/client'
import { fakeToss } from '../../../src/providers/toss/fake'
import { stillClock } from './clock'
import { recorder, toMarkdown } from './recorder'

/** A payment confirmed, looked up, partly refunded, and some refusals. */
export const tossExchanges = async (): Promise<string> => {
  const clock = stillClock()
  const fake = fakeToss({ clock })
  const { fetch, step, exchanges } = recorder(fake.fetch)
  const client = tossClient({
    secretKey: fake.keys.secretKey,
    baseUrl: fake.origin,
    timeoutMs: 30_000,
    clock,
    log: () => {},
    fetch,
  })
  const { paymentKey, orderId } = fake.buyer.authorize({ orderId: 'att_example1', amount: 50_000 })

  step('Confirm a payment')
  await client.confirm({ paymentKey, orderId, amount: 50_000 }, 'att_example1-charge-0')
  step('Look it up by order id')
  await client.getPaymentByOrderId(orderId)
  step('Refund a part')
  const part = { cancelReason: '[rfd_example1] changed my mind', cancelAmount: 20_000, refundableAmount: 50_000 }
  await client.cancel(paymentKey, part, 'rfd_example1-refund-0')
  step('Refund more than is left')
  const more = { cancelReason: '[rfd_example2] again', cancelAmount: 40_000, refundableAmount: 30_000 }
  await client.cancel(paymentKey, more, 'rfd_example2-refund-0')
  step('A declined card')
  const declined = fake.buyer.authorize({ orderId: 'att_example2', amount: 1_000, outcome: 'REJECT_CARD_PAYMENT' })
  await client.confirm(
    { paymentKey: declined.paymentKey, orderId: declined.orderId, amount: 1_000 },
    'att_example2-charge-0',
  )
  step('A payment nobody knows')
  await client.getPayment('unknown_key')

  const intro =
    'Recorded by running `tossClient` against `fakeToss`; a test keeps this page true. Keys and ids are made up.'
  return toMarkdown('Toss Payments', intro, exchanges())
}
