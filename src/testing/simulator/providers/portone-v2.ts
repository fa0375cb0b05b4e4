import type { Clock } from '../../../core/clock'
import { portOneV2 } from '../../../providers/portone-v2'
import { type FakePortOneV2, fakePortOneV2 } from '../../../providers/portone-v2/fake'
import { ownIdOf, sentIdOf } from '../../../providers/portone-v2/ids'
import type { Decisions } from '../decisions'
import { networkFault } from './faults'
import type { SimulatedProvider } from './provider'
import { inTheWindow, WINDOW_MS } from './window'

const OPERATIONS = { reads: ['getPayment', 'listPayments'], refunds: ['cancelPayment'] }

/** What the window is opened with. The fake refuses an id that cannot be sent. */
const paymentIdFor = (attemptId: string): string => sentIdOf(attemptId).unwrapOr(attemptId)

/** The buyer pays in the window, without us; every notice is signed, and a refund may be accepted for later. */
export const simulatedPortOneV2 = (
  clock: Clock,
  decisions: Decisions,
): SimulatedProvider & { readonly fake: FakePortOneV2 } => {
  const fake = fakePortOneV2({ clock, onRequest: (request) => networkFault(decisions, request, OPERATIONS) })
  return {
    name: 'portone_v2',
    weight: 2,
    fake,
    open: () => portOneV2({ ...fake.keys, fetch: fake.fetch, paymentWindowMs: WINDOW_MS }),
    visit: (world, client, { attemptId, totalMinor }) => {
      const paymentId = paymentIdFor(attemptId)
      const opened = fake.buyer.open({ paymentId, totalAmount: totalMinor })
      if ('code' in opened) return { paymentId, code: opened.code }
      const { transactionId } = opened
      if (decisions.fires('provider_declines', `portone_v2 ${attemptId}`)) fake.decline('TEST_LIMIT', paymentId)
      const paid = () => fake.buyer.finish(paymentId, transactionId)
      return inTheWindow(world, client, attemptId, paid) ?? { paymentId, txId: transactionId }
    },
    pay: ({ attemptId, totalMinor }) => fake.buyer.pay({ paymentId: paymentIdFor(attemptId), totalAmount: totalMinor }),
    book: () =>
      fake.book().map(({ paymentId, kind, amountMinor }) => ({
        gateway: 'portone_v2',
        attemptId: ownIdOf(paymentId) ?? paymentId,
        kind,
        amountMinor,
      })),
    tell: async (post) => {
      if (fake.webhooks.pending().length === 0) return
      await fake.webhooks.deliverDue(async ({ headers, rawBody }) => {
        post({ headers, rawBody })
        return 200
      })
    },
  }
}
