import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Bytes, minified and gzipped. `eager` is loaded with the entry, `total` also counts what an `import()` brings later. */
export type Size = { readonly eager: number; readonly total: number }

/** Bundles one entry as a host's bundler would, with its packages or without. */
export const sizeOf = async (
  entry: string,
  { resolveDir, packages }: { readonly resolveDir: string; readonly packages: 'bundle' | 'external' },
): Promise<Size> => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from ${JSON.stringify(entry)}`, resolveDir },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    outdir: 'out',
    absWorkingDir: resolveDir,
    write: false,
    metafile: true,
    legalComments: 'none',
    logLevel: 'error',
    // Told apart by hand: to esbuild, "packages external" would also cover the entry itself.
    ...(packages === 'external'
      ? { external: ['hono', 'ky', 'neverthrow', 'zod', 'msw', 'kysely', 'drizzle-orm'] }
      : {}),
  })
  const bytesOf = new Map(outputFiles.map(({ path, contents }) => [path, gzipSync(contents, { level: 9 }).length]))
  const sizeOfOutput = (name: string): number =>
    [...bytesOf].find(([path]) => path.replaceAll('\\', '/').endsWith(`/${name}`))?.[1] ?? 0

  const eager = new Set<string>()
  const walk = (name: string): void => {
    if (eager.has(name)) return
    eager.add(name)
    for (const { path, kind, external } of metafile.outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && !external) walk(path)
    }
  }
  walk('out/stdin.js')
  return {
    eager: [...eager].reduce((sum, name) => sum + sizeOfOutput(name), 0),
    total: [...bytesOf.values()].reduce((sum, bytes) => sum + bytes, 0),
  }
}
