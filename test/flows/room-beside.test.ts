import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/storage/store'
import { ADMIN, MINUTE, OTHER, seat, type World, world } from './world'

// A bug once: a buyer was told that all was gone, because another worker had expired the dead holds between the buyer's
// failed claim and the buyer's own look at what is due.

const PLACE = { title: 'Standing', unitPrice: seat().unitPrice, quantity: 1, pool: 'floor' }

/** The store, where something happens in front of one of its calls. */
const interrupted = (at: number, happens: () => Promise<unknown>) => {
  const calls = { count: 0 }
  const wrapped = (store: Store<never>): Store<never> => {
    const step = async () => {
      calls.count += 1
      if (calls.count === at) await happens()
    }
    return {
      get: async (kind, id) => {
        await step()
        return store.get(kind, id)
      },
      find: async (kind, query) => {
        await step()
        return store.find(kind, query)
      },
      commit: async (ops, within) => {
        await step()
        return store.commit(ops, within)
      },
    }
  }
  return { calls, wrapped }
}

const deadHold = async (line: typeof PLACE | ReturnType<typeof seat>): Promise<World> => {
  const w = world({ jobs: { leaseMs: null } })
  ;(await w.payments.resources.setCapacity({ actor: ADMIN, pool: 'floor', places: 1 }))._unsafeUnwrap()
  const dead = { kind: 'buyer', id: 'gone' } as const
  ;(await w.payments.orders.hold({ actor: dead, lines: [line], refundPolicy: 'ticket' }))._unsafeUnwrap()
  w.clock.advance(5 * MINUTE)
  return w
}

/** Holds `line` while another worker sweeps in front of call `at`. Returns how many calls the verb made. */
const holdBeside = async (line: typeof PLACE | ReturnType<typeof seat>, at: number): Promise<number> => {
  const w = await deadHold(line)
  const sweep = async () => (await w.payments.jobs.run('expire'))._unsafeUnwrap()
  const { calls, wrapped } = interrupted(at, sweep)
  const beside = w.start({ store: wrapped(w.store as unknown as Store<never>) as Store<never> })
  const held = await beside.orders.hold({ actor: OTHER, lines: [line], refundPolicy: 'ticket' })
  expect(held.map(({ status }) => status)._unsafeUnwrap()).toBe('HOLD')
  return calls.count
}

describe('what a dead hold keeps is given to whoever asks, wherever another worker sweeps in between', () => {
  test.each([
    ['a place', PLACE],
    ['a seat', seat('A-1')],
  ])('%s (C-20, C-100)', async (_, line) => {
    const calls = await holdBeside(line, 0)
    expect(calls).toBeGreaterThan(4)
    for (let at = 1; at <= calls + 1; at += 1) await holdBeside(line, at)
  })

  test('and what is really taken is refused', async () => {
    const w = await deadHold(PLACE)
    const first = await w.payments.orders.hold({ actor: ADMIN, buyerId: 'b', lines: [PLACE], refundPolicy: 'ticket' })
    expect(first.isOk()).toBe(true)
    const second = await w.payments.orders.hold({ actor: OTHER, lines: [PLACE], refundPolicy: 'ticket' })
    expect(second._unsafeUnwrapErr()).toMatchObject({ code: 'sold_out', pool: 'floor' })
  })
})
