import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { schemaStatements } from '../../../src/storage/relational/ddl'
import { type Catalogue, readCatalogue } from '../../../src/storage/relational/ddl-catalogue'
import { tablesOf } from '../../../src/storage/relational/ddl-tables'
import { migrate, type Runner, recordedVersion } from '../../../src/storage/relational/migrate'
import { MIGRATIONS, type Migration, SCHEMA_VERSION } from '../../../src/storage/relational/migrations'
import type { Names } from '../../../src/storage/relational/naming'
import { namesFor, runAll, type TestDatabase, targets } from '../../cli/databases'

/** A release after this one: a column, a table and an index. */
const NEXT: Migration = {
  id: SCHEMA_VERSION + 1,
  title: 'something more',
  statements: (names) => [
    `ALTER TABLE ${names.table('orders')} ADD COLUMN ${names.quote('later')} ${names.dialect === 'sqlite' ? 'INTEGER' : 'bigint'}`,
    `CREATE TABLE IF NOT EXISTS ${names.other('later')} (${names.quote('id')} ${names.dialect === 'sqlite' ? 'INTEGER' : 'bigint'} NOT NULL PRIMARY KEY)`,
    `CREATE INDEX ${names.quote('hf_later_idx')} ON ${names.table('orders')} (${names.quote('later')})`,
  ],
}
const TWO = [...MIGRATIONS, NEXT]

/** Everything there is, in a form two databases can be compared by. */
const described = (catalogue: Catalogue) =>
  [...catalogue].map(([name, { columns, keys, engine, strict }]) => ({
    name,
    columns: [...columns.values()],
    keys,
    engine,
    strict,
  }))

const catalogueOf = async (runner: Runner, names: Names) =>
  described(
    await readCatalogue(runner, names, [
      ...tablesOf(names),
      { name: names.otherName('later'), quoted: names.other('later') },
    ]),
  )

const DIED = new Error('the process died')

/** Dies at the nth statement, before it or right after it has run, and stays dead. */
const dyingAt = (
  runner: Runner,
  nth: number,
  when: 'before' | 'after',
): { readonly runner: Runner; readonly said: () => number } => {
  let count = 0
  const run: Runner['run'] = async (statement) => {
    count += 1
    if (count > nth || (count === nth && when === 'before')) throw DIED
    const answer = await runner.run(statement)
    if (count === nth) throw DIED
    return answer
  }
  return { runner: { run }, said: () => count }
}

/** For a test that means nothing on this database: it is not there, rather than skipped. */
const notHere = (..._: readonly unknown[]): void => undefined

