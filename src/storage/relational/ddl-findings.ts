import type { Catalogue, FoundColumn, FoundKey, FoundTable } from './ddl-catalogue'
import { createKey, createTable } from './ddl-statements'
import type { ColumnSpec, KeySpec, TableSpec } from './ddl-tables'
import type { Names } from './naming'

/** What an examination has to say. A `note` is worth knowing and stops nothing; a `problem` has to be put right. */
export type Finding = {
  readonly severity: 'problem' | 'note'
  readonly code: FindingCode
  readonly message: string
  readonly fix: string
}

export type FindingCode =
  | 'schema_absent'
  | 'schema_unrecorded'
  | 'schema_older'
  | 'schema_newer'
  | 'missing_table'
  | 'missing_column'
  | 'wrong_type'
  | 'wrong_nullability'
  | 'unknown_required_column'
  | 'wrong_collation'
  | 'missing_primary_key'
  | 'missing_index'
  | 'missing_unique_key'
  | 'not_unique'
  | 'wrong_key_columns'
  | 'wrong_engine'
  | 'not_strict'
  | 'read_only'
  | 'standby'
  | 'isolation'
  | 'date_style'
  | 'autocommit_off'
  | 'sql_mode'
  | 'journal_mode'
  | 'synchronous'
  | 'missing_privilege'

export const problem = (code: FindingCode, message: string, fix: string): Finding => ({
  severity: 'problem',
  code,
  message,
  fix,
})
export const note = (code: FindingCode, message: string, fix: string): Finding => ({
  severity: 'note',
  code,
  message,
  fix,
})

/** A case that the server folds must not hide a table: MySQL may keep table names in lower case. */
export const lookUp = (catalogue: Catalogue, names: Names, name: string): FoundTable | undefined =>
  catalogue.get(name) ?? (names.dialect === 'mysql' ? catalogue.get(name.toLowerCase()) : undefined)

/** Everything about one table that is not as `ddl-tables.ts` says. */
export const tableFindings = (names: Names, table: TableSpec, found: FoundTable | undefined): readonly Finding[] => {
  if (found === undefined) {
    return [
      problem(
        'missing_table',
        `${table.name} is missing, or this user may not see it`,
        `Run: ${createTable(table, names)}`,
      ),
    ]
  }
  return [
    ...table.columns.flatMap((column) => columnFindings(names, table, column, found.columns.get(column.name))),
    ...strangers(table, found),
    ...primaryKeyFindings(names, table, found),
    ...table.keys.flatMap((key) => keyFindings(names, table, key, found)),
    ...storageFindings(names, table, found),
  ]
}

const definitionOf = ({ sql, nullable }: ColumnSpec): string => `${sql}${nullable ? '' : ' NOT NULL'}`

const changeColumn = (names: Names, table: TableSpec, column: ColumnSpec): string => {
  const name = names.quote(column.name)
  switch (names.dialect) {
    case 'postgres':
      return `ALTER TABLE ${table.quoted} ALTER COLUMN ${name} TYPE ${column.sql}`
    case 'mysql':
      return `ALTER TABLE ${table.quoted} MODIFY ${name} ${definitionOf(column)}`
    case 'sqlite':
      return `SQLite cannot change a column: make a new table as \`holdfast schema\` prints it, copy the rows, rename it`
  }
}

const columnFindings = (
  names: Names,
  table: TableSpec,
  column: ColumnSpec,
  found: FoundColumn | undefined,
): readonly Finding[] => {
  const at = `${table.name}.${column.name}`
  if (found === undefined) {
    const add = `ALTER TABLE ${table.quoted} ADD COLUMN ${names.quote(column.name)} ${definitionOf(column)}`
    return [problem('missing_column', `${at} is missing`, `Run \`holdfast migrate\`, or: ${add}`)]
  }
  const fix = changeColumn(names, table, column)
  if (!typeFits(names, column, found)) {
    return [problem('wrong_type', `${at} is ${found.type} and has to be ${column.type}`, fix)]
  }
  const findings: Finding[] = []
  if (found.nullable !== column.nullable) {
    const [is, has] = found.nullable ? ['allows NULL', 'NOT NULL'] : ['does not allow NULL', 'nullable']
    const change = `ALTER COLUMN ${names.quote(column.name)} ${found.nullable ? 'SET' : 'DROP'} NOT NULL`
    const how = names.dialect === 'postgres' ? `ALTER TABLE ${table.quoted} ${change}` : fix
    findings.push(problem('wrong_nullability', `${at} ${is} and has to be ${has}`, how))
  }
  if (found.collation !== null && isText(column) && !EXACT[names.dialect].test(found.collation)) {
    const why =
      'ids that differ only in case or in trailing spaces could be taken for one, and pages would be ordered otherwise'
    findings.push(problem('wrong_collation', `${at} is compared by ${found.collation}: ${why}`, fix))
  }
  return findings
}

