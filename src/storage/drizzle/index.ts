export type { Dialect, NamingOptions } from '../relational/naming'
export type { RelationalStore } from '../relational/store'
export type { DrizzleDatabase, TransactionOf } from './database'
export { type DrizzleStoreOptions, drizzleStore } from './store'
