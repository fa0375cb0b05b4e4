import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { requestId } from '../../../src/engine/requests'
import { indexName, schemaSql, schemaStatements, uniqueName } from '../../../src/storage/relational/ddl'
import { readCatalogue } from '../../../src/storage/relational/ddl-catalogue'
import { keyBytesOf, MAX_KEY_BYTES, tablesOf } from '../../../src/storage/relational/ddl-tables'
import { SCHEMA_VERSION } from '../../../src/storage/relational/migrations'
import { ALL_KINDS, createNames, type Dialect, declarationOf } from '../../../src/storage/relational/naming'
import { runAll, SKIPPED, type TestDatabase, targets } from '../../cli/databases'

const DIALECTS: readonly Dialect[] = ['postgres', 'mysql', 'sqlite']

/** What was released, by schema version. A line that is here is never changed: a new version gets a new one. */
const RELEASED: Readonly<Record<number, Readonly<Record<Dialect, string>>>> = {
  1: {
    postgres: '5b5a664dcf294326564e378a268898d8301cd2ad0d454bd9218f26fb818a0e1a',
    mysql: 'e10b5e973445437aa3a56dc1b9d76139bb56951df91213d2cbedf1a8fa037604',
    sqlite: 'e6ce9420caf273808e9462d6c1d8378ffc3ede4c82ebe676b1c5262108bb4d26',
  },
}

const fingerprint = (statements: readonly string[]): string =>
  createHash('sha256').update(statements.join('\n')).digest('hex')

describe('the schema', () => {
  test.each(DIALECTS)('reads as it did, on %s', (dialect) => {
    expect(schemaSql(createNames(dialect))).toMatchSnapshot()
  })

  test.each(DIALECTS)('is what this version was released with, on %s', (dialect) => {
    expect(
      fingerprint(schemaStatements(createNames(dialect))),
      'schema.ts has changed: append a migration, write out the statements of migration 1, and add a line to RELEASED',
    ).toBe(RELEASED[SCHEMA_VERSION]?.[dialect])
  })

  test.each(DIALECTS)('has a table for every kind, and a key for everything declared, on %s', (dialect) => {
    const names = createNames(dialect, { tablePrefix: 'pay_' })
    const text = schemaStatements(names).join('\n')
    for (const kind of ALL_KINDS) {
      const { columns, unique, indexes } = declarationOf(kind)
      const table = tablesOf(names).find(({ of }) => of === kind)
      expect(table?.columns.map(({ field }) => field)).toEqual(['id', 'version', ...Object.keys(columns)])
      for (const key of Object.keys(unique)) expect(text).toContain(names.quote(uniqueName(names, kind, key)))
      for (const key of Object.keys(indexes)) expect(text).toContain(names.quote(indexName(names, kind, key)))
    }
  })

  test('no two keys share a name, and none is longer than a database takes', () => {
    const names = createNames('postgres', { tablePrefix: 'p'.repeat(23) })
    const all = tablesOf(names).flatMap(({ name, keys }) => [name, ...keys.map((key) => key.name)])
    expect(new Set(all).size).toBe(all.length)
    expect(Math.max(...all.map((name) => name.length))).toBeLessThanOrEqual(63)
  })

  test('every key fits into what InnoDB allows', () => {
    const keys = tablesOf(createNames('mysql')).flatMap((table) => table.keys.map((key) => keyBytesOf(table, key)))
    expect(keys.length).toBeGreaterThan(20)
    expect(Math.max(...keys)).toBeLessThanOrEqual(MAX_KEY_BYTES)
    expect(Math.max(...keys)).toBeGreaterThan(MAX_KEY_BYTES / 2)
  })

  test('an index ends with the id, except two that would be too long for InnoDB', () => {
    const without = (dialect: Dialect) =>
      tablesOf(createNames(dialect)).flatMap(({ keys }) =>
        keys.filter(({ unique, fields }) => !unique && fields.at(-1) !== 'id').map(({ name }) => name),
      )
    expect(without('postgres')).toEqual([])
    expect(without('sqlite')).toEqual([])
    expect(without('mysql')).toEqual(['hf_ledger_entries_by_account_idx', 'hf_ledger_entries_by_source_idx'])
  })

  test('the longest ids that the engine makes fit into their columns', () => {
    const lengthOf = (kind: string, field: string) => {
      const column = tablesOf(createNames('mysql'))
        .find(({ of }) => of === kind)
        ?.columns.find((c) => c.field === field)
      return column?.meaning.kind === 'key_text' ? column.meaning.length : 0
    }
    const [actor, key] = ['a'.repeat(200), 'k'.repeat(255)]
    const request = requestId('refund', { kind: 'provider', id: actor }, key) ?? ''
    expect(request.length).toBeGreaterThan(255)
    expect(request.length).toBeLessThanOrEqual(lengthOf('requests', 'id'))
    const source = `provider:${actor}:${key}`
    expect(source.length).toBeLessThanOrEqual(lengthOf('ledgerEntries', 'source'))
    expect(`OPENING:${source}`.length).toBeLessThanOrEqual(lengthOf('ledgerEntries', 'id'))
    expect(`limit:${'n'.repeat(100)}:${actor}`.length).toBeLessThanOrEqual(lengthOf('pools', 'id'))
    expect(`${actor}:KRW`.length).toBeLessThanOrEqual(lengthOf('walletAccounts', 'id'))
    expect(`${'g'.repeat(50)}:${'n'.repeat(200)}`.length).toBeLessThanOrEqual(lengthOf('inbox', 'id'))
  })
})

