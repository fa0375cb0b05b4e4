import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { build } from 'esbuild'

/**
 * `npm run bench`, or `npm run bench postgres-lives` for one of them.
 *
 * Each is bundled as a user's copy of the library is, and run by node alone: `tsx` gives a name to every function as it
 * is made, which costs our code more than it costs whoever makes fewer of them.
 */
const OUT = '.bench'
const chosen = process.argv.slice(2)
const all = readdirSync('bench')
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
const unknown = chosen.filter((name) => !all.includes(name))
if (unknown.length > 0) throw new RangeError(`no such benchmark: ${unknown.join(', ')}; there are ${all.join(', ')}`)

mkdirSync(OUT, { recursive: true })
for (const name of chosen.length > 0 ? chosen : all) {
  console.log(`== ${name}`)
  await build({
    entryPoints: [`bench/${name}.ts`],
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    outdir: OUT,
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
  })
  const { status } = spawnSync(process.execPath, [`${OUT}/${name}.mjs`], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
