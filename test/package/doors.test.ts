import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { parse } from '../architecture/source'
import { must } from './command'
import { DOORS, distFile, LOADERS, PROMISED, specifierOf } from './doors'

const { host } = inject('packed')

const runIn = (name: string, program: string): unknown => {
  writeFileSync(join(host, name), program)
  return JSON.parse(must(process.execPath, [name], host))
}

/** What is loaded when the file is: its own chunks and the packages, both at any depth. */
const eagerOf = (
  file: string,
  seen = new Set<string>(),
): { readonly files: number; readonly packages: Set<string> } => {
  const packages = new Set<string>()
  let files = 1
  for (const { specifier, kind } of parse(file, readFileSync(file, 'utf8')).imports) {
    if (kind !== 'value') continue
    const target = join(dirname(file), specifier)
    if (!specifier.startsWith('.')) packages.add(specifier.split('/')[0] ?? specifier)
    else if (!seen.has(target)) {
      seen.add(target)
      const inner = eagerOf(target, seen)
      files += inner.files
      for (const name of inner.packages) packages.add(name)
    }
  }
  return { files, packages }
}

describe('every door opens', () => {
  const found = { 'load.mjs': {} as Record<string, string[]>, 'load.cjs': {} as Record<string, string[]> }

  beforeAll(() => {
    for (const name of ['load.mjs', 'load.cjs'] as const) {
      found[name] = runIn(name, LOADERS[name]) as Record<string, string[]> // the loaders print exactly this
    }
  })

  test.each(Object.entries(PROMISED))('%s, by import and by require, with the same names behind it', (door, names) => {
    const specifier = specifierOf(door)
    expect(found['load.mjs'][specifier]).toEqual(expect.arrayContaining([...names]))
    expect(found['load.mjs'][specifier]?.length).toBeGreaterThan(0)
    expect(found['load.cjs'][specifier]).toEqual(found['load.mjs'][specifier])
    expect(found['load.mjs'][specifier]).not.toContain('default')
  })
})

/** Doors for hosts that have this library already. */
const OPENS_FOR: Readonly<Record<string, readonly string[]>> = {
  './storage/sql': ['kysely'],
  './storage/drizzle': ['drizzle-orm'],
}

describe('a door loads only what it needs to open', () => {
  test.each(DOORS)('%s: few files, and neither ky nor zod nor msw', (door) => {
    const { files, packages } = eagerOf(distFile(host, door, 'js'))
    // The simulator carries the engine and the fakes, which share parts with what they load later.
    expect(files).toBeLessThanOrEqual(door === './testing' ? 5 : 2)
    const web = door === './http' || door === './express'
    const asked = new Set(['neverthrow', ...(web ? ['hono'] : []), ...(OPENS_FOR[door] ?? [])])
    expect([...packages].filter((name) => !asked.has(name))).toEqual([])
  })

  test('and by require the same: nothing of zod is loaded when all doors are open', () => {
    const program = `for (const name of ${JSON.stringify(DOORS.map(specifierOf))}) require(name)
console.log(JSON.stringify(Object.keys(require.cache).map((file) => file.split('node_modules').pop())))`
    const loaded = runIn('cache.cjs', program) as string[] // printed just above
    expect(loaded.filter((file) => file.includes('neverthrow')).length).toBeGreaterThan(0)
    expect(loaded.filter((file) => /[\\/](zod|ky|msw)[\\/]/.test(file))).toEqual([])
  })

  test.each(DOORS.filter((door) => /toss|payple|portone|paddle/.test(door)))('%s carries no other provider', (door) => {
    for (const extension of ['js', 'cjs'] as const) {
      const text = readFileSync(distFile(host, door, extension), 'utf8')
      const folders = [...text.matchAll(/^\/\/ src\/providers\/([\w-]+)\//gm)].map(([, folder]) => folder)
      expect(folders.length).toBeGreaterThan(0)
      expect(folders.filter((folder) => ![door.slice(2), 'fake', 'redaction'].includes(folder ?? ''))).toEqual([])
    }
  })
})