describe.each(targets('migrate'))('migrate on $title', ({ open, title }) => {
  let database: TestDatabase
  let names: Names
  beforeAll(async () => {
    database = await open()
    names = namesFor(database)
  }, 120_000)
  afterAll(() => database.close())
  beforeEach(() => database.empty())

  test('brings an empty database to the schema as it is declared, and a repeat does nothing', async () => {
    const report = await migrate(database.runner, names)
    expect(report).toEqual({
      code: 'migrated',
      from: 0,
      version: SCHEMA_VERSION,
      titles: MIGRATIONS.map((migration) => migration.title),
    })
    const migrated = await catalogueOf(database.runner, names)
    expect(await migrate(database.runner, names)).toEqual({ code: 'up_to_date', version: SCHEMA_VERSION })
    await database.empty()
    await runAll(database.runner, schemaStatements(names))
    expect(migrated.length).toBe(tablesOf(names).length)
    expect(migrated, 'append a migration: the steps do not end at the schema').toEqual(
      await catalogueOf(database.runner, names),
    )
  })

  test('a dry run says what would be run and does nothing', async () => {
    const report = await migrate(database.runner, names, { dryRun: true })
    expect(report).toMatchObject({ code: 'planned', from: 0, version: SCHEMA_VERSION })
    if (report.code === 'planned') expect(report.statements.slice(0, -1)).toEqual(schemaStatements(names))
    expect(await catalogueOf(database.runner, names)).toEqual([])
  })

  test('refuses a database that a newer release has changed', async () => {
    await migrate(database.runner, names, { migrations: TWO })
    const before = await catalogueOf(database.runner, names)
    for (const dryRun of [true, false]) {
      expect(await migrate(database.runner, names, { dryRun })).toEqual({
        code: 'schema_newer',
        found: SCHEMA_VERSION + 1,
        known: SCHEMA_VERSION,
      })
    }
    expect(await catalogueOf(database.runner, names)).toEqual(before)
  })

  test('goes on from an older version, and writes down each step once', async () => {
    await migrate(database.runner, names)
    expect(await migrate(database.runner, names, { migrations: TWO })).toMatchObject({
      code: 'migrated',
      from: SCHEMA_VERSION,
      titles: ['something more'],
    })
    const text = `SELECT ${names.column('id')} AS id FROM ${names.other('migrations')} ORDER BY 1`
    const { rows } = await database.runner.run({ text, values: [] })
    expect(rows.map((row) => Number(row['id']))).toEqual(TWO.map(({ id }) => id))
  })

  test.each(['before', 'after'] as const)(
    'dying %s any statement leaves what the next run completes',
    { timeout: 300_000 },
    async (when) => {
      await migrate(database.runner, names, { migrations: TWO })
      const whole = await catalogueOf(database.runner, names)
      let died = 0
      for (let nth = 1; ; nth += 1) {
        await database.empty()
        const dying = dyingAt(database.runner, nth, when)
        const outcome = await migrate(dying.runner, names, { migrations: TWO }).catch((fault: unknown) => fault)
        if (dying.said() < nth) break
        if (outcome === DIED) died += 1
        // A connection that dies takes its transaction and its locks with it.
        if (database.dialect === 'sqlite') await runAll(database.runner, ['ROLLBACK']).catch(() => undefined)
        if (database.dialect === 'mysql') await runAll(database.runner, ['DO RELEASE_ALL_LOCKS()'])
        const again = await migrate(database.runner, names, { migrations: TWO })
        expect(['migrated', 'up_to_date']).toContain(again.code)
        expect(await catalogueOf(database.runner, names)).toEqual(whole)
        expect(await recordedVersion(database.runner, names)).toBe(NEXT.id)
      }
      expect(died).toBeGreaterThanOrEqual(title === 'PGlite' || title === 'PostgreSQL' ? 3 : 20)
    },
  )

  test('a migration that fails in its middle is told, and the next release of it works', async () => {
    const broken: Migration = {
      ...NEXT,
      statements: (own) => [...NEXT.statements(own), 'THIS IS NO STATEMENT'],
    }
    await expect(migrate(database.runner, names, { migrations: [...MIGRATIONS, broken] })).rejects.toThrow(
      /THIS|syntax/,
    )
    expect(await recordedVersion(database.runner, names)).toBe(SCHEMA_VERSION)
    const left = (await catalogueOf(database.runner, names)).some(({ name }) => name === names.otherName('later'))
    expect(left).toBe(database.dialect === 'mysql')
    expect(await migrate(database.runner, names, { migrations: TWO })).toMatchObject({ code: 'migrated' })
  })

  // On MySQL a CREATE TABLE commits, whoever says it.
  const unlessMysql = title === 'MySQL' ? notHere : test
  unlessMysql('inside a transaction of the host it neither commits nor fails', { timeout: 60_000 }, async () => {
    await runAll(database.runner, ['BEGIN'])
    expect(await migrate(database.runner, names)).toMatchObject({ code: 'migrated' })
    await runAll(database.runner, ['ROLLBACK'])
    expect(await catalogueOf(database.runner, names)).toEqual([])
  })

  // The others have one connection only; the command line is tested with several processes.
  const onServers = title === 'MySQL' || title === 'PostgreSQL' ? test : notHere
  onServers('five processes at once do it once', { timeout: 60_000 }, async () => {
    const { another } = database
    if (another === null) throw new Error('a server takes more than one connection')
    const others = await Promise.all(Array.from({ length: 5 }, another))
    const reports = await Promise.all(others.map(({ runner }) => migrate(runner, names, { migrations: TWO })))
    for (const report of reports) expect(['migrated', 'up_to_date']).toContain(report.code)
    for (const { runner } of others) expect(await recordedVersion(runner, names)).toBe(NEXT.id)
    expect((await catalogueOf(database.runner, names)).length).toBe(tablesOf(names).length + 1)
    if (database.dialect === 'postgres') {
      // A stricter isolation than the default must not turn waiting into a failure.
      await database.empty()
      for (const { runner } of others) await runAll(runner, ["SET default_transaction_isolation = 'serializable'"])
      const strict = await Promise.all(others.map(({ runner }) => migrate(runner, names, { migrations: TWO })))
      for (const report of strict) expect(['migrated', 'up_to_date']).toContain(report.code)
    }
    for (const { close } of others) await close()
  })

  const onMysql = title === 'MySQL' ? test : notHere
  onMysql('writes its version down for good where autocommit is off', async () => {
    const { another } = database
    if (another === null) throw new Error('a server takes more than one connection')
    const other = await another()
    await runAll(other.runner, ['SET autocommit = 0'])
    const report = await migrate(other.runner, names)
    await other.close()
    expect(report).toMatchObject({ code: 'migrated' })
    expect(await recordedVersion(database.runner, names)).toBe(SCHEMA_VERSION)
  })

  onMysql('says that another process is at it, after waiting', async () => {
    const { another } = database
    if (another === null) throw new Error('a server takes more than one connection')
    const other = await another()
    const lock = "DO GET_LOCK(CONCAT('holdfast:', SHA1(CONCAT(DATABASE(), ':hf_migrations'))), 1)"
    await runAll(other.runner, [lock])
    expect(await migrate(database.runner, names, { waitSeconds: 0 })).toEqual({ code: 'busy' })
    expect(await catalogueOf(database.runner, names)).toEqual([])
    await other.close()
  })
})
