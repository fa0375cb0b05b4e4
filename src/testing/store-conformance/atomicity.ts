import type { ConflictReason, Op, Store } from '../../storage/store'
import { expectCommitted, expectConflict, expectSame, type StoreCase } from './expectations'
import { adjust, availableIn, idsOf, insert, pool, remove, rowOf, update } from './rows'

const outboxRow = (id: string, seed: number) => insert('outbox', rowOf('outbox', id, seed))

/** Four ops, one of each sort, each of which would commit; the failing op is put among them. */
const good = (): readonly Op[] => [
  insert('claims', rowOf('claims', 'new', 2)),
  update('pools', 'updated', 1, { available: 50 }),
  adjust('pools', 'adjusted', 'available', -5, 0),
  remove('outbox', 'removed', 1),
]

const failing = (): Readonly<Record<ConflictReason, Op>> => ({
  exists: insert('claims', rowOf('claims', 'other', 1)),
  version: update('pools', 'busy', 7, { available: 1 }),
  guard: adjust('pools', 'busy', 'available', -6, 0),
  missing: remove('outbox', 'nobody', 1),
})

const prepare = (store: Store) =>
  store.commit([
    insert('claims', rowOf('claims', 'taken', 1)),
    pool('updated', 5),
    pool('adjusted', 5),
    pool('busy', 5),
    outboxRow('removed', 3),
  ])

const expectUntouched = async (store: Store, what: string): Promise<void> => {
  expectSame(`${what}: the insert`, await store.get('claims', 'new'), undefined)
  expectSame(`${what}: the update`, (await store.get('pools', 'updated'))?.version, 1)
  expectSame(`${what}: the updated value`, await availableIn(store, 'updated'), 5)
  expectSame(`${what}: the adjust`, await availableIn(store, 'adjusted'), 5)
  expectSame(`${what}: the remove`, (await store.get('outbox', 'removed'))?.version, 1)
  const due = await idsOf(store, 'outbox', { index: 'byNextTry', where: {}, limit: 10 })
  expectSame(`${what}: the index`, due, ['removed'])
  expectSame(`${what}: the busy row`, await availableIn(store, 'busy'), 5)
}

const reasons: readonly ConflictReason[] = ['exists', 'version', 'guard', 'missing']

export const atomicity: readonly StoreCase[] = [
  {
    name: 'atomicity: an empty commit is committed',
    run: (store) => expectCommitted('no ops', store.commit([])),
  },
  {
    name: 'atomicity: all ops of a commit are written',
    run: async (store) => {
      await prepare(store)
      await expectCommitted('all', store.commit(good()))
      expectSame('the insert', (await store.get('claims', 'new'))?.version, 1)
      expectSame('the update', await availableIn(store, 'updated'), 50)
      expectSame('the adjust', await availableIn(store, 'adjusted'), 0)
      expectSame('the remove', await store.get('outbox', 'removed'), undefined)
    },
  },
  ...reasons.flatMap((reason) =>
    (
      [
        ['first', 0],
        ['middle', 2],
        ['last', 4],
      ] as const
    ).map(
      ([position, at]): StoreCase => ({
        name: `atomicity: when the ${position} op fails with ${reason}, nothing of the others is left`,
        run: async (store) => {
          await prepare(store)
          const ops = good().toSpliced(at, 0, failing()[reason])
          await expectConflict(`the ${position} op`, store.commit(ops), at, reason)
          await expectUntouched(store, `after ${reason} at ${at}`)
          await expectCommitted('the same without it', store.commit(good()))
        },
      }),
    ),
  ),
  {
    name: 'atomicity: of several conflicts the first is reported',
    run: async (store) => {
      await prepare(store)
      const { guard, missing, exists } = failing()
      const ops = [adjust('pools', 'adjusted', 'available', -1, 0), guard, missing, exists]
      await expectConflict('guard before missing', store.commit(ops), 1, 'guard')
      await expectConflict('exists before guard', store.commit(ops.toReversed()), 0, 'exists')
      await expectUntouched(store, 'after both')
    },
  },
  {
    name: 'atomicity: ids are per kind, so that one commit may name the same id in two kinds',
    run: async (store) => {
      await expectCommitted('both', store.commit([pool('same', 5), outboxRow('same', 1)]))
      expectSame('the pool', await availableIn(store, 'same'), 5)
      expectSame('the outbox row', (await store.get('outbox', 'same'))?.id, 'same')
    },
  },
  {
    name: 'atomicity: a commit holds 200 ops and loses them all for one',
    run: async (store) => {
      const many = () => Array.from({ length: 199 }, (_, at) => outboxRow(`row-${at}`, at))
      await store.commit([pool('busy', 5)])
      await expectConflict('with one too many', store.commit([...many(), failing().guard]), 199, 'guard')
      const due = { index: 'byNextTry', where: {}, limit: 1_000 }
      expectSame('rows left', await idsOf(store, 'outbox', due), [])
      await expectCommitted('without it', store.commit(many()))
      expectSame('rows written', (await idsOf(store, 'outbox', due)).length, 199)
    },
  },
]
