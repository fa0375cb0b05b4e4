import { describe, expect, test } from 'vitest'
import { storeConformance } from '../../../src/testing/store-conformance'
import { type Flaw, naiveStore } from './naive-store'

/** The names of the cases that a store with this flaw does not pass. */
const failuresOf = async (flaw?: Flaw): Promise<readonly string[]> => {
  const failures: string[] = []
  for (const { name, run } of storeConformance(() => naiveStore(flaw))) {
    await run().catch(() => failures.push(name))
  }
  return failures
}

const N = 'concurrency: of 30 parallel'
const ONE_OF_MANY =
  'many: of 1200 updates, removals or inserts in one commit a single one that cannot be is named, and none is written'
/** Which cases must notice the flaw, at least. */
const CAUGHT_BY: Readonly<Record<Flaw, readonly string[]>> = {
  'takes any version': [
    'versions: an update at another version is refused and changes nothing',
    'versions: a row is removed only at its version, and its id is free afterwards',
    `${N} updates of one version exactly one is committed`,
    ONE_OF_MANY,
  ],
  'writes op by op': [
    ONE_OF_MANY,
    'atomicity: when the middle op fails with version, nothing of the others is left',
    'atomicity: when the last op fails with guard, nothing of the others is left',
    'unique: claims.oneLiveClaim is taken by the first of two inserts in one commit, and neither is written',
    'concurrency: 30 parallel commits of several ops over one row are each whole or absent',
  ],
  'awaits between check and write': [
    `${N} claims of one resource exactly one is committed`,
    `${N} inserts of one id exactly one is committed`,
    `${N} updates of one version exactly one is committed`,
    `${N} removals exactly one is committed`,
    'concurrency: 30 parallel adjusts take every place and not one more',
    'concurrency: 30 parallel adjusts up and down add up',
    'concurrency: 30 parallel read-modify-writes that decide again on conflict lose nothing',
  ],
  'excludes its bounds': [
    'reading: bounds of moments include themselves, to the millisecond',
    'reading: bounds of numbers include themselves, and numbers do not sort as text',
    'reading: bounds of text include themselves',
  ],
  'keeps what within rolled back': ['within: when it throws, nothing is written and the same error is thrown'],
  'runs within before it checks': ['within: is not run when an op conflicts'],
  'swallows the error of within': [
    'within: when it throws, nothing is written and the same error is thrown',
    'within: runs and may throw without any ops',
  ],
  'shows what is not committed': ['within: what it may still undo is seen by no read'],
  'hands out its own rows': ['copies: changing a row that was read, or its Date, changes nothing'],
  'keeps the rows it was handed': [
    'copies: changing an inserted row or its Date changes nothing',
    'copies: a row changed while its commit runs `within` is written as it was handed in',
  ],
  'drops milliseconds': [
    'values: moments keep their milliseconds, far in the past and far in the future',
    'values: a row of orders with every column filled is read as it was inserted',
    'reading: bounds of moments include themselves, to the millisecond',
  ],
  'drops digits': [
    'values: amounts keep every digit up to 2^53, also below zero',
    'values: an adjusted amount keeps every digit up to 2^53',
  ],
  'indexes null': [
    'reading: orders.byDue gives the rows of one group in order, and no others',
    'reading: a row moves with its columns, into, within and out of an index',
  ],
  'lets null collide': [
    'unique: claims.oneLiveClaim ignores rows whose resourceGroup is null',
    'unique: attempts.providerRef ignores rows whose providerRef is null',
  ],
  'guards one too low': [
    'guards: an adjust may reach the minimum exactly, and not one below',
    'concurrency: 30 parallel adjusts take every place and not one more',
  ],
  'guards one too high': ['guards: an adjust may reach the minimum exactly, and not one below'],
  'raises the version on adjust': ['guards: an adjust leaves the version and the other columns alone'],
  'sets what was not mentioned to null': [
    'versions: every column of orders can be set alone and leaves the others as they were',
    'versions: an update that sets nothing still raises the version',
  ],
  'ignores case': ['values: ids that differ only in case are different rows'],
  'leaves ties unordered': [
    'reading: ties are ordered by id, and a descending page is the ascending one backwards',
    'paging: cursors meet every row once, in order, also among ties (asc)',
  ],
  'pages by value alone': [
    'paging: cursors meet every row once, in order, also among ties (asc)',
    'paging: cursors meet every row once, in order, also among ties (desc)',
    'paging: rows inserted behind the cursor neither repeat nor hide others, and those ahead are met',
  ],
  'sorts numbers as text': ['reading: bounds of numbers include themselves, and numbers do not sort as text'],
  'reads undefined as all': [
    'mistakes: get refuses undefined, and whatever else is no id or no kind',
    'mistakes: find refuses undefined and every query that is incomplete or misspelt',
    'among: refuses undefined, an index that is none or of other columns, and more than 1,000 values',
  ],
  'checks too late': [
    'mistakes: commit refuses undefined in an op, and writes nothing',
    'mistakes: commit refuses a row that is named twice, and writes nothing',
  ],
  'names no op': [
    'atomicity: when the last op fails with missing, nothing of the others is left',
    'atomicity: of several conflicts the first is reported',
  ],
  'checks unique keys on insert only': [
    'unique: attempts.providerRef cannot be reached by an update either, and follows a row that leaves it',
    'guards: an adjusted column sorts by its new value, and keeps its unique key',
  ],
  'compares keys run together': ['unique: columns of a key stay apart, so that a|bc is not ab|c'],
  'looks among a hundred values': ['among: 1,000 values are answered at once, with what the last commit wrote'],
  'gives a row for every value that has it': [
    'among: ids give their rows, each once, and nothing for an id that is not there',
    'among: values of an index give all rows that have one of them, and no others',
  ],
  'looks among rows outside the index': [
    'among: a row whose sorting column is null is not in the index, here as in find',
  ],
  'joins with claims that are not there': [
    'with order: an order without claims, and rows with nothing in what may be empty',
  ],
  'joins without sorting': [
    'with order: an attempt comes with its order and the claims of that order by position, as get and find give them',
  ],
  'remembers what it joined': ['with order: shows what the last commit wrote'],
  'compares keys without case': ['unique: text is compared exactly, with its case, its accents and its spaces'],
}

describe('the store conformance kit', () => {
  test('passes a store that is simple and right', async () => {
    expect(await failuresOf()).toEqual([])
  })

  for (const [flaw, names] of Object.entries(CAUGHT_BY)) {
    test(`catches a store that ${flaw}`, async () => {
      // Object.entries forgets the names of the keys.
      const failures = await failuresOf(flaw as Flaw)
      expect(failures).toEqual(expect.arrayContaining([...names]))
    })
  }

  test('names every case once', () => {
    const names = storeConformance(naiveStore).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  test('gives every case a store of its own, and waits for one that takes time to open', async () => {
    let made = 0
    const cases = storeConformance(async () => {
      await Promise.resolve()
      made += 1
      return naiveStore()
    })
    expect(made).toBe(0)
    for (const { run } of cases) await run()
    expect(made).toBe(cases.length)
  })

  test('says what it expected and what it got', async () => {
    const cases = storeConformance(() => naiveStore('guards one too low'))
    const boundary = cases.find(({ name }) => name.startsWith('guards: an adjust may reach'))
    await expect(boundary?.run()).rejects.toThrow(
      'one below 0: expected {"kind":"conflict","op":0,"reason":"guard"}, got {"kind":"committed"}',
    )
  })
})
