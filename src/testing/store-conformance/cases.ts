import type { Store } from '../../storage/store'
import { amongCases } from './among'
import { atomicity } from './atomicity'
import { concurrency } from './concurrency'
import { copies } from './copies'
import { guards } from './guards'
import { many } from './many'
import { mistakes } from './mistakes'
import { paging } from './paging'
import { reading } from './reading'
import { unique } from './unique'
import { values } from './values'
import { versions } from './versions'
import { withOrder } from './with-order'
import { within } from './within'

/** One thing a store must do. `run` throws an `Error` that says what was expected when the store does not. */
export type ConformanceCase = { readonly name: string; readonly run: () => Promise<void> }

/**
 * What a store must do to be trusted with money, as cases for any test runner:
 * `for (const { name, run } of storeConformance(makeStore)) test(name, run)`.
 *
 * `makeStore` is called once per case and must give an empty store. The cases insert some ten thousand rows in all, run up
 * to 30 commits at once and use no timer. What a store leaves out, such as `findAmong`, is not asked of it.
 *
 * Not guaranteed: that a store which passes keeps its rows when the process or the machine dies.
 */
export const storeConformance = (makeStore: () => Promise<Store> | Store): readonly ConformanceCase[] =>
  [
    values,
    versions,
    unique,
    guards,
    atomicity,
    many,
    within,
    reading,
    paging,
    amongCases,
    withOrder,
    copies,
    mistakes,
    concurrency,
  ]
    .flat()
    .map(({ name, run }) => ({ name, run: async () => run(await makeStore()) }))
