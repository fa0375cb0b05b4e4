import { describe, expect, test } from 'vitest'
import { type MemoryTx, memoryStore } from '../../../src/storage/memory'
import type { NewRow } from '../../../src/storage/schema'
import type { Op } from '../../../src/storage/store'

const account = (id: string, balanceMinor: number): NewRow<'walletAccounts'> => {
  return { id, currency: 'KRW', balanceMinor, entryCount: 0 }
}
const open = (id: string, balanceMinor: number): Op => ({
  op: 'insert',
  kind: 'walletAccounts',
  row: account(id, balanceMinor),
})
const move = (id: string, by: number, min = 0): Op => ({
  op: 'adjust',
  kind: 'walletAccounts',
  id,
  field: 'balanceMinor',
  by,
  min,
})
const outboxRow = (id: string): Op => {
  const at = new Date(0)
  return { op: 'insert', kind: 'outbox', row: { id, orderId: 'o', createdAt: at, tries: 0, nextTryAt: at } }
}

const storeWith = async (...ops: readonly Op[]) => {
  const store = memoryStore()
  await store.commit(ops)
  return store
}
const committed = { kind: 'committed' }

/** A promise to wait for, and the function that ends the waiting. */
const gate = () => {
  let release = () => {}
  const opened = new Promise<void>((resolve) => {
    release = resolve
  })
  return { opened, release }
}

describe('a memory store and the host’s own writes', () => {
  test('undoes them in reverse order when within throws, and throws the same error', async () => {
    const store = await storeWith(open('w', 5))
    const fault = new Error('no')
    const undone: string[] = []
    const commit = store.commit([move('w', -1)], async ({ onRollback }) => {
      onRollback(() => undone.push('first'))
      onRollback(() => undone.push('second'))
      throw fault
    })
    await expect(commit).rejects.toBe(fault)
    expect(undone).toEqual(['second', 'first'])
    expect((await store.get('walletAccounts', 'w'))?.balanceMinor).toBe(5)
  })

  test('undoes them also when within throws before it waits for anything', async () => {
    const store = memoryStore()
    const undone: string[] = []
    const commit = store.commit([open('w', 5)], ({ onRollback }) => {
      onRollback(() => undone.push('undone'))
      throw new Error('at once')
    })
    await expect(commit).rejects.toThrow('at once')
    expect(undone).toEqual(['undone'])
    expect(await store.get('walletAccounts', 'w')).toBeUndefined()
  })

  test('leaves them alone when the commit succeeds', async () => {
    const store = memoryStore()
    const undone: string[] = []
    const outcome = await store.commit([open('w', 5)], async ({ onRollback }) => {
      onRollback(() => undone.push('undone'))
    })
    expect(outcome).toEqual(committed)
    expect(undone).toEqual([])
  })

  test('goes on undoing when one undo fails, and throws every error', async () => {
    const store = memoryStore()
    const [fault, stuck] = [new Error('no'), new Error('cannot undo')]
    const undone: string[] = []
    const commit = store.commit([open('w', 5)], async ({ onRollback }) => {
      onRollback(() => undone.push('first'))
      onRollback(() => {
        throw stuck
      })
      throw fault
    })
    await expect(commit).rejects.toMatchObject({ name: 'AggregateError', errors: [fault, stuck] })
    expect(undone).toEqual(['first'])
    expect(await store.get('walletAccounts', 'w')).toBeUndefined()
  })

  test('refuses an undo that comes after the end', async () => {
    const store = memoryStore()
    let late: MemoryTx | undefined
    await store.commit([], async (tx) => {
      late = tx
    })
    expect(() => late?.onRollback(() => {})).toThrow('the transaction is over')
  })
})

