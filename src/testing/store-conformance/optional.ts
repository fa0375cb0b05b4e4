import type { Store } from '../../storage/store'
import type { StoreCase } from './expectations'

/** A method that may be left out: then there is nothing to ask of it. */
export const ofStoresWith = (method: 'findAmong' | 'getWithOrder', cases: readonly StoreCase[]): readonly StoreCase[] =>
  cases.map(({ name, run }) => ({
    name,
    run: async (store: Store) => (store[method] === undefined ? undefined : run(store)),
  }))
