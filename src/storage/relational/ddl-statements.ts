import { type KeySpec, type TableSpec, tablesOf } from './ddl-tables'
import type { Names } from './naming'

/** The statements a table is made with. Each may run again on a database that has what it makes. */

const listed = (names: Names, columns: readonly string[]): string => columns.map(names.quote).join(', ')

/** MySQL knows no CREATE INDEX IF NOT EXISTS, so there a table comes with its keys, at once or not at all. */
const keysInside = ({ keys }: TableSpec, names: Names): readonly string[] =>
  names.dialect === 'mysql'
    ? keys.map(
        ({ name, unique, columns }) =>
          `${unique ? 'UNIQUE KEY' : 'KEY'} ${names.quote(name)} (${listed(names, columns)})`,
      )
    : []

const ENDING = { postgres: ')', mysql: ') ENGINE=InnoDB DEFAULT CHARSET=utf8mb4', sqlite: ') STRICT' } as const

export const createTable = (table: TableSpec, names: Names): string => {
  const columns = table.columns.map(
    ({ name, sql, nullable }) => `${names.quote(name)} ${sql}${nullable ? '' : ' NOT NULL'}`,
  )
  const parts = [...columns, `PRIMARY KEY (${names.quote('id')})`, ...keysInside(table, names)]
  return `CREATE TABLE IF NOT EXISTS ${table.quoted} (\n${parts.map((part) => `  ${part}`).join(',\n')}\n${ENDING[names.dialect]}`
}

export const createKey = (table: TableSpec, { name, unique, columns }: KeySpec, names: Names): string => {
  const unlessThere = names.dialect === 'mysql' ? '' : ' IF NOT EXISTS'
  const what = `CREATE ${unique ? 'UNIQUE ' : ''}INDEX${unlessThere} ${names.quote(name)}`
  return `${what} ON ${table.quoted} (${listed(names, columns)})`
}

/** Everything there is, in the order it can be made. */
export const schemaStatements = (names: Names): readonly string[] =>
  tablesOf(names).flatMap((table) => [
    createTable(table, names),
    ...(names.dialect === 'mysql' ? [] : table.keys.map((key) => createKey(table, key, names))),
  ])

const NOW = { postgres: 'now()', mysql: 'UTC_TIMESTAMP(3)', sqlite: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')" } as const

/** Notes that a migration is done; a second note changes nothing. Titles are ours and hold no quotes. */
export const recordMigration = (
  names: Names,
  { id, title }: { readonly id: number; readonly title: string },
): string => {
  const columns = ['id', 'title', 'appliedAt'].map(names.column).join(', ')
  const row = `${names.other('migrations')} (${columns}) VALUES (${id}, '${title}', ${NOW[names.dialect]})`
  switch (names.dialect) {
    case 'postgres':
      return `INSERT INTO ${row} ON CONFLICT (${names.column('id')}) DO NOTHING`
    case 'mysql':
      return `INSERT IGNORE INTO ${row}`
    case 'sqlite':
      return `INSERT OR IGNORE INTO ${row}`
  }
}
