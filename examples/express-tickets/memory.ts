import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Clock } from 'holdfast'
import type { Fake, Provider } from './providers/provider'

/** What the demo knows besides the shop's database. In a real shop all of it is somebody else's. */
export type Snapshot = {
  /** What `save` of each fake provider returned, by the name of its gateway. */
  readonly providers: Readonly<Record<string, string>>
  /** How far the demo's clock is ahead. */
  readonly aheadMs: number
  /** When the concert starts. */
  readonly startsAt: string
  /** Who is signed in: token and buyer. */
  readonly sessions: readonly (readonly [string, string])[]
}

export type Memory = {
  /** What the server before this one knew, or null when there was none. */
  readonly found: Snapshot | null
  readonly keep: (snapshot: Snapshot) => void
}

/** A memory in a file. Throws an `Error` that says how to go on when the file holds something else. */
export const fileMemory = (path: string): Memory => {
  const text = readIfThere(path)
  let last = text
  return {
    found: text === null ? null : parse(text, path),
    keep: (snapshot) => {
      const next = JSON.stringify(snapshot)
      if (next === last) return
      // Whoever kills us while we write finds the whole of the old file; a rename happens or does not.
      writeFileSync(`${path}.new`, next, { mode: 0o600 })
      renameSync(`${path}.new`, path)
      last = next
    },
  }
}

/** The same provider, which has written down what it did before anybody hears of it: the next moment may be our last. */
export const remembering = <P extends Provider>(provider: P, keep: () => void): P => {
  const { fake }: { readonly fake: Fake } = provider
  return {
    ...provider,
    fake: {
      ...fake,
      fetch: (input, init) => fake.fetch(input, init).finally(keep),
      handle: (request) => fake.handle(request).finally(keep),
    } satisfies Fake,
  }
}

/** The same for what it does when nobody waits for an answer any more. */
export const rememberingClock = ({ now, schedule }: Clock, keep: () => void): Clock => ({
  now,
  schedule: (delayMs, run) =>
    schedule(delayMs, () => {
      run()
      keep()
    }),
})

const readIfThere = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return null
    throw fault
  }
}

const parse = (text: string, path: string): Snapshot => {
  const value = parsed(text)
  if (!isSnapshot(value)) throw new Error(`${path} is not what this demo has written. Start afresh: --fresh`)
  return value
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const isSnapshot = (value: unknown): value is Snapshot => {
  if (typeof value !== 'object' || value === null) return false
  const { providers, aheadMs, startsAt, sessions }: Partial<Record<keyof Snapshot, unknown>> = value
  const isDate = typeof startsAt === 'string' && !Number.isNaN(Date.parse(startsAt))
  if (!isTexts(providers) || !Number.isSafeInteger(aheadMs) || !isDate || !Array.isArray(sessions)) return false
  return sessions.every(
    (one) => Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === 'string'),
  )
}

const isTexts = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')
