import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import doors from '../../doors.json'
import manifest from '../../package.json'
import { must, ROOT, run, tool } from './command'
import { DOORS, fileOf } from './doors'

const { tarball, host } = inject('packed')
const installed = join(host, 'node_modules/holdfast')
const files = must('tar', ['-tzf', tarball], host)
  .split('\n')
  .filter((name) => name !== '')
  .map((name) => name.replace(/^package\//, ''))

describe('the manifest', () => {
  test('opens exactly the doors of the table, types first, in both formats', () => {
    const expected = Object.fromEntries(
      Object.keys(doors).map((door) => {
        const file = `./${fileOf(door)}`
        const esm = { types: `${file}.d.ts`, default: `${file}.js` }
        const cjs = { types: `${file}.d.cts`, default: `${file}.cjs` }
        return [door, { import: esm, require: cjs }]
      }),
    )
    expect(manifest.exports).toEqual({ ...expected, './package.json': './package.json' })
    expect(DOORS).toEqual(Object.keys(doors))
  })

  test('leads classic resolution to the same types', () => {
    const subpaths = Object.keys(doors).filter((door) => door !== '.')
    const expected = subpaths.map((door) => [door.slice(2), [`./${fileOf(door)}.d.ts`]])
    expect(manifest.typesVersions).toEqual({ '*': Object.fromEntries(expected) })
  })

  test('asks a host for four packages and installs nothing more', () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual(['hono', 'ky', 'neverthrow', 'zod'])
    const lock: unknown = JSON.parse(readFileSync(join(host, 'node_modules/.package-lock.json'), 'utf8'))
    expect(lock).toMatchObject({ packages: { 'node_modules/holdfast': { version: manifest.version } } })
    // neverthrow 8 lists a rollup binary as optional; nothing imports it.
    const installed = Object.keys((lock as { packages: object }).packages).filter((path) => !path.includes('@rollup/'))
    // drizzle-orm and kysely are the host's own wish.
    const names = ['drizzle-orm', 'holdfast', 'hono', 'ky', 'kysely', 'neverthrow', 'zod']
    expect(installed.sort()).toEqual(names.map((name) => `node_modules/${name}`))
  })
})

describe('the tarball', () => {
  test('satisfies publint, suggestions included', () => {
    const { status, output } = run(tool('publint'), ['run', tarball, '--strict'], host)
    expect(output).toContain('All good!')
    expect(status).toBe(0)
  })

  test('resolves to the right types in every mode of TypeScript, classic resolution included', () => {
    const { status, output } = run(tool('attw'), [tarball, '--format', 'ascii', '--no-color'], host)
    expect(output).toContain('No problems found')
    for (const door of DOORS) expect(output).toContain(`"holdfast${door.slice(1)}"`)
    expect(status).toBe(0)
  })

  test('holds the doors, what they load later, the licences, and nothing else', () => {
    for (const door of DOORS) {
      for (const extension of ['js', 'cjs', 'd.ts', 'd.cts']) expect(files).toContain(`${fileOf(door)}.${extension}`)
    }
    for (const name of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/ky.LICENSE']) {
      expect(files).toContain(name)
    }
    const expected =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/ky\.LICENSE|dist\/([\w-]+\/)?[\w.-]+\.(js|cjs|d\.ts|d\.cts))$/
    expect(files.filter((name) => !expected.test(name))).toEqual([])
    expect(files.filter((name) => /test\.|\.map$|fixture|snap$/.test(name))).toEqual([])
  })

  test('tells nothing about the machine it was built on', () => {
    for (const name of files) {
      const text = readFileSync(join(installed, name), 'utf8')
      expect(text.includes(ROOT.slice(0, -1)), `${name} names the repository's folder`).toBe(false)
      expect(/sourceMappingURL=|file:\/\/\/|\/(home|Users|tmp)\/\w/.exec(text)?.[0], name).toBeUndefined()
    }
  })

  test('imports nothing of Node: the doors run where only web standards are', () => {
    // The command line is for a terminal; nothing else may need more than the web.
    for (const name of files.filter((file) => /\.c?js$/.test(file) && file !== 'dist/cli.js')) {
      const text = readFileSync(join(installed, name), 'utf8')
      expect(
        /(from\s*|import\s*\(?|require\()["'](node:|crypto["']|fs["']|http["'])[^"']*/.exec(text)?.[0],
        name,
      ).toBeUndefined()
    }
  })

  test('stays small', () => {
    expect(statSync(tarball).size).toBeLessThan(1_200 * 1024)
  })
})
