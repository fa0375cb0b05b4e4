import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import { wallet } from '../../../src/providers/wallet'
import { memoryStore } from '../../../src/storage/memory'
import type { Store } from '../../../src/storage/store'
import { attempt, connect, refund, steppedClock } from './fixtures'

type Step =
  | { readonly do: 'credit' | 'debit'; readonly number: number; readonly won: number }
  | { readonly do: 'pay' | 'void'; readonly number: number }
  | { readonly do: 'refund'; readonly number: number; readonly part: number; readonly won: number }

const number = fc.integer({ min: 1, max: 4 })
const won = fc.integer({ min: 1, max: 50 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('credit' as const, 'debit' as const), number, won }),
  fc.record({ do: fc.constantFrom('pay' as const, 'void' as const), number }),
  fc.record({ do: fc.constant('refund' as const), number, part: number, won }),
)

/** A store whose reads and commits take turns in an order the numbers decide. */
const shuffled = (inner: Store, delays: readonly number[]): Store => {
  let calls = 0
  const wait = async () => {
    calls += 1
    for (let tick = delays[calls % delays.length] ?? 0; tick > 0; tick -= 1) await Promise.resolve()
  }
  return {
    get: async (kind, id) => {
      await wait()
      return inner.get(kind, id)
    },
    find: async (kind, query) => {
      await wait()
      return inner.find(kind, query)
    },
    commit: async (ops) => {
      await wait()
      return inner.commit(ops)
    },
  }
}

describe('I-07: whatever runs at once', () => {
  test('the balance is the sum of the lines and the last balanceAfter, never below zero (C-91, C-92)', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 24 }),
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 13 }),
        async (steps, delays) => {
          const store = memoryStore()
          const gateway = wallet({ openingBalance: krw(60) })
          const clock = steppedClock()
          const racing = shuffled(store, delays)
          const { confirm, void: end, refund: giveBack } = connect(gateway, { store: racing, clock })
          const book = gateway.book(racing, clock)
          const attemptOf = (n: number) => attempt({ id: `att_${n}`, amount: krw(n * 10) })

          const run = async (move: Step): Promise<readonly [string, boolean]> => {
            switch (move.do) {
              case 'credit':
              case 'debit': {
                const movement = { ownerId: 'mina', amount: krw(move.won), source: `req_${move.number}` }
                return [`${move.do}:${move.number}`, (await book[move.do](movement)).isOk()]
              }
              case 'pay':
                return [`pay:${move.number}`, (await confirm(attemptOf(move.number), {})).isOk()]
              case 'void':
                return [`void:${move.number}`, (await end?.(attemptOf(move.number)))?.isOk() ?? false]
              case 'refund': {
                const paid = attemptOf(move.number)
                const facts = { id: `rfd_${move.number}_${move.part}`, attemptId: paid.id, amount: krw(move.won) }
                const context = { attempt: paid, refundable: paid.amount, refundAccount: null }
                return [`refund:${move.number}:${move.part}`, (await giveBack(refund(facts), context)).isOk()]
              }
            }
          }
          // Two crowds, one after the other, so that the second meets what the first left.
          const half = Math.ceil(steps.length / 2)
          const first = await Promise.all(steps.slice(0, half).map(run))
          const answers = [...first, ...(await Promise.all(steps.slice(half).map(run)))]

          const lines = await store.find('ledgerEntries', {
            index: 'byAccount',
            where: { accountId: 'mina:KRW' },
            limit: 1_000,
          })
          const account = await store.get('walletAccounts', 'mina:KRW')
          let balance = 0
          for (const [position, line] of lines.entries()) {
            balance += line.amountMinor
            expect(line.sequence).toBe(position + 1)
            expect(line.balanceAfterMinor).toBe(balance)
            expect(balance).toBeGreaterThanOrEqual(0)
          }
          expect(account?.balanceMinor ?? 0).toBe(balance)
          expect(account?.entryCount ?? 0).toBe(lines.length)

          // No lost line and no double one: each thing that was answered "done" has exactly one.
          const done = new Set(answers.filter(([, isDone]) => isDone).map(([name]) => name))
          expect(lines.filter(({ kind }) => kind !== 'OPENING')).toHaveLength(done.size)
          for (const n of [1, 2, 3, 4]) {
            expect(done.has(`pay:${n}`) && done.has(`void:${n}`)).toBe(false)
            const refunds = lines.filter(({ id }) => id.startsWith(`REFUND:att_${n}:`))
            const refunded = refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
            expect(refunded).toBeLessThanOrEqual(done.has(`pay:${n}`) ? n * 10 : 0)
          }
          for (const { kind } of lines) seen.add(kind)
        },
      ),
      { numRuns: 300 },
    )
    expect([...seen].sort()).toEqual(['CHARGE', 'DEBIT', 'OPENING', 'PAYMENT', 'REFUND', 'VOID'])
  })
})
