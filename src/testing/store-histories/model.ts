import type { Store } from '../../storage/store'
import { mix, seeded } from '../simulator/random'
import type { Contents, Name } from './contents'
import { type Played, play } from './model-play'
import { drawNames, drawStep, type Step } from './model-steps'

export type StoreModelOptions = {
  /** The same seed does the same, on every machine. */
  readonly seed: number
  /** How many sequences, each on a store of its own. */
  readonly sequences: number
  /** Steps in one sequence. */
  readonly length: number
}
/** How often commits ended which way, to see that nothing was left untried. */
export type StoreModelReport = { readonly steps: number; readonly endings: Readonly<Record<string, number>> }

type MakeStore = () => Promise<Store> | Store

/** Tries after which the shortest sequence so far has to do. */
const MAX_TRIES = 500

const replay = async (makeStore: MakeStore, names: readonly Name[], steps: readonly Step[]): Promise<Played> =>
  play(await makeStore(), names, (_contents: Contents, at: number) => steps[at])

/** The sequence with one step, or one op of a commit, less; the last ones first. */
function* shorter(steps: readonly Step[]): Generator<readonly Step[]> {
  for (let at = steps.length - 1; at >= 0; at -= 1) yield steps.toSpliced(at, 1)
  for (const [at, step] of steps.entries()) {
    if (step.does !== 'commit' || step.ops.length < 2) continue
    for (const which of step.ops.keys()) yield steps.with(at, { ...step, ops: step.ops.toSpliced(which, 1) })
  }
}

/** Drops steps and ops as long as the store still differs. */
const shrink = async (makeStore: MakeStore, names: readonly Name[], found: Played): Promise<Played> => {
  let best = found
  let tries = 0
  for (let candidates = shorter(best.steps); tries < MAX_TRIES; tries += 1) {
    const { value, done } = candidates.next()
    if (done === true) break
    const played = await replay(makeStore, names, value)
    if (played.difference === undefined) continue
    best = played
    candidates = shorter(best.steps)
  }
  return best
}

const messageOf = (seed: number, sequence: number, { steps, difference }: Played): string => {
  const lines = steps.map((step, at) => `  ${at + 1}. ${JSON.stringify(step)}`)
  return [`store model, seed ${seed}, sequence ${sequence}: ${difference}`, 'after:', ...lines].join('\n')
}

/**
 * Does random sequences of commits and reads on a store and on the memory store, and compares every answer, and every
 * row, after each step. Most sequences are about a few rows of two kinds, so that versions, guards and unique keys meet.
 *
 * `makeStore` is called once per sequence, and again while a failure is made shorter; it must give an empty store.
 *
 * Errors: an `Error` with the seed, the shortest sequence that was found and both answers.
 *
 * Not guaranteed: anything about calls at the same time. `storeHistories` is for that.
 */
export const storeModel = async (
  makeStore: MakeStore,
  { seed, sequences, length }: StoreModelOptions,
): Promise<StoreModelReport> => {
  const endings = new Map<string, number>()
  let steps = 0
  for (let sequence = 0; sequence < sequences; sequence += 1) {
    const random = seeded(mix(seed, sequence))
    const names = drawNames(random)
    const played = await play(await makeStore(), names, (contents, at) =>
      at < length ? drawStep(random, names, contents) : undefined,
    )
    if (played.difference !== undefined) {
      throw new Error(messageOf(seed, sequence, await shrink(makeStore, names, played)))
    }
    steps += played.steps.length
    for (const ending of played.endings) endings.set(ending, (endings.get(ending) ?? 0) + 1)
  }
  return { steps, endings: Object.fromEntries(endings) }
}
