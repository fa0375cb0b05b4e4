import { krw } from 'holdfast'
import { withinDays } from 'holdfast/policies'
import { memoryStore } from 'holdfast/storage/memory'
import { testClock, testIds } from 'holdfast/testing'
import { expect, test } from 'vitest'
import type { OrderCommand } from '../../src/core/order-machine'
import { decideOrder } from '../../src/core/order-machine'
import { defaultAuthorize } from '../../src/engine/authorize'
import { changeOrder } from '../../src/engine/change'
import { byRequest, type Engine } from '../../src/engine/engine'
import { hold } from '../../src/engine/holds'
import { settingsOf } from '../../src/engine/options'
import { UNREAD } from '../../src/engine/write'
import { freezeTerms } from '../../src/policies'
import type { Store } from '../../src/storage/store'

// A verb that has read only the order may decide whatever leaves the order's claims alone. A decision that moves them
// reads them first: a seat must not stay taken because nobody looked for it.

const BUYER = { kind: 'buyer', id: 'buyer-1' } as const

const heldSeat = async () => {
  const store = memoryStore()
  let reads = 0
  const counting: Store<unknown> = {
    get: (kind, id) => {
      reads += 1
      return store.get(kind, id)
    },
    find: (kind, query) => {
      reads += 1
      return store.find(kind, query)
    },
    commit: (ops) => store.commit(ops),
  }
  const engine: Engine = {
    store: counting,
    clock: testClock(),
    ids: testIds(),
    gateways: new Map(),
    refundPolicies: new Map([['week', { name: 'week', version: 1, terms: freezeTerms(withinDays(7)) }]]),
    authorize: defaultAuthorize,
    inTransaction: {},
    on: {},
    settings: settingsOf({}),
    loadInputs: () => import('../../src/engine/input'),
    joined: false,
    changed: () => undefined,
  }
  const line = { title: 'A-1', unitPrice: krw(50_000), resource: { group: 'hall', id: 'A-1' } }
  const order = (await hold(engine, { actor: BUYER, lines: [line], refundPolicy: 'week' }))._unsafeUnwrap()
  const known = { order, attempt: null, refund: null, claims: UNREAD, lines: [] }
  const apply = (command: OrderCommand) =>
    changeOrder(
      engine,
      { orderId: order.id },
      byRequest({ actor: BUYER }),
      (loaded) => decideOrder(loaded.order, command).map((events) => ({ events })),
      known,
    )
  const claims = () => store.find('claims', { index: 'byOrder', where: { orderId: order.id }, limit: 10 })
  return { engine, store, order, apply, claims, reads: () => reads }
}

test('a decision that leaves the claims alone is written on what is known, without a read', async () => {
  const { apply, claims, engine, reads } = await heldSeat()
  const changed = await apply({ type: 'start_paying', attemptId: 'att_1', at: engine.clock.now() })
  expect(changed._unsafeUnwrap().after.order.status).toBe('PAYING')
  expect(reads()).toBe(0)
  expect(await claims()).toHaveLength(1)
})

test('I-16: a decision that gives the claims up reads them before it is written', async () => {
  const { apply, claims, engine, store, order, reads } = await heldSeat()
  const changed = await apply({ type: 'cancel_order', whilePaying: 'refuse', at: engine.clock.now() })
  expect(changed._unsafeUnwrap().after.order.status).toBe('CANCELLED')
  expect((await store.get('orders', order.id))?.version).toBe(2)
  expect(await claims()).toEqual([])
  expect(reads()).toBe(2)
})
