import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { getTableConfig as mysqlConfig } from 'drizzle-orm/mysql-core'
import { getTableConfig as pgConfig } from 'drizzle-orm/pg-core'
import { getTableConfig as sqliteConfig } from 'drizzle-orm/sqlite-core'
import { transform } from 'esbuild'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { collationStatements } from '../../src/storage/print/collations'
import { type DrizzleDialect, drizzleSchema } from '../../src/storage/print/drizzle'
import { type PrismaProvider, prismaSchema } from '../../src/storage/print/prisma'
import { schemaStatements } from '../../src/storage/relational/ddl'
import { tablesOf } from '../../src/storage/relational/ddl-tables'
import { examine } from '../../src/storage/relational/doctor'
import { migrate } from '../../src/storage/relational/migrate'
import { createNames, type Dialect, type Names } from '../../src/storage/relational/naming'
import { runAll, targets } from './databases'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DRIZZLES = [
  ['pg', 'postgres'],
  ['mysql', 'mysql'],
  ['sqlite', 'sqlite'],
] as const
const PROVIDERS = [
  ['postgresql', 'postgres'],
  ['mysql', 'mysql'],
  ['sqlite', 'sqlite'],
] as const satisfies readonly (readonly [PrismaProvider, Dialect])[]

/** Compiles files that exist only in memory, against the drizzle-orm that is installed. */
const diagnosticsOf = (files: ReadonlyMap<string, string>): readonly string[] => {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    noUnusedLocals: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists, readFile } = host
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name)
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)
  }
  host.fileExists = (name) => files.has(name) || fileExists(name)
  host.readFile = (name) => files.get(name) ?? readFile(name)
  const program = ts.createProgram([...files.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

/** Runs the printed file and hands out what it exports. */
const loaded = async (text: string): Promise<Readonly<Record<string, unknown>>> => {
  const { code } = await transform(text, { loader: 'ts', format: 'cjs', target: 'es2022' })
  const module = { exports: {} }
  new Function('module', 'exports', 'require', code)(module, module.exports, createRequire(import.meta.url))
  return module.exports
}

/** One shape for what three dialects of Drizzle say about a table. */
const configOf = (drizzle: DrizzleDialect, table: unknown) => {
  // What a printed file exports is a table of its dialect; the assertions below would fail on anything else.
  const config =
    drizzle === 'pg'
      ? pgConfig(table as Parameters<typeof pgConfig>[0])
      : drizzle === 'mysql'
        ? mysqlConfig(table as Parameters<typeof mysqlConfig>[0])
        : sqliteConfig(table as Parameters<typeof sqliteConfig>[0])
  return {
    name: config.name,
    columns: config.columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toLowerCase(),
      nullable: !column.notNull,
      primary: column.primary,
    })),
    keys: config.indexes.map(({ config: key }) => ({
      name: key.name,
      unique: key.unique ?? false,
      columns: key.columns.map((column) => ('name' in column ? column.name : '?')),
    })),
  }
}

/** How Drizzle calls a type that a catalogue calls otherwise. */
const drizzleType = (type: string): string =>
  type.replace('timestamp(3) with time zone', 'timestamp (3) with time zone').replace('tinyint(1)', 'boolean')

describe('the Drizzle file', () => {
  test('compiles, in every dialect and naming, and a wrong one would not', { timeout: 120_000 }, () => {
    const files = new Map<string, string>()
    for (const [drizzle] of DRIZZLES) {
      files.set(`${ROOT}virtual-${drizzle}.ts`, drizzleSchema(drizzle))
      files.set(
        `${ROOT}virtual-${drizzle}-camel.ts`,
        drizzleSchema(drizzle, { columnCase: 'camel', tablePrefix: 'p_' }),
      )
    }
    files.set(`${ROOT}virtual-schema.ts`, drizzleSchema('pg', { schema: 'shop' }))
    expect(diagnosticsOf(files)).toEqual([])
    const wrong = drizzleSchema('pg').replace('.on(table.orderId', '.on(table.ordreId')
    expect(diagnosticsOf(new Map([[`${ROOT}virtual-wrong.ts`, wrong]])).join()).toContain('ordreId')
  })

  test.each(DRIZZLES)('declares the very tables, columns and keys of the schema: %s', async (drizzle, dialect) => {
    const names = createNames(dialect)
    const exported = await loaded(drizzleSchema(drizzle))
    const nameOf = (of: string) => `holdfast${of.charAt(0).toUpperCase()}${of.slice(1)}`
    expect(Object.keys(exported)).toHaveLength(tablesOf(names).length)
    expect(tablesOf(names).map(({ of }) => configOf(drizzle, exported[nameOf(of)]))).toEqual(
      tablesOf(names).map(({ name, columns, keys }) => ({
        name,
        columns: columns.map((column) => ({
          name: column.name,
          type: drizzleType(column.type),
          nullable: column.nullable,
          primary: column.field === 'id',
        })),
        keys: keys.map((key) => ({ name: key.name, unique: key.unique, columns: key.columns })),
      })),
    )
  })

  test('reads as it did', () => {
    const text = drizzleSchema('mysql')
    expect(text.slice(text.indexOf('import'), text.indexOf('export const holdfastOrderLines'))).toMatchSnapshot()
  })
})

