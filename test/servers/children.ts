import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** A script of this folder as one file that plain Node starts at once. */
export type Bundle = { readonly file: string; readonly remove: () => void }

export const bundle = async (script: string): Promise<Bundle> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-servers-'))
  const file = join(folder, `${script}.cjs`)
  await build({
    entryPoints: [fileURLToPath(new URL(`./${script}.ts`, import.meta.url))],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Native bindings that nobody here asks for.
    external: ['pg-native', 'cloudflare:sockets'],
    logLevel: 'error',
  })
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A child that speaks JSON, one line a message, both ways. */
export type Child = {
  readonly process: ChildProcess
  readonly say: (message: unknown) => void
  /** The next message. Rejects when the child ends first. */
  readonly heard: () => Promise<unknown>
  readonly ended: Promise<void>
}

export const startChild = ({ file }: Bundle, config: unknown): Child => {
  const child = spawn(process.execPath, [file, JSON.stringify(config)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const messages: unknown[] = []
  const waiting: { readonly resolve: (message: unknown) => void; readonly reject: (error: Error) => void }[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message: unknown = JSON.parse(line)
    const first = waiting.shift()
    if (first === undefined) messages.push(message)
    else first.resolve(message)
  })
  let hasEnded = false
  const ended = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      hasEnded = true
      for (const { reject } of waiting.splice(0)) reject(new Error(`the child ended with ${code ?? signal}`))
      resolve()
    })
  })
  // Writing to a child that has just been killed fails; its end is noticed by the line above.
  child.stdin.on('error', () => undefined)
  return {
    process: child,
    say: (message) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    heard: () =>
      messages.length > 0
        ? Promise.resolve(messages.shift())
        : hasEnded
          ? Promise.reject(new Error('the child has ended'))
          : new Promise((resolve, reject) => waiting.push({ resolve, reject })),
    ended,
  }
}

/** The child's side: what it was started with, what it says and hears. */
export const childSide = () => ({
  // Our own parent, speaking our own format.
  config: JSON.parse(process.argv[2] ?? '{}') as unknown,
  say: (message: unknown) => void process.stdout.write(`${JSON.stringify(message)}\n`),
  onMessage: (hear: (message: unknown) => void) => {
    createInterface({ input: process.stdin })
      .on('line', (line) => hear(JSON.parse(line)))
      .on('close', () => process.exit(0))
  },
})
