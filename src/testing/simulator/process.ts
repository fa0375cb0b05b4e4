import type { Clock } from '../../core/clock'
import type { Shop } from './app'
import type { Context, Effects } from './effects'
import type { Owner } from './scheduler'

/** What a client sees of a call: an answer, or a connection that broke. */
export type Answer<T> = { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'lost' }
const LOST: Answer<never> = { kind: 'lost' }

/** One server process with a clock of its own. It can die at any effect, and comes back with nothing but the store. */
export type Process = {
  readonly index: number
  /** Calls a verb. What the process has not answered when it dies is lost. */
  readonly call: <T>(verb: string, run: (shop: Shop) => PromiseLike<T>) => Promise<Answer<T>>
  readonly crash: () => void
  readonly owns: (owner: Owner) => boolean
  readonly skew: (ms: number) => void
}

export type ProcessOptions = {
  readonly index: number
  readonly effects: Effects
  readonly open: (clock: Clock, incarnation: number) => Shop
  /** Whose timer brings a dead process back. */
  readonly world: Owner
  readonly restartAfterMs: () => number
  readonly onBoot: (process: Process) => void
}

export const createProcess = (options: ProcessOptions): Process => {
  const { index, effects, world } = options
  const { scheduler } = effects
  let skewMs = 0
  let incarnation = 0
  let owner: Owner = { name: '', dead: true }
  let shop: Shop | null = null
  let unanswered = new Set<() => void>()

  const clockOf = (mine: Owner): Clock => ({
    now: () => new Date(scheduler.now() + skewMs),
    schedule: (delayMs, run) => {
      const context = effects.current()
      return scheduler.after(mine, delayMs, `${context.verb}/timer`, () => {
        effects.enter(context)
        run()
      })
    },
  })

  const boot = (): void => {
    incarnation += 1
    owner = { name: `process ${index}.${incarnation}`, dead: false }
    shop = options.open(clockOf(owner), incarnation)
    options.onBoot(process)
  }

  const process: Process = {
    index,
    owns: (other) => other === owner,
    skew: (ms) => {
      skewMs = ms
    },
    call: (verb, run) => {
      if (shop === null) return Promise.resolve(LOST)
      const context: Context = { owner, verb }
      effects.enter(context)
      const open = shop
      return new Promise((resolve) => {
        const lose = () => resolve(LOST)
        unanswered.add(lose)
        void Promise.resolve(run(open)).then((value) => {
          unanswered.delete(lose)
          resolve({ kind: 'answered', value })
        })
      })
    },
    crash: () => {
      if (shop === null) return
      owner.dead = true
      shop = null
      const lost = unanswered
      unanswered = new Set()
      for (const lose of lost) lose()
      scheduler.after(world, options.restartAfterMs(), `process ${index} starts again`, boot)
    },
  }
  boot()
  return process
}
