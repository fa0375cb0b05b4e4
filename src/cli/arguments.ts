import { parseArgs } from 'node:util'
import type { DrizzleDialect } from '../storage/print/drizzle'
import type { PrismaProvider } from '../storage/print/prisma'
import type { Dialect, NamingOptions } from '../storage/relational/naming'

export const USAGE = `holdfast: the tables of the payments library

  holdfast schema --dialect postgres|mysql|sqlite|prisma|drizzle
                  [--provider postgresql|mysql|sqlite]   with prisma, default postgresql
                  [--drizzle pg|mysql|sqlite]            with drizzle, default pg
      Prints the schema. Needs no database.

  holdfast migrate --url URL [--dry-run]
      Brings a database to this release's schema. May be repeated and interrupted.

  holdfast doctor --url URL
      Says what is wrong with a database and what to do about it. Changes nothing.

  URL     postgres://user:password@host/database, mysql://user:password@host/database, sqlite:path/to/file.db
  Naming  [--prefix hf_] [--schema name] [--case snake|camel], the same as the store is given

  Ends with 0 when all is well, 1 when something is wrong or failed, 2 for a mistake in the command.
`

export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'schema'; readonly print: Print; readonly naming: NamingOptions }
  | { readonly name: 'migrate'; readonly url: string; readonly dryRun: boolean; readonly naming: NamingOptions }
  | { readonly name: 'doctor'; readonly url: string; readonly naming: NamingOptions }
  | { readonly name: 'mistake'; readonly message: string }

export type Print =
  | { readonly as: 'sql'; readonly dialect: Dialect }
  | { readonly as: 'prisma'; readonly provider: PrismaProvider }
  | { readonly as: 'drizzle'; readonly drizzle: DrizzleDialect }

const DIALECTS = ['postgres', 'mysql', 'sqlite', 'prisma', 'drizzle'] as const
const PROVIDERS = ['postgresql', 'mysql', 'sqlite'] as const
const DRIZZLES = ['pg', 'mysql', 'sqlite'] as const
const CASES = ['snake', 'camel'] as const

const NAMING = { prefix: { type: 'string' }, schema: { type: 'string' }, case: { type: 'string' } } as const
const HELP = { help: { type: 'boolean', short: 'h' } } as const
const FLAGS = {
  schema: {
    ...HELP,
    ...NAMING,
    dialect: { type: 'string' },
    provider: { type: 'string' },
    drizzle: { type: 'string' },
  },
  migrate: { ...HELP, ...NAMING, url: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  doctor: { ...HELP, ...NAMING, url: { type: 'string' } },
} as const

const mistake = (message: string): Command => ({ name: 'mistake', message })

export const commandOf = (argv: readonly string[]): Command => {
  const [name, ...rest] = argv
  if (name === undefined) return mistake('say what to do: schema, migrate or doctor')
  if (name === '--help' || name === '-h' || name === 'help') return { name: 'help' }
  try {
    switch (name) {
      case 'schema':
        return schemaCommand(parseArgs({ args: rest, options: FLAGS.schema }).values)
      case 'migrate': {
        const { values } = parseArgs({ args: rest, options: FLAGS.migrate })
        return databaseCommand(values, ({ url, naming }) => ({ name, url, naming, dryRun: values['dry-run'] === true }))
      }
      case 'doctor':
        return databaseCommand(parseArgs({ args: rest, options: FLAGS.doctor }).values, (found) => ({ name, ...found }))
      default:
        return mistake('there is no such command')
    }
  } catch (fault) {
    // parseArgs throws on what it does not know, and its messages may quote a value: only the flag is told.
    const flag = fault instanceof Error ? /'(--?[a-z-]+)/.exec(fault.message)?.[1] : undefined
    return mistake(flag === undefined ? 'an argument is not understood' : `${flag} is not understood here`)
  }
}

type NamingFlags = {
  readonly help?: boolean
  readonly prefix?: string
  readonly schema?: string
  readonly case?: string
}

const namingOf = ({ prefix, schema, case: columnCase }: NamingFlags): NamingOptions | string => {
  const cased = oneOf(CASES, columnCase ?? 'snake')
  if (cased === undefined) return `--case: expected ${CASES.join(' or ')}`
  return {
    columnCase: cased,
    ...(prefix === undefined ? {} : { tablePrefix: prefix }),
    ...(schema === undefined ? {} : { schema }),
  }
}

const oneOf = <T extends string>(known: readonly T[], value: string): T | undefined =>
  known.find((candidate) => candidate === value)

const databaseCommand = (
  flags: NamingFlags & { readonly url?: string },
  make: (found: { readonly url: string; readonly naming: NamingOptions }) => Command,
): Command => {
  if (flags.help === true) return { name: 'help' }
  if (flags.url === undefined) return mistake('--url is missing')
  const naming = namingOf(flags)
  return typeof naming === 'string' ? mistake(naming) : make({ url: flags.url, naming })
}

type SchemaFlags = NamingFlags & { readonly dialect?: string; readonly provider?: string; readonly drizzle?: string }

const schemaCommand = (flags: SchemaFlags): Command => {
  if (flags.help === true) return { name: 'help' }
  const print = printOf(flags)
  if (typeof print === 'string') return mistake(print)
  const naming = namingOf(flags)
  return typeof naming === 'string' ? mistake(naming) : { name: 'schema', print, naming }
}

const printOf = (flags: SchemaFlags): Print | string => {
  const dialect = oneOf(DIALECTS, flags.dialect ?? '')
  if (dialect === undefined) return `--dialect: expected ${DIALECTS.join(', ')}`
  if (flags.provider !== undefined && dialect !== 'prisma') return '--provider goes with --dialect prisma'
  if (flags.drizzle !== undefined && dialect !== 'drizzle') return '--drizzle goes with --dialect drizzle'
  if (dialect === 'prisma') {
    const provider = oneOf(PROVIDERS, flags.provider ?? 'postgresql')
    return provider === undefined ? `--provider: expected ${PROVIDERS.join(', ')}` : { as: 'prisma', provider }
  }
  if (dialect === 'drizzle') {
    const drizzle = oneOf(DRIZZLES, flags.drizzle ?? 'pg')
    return drizzle === undefined ? `--drizzle: expected ${DRIZZLES.join(', ')}` : { as: 'drizzle', drizzle }
  }
  return { as: 'sql', dialect }
}
