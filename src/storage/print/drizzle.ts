import { type ColumnSpec, type KeySpec, type TableSpec, tablesOf } from '../relational/ddl-tables'
import { SCHEMA_VERSION } from '../relational/migrations'
import { createNames, type Dialect, type NamingOptions } from '../relational/naming'
import { collationStatements, preface } from './collations'

export type DrizzleDialect = 'pg' | 'mysql' | 'sqlite'

const DIALECT_OF: Readonly<Record<DrizzleDialect, Dialect>> = { pg: 'postgres', mysql: 'mysql', sqlite: 'sqlite' }

/** A TypeScript file with our tables, for drizzle-kit and for queries of a host's own. */
export const drizzleSchema = (drizzle: DrizzleDialect, naming: NamingOptions = {}): string => {
  const names = createNames(DIALECT_OF[drizzle], naming)
  const tables = tablesOf(names)
  const comment = preface(SCHEMA_VERSION, 'drizzle-kit generate', collationStatements(names, tables))
  const inSchema = naming.schema === undefined ? [] : [`export const holdfastSchema = pgSchema('${naming.schema}')`, '']
  const make = naming.schema === undefined ? `${drizzle}Table` : 'holdfastSchema.table'
  const body = tables.map((table) => tableText(drizzle, make, table))
  const imported = importedBy([...inSchema, ...body].join('\n'))
  return [
    ...comment.map((line) => `// ${line}`.trimEnd()),
    '',
    `import { ${imported.join(', ')} } from 'drizzle-orm/${drizzle}-core'`,
    '',
    ...inSchema,
    ...body,
  ].join('\n')
}

const FUNCTIONS = [
  'bigint',
  'boolean',
  'datetime',
  'index',
  'integer',
  'longtext',
  'mysqlTable',
  'pgSchema',
  'pgTable',
  'sqliteTable',
  'text',
  'timestamp',
  'uniqueIndex',
  'varchar',
] as const

/** Only what the file uses: a host's linter looks at it too. */
const importedBy = (text: string): readonly string[] =>
  FUNCTIONS.filter((name) => new RegExp(`(^|[^A-Za-z.'])${name}\\(`, 'm').test(text))

const tableText = (drizzle: DrizzleDialect, make: string, table: TableSpec): string => {
  const columns = table.columns.map((column) => `  ${column.field}: ${columnText(drizzle, column)},`)
  const keys = table.keys.map((key) => `  ${keyText(key)},`)
  const name = `holdfast${table.of.charAt(0).toUpperCase()}${table.of.slice(1)}`
  const ending = keys.length === 0 ? ['})\n'] : ['}, (table) => [', ...keys, '])\n']
  return [`export const ${name} = ${make}('${table.name}', {`, ...columns, ...ending].join('\n')
}

const keyText = ({ name, unique, fields }: KeySpec): string =>
  `${unique ? 'uniqueIndex' : 'index'}('${name}').on(${fields.map((field) => `table.${field}`).join(', ')})`

const columnText = (drizzle: DrizzleDialect, column: ColumnSpec): string => {
  const { field, nullable } = column
  return `${typeText(drizzle, column)}${field === 'id' ? '.primaryKey()' : nullable ? '' : '.notNull()'}`
}

const typeText = (drizzle: DrizzleDialect, { name, meaning }: ColumnSpec): string => {
  switch (meaning.kind) {
    case 'key_text':
      return drizzle === 'mysql' ? `varchar('${name}', { length: ${meaning.length} })` : `text('${name}')`
    case 'text':
      return drizzle === 'mysql' ? `longtext('${name}')` : `text('${name}')`
    case 'integer':
      return drizzle === 'sqlite' ? `integer('${name}')` : `bigint('${name}', { mode: 'number' })`
    case 'boolean':
      return drizzle === 'sqlite' ? `integer('${name}', { mode: 'boolean' })` : `boolean('${name}')`
    case 'moment':
      if (drizzle === 'sqlite') return `text('${name}')` // ISO text, as the store writes it.
      return drizzle === 'mysql'
        ? `datetime('${name}', { mode: 'date', fsp: 3 })`
        : `timestamp('${name}', { mode: 'date', precision: 3, withTimezone: true })`
  }
}
