import { fakeToss } from 'holdfast/testing'
import { toss } from 'holdfast/toss'
import type { FakeOptions, Provider } from './provider'

/** Toss Payments: the buyer authenticates in the window, our server confirms. */
export const tossProvider = (options: FakeOptions) => {
  const fake = fakeToss(options)
  return {
    fake,
    // Shorter than in a real shop, so that a fault can be seen without waiting.
    gateway: (fetch) => toss({ ...fake.keys, fetch, timeoutMs: 5_000 }),
    sdk: `
export const requestPayment = (parameters) => {
  if (!parameters.clientKey || !parameters.orderId || !parameters.amount) throw new Error('INVALID_PARAMETERS')
  open(parameters)
}`,
    calls: { charge: /^POST .*\/confirm$/, refund: /^POST .*\/cancel$/ },
    decline: () => fake.decline('REJECT_CARD_PAYMENT'),
    deposit: (attemptId) => fake.bank.deposit(attemptId),
    book: () =>
      fake.book().map(({ orderId, kind, amountMinor, at }) => ({
        attemptId: orderId,
        kind: kind === 'capture' ? kind : 'refund',
        amountMinor,
        at,
      })),
  } satisfies Provider
}
