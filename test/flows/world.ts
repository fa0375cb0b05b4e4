import { createPayments, krw, type PaymentEvent } from 'holdfast'
import { type MockOptions, mock } from 'holdfast/mock'
import { allOf, beforeEvent, never, notAccessed, withinDays } from 'holdfast/policies'
import { memoryStore } from 'holdfast/storage/memory'
import { testClock, testIds } from 'holdfast/testing'
import { toss } from 'holdfast/toss'
import { wallet } from 'holdfast/wallet'
import type { PaymentsOptions } from '../../src/engine/options'
import { fakeToss } from '../../src/providers/toss/fake'
import type { Kind, Row } from '../../src/storage/schema'
import type { Store } from '../../src/storage/store'

export const PRICE = krw(100_000)
export const GROUP = 'concert-42'
export const MINUTE = 60_000
export const HOUR = 3_600_000

export const BUYER = { kind: 'buyer', id: 'buyer-1' } as const
export const OTHER = { kind: 'buyer', id: 'buyer-2' } as const
export const ADMIN = { kind: 'admin', id: 'admin-1' } as const

export const policies = {
  ticket: beforeEvent({ hours: 24, requiresCancellation: true }),
  digital: allOf(withinDays(7), notAccessed()),
  none: never(),
}

type Overrides = Partial<
  Omit<PaymentsOptions<never, never, never>, 'gateways' | 'refundPolicies' | 'inTransaction'>
> & {
  readonly inTransaction?: Readonly<Record<string, (event: PaymentEvent, tx: unknown) => Promise<void>>>
  readonly wrapStore?: (store: Store<never>) => Store<never>
}

/** Everything one test needs: an engine on a fresh store, fakes of its gateways, a clock that stands still. */
export const world = (overrides: Overrides = {}, mockOptions: MockOptions = {}) => {
  const clock = testClock()
  const store = memoryStore()
  const fake = fakeToss({ clock })
  const gateways = {
    toss: toss({ ...fake.keys, fetch: fake.fetch }),
    wallet: wallet({ openingBalance: krw(200_000) }),
    mock: mock({ webhookSecret: 'mock-secret', ...mockOptions }),
  }
  const delivered: PaymentEvent[] = []
  const { wrapStore, ...options } = overrides
  const base = store as unknown as Store<never>
  const ids = testIds()
  const start = (more: Overrides = {}) =>
    createPayments({
      store: (wrapStore === undefined ? base : wrapStore(base)) as Store<unknown>,
      gateways,
      refundPolicies: policies,
      clock,
      ids,
      on: { '*': (event) => void delivered.push(event) },
      ...options,
      ...more,
    })
  const payments = start()
  /** Every row of a kind, by way of one of its indexes. */
  const rows = async <K extends Kind>(kind: K, index: string, where = {}): Promise<readonly Row<K>[]> =>
    store.find(kind, { index: index as never, where, limit: 1_000 })
  return { clock, store, fake, gateways, payments, delivered, start, rows, ids }
}

export type World = ReturnType<typeof world>

export const seat = (id = 'A-1') => ({
  title: `Seat ${id}`,
  unitPrice: PRICE,
  resource: { group: GROUP, id },
})

/** A hold of one seat, two days before the event. */
export const holdSeat = async ({ payments, clock }: World, more: Record<string, unknown> = {}, actor = BUYER) => {
  const held = await payments.orders.hold({
    actor,
    lines: [seat()],
    refundPolicy: 'ticket',
    eventStartsAt: new Date(clock.now().getTime() + 48 * HOUR),
    ...more,
  })
  return held._unsafeUnwrap()
}

/** The order paid through the wallet. */
export const buySeat = async (w: World, more: Record<string, unknown> = {}) => {
  const order = await holdSeat(w, more)
  const { attempt } = (
    await w.payments.orders.startPayment({ actor: BUYER, order: order.id, gateway: 'wallet' })
  )._unsafeUnwrap()
  return (await w.payments.orders.confirm({ actor: BUYER, order: order.id, attemptId: attempt.id }))._unsafeUnwrap()
}

/** The order with an attempt through Toss whose buyer has authenticated: what the window brought back. */
export const authorizeToss = async (w: World, orderId: string) => {
  const { attempt, checkout } = (
    await w.payments.orders.startPayment({
      actor: BUYER,
      order: orderId,
      gateway: 'toss',
      method: 'CARD',
      successUrl: 'https://shop.example/success',
      failUrl: 'https://shop.example/fail',
    })
  )._unsafeUnwrap()
  const returned = w.fake.buyer.authorize({ orderId: attempt.id, amount: attempt.amount.amountMinor })
  return { attempt, checkout, returned, input: { actor: BUYER, order: orderId, attemptId: attempt.id, returned } }
}

export const balanceOf = async ({ payments }: World, ownerId = BUYER.id): Promise<number> =>
  (await payments.wallet.balance({ actor: ADMIN, ownerId, currency: 'KRW' }))._unsafeUnwrap().amountMinor

/** What the money of an order did at Toss: captures minus refunds. */
export const tossNet = ({ fake }: World): number =>
  fake.book().reduce((sum, line) => sum + (line.kind === 'capture' ? line.amountMinor : -line.amountMinor), 0)

/** All jobs, and the clock moved on, until an hour has passed. */
export const quiet = async ({ payments, clock }: World, minutes = 60): Promise<void> => {
  for (let minute = 0; minute < minutes; minute += 1) {
    clock.advance(MINUTE)
    ;(await payments.jobs.run())._unsafeUnwrap()
  }
}
