import { payple } from 'holdfast/payple'
import { fakePayple } from 'holdfast/testing'
import type { FakeOptions, Provider } from './provider'

/** Payple: the buyer authenticates in the window, the browser posts a form, our server confirms. */
export const paypleProvider = (options: FakeOptions) => {
  const fake = fakePayple(options)
  return {
    fake,
    // Shorter than in a real shop, so that a fault can be seen without waiting.
    gateway: (fetch) => payple({ ...fake.keys, fetch, timeoutMs: 5_000 }),
    sdk: `
globalThis.PaypleCpayAuthCheck = (parameters) => {
  if (!parameters.clientKey || !parameters.PCD_PAY_OID || !parameters.PCD_PAY_TOTAL) throw new Error('INVALID_PARAMETERS')
  open(parameters)
}`,
    calls: { charge: /^POST .*\/approval\/confirm$/, refund: /^POST .*\/cPayCAct\.php$/ },
    decline: () => fake.decline(),
    // Its windows give out no accounts to pay into.
    deposit: () => false,
    book: () =>
      fake.book().map(({ orderId, kind, amountMinor, at }) => ({ attemptId: orderId, kind, amountMinor, at })),
  } satisfies Provider
}