const isText = ({ meaning }: ColumnSpec): boolean => meaning.kind === 'key_text' || meaning.kind === 'text'

/** Compares by code point or byte, with case and trailing spaces. */
const EXACT = {
  postgres: /^(C|POSIX|ucs_basic|C\.utf-?8)$/i,
  mysql: /^(utf8mb4_0900_bin|utf8mb4_nopad_bin)$/,
  sqlite: /^BINARY$/,
} as const

const typeFits = ({ dialect }: Names, { type, meaning }: ColumnSpec, found: FoundColumn): boolean => {
  if (found.type === type) return true
  switch (dialect) {
    case 'postgres':
      return false
    case 'mysql':
      // Longer than needed is the host's own business.
      return meaning.kind === 'key_text' && Number(/^varchar\((\d+)\)$/.exec(found.type)?.[1] ?? 0) >= meaning.length
    case 'sqlite':
      // Any type with INT in it is an integer to SQLite: Prisma writes BIGINT.
      return (meaning.kind === 'integer' || meaning.kind === 'boolean') && found.type.includes('int')
  }
}

/** A column that we do not know and that wants a value makes every insert fail. */
const strangers = (table: TableSpec, found: FoundTable): readonly Finding[] => {
  const known = table.columns.map(({ name }) => name)
  return [...found.columns.values()]
    .filter(({ name, nullable, hasDefault }) => !known.includes(name) && !nullable && !hasDefault)
    .map(({ name }) =>
      problem(
        'unknown_required_column',
        `${table.name}.${name} is not ours, and no row can be written without a value for it`,
        'Give it a default, let it be NULL, or keep it in a table of your own',
      ),
    )
}

const isSame = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((name, at) => name === right[at])

const primaryKeyFindings = (names: Names, table: TableSpec, found: FoundTable): readonly Finding[] => {
  // A number that is SQLite's own row id is in no list of indexes.
  if (names.dialect === 'sqlite' && table.of === 'migrations') return []
  const isThere = found.keys.some((key) => key.unique && key.whole && isSame(key.columns, [names.columnName('id')]))
  if (isThere) return []
  const fix = `ALTER TABLE ${table.quoted} ADD PRIMARY KEY (${names.column('id')})`
  return [problem('missing_primary_key', `${table.name} has no primary key on ${names.columnName('id')}`, fix)]
}

const keyFindings = (names: Names, table: TableSpec, key: KeySpec, found: FoundTable): readonly Finding[] => {
  const make = createKey(table, key, names)
  const drop = `DROP INDEX ${names.quote(key.name)}${names.dialect === 'mysql' ? ` ON ${table.quoted}` : ''}`
  const there = found.keys.find(({ name }) => name.toLowerCase() === key.name.toLowerCase())
  if (there === undefined) {
    if (!key.unique) {
      // Under another name it is as fast.
      if (found.keys.some((other) => other.whole && isSame(other.columns.slice(0, key.columns.length), key.columns)))
        return []
      return [problem('missing_index', `${key.name} is missing: reads of ${table.name} will be slow`, `Run: ${make}`)]
    }
    const danger = `what has to happen once could be written twice in ${table.name}`
    return [problem('missing_unique_key', `${key.name} is missing: ${danger}`, `Run: ${make}`)]
  }
  const again = `Run: ${drop}; ${make}`
  if (key.unique && !there.unique) return [problem('not_unique', `${key.name} does not keep its columns unique`, again)]
  if (!there.whole || !isSame(there.columns, key.columns)) {
    return [problem('wrong_key_columns', `${key.name} has to cover ${key.columns.join(', ')}, for every row`, again)]
  }
  return collationOfKey(names, key, there, again)
}

const collationOfKey = (names: Names, key: KeySpec, there: FoundKey, again: string): readonly Finding[] => {
  const other = there.collations.find((collation) => !EXACT[names.dialect].test(collation))
  return other === undefined
    ? []
    : [problem('wrong_collation', `${key.name} compares by ${other}, which takes different texts for one`, again)]
}

const storageFindings = (names: Names, table: TableSpec, found: FoundTable): readonly Finding[] => {
  if (names.dialect === 'mysql' && found.engine?.toLowerCase() !== 'innodb') {
    const message = `${table.name} is stored by ${found.engine}, which cannot take a commit back`
    return [problem('wrong_engine', message, `Run: ALTER TABLE ${table.quoted} ENGINE=InnoDB`)]
  }
  if (names.dialect === 'sqlite' && !found.strict) {
    const fix = 'Nothing has to be done. `holdfast schema --dialect sqlite` prints tables that are STRICT'
    return [note('not_strict', `${table.name} is not STRICT: SQLite does not check what is written into it`, fix)]
  }
  return []
}
