import { KINDS, type Kind, type KindDeclaration } from '../schema'

export type Dialect = 'postgres' | 'mysql' | 'sqlite'

/** How the tables are called. The same values go to the store and to whatever creates the tables. */
export type NamingOptions = {
  /** In front of every table and index name. Default `hf_`. */
  readonly tablePrefix?: string
  /** `snake` (the default): `hf_order_lines.order_id`. `camel`: `hf_orderLines.orderId`. */
  readonly columnCase?: 'snake' | 'camel'
  /** PostgreSQL only: the schema the tables are in. Default: the connection's search path. */
  readonly schema?: string
}

export type Names = {
  readonly dialect: Dialect
  /** A kind's table, quoted, with its schema. */
  readonly table: (kind: Kind) => string
  /** The same without quotes and schema, as a catalogue lists it. */
  readonly tableName: (kind: Kind) => string
  /** A column, quoted. */
  readonly column: (name: string) => string
  readonly columnName: (name: string) => string
  /** The name of a unique key or an index of a kind, without quotes. */
  readonly keyName: (kind: Kind, key: string) => string
  /** Any other table of ours, quoted, with its schema: `migrations`. */
  readonly other: (name: string) => string
  readonly otherName: (name: string) => string
  readonly quote: (name: string) => string
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/
/** PostgreSQL cuts longer names without a word. */
const MAX_NAME = 63
const LONGEST_OF_OURS = 40

const DECLARATIONS: Readonly<Record<Kind, KindDeclaration>> = KINDS
export const declarationOf = (kind: Kind): KindDeclaration => DECLARATIONS[kind]
// Object.keys forgets which keys the object has.
export const ALL_KINDS = Object.keys(KINDS) as readonly Kind[]

export type Field = { readonly name: string; readonly type: KindDeclaration['columns'][string]['type'] }

const COLUMNS: ReadonlyMap<Kind, readonly Field[]> = new Map(
  ALL_KINDS.map((kind) => [
    kind,
    Object.entries(DECLARATIONS[kind].columns).map(([name, { type }]) => ({ name, type })),
  ]),
)
const FIELDS: ReadonlyMap<Kind, readonly Field[]> = new Map(
  [...COLUMNS].map(([kind, columns]) => [
    kind,
    [{ name: 'id', type: 'text' as const }, { name: 'version', type: 'integer' as const }, ...columns],
  ]),
)

/** A kind's own columns. */
export const columnsOf = (kind: Kind): readonly Field[] => COLUMNS.get(kind) ?? []
/** The same behind `id` and `version`. */
export const fieldsOf = (kind: Kind): readonly Field[] => FIELDS.get(kind) ?? []

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Throws a `TypeError` on a prefix or schema that is no plain identifier: names cannot be parameters of a statement. */
export const createNames = (dialect: Dialect, options: NamingOptions = {}): Names => {
  const { tablePrefix = 'hf_', columnCase = 'snake', schema } = options
  const quote = dialect === 'mysql' ? (name: string) => `\`${name}\`` : (name: string) => `"${name}"`
  checkName('tablePrefix', tablePrefix, MAX_NAME - LONGEST_OF_OURS)
  if (schema !== undefined) {
    checkName('schema', schema, MAX_NAME)
    if (dialect !== 'postgres') throw new TypeError('schema: only PostgreSQL has schemas')
  }
  const cased = columnCase === 'snake' ? snake : (name: string) => name
  const placed = (name: string): string => (schema === undefined ? quote(name) : `${quote(schema)}.${quote(name)}`)
  const named = (name: string): string => tablePrefix + cased(name)
  return {
    dialect,
    table: (kind) => placed(named(kind)),
    tableName: named,
    column: (name) => quote(cased(name)),
    columnName: cased,
    keyName: (kind, key) => `${named(kind)}_${cased(key)}`,
    other: (name) => placed(named(name)),
    otherName: named,
    quote,
  }
}

const checkName = (field: string, value: string, longest: number): void => {
  if (!IDENTIFIER.test(value) || value.length > longest) {
    throw new TypeError(
      `${field}: expected up to ${longest} letters, digits and underscores, not starting with a digit`,
    )
  }
}
