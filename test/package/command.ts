import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export type Outcome = { readonly status: number | null; readonly output: string; readonly stdout: string }

/** Runs a program to its end. A program that cannot be started is an error, one that fails is an answer. */
export const run = (program: string, args: readonly string[], cwd: string): Outcome => {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error) throw error
  return { status, output: `${stdout}${stderr}`, stdout }
}

/** As `run`, but failing is an error too: for steps without which there is nothing to test. */
export const must = (program: string, args: readonly string[], cwd: string): string => {
  const { status, output, stdout } = run(program, args, cwd)
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}\n${output}`)
  return stdout
}

/** A program of the repository's own development dependencies. */
export const tool = (name: string): string => `${ROOT}node_modules/.bin/${name}`
