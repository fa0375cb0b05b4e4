export type { Dialect, NamingOptions } from '../relational/naming'
export type { RelationalStore } from '../relational/store'
export {
  type PostgresClient,
  type PostgresPool,
  type PostgresResult,
  type PreparedPool,
  preparedPool,
} from './prepared-pool'
export { type SqlStoreOptions, sqlStore } from './store'
