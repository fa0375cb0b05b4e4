import { posix } from 'node:path'
import { type Import, parse, type SourceFile, type Sources } from './source'

export type Violation = { readonly rule: string; readonly at: string; readonly what: string }

type Room = 'core' | 'policies' | 'providers' | 'storage' | 'engine' | 'http' | 'client' | 'testing' | 'cli' | 'root'

/** Who may import whom: what is loaded, and what is only a type. Every room may import itself. */
const HOUSE: Readonly<Record<Room, { readonly loads: readonly Room[]; readonly names: readonly Room[] }>> = {
  core: { loads: [], names: [] },
  policies: { loads: ['core'], names: [] },
  providers: { loads: ['core'], names: ['storage'] },
  storage: { loads: ['core'], names: [] },
  engine: { loads: ['core', 'policies', 'providers', 'storage'], names: [] },
  http: { loads: ['core', 'policies', 'providers', 'engine'], names: ['storage'] },
  client: { loads: ['core'], names: ['policies', 'providers', 'engine', 'http'] },
  testing: { loads: ['core', 'policies', 'providers', 'storage', 'engine', 'http'], names: [] },
  cli: { loads: ['core', 'storage'], names: [] },
  root: { loads: ['core', 'policies', 'providers', 'storage', 'engine'], names: [] },
}

