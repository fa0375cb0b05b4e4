import type { CommitOutcome, ConflictReason, Op, Store } from '../../storage/store'
import { expectSame, type StoreCase } from './expectations'
import { adjust, availableIn, idsOf, insert, moment, pool, poolRow, remove, rowOf, update } from './rows'

const N = 30

/** Starts N commits before any has an answer. */
const inParallel = (store: Store, opsOf: (at: number) => readonly Op[]): Promise<readonly CommitOutcome[]> =>
  Promise.all(Array.from({ length: N }, (_, at) => store.commit(opsOf(at))))

/** Which of them committed; all others must have lost for the reason. */
const winnersOf = (outcomes: readonly CommitOutcome[], reasons: readonly ConflictReason[]): readonly number[] =>
  outcomes.flatMap((outcome, at) => {
    if (outcome.kind === 'committed') return [at]
    expectSame('the reason of a loser is one of these', reasons.includes(outcome.reason), true)
    return []
  })

const line = (id: string, sequence: number, amountMinor: number): Op =>
  insert('ledgerEntries', rowOf('ledgerEntries', id, sequence, { accountId: 'w', sequence, source: id, amountMinor }))

/** A read-modify-write of the balance with its ledger line: decides again from fresh state until it commits. */
const credit = async (store: Store, id: string, amountMinor: number): Promise<void> => {
  // Each round at least one of N commits, so N rounds are enough for all.
  for (let round = 0; round < N; round += 1) {
    const account = await store.get('walletAccounts', 'w')
    if (account === undefined) throw new Error('the account: expected it, got undefined')
    const { version, balanceMinor, entryCount } = account
    const set = { balanceMinor: balanceMinor + amountMinor, entryCount: entryCount + 1 }
    const outcome = await store.commit([
      line(id, entryCount + 1, amountMinor),
      update('walletAccounts', 'w', version, set),
    ])
    if (outcome.kind === 'committed') return
  }
  throw new Error(`credit ${id}: expected a commit within ${N} rounds, got none`)
}

