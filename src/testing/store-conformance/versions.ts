import { expectCommitted, expectConflict, expectSame, type StoreCase } from './expectations'
import {
  ALL_KINDS,
  adjust,
  declarationOf,
  insert,
  isNullable,
  pool,
  poolRow,
  remove,
  rowOf,
  seededValue,
  update,
} from './rows'

export const versions: readonly StoreCase[] = [
  {
    name: 'versions: start at 1 and rise by one with every update',
    run: async (store) => {
      await store.commit([pool('p', 5)])
      for (const version of [1, 2, 3, 4]) {
        expectSame('version', (await store.get('pools', 'p'))?.version, version)
        await expectCommitted('update', store.commit([update('pools', 'p', version, { available: version * 10 })]))
        expectSame('the updated column', (await store.get('pools', 'p'))?.available, version * 10)
      }
    },
  },
  {
    name: 'versions: an update that sets nothing still raises the version',
    run: async (store) => {
      await store.commit([pool('p', 5)])
      await expectCommitted('update', store.commit([update('pools', 'p', 1, {})]))
      expectSame('the row', await store.get('pools', 'p'), { ...poolRow('p', 5), version: 2 })
    },
  },
  {
    name: 'versions: an update at another version is refused and changes nothing',
    run: async (store) => {
      await store.commit([pool('p', 5)])
      await store.commit([update('pools', 'p', 1, { available: 6 })])
      for (const version of [1, 3, 0, -2]) {
        const late = store.commit([update('pools', 'p', version, { available: 99 })])
        await expectConflict(`update at version ${version} of 2`, late, 0, 'version')
      }
      expectSame('the row', await store.get('pools', 'p'), { ...poolRow('p', 6), version: 2 })
    },
  },
  {
    name: 'versions: a row that is not there is missing for update, adjust and remove',
    run: async (store) => {
      await store.commit([pool('p', 5)])
      await expectConflict('update', store.commit([update('pools', 'q', 1, { available: 6 })]), 0, 'missing')
      await expectConflict('adjust', store.commit([adjust('pools', 'q', 'available', 1, 0)]), 0, 'missing')
      await expectConflict('remove', store.commit([remove('pools', 'q', 1)]), 0, 'missing')
      expectSame('the row', await store.get('pools', 'q'), undefined)
    },
  },
  {
    name: 'versions: a row is removed only at its version, and its id is free afterwards',
    run: async (store) => {
      await store.commit([pool('p', 5)])
      await store.commit([update('pools', 'p', 1, { available: 6 })])
      await expectConflict('remove at version 1 of 2', store.commit([remove('pools', 'p', 1)]), 0, 'version')
      await expectConflict('remove at version 3 of 2', store.commit([remove('pools', 'p', 3)]), 0, 'version')
      expectSame('the row still there', (await store.get('pools', 'p'))?.version, 2)
      await expectCommitted('remove', store.commit([remove('pools', 'p', 2)]))
      expectSame('the removed row', await store.get('pools', 'p'), undefined)
      await expectConflict('remove again', store.commit([remove('pools', 'p', 2)]), 0, 'missing')
      await expectCommitted('insert again', store.commit([pool('p', 7)]))
      expectSame('the new row', await store.get('pools', 'p'), { ...poolRow('p', 7), version: 1 })
    },
  },
  ...ALL_KINDS.map(
    (kind): StoreCase => ({
      name: `versions: every column of ${kind} can be set alone and leaves the others as they were`,
      run: async (store) => {
        let expected = { ...rowOf(kind, 'row-1', 1), version: 1 }
        await store.commit([insert(kind, rowOf(kind, 'row-1', 1)), insert(kind, rowOf(kind, 'row-2', 2))])
        for (const name of Object.keys(declarationOf(kind).columns)) {
          for (const seed of isNullable(kind, name) ? [3, null, 4] : [3]) {
            const value = () => (seed === null ? null : seededValue(kind, name, seed))
            const outcome = store.commit([update(kind, 'row-1', expected.version, { [name]: value() })])
            await expectCommitted(`set ${kind}.${name}`, outcome)
            expected = { ...expected, [name]: value(), version: expected.version + 1 }
            expectSame(`after set ${kind}.${name}`, await store.get(kind, 'row-1'), expected)
          }
        }
        expectSame('the other row', await store.get(kind, 'row-2'), { ...rowOf(kind, 'row-2', 2), version: 1 })
      },
    }),
  ),
]
