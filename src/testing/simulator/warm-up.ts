import type { Clock } from '../../core/clock'
import { createPayments } from '../../engine/create-payments'
import { withinDays } from '../../policies'
import { toss } from '../../providers/toss'
import { fakeToss } from '../../providers/toss/fake'
import { memoryStore } from '../../storage/memory'

/** Time stands still, and nothing is ever given up on. */
const still: Clock = { now: () => new Date(Date.UTC(2026, 0, 5)), schedule: () => () => {} }

/**
 * Loads what the library loads lazily, by using it once: afterwards every wait is the simulator's own. Throws where one
 * drain is not enough for a verb that only reads, because then nothing could be replayed.
 */
export const warmUp = async (drain: () => Promise<void>): Promise<void> => {
  const fake = fakeToss({ clock: still })
  let count = 0
  const { orders, refunds } = createPayments({
    store: memoryStore(),
    clock: still,
    ids: { next: (prefix) => `${prefix}_${String(++count).padStart(6, '0')}` },
    gateways: { toss: toss({ ...fake.keys, fetch: fake.fetch }) },
    refundPolicies: { any: withinDays(7) },
  })
  const actor = { kind: 'buyer', id: 'buyer' } as const
  const lines = [{ title: 'warm-up', unitPrice: { amountMinor: 1_000, currency: 'KRW' } }]
  const paid = await orders
    .hold({ actor, lines, refundPolicy: 'any' })
    .andThen(({ id }) => orders.startPayment({ actor, order: id, gateway: 'toss' }))
    .andThen(({ order, attempt }) => {
      const returned = fake.buyer.authorize({ orderId: attempt.id, amount: 1_000 })
      return orders.confirm({ actor, order: order.id, attemptId: attempt.id, returned })
    })
    .andThen(({ order }) => refunds.refund({ actor, order: order.id }))
  if (paid.isErr()) throw new Error(`simulate: the warm-up failed with ${paid.error.code}`)
  let answered = false
  void orders.get({ actor, order: paid.value.order.id }).then(() => {
    answered = true
  })
  await drain()
  if (!answered) throw new Error('simulate: imports are answered from outside here (a loader hook?); bundle it first')
}
