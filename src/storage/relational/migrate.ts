import { createTable, recordMigration } from './ddl-statements'
import { migrationsTable } from './ddl-tables'
import type { Answer, SqlValue } from './driver'
import { MIGRATIONS, type Migration, versionOf } from './migrations'
import type { Names } from './naming'

/** Runs one statement. The `run` of a driver on one connection, or of a session. */
export type Runner = {
  readonly run: (statement: { readonly text: string; readonly values: readonly SqlValue[] }) => Promise<Answer>
}

export type MigrateOptions = {
  /** Only tells what would be run. */
  readonly dryRun?: boolean
  /** How long to wait on MySQL while another process migrates. Default 30. */
  readonly waitSeconds?: number
  readonly migrations?: readonly Migration[]
}

export type MigrationReport =
  | { readonly code: 'up_to_date'; readonly version: number }
  | { readonly code: 'migrated'; readonly from: number; readonly version: number; readonly titles: readonly string[] }
  | {
      readonly code: 'planned'
      readonly from: number
      readonly version: number
      readonly statements: readonly string[]
    }
  /** A newer release has changed this database. Nothing was done. */
  | { readonly code: 'schema_newer'; readonly found: number; readonly known: number }
  /** Another process is migrating, or holds the database's write lock. Nothing was done; try again. */
  | { readonly code: 'busy' }

/**
 * Brings a database to today's schema. Safe to repeat, to interrupt anywhere and to run from several processes at once.
 *
 * `runner` has to be one connection that nobody else uses meanwhile: locks and, on SQLite, the transaction are said on
 * it. `driver.transaction((session) => migrate(session, names))` is one. PostgreSQL also takes a pool.
 *
 * Errors: faults are thrown as the driver throws them. On PostgreSQL and SQLite the migration that failed has left
 * nothing behind; on MySQL its first statements may have, and the next call goes on from there.
 */
export const migrate = async (
  runner: Runner,
  names: Names,
  { dryRun = false, waitSeconds = 30, migrations = MIGRATIONS }: MigrateOptions = {},
): Promise<MigrationReport> => {
  const known = versionOf(migrations)
  const from = (await recordedVersion(runner, names)) ?? 0
  if (from > known) return { code: 'schema_newer', found: from, known }
  const pending = migrations.filter(({ id }) => id > from)
  if (pending.length === 0) return { code: 'up_to_date', version: from }
  if (dryRun) {
    const statements = pending.flatMap((migration) => statementsOf(names, migration))
    return { code: 'planned', from, version: known, statements }
  }
  const done = await APPLY[names.dialect](runner, names, pending, waitSeconds)
  if (!done) return { code: 'busy' }
  return { code: 'migrated', from, version: known, titles: pending.map(({ title }) => title) }
}

/** The newest migration on record; 0 for none, null when there is no record at all. */
export const recordedVersion = async (runner: Runner, names: Names): Promise<number | null> => {
  const { rows } = await runner.run(TABLE_EXISTS[names.dialect](names))
  if (rows.length === 0) return null
  const newest = await ask(runner, `SELECT MAX(${names.column('id')}) AS answer FROM ${names.other('migrations')}`)
  return Number(newest ?? 0)
}

const TABLE_EXISTS = {
  postgres: (names: Names) => ({
    text: 'SELECT 1 AS answer WHERE to_regclass($1) IS NOT NULL',
    values: [names.other('migrations')],
  }),
  mysql: (names: Names) => ({
    text: 'SELECT 1 AS answer FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?',
    values: [names.otherName('migrations')],
  }),
  sqlite: (names: Names) => ({
    text: "SELECT 1 AS answer FROM sqlite_master WHERE type = 'table' AND name = ?",
    values: [names.otherName('migrations')],
  }),
} as const

const ask = async (runner: Runner, text: string, values: readonly SqlValue[] = []): Promise<unknown> =>
  (await runner.run({ text, values })).rows[0]?.['answer']

const say = async (runner: Runner, text: string): Promise<void> => {
  await runner.run({ text, values: [] })
}

