import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { must, type Outcome, run } from '../command'
import { LOADERS, PROMISED, specifierOf } from '../doors'

const { host } = inject('packed')

describe.each([22, 24])('on Node %i', (major) => {
  const folder = mkdtempSync(join(tmpdir(), `holdfast-node-${major}-`))
  const node = join(folder, 'node_modules/node/bin/node')
  let installed: Outcome

  beforeAll(() => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'node-host', private: true }))
    installed = run('npm', ['install', '--no-audit', '--no-fund', `node@${major}`], folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.for(['load.mjs', 'load.cjs'] as const)('every door opens with %s', (name, { skip }) => {
    if (installed.status !== 0) skip(`the registry could not serve node@${major}`)
    expect(must(node, ['--version'], folder)).toMatch(new RegExp(`^v${major}\\.`))
    writeFileSync(join(host, name), LOADERS[name])
    const found: unknown = JSON.parse(must(node, [name], host))
    for (const [door, names] of Object.entries(PROMISED)) {
      expect(found).toHaveProperty([specifierOf(door)], expect.arrayContaining([...names]))
    }
  })
})
