import { MYSQL_TEXT, type TableSpec } from '../relational/ddl-tables'
import type { Names } from '../relational/naming'

/**
 * How texts have to be compared, as statements: Prisma and Drizzle cannot say it in their schemas. Without it ids that
 * differ only in case are one id on MySQL, and pages come in another order on PostgreSQL.
 */
export const collationStatements = (names: Names, tables: readonly TableSpec[]): readonly string[] => {
  switch (names.dialect) {
    case 'postgres':
      return tables.map(({ quoted, columns }) => {
        const texts = columns.filter(({ meaning }) => meaning.kind === 'key_text' || meaning.kind === 'text')
        const changes = texts.map(({ name, sql }) => `ALTER COLUMN ${names.quote(name)} TYPE ${sql}`)
        return `ALTER TABLE ${quoted} ${changes.join(', ')};`
      })
    case 'mysql':
      return tables.map(({ quoted }) => `ALTER TABLE ${quoted} CONVERT TO ${MYSQL_TEXT};`)
    case 'sqlite':
      return []
  }
}

/** The head of a printed file, without the comment signs. */
export const preface = (version: number, generate: string, statements: readonly string[]): readonly string[] => [
  `holdfast schema version ${version}. Printed by \`holdfast schema\`; do not edit, print it again.`,
  'The library reads and writes these tables with its own SQL. They stand here so that your tool knows them.',
  ...(statements.length === 0
    ? []
    : [
        'What this file cannot say: texts are compared exactly, byte by byte. Make the migration without running it',
        `(${generate}) and add these statements at its end:`,
        '',
        ...statements,
      ]),
  '',
  'Afterwards `holdfast migrate` changes nothing and writes the version down; `holdfast doctor` says whether all is well.',
]
