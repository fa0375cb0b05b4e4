export type { Dialect, NamingOptions } from '../relational/naming'
export type { RelationalStore } from '../relational/store'
export { type PrismaDatabase, type PrismaRunner, type PrismaStoreOptions, prismaStore } from './store'
