import type { StoreFault } from '../store'

/**
 * What an error of a database means. `refused`: a key is taken or one of our conditions did not hold. `again`: the
 * database rolled everything back and asks for a repeat. Else a fault, and whether the commit may have happened.
 */
export type Meaning = 'refused' | 'again' | StoreFault

/** Our own condition, as it comes back inside PostgreSQL's complaint about a number it cannot read. */
export const REFUSAL = 'holdfast refused step'

const fault = (reason: StoreFault['reason'], outcome: StoreFault['outcome']): StoreFault => ({ reason, outcome })
const LOST = fault('connection_lost', 'unknown')
const UNREACHABLE = fault('unreachable', 'not_executed')
const EXHAUSTED = fault('no_connection_free', 'not_executed')
const TIMED_OUT = fault('timeout', 'not_executed')
const READ_ONLY = fault('read_only', 'not_executed')
const SCHEMA = fault('schema', 'not_executed')
const PRIVILEGE = fault('privilege', 'not_executed')
const BUSY = fault('contention', 'not_executed')
const UNKNOWN = fault('other', 'unknown')

/** SQLSTATEs, names of driver errors and numbers of MySQL. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '23505': 'refused',
  ER_DUP_ENTRY: 'refused',
  '1062': 'refused',
  SQLITE_CONSTRAINT_UNIQUE: 'refused',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'refused',
  P2002: 'refused',

  '40001': 'again',
  '40P01': 'again',
  ER_LOCK_DEADLOCK: 'again',
  '1213': 'again',
  P2034: 'again',
  // Another connection writes this file, and waited longer than its time-out allows.
  SQLITE_BUSY: BUSY,
  SQLITE_BUSY_SNAPSHOT: 'again',
  SQLITE_BUSY_TIMEOUT: BUSY,
  '55P03': TIMED_OUT,
  '57014': TIMED_OUT,
  ER_LOCK_WAIT_TIMEOUT: TIMED_OUT,
  '1205': TIMED_OUT,
  ER_QUERY_TIMEOUT: TIMED_OUT,
  '3024': TIMED_OUT,
  ER_STATEMENT_TIMEOUT: TIMED_OUT,
  '1969': TIMED_OUT,
  '25P03': LOST,

  ECONNREFUSED: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  CONNECT_TIMEOUT: UNREACHABLE,
  ETIMEDOUT: LOST,
  ECONNRESET: LOST,
  EPIPE: LOST,
  CONNECTION_CLOSED: LOST,
  CONNECTION_DESTROYED: LOST,
  CONNECTION_ENDED: LOST,
  PROTOCOL_CONNECTION_LOST: LOST,
  ER_SERVER_SHUTDOWN: LOST,
  '57P01': LOST,
  '57P02': LOST,
  '57P03': UNREACHABLE,
  '08000': LOST,
  '08003': LOST,
  '08006': LOST,
  '08001': UNREACHABLE,
  P1001: UNREACHABLE,
  P1002: UNREACHABLE,
  P1008: LOST,
  P1017: LOST,
  '53300': EXHAUSTED,
  ER_CON_COUNT_ERROR: EXHAUSTED,
  '1040': EXHAUSTED,
  P2024: EXHAUSTED,

  '25006': READ_ONLY,
  ER_OPTION_PREVENTS_STATEMENT: READ_ONLY,
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: READ_ONLY,
  '1290': READ_ONLY,
  '1792': READ_ONLY,
  SQLITE_READONLY: READ_ONLY,
  '42P01': SCHEMA,
  '42703': SCHEMA,
  '3F000': SCHEMA,
  '3D000': SCHEMA,
  ER_NO_SUCH_TABLE: SCHEMA,
  '1146': SCHEMA,
  ER_BAD_FIELD_ERROR: SCHEMA,
  '1054': SCHEMA,
  ER_BAD_DB_ERROR: SCHEMA,
  P2021: SCHEMA,
  P2022: SCHEMA,
  '42501': PRIVILEGE,
  '28000': PRIVILEGE,
  '28P01': PRIVILEGE,
  ER_ACCESS_DENIED_ERROR: PRIVILEGE,
  '1045': PRIVILEGE,
  ER_TABLEACCESS_DENIED_ERROR: PRIVILEGE,
  '1142': PRIVILEGE,
  ER_DBACCESS_DENIED_ERROR: PRIVILEGE,
  '1044': PRIVILEGE,
}

/** For drivers that say it in words only. */
const WORDS: readonly (readonly [RegExp, Meaning])[] = [
  [/UNIQUE constraint failed/, 'refused'],
  [/no such (table|column)|has no column named/, SCHEMA],
  [/readonly database/, READ_ONLY],
  [/database is locked/, BUSY],
  [/timeout exceeded when trying to connect|No connections available|Queue limit reached/, EXHAUSTED],
  [/Connection terminated|Client has encountered a connection error|connection (is )?closed|server closed/i, LOST],
  [/in closed state/, LOST],
  [/Query read timeout/, fault('timeout', 'unknown')],
  // Prisma: its transactions have times of their own, and a raw statement's error names its kind and no code.
  [/Unable to start a transaction in the given time/, EXHAUSTED],
  [/cannot be executed on an expired transaction/, TIMED_OUT],
  [/^DatabaseNotReachable$/, UNREACHABLE],
  [/^(ConnectionClosed|SocketTimeout)$/, LOST],
]

/** Reads an error, and what it was caused by: libraries wrap what their driver threw. */
export const meaningOf = (error: unknown): Meaning => {
  for (const each of chainOf(error)) {
    const message = String(each['message'] ?? '')
    // 22P02 is any text that is no number: only with our own words in it is it ours.
    if (message.includes(REFUSAL)) return 'refused'
    for (const field of ['code', 'originalCode', 'errno', 'sqlState']) {
      const known = MEANINGS[String(each[field] ?? '')]
      if (known !== undefined) return known
    }
    const said = WORDS.find(([words]) => words.test(message))
    if (said !== undefined) return said[1]
  }
  return UNKNOWN
}

const MAX_DEPTH = 8

const chainOf = (error: unknown): readonly Readonly<Record<string, unknown>>[] => {
  const chain: Readonly<Record<string, unknown>>[] = []
  let next = error
  while (isObject(next) && chain.length < MAX_DEPTH) {
    chain.push(next)
    next = next['cause'] ?? (isObject(next['meta']) ? next['meta']['driverAdapterError'] : undefined)
  }
  return chain
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
