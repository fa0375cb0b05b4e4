import { execFileSync, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Place } from './servers'

/** A PostgreSQL of the test's own, so that it may crash without anybody else noticing. */
export type OwnPostgres = {
  readonly place: Place
  /** Stops it without a word to anybody, as a crash does, and starts it again. */
  readonly crash: () => void
  readonly remove: () => void
}

const bin = (): string | undefined => {
  const asked = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim()
  const known = [asked, ...[18, 17, 16, 15, 14].map((version) => `/usr/lib/postgresql/${version}/bin`)]
  return known.find((folder) => folder !== undefined && folder !== '' && existsSync(join(folder, 'initdb')))
}

/** PostgreSQL refuses to be run by root; its package makes a user for it. */
const runner = (): { readonly uid: number; readonly gid: number } | null | undefined => {
  if (process.getuid?.() !== 0) return null
  const ids = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout || NaN),
  )
  const [uid, gid] = ids
  return uid === undefined || gid === undefined || Number.isNaN(uid + gid) ? undefined : { uid, gid }
}

/** Whether this machine has what it takes. */
export const canOwnPostgres = (): boolean => bin() !== undefined && runner() !== undefined

export const ownPostgres = async (naming: Place['naming']): Promise<OwnPostgres> => {
  const folder = bin()
  const user = runner()
  if (folder === undefined || user === undefined) throw new Error('there is no PostgreSQL to start here')
  const data = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'))
  if (user !== null) chownSync(data, user.uid, user.gid)
  const port = await freePort()
  const as = { ...user, stdio: 'ignore', cwd: data } as const
  const control = (...args: readonly string[]) =>
    void execFileSync(join(folder, 'pg_ctl'), ['-D', data, '-w', '-t', '120', ...args], as)
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`
  const start = () => control('-o', settings, '-l', join(data, 'log'), 'start')
  execFileSync(join(folder, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'], as)
  start()
  return {
    place: { kind: 'postgres', url: `postgres://postgres@127.0.0.1:${port}/postgres`, naming },
    crash: () => {
      control('-m', 'immediate', 'stop')
      start()
    },
    remove: () => {
      control('-m', 'immediate', 'stop')
      rmSync(data, { recursive: true, force: true })
    },
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'))
        else resolve(address.port)
      })
    })
  })
