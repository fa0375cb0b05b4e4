import { paymentIdOf, portOneV2Client } from '../../../src/providers/portone-v2'
import { fakePortOneV2 } from '../../../src/providers/portone-v2/fake'
import { stillClock } from './clock'
import { recorder, toMarkdown } from './recorder'

/** A registered amount, a payment looked up and partly refunded, a stored card charged and scheduled, and refusals. */
export const portOneV2Exchanges = async (): Promise<string> => {
  const clock = stillClock()
  const fake = fakePortOneV2({ clock })
  const { fetch, step, exchanges } = recorder(fake.fetch)
  const { apiSecret, storeId } = fake.keys
  const client = portOneV2Client({ apiSecret, storeId, clock, fetch })
  const payment = paymentIdOf('attexample1')

  step('Register the amount')
  await client.preRegister(payment, { totalAmount: 50_000, currency: 'KRW' }, 'att_example1-register-0')
  step('Look a payment up')
  fake.buyer.pay({ paymentId: 'attexample1', totalAmount: 50_000 })
  await client.getPayment(payment)
  step('Refund a part')
  const part = { reason: '[rfd_example1] changed my mind', amount: 20_000, currentCancellableAmount: 50_000 }
  await client.cancelPayment(payment, part, 'rfd_example1-refund-0')
  step('The same with another key: the balance is another one, and nothing is cancelled')
  await client.cancelPayment(payment, part, 'rfd_example1-refund-1')
  step('Charge a stored card')
  const billingKey = fake.buyer.registerCard({ issueId: 'bkiexample1', customerId: 'buyer-1' })['billingKey'] ?? ''
  const charge = { billingKey, orderName: 'Pro plan', amount: { total: 9_900 }, currency: 'KRW' }
  await client.chargeBillingKey(paymentIdOf('chgexample1'), charge, 'chg_example1-charge-0')
  step('A declined card is a 502')
  fake.decline('TEST_LIMIT', 'chgexample2')
  await client.chargeBillingKey(paymentIdOf('chgexample2'), charge, 'chg_example2-charge-0')
  step('Reserve a charge')
  const timeToPay = '2026-04-02T01:00:00.000Z'
  await client.schedulePayment(paymentIdOf('chgexample3'), { payment: charge, timeToPay }, 'chg_example3-schedule')
  step('A key with an open schedule cannot be deleted')
  await client.deleteBillingKey(billingKey, { reason: 'card changed', requester: 'CUSTOMER' }, 'bki_example1-delete')

  const intro =
    'Recorded by running `portOneV2Client` against `fakePortOneV2`; a test keeps this page true. Keys and ids are made up.'
  return toMarkdown('PortOne V2', intro, exchanges())
}
