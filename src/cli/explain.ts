import type { Address } from './address'

/** What a database library has thrown, as one line that says what to do. No password is in it. */
export const explain = (fault: unknown, address: Address): string => {
  const code = codeOf(fault)
  const known = code === undefined ? undefined : BY_CODE.find(({ codes }) => codes.includes(code))
  const message = messageOf(fault)
  const said = known ?? BY_MESSAGE.find(({ pattern }) => pattern.test(message))
  if (said !== undefined) return `${address.shown}: ${said.says(address)}`
  return `${address.shown}: ${withoutSecrets(message, address)}${code === undefined ? '' : ` (${code})`}`
}

type Saying = { readonly says: (address: Address) => string }

const CALLED = { postgres: 'PostgreSQL', mysql: 'MySQL', sqlite: 'SQLite' } as const

const notThatServer = ({ dialect }: Address): string =>
  `whoever listens there does not answer as ${CALLED[dialect]} does: check the address, its port and that it begins with the right kind of database`

const BY_CODE: readonly (Saying & { readonly codes: readonly string[] })[] = [
  {
    codes: ['ECONNREFUSED'],
    says: () => 'nothing listens there: start the server, or correct host and port',
  },
  { codes: ['ENOTFOUND', 'EAI_AGAIN'], says: () => 'there is no such host: correct the name' },
  {
    codes: ['EHOSTUNREACH', 'ENETUNREACH'],
    says: () => 'the host cannot be reached: check the network and the firewall',
  },
  { codes: ['ENOENT'], says: () => 'there is no such socket: start the server, or correct the path' },
  {
    codes: ['ETIMEDOUT', 'ECONNRESET', 'PROTOCOL_CONNECTION_LOST', 'HANDSHAKE_UNKNOWN_ERROR'],
    says: notThatServer,
  },
  {
    codes: ['28P01', '28000', 'ER_ACCESS_DENIED_ERROR'],
    says: () => 'user or password was refused: correct them, or let this user in from this host',
  },
  {
    codes: ['3D000', 'ER_BAD_DB_ERROR'],
    says: () => 'there is no such database: create it, or correct the name',
  },
  { codes: ['3F000'], says: () => 'there is no such schema: CREATE SCHEMA first, or correct --schema' },
  {
    codes: ['42501', 'ER_DBACCESS_DENIED_ERROR', 'ER_TABLEACCESS_DENIED_ERROR', 'ER_SPECIFIC_ACCESS_DENIED_ERROR'],
    says: () =>
      'this user may not do that: use one that owns the tables, or grant it the rights (CREATE, ALTER, SELECT, INSERT)',
  },
  {
    codes: ['25006', 'ER_OPTION_PREVENTS_STATEMENT', 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION'],
    says: () => 'the server takes no writes here: connect to the primary',
  },
  {
    codes: ['53300', 'ER_CON_COUNT_ERROR'],
    says: () => 'the server has no free connection: try again, or raise its limit',
  },
  { codes: ['SQLITE_NOTADB'], says: () => 'this file is no SQLite database: correct the path' },
  { codes: ['SQLITE_READONLY'], says: () => 'the file cannot be written: correct its rights' },
  {
    codes: ['SQLITE_CANTOPEN'],
    says: () => 'the file cannot be opened: the folder has to exist, and this user to have rights',
  },
  { codes: ['SQLITE_BUSY'], says: () => 'another process holds the write lock: try again' },
]

/** Where a library gives no code. */
const BY_MESSAGE: readonly (Saying & { readonly pattern: RegExp })[] = [
  { pattern: /timeout expired|unexpected \w+ message from backend|Connection terminated/, says: notThatServer },
  {
    pattern: /password must be a string|no password/i,
    says: () => 'the server wants a password: add it to the address',
  },
  {
    pattern: /does not support SSL/,
    says: () => 'the server speaks no TLS: take sslmode out of the address, or turn TLS on there',
  },
  {
    pattern: /Unable to open connection to local database|unable to open database/,
    says: () => 'the file cannot be opened: the folder has to exist, and this user to have rights',
  },
]

const codeOf = (fault: unknown): string | undefined => {
  // Node tries every address of a host and gathers what went wrong.
  if (fault instanceof AggregateError && !('code' in fault)) return codeOf(fault.errors[0])
  return typeof fault === 'object' && fault !== null && 'code' in fault && typeof fault.code === 'string'
    ? fault.code
    : undefined
}

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : 'an unknown fault')

const withoutSecrets = (message: string, { secrets, target, dialect, shown }: Address): string => {
  const [line = ''] = message.split('\n')
  const bare = dialect === 'sqlite' ? line : line.replaceAll(target, shown)
  return [...secrets]
    .sort((left, right) => right.length - left.length)
    .reduce((text, secret) => text.replaceAll(secret, '***'), bare)
}
