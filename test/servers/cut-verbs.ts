import { krw } from 'holdfast'
import { ADMIN, BUYER, type CutWorld, POOL } from './cut-world'

/** What a verb says, as far as a caller needs it to decide whether to repeat. */
export type Answer =
  | { readonly said: 'ok' }
  | { readonly said: 'error'; readonly code: string; readonly outcome: string; readonly reason: string | null }

type Said = { match: (ok: (value: unknown) => Answer, error: (error: Refusal) => Answer) => PromiseLike<Answer> }
type Refusal = { readonly code: string; readonly outcome: string; readonly reason?: unknown }

export type Verb = {
  readonly name: string
  /** Goes on after a write that failed, and says ok: what it could not do is done by the next run. */
  readonly goesOn?: true
  /** Does not read back what it could not hear: it says that nobody knows, and a repeat finds it done. */
  readonly asksNobody?: true
  /**
   * What a caller does who hears `attempt_closed`. A wallet can void what it has not paid, and a repeat does so before
   * it would pay late: then the money moves with the next attempt.
   */
  readonly startOver?: (world: CutWorld) => Promise<() => Said>
  /** Makes what the verb works on, and gives the verb. The same call again is the caller's repeat. */
  readonly arrange: (world: CutWorld) => Promise<() => Said>
}

export const answerOf = async (verb: Said): Promise<Answer> =>
  verb.match(
    () => ({ said: 'ok' }),
    ({ code, outcome, reason }) => ({
      said: 'error',
      code,
      outcome,
      reason: typeof reason === 'string' ? reason : null,
    }),
  )

/** Every verb that writes. */
export const VERBS: readonly Verb[] = [
  {
    name: 'hold',
    arrange:
      async ({ hold }) =>
      () =>
        hold(),
  },
  {
    name: 'startPayment',
    arrange: async ({ held, payments }) => {
      const order = await held()
      return () => payments.orders.startPayment({ actor: BUYER, order, gateway: 'card' })
    },
  },
  {
    name: 'confirm through a provider',
    arrange: async ({ started, payments }) => {
      const { order, attemptId } = await started('card')
      return () => payments.orders.confirm({ actor: BUYER, order, attemptId })
    },
  },
  {
    name: 'confirm from the wallet',
    arrange: async ({ started, payments }) => {
      const { order, attemptId } = await started('wallet')
      return () => payments.orders.confirm({ actor: BUYER, order, attemptId })
    },
    startOver: async ({ started, payments }) => {
      const { order, attemptId } = await started('wallet')
      return () => payments.orders.confirm({ actor: BUYER, order, attemptId })
    },
  },
  {
    name: 'cancel of a hold',
    arrange: async ({ held, payments }) => {
      const order = await held()
      return () => payments.orders.cancel({ actor: BUYER, order })
    },
  },
  {
    name: 'cancel of a paid order',
    arrange: async ({ bought, payments }) => {
      const order = await bought('card')
      return () => payments.orders.cancel({ actor: BUYER, order })
    },
  },
  {
    name: 'refund through a provider',
    arrange: async ({ bought, payments }) => {
      const order = await bought('card')
      return () => payments.refunds.refund({ actor: BUYER, order, amount: krw(3_000), idempotencyKey: 'refund-1' })
    },
  },
  {
    name: 'refund into the wallet',
    arrange: async ({ bought, payments }) => {
      const order = await bought('wallet')
      return () => payments.refunds.refund({ actor: BUYER, order, idempotencyKey: 'refund-1' })
    },
  },
  {
    name: 'access.consume',
    arrange: async ({ bought, payments }) => {
      const order = await bought('card')
      return () => payments.access.consume({ actor: BUYER, order })
    },
  },
  {
    name: 'webhooks.receive',
    arrange: async ({ started, payments, bank }) => {
      const { attemptId } = await started('bank')
      const { headers, rawBody } = bank.settle(attemptId, 'approved')._unsafeUnwrap()
      return () => payments.webhooks.receive('bank', { headers, rawBody })
    },
  },
  {
    name: 'jobs.run',
    goesOn: true,
    arrange: async ({ started, payments, bank, clock }) => {
      // Paid in time, and nobody has told us: the job finds out half a minute after the deadline.
      const { attemptId } = await started('bank')
      bank.settle(attemptId, 'approved')._unsafeUnwrap()
      clock.advance(240 * 60_000 + 30_000)
      return () => payments.jobs.run()
    },
  },
  {
    name: 'wallet.credit',
    arrange: async ({ payments }) => {
      const move = { actor: ADMIN, ownerId: 'buyer-1', amount: krw(700), idempotencyKey: 'move-1' }
      return () => payments.wallet.credit(move)
    },
  },
  {
    name: 'wallet.debit',
    arrange: async ({ payments }) => {
      const move = { actor: ADMIN, ownerId: 'buyer-1', amount: krw(700), idempotencyKey: 'move-1' }
      return () => payments.wallet.debit(move)
    },
  },
  {
    name: 'resources.setCapacity',
    asksNobody: true,
    arrange:
      async ({ payments }) =>
      () =>
        payments.resources.setCapacity({ actor: ADMIN, pool: POOL, places: 25 }),
  },
]
