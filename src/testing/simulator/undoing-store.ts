import type { MemoryTx } from '../../storage/memory'
import type { Store } from '../../storage/store'

/** Any store, with a transaction that tells the host when to undo: the simulated host keeps its own rows in memory. */
export const undoingStore = (inner: Store): Store<MemoryTx> => ({
  get: (kind, id) => inner.get(kind, id),
  find: (kind, query) => inner.find(kind, query),
  ...(inner.findAmong === undefined ? {} : { findAmong: inner.findAmong.bind(inner) }),
  ...(inner.getWithOrder === undefined ? {} : { getWithOrder: inner.getWithOrder.bind(inner) }),
  commit: async (ops, within) => {
    if (within === undefined) return inner.commit(ops)
    let undos: (() => void)[] = []
    const undoAll = () => {
      for (const undo of undos.toReversed()) undo()
      undos = []
    }
    try {
      const outcome = await inner.commit(ops, async () => {
        // A store may run it again after rolling back.
        undoAll()
        await within({ onRollback: (undo) => undos.push(undo) })
      })
      if (outcome.kind === 'conflict') undoAll()
      return outcome
    } catch (fault) {
      undoAll()
      throw fault
    }
  },
})
