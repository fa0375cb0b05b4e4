export { checkGet, checkOps, checkQuery } from './check'
export type { Answer, Driver, Session, SqlValue, Statement } from './relational/driver'
export type { Dialect, NamingOptions } from './relational/naming'
export { type RelationalOptions, type RelationalStore, relationalStore } from './relational/store'
export { type ColumnsOf, KINDS, type Kind, type KindDeclaration, type NewRow, type Row } from './schema'
export {
  type Adjust,
  type CommitOutcome,
  type ConflictReason,
  type Cursor,
  type Insert,
  type Op,
  type Query,
  type Remove,
  type Store,
  StoreError,
  type StoreFault,
  type Update,
} from './store'
