import { recordMigration, schemaStatements } from './ddl-statements'
import { MIGRATIONS, SCHEMA_VERSION } from './migrations'
import type { Dialect, Names } from './naming'

export { schemaStatements } from './ddl-statements'
export { indexName, uniqueName } from './ddl-tables'

const CALLED = { postgres: 'PostgreSQL', mysql: 'MySQL and MariaDB', sqlite: 'SQLite' } as const satisfies Record<
  Dialect,
  string
>

/**
 * The whole schema as a script, with a note of its version, for a host who runs SQL by their own means. It may run
 * again. `migrate` does the same and goes on from older versions.
 */
export const schemaSql = (names: Names): string => {
  const statements = [...schemaStatements(names), ...MIGRATIONS.map((migration) => recordMigration(names, migration))]
  return [
    `-- holdfast schema version ${SCHEMA_VERSION} for ${CALLED[names.dialect]}.`,
    '-- For an empty database. A later version changes it with: holdfast migrate',
    '',
    ...statements.map((statement) => `${statement};\n`),
  ].join('\n')
}
