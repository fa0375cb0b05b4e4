import type { Result } from 'neverthrow'
import type { Shop } from './app'
import type { Answer } from './process'
import type { Random } from './random'
import type { Violation } from './types'
import type { World } from './world'

/** A person with a browser: calls verbs, waits, and sees answers or broken connections. */
export type Client = {
  readonly buyerId: string
  readonly actor: { readonly kind: 'buyer'; readonly id: string }
  readonly random: Random
  readonly pause: (ms: number) => Promise<void>
  /** Asks either process. */
  readonly call: <T, E>(
    verb: string,
    run: (shop: Shop) => PromiseLike<Result<T, E>>,
    on?: number,
  ) => Promise<Answer<Result<T, E>>>
  /** Goes on in another tab. */
  readonly spawn: (work: () => Promise<void>) => void
  readonly expect: (isFine: boolean, invariant: string, message: string) => void
}

export type ClientOptions = {
  readonly buyerId: string
  readonly random: Random
  readonly onViolation: (violation: Violation) => void
  readonly onSpawn: (work: Promise<void>) => void
  /** How long a request is on its way, each direction. */
  readonly latencyMs: (random: Random) => number
}

export const createClient = (world: World, options: ClientOptions): Client => {
  const { buyerId, random, latencyMs } = options
  const { scheduler, owner, processes } = world
  const pause = (ms: number) => scheduler.wait(owner, ms, `${buyerId} goes on`)
  return {
    buyerId,
    actor: { kind: 'buyer', id: buyerId },
    random,
    pause,
    call: async (verb, run, on) => {
      const process = processes[on ?? random.int(processes.length)]
      // Each request begins and ends at a turn of its own: nothing else moves while it is set off.
      await scheduler.wait(owner, latencyMs(random), `${buyerId} asks ${process?.index} ${verb}`)
      const answer = process === undefined ? ({ kind: 'lost' } as const) : await process.call(verb, run)
      await scheduler.wait(owner, 0, `${buyerId} hears of ${verb}: ${describe(answer)}`)
      return answer
    },
    spawn: (work) => options.onSpawn(work()),
    expect: (isFine, invariant, message) => {
      if (!isFine) options.onViolation({ invariant, message: `${buyerId}: ${message}` })
    },
  }
}

const describe = (answer: Answer<Result<unknown, unknown>>): string => {
  if (answer.kind === 'lost') return 'nothing'
  return answer.value.match(
    () => 'ok',
    (error) => (typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'an error'),
  )
}

/** The value of an answer that was a success. */
export const successOf = <T, E>(answer: Answer<Result<T, E>>): T | undefined =>
  answer.kind === 'answered' && answer.value.isOk() ? answer.value.value : undefined

/** The error of an answer that was a refusal. */
export const errorOf = <T, E>(answer: Answer<Result<T, E>>): E | undefined =>
  answer.kind === 'answered' && answer.value.isErr() ? answer.value.error : undefined
