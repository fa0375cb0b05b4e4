import { StoreError } from 'holdfast/storage'
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/storage/store'
import { ADMIN, BUYER, balanceOf, seat, world } from './world'

// A commit answered by a lost connection: nobody knows, so the verb reads again and never guesses.

/** A shop whose `at`th commit, counted from 1, loses its answer: after it happened, or before. */
const shopThatLoses = (at: number, when: 'after' | 'before') => {
  let commits = 0
  const w = world({
    wrapStore: (inner: Store<never>): Store<never> => ({
      get: inner.get,
      find: inner.find,
      commit: async (ops, within) => {
        commits += 1
        if (commits !== at) return inner.commit(ops, within)
        if (when === 'after') await inner.commit(ops, within)
        throw new StoreError({ reason: 'connection_lost', outcome: 'unknown' }, undefined)
      },
    }),
  })
  return { w, commits: () => commits }
}

/** What the same call says until somebody knows: 3 times at most. */
const untilKnown = async <T>(call: () => PromiseLike<T>, isKnown: (answer: T) => boolean): Promise<T> => {
  let answer = await call()
  for (let tries = 0; tries < 3 && !isKnown(answer); tries += 1) answer = await call()
  return answer
}

/** A whole life: held, paid from the wallet, used, given up, refunded. Every call is repeated with its own key. */
const life = async ({ payments }: ReturnType<typeof world>): Promise<readonly string[]> => {
  const said: string[] = []
  const ask = async <T extends { readonly isErr: () => boolean }>(name: string, call: () => PromiseLike<T>) => {
    const answer = await untilKnown(call, (it) => {
      const isKnown = !it.isErr()
      said.push(`${name} ${isKnown ? 'ok' : 'unknown'}`)
      return isKnown
    })
    return answer
  }
  const order = (
    await ask('hold', () =>
      payments.orders.hold({
        actor: BUYER,
        lines: [seat()],
        refundPolicy: 'ticket',
        idempotencyKey: 'one',
        eventStartsAt: new Date('2030-01-01'),
      }),
    )
  )._unsafeUnwrap()
  // A charge nobody knows about is voided before it can be too late, and then the buyer pays anew.
  const start = async () =>
    (
      await ask('startPayment', () =>
        payments.orders.startPayment({ actor: BUYER, order: order.id, gateway: 'wallet' }),
      )
    )._unsafeUnwrap().attempt.id
  let attemptId = await start()
  const confirm = async () => {
    const paid = await payments.orders.confirm({ actor: BUYER, order: order.id, attemptId })
    if (paid.isErr() && paid.error.outcome === 'not_executed') attemptId = await start()
    return paid
  }
  ;(await ask('confirm', confirm))._unsafeUnwrap()
  ;(await ask('consume', () => payments.access.consume({ actor: BUYER, order: order.id })))._unsafeUnwrap()
  ;(await ask('cancel', () => payments.orders.cancel({ actor: BUYER, order: order.id })))._unsafeUnwrap()
  ;(
    await ask('refund', () => payments.refunds.refund({ actor: BUYER, order: order.id, idempotencyKey: 'back' }))
  )._unsafeUnwrap()
  await payments.jobs.run()
  return said
}

const LIFE_COMMITS = 14

describe('a commit whose answer is lost (C-47)', () => {
  test('the life below makes as many commits as are cut', async () => {
    const { w, commits } = shopThatLoses(0, 'after')
    await life(w)
    // Beyond these only jobs write.
    expect(commits()).toBeGreaterThanOrEqual(LIFE_COMMITS)
  })

  for (const when of ['after', 'before'] as const) {
    test.each(Array.from({ length: LIFE_COMMITS }, (_, at) => at + 1))(
      `commit %i, lost ${when} it happened: the same end, once`,
      async (at) => {
        const { w } = shopThatLoses(at, when)
        await life(w)
        const [order] = await w.rows('orders', 'byBuyer', { buyerId: BUYER.id })
        expect(await w.rows('orders', 'byBuyer', { buyerId: BUYER.id })).toHaveLength(1)
        expect(order).toMatchObject({ status: 'REFUNDED', refundedMinor: 100_000 })
        expect(await balanceOf(w)).toBe(200_000)
        const lines = await w.rows('ledgerEntries', 'byAccount', { accountId: `${BUYER.id}:KRW` })
        expect(lines.map(({ kind }) => kind).filter((kind) => kind !== 'VOID')).toEqual([
          'OPENING',
          'PAYMENT',
          'REFUND',
        ])
        const events = await w.rows('events', 'byOrder', { orderId: order?.id })
        expect(events.map(({ type }) => type).filter((type) => type === 'order.confirmed')).toHaveLength(1)
        expect(await w.payments.admin.alerts({ actor: ADMIN }).unwrapOr([])).toEqual([])
      },
    )
  }

  test('what happened is called a success at once: the history holds this very write', async () => {
    const { w } = shopThatLoses(1, 'after')
    expect((await life(w)).filter((said) => said.startsWith('hold'))).toEqual(['hold ok'])
  })

  test('what did not happen is called unknown, and the repeat with the same key is the first', async () => {
    const { w } = shopThatLoses(1, 'before')
    expect((await life(w)).filter((said) => said.startsWith('hold'))).toEqual(['hold unknown', 'hold ok'])
  })

  test('an identical write of somebody else is not taken for ours', async () => {
    let isFirst = true
    const w = world({
      wrapStore: (inner: Store<never>): Store<never> => ({
        get: inner.get,
        find: inner.find,
        commit: async (ops, within) => {
          if (!isFirst || !ops.some((op) => op.kind === 'attempts' && op.op === 'update'))
            return inner.commit(ops, within)
          isFirst = false
          // The other tab asks for the charge in the same millisecond, and its write arrives; ours does not.
          await w.payments.orders.confirm(input)
          throw new StoreError({ reason: 'connection_lost', outcome: 'unknown' }, undefined)
        },
      }),
    })
    const held = (
      await w.payments.orders.hold({ actor: BUYER, lines: [seat()], refundPolicy: 'ticket' })
    )._unsafeUnwrap()
    const { attempt } = (
      await w.payments.orders.startPayment({ actor: BUYER, order: held.id, gateway: 'mock' })
    )._unsafeUnwrap()
    const input = { actor: BUYER, order: held.id, attemptId: attempt.id }
    const first = await w.payments.orders.confirm(input)
    expect(first._unsafeUnwrapErr()).toMatchObject({ code: 'store_unavailable', reason: 'connection_lost' })
    expect(w.gateways.mock.book()).toHaveLength(1)
  })
})
