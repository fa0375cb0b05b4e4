import { paypleClient } from '../../../src/providers/payple'
import { fakePayple } from '../../../src/providers/payple/fake'
import { stillClock } from './clock'
import { recorder, toMarkdown } from './recorder'

/** A confirmation, a look-up, a partial refund, a billing-key charge, and some refusals: all with status 200. */
export const paypleExchanges = async (): Promise<string> => {
  const clock = stillClock()
  const fake = fakePayple({ clock })
  const { fetch, step, exchanges } = recorder(fake.fetch)
  const client = paypleClient({ ...fake.keys, clock, fetch })
  const today = '20260302'

  step('Confirm what the buyer authorised')
  const form = fake.buyer.authorize({ orderId: 'att_example1', amount: 50_000 })
  await client.confirmPayment({
    url: form['PCD_PAY_COFURL'] ?? '',
    PCD_AUTH_KEY: form['PCD_AUTH_KEY'] ?? '',
    PCD_PAY_REQKEY: form['PCD_PAY_REQKEY'] ?? '',
    PCD_PAYER_ID: '',
  })
  step('Look it up: partner authentication, then the look-up')
  await client.getPayment({ PCD_PAY_TYPE: 'card', PCD_PAY_OID: 'att_example1', PCD_PAY_DATE: today })
  step('Refund a part')
  await client.cancelPayment({ PCD_PAY_OID: 'att_example1', PCD_PAY_DATE: today, PCD_REFUND_TOTAL: 20_000 })
  step('Refund more than is left: the AuthKey is used again')
  await client.cancelPayment({ PCD_PAY_OID: 'att_example1', PCD_PAY_DATE: today, PCD_REFUND_TOTAL: 40_000 })
  step('Charge a stored card')
  const key = fake.buyer.register({ issueId: 'bki_example1' })['PCD_PAYER_ID'] ?? ''
  const charge = { PCD_PAY_TYPE: 'card', PCD_PAYER_ID: key, PCD_PAY_GOODS: 'Pro plan', PCD_PAY_TOTAL: 9_900 } as const
  await client.chargeBillingKey({ ...charge, PCD_PAY_OID: 'chg_example1' })
  step('A stored card without money')
  fake.decline('3133', 'chg_example2')
  await client.chargeBillingKey({ ...charge, PCD_PAY_OID: 'chg_example2' })

  const intro =
    'Recorded by running `paypleClient` against `fakePayple`; a test keeps this page true. Keys and ids are made up.'
  return toMarkdown('Payple', intro, exchanges())
}
