import { portOneV2 } from 'holdfast/portone-v2'
import { fakePortOneV2 } from 'holdfast/testing'
import type { FakeOptions, Provider } from './provider'

/** PortOne V2: the window takes the money, our server asks whether it did. */
export const portOneV2Provider = (options: FakeOptions) => {
  const fake = fakePortOneV2(options)
  return {
    fake,
    // Shorter than in a real shop, so that an abandoned window can be seen to end.
    gateway: (fetch) => portOneV2({ ...fake.keys, fetch, paymentWindowMs: 3 * 60_000 }),
    sdk: `
globalThis.PortOne = {
  requestPayment: async (parameters) => {
    if (!parameters.storeId || !parameters.paymentId || !parameters.totalAmount) throw new Error('INVALID_PARAMETERS')
    open(parameters)
  },
}`,
    calls: { charge: /^GET \/payments\/[^/]+$/, refund: /^POST \/payments\/[^/]+\/cancel$/ },
    decline: () => fake.decline(),
    // Ids go there without the underscore.
    deposit: (attemptId) => fake.bank.deposit(attemptId.replace('_', '')),
    book: () =>
      fake.book().map(({ paymentId, kind, amountMinor, at }) => ({
        attemptId: paymentId.replace(/^att/, 'att_'),
        kind,
        amountMinor,
        at,
      })),
  } satisfies Provider
}
