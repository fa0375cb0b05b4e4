import { portOneV1Client } from '../../../src/providers/portone-v1'
import { fakePortOneV1 } from '../../../src/providers/portone-v1/fake'
import { stillClock } from './clock'
import { recorder, toMarkdown } from './recorder'

const SECONDS = Date.UTC(2026, 3, 2, 1) / 1_000

/** A registered amount, a payment looked up and partly refunded, a stored card charged and scheduled, and refusals. */
export const portOneV1Exchanges = async (): Promise<string> => {
  const clock = stillClock()
  const fake = fakePortOneV1({ clock })
  const { fetch, step, exchanges } = recorder(fake.fetch)
  const { impKey, impSecret } = fake.keys
  const client = portOneV1Client({ impKey, impSecret, mode: 'test', clock, fetch })

  step('Register the amount: a token first')
  await client.preparePayment({ merchant_uid: 'attexample1', amount: 50_000 })
  step('Look a payment up')
  const { imp_uid = '' } = fake.buyer.pay({ merchant_uid: 'attexample1', amount: 50_000 })
  await client.getPayment(imp_uid)
  step('Refund a part')
  const part = { imp_uid, amount: 20_000, checksum: 50_000, reason: '[rfd_example1] changed my mind' }
  await client.cancelPayment(part)
  step('The same again: the balance is another one, and nothing is cancelled')
  await client.cancelPayment(part)
  step('Charge a stored card')
  fake.buyer.pay({ merchant_uid: 'bkiexample1', amount: 0, customer_uid: 'cu_example1' })
  const charge = { customer_uid: 'cu_example1', amount: 9_900, name: 'Pro plan' }
  await client.chargeAgain({ ...charge, merchant_uid: 'chgexample1' })
  step('A declined card is a success with the status `failed`')
  fake.decline('한도초과', 'chgexample2')
  await client.chargeAgain({ ...charge, merchant_uid: 'chgexample2' })
  step('Reserve a charge')
  await client.scheduleCharge({ ...charge, merchant_uid: 'chgexample3', schedule_at: SECONDS, currency: 'KRW' })
  step('Take it back')
  await client.unschedule(['chgexample3'])

  const intro =
    'Recorded by running `portOneV1Client` against `fakePortOneV1`; a test keeps this page true. Keys and ids are made up.'
  return toMarkdown('PortOne V1', intro, exchanges())
}
