import type { SqlValue } from './driver'
import type { Runner } from './migrate'
import type { Names } from './naming'

/** What a database says about its tables, in one form for every dialect. */

export type FoundColumn = {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly hasDefault: boolean
  /** null: the database says nothing about it. */
  readonly collation: string | null
}

export type FoundKey = {
  readonly name: string
  readonly unique: boolean
  /** False for one that covers only some rows, or that was left half built. */
  readonly whole: boolean
  readonly columns: readonly string[]
  /** SQLite says it per key. */
  readonly collations: readonly string[]
}

export type FoundTable = {
  readonly columns: ReadonlyMap<string, FoundColumn>
  readonly keys: readonly FoundKey[]
  /** MySQL only. */
  readonly engine: string | null
  /** SQLite: whether the table refuses values of another type. */
  readonly strict: boolean
}

/** By name; a table that is not there is not in it. */
export type Catalogue = ReadonlyMap<string, FoundTable>

type Row = Readonly<Record<string, unknown>>

export const readCatalogue = async (
  runner: Runner,
  names: Names,
  tables: readonly { readonly name: string; readonly quoted: string }[],
): Promise<Catalogue> => {
  switch (names.dialect) {
    case 'postgres': {
      const quoted = tables.map((table) => table.quoted)
      const wanted = `IN (${quoted.map((_, at) => `to_regclass($${at + 1})`).join(', ')})`
      return joined(
        await rowsOf(
          runner,
          POSTGRES_COLUMNS.replace('$tables', () => wanted),
          quoted,
        ),
        await rowsOf(
          runner,
          POSTGRES_KEYS.replace('$tables', () => wanted),
          quoted,
        ),
      )
    }
    case 'mysql': {
      const wanted = `IN (${tables.map(() => '?').join(', ')})`
      const values = tables.map(({ name }) => name)
      return joined(
        await rowsOf(
          runner,
          MYSQL_COLUMNS.replace('$tables', () => wanted),
          values,
        ),
        await rowsOf(
          runner,
          MYSQL_KEYS.replace('$tables', () => wanted),
          values,
        ),
      )
    }
    case 'sqlite': {
      const wanted = `IN (${tables.map(() => '?').join(', ')})`
      const values = tables.map(({ name }) => name)
      return joined(
        await rowsOf(
          runner,
          SQLITE_COLUMNS.replace('$tables', () => wanted),
          values,
        ),
        await rowsOf(
          runner,
          SQLITE_KEYS.replace('$tables', () => wanted),
          values,
        ),
      )
    }
  }
}

const rowsOf = async (runner: Runner, text: string, values: readonly SqlValue[]): Promise<readonly Row[]> =>
  (await runner.run({ text, values })).rows

// A database made with another collation provider says so in a column that PostgreSQL 14 does not have yet.
const POSTGRES_COLUMNS = `
  SELECT c.relname AS table_name, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
    CASE WHEN a.attnotnull THEN 0 ELSE 1 END AS nullable, CASE WHEN a.atthasdef THEN 1 ELSE 0 END AS has_default,
    CASE WHEN l.collname = 'default' AND coalesce(to_jsonb(d)->>'datlocprovider', 'c') = 'c' THEN d.datcollate
      ELSE l.collname END AS collation,
    NULL AS engine, 1 AS strict
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_database d ON d.datname = current_database() LEFT JOIN pg_collation l ON l.oid = a.attcollation
  WHERE c.oid $tables ORDER BY c.relname, a.attnum`

const POSTGRES_KEYS = `
  SELECT t.relname AS table_name, i.relname AS name, CASE WHEN x.indisunique THEN 1 ELSE 0 END AS is_unique,
    CASE WHEN x.indisvalid AND x.indpred IS NULL AND x.indimmediate THEN 1 ELSE 0 END AS whole,
    a.attname AS column_name, NULL AS collation
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    CROSS JOIN LATERAL generate_series(0, x.indnkeyatts - 1) AS k(ord)
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[k.ord]
  WHERE t.oid $tables ORDER BY t.relname, i.relname, k.ord`

