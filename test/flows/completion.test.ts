import { describe, expect, test } from 'vitest'
import { authorizeToss, holdSeat, OTHER, seat, type World, world } from './world'

/** A seat held, and its buyer back from Toss's window. */
const atTheReturn = async (w: World) => {
  const { id } = await holdSeat(w)
  return (await authorizeToss(w, id)).input
}

describe('completion', () => {
  const withHostRows = (failing: boolean) => {
    const rows: string[] = []
    const w = world({
      inTransaction: {
        'order.confirmed': async (event, tx) => {
          rows.push(`purchase ${event.orderId}`, `settlement PENDING ${event.attemptId}`)
          // What the store of these tests gives a hook to take back its own writes with.
          ;(tx as { onRollback: (undo: () => void) => void }).onRollback(() => rows.splice(0))
          if (failing) throw new Error('the settlement cannot be written')
        },
      },
    })
    return { ...w, w, rows }
  }

  test('S0-43 purchase, payment and settlement are written in one transaction', async () => {
    const { w, rows, store } = withHostRows(false)
    const input = await atTheReturn(w)
    const { order, attemptId } = input
    expect((await w.payments.orders.confirm(input)).isOk()).toBe(true)
    expect(rows).toEqual([`purchase ${order}`, `settlement PENDING ${attemptId}`])
    expect((await store.get('orders', order))?.status).toBe('CONFIRMED')
    expect((await store.get('attempts', attemptId))?.status).toBe('APPROVED')
  })

  test('S0-43 if one of them cannot be written none is, and the money is found again', async () => {
    const { w, rows, store, fake } = withHostRows(true)
    const input = await atTheReturn(w)
    const { order } = input
    const failed = await w.payments.orders.confirm(input)
    expect(failed._unsafeUnwrapErr()).toMatchObject({ code: 'hook_failed' })
    expect(rows).toEqual([])
    expect((await store.get('orders', order))?.status).toBe('PAYING')
    const healed = w.start({ inTransaction: {} })
    expect((await healed.orders.confirm(input)).isOk()).toBe(true)
    expect((await store.get('orders', order))?.status).toBe('CONFIRMED')
    expect(fake.book()).toHaveLength(1)
  })

  test('S0-43 one payment at the provider belongs to one attempt', async () => {
    const { w, store, fake } = withHostRows(false)
    const first = await atTheReturn(w)
    await w.payments.orders.confirm(first)
    const held = await holdSeat(w, { lines: [seat('A-2')] })
    const second = (await authorizeToss(w, held.id)).input
    const stolen = { ...second.returned, paymentKey: first.returned.paymentKey }
    const refused = await w.payments.orders.confirm({ ...second, returned: stolen })
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'return_invalid', outcome: 'not_executed' })
    expect((await store.get('orders', held.id))?.status).toBe('PAYING')
    expect(fake.book()).toHaveLength(1)
  })
})

test('S0-45 a return that is another buyer’s is nobody’s: the order is not even there for them', async () => {
  const w = world()
  const refused = await w.payments.orders.confirm({ ...(await atTheReturn(w)), actor: OTHER })
  expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'not_found' })
  expect(w.fake.book()).toHaveLength(0)
})
