import { copyFile } from 'node:fs/promises'
import { defineConfig, type Options } from 'tsup'
import doors from './doors.json'

/** `./storage/memory` becomes `dist/storage/memory.js`, the root becomes `dist/index.js`. */
const fileOf = (door: string): string => (door === '.' ? 'index' : door.slice(2))
const entries = Object.entries(doors).map(([door, source]) => [fileOf(door), source] as const)
const allDoors = Object.fromEntries(entries)

const shared: Options = {
  target: 'es2022',
  platform: 'node',
  sourcemap: false,
  clean: false, // `npm run build` empties dist once; the builds below run side by side
  dts: false,
  removeNodeProtocol: false,
  silent: true,
}

/**
 * Start-up time is paid per file, so every door is built alone: one file, and a chunk only behind an `import()`. What
 * is loaded lazily (ky, the zod schemas) stays lazy that way; one common build would cut each door into many chunks.
 */
const esm = entries.map(
  ([file, source]): Options => ({
    ...shared,
    name: `esm ${file}`,
    entry: { [file]: source },
    format: 'esm',
    splitting: true,
  }),
)

/** ky has no CommonJS build, so CommonJS carries a copy, and an `import()` becomes a `require` at the first call. */
const cjs: Options = {
  ...shared,
  name: 'cjs',
  entry: allDoors,
  format: 'cjs',
  splitting: false,
  noExternal: ['ky'],
  onSuccess: () => copyFile('node_modules/ky/license', 'dist/ky.LICENSE'),
  esbuildOptions: (options) => {
    options.supported = { ...options.supported, 'dynamic-import': false }
  },
}

/** `npx holdfast`: loads a driver only when it is asked to connect. */
const cli: Options = {
  ...shared,
  name: 'cli',
  entry: { cli: 'src/cli/main.ts' },
  format: 'esm',
  splitting: false,
}

const types: Options = { ...shared, name: 'types', entry: allDoors, format: ['esm', 'cjs'], dts: { only: true } }

export default defineConfig([...esm, cjs, cli, types])