describe('the Prisma fragment', () => {
  test.each(PROVIDERS)(
    'has a model for every table, a field for every column, a line for every key: %s',
    (provider, dialect) => {
      for (const naming of [{}, { tablePrefix: 'pay_', columnCase: 'camel' as const }]) {
        const names = createNames(dialect, naming)
        const models = prismaSchema(provider, naming)
          .split(/^(?=model )/m)
          .slice(1)
        expect(models).toHaveLength(tablesOf(names).length)
        for (const [at, table] of tablesOf(names).entries()) {
          const text = models[at] ?? ''
          const lines = text.split('\n').map((line) => line.trim())
          expect(text).toContain(`@@map("${table.name}")`)
          const fields = lines.filter((line) => /^[a-z]/i.test(line) && !line.startsWith('model'))
          expect(fields).toHaveLength(table.columns.length)
          for (const { field, name, nullable, meaning } of table.columns) {
            const line = fields.find((found) => found.startsWith(`${field} `)) ?? ''
            expect(line.includes(`@map("${name}")`)).toBe(name !== field)
            expect(/^\w+ +\w+\?/.test(line)).toBe(nullable)
            if (meaning.kind === 'moment') {
              const type = { postgresql: '@db.Timestamptz(3)', mysql: '@db.DateTime(3)', sqlite: 'String' }[provider]
              expect(line).toContain(type)
            }
          }
          for (const key of table.keys) {
            const line = `@@${key.unique ? 'unique' : 'index'}([${key.fields.join(', ')}], map: "${key.name}")`
            expect(lines).toContain(line)
          }
        }
      }
    },
  )

  test('reads as it did', () => {
    const text = prismaSchema('postgresql')
    expect(text.slice(text.indexOf('model HoldfastAttempts'), text.indexOf('model HoldfastRefunds'))).toMatchSnapshot()
  })

  test('names its schema where there is one', () => {
    expect(prismaSchema('postgresql', { schema: 'shop' }).match(/@@schema\("shop"\)/g)).toHaveLength(
      tablesOf(createNames('postgres')).length,
    )
  })
})

/** As these tools make the tables: without a word about how texts are compared. */
const withoutCollations = (names: Names): readonly string[] =>
  schemaStatements(names).map((text) =>
    text
      .replaceAll(/text COLLATE "C"/g, names.dialect === 'postgres' ? 'text COLLATE "und-x-icu"' : 'text')
      .replaceAll(
        / CHARACTER SET utf8mb4 \/\*!.*?\*\/ \/\*M!.*?\*\//g,
        ' CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
      ),
  )

describe.each(targets('print').filter(({ title }) => title === 'PostgreSQL' || title === 'MySQL'))(
  'on $title',
  ({ open }) => {
    test('the statements to add by hand are what the doctor asks for', { timeout: 60_000 }, async () => {
      const database = await open()
      try {
        const names = createNames(database.dialect)
        await runAll(database.runner, withoutCollations(names))
        const before = await examine(database.runner, names)
        expect(new Set(before.map(({ code }) => code))).toEqual(new Set(['schema_unrecorded', 'wrong_collation']))
        const added = collationStatements(names, tablesOf(names))
        const printed = prismaSchema(database.dialect === 'mysql' ? 'mysql' : 'postgresql')
        for (const statement of added) expect(printed).toContain(`// ${statement}`)
        await runAll(database.runner, added)
        await migrate(database.runner, names)
        expect(await examine(database.runner, names)).toEqual([])
      } finally {
        await database.close()
      }
    })
  },
)
