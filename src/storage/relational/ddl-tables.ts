import type { Kind, KindDeclaration } from '../schema'
import { ALL_KINDS, type Dialect, declarationOf, type Names } from './naming'

/** Every table as it has to be, in the words of one dialect. Statements, the doctor and the tests read the same list. */

export type ColumnSpec = {
  /** As the declaration says it: `orderId`. */
  readonly field: string
  /** As the database says it: `order_id`, without quotes. */
  readonly name: string
  readonly meaning: Meaning
  /** In a CREATE TABLE, with its collation, without NOT NULL. */
  readonly sql: string
  /** As a catalogue lists it. */
  readonly type: string
  readonly nullable: boolean
}

/** What a column holds. `key_text` is text that an index or a unique key needs, and has a length on MySQL. */
export type Meaning =
  | { readonly kind: 'key_text'; readonly length: number }
  | { readonly kind: 'text' | 'integer' | 'moment' | 'boolean' }

export type KeySpec = {
  readonly name: string
  readonly unique: boolean
  /** Field names, in order. */
  readonly fields: readonly string[]
  readonly columns: readonly string[]
}

export type TableSpec = {
  /** The kind, or `migrations`. */
  readonly of: string
  readonly name: string
  readonly quoted: string
  readonly columns: readonly ColumnSpec[]
  readonly keys: readonly KeySpec[]
}

/** What a database says when a unique key of a kind is taken. */
export const uniqueName = (names: Names, kind: Kind, key: string): string => `${names.keyName(kind, key)}_key`
export const indexName = (names: Names, kind: Kind, index: string): string => `${names.keyName(kind, index)}_idx`

/** InnoDB's limit for all columns of one key. utf8mb4 takes four bytes a character. */
export const MAX_KEY_BYTES = 3_072

const SHORT = 255
/** `operation:actor:key` and what is made of it: an actor's id has up to 200 characters, an idempotency key 255. */
const LONG = 512
const LONG_TEXTS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  requests: ['id'],
  ledgerEntries: ['id', 'source'],
  pools: ['id'],
  poolSizes: ['id'],
}

export const MYSQL_TEXT = 'CHARACTER SET utf8mb4 /*!80017 COLLATE utf8mb4_0900_bin */ /*M! COLLATE utf8mb4_nopad_bin */'

const SQL: Readonly<Record<Dialect, (meaning: Meaning) => readonly [sql: string, type: string]>> = {
  postgres: ({ kind }) => {
    switch (kind) {
      case 'key_text':
      case 'text':
        return ['text COLLATE "C"', 'text']
      case 'integer':
        return ['bigint', 'bigint']
      case 'moment':
        return ['timestamptz(3)', 'timestamp(3) with time zone']
      case 'boolean':
        return ['boolean', 'boolean']
    }
  },
  mysql: (meaning) => {
    switch (meaning.kind) {
      case 'key_text':
        return [`VARCHAR(${meaning.length}) ${MYSQL_TEXT}`, `varchar(${meaning.length})`]
      case 'text':
        return [`LONGTEXT ${MYSQL_TEXT}`, 'longtext']
      case 'integer':
        return ['BIGINT', 'bigint']
      case 'moment':
        return ['DATETIME(3)', 'datetime(3)']
      case 'boolean':
        return ['TINYINT(1)', 'tinyint(1)']
    }
  },
  sqlite: ({ kind }) => {
    switch (kind) {
      case 'key_text':
      case 'text':
      case 'moment':
        return ['TEXT', 'text']
      case 'integer':
      case 'boolean':
        return ['INTEGER', 'integer']
    }
  },
}

const columnSpec = (names: Names, field: string, meaning: Meaning, nullable: boolean): ColumnSpec => {
  const [sql, type] = SQL[names.dialect](meaning)
  return { field, name: names.columnName(field), meaning, sql, type, nullable }
}

const meaningOf = (kind: Kind, field: string, type: KindDeclaration['columns'][string]['type']): Meaning => {
  switch (type) {
    case 'text':
      return isKeyed(kind, field)
        ? { kind: 'key_text', length: LONG_TEXTS[kind]?.includes(field) === true ? LONG : SHORT }
        : { kind: 'text' }
    case 'integer':
    case 'minor':
      return { kind: 'integer' }
    case 'moment':
    case 'boolean':
      return { kind: type }
  }
}

const isKeyed = (kind: Kind, field: string): boolean => {
  const { unique, indexes } = declarationOf(kind)
  return field === 'id' || [...Object.values(unique), ...Object.values(indexes)].some((key) => key.includes(field))
}

/** What a column takes of a MySQL key. */
const keyBytes = ({ meaning }: ColumnSpec): number => (meaning.kind === 'key_text' ? meaning.length * 4 : 8)

export const keyBytesOf = ({ columns }: TableSpec, key: KeySpec): number =>
  columns.filter(({ field }) => key.fields.includes(field)).reduce((sum, column) => sum + keyBytes(column), 0)

const tableOf = (names: Names, kind: Kind): TableSpec => {
  const { columns: declared, unique, indexes } = declarationOf(kind)
  const columns = [
    columnSpec(names, 'id', meaningOf(kind, 'id', 'text'), false),
    columnSpec(names, 'version', { kind: 'integer' }, false),
    ...Object.entries(declared).map(([field, { type, nullable }]) =>
      columnSpec(names, field, meaningOf(kind, field, type), nullable),
    ),
  ]
  const named = (name: string, isUnique: boolean, fields: readonly string[]): KeySpec => ({
    name,
    unique: isUnique,
    fields,
    columns: fields.map(names.columnName),
  })
  const bare: TableSpec = { of: kind, name: names.tableName(kind), quoted: names.table(kind), columns, keys: [] }
  const uniqueKeys = Object.entries(unique).map(([key, fields]) => named(uniqueName(names, kind, key), true, fields))
  const indexKeys = Object.entries(indexes).map(([key, fields]) => {
    const whole = named(indexName(names, kind, key), false, [...fields, 'id'])
    // Ties are ordered by id. InnoDB ends every index with the primary key anyway, so where it does not fit it is left out.
    const fits = names.dialect !== 'mysql' || keyBytesOf(bare, whole) <= MAX_KEY_BYTES
    return fits ? whole : named(whole.name, false, fields)
  })
  return { ...bare, keys: [...uniqueKeys, ...indexKeys] }
}

/** Which migrations a database has seen. Its `id` counts and is no text. */
export const migrationsTable = (names: Names): TableSpec => ({
  of: 'migrations',
  name: names.otherName('migrations'),
  quoted: names.other('migrations'),
  columns: [
    columnSpec(names, 'id', { kind: 'integer' }, false),
    columnSpec(names, 'title', { kind: 'text' }, false),
    columnSpec(names, 'appliedAt', { kind: 'moment' }, false),
  ],
  keys: [],
})

export const tablesOf = (names: Names): readonly TableSpec[] => [
  migrationsTable(names),
  ...ALL_KINDS.map((kind) => tableOf(names, kind)),
]
