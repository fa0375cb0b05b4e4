import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import manifest from '../../package.json'
import { must, ROOT } from './command'

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed tarball, and a folder outside the repository in which it was installed with two optional peers. */
    readonly packed: { readonly tarball: string; readonly host: string }
  }
}

/** What a host brings that opens the doors of these libraries. */
const PEERS = (['drizzle-orm', 'kysely'] as const).map((name) => `${name}@${manifest.devDependencies[name]}`)

const folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'))

export const setup = (project: TestProject): void => {
  must('npm', ['run', 'build'], ROOT)
  must('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], ROOT)
  const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`)
  const host = join(folder, 'host')
  mkdirSync(host)
  writeFileSync(join(host, 'package.json'), JSON.stringify({ name: 'host', private: true }))
  must('npm', ['install', '--no-audit', '--no-fund', '--omit=dev', tarball, ...PEERS], host)
  project.provide('packed', { tarball, host })
}

export const teardown = (): void => rmSync(folder, { recursive: true, force: true })
