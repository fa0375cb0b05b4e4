import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import doors from '../doors.json'

/**
 * Process start with each door over bare Node, and what a door adds as a share of what an official SDK adds. Needs
 * `npm run build`. Contenders take turns, `--rounds 41` says how often; only the ratios mean anything.
 */
const roundsAt = process.argv.indexOf('--rounds')
const ROUNDS = roundsAt > 0 ? Number(process.argv[roundsAt + 1]) : 21
const PEERS = ['@portone/server-sdk', '@paddle/paddle-node-sdk', 'stripe']
const FORMATS = ['esm', 'cjs'] as const
type Format = (typeof FORMATS)[number]

const root = fileURLToPath(new URL('../', import.meta.url))
const require = createRequire(import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'holdfast-import-'))

const doorFile = (door: string, format: Format): string =>
  join(root, 'dist', `${door === '.' ? 'index' : door.slice(2)}.${format === 'esm' ? 'js' : 'cjs'}`)
const peerFile = (peer: string, format: Format): string =>
  format === 'esm' ? fileURLToPath(import.meta.resolve(peer)) : require.resolve(peer)

const importOf = (file: string): string => `import ${JSON.stringify(pathToFileURL(file).href)}`
const requireOf = (file: string): string => `require(${JSON.stringify(file)})`

const contenders = FORMATS.flatMap((format) => [
  { name: 'bare node', format, target: undefined },
  ...Object.keys(doors).map((door) => ({ name: `holdfast${door.slice(1)}`, format, target: doorFile(door, format) })),
  ...PEERS.map((name) => ({ name, format, target: peerFile(name, format) })),
]).map(({ name, format, target }, index) => {
  const script = join(folder, `${index}.${format === 'esm' ? 'mjs' : 'cjs'}`)
  const load = format === 'esm' ? importOf : requireOf
  writeFileSync(script, target ? load(target) : '')
  return { name, format, script, times: [] as number[] }
})

for (let round = 0; round <= ROUNDS; round += 1) {
  for (const { name, script, times } of contenders) {
    const startedAt = performance.now()
    const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${name} does not load: ${stderr}`)
    if (round > 0) times.push(performance.now() - startedAt) // The first round only warms the disk.
  }
}
rmSync(folder, { recursive: true, force: true })

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const medianOf = (name: string, format: Format): number =>
  median(contenders.find((one) => one.name === name && one.format === format)?.times ?? [])

console.log(`process start over bare node, median of ${ROUNDS}: esm · cjs`)
for (const { name } of contenders.filter(({ format }) => format === 'esm')) {
  const [esm, cjs] = FORMATS.map((format) => (medianOf(name, format) / medianOf('bare node', format)).toFixed(2))
  console.log(`${name.padEnd(28)}${esm}   ${cjs}`)
}
console.log('what holdfast/toss adds, as a share of what the SDK adds: esm · cjs')
for (const peer of PEERS) {
  const shares = FORMATS.map((format) => {
    const bare = medianOf('bare node', format)
    return ((medianOf('holdfast/toss', format) - bare) / (medianOf(peer, format) - bare)).toFixed(2)
  })
  console.log(`${peer.padEnd(28)}${shares.join('   ')}`)
}