/** A package that is not listed may not be imported at all. `typesOnly`: it is never loaded. */
const PACKAGES: Readonly<Record<string, { readonly where: RegExp; readonly typesOnly?: true }>> = {
  neverthrow: { where: /^src\// },
  ky: { where: /^src\/(providers\/http\.ts|client\/)/ },
  zod: { where: /^src\/(providers\/.*\/schema\.ts|engine\/(check-)?input[^/]*\.ts|http\/)/ },
  hono: { where: /^src\/http\// },
  express: { where: /^src\/http\/express\.ts/, typesOnly: true },
  next: { where: /^src\/http\/next\.ts/, typesOnly: true },
  msw: { where: /^src\/testing\// },
  kysely: { where: /^src\/storage\/sql\// },
  '@prisma/client': { where: /^src\/storage\/prisma\// },
  'drizzle-orm': { where: /^src\/storage\/drizzle\// },
  // The command line opens databases by address; hosts hand theirs in.
  pg: { where: /^src\/cli\// },
  mysql2: { where: /^src\/cli\// },
  libsql: { where: /^src\/cli\// },
  'better-sqlite3': { where: /^src\/cli\// },
}

/** What only a few files may take from the platform; everybody else is handed it. */
const PLATFORM: readonly { readonly rule: string; readonly name: RegExp; readonly where: RegExp }[] = [
  {
    rule: 'environment',
    name: /^(process(?!\.getBuiltinModule$)|import\.meta\.env|Deno|Bun)\b/,
    where: /^src\/cli\/main\.ts$/,
  },
  { rule: 'console', name: /^console\b/, where: /^src\/cli\/main\.ts$/ },
  { rule: 'platform', name: /^(Buffer|require|module|__dirname|__filename)\b/, where: /^$/ },
  {
    rule: 'clock',
    name: /^(new Date\(\)|Date\(\)|Date\.now|performance\.now|AbortSignal\.timeout|set(Timeout|Interval|Immediate))$/,
    where: /^src\/core\/clock\.ts$/,
  },
  {
    rule: 'randomness',
    name: /^(Math\.random|crypto\.(randomUUID|getRandomValues))$/,
    where: /^src\/core\/ids\.ts$/,
  },
  { rule: 'network', name: /^(fetch|XMLHttpRequest|WebSocket)$/, where: /^src\/(providers\/http\.ts$|client\/)/ },
]

/** Same files in every provider folder, so who knows one knows all. The local gateways have no wire to speak. */
const PROVIDER_FILES = ['index.ts', 'client.ts', 'schema.ts', 'errors.ts', 'webhook.ts', 'gateway.ts', 'fake.ts']
const LOCAL_GATEWAYS: Readonly<Record<string, readonly string[]>> = {
  wallet: ['index.ts', 'gateway.ts'],
  mock: ['index.ts', 'gateway.ts'],
}

/** Not providers: `fake` is machinery all fakes share, `redaction` is `redact.ts` in several files. */
const SHARED_FAKE = 'providers/fake'
const PART_OF_ITS_ROOM = /^src\/providers\/redaction\//

/** The wallet is the one gateway whose book is ours: these files offer it as `payments.wallet`. */
const OFFERS_THE_WALLET = /^src\/engine\/(create-payments|wallet)\.ts$/

/** A pure memo gives the same answers in every copy of a door. */
const MEMOS = /^src\/providers\/redaction\//

/** Every rule of the house against every file. */
export const violationsOf = (sources: Sources): readonly Violation[] => {
  const files = [...sources].map(([path, text]) => parse(path, text))
  return [
    ...files.flatMap((file) => file.imports.flatMap((found) => importViolations(file, found, sources))),
    ...files.flatMap(fileViolations),
    ...folderCycles(files, sources),
    ...missingProviderFiles(sources),
  ]
}

const roomOf = (path: string): Room | undefined => {
  const name = path.split('/')[1] ?? ''
  if (name === 'index' || name === 'index.ts') return 'root'
  return Object.hasOwn(HOUSE, name) && name !== 'root' ? (name as Room) : undefined // narrowed by hasOwn
}

const targetOf = (path: string, specifier: string, sources: Sources): string => {
  const target = posix.join(posix.dirname(path), specifier)
  return sources.has(`${target}/index.ts`) ? `${target}/index` : target
}

/** `providers/toss` for what is in that folder, undefined for `providers/gateway.ts`. */
const cellOf = (path: string): string | undefined => {
  const [, room, cell, inside] = path.split('/')
  if (inside === undefined || PART_OF_ITS_ROOM.test(path)) return undefined
  return room === 'providers' || room === 'storage' ? `${room}/${cell}` : undefined
}

const importViolations = (file: SourceFile, found: Import, sources: Sources): readonly Violation[] => {
  const at = `${file.path}:${found.line}`
  const report = (rule: string): readonly Violation[] => [{ rule, at, what: `${found.kind} ${found.specifier}` }]
  if (found.specifier.startsWith('node:')) {
    const isServer = /^src\/cli\//.test(file.path) || (file.path === 'src/http/express.ts' && found.kind === 'type')
    return isServer ? [] : report('node_import')
  }
  if (!found.specifier.startsWith('.')) {
    const name = found.specifier.split('/', found.specifier.startsWith('@') ? 2 : 1).join('/')
    const allowed = Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined
    const fits = allowed?.where.test(file.path) && (allowed.typesOnly === undefined || found.kind === 'type')
    return fits ? [] : report('package')
  }
  const target = targetOf(file.path, found.specifier, sources)
  const from = roomOf(file.path)
  const to = roomOf(target)
  if (from === undefined || to === undefined) return report('room')
  const { loads, names } = HOUSE[from]
  if (from !== to && !loads.includes(to) && !(found.kind === 'type' && names.includes(to))) return report('layer')
  const cell = cellOf(target)
  const reachable = cell === undefined || cell === cellOf(file.path) || from === 'testing'
  // What all stores over SQL are made of, and the memory store, which tells them what stands in a commit's way.
  const sharedStore = from === 'storage' && (cell === 'storage/relational' || cell === 'storage/memory')
  const sharedFake = from === 'providers' && cell === SHARED_FAKE
  const wallet = OFFERS_THE_WALLET.test(file.path) && cell === 'providers/wallet'
  return reachable || from === 'cli' || sharedStore || sharedFake || wallet ? [] : report('island')
}

const fileViolations = (file: SourceFile): readonly Violation[] => {
  const report = (rule: string, what: string) => (line: number) => ({ rule, at: `${file.path}:${line}`, what })
  const pure = /^src\/(core|policies)\//.test(file.path)
  return [
    ...(roomOf(file.path) === undefined ? [report('room', 'no such room')(1)] : []),
    ...file.platform.flatMap(({ name, line }) =>
      PLATFORM.filter((row) => row.name.test(name) && !row.where.test(file.path)).map(({ rule }) =>
        report(rule, name)(line),
      ),
    ),
    ...(pure ? file.asyncLines.map(report('async', 'core and policies answer at once')) : []),
    ...file.defaultExportLines.map(report('default_export', 'exports have names')),
    ...(MEMOS.test(file.path)
      ? []
      : file.moduleStateLines.map(report('module_state', 'two copies of a door would split it'))),
    ...(/(^|\/)index\.ts$/.test(file.path)
      ? file.notReExportLines.map(report('door', 'an index re-exports by name, nothing else'))
      : []),
  ]
}

const folderCycles = (files: readonly SourceFile[], sources: Sources): readonly Violation[] => {
  // The door of a room only re-exports, from its cells too; nothing inside imports it.
  const folderOf = (path: string): string =>
    /^src\/[^/]+\/index(\.ts)?$/.test(path) ? path : (cellOf(path) ?? roomOf(path) ?? path)
  const next = new Map<string, Set<string>>()
  for (const file of files) {
    const targets = next.get(folderOf(file.path)) ?? new Set<string>()
    next.set(folderOf(file.path), targets)
    for (const { specifier } of file.imports.filter((found) => found.specifier.startsWith('.'))) {
      targets.add(folderOf(targetOf(file.path, specifier, sources)))
    }
  }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...(next.get(from) ?? [])].some((folder) => {
      if (folder === from || seen.has(folder)) return false
      seen.add(folder)
      return folder === to || reaches(folder, to, seen)
    })
  return [...next.keys()]
    .filter((folder) => reaches(folder, folder))
    .map((folder) => ({ rule: 'cycle', at: folder, what: 'reaches itself through other folders' }))
}

const missingProviderFiles = (sources: Sources): readonly Violation[] => {
  const cells = [...sources.keys()].map(cellOf).filter((cell) => cell?.startsWith('providers/') && cell !== SHARED_FAKE)
  const folders = new Set(cells.flatMap((cell) => cell?.split('/')[1] ?? []))
  return [...folders].flatMap((folder) =>
    (LOCAL_GATEWAYS[folder] ?? PROVIDER_FILES)
      .filter((name) => !sources.has(`src/providers/${folder}/${name}`))
      .map((name) => ({ rule: 'provider_files', at: `src/providers/${folder}`, what: `has no ${name}` })),
  )
}
