import type { Kind } from '../../storage/schema'
import { expectCommitted, expectConflict, expectSame, type StoreCase } from './expectations'
import { ALL_KINDS, declarationOf, insert, isNullable, remove, rowOf, seededValue, update, type Values } from './rows'

/** The values of a unique key's columns, as the first row has them. */
const keyOf = (kind: Kind, columns: readonly string[]): Values =>
  Object.fromEntries(columns.map((name) => [name, seededValue(kind, name, 1)]))

const casesOf = (kind: Kind, key: string, columns: readonly string[]): readonly StoreCase[] => {
  const title = `unique: ${kind}.${key}`
  const taken = keyOf(kind, columns)
  // Made anew for every commit: a store under test may do anything to what it is handed.
  const first = () => insert(kind, rowOf(kind, 'row-1', 1))
  const second = () => insert(kind, rowOf(kind, 'row-2', 2, taken))
  const intoTaken = (id: string, version: number) => update(kind, id, version, { ...taken })
  return [
    {
      name: `${title} belongs to one row, and is free again after its removal`,
      run: async (store) => {
        await expectCommitted('the first', store.commit([first()]))
        await expectConflict('the second', store.commit([second()]), 0, 'exists')
        expectSame('the second row', await store.get(kind, 'row-2'), undefined)
        await expectCommitted('removal', store.commit([remove(kind, 'row-1', 1)]))
        await expectCommitted('the second, later', store.commit([second()]))
        await expectConflict('the first again', store.commit([first()]), 0, 'exists')
      },
    },
    {
      name: `${title} that one op of a commit leaves may be taken by a later one`,
      run: async (store) => {
        await store.commit([first()])
        await expectCommitted('remove, then insert', store.commit([remove(kind, 'row-1', 1), second()]))
        await expectConflict('the first again', store.commit([first()]), 0, 'exists')
        expectSame('the first row', await store.get(kind, 'row-1'), undefined)
      },
    },
    {
      name: `${title} may differ in any one of its columns`,
      run: async (store) => {
        await store.commit([first()])
        for (const [at, name] of columns.entries()) {
          const values = { ...taken, [name]: seededValue(kind, name, 50 + at) }
          const outcome = store.commit([insert(kind, rowOf(kind, `other-${at}`, 60 + at, values))])
          await expectCommitted(`another ${name}`, outcome)
        }
      },
    },
    {
      name: `${title} is taken by the first of two inserts in one commit, and neither is written`,
      run: async (store) => {
        await expectConflict('both', store.commit([first(), second()]), 1, 'exists')
        expectSame('the first row', await store.get(kind, 'row-1'), undefined)
        expectSame('the second row', await store.get(kind, 'row-2'), undefined)
        await expectCommitted('the second alone', store.commit([second()]))
      },
    },
    {
      name: `${title} cannot be reached by an update either, and follows a row that leaves it`,
      run: async (store) => {
        await store.commit([first(), insert(kind, rowOf(kind, 'row-2', 2))])
        await expectConflict('into the taken key', store.commit([intoTaken('row-2', 1)]), 0, 'exists')
        expectSame('the second row', await store.get(kind, 'row-2'), { ...rowOf(kind, 'row-2', 2), version: 1 })
        await expectCommitted('its own key again', store.commit([intoTaken('row-1', 1)]))
        const elsewhere = Object.fromEntries(columns.map((name) => [name, seededValue(kind, name, 9)]))
        await expectCommitted('the first leaves', store.commit([update(kind, 'row-1', 2, { ...elsewhere })]))
        await expectCommitted('the second follows', store.commit([intoTaken('row-2', 1)]))
        const late = insert(kind, rowOf(kind, 'row-3', 3, elsewhere))
        await expectConflict('where the first went', store.commit([late]), 0, 'exists')
      },
    },
    ...columns
      .filter((name) => isNullable(kind, name))
      .map((name): StoreCase => {
        const values = { ...taken, [name]: null }
        return {
          name: `${title} ignores rows whose ${name} is null`,
          run: async (store) => {
            for (const at of [1, 2, 3]) {
              const outcome = store.commit([insert(kind, rowOf(kind, `row-${at}`, at, values))])
              await expectCommitted(`row ${at} without ${name}`, outcome)
            }
            await expectCommitted('one fills it', store.commit([intoTaken('row-1', 1)]))
            await expectConflict('two fill it', store.commit([intoTaken('row-2', 1)]), 0, 'exists')
          },
        }
      }),
  ]
}

export const unique: readonly StoreCase[] = [
  {
    name: 'unique: an id can be inserted once, whatever else the row says',
    run: async (store) => {
      for (const kind of ALL_KINDS) {
        const row = () => rowOf(kind, 'row-1', 1)
        await expectCommitted(`the first of ${kind}`, store.commit([insert(kind, row())]))
        await expectConflict(`the same of ${kind}`, store.commit([insert(kind, row())]), 0, 'exists')
        const other = insert(kind, rowOf(kind, 'row-1', 2))
        await expectConflict(`another row of ${kind}`, store.commit([other]), 0, 'exists')
        expectSame(`the row of ${kind}`, await store.get(kind, 'row-1'), { ...row(), version: 1 })
      }
    },
  },
  {
    name: 'unique: text is compared exactly, with its case, its accents and its spaces',
    run: async (store) => {
      const seats = ['a1', 'A1', 'á1', 'a1 ', ' a1', 'a-1', '']
      for (const [at, resourceId] of seats.entries()) {
        const row = rowOf('claims', `claim-${at}`, at, { resourceGroup: 'hall', resourceId })
        await expectCommitted(`seat ${JSON.stringify(resourceId)}`, store.commit([insert('claims', row)]))
      }
      const again = rowOf('claims', 'claim-again', 20, { resourceGroup: 'hall', resourceId: 'A1' })
      await expectConflict('seat A1 again', store.commit([insert('claims', again)]), 0, 'exists')
    },
  },
  {
    name: 'unique: columns of a key stay apart, so that a|bc is not ab|c',
    run: async (store) => {
      const pairs = [
        ['a', 'bc'],
        ['ab', 'c'],
        ['', 'abc'],
        ['abc', ''],
      ]
      for (const [at, [resourceGroup = '', resourceId = '']] of pairs.entries()) {
        const row = rowOf('claims', `claim-${at}`, at, { resourceGroup, resourceId })
        await expectCommitted(`pair ${at}`, store.commit([insert('claims', row)]))
      }
    },
  },
  ...ALL_KINDS.flatMap((kind) =>
    Object.entries(declarationOf(kind).unique).flatMap(([key, columns]) => casesOf(kind, key, columns)),
  ),
]
