import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { addressOf } from '../../src/cli/address'
import { type Connect, connectWith, DRIVERS } from '../../src/cli/connect'
import { run } from '../../src/cli/run'
import { tablesOf } from '../../src/storage/relational/ddl-tables'
import { migrate } from '../../src/storage/relational/migrate'
import { MIGRATIONS, SCHEMA_VERSION } from '../../src/storage/relational/migrations'
import { createNames } from '../../src/storage/relational/naming'
import { MYSQL_URL, POSTGRES_URL, sqliteRunner } from './databases'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = (name: string) => join(folder, name)

const cli = async (argv: readonly string[], connect?: Connect) => {
  const out: string[] = []
  const err: string[] = []
  const io = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) }
  const code = await run(argv, connect === undefined ? io : { ...io, connect })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

/** One line on stderr, nothing else. */
const expectOneLine = ({ code, out, err }: Awaited<ReturnType<typeof cli>>, pattern: RegExp, exit = 1) => {
  expect(err).toMatch(pattern)
  expect(err.split('\n')).toHaveLength(1)
  expect(out).toBe('')
  expect(code).toBe(exit)
}

describe('holdfast', () => {
  test('tells how it is used', async () => {
    const { code, out, err } = await cli(['--help'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const word of ['schema', 'migrate', 'doctor', '--dry-run', '--prefix', '--provider'])
      expect(out).toContain(word)
    expect((await cli(['doctor', '--help'])).out).toBe(out)
  })

  test.each<readonly [what: string, argv: readonly string[], says: RegExp]>([
    ['nothing', [], /say what to do/],
    ['another command', ['drop'], /no such command/],
    ['an unknown flag', ['schema', '--dialect', 'postgres', '--colour'], /--colour is not understood/],
    ['a flag of another command', ['doctor', '--url', 'sqlite:a', '--dry-run'], /--dry-run is not understood/],
    ['a word too many', ['doctor', 'please', '--url', 'sqlite:a'], /not understood/],
    ['no dialect', ['schema'], /--dialect: expected postgres/],
    ['another dialect', ['schema', '--dialect', 'oracle'], /--dialect: expected postgres/],
    ['another provider', ['schema', '--dialect', 'prisma', '--provider', 'oracle'], /--provider: expected/],
    [
      'a provider without prisma',
      ['schema', '--dialect', 'mysql', '--provider', 'mysql'],
      /goes with --dialect prisma/,
    ],
    ['another drizzle', ['schema', '--dialect', 'drizzle', '--drizzle', 'postgres'], /--drizzle: expected/],
    ['another case', ['schema', '--dialect', 'mysql', '--case', 'upper'], /--case: expected/],
    ['no address', ['migrate'], /--url is missing/],
  ])('a mistake: %s', async (_what, argv, says) => {
    const { code, out, err } = await cli(argv)
    expect(err).toMatch(says)
    expect(err).toContain('holdfast schema --dialect')
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })

  test('a prefix or a schema that is no name is a mistake', async () => {
    expectOneLine(await cli(['schema', '--dialect', 'mysql', '--prefix', 'a b;']), /--prefix: expected up to/, 2)
    expectOneLine(await cli(['schema', '--dialect', 'mysql', '--schema', 'a']), /--schema: only PostgreSQL/, 2)
    expectOneLine(await cli(['doctor', '--url', 'sqlite:a', '--schema', 'a']), /--schema: only PostgreSQL/, 2)
  })

  test.each([
    'not a url',
    'oracle://u:hunter2@h/d',
    'postgres://u:hunter2#x@h/d',
    'postgres://u:12/hunter2@h/d',
    'postgres://u:12?hunter2@h/d',
    'postgres://u:hunter2%zz@h/d',
    'mysql://u:hunter2@h',
    'sqlite:',
  ])('an address that is none is told without being repeated: %s', async (url) => {
    const said = await cli(['migrate', '--url', url])
    expectOneLine(said, /--url/, 2)
    expect(said.err).not.toContain('hunter2')
  })

  test.each([
    ['postgres', 'CREATE TABLE IF NOT EXISTS "shop"."pay_orderLines"', '"orderId" text COLLATE "C" NOT NULL'],
    ['prisma', '@@map("pay_orderLines")', '@@schema("shop")'],
    ['drizzle', "holdfastSchema.table('pay_orderLines'", "pgSchema('shop')"],
  ])('prints the schema with the naming it is given: %s', async (dialect, ...parts) => {
    const argv = ['schema', '--dialect', dialect, '--prefix', 'pay_', '--case', 'camel', '--schema', 'shop']
    const { code, out, err } = await cli(argv)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const part of parts) expect(out).toContain(part)
  })
})

