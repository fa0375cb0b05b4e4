import { fileURLToPath } from 'node:url'
import doors from '../doors.json'
import { type Size, sizeOf } from './measure/door-size'

/** Where a door and an SDK do the same work for a host, the door comes first. Needs `npm run build`. */
const PEERS = ['@portone/server-sdk', '@paddle/paddle-node-sdk', 'stripe']

const root = fileURLToPath(new URL('../', import.meta.url))
const kib = (bytes: number): string => (bytes / 1024).toFixed(1).padStart(8)
const line = (name: string, own: Size | undefined, all: Size): string =>
  `${name.padEnd(28)}${own ? kib(own.total) : '       –'}${kib(all.eager)}${kib(all.total)}`

console.log('bundle size, KiB min+gzip: own code · loaded with the door · with everything it may load later')
const totals = new Map<string, number>()
for (const door of Object.keys(doors)) {
  const entry = `./dist/${door === '.' ? 'index' : door.slice(2)}.js`
  const own = await sizeOf(entry, { resolveDir: root, packages: 'external' })
  const all = await sizeOf(entry, { resolveDir: root, packages: 'bundle' })
  totals.set(door, all.total)
  console.log(line(door === '.' ? 'holdfast' : `holdfast${door.slice(1)}`, own, all))
}
for (const peer of PEERS) {
  const all = await sizeOf(peer, { resolveDir: root, packages: 'bundle' })
  console.log(line(peer, undefined, all))
  for (const door of ['.', './toss'] as const) {
    const ratio = (totals.get(door) ?? Number.NaN) / all.total
    console.log(`  ${`holdfast${door.slice(1)}`.padEnd(26)}${ratio.toFixed(2)} of it, all included`)
  }
}