const statementsOf = (names: Names, migration: Migration): readonly string[] => [
  ...migration.statements(names),
  recordMigration(names, migration),
]

/** Returns false when somebody else is at it. */
type Apply = (runner: Runner, names: Names, pending: readonly Migration[], waitSeconds: number) => Promise<boolean>

/** Any number, the same in every release: advisory locks are numbers that programs agree on. */
const LOCK = 7_402_918_365

/** One statement is one transaction, on whichever connection it lands. */
const onPostgres: Apply = async (runner, names, pending) => {
  const record = names.other('migrations')
  for (const migration of pending) {
    const isDone = `EXISTS (SELECT 1 FROM ${record} WHERE ${names.column('id')} >= ${migration.id})`
    const block = [
      'DO $holdfast$ BEGIN',
      `PERFORM pg_advisory_xact_lock(${LOCK});`,
      `${createTable(migrationsTable(names), names)};`,
      `IF NOT ${isDone} THEN`,
      ...statementsOf(names, migration).map((statement) => `${statement};`),
      'END IF;',
      'END $holdfast$',
    ].join('\n')
    try {
      await say(runner, block)
    } catch (fault) {
      // A transaction stricter than READ COMMITTED that had to wait for the lock cannot see who was first, and fails.
      const version = await recordedVersion(runner, names).catch(() => null)
      if (version === null || version < migration.id) throw fault
    }
  }
  return true
}

const onSqlite: Apply = async (runner, names, pending) => {
  for (const migration of pending) {
    const begun = await beginSqlite(runner)
    if (begun === 'busy') return false
    try {
      const isDone = ((await recordedVersion(runner, names)) ?? 0) >= migration.id
      for (const statement of isDone ? [] : statementsOf(names, migration)) await say(runner, statement)
      if (begun === 'begun') await say(runner, 'COMMIT')
    } catch (fault) {
      // The first fault is the one to tell; a connection that is gone has rolled back by itself.
      if (begun === 'begun') await say(runner, 'ROLLBACK').catch(() => undefined)
      throw fault
    }
  }
  return true
}

const beginSqlite = async (runner: Runner): Promise<'begun' | 'joined' | 'busy'> => {
  try {
    await say(runner, 'BEGIN IMMEDIATE')
    return 'begun'
  } catch (fault) {
    const message = fault instanceof Error ? fault.message : ''
    if (/within a transaction/.test(message)) return 'joined'
    if (/database is locked|SQLITE_BUSY/.test(message)) return 'busy'
    throw fault
  }
}

const onMysql: Apply = async (runner, names, pending, waitSeconds) => {
  // The lock is the server's, not the database's, and its name is at most 64 characters.
  const lock = "CONCAT('holdfast:', SHA1(CONCAT(DATABASE(), ':', ?)))"
  const values = [names.otherName('migrations')]
  const locked = await ask(runner, `SELECT GET_LOCK(${lock}, ${waitSeconds}) AS answer`, values)
  if (Number(locked) !== 1) return false
  try {
    for (const migration of pending) {
      if (((await recordedVersion(runner, names)) ?? 0) >= migration.id) continue
      for (const statement of statementsOf(names, migration)) await sayOrSkip(runner, statement)
      // Where autocommit is off, the note of the version would be lost with the connection.
      await say(runner, 'COMMIT')
    }
  } finally {
    await ask(runner, `SELECT RELEASE_LOCK(${lock}) AS answer`, values).catch(() => undefined)
  }
  return true
}

/** Table, column and key that exist already: a run before this one got so far. */
const EXISTS_ALREADY: readonly unknown[] = [1050, 1060, 1061]

const sayOrSkip = async (runner: Runner, text: string): Promise<void> => {
  try {
    await say(runner, text)
  } catch (fault) {
    const number = typeof fault === 'object' && fault !== null && 'errno' in fault ? fault.errno : undefined
    if (!EXISTS_ALREADY.includes(number)) throw fault
  }
}

const APPLY: Readonly<Record<Names['dialect'], Apply>> = { postgres: onPostgres, mysql: onMysql, sqlite: onSqlite }