describe('on a SQLite file', () => {
  test('migrates, says so, does nothing twice, and is well afterwards', async () => {
    const url = `sqlite:${path('shop.db')}`
    expectOneLine(await cli(['doctor', '--url', url]), /no such file/)
    expectOneLine(await cli(['migrate', '--url', url, '--dry-run']), /no such file/)
    expect(await cli(['migrate', '--url', url])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/from version 0 to 1/),
    })
    expect(await cli(['migrate', '--url', url])).toMatchObject({ code: 0, out: expect.stringMatching(/nothing to do/) })
    const doctor = await cli(['doctor', '--url', url])
    expect(doctor).toMatchObject({ code: 0, err: '' })
    expect(doctor.out).toMatch(/note journal_mode/)
    expect(doctor.out).toMatch(/all is well$/)
  })

  test('a dry run prints what would be run and runs nothing', async () => {
    const url = `file:${path('dry.db')}`
    await sqliteRunner(path('dry.db')).close()
    writeFileSync(path('dry.db'), '')
    const { code, out } = await cli(['migrate', '--url', url, '--dry-run'])
    expect(code).toBe(0)
    expect(out).toContain('CREATE TABLE IF NOT EXISTS "hf_orders"')
    expect(await cli(['doctor', '--url', url])).toMatchObject({ code: 1, out: expect.stringMatching(/schema_absent/) })
  })

  test('another naming finds nothing, and says so once', async () => {
    const url = `sqlite:${path('naming.db')}`
    await cli(['migrate', '--url', url, '--prefix', 'pay_'])
    expect((await cli(['doctor', '--url', url, '--prefix', 'pay_'])).code).toBe(0)
    const { code, out } = await cli(['doctor', '--url', url])
    expect(code).toBe(1)
    expect(out.match(/^problem/gm)).toEqual(['problem'])
  })

  test('a schema from a newer release is refused by both', async () => {
    const { runner, close } = sqliteRunner(path('newer.db'))
    const newer = { id: SCHEMA_VERSION + 1, title: 'later', statements: () => [] }
    await migrate(runner, createNames('sqlite'), { migrations: [...MIGRATIONS, newer] })
    await close()
    const url = `sqlite:${path('newer.db')}`
    expectOneLine(await cli(['migrate', '--url', url]), /update holdfast here/)
    expect(await cli(['doctor', '--url', url])).toMatchObject({ code: 1, out: expect.stringMatching(/schema_newer/) })
  })

  test('missing tables, a file that is no database and a folder that is not there are told in a line', async () => {
    const url = `sqlite:${path('broken.db')}`
    await cli(['migrate', '--url', url])
    const { runner, close } = sqliteRunner(path('broken.db'))
    await runner.run({ text: 'DROP TABLE hf_outbox', values: [] })
    await close()
    expect(await cli(['doctor', '--url', url])).toMatchObject({
      code: 1,
      out: expect.stringMatching(/missing_table: hf_outbox/),
    })
    writeFileSync(path('text.db'), 'this is no database, only text\n'.repeat(100))
    expectOneLine(await cli(['doctor', '--url', `sqlite:${path('text.db')}`]), /no SQLite database/)
    expectOneLine(await cli(['migrate', '--url', `sqlite:${path('no/such/folder.db')}`]), /folder has to exist/)
  })

  test('several processes at once do it once', { timeout: 120_000 }, async () => {
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
    const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url))
    const started = Array.from({ length: 3 }, () => {
      const child = spawn(process.execPath, [tsx, main, 'migrate', '--url', `sqlite:${path('many.db')}`])
      return new Promise<number | null>((resolve) => child.once('exit', resolve))
    })
    expect(await Promise.all(started)).toEqual([0, 0, 0])
    expect(await cli(['doctor', '--url', `sqlite:${path('many.db')}`])).toMatchObject({ code: 0 })
  })
})

