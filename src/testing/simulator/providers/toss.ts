import type { Clock } from '../../../core/clock'
import { toss } from '../../../providers/toss'
import { type FakeToss, fakeToss } from '../../../providers/toss/fake'
import type { Client } from '../client'
import type { Decisions } from '../decisions'
import type { Random } from '../random'
import { networkFault } from './faults'
import type { SimulatedProvider } from './provider'

const OPERATIONS = { reads: ['getPayment', 'getPaymentByOrderId'], refunds: ['cancelPayment'] }

export const simulatedToss = (clock: Clock, decisions: Decisions): SimulatedProvider & { readonly fake: FakeToss } => {
  const fake = fakeToss({ clock, onRequest: (request) => networkFault(decisions, request, OPERATIONS) })
  const declines = (random: Random) =>
    random.pick(['REJECT_CARD_PAYMENT', 'REJECT_ACCOUNT_PAYMENT', 'EXCEED_MAX_AMOUNT'])
  return {
    name: 'toss',
    weight: 3,
    fake,
    open: () => toss({ ...fake.keys, fetch: fake.fetch }),
    method: (random) => (random.chance(0.15) ? 'VIRTUAL_ACCOUNT' : 'CARD'),
    visit: (_world, client, { attemptId, totalMinor, method }) => {
      const { random } = client
      const declined = decisions.fires('provider_declines', `toss ${attemptId}`)
      const isDeposit = method === 'VIRTUAL_ACCOUNT'
      const query = fake.buyer.authorize({
        orderId: attemptId,
        amount: totalMinor,
        method: isDeposit ? 'VIRTUAL_ACCOUNT' : 'CARD',
        validHours: 1,
        ...(declined ? { outcome: declines(random) } : {}),
      })
      if (isDeposit) client.spawn(() => deposit(fake, client, attemptId))
      if (random.chance(0.03)) return { ...query, amount: '1' }
      if (random.chance(0.03)) return { ...query, orderId: 'att_somebody_else' }
      return query
    },
    pay: ({ attemptId, totalMinor }) => fake.buyer.authorize({ orderId: attemptId, amount: totalMinor }),
    book: () =>
      fake.book().map(({ orderId, kind, amountMinor }) => ({
        gateway: 'toss',
        attemptId: orderId,
        kind: kind === 'capture' ? 'capture' : 'refund',
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
      const createdAt = '2026-01-05T00:00:00.000000'
      const paymentKey = `pk_forged_${random.int(3)}`
      const secret = { createdAt, secret: 'ps_guessed', status: 'DONE', transactionKey: 'tx', orderId }
      const data = { orderId, paymentKey, status: 'DONE', totalAmount: 1 }
      return JSON.stringify(random.chance(0.5) ? secret : { eventType: 'PAYMENT_STATUS_CHANGED', createdAt, data })
    },
  }
}

/** The money for a virtual account comes later, twice, or never. */
const deposit = async (fake: FakeToss, client: Client, attemptId: string): Promise<void> => {
  const tries = client.random.int(4)
  for (let count = 0; count < tries; count += 1) {
    await client.pause(client.random.pick([1_000, 30_000, 600_000, 2_400_000]))
    fake.bank.deposit(attemptId)
  }
}
