import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Installs what the tests here need and generates the Prisma clients. Nothing but the registry's packages is
 * downloaded: Prisma asks for an engine it does not use with driver adapters, unless it is told where one is.
 */

const here = fileURLToPath(new URL('.', import.meta.url))
const env = {
  ...process.env,
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
}

const run = (command, args) => {
  process.stdout.write(`${[command, ...args].join(' ')}\n`)
  // npm is a script of the shell's on Windows.
  const { status } = spawnSync(command, args, { cwd: here, env, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) process.exit(status ?? 1)
}

// npm 10 runs every install script and npm 11 only those approved: so none here, and then the one that is needed.
run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
// Takes a prebuilt binary, or compiles for a minute or two where there is none.
run('npm', ['rebuild', 'better-sqlite3', '--foreground-scripts'])
for (const name of ['postgres', 'mysql', 'sqlite']) {
  run('npx', ['--no-install', 'prisma', 'generate', '--schema', `prisma/${name}.prisma`])
}