describe('a memory store while `within` runs', () => {
  test('shows every read what was committed before', async () => {
    const store = await storeWith(open('w', 5), outboxRow('old'))
    const due = { index: 'byNextTry', where: {}, limit: 10 } as const
    const commit = store.commit(
      [move('w', -1), outboxRow('new'), { op: 'remove', kind: 'outbox', id: 'old', expectedVersion: 1 }],
      async () => {
        expect((await store.get('walletAccounts', 'w'))?.balanceMinor).toBe(5)
        expect((await store.find('outbox', due)).map(({ id }) => id)).toEqual(['old'])
      },
    )
    expect(await commit).toEqual(committed)
    expect((await store.get('walletAccounts', 'w'))?.balanceMinor).toBe(4)
    expect((await store.find('outbox', due)).map(({ id }) => id)).toEqual(['new'])
  })

  test('lets other commits wait, in the order they came, and takes their rows as they were then', async () => {
    const store = await storeWith(open('w', 0))
    const { opened, release } = gate()
    const first = store.commit([move('w', 1)], () => opened)
    const row = account('second', 7)
    // Each needs the one before it: in any other order one of them would be missing its row or fail its guard.
    const second = store.commit([{ op: 'insert', kind: 'walletAccounts', row }])
    const third = store.commit([move('second', 1)], async () => {})
    const fourth = store.commit([move('second', -8)])
    Object.assign(row, { balanceMinor: 99 })
    expect(await store.get('walletAccounts', 'second')).toBeUndefined()
    release()
    expect(await Promise.all([first, second, third, fourth])).toEqual([committed, committed, committed, committed])
    expect((await store.get('walletAccounts', 'second'))?.balanceMinor).toBe(0)
  })

  test('refuses a commit from inside it, which would wait for itself', async () => {
    const store = memoryStore()
    const nested = async () => {
      await Promise.resolve()
      await store.commit([open('inner', 1)])
    }
    await expect(store.commit([open('outer', 1)], nested)).rejects.toThrow('inside `within`')
    expect(await store.get('walletAccounts', 'outer')).toBeUndefined()
    expect(await store.get('walletAccounts', 'inner')).toBeUndefined()
    expect(await store.commit([open('later', 1)])).toEqual(committed)
  })

  test('takes a commit from inside it on another store', async () => {
    const [store, other] = [memoryStore(), memoryStore()]
    const outcome = store.commit([open('w', 1)], async () => {
      expect(await other.commit([open('w', 2)], async () => {})).toEqual(committed)
    })
    expect(await outcome).toEqual(committed)
    expect((await other.get('walletAccounts', 'w'))?.balanceMinor).toBe(2)
  })

  test('takes a commit that an earlier `within` started and did not wait for until it was over', async () => {
    const store = memoryStore()
    const { opened, release } = gate()
    let left: Promise<unknown> = Promise.resolve()
    await store.commit([], async () => {
      left = opened.then(() => store.commit([open('left', 1)]))
    })
    const next = store.commit([], async () => {
      release()
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    })
    expect(await next).toEqual(committed)
    expect(await left).toEqual(committed)
  })
})

describe('a memory store at the edge of numbers', () => {
  test('throws when a sum leaves the safe integers, and writes nothing of the commit', async () => {
    const store = await storeWith(open('w', Number.MAX_SAFE_INTEGER))
    await expect(store.commit([open('other', 1), move('w', 1)])).rejects.toThrow(
      new RangeError('walletAccounts.balanceMinor: the sum is beyond the safe integers'),
    )
    expect(await store.get('walletAccounts', 'other')).toBeUndefined()
    expect((await store.get('walletAccounts', 'w'))?.balanceMinor).toBe(Number.MAX_SAFE_INTEGER)
    expect(await store.commit([move('w', 0)])).toEqual(committed)
  })

  test('keeps one zero, as a database does', async () => {
    const store = await storeWith(open('w', -0))
    expect(Object.is((await store.get('walletAccounts', 'w'))?.balanceMinor, 0)).toBe(true)
  })
})

test('two memory stores share nothing', async () => {
  const [left, right] = [await storeWith(open('w', 1)), memoryStore()]
  expect(await right.get('walletAccounts', 'w')).toBeUndefined()
  expect(await right.commit([open('w', 2)])).toEqual(committed)
  expect((await left.get('walletAccounts', 'w'))?.balanceMinor).toBe(1)
})
