import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { schemaStatements } from '../../../src/storage/relational/ddl'
import { examine, type FindingCode } from '../../../src/storage/relational/doctor'
import { migrate, type Runner } from '../../../src/storage/relational/migrate'
import { MIGRATIONS, SCHEMA_VERSION } from '../../../src/storage/relational/migrations'
import type { Dialect, Names } from '../../../src/storage/relational/naming'
import {
  MYSQL_URL,
  mysqlRunner,
  namesFor,
  POSTGRES_URL,
  postgresRunner,
  runAll,
  type TestDatabase,
  targets,
  urlOf,
} from '../../cli/databases'

type Defect = {
  readonly what: string
  readonly on: readonly Dialect[]
  readonly plant: (dialect: Dialect) => readonly string[]
  /** Every code the doctor must give, and no other. */
  readonly codes: readonly FindingCode[]
  readonly says: RegExp
}

const ALL: readonly Dialect[] = ['postgres', 'mysql', 'sqlite']
const dropIndex = (dialect: Dialect, table: string, name: string) =>
  `DROP INDEX ${name}${dialect === 'mysql' ? ` ON ${table}` : ''}`

const DEFECTS: readonly Defect[] = [
  {
    what: 'a table is missing',
    on: ALL,
    plant: () => ['DROP TABLE hf_outbox'],
    codes: ['missing_table'],
    says: /^hf_outbox is missing/,
  },
  {
    what: 'a column is missing',
    on: ALL,
    plant: () => ['ALTER TABLE hf_orders DROP COLUMN first_access_at'],
    codes: ['missing_column'],
    says: /hf_orders\.first_access_at is missing/,
  },
  {
    what: 'an amount is a text',
    on: ALL,
    plant: (dialect) =>
      dialect === 'postgres'
        ? ['ALTER TABLE hf_refunds ALTER COLUMN amount_minor TYPE text']
        : dialect === 'mysql'
          ? ['ALTER TABLE hf_refunds MODIFY amount_minor LONGTEXT NOT NULL']
          : [
              'ALTER TABLE hf_refunds DROP COLUMN amount_minor',
              "ALTER TABLE hf_refunds ADD COLUMN amount_minor TEXT NOT NULL DEFAULT ''",
            ],
    codes: ['wrong_type'],
    says: /hf_refunds\.amount_minor is (text|longtext) and has to be (bigint|integer)/,
  },
  {
    what: 'an amount has 32 bits',
    on: ['postgres', 'mysql'],
    plant: (dialect) => [
      dialect === 'postgres'
        ? 'ALTER TABLE hf_orders ALTER COLUMN total_minor TYPE integer'
        : 'ALTER TABLE hf_orders MODIFY total_minor INT NOT NULL',
    ],
    codes: ['wrong_type'],
    says: /hf_orders\.total_minor is int/,
  },
  {
    what: 'a moment has lost its milliseconds',
    on: ['postgres', 'mysql'],
    plant: (dialect) => [
      dialect === 'postgres'
        ? 'ALTER TABLE hf_orders ALTER COLUMN held_at TYPE timestamptz(0)'
        : 'ALTER TABLE hf_orders MODIFY held_at DATETIME NOT NULL',
    ],
    codes: ['wrong_type'],
    says: /hf_orders\.held_at is (timestamp\(0\)|datetime)/,
  },
  {
    what: 'a moment has lost its time zone',
    on: ['postgres'],
    plant: () => ['ALTER TABLE hf_orders ALTER COLUMN held_at TYPE timestamp(3)'],
    codes: ['wrong_type'],
    says: /without time zone/,
  },
  {
    what: 'an id is too short',
    on: ['mysql'],
    plant: () => [
      'ALTER TABLE hf_requests MODIFY id VARCHAR(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL',
    ],
    codes: ['wrong_type'],
    says: /varchar\(191\) and has to be varchar\(512\)/,
  },
  {
    what: 'a column lets NULL in',
    on: ['postgres', 'mysql'],
    plant: (dialect) => [
      dialect === 'postgres'
        ? 'ALTER TABLE hf_orders ALTER COLUMN held_at DROP NOT NULL'
        : 'ALTER TABLE hf_orders MODIFY held_at DATETIME(3) NULL',
    ],
    codes: ['wrong_nullability'],
    says: /hf_orders\.held_at allows NULL/,
  },
  {
    what: 'a column keeps NULL out',
    on: ['postgres', 'mysql'],
    plant: (dialect) => [
      dialect === 'postgres'
        ? 'ALTER TABLE hf_orders ALTER COLUMN due_at SET NOT NULL'
        : 'ALTER TABLE hf_orders MODIFY due_at DATETIME(3) NOT NULL',
    ],
    codes: ['wrong_nullability'],
    says: /hf_orders\.due_at does not allow NULL/,
  },
  {
    what: 'somebody added a column that wants a value',
    on: ['postgres', 'mysql'],
    plant: () => ['ALTER TABLE hf_orders ADD COLUMN tenant varchar(20) NOT NULL'],
    codes: ['unknown_required_column'],
    says: /hf_orders\.tenant is not ours/,
  },
  {
    what: 'a text folds case',
    on: ['postgres', 'mysql'],
    plant: (dialect) => [
      dialect === 'postgres'
        ? 'ALTER TABLE hf_alerts ALTER COLUMN code TYPE text COLLATE "und-x-icu"'
        : 'ALTER TABLE hf_alerts MODIFY code LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL',
    ],
    codes: ['wrong_collation'],
    says: /hf_alerts\.code is compared by (und-x-icu|utf8mb4_general_ci)/,
  },
  {
    what: 'a text forgets trailing spaces',
    on: ['mysql'],
    plant: () => ['ALTER TABLE hf_leases MODIFY id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL'],
    codes: ['wrong_collation'],
    says: /hf_leases\.id is compared by utf8mb4_bin/,
  },
  {
    what: 'a key folds case',
    on: ['sqlite'],
    plant: () => [
      'DROP INDEX hf_claims_one_live_claim_key',
      'CREATE UNIQUE INDEX hf_claims_one_live_claim_key ON hf_claims (resource_group, resource_id COLLATE NOCASE)',
    ],
    codes: ['wrong_collation'],
    says: /hf_claims_one_live_claim_key compares by NOCASE/,
  },
  {
    what: 'an index is missing',
    on: ALL,
    plant: (dialect) => [dropIndex(dialect, 'hf_orders', 'hf_orders_by_due_idx')],
    codes: ['missing_index'],
    says: /hf_orders_by_due_idx is missing/,
  },
  {
    what: 'a unique key is missing',
    on: ALL,
    plant: (dialect) => [dropIndex(dialect, 'hf_claims', 'hf_claims_one_live_claim_key')],
    codes: ['missing_unique_key'],
    says: /written twice in hf_claims/,
  },
  {
    what: 'a unique key is none',
    on: ALL,
    plant: (dialect) => [
      dropIndex(dialect, 'hf_claims', 'hf_claims_one_live_claim_key'),
      'CREATE INDEX hf_claims_one_live_claim_key ON hf_claims (resource_group, resource_id)',
    ],
    codes: ['not_unique'],
    says: /does not keep its columns unique/,
  },
  {
    what: 'a unique key has its columns the other way round',
    on: ALL,
    plant: (dialect) => [
      dropIndex(dialect, 'hf_claims', 'hf_claims_one_live_claim_key'),
      'CREATE UNIQUE INDEX hf_claims_one_live_claim_key ON hf_claims (resource_id, resource_group)',
    ],
    codes: ['wrong_key_columns'],
    says: /has to cover resource_group, resource_id/,
  },
  {
    what: 'a unique key covers only some rows',
    on: ['postgres', 'sqlite'],
    plant: (dialect) => [
      dropIndex(dialect, 'hf_claims', 'hf_claims_one_live_claim_key'),
      "CREATE UNIQUE INDEX hf_claims_one_live_claim_key ON hf_claims (resource_group, resource_id) WHERE pool = 'a'",
    ],
    codes: ['wrong_key_columns'],
    says: /for every row/,
  },
  {
    what: 'a table has no primary key',
    on: ['postgres', 'mysql'],
    plant: (dialect) => [
      `ALTER TABLE hf_leases DROP ${dialect === 'postgres' ? 'CONSTRAINT hf_leases_pkey' : 'PRIMARY KEY'}`,
    ],
    codes: ['missing_primary_key'],
    says: /hf_leases has no primary key/,
  },
  {
    what: 'a table cannot take a commit back',
    on: ['mysql'],
    plant: () => ['ALTER TABLE hf_leases ENGINE=Aria'],
    codes: ['wrong_engine'],
    says: /hf_leases is stored by Aria/,
  },
  {
    what: 'a table is not strict',
    on: ['sqlite'],
    plant: () => [
      'DROP TABLE hf_pools',
      'CREATE TABLE hf_pools (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, available BIGINT NOT NULL)',
    ],
    codes: ['not_strict'],
    says: /hf_pools is not STRICT/,
  },
]

