import { memoryStore } from '../../../src/storage/memory'
import type { Kind, Row } from '../../../src/storage/schema'
import { type CommitOutcome, type Op, type Query, type Store, StoreError } from '../../../src/storage/store'

const COMMITTED: CommitOutcome = { kind: 'committed' }
const lost = () => new Error('the answer was lost')
const notExecuted = () => new StoreError({ reason: 'contention', outcome: 'not_executed' }, undefined)

/** True every so many calls, never at the first few: the rows a history begins with should be there. */
const everyNth = (n: number): (() => boolean) => {
  let count = 0
  return () => {
    count += 1
    return count > 3 && count % n === 0
  }
}

type Commit = Store['commit']
const withCommit = (change: (store: Store) => Commit): Store => {
  const store: Store = memoryStore()
  return { ...store, commit: change(store) }
}
const withOps = (change: (op: Op, store: Store) => Promise<Op> | Op): Store =>
  withCommit((store) => async (ops, within) => {
    return store.commit(await Promise.all(ops.map((op) => change(op, store))), within)
  })

/** Reads come from a copy that is two commits behind, once there is something to be behind of. */
const lagging = (): Store => {
  const store: Store = memoryStore()
  const copy = memoryStore()
  const behind: (readonly Op[])[] = []
  let count = 0
  return {
    get: copy.get,
    find: copy.find,
    commit: async (ops, within) => {
      const outcome = await store.commit(ops, within)
      if (outcome.kind === 'conflict') return outcome
      behind.push(ops)
      count += 1
      while (behind.length > (count < 4 ? 0 : 2)) await copy.commit(behind.shift() ?? [])
      return outcome
    },
  }
}

/** Keeps the two columns of the seat apart by the claim's id, so that everybody can have it. */
const withoutUniqueClaims = (): Store => {
  const store: Store = memoryStore()
  const shown = <K extends Kind>(row: Row<K>): Row<K> =>
    'resourceId' in row && typeof row.resourceId === 'string'
      ? ({ ...row, resourceId: row.resourceId.split('\u0001')[0] } as Row<K>) // the same row, one text shorter
      : row
  return {
    get: async <K extends Kind>(kind: K, id: string) => {
      const row = await store.get(kind, id)
      return row && shown<K>(row)
    },
    find: async <K extends Kind>(kind: K, query: Query<K>) =>
      (await store.find(kind, query)).map((row) => shown<K>(row)),
    commit: (ops, within) => {
      const changed = ops.map((op): Op => {
        if (op.op !== 'insert' || op.kind !== 'claims' || op.row.resourceId === null) return op
        return { ...op, row: { ...op.row, resourceId: `${op.row.resourceId}\u0001${op.row.id}` } }
      })
      return store.commit(changed, within)
    },
  }
}

/** Stores that are wrong, each in one way. */
export const BROKEN: Readonly<Record<string, () => Store>> = {
  'takes any version': () =>
    withOps(async (op, store) => {
      if (op.op !== 'update' && op.op !== 'remove') return op
      return { ...op, expectedVersion: (await store.get(op.kind, op.id))?.version ?? op.expectedVersion }
    }),
  'ignores guards': () => withOps((op) => (op.op === 'adjust' ? { ...op, min: Number.MIN_SAFE_INTEGER } : op)),
  'guards one too low': () => withOps((op) => (op.op === 'adjust' ? { ...op, min: op.min - 1 } : op)),
  'reads from a copy that is behind': lagging,
  'lets everybody have a unique key': withoutUniqueClaims,
  'answers committed and drops the commit': () =>
    withCommit((store) => {
      const now = everyNth(9)
      return async (ops, within) => (within === undefined && now() ? COMMITTED : store.commit(ops, within))
    }),
  'commits only the first op': () =>
    withCommit((store) => {
      const now = everyNth(5)
      return async (ops, within) => store.commit(ops.length > 1 && now() ? ops.slice(0, 1) : ops, within)
    }),
  'repeats a commit and gives the second answer': () =>
    withCommit((store) => {
      const now = everyNth(5)
      return async (ops, within) => {
        if (within === undefined && now()) await store.commit(ops)
        return store.commit(ops, within)
      }
    }),
  'commits twice and loses the answer': () =>
    withCommit((store) => {
      const now = everyNth(3)
      return async (ops, within) => {
        if (within !== undefined || !now()) return store.commit(ops, within)
        await store.commit(ops)
        await store.commit(ops)
        throw lost()
      }
    }),
  'commits half and loses the answer': () =>
    withCommit((store) => {
      const now = everyNth(3)
      return async (ops, within) => {
        if (ops.length < 2 || !now()) return store.commit(ops, within)
        await store.commit(ops.slice(0, 1))
        throw lost()
      }
    }),
  'commits and says that nothing was executed': () =>
    withCommit((store) => {
      const now = everyNth(5)
      return async (ops, within) => {
        const outcome = await store.commit(ops, within)
        if (now()) throw notExecuted()
        return outcome
      }
    }),
  'blames the last op': () =>
    withCommit((store) => async (ops, within) => {
      const outcome = await store.commit(ops, within)
      return outcome.kind === 'conflict' ? { ...outcome, op: ops.length - 1 } : outcome
    }),
  'says missing for version': () =>
    withCommit((store) => async (ops, within) => {
      const outcome = await store.commit(ops, within)
      return outcome.kind === 'conflict' && outcome.reason === 'version' ? { ...outcome, reason: 'missing' } : outcome
    }),
}

/** The same for pages of `find`, which only the model turns over. */
export const MISPAGING: Readonly<Record<string, () => Store>> = {
  'reads downwards as upwards': () => {
    const store: Store = memoryStore()
    return { ...store, find: (kind, query) => store.find(kind, { ...query, order: 'asc' }) }
  },
  'starts a page at the cursor': () => {
    const store: Store = memoryStore()
    return {
      ...store,
      find: async (kind, query) => {
        const { after, ...rest } = query
        // A cursor just before the row that it names.
        return store.find(
          kind,
          after === undefined ? rest : { ...rest, after: { ...after, id: after.id.slice(0, -1) } },
        )
      },
    }
  },
}

/** Stores that are right, and lose answers now and then. */
export const UNRELIABLE: Readonly<Record<string, () => Store>> = {
  'loses the answer of a commit that happened': () =>
    withCommit((store) => {
      const now = everyNth(4)
      return async (ops, within) => {
        const outcome = await store.commit(ops, within)
        if (now()) throw lost()
        return outcome
      }
    }),
  'loses a commit on the way': () =>
    withCommit((store) => {
      const now = everyNth(4)
      return async (ops, within) => {
        // It may say so, or not.
        if (now()) throw ops.length > 1 ? notExecuted() : lost()
        return store.commit(ops, within)
      }
    }),
  'carries a commit out after it lost the answer': () =>
    withCommit((store) => {
      const now = everyNth(4)
      return async (ops, within) => {
        if (!now()) return store.commit(ops, within)
        const late = async () => {
          for (let turn = 0; turn < 40; turn += 1) await Promise.resolve()
          await store.commit(ops)
        }
        late().catch(() => undefined)
        throw lost()
      }
    }),
}
