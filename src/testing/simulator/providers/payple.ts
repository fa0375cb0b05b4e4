import type { Clock } from '../../../core/clock'
import { payple } from '../../../providers/payple'
import { type FakePayple, fakePayple } from '../../../providers/payple/fake'
import type { Decisions } from '../decisions'
import { networkFault } from './faults'
import type { SimulatedProvider } from './provider'

const OPERATIONS = { reads: ['authenticate', 'getPayment'], refunds: ['cancelPayment'] }

/** Guards no refund against a repeat and lists none: what a look-up cannot tell, a person has to. */
export const simulatedPayple = (
  clock: Clock,
  decisions: Decisions,
): SimulatedProvider & { readonly fake: FakePayple } => {
  const fake = fakePayple({ clock, onRequest: (request) => networkFault(decisions, request, OPERATIONS) })
  return {
    name: 'payple',
    weight: 2,
    fake,
    open: () => payple({ ...fake.keys, fetch: fake.fetch }),
    visit: (_world, { random }, { attemptId, totalMinor }) => {
      const declined = decisions.fires('provider_declines', `payple ${attemptId}`)
      const form = fake.buyer.authorize({
        orderId: attemptId,
        amount: totalMinor,
        ...(declined ? { outcome: random.pick(['3133', '3151']) } : {}),
      })
      if (random.chance(0.03)) return fake.buyer.close(attemptId)
      return random.chance(0.03) ? { ...form, PCD_PAY_TOTAL: '1' } : form
    },
    pay: ({ attemptId, totalMinor }) => fake.buyer.authorize({ orderId: attemptId, amount: totalMinor }),
    book: () =>
      fake.book().map(({ orderId, kind, amountMinor }) => ({
        gateway: 'payple',
        attemptId: orderId,
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
    forge: (random, orderId) => {
      const said = { PCD_PAY_RST: 'success', PCD_PAY_OID: orderId, PCD_PAY_TYPE: 'card', PCD_PAY_TOTAL: '1' }
      const refund = { ...said, PCD_PAY_CODE: 'PAYC0000', PCD_PAYCANCEL_FLAG: 'Y', PCD_REFUND_TOTAL: '1' }
      return JSON.stringify(random.chance(0.5) ? refund : { ...said, PCD_PAY_CODE: '0000' })
    },
    showsRefund: ({ attemptId, amountMinor, known }) => {
      const made = fake
        .book()
        .filter((line) => line.kind === 'refund' && line.orderId === attemptId && line.amountMinor === amountMinor)
      return made.length > known
    },
  }
}