/** What a test may do to its connection and has to take back. */
const SETTINGS: readonly (Defect & { readonly after: readonly string[] })[] = [
  {
    what: 'the connection is read-only',
    on: ['postgres', 'mysql'],
    plant: (dialect) => [
      dialect === 'postgres' ? 'SET default_transaction_read_only = on' : 'SET SESSION TRANSACTION READ ONLY',
    ],
    after: ['SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE', 'SET SESSION TRANSACTION READ WRITE'],
    codes: ['read_only'],
    says: /read-only/,
  },
  {
    what: 'transactions are serializable',
    on: ['postgres', 'mysql'],
    plant: (dialect) => [
      dialect === 'postgres'
        ? "SET default_transaction_isolation = 'serializable'"
        : 'SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    ],
    after: ['RESET default_transaction_isolation', 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ'],
    codes: ['isolation'],
    says: /serializable/i,
  },
  {
    what: 'moments are written as they are said in Germany',
    on: ['postgres'],
    plant: () => ['SET DateStyle = German'],
    after: ['RESET DateStyle'],
    codes: ['date_style'],
    says: /DateStyle is German/,
  },
  {
    what: 'transactions read what was never committed',
    on: ['mysql'],
    plant: () => ['SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED'],
    after: ['SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ'],
    codes: ['isolation'],
    says: /READ UNCOMMITTED/,
  },
  {
    what: 'autocommit is off',
    on: ['mysql'],
    plant: () => ['SET autocommit = 0'],
    after: ['SET autocommit = 1'],
    codes: ['autocommit_off'],
    says: /autocommit is off/,
  },
  {
    what: 'texts are cut without a word',
    on: ['mysql'],
    plant: () => ["SET sql_mode = ''"],
    after: ["SET sql_mode = 'STRICT_TRANS_TABLES'"],
    codes: ['sql_mode'],
    says: /sql_mode is not strict/,
  },
  {
    what: 'a power cut may damage the file',
    on: ['sqlite'],
    plant: () => ['PRAGMA synchronous = OFF'],
    after: ['PRAGMA synchronous = FULL'],
    codes: ['synchronous'],
    says: /synchronous is OFF/,
  },
]

describe.each(targets('doctor'))('the doctor on $title', ({ open, dialect }) => {
  let database: TestDatabase
  let names: Names
  beforeAll(async () => {
    database = await open()
    names = namesFor(database)
  }, 120_000)
  afterAll(() => database.close())
  beforeEach(() => database.empty())

  /** Without what SQLite always reports. */
  const findingsOf = async (runner: Runner = database.runner, own: Names = names) =>
    (await examine(runner, own)).filter(
      ({ severity, code }) => severity === 'problem' || !/^(journal_mode|synchronous)$/.test(code),
    )
  const migrated = () => migrate(database.runner, names)

  test('finds nothing in a database that was just migrated, whatever its naming', async () => {
    await migrated()
    expect(await findingsOf()).toEqual([])
    const camel = namesFor(database, { tablePrefix: 'pay_', columnCase: 'camel' })
    await migrate(database.runner, camel)
    expect(await findingsOf(database.runner, camel)).toEqual([])
  })

  test.each(DEFECTS.filter(({ on }) => on.includes(dialect)))('finds that $what', async ({ plant, codes, says }) => {
    await migrated()
    await runAll(database.runner, plant(dialect))
    const findings = await findingsOf()
    expect([...new Set(findings.map(({ code }) => code))]).toEqual(codes)
    expect(findings.map(({ message }) => message).join('\n')).toMatch(says)
    for (const { fix } of findings) expect(fix.length).toBeGreaterThan(10)
  })

  test('a fix it names puts things right', async () => {
    await migrated()
    for (const name of ['hf_orders_by_due_idx', 'hf_claims_one_live_claim_key']) {
      await runAll(database.runner, [
        dropIndex(dialect, name.startsWith('hf_orders') ? 'hf_orders' : 'hf_claims', name),
      ])
    }
    await runAll(database.runner, ['DROP TABLE hf_leases'])
    const findings = await findingsOf()
    expect(findings).toHaveLength(3)
    await runAll(
      database.runner,
      findings.map(({ fix }) => fix.replace('Run: ', '')),
    )
    expect(await findingsOf()).toEqual([])
  })

  test.each(SETTINGS.filter(({ on }) => on.includes(dialect)))(
    'finds that $what',
    async ({ plant, after, codes, says }) => {
      await migrated()
      try {
        await runAll(database.runner, plant(dialect))
        const findings = await findingsOf()
        expect(findings.map(({ code }) => code)).toEqual(codes)
        expect(findings.map(({ message }) => message).join('\n')).toMatch(says)
      } finally {
        for (const text of after) await runAll(database.runner, [text]).catch(() => undefined)
      }
    },
  )

  test('says in one finding that there is nothing of ours, or that the naming is another', async () => {
    expect((await findingsOf()).map(({ code }) => code)).toEqual(['schema_absent'])
    await migrated()
    const other = namesFor(database, { tablePrefix: 'other_' })
    expect((await findingsOf(database.runner, other)).map(({ code }) => code)).toEqual(['schema_absent'])
  })

  test('tells a schema that another tool has made, and migrate writes its version down', async () => {
    await runAll(database.runner, schemaStatements(names))
    expect(await findingsOf()).toMatchObject([{ severity: 'note', code: 'schema_unrecorded' }])
    await runAll(database.runner, [`DROP TABLE ${names.other('migrations')}`])
    expect(await findingsOf()).toMatchObject([{ severity: 'note', code: 'schema_unrecorded' }])
    await migrated()
    expect(await findingsOf()).toEqual([])
  })

  test('tells a schema from a newer release', async () => {
    const newer = { id: SCHEMA_VERSION + 1, title: 'later', statements: () => [] }
    await migrate(database.runner, names, { migrations: [...MIGRATIONS, newer] })
    expect(await findingsOf()).toMatchObject([{ severity: 'problem', code: 'schema_newer' }])
  })

  test('changes nothing', async () => {
    await migrated()
    const row = `INSERT INTO hf_leases (id, version, holder, until) VALUES ('job', 1, 'me', '2026-01-31 15:00:00.123')`
    await runAll(database.runner, [row])
    const read = async () => (await database.runner.run({ text: 'SELECT * FROM hf_leases', values: [] })).rows
    const before = await read()
    await examine(database.runner, names)
    expect(before).toHaveLength(1)
    expect(await read()).toEqual(before)
  })
})

describe('what a user may do', () => {
  const role = `holdfast_reader_${process.pid}`

  test.skipIf(POSTGRES_URL === undefined)(
    'PostgreSQL: a user who may only read and add',
    { timeout: 60_000 },
    async () => {
      const [target] = targets('rights').filter(({ title }) => title === 'PostgreSQL')
      const database = await target!.open()
      const names = namesFor(database)
      try {
        await migrate(database.runner, names)
        await runAll(database.runner, [
          `CREATE ROLE ${role} LOGIN`,
          `GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO ${role}`,
          `GRANT UPDATE, DELETE ON hf_orders TO ${role}`,
        ])
        const url = new URL(urlOf(POSTGRES_URL ?? '', `holdfast_rights_${process.pid}`))
        url.username = role
        const reader = await postgresRunner(url.href)
        const findings = await examine(reader.runner, names)
        await reader.close()
        expect([...new Set(findings.map(({ code }) => code))]).toEqual(['missing_privilege'])
        expect(findings.map(({ message }) => message)).toContain('this user may not UPDATE, DELETE in hf_refunds')
        expect(findings.some(({ message }) => message.endsWith('in hf_orders'))).toBe(false)
      } finally {
        await runAll(database.runner, [`DROP OWNED BY ${role}`, `DROP ROLE ${role}`])
        await database.close()
      }
    },
  )

  test.skipIf(MYSQL_URL === undefined)('MySQL: a user who may only read and add', { timeout: 60_000 }, async () => {
    const [target] = targets('rights').filter(({ title }) => title === 'MySQL')
    const database = await target!.open()
    const names = namesFor(database)
    const own = `holdfast_rights_${process.pid}`
    try {
      await migrate(database.runner, names)
      await runAll(database.runner, [
        `CREATE USER ${role}@'%' IDENTIFIED BY 'reading'`,
        `GRANT SELECT, INSERT ON ${own}.* TO ${role}@'%'`,
        `GRANT UPDATE, DELETE ON ${own}.hf_orders TO ${role}@'%'`,
      ])
      const url = new URL(urlOf(MYSQL_URL ?? '', own))
      url.username = role
      url.password = 'reading'
      const reader = await mysqlRunner(url.href)
      const findings = await examine(reader.runner, names)
      await reader.close()
      expect([...new Set(findings.map(({ code }) => code))]).toEqual(['missing_privilege'])
      expect(findings.map(({ message }) => message)).toContain('this user may not UPDATE, DELETE in hf_refunds')
      expect(findings.some(({ message }) => message.endsWith('in hf_orders'))).toBe(false)
    } finally {
      await runAll(database.runner, [`DROP USER IF EXISTS ${role}@'%'`])
      await database.close()
    }
  })
})
