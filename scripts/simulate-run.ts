import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { CrashReport } from '../src/testing/simulator'
import type { Line, PlainReport } from './simulate-part'

export type Part = {
  readonly seed: number
  readonly lives: number
  readonly sabotage?: string
  readonly batch?: number
  readonly shrink?: boolean
  readonly onLives?: (lives: number) => void
}
export type Finished = { readonly report: PlainReport; readonly memoryMb: readonly number[] }

/**
 * Runs simulations in processes of their own: the poison stays out of this one, and a bundle in plain Node has no loader
 * hooks, which answer imports from another thread, at moments that no seed decides. At most `atOnce` run side by side.
 */
export const runParts = (parts: readonly Part[], atOnce = 2): Promise<readonly Finished[]> =>
  inProcesses(
    parts.map((part) => (bundle) => startPart(bundle, part)),
    atOnce,
  )

/** Dies at every place of these flows, with `pairs` at every two as well; each flow in a process of its own. */
export const runCrashes = (
  flows: readonly { readonly flow: string; readonly pairs: boolean }[],
  atOnce = 2,
): Promise<readonly CrashReport[]> =>
  inProcesses(
    flows.map(
      ({ flow, pairs }) =>
        (bundle) =>
          startFlow(bundle, flow, pairs),
    ),
    atOnce,
  )

const inProcesses = async <T>(
  works: readonly ((bundle: string) => Promise<T>)[],
  atOnce: number,
): Promise<readonly T[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-simulate-'))
  const bundle = join(folder, 'simulate.mjs')
  try {
    await build({
      entryPoints: [fileURLToPath(new URL('./simulate-part.ts', import.meta.url))],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      sourcemap: 'inline',
      logLevel: 'error',
    })
    const finished: T[] = []
    let next = 0
    const worker = async (): Promise<void> => {
      for (let at = next++; at < works.length; at = next++) {
        const work = works[at]
        if (work !== undefined) finished[at] = await work(bundle)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    return finished
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const startPart = async (bundle: string, part: Part): Promise<Finished> => {
  const args = ['--lives', String(part.lives), '--seed', String(part.seed)]
  if (part.sabotage !== undefined) args.push('--sabotage', part.sabotage)
  if (part.batch !== undefined) args.push('--batch', String(part.batch))
  if (part.shrink === false) args.push('--no-shrink')
  const last = await start([bundle, ...args], (line) => {
    if ('lives' in line) part.onLives?.(line.lives)
  })
  if (last === undefined || !('report' in last)) throw new Error('the simulation ended without a report')
  return last
}

const startFlow = async (bundle: string, flow: string, pairs: boolean): Promise<CrashReport> => {
  const last = await start([bundle, '--flow', flow, ...(pairs ? ['--pairs'] : [])], () => {})
  const report = last !== undefined && 'crashes' in last ? last.crashes[0] : undefined
  if (report === undefined) throw new Error('the crashes ended without a report')
  return report
}

/** Follows what a child says, and gives the last of it. */
const start = (args: readonly string[], onLine: (line: Line) => void): Promise<Line | undefined> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    let last: Line | undefined
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        // Our own child, speaking our own format.
        last = JSON.parse(line) as Line
        onLine(last)
      }
    })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(last) : reject(new Error(`the simulation ended with ${code}`))))
  })
