import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export type DemoProcess = {
  readonly origin: string
  /** All that it printed until it listened. */
  readonly printed: string
  /** Resolves when it is gone. */
  readonly kill: (signal: 'SIGKILL' | 'SIGINT') => Promise<void>
}

export type DemoStart = {
  readonly folder: string
  /** The port of an earlier one, so that a page finds its server again. Default: any. */
  readonly port?: string
  readonly databaseUrl?: string | undefined
  readonly flags?: readonly string[]
}

/** The real `server.ts` in a process of its own, listening. Rejects with what it said when it ends before. */
export const startDemo = async (start: DemoStart): Promise<DemoProcess> => {
  const child = spawnDemo(start)
  let said = ''
  child.stderr?.on('data', (part) => {
    said += part
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const printed = await new Promise<string>((resolve, reject) => {
    let lines = ''
    child.stdout?.on('data', (part) => {
      lines += part
      // Its last line: by then it listens.
      if (lines.includes('--fresh\n')) resolve(lines)
    })
    child.once('close', (code) => reject(new Error(`the demo ended with ${code}: ${said}`)))
  })
  const [origin = ''] = /http:\/\/127\.0\.0\.1:\d+(?=\/\s)/.exec(printed) ?? []
  return {
    origin,
    printed,
    kill: (signal) => {
      child.kill(signal)
      return gone
    },
  }
}

const spawnDemo = ({ folder, port = '0', databaseUrl, flags = [] }: DemoStart): ChildProcess => {
  // Nothing of the machine's own settings may reach it.
  const { DATABASE_URL: _url, HOLDFAST_DEMO_PREFIX: _prefix, ...rest } = process.env
  const env = {
    ...rest,
    PORT: port,
    HOLDFAST_DEMO_DIR: folder,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  }
  const args = ['--import', 'tsx', 'examples/express-tickets/server.ts', ...flags]
  return spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
}
