import { type Finding, note, problem } from './ddl-findings'
import type { TableSpec } from './ddl-tables'
import type { Runner } from './migrate'
import type { Names } from './naming'

/** What a server or a connection is set to, and what its user may do. */

const settingsOf = async (runner: Runner, text: string): Promise<ReadonlyMap<string, string>> => {
  const { rows } = await runner.run({ text, values: [] })
  // The second names are those of SHOW VARIABLES, which takes no others.
  return new Map(
    rows.map((row) => [String(row['name'] ?? row['Variable_name']), String(row['setting'] ?? row['Value'])]),
  )
}

export const settingFindings = async (runner: Runner, names: Names): Promise<readonly Finding[]> => {
  switch (names.dialect) {
    case 'postgres':
      return postgresFindings(await settingsOf(runner, POSTGRES))
    case 'mysql':
      return mysqlFindings(await settingsOf(runner, MYSQL))
    case 'sqlite':
      return sqliteFindings(await settingsOf(runner, SQLITE))
  }
}

const POSTGRES = `
  SELECT name, setting FROM pg_settings
    WHERE name IN ('default_transaction_read_only', 'transaction_read_only', 'default_transaction_isolation', 'DateStyle')
  UNION ALL SELECT 'recovery', CASE WHEN pg_is_in_recovery() THEN 'on' ELSE 'off' END`

// MySQL 8 says transaction_isolation, MariaDB 10 tx_isolation: a list takes either.
const MYSQL = `
  SHOW VARIABLES WHERE Variable_name IN
    ('autocommit', 'read_only', 'transaction_read_only', 'tx_read_only', 'sql_mode', 'transaction_isolation', 'tx_isolation')`

const SQLITE = `
  SELECT 'journal_mode' AS name, journal_mode AS setting FROM pragma_journal_mode
  UNION ALL SELECT 'synchronous', synchronous FROM pragma_synchronous`

const isOn = (setting: string | undefined): boolean => setting === 'on' || setting === 'ON' || setting === '1'

const RETRIES = 'more commits will lose a race and be tried again; READ COMMITTED is enough'

const postgresFindings = (settings: ReadonlyMap<string, string>): readonly Finding[] => {
  const findings: Finding[] = []
  if (isOn(settings.get('recovery'))) {
    findings.push(problem('standby', 'this server is a standby: it takes no writes', 'Connect to the primary'))
  } else if (isOn(settings.get('transaction_read_only')) || isOn(settings.get('default_transaction_read_only'))) {
    const fix = 'Set default_transaction_read_only to off for this user and database'
    findings.push(problem('read_only', 'transactions of this connection are read-only', fix))
  }
  const style = settings.get('DateStyle') ?? 'ISO'
  if (!style.startsWith('ISO')) {
    const message = `DateStyle is ${style}: no moment can be read`
    findings.push(problem('date_style', message, "Set DateStyle to 'ISO' for this user and database"))
  }
  const isolation = settings.get('default_transaction_isolation')
  if (isolation === 'serializable' || isolation === 'repeatable read') {
    const fix = 'Nothing has to be done. To have fewer: set default_transaction_isolation to read committed'
    findings.push(note('isolation', `transactions are ${isolation}: ${RETRIES}`, fix))
  }
  return findings
}

const mysqlFindings = (settings: ReadonlyMap<string, string>): readonly Finding[] => {
  const findings: Finding[] = []
  if (isOn(settings.get('read_only')) || isOn(settings.get('transaction_read_only') ?? settings.get('tx_read_only'))) {
    findings.push(
      problem('read_only', 'this server or connection is read-only', 'Connect to the primary, or turn read_only off'),
    )
  }
  if (!isOn(settings.get('autocommit'))) {
    const message = 'autocommit is off: what is written by a single statement is taken back when the connection ends'
    findings.push(problem('autocommit_off', message, 'SET GLOBAL autocommit = 1, and take it out of init_connect'))
  }
  if (!/STRICT_(TRANS|ALL)_TABLES/.test(settings.get('sql_mode') ?? '')) {
    const message = 'sql_mode is not strict: texts and numbers that do not fit are cut without a word'
    findings.push(problem('sql_mode', message, 'Add STRICT_TRANS_TABLES to sql_mode'))
  }
  const isolation = settings.get('transaction_isolation') ?? settings.get('tx_isolation')
  if (isolation === 'READ-UNCOMMITTED') {
    const message = 'transactions are READ UNCOMMITTED: they read what may never be committed'
    findings.push(problem('isolation', message, 'Set transaction_isolation to READ-COMMITTED'))
  }
  if (isolation === 'SERIALIZABLE') {
    const fix = 'Nothing has to be done. To have fewer: set transaction_isolation to READ-COMMITTED'
    findings.push(note('isolation', `transactions are SERIALIZABLE: ${RETRIES}`, fix))
  }
  return findings
}

