import type { Clock } from '../../../core/clock'
import { portOneV1 } from '../../../providers/portone-v1'
import { type FakePortOneV1, fakePortOneV1 } from '../../../providers/portone-v1/fake'
import { merchantUidOf, ownIdOf } from '../../../providers/portone-v1/purpose'
import type { Decisions } from '../decisions'
import { networkFault } from './faults'
import type { SimulatedProvider } from './provider'
import { inTheWindow, WINDOW_MS } from './window'

const OPERATIONS = {
  reads: ['getToken', 'getPayment', 'findPayment', 'findAllPayments', 'getPrepared'],
  refunds: ['cancelPayment'],
}

/** What the window is opened with. The fake refuses an id that cannot be sent. */
const uidOf = (attemptId: string): string => merchantUidOf(attemptId).unwrapOr(attemptId)

/** The buyer pays in the window, without us; it is told once, in any order, and not signed. */
export const simulatedPortOneV1 = (
  clock: Clock,
  decisions: Decisions,
): SimulatedProvider & { readonly fake: FakePortOneV1 } => {
  const fake = fakePortOneV1({ clock, onRequest: (request) => networkFault(decisions, request, OPERATIONS) })
  return {
    name: 'portone_v1',
    weight: 2,
    fake,
    open: () => portOneV1({ ...fake.keys, fetch: fake.fetch, paymentWindowMs: WINDOW_MS }),
    visit: (world, client, { attemptId, totalMinor }) => {
      const merchantUid = uidOf(attemptId)
      const impUid = fake.buyer.open({ merchant_uid: merchantUid, amount: totalMinor })
      if (impUid === undefined) return {}
      const declined = decisions.fires('provider_declines', `portone_v1 ${attemptId}`)
      const returned = inTheWindow(world, client, attemptId, () =>
        fake.buyer.finish(impUid, declined ? '한도초과' : undefined),
      )
      return Object.fromEntries(
        Object.entries(returned ?? { imp_uid: impUid, merchant_uid: merchantUid }).map(([name, value]) => [
          name,
          String(value),
        ]),
      )
    },
    pay: ({ attemptId, totalMinor }) => {
      const merchantUid = uidOf(attemptId)
      const { imp_uid = '' } = fake.buyer.pay({ merchant_uid: merchantUid, amount: totalMinor })
      return { imp_uid, merchant_uid: merchantUid }
    },
    book: () =>
      fake.book().map(({ merchantUid, kind, amountMinor }) => ({
        gateway: 'portone_v1',
        attemptId: ownIdOf(merchantUid) ?? merchantUid,
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
    forge: (random, attemptId) =>
      JSON.stringify({ imp_uid: `imp_forged${random.int(3)}`, merchant_uid: uidOf(attemptId), status: 'paid' }),
  }
}
