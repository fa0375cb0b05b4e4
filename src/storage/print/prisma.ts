import { type ColumnSpec, type TableSpec, tablesOf } from '../relational/ddl-tables'
import { SCHEMA_VERSION } from '../relational/migrations'
import { createNames, type Dialect, type NamingOptions } from '../relational/naming'
import { collationStatements, preface } from './collations'

export type PrismaProvider = 'postgresql' | 'mysql' | 'sqlite'

const DIALECT_OF: Readonly<Record<PrismaProvider, Dialect>> = {
  postgresql: 'postgres',
  mysql: 'mysql',
  sqlite: 'sqlite',
}

/** The models of our tables, to be put beside a host's own in `schema.prisma`. */
export const prismaSchema = (provider: PrismaProvider, naming: NamingOptions = {}): string => {
  const names = createNames(DIALECT_OF[provider], naming)
  const tables = tablesOf(names)
  const comment = preface(SCHEMA_VERSION, 'prisma migrate dev --create-only', collationStatements(names, tables))
  const blocks = tables.map((table) => model(provider, table, naming.schema))
  return [...comment.map((line) => `// ${line}`.trimEnd()), '', ...blocks].join('\n')
}

const model = (provider: PrismaProvider, table: TableSpec, schema: string | undefined): string => {
  const fields = table.columns.map((column) => field(provider, column))
  const width = (at: 0 | 1) => Math.max(...fields.map((parts) => parts[at].length))
  const [nameWidth, typeWidth] = [width(0), width(1)]
  const keys = table.keys.map(
    ({ name, unique, fields: list }) => `@@${unique ? 'unique' : 'index'}([${list.join(', ')}], map: "${name}")`,
  )
  const block = [...keys, `@@map("${table.name}")`, ...(schema === undefined ? [] : [`@@schema("${schema}")`])]
  return [
    `model ${modelName(table.of)} {`,
    ...fields.map(([name, type, rest]) => `  ${name.padEnd(nameWidth)} ${type.padEnd(typeWidth)} ${rest}`.trimEnd()),
    '',
    ...block.map((line) => `  ${line}`),
    '}\n',
  ].join('\n')
}

const modelName = (of: string): string => `Holdfast${of.charAt(0).toUpperCase()}${of.slice(1)}`

const field = (provider: PrismaProvider, column: ColumnSpec): readonly [name: string, type: string, rest: string] => {
  const [type, native] = typeOf(provider, column)
  const rest = [
    ...(column.field === 'id' ? ['@id'] : []),
    ...(column.name === column.field ? [] : [`@map("${column.name}")`]),
    ...(native === undefined ? [] : [`@db.${native}`]),
  ]
  return [column.field, `${type}${column.nullable ? '?' : ''}`, rest.join(' ')]
}

const typeOf = (provider: PrismaProvider, { meaning }: ColumnSpec): readonly [type: string, native?: string] => {
  switch (meaning.kind) {
    case 'key_text':
      return provider === 'mysql' ? ['String', `VarChar(${meaning.length})`] : ['String']
    case 'text':
      return provider === 'mysql' ? ['String', 'LongText'] : ['String']
    case 'integer':
      return ['BigInt']
    case 'boolean':
      return ['Boolean']
    case 'moment':
      if (provider === 'sqlite') return ['String'] // ISO text: Prisma would write numbers.
      return provider === 'mysql' ? ['DateTime', 'DateTime(3)'] : ['DateTime', 'Timestamptz(3)']
  }
}