describe.each(targets('ddl'))('on $title', ({ open }) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await open()
  }, 120_000)
  afterAll(() => database.close())
  beforeEach(() => database.empty())

  test.each([{}, { tablePrefix: 'pay_', columnCase: 'camel' as const }])(
    'the script makes every table as declared, and may run twice (%o)',
    async (options) => {
      const names = createNames(database.dialect, options)
      const script = schemaSql(names)
        .replace(/^--.*$/gm, '')
        .split(';\n')
        .map((text) => text.trim())
        .filter((text) => text !== '')
      await runAll(database.runner, script)
      await runAll(database.runner, script)
      const tables = tablesOf(names)
      const catalogue = await readCatalogue(database.runner, names, tables)
      for (const table of tables) {
        const found = catalogue.get(table.name)
        expect(
          [...(found?.columns.values() ?? [])].map(({ name, type, nullable }) => ({ name, type, nullable })),
        ).toEqual(table.columns.map(({ name, type, nullable }) => ({ name, type, nullable })))
        for (const { name, unique, columns } of table.keys) {
          expect(found?.keys.find((key) => key.name === name)).toMatchObject({ unique, columns, whole: true })
        }
      }
      const record = await database.runner.run({ text: `SELECT * FROM ${names.other('migrations')}`, values: [] })
      expect(record.rows).toHaveLength(SCHEMA_VERSION)
    },
  )

  test('texts are told apart by case, by accents and by trailing spaces, and ordered by code point', async () => {
    const names = createNames(database.dialect)
    await runAll(database.runner, schemaStatements(names))
    const ids = ['b', 'B', 'é', 'e', 'e ', 'E', 'ß', 'ss', '가', '🎫', '\uFFFD']
    const [id, version, available] = ['id', 'version', 'available'].map(names.column)
    for (const value of ids) {
      const place = database.dialect === 'postgres' ? '$1' : '?'
      const text = `INSERT INTO ${names.table('pools')} (${id}, ${version}, ${available}) VALUES (${place}, 1, 0)`
      await database.runner.run({ text, values: [value] })
    }
    const text = `SELECT ${id} AS id FROM ${names.table('pools')} ORDER BY ${id}`
    const { rows } = await database.runner.run({ text, values: [] })
    const byCodePoint = [...ids].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
    expect(rows.map((row) => row['id'])).toEqual(byCodePoint)
  })
})

test.skipIf(SKIPPED.length > 0)(`servers left out: ${SKIPPED.join('; ') || 'none'}`, () => {
  expect(SKIPPED).toEqual([])
})