describe('what goes wrong on the way to a server', () => {
  /** As Node says it for a package that is not there. */
  const notInstalled = () =>
    Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }))
  const without = connectWith({
    pg: notInstalled,
    mysql2: notInstalled,
    libsql: notInstalled,
    betterSqlite3: notInstalled,
  })
  const address = {
    postgres: 'postgres://shop:hunter2@db.test:5432/shop',
    mysql: 'mysql://shop:hunter2@db.test:3306/shop',
    mariadb: 'mariadb://shop:hunter2@db.test:3306/shop',
  }

  test.each([
    [address.postgres, 'npm install pg'],
    [address.mysql, 'npm install mysql2'],
    [address.mariadb, 'npm install mysql2'],
    ['sqlite::memory:', 'npm install libsql'],
  ])('a missing driver is named: %s', async (url, says) => {
    expectOneLine(await cli(['doctor', '--url', url], without), new RegExp(says))
  })

  test('better-sqlite3 is taken where libsql is not', async () => {
    const connect = connectWith({ ...DRIVERS, libsql: notInstalled, betterSqlite3: DRIVERS.libsql })
    expect(await cli(['migrate', '--url', 'sqlite::memory:'], connect)).toMatchObject({ code: 0 })
  })

  test.each<readonly [what: string, fault: object, says: RegExp]>([
    ['refused', { code: 'ECONNREFUSED' }, /nothing listens there/],
    ['an unknown host', { code: 'ENOTFOUND' }, /no such host/],
    ['a wrong password on PostgreSQL', { code: '28P01' }, /user or password was refused/],
    ['a wrong password on MySQL', { code: 'ER_ACCESS_DENIED_ERROR' }, /user or password was refused/],
    ['no such database on PostgreSQL', { code: '3D000' }, /no such database/],
    ['no such database on MySQL', { code: 'ER_BAD_DB_ERROR' }, /no such database/],
    ['no such schema', { code: '3F000' }, /CREATE SCHEMA/],
    ['too few rights on PostgreSQL', { code: '42501' }, /may not do that/],
    ['too few rights on MySQL', { code: 'ER_TABLEACCESS_DENIED_ERROR' }, /may not do that/],
    ['a standby', { code: '25006' }, /primary/],
    ['another server, which waits', { message: 'timeout expired' }, /does not answer as/],
    [
      'another server, which speaks',
      { message: 'Received unexpected copyData message from backend.' },
      /does not answer as/,
    ],
    ['a password that is missing', { message: 'SASL: client password must be a string' }, /wants a password/],
  ])('%s', async (_what, fault, says) => {
    const rejects: Connect = () => Promise.reject(Object.assign(new Error('x hunter2'), fault))
    for (const url of [address.postgres, address.mysql]) {
      const said = await cli(['migrate', '--url', url], rejects)
      expectOneLine(said, says)
      expect(said.err).not.toContain('hunter2')
      expect(said.err).toContain('shop@db.test')
    }
  })

  test('a fault that nobody knows is one line without the password, however it is written', async () => {
    const url = 'postgres://shop:hun%23ter2@db.test/shop?options=s3cret'
    const fault = new Error(`cannot reach ${url} with hun#ter2, hun%23ter2 and s3cret\nat line 2`)
    const said = await cli(['doctor', '--url', url], () => Promise.reject(fault))
    expectOneLine(said, /cannot reach/)
    expect(said.err).not.toMatch(/ter2|s3cret|line 2/)
  })
})

describe.each([
  ['PostgreSQL', POSTGRES_URL, MYSQL_URL],
  ['MySQL', MYSQL_URL, POSTGRES_URL],
])('against a real %s', (title, url, otherUrl) => {
  test.skipIf(url === undefined)('migrates and examines a database of its own', { timeout: 60_000 }, async () => {
    const prefix = `hfcli${process.pid}_`
    const naming = ['--url', url ?? '', '--prefix', prefix]
    try {
      expect(await cli(['migrate', ...naming])).toMatchObject({ code: 0, err: '' })
      const doctor = await cli(['doctor', ...naming])
      expect(doctor).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/all is well/) })
    } finally {
      await dropAll(url ?? '', title, prefix)
    }
  })

  test.skipIf(url === undefined)('says what is wrong with the address', { timeout: 60_000 }, async () => {
    const reject = async (change: (url: URL) => void, says: RegExp) => {
      const changed = new URL(url ?? '')
      change(changed)
      const said = await cli(['migrate', '--url', changed.href])
      expectOneLine(said, says)
      expect(said.err).not.toContain('hunter2')
    }
    await reject((own) => {
      own.pathname = '/holdfast_no_such_database'
    }, /no such database/)
    await reject((own) => {
      own.username = 'holdfast_nobody'
      own.password = 'hunter2'
    }, /user or password was refused/)
    await reject((own) => {
      own.port = '1'
    }, /nothing listens there/)
  })

  test.skipIf(url === undefined || otherUrl === undefined)(
    'an address with the port of the other kind of server is told',
    { timeout: 60_000 },
    async () => {
      const wrong = new URL(url ?? '')
      wrong.host = new URL(otherUrl ?? '').host
      expectOneLine(await cli(['doctor', '--url', wrong.href]), /does not answer as/)
    },
  )
})

const dropAll = async (url: string, title: string, prefix: string) => {
  const address = addressOf(url)
  if ('message' in address) throw new Error(address.message)
  const connection = await connectWith(DRIVERS)(address, 'must_exist')
  if ('message' in connection) throw new Error(connection.message)
  const names = createNames(title === 'MySQL' ? 'mysql' : 'postgres', { tablePrefix: prefix })
  for (const { quoted } of tablesOf(names)) await connection.run({ text: `DROP TABLE IF EXISTS ${quoted}`, values: [] })
  await connection.close()
}
