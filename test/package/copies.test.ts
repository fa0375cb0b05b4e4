import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { must } from './command'

const { host } = inject('packed')

/**
 * An ESM host whose store, gateway and policies came by `require`, as when one of its dependencies is CommonJS: every
 * object crosses from one copy of the code to the other. `swapped` is the same the other way round.
 */
const program = (engine: 'import' | 'require'): string => `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
const open = (how, name) => (how === 'import' ? import(name) : require(name))
const engine = ${JSON.stringify(engine)}
const other = engine === 'import' ? 'require' : 'import'
const { createPayments, krw } = await open(engine, 'holdfast')
const theirs = await open(other, 'holdfast')
const { memoryStore } = await open(other, 'holdfast/storage/memory')
const { mock } = await open(other, 'holdfast/mock')
const { never } = await open(other, 'holdfast/policies')

const payments = createPayments({
  store: memoryStore(),
  gateways: { mock: mock() },
  refundPolicies: { final: never() },
})
const actor = { kind: 'buyer', id: 'b1' }
const line = { title: 'Seat', quantity: 1, unitPrice: theirs.krw(5000), resource: { group: 'g', id: 'a1' } }
const held = await payments.orders.hold({ actor, lines: [line], refundPolicy: 'final' })
const refused = await payments.orders.hold({ actor, lines: [line], refundPolicy: 'final' })
const order = held._unsafeUnwrap()
const started = await payments.orders.startPayment({ actor, order, gateway: 'mock' })
const paid = await payments.orders.confirm({ actor, order, attemptId: started._unsafeUnwrap().attempt.id })
console.log(JSON.stringify({
  twoCopies: theirs.createPayments !== createPayments,
  held: order.status,
  refused: structuredClone(refused._unsafeUnwrapErr()).code,
  paid: paid._unsafeUnwrap().order.status,
  total: theirs.formatMoney(paid._unsafeUnwrap().order.total),
  same: theirs.subtract(order.total, krw(5000))._unsafeUnwrap().amountMinor,
}))`

describe('two copies of the library in one process', () => {
  test.each(['import', 'require'] as const)('share stores, gateways, policies and errors: engine by %s', (engine) => {
    writeFileSync(join(host, 'copies.mjs'), program(engine))
    expect(JSON.parse(must(process.execPath, ['copies.mjs'], host))).toEqual({
      twoCopies: true,
      held: 'HOLD',
      refused: 'resource_unavailable',
      paid: 'CONFIRMED',
      total: '5,000 KRW',
      same: 0,
    })
  })
})
