import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../../src/storage/memory'
import type { NewRow } from '../../../src/storage/schema'
import type { CommitOutcome, Op } from '../../../src/storage/store'
import { rowOf } from '../../../src/testing/store-conformance/rows'

const BUYERS = 30

const order = (buyer: number, status = 'HOLD'): Op => {
  const row = rowOf('orders', `order-${buyer}`, buyer, { status, buyerId: `buyer-${buyer}` })
  // rowOf makes a row of the kind it is asked for; its type only says names and values.
  return { op: 'insert', kind: 'orders', row: row as unknown as NewRow<'orders'> }
}
const claim = (buyer: number): Op => ({
  op: 'insert',
  kind: 'claims',
  row: {
    id: `claim-${buyer}`,
    orderId: `order-${buyer}`,
    buyerId: `buyer-${buyer}`,
    position: 1,
    resourceGroup: 'hall',
    resourceId: 'A-1',
    pool: null,
    places: 1,
    heldUntil: new Date(1_000),
  },
})

const buyers = Array.from({ length: BUYERS }, (_, buyer) => buyer)
const isCommitted = (outcome: CommitOutcome) => outcome.kind === 'committed'

/** The one order that exists, with the one claim that is its own. */
const expectOneOrder = async (store: ReturnType<typeof memoryStore>, outcomes: readonly CommitOutcome[]) => {
  expect(outcomes.filter(isCommitted)).toHaveLength(1)
  const winner = outcomes.findIndex(isCommitted)
  const orders = await Promise.all(buyers.map((buyer) => store.get('orders', `order-${buyer}`)))
  expect(orders.flatMap((found) => found?.id ?? [])).toEqual([`order-${winner}`])
  const claims = await store.find('claims', { index: 'byGroup', where: { resourceGroup: 'hall' }, limit: 100 })
  expect(claims.map(({ orderId }) => orderId)).toEqual([`order-${winner}`])
}

describe('30 buyers hold one resource at once, and exactly one order exists', () => {
  test('when nothing but the unique key decides (C-20, I-13, E-46)', async () => {
    const store = memoryStore()
    const outcomes = await Promise.all(buyers.map((buyer) => store.commit([order(buyer), claim(buyer)])))
    await expectOneOrder(store, outcomes)
    const lost = outcomes.filter((outcome) => !isCommitted(outcome))
    expect(lost).toEqual(Array(BUYERS - 1).fill({ kind: 'conflict', op: 1, reason: 'exists' }))
  })

  test('when each commit keeps the others waiting while the host writes (C-20, I-13, E-47)', async () => {
    const store = memoryStore()
    const written: number[] = []
    const outcomes = await Promise.all(
      buyers.map((buyer) =>
        store.commit([order(buyer), claim(buyer)], async () => {
          await Promise.resolve()
          written.push(buyer)
        }),
      ),
    )
    await expectOneOrder(store, outcomes)
    expect(written).toEqual([outcomes.findIndex(isCommitted)])
  })

  test('when each takes a lease on the resource first (C-20, I-13, E-48)', async () => {
    const store = memoryStore()
    const outcomes = await Promise.all(
      buyers.map(async (buyer): Promise<CommitOutcome> => {
        const row = { id: 'hall/A-1', holder: `buyer-${buyer}`, until: new Date(1_000) }
        const lease = await store.commit([{ op: 'insert', kind: 'leases', row }])
        if (lease.kind === 'conflict') return lease
        return store.commit([
          order(buyer),
          claim(buyer),
          { op: 'remove', kind: 'leases', id: row.id, expectedVersion: 1 },
        ])
      }),
    )
    await expectOneOrder(store, outcomes)
  })
})

test('of an expiry and an approval that commit at the same time exactly one wins (C-03)', async () => {
  for (const expiryFirst of [true, false]) {
    const store = memoryStore()
    await store.commit([order(1, 'PAYING')])
    const become = (status: string) =>
      store.commit([{ op: 'update', kind: 'orders', id: 'order-1', expectedVersion: 1, set: { status } }])
    const statuses = expiryFirst ? ['EXPIRED', 'CONFIRMED'] : ['CONFIRMED', 'EXPIRED']
    const outcomes = await Promise.all(statuses.map(become))
    expect(outcomes).toEqual([{ kind: 'committed' }, { kind: 'conflict', op: 0, reason: 'version' }])
    expect(await store.get('orders', 'order-1')).toMatchObject({ status: statuses[0], version: 2 })
  }
})