export const concurrency: readonly StoreCase[] = [
  {
    name: `concurrency: of ${N} parallel claims of one resource exactly one is committed`,
    run: async (store) => {
      const resource = { resourceGroup: 'hall', resourceId: 'A-1' }
      const outcomes = await inParallel(store, (at) => [
        insert('orders', rowOf('orders', `order-${at}`, at)),
        insert('claims', rowOf('claims', `claim-${at}`, at, resource)),
      ])
      const winners = winnersOf(outcomes, ['exists'])
      expectSame('winners', winners.length, 1)
      const byGroup = { index: 'byGroup', where: { resourceGroup: 'hall' }, limit: N }
      expectSame(
        'the claim',
        await idsOf(store, 'claims', byGroup),
        winners.map((at) => `claim-${at}`),
      )
      const orders = await Promise.all(outcomes.map((_, at) => store.get('orders', `order-${at}`)))
      expectSame(
        'orders',
        orders.flatMap((order) => order?.id ?? []),
        winners.map((at) => `order-${at}`),
      )
    },
  },
  {
    name: `concurrency: of ${N} parallel inserts of one id exactly one is committed`,
    run: async (store) => {
      const outcomes = await inParallel(store, (at) => [pool('p', at)])
      const winners = winnersOf(outcomes, ['exists'])
      expectSame('winners', winners.length, 1)
      expectSame("the winner's row", await availableIn(store, 'p'), winners[0])
    },
  },
  {
    name: `concurrency: of ${N} parallel updates of one version exactly one is committed`,
    run: async (store) => {
      await store.commit([pool('p', -1)])
      const outcomes = await inParallel(store, (at) => [update('pools', 'p', 1, { available: at })])
      const winners = winnersOf(outcomes, ['version'])
      expectSame('winners', winners.length, 1)
      const expected = { ...poolRow('p', winners[0] ?? -1), version: 2 }
      expectSame("the winner's row", await store.get('pools', 'p'), expected)
    },
  },
  {
    name: `concurrency: of ${N} parallel removals exactly one is committed`,
    run: async (store) => {
      await store.commit([pool('p', 5)])
      const outcomes = await inParallel(store, () => [remove('pools', 'p', 1)])
      expectSame('winners', winnersOf(outcomes, ['missing', 'version']).length, 1)
      expectSame('the row', await store.get('pools', 'p'), undefined)
    },
  },
  {
    name: `concurrency: ${N} parallel adjusts take every place and not one more`,
    run: async (store) => {
      await store.commit([pool('p', 20)])
      const outcomes = await inParallel(store, () => [adjust('pools', 'p', 'available', -1, 0)])
      expectSame('winners', winnersOf(outcomes, ['guard']).length, 20)
      expectSame('places left', await availableIn(store, 'p'), 0)
    },
  },
  {
    name: `concurrency: ${N} parallel adjusts up and down add up`,
    run: async (store) => {
      await store.commit([pool('p', 1_000)])
      const outcomes = await inParallel(store, (at) => [adjust('pools', 'p', 'available', at % 2 ? at : -at, 0)])
      expectSame('winners', winnersOf(outcomes, []).length, N)
      expectSame('the sum', await availableIn(store, 'p'), 1_015)
    },
  },
  {
    name: `concurrency: ${N} parallel commits of several ops over one row are each whole or absent`,
    run: async (store) => {
      await store.commit([pool('p', 10)])
      const outcomes = await inParallel(store, (at) => [
        insert('outbox', rowOf('outbox', `before-${at}`, at, { nextTryAt: moment(at) })),
        adjust('pools', 'p', 'available', -1, 0),
        insert('claims', rowOf('claims', `after-${at}`, at)),
      ])
      const winners = winnersOf(outcomes, ['guard'])
      expectSame('winners', winners.length, 10)
      expectSame('places left', await availableIn(store, 'p'), 0)
      const before = await idsOf(store, 'outbox', { index: 'byNextTry', where: {}, limit: N })
      expectSame(
        'rows inserted before',
        before,
        winners.map((at) => `before-${at}`),
      )
      for (const at of outcomes.keys()) {
        const after = await store.get('claims', `after-${at}`)
        expectSame(`row ${at} inserted after`, after !== undefined, winners.includes(at))
      }
    },
  },
  {
    name: `concurrency: ${N} parallel read-modify-writes that decide again on conflict lose nothing`,
    run: async (store) => {
      const account = { balanceMinor: 0, entryCount: 0 }
      await store.commit([insert('walletAccounts', rowOf('walletAccounts', 'w', 1, account))])
      await Promise.all(Array.from({ length: N }, (_, at) => credit(store, `line-${at}`, at + 1)))
      const after = await store.get('walletAccounts', 'w')
      const lines = await store.find('ledgerEntries', { index: 'byAccount', where: { accountId: 'w' }, limit: 1_000 })
      expectSame('the balance', after?.balanceMinor, (N * (N + 1)) / 2)
      expectSame('the version', after?.version, 1 + N)
      expectSame(
        'the lines',
        lines.map(({ sequence }) => sequence),
        Array.from({ length: N }, (_, at) => at + 1),
      )
      expectSame(
        'the sum of the lines',
        lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
        after?.balanceMinor,
      )
    },
  },
  {
    name: `concurrency: ${N} parallel moves in opposite directions keep the total`,
    run: async (store) => {
      await store.commit([pool('a', 100), pool('b', 100)])
      // A database may break a deadlock by refusing one of them: that is a fault, and takes both ops back.
      await Promise.allSettled(
        Array.from({ length: N }, (_, at) => {
          const [from, to] = at % 2 ? ['a', 'b'] : ['b', 'a']
          return store.commit([adjust('pools', from, 'available', -3, 0), adjust('pools', to, 'available', 3, 0)])
        }),
      )
      const total = ((await availableIn(store, 'a')) ?? 0) + ((await availableIn(store, 'b')) ?? 0)
      expectSame('the total', total, 200)
    },
  },
]
