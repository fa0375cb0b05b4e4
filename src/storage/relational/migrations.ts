import { schemaStatements } from './ddl-statements'
import type { Names } from './naming'

export type Migration = {
  /** Counts up from 1 without a gap. */
  readonly id: number
  /** Plain words without quotes: it is written into the database. */
  readonly title: string
  readonly statements: (names: Names) => readonly string[]
}

/**
 * Every step from an empty database to today's schema, in order.
 *
 * For maintainers. A migration that was released is never edited; a change is appended, and adds: a table, a nullable
 * column or one with a default, an index. Processes of the version before go on working while the new one is rolled
 * out. As long as migration 1 is the only one, it is made from `schema.ts`; before `schema.ts` changes after a release,
 * its statements are written out here as they were, and the change becomes migration 2. A test compares what was
 * released and says so.
 *
 * PostgreSQL and SQLite run a migration in one transaction. MySQL commits each statement, so a migration may be run
 * again from its start: "exists already" (table, column, key) is taken as done, and anything else must be harmless twice.
 */
export const MIGRATIONS: readonly Migration[] = [
  { id: 1, title: 'orders, payments, refunds and the wallet', statements: schemaStatements },
]

export const versionOf = (migrations: readonly Migration[]): number => migrations.at(-1)?.id ?? 0

/** The schema this release reads and writes. */
export const SCHEMA_VERSION = versionOf(MIGRATIONS)
