import { drizzleSchema } from '../storage/print/drizzle'
import { prismaSchema } from '../storage/print/prisma'
import { schemaSql } from '../storage/relational/ddl'
import { examine, type Finding } from '../storage/relational/doctor'
import { type MigrationReport, migrate } from '../storage/relational/migrate'
import { createNames, type Dialect, type Names, type NamingOptions } from '../storage/relational/naming'
import { type Address, addressOf } from './address'
import { type Command, commandOf, type Print, USAGE } from './arguments'
import { type Connect, type Connection, connectWith, DRIVERS } from './connect'
import { explain } from './explain'

export type Io = {
  /** Each takes whole lines, without the end of the last one. */
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly connect?: Connect
}

type ExitCode = 0 | 1 | 2

/** The command line. Everything it says goes to `io`; the answer is the exit code. */
export const run = async (argv: readonly string[], io: Io): Promise<ExitCode> => {
  const command = commandOf(argv)
  switch (command.name) {
    case 'help':
      io.out(USAGE)
      return 0
    case 'mistake':
      io.err(`holdfast: ${command.message}\n\n${USAGE}`)
      return 2
    case 'schema':
      return printSchema(command.print, command.naming, io)
    case 'migrate':
    case 'doctor':
      return onDatabase(command, io)
  }
}

const failed = (io: Io, message: string, code: ExitCode): ExitCode => {
  io.err(`holdfast: ${message}`)
  return code
}

/** A prefix or schema that cannot be a name is a mistake in the command. */
const named = <T>(io: Io, make: () => T): T | 2 => {
  try {
    return make()
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault
    failed(io, fault.message.replace(/^tablePrefix/, '--prefix').replace(/^schema/, '--schema'), 2)
    return 2
  }
}

const printSchema = (print: Print, naming: NamingOptions, io: Io): ExitCode => {
  const text = named(io, () => {
    switch (print.as) {
      case 'sql':
        return schemaSql(createNames(print.dialect, naming))
      case 'prisma':
        return prismaSchema(print.provider, naming)
      case 'drizzle':
        return drizzleSchema(print.drizzle, naming)
    }
  })
  if (text === 2) return 2
  io.out(text.trimEnd())
  return 0
}

type DatabaseCommand = Extract<Command, { readonly url: string }>

const onDatabase = async (command: DatabaseCommand, io: Io): Promise<ExitCode> => {
  const address = addressOf(command.url)
  if ('message' in address) return failed(io, address.message, 2)
  const names = named(io, () => createNames(address.dialect, command.naming))
  if (names === 2) return 2
  const mayBeNew = command.name === 'migrate' && !command.dryRun
  const connect = io.connect ?? connectWith(DRIVERS)
  try {
    const connection = await connect(address, mayBeNew ? 'may_be_new' : 'must_exist')
    if ('message' in connection) return failed(io, connection.message, 1)
    try {
      return await carryOut(command, connection, names, address, io)
    } finally {
      // Whatever was done is done; a connection that cannot be closed is gone already.
      await connection.close().catch(() => undefined)
    }
  } catch (fault) {
    return failed(io, explain(fault, address), 1)
  }
}

const carryOut = async (
  command: DatabaseCommand,
  connection: Connection,
  names: Names,
  { shown, dialect }: Address,
  io: Io,
): Promise<ExitCode> =>
  command.name === 'doctor'
    ? tellFindings(await examine(connection, names), shown, io)
    : tellMigration(await migrate(connection, names, { dryRun: command.dryRun }), shown, dialect, io)

const tellMigration = (report: MigrationReport, shown: string, dialect: Dialect, io: Io): ExitCode => {
  switch (report.code) {
    case 'up_to_date':
      io.out(`${shown}: is at version ${report.version}, nothing to do`)
      return 0
    case 'migrated':
      io.out(`${shown}: went from version ${report.from} to ${report.version}: ${report.titles.join('; ')}`)
      return 0
    case 'planned':
      io.out(`-- ${dialect}: from version ${report.from} to ${report.version}. Nothing was run.`)
      io.out(report.statements.map((statement) => `${statement};`).join('\n'))
      return 0
    case 'schema_newer': {
      const { found, known } = report
      const message = `the schema is version ${found}, and this release knows only up to ${known}: update holdfast here`
      return failed(io, `${shown}: ${message}`, 1)
    }
    case 'busy':
      return failed(io, `${shown}: another process is migrating or writing: try again`, 1)
  }
}

const tellFindings = (findings: readonly Finding[], shown: string, io: Io): ExitCode => {
  const problems = findings.filter(({ severity }) => severity === 'problem')
  for (const { severity, code, message, fix } of findings) io.out(`${severity} ${code}: ${message}\n  ${fix}`)
  io.out(problems.length === 0 ? `${shown}: all is well` : `${shown}: ${problems.length} to put right`)
  return problems.length === 0 ? 0 : 1
}
