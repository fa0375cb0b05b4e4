import type { Clock } from '../../core/clock'
import { createPayments } from '../../engine/create-payments'
import { withinDays } from '../../policies'
import { memoryStore } from '../../storage/memory'
import { createDecisions, drawRates } from './decisions'
import { createProviderSide } from './provider-side'
import { seeded } from './random'
import { RETURN } from './setup'

/** Time stands still, and nothing is ever given up on. */
const still: Clock = { now: () => new Date(Date.UTC(2026, 0, 5)), schedule: () => () => {} }
const PRICE = 1_000

/**
 * Loads what the library loads lazily, by using it once with every provider: afterwards every wait is the simulator's
 * own. Throws where one drain is not enough for a verb that only reads, because then nothing could be replayed.
 */
export const warmUp = async (drain: () => Promise<void>): Promise<void> => {
  const decisions = createDecisions(1, drawRates(seeded(1), {}), new Set())
  decisions.stop()
  const { all } = createProviderSide(still, decisions)
  let count = 0
  const { orders, refunds } = createPayments({
    store: memoryStore(),
    clock: still,
    ids: { next: (prefix) => `${prefix}_${String(++count).padStart(6, '0')}` },
    gateways: Object.fromEntries(all.map(({ name, open }) => [name, open()])),
    refundPolicies: { any: withinDays(7) },
  })
  const actor = { kind: 'buyer', id: 'buyer' } as const
  const lines = [{ title: 'warm-up', unitPrice: { amountMinor: PRICE, currency: 'KRW' } }]
  let last = ''
  for (const { name: gateway, pay } of all) {
    if (pay === undefined) continue
    const paid = await orders
      .hold({ actor, lines, refundPolicy: 'any' })
      .andThen(({ id }) => orders.startPayment({ actor, order: id, gateway, ...RETURN }))
      .andThen(({ order, attempt }) => {
        const returned = pay({ attemptId: attempt.id, totalMinor: PRICE, method: undefined })
        return orders.confirm({ actor, order: order.id, attemptId: attempt.id, returned })
      })
      .andThen(({ order }) => refunds.refund({ actor, order: order.id }))
    if (paid.isErr()) throw new Error(`simulate: the warm-up with ${gateway} failed with ${paid.error.code}`)
    last = paid.value.order.id
  }
  let answered = false
  void orders.get({ actor, order: last }).then(() => {
    answered = true
  })
  await drain()
  if (!answered) throw new Error('simulate: imports are answered from outside here (a loader hook?); bundle it first')
}
