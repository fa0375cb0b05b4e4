import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { schemaStatements } from '../../src/storage/relational/ddl'
import { ALL_KINDS, createNames, type Dialect, type NamingOptions } from '../../src/storage/relational/naming'

export const POSTGRES_URL = process.env['HOLDFAST_TEST_POSTGRES']
export const MYSQL_URL = process.env['HOLDFAST_TEST_MYSQL']

/** A file for one test file's database, and how to remove it. */
export const databaseFile = (): { readonly path: string; readonly remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-hosts-'))
  return { path: join(folder, 'store.db'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** What makes our tables, and one of the host's for the hooks to write: `badges`. */
export const createStatements = (dialect: Dialect, naming: NamingOptions = {}): readonly string[] => [
  ...schemaStatements(createNames(dialect, naming)),
  'CREATE TABLE badges (id varchar(20) PRIMARY KEY, name varchar(20) NOT NULL)',
]

export const emptyStatements = (dialect: Dialect, naming: NamingOptions = {}): readonly string[] => {
  const names = createNames(dialect, naming)
  return [...ALL_KINDS.map((kind) => `DELETE FROM ${names.table(kind)}`), 'DELETE FROM badges']
}
