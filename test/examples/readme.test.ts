import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

describe('the README', () => {
  test('starts with the example that runs, word for word', () => {
    expect(read('README.md')).toContain(`\`\`\`ts\n${read('examples/quickstart/first-order.ts').trimEnd()}\n\`\`\``)
  })

  test('the example prints what it says', () => {
    const printed = execFileSync(process.execPath, ['--import', 'tsx', 'examples/quickstart/first-order.ts'], {
      cwd: new URL('../../', import.meta.url),
      encoding: 'utf8',
    })
    expect(printed).toBe("CONFIRMED\nREFUNDED\n[ 'capture 50000', 'refund 50000' ]\n")
  })

  test('names no door that does not exist, and every door that does', () => {
    const doors = Object.keys(JSON.parse(read('package.json')).exports).filter((door) => door !== './package.json')
    for (const door of doors) expect(read('README.md')).toContain(`\`holdfast${door.slice(1)}\``)
    const named = [...read('README.md').matchAll(/from 'holdfast(\/[a-z0-9/-]+)?'/g)].map(
      ([, path]) => `.${path ?? ''}`,
    )
    for (const door of named) expect(doors).toContain(door)
  })
})
