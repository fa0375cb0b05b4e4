import { readCatalogue } from './ddl-catalogue'
import { type Finding, lookUp, note, problem, tableFindings } from './ddl-findings'
import { privilegeFindings, settingFindings } from './ddl-settings'
import { tablesOf } from './ddl-tables'
import { type Runner, recordedVersion } from './migrate'
import { SCHEMA_VERSION } from './migrations'
import type { Names } from './naming'

export type { Finding, FindingCode } from './ddl-findings'

/**
 * Looks a database over: tables, columns, collations, keys, the schema's version, the server's settings and what this
 * user may do. Changes nothing and touches no row.
 *
 * A finding says what is wrong and what to do about it; `note`s stop nothing. Faults are thrown as the driver throws them.
 */
export const examine = async (runner: Runner, names: Names): Promise<readonly Finding[]> => {
  const tables = tablesOf(names)
  const catalogue = await readCatalogue(runner, names, tables)
  const settings = await settingFindings(runner, names)
  if (catalogue.size === 0) {
    const message = `there is no table of ours here: nothing called ${names.otherName('')}…`
    return [
      problem('schema_absent', message, 'Run `holdfast migrate`, and give every command the same naming'),
      ...settings,
    ]
  }
  const version = await recordedVersion(runner, names)
  const versions = versionFindings(version ?? 0)
  if (versions.some(({ code }) => code === 'schema_newer')) return [...versions, ...settings]
  const structure = tables.flatMap((table) => {
    const found = lookUp(catalogue, names, table.name)
    // A database whose tables another tool has made has no record yet; the version finding says so.
    return table.of === 'migrations' && found === undefined ? [] : tableFindings(names, table, found)
  })
  // A table that is not whole would fail for other reasons.
  const broken = structure.some(({ code }) => code === 'missing_column' || code === 'unknown_required_column')
  const present = tables.filter(({ of, name }) => of !== 'migrations' && lookUp(catalogue, names, name) !== undefined)
  const isReadOnly = settings.some(({ code }) => code === 'read_only' || code === 'standby')
  const privileges = broken || isReadOnly ? [] : await privilegeFindings(runner, names, present)
  return [...versions, ...structure, ...settings, ...privileges]
}

const versionFindings = (version: number): readonly Finding[] => {
  if (version === SCHEMA_VERSION) return []
  const migrate = 'Run `holdfast migrate`'
  if (version === 0) {
    const message = 'nothing says which schema version this is: another tool has made the tables'
    return [note('schema_unrecorded', message, `${migrate}: it adds what is missing and writes the version down`)]
  }
  return version < SCHEMA_VERSION
    ? [problem('schema_older', `the schema is version ${version}; this release needs ${SCHEMA_VERSION}`, migrate)]
    : [
        problem(
          'schema_newer',
          `the schema is version ${version}; this release knows only up to ${SCHEMA_VERSION}`,
          'Update holdfast in this project to the release that made it',
        ),
      ]
}
