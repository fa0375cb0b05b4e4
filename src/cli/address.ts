import type { Dialect } from '../storage/relational/naming'

/** Where a database is, taken apart so that nothing we print can hold a password. */
export type Address = {
  readonly dialect: Dialect
  /** For the driver only. A path on SQLite. */
  readonly target: string
  /** For people: without password and parameters. */
  readonly shown: string
  /** What a foreign error message must not repeat. */
  readonly secrets: readonly string[]
}

export type AddressError = { readonly message: string }

const SCHEMES: Readonly<Record<string, Dialect>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
}
const KINDS =
  'postgres://user:password@host:5432/database, mysql://user:password@host:3306/database or sqlite:path/to/file.db'

/** Reads `--url`. A message never repeats the address: where it is malformed, any part of it may be the password. */
export const addressOf = (text: string): Address | AddressError => {
  if (/^(sqlite|file):/.test(text)) return sqliteAddress(text)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) {
    return {
      message: `--url is no address: expected ${KINDS}. Characters like # / ? @ % in a password have to be percent-encoded`,
    }
  }
  const dialect = Object.hasOwn(SCHEMES, url.protocol) ? SCHEMES[url.protocol] : undefined
  if (dialect === undefined) return { message: `--url: this kind of database is not known: expected ${KINDS}` }
  const password = decoded(url.password)
  const database = decoded(url.pathname.slice(1))
  const user = decoded(url.username)
  // An @ behind the host, or a fragment: the password was cut in two, and what looks like a host is a part of it.
  if (password === undefined || database === undefined || user === undefined || isCut(url)) {
    return {
      message:
        '--url: the password has a character that must be percent-encoded: # is %23, / is %2F, ? is %3F, @ is %40, % is %25',
    }
  }
  if (dialect === 'mysql' && database === '') return { message: '--url names no database: add /database at its end' }
  if (url.protocol === 'mariadb:')
    return { ...serverAddress(dialect, url, password), target: text.replace(/^mariadb:/, 'mysql:') }
  return { ...serverAddress(dialect, url, password), target: text }
}

const isCut = ({ pathname, search, hash }: URL): boolean =>
  hash !== '' || pathname.includes('@') || search.includes('@')

const decoded = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

const serverAddress = (dialect: Dialect, url: URL, password: string): Omit<Address, 'target'> => {
  const user = url.username === '' ? '' : `${url.username}@`
  return {
    dialect,
    shown: `${url.protocol}//${user}${url.host}${url.pathname}`,
    secrets: [password, url.password, ...url.searchParams.values()].filter((secret) => secret !== ''),
  }
}

const sqliteAddress = (text: string): Address | AddressError => {
  const path = decoded(text.replace(/^(sqlite|file):(\/\/)?/, '').replace(/\?.*$/, ''))
  if (path === undefined || path === '') return { message: '--url names no file: expected sqlite:path/to/file.db' }
  return { dialect: 'sqlite', target: path, shown: path, secrets: [] }
}