const MYSQL_COLUMNS = `
  SELECT c.table_name AS table_name, c.column_name AS name, c.column_type AS type,
    CASE c.is_nullable WHEN 'YES' THEN 1 ELSE 0 END AS nullable,
    CASE WHEN c.column_default IS NULL AND c.extra = '' THEN 0 ELSE 1 END AS has_default,
    c.collation_name AS collation, t.engine AS engine, 1 AS strict
  FROM information_schema.columns c JOIN information_schema.tables t
    ON t.table_schema = c.table_schema AND t.table_name = c.table_name
  WHERE c.table_schema = DATABASE() AND c.table_name $tables ORDER BY c.table_name, c.ordinal_position`

const MYSQL_KEYS = `
  SELECT table_name AS table_name, index_name AS name, CASE non_unique WHEN 0 THEN 1 ELSE 0 END AS is_unique,
    CASE WHEN sub_part IS NULL THEN 1 ELSE 0 END AS whole, column_name AS column_name, NULL AS collation
  FROM information_schema.statistics
  WHERE table_schema = DATABASE() AND table_name $tables ORDER BY table_name, index_name, seq_in_index`

const SQLITE_COLUMNS = `
  SELECT m.name AS table_name, c.name AS name, c.type AS type, CASE c."notnull" WHEN 0 THEN 1 ELSE 0 END AS nullable,
    CASE WHEN c.dflt_value IS NULL THEN 0 ELSE 1 END AS has_default, NULL AS collation, NULL AS engine, l.strict AS strict
  FROM sqlite_master m JOIN pragma_table_info(m.name) c JOIN pragma_table_list(m.name) l
  WHERE m.type = 'table' AND m.name $tables ORDER BY m.name, c.cid`

const SQLITE_KEYS = `
  SELECT m.name AS table_name, i.name AS name, i."unique" AS is_unique,
    CASE i.partial WHEN 0 THEN 1 ELSE 0 END AS whole, x.name AS column_name, x.coll AS collation
  FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_xinfo(i.name) x
  WHERE m.type = 'table' AND x."key" = 1 AND m.name $tables ORDER BY m.name, i.name, x.seqno`

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value))
const textOrNull = (value: unknown): string | null => (value === null || value === undefined ? null : String(value))
const isOne = (value: unknown): boolean => Number(value) === 1

/** MariaDB still says `bigint(20)`, where MySQL has given up the width. */
const plainType = (type: unknown): string =>
  text(type)
    .toLowerCase()
    .replace(/^bigint\(\d+\)/, 'bigint')

const joined = (columnRows: readonly Row[], keyRows: readonly Row[]): Catalogue => {
  const tableNames = [...new Set(columnRows.map((row) => text(row['table_name'])))]
  return new Map(
    tableNames.map((name) => {
      const columns = columnRows.filter((row) => text(row['table_name']) === name)
      const keys = keyRows.filter((row) => text(row['table_name']) === name)
      const found: FoundTable = {
        columns: new Map(columns.map((row) => [text(row['name']), columnOf(row)])),
        keys: [...new Set(keys.map((row) => text(row['name'])))].map((key) => keyOf(key, keys)),
        engine: textOrNull(columns[0]?.['engine']),
        strict: isOne(columns[0]?.['strict']),
      }
      return [name, found]
    }),
  )
}

const columnOf = (row: Row): FoundColumn => ({
  name: text(row['name']),
  type: plainType(row['type']),
  nullable: isOne(row['nullable']),
  hasDefault: isOne(row['has_default']),
  collation: textOrNull(row['collation']),
})

const keyOf = (name: string, rows: readonly Row[]): FoundKey => {
  const own = rows.filter((row) => text(row['name']) === name)
  return {
    name,
    unique: own.every((row) => isOne(row['is_unique'])),
    whole: own.every((row) => isOne(row['whole'])),
    columns: own.map((row) => text(row['column_name'])),
    collations: own.flatMap((row) => textOrNull(row['collation']) ?? []),
  }
}
