import { createHash } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Libsql from 'libsql'

/** Where this demo keeps what it knows. */
export type Place = {
  readonly dialect: 'sqlite' | 'postgres' | 'mysql'
  /** The address of the database's server, or the path of its file. */
  readonly target: string
  /** The same for people: without a password. */
  readonly shown: string
  readonly tablePrefix: string
  /** What is not the shop's to keep: the providers' memory, the demo's clock, sessions. */
  readonly memoryFile: string
}

const DIALECTS: Readonly<Record<string, 'postgres' | 'mysql'>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
}

/**
 * Reads `DATABASE_URL` (default: an SQLite file), `HOLDFAST_DEMO_DIR` (default `.demo`) and `HOLDFAST_DEMO_PREFIX`, and
 * makes the folder. Throws an `Error` that says what to correct.
 */
export const placeFrom = (env: Readonly<Record<string, string | undefined>>): Place => {
  const { DATABASE_URL = '', HOLDFAST_DEMO_DIR: folder = '.demo', HOLDFAST_DEMO_PREFIX = 'holdfast_demo_' } = env
  const tablePrefix = HOLDFAST_DEMO_PREFIX
  // `--fresh` drops every table that begins with it: it must never be the prefix of a shop.
  if (!/demo/.test(tablePrefix)) throw new Error('HOLDFAST_DEMO_PREFIX: the word "demo" must be in it')
  mkdirSync(folder, { recursive: true })
  if (DATABASE_URL === '') {
    const target = join(folder, 'demo.sqlite')
    return { dialect: 'sqlite', target, shown: target, tablePrefix, memoryFile: join(folder, 'memory.json') }
  }
  const url = URL.canParse(DATABASE_URL) ? new URL(DATABASE_URL) : undefined
  const dialect = DIALECTS[url?.protocol ?? '']
  // The address itself is not repeated: where it is malformed, any part of it may be the password.
  if (url === undefined || dialect === undefined) throw new Error('DATABASE_URL: expected postgres://… or mysql://…')
  const shown = `${url.protocol}//${url.host}${url.pathname}, tables ${tablePrefix}*`
  // Each database has providers of its own, so that going from one to another and back mixes no books.
  const name = createHash('sha256').update(shown).digest('hex').slice(0, 8)
  const target = DATABASE_URL.replace(/^mariadb:/, 'mysql:')
  return { dialect, target, shown, tablePrefix, memoryFile: join(folder, `memory-${name}.json`) }
}

/**
 * Two servers on one place would overwrite each other's providers. Throws an `Error` when another one is running; the system
 * lets go of the lock however the process ends. Keep the result: without it nothing is locked.
 */
export const lockPlace = ({ memoryFile, shown }: Place): Libsql.Database => {
  const lock = new Libsql(`${memoryFile}.lock`)
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch {
    throw new Error(`another demo is running on ${shown}. HOLDFAST_DEMO_DIR gives this one a folder of its own`)
  }
  return lock
}

/** Forgets what is in files. Tables of a server are dropped by `openDatabase`. */
export const emptyPlace = ({ dialect, target, memoryFile }: Place): void => {
  const files = dialect === 'sqlite' ? ['', '-wal', '-shm'].map((end) => target + end) : []
  for (const file of [...files, memoryFile]) rmSync(file, { force: true })
}