const SYNCHRONOUS: Readonly<Record<string, string>> = { '0': 'OFF', '1': 'NORMAL', '2': 'FULL', '3': 'EXTRA' }

const sqliteFindings = (settings: ReadonlyMap<string, string>): readonly Finding[] => {
  const journal = settings.get('journal_mode') ?? 'unknown'
  const synchronous = SYNCHRONOUS[settings.get('synchronous') ?? ''] ?? 'unknown'
  const lossless = 'PRAGMA synchronous = FULL on every connection of your server'
  return [
    journal === 'off'
      ? problem('journal_mode', 'journal_mode is off: a commit cannot be taken back', 'PRAGMA journal_mode = WAL')
      : note(
          'journal_mode',
          `journal_mode is ${journal}`,
          'WAL lets others read while one writes: PRAGMA journal_mode = WAL',
        ),
    synchronous === 'OFF'
      ? problem('synchronous', 'synchronous is OFF: a power cut can lose commits and damage the file', lossless)
      : note(
          'synchronous',
          `synchronous is ${synchronous} on this connection`,
          `So that a power cut loses nothing: ${lossless}`,
        ),
  ]
}

/** What the store does with a table, said so that it touches no row: a database checks rights before it looks. */
const attemptsOn = (names: Names, { quoted, columns }: TableSpec): Readonly<Record<Right, string>> => {
  const list = columns.map(({ name }) => names.quote(name)).join(', ')
  return {
    SELECT: `SELECT ${list} FROM ${quoted} WHERE 1 = 0`,
    INSERT: `INSERT INTO ${quoted} (${list}) SELECT ${list} FROM ${quoted} WHERE 1 = 0`,
    UPDATE: `UPDATE ${quoted} SET ${names.column('version')} = ${names.column('version')} WHERE 1 = 0`,
    DELETE: `DELETE FROM ${quoted} WHERE 1 = 0`,
  }
}

type Right = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'
const RIGHTS: readonly Right[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE']

export const privilegeFindings = async (
  runner: Runner,
  names: Names,
  tables: readonly TableSpec[],
): Promise<readonly Finding[]> => {
  const findings: Finding[] = []
  for (const table of tables) {
    const missing = names.dialect === 'postgres' ? await askPostgres(runner, table) : await tryOut(runner, names, table)
    if (missing.length === 0) continue
    const message = `this user may not ${missing.join(', ')} in ${table.name}`
    const fix =
      names.dialect === 'sqlite'
        ? 'Let this process write the file and the folder it is in'
        : `As the owner: GRANT ${missing.join(', ')} ON ${table.quoted} TO this user`
    findings.push(problem('missing_privilege', message, fix))
  }
  return findings
}

const askPostgres = async (runner: Runner, { quoted }: TableSpec): Promise<readonly Right[]> => {
  const asked = RIGHTS.map((right) => `has_table_privilege(to_regclass($1), '${right}') AS "${right}"`)
  const { rows } = await runner.run({ text: `SELECT ${asked.join(', ')}`, values: [quoted] })
  return RIGHTS.filter((right) => rows[0]?.[right] !== true)
}

const tryOut = async (runner: Runner, names: Names, table: TableSpec): Promise<readonly Right[]> => {
  const missing: Right[] = []
  const attempts = attemptsOn(names, table)
  for (const right of RIGHTS) {
    try {
      await runner.run({ text: attempts[right], values: [] })
    } catch (fault) {
      if (!isDenied(fault)) throw fault
      missing.push(right)
    }
  }
  return missing
}

/** MySQL: denied for a table, a column, a database. SQLite: the file cannot be written. */
const isDenied = (fault: unknown): boolean => {
  if (!(fault instanceof Error)) return false
  const number = 'errno' in fault ? fault.errno : undefined
  return number === 1142 || number === 1143 || number === 1044 || /readonly database/.test(fault.message)
}
