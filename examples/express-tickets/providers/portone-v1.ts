import { portOneV1 } from 'holdfast/portone-v1'
import { fakePortOneV1 } from 'holdfast/testing'
import type { FakeOptions, Provider } from './provider'

/** PortOne V1: the window takes the money, our server asks whether it did. */
export const portOneV1Provider = (options: FakeOptions) => {
  const fake = fakePortOneV1(options)
  return {
    fake,
    // Shorter than in a real shop, so that an abandoned window can be seen to end.
    gateway: (fetch) => portOneV1({ ...fake.keys, fetch, paymentWindowMs: 3 * 60_000 }),
    sdk: `
let merchant = ''
globalThis.IMP = {
  init: (impCode) => {
    merchant = impCode
  },
  request_pay: (parameters) => {
    if (!merchant || !parameters.merchant_uid || !parameters.amount) throw new Error('INVALID_PARAMETERS')
    open(parameters)
  },
}`,
    calls: { charge: /^GET \/payments\//, refund: /^POST \/payments\/cancel$/ },
    decline: () => fake.decline(),
    // Ids go there without the underscore.
    deposit: (attemptId) => fake.bank.deposit(attemptId.replace('_', '')),
    book: () =>
      fake.book().map(({ merchantUid, kind, amountMinor, at }) => ({
        attemptId: merchantUid.replace(/^att/, 'att_'),
        kind,
        amountMinor,
        at,
      })),
  } satisfies Provider
}
