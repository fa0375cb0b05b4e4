import { mix, type Random, seeded } from './random'

/** Everything that can go wrong around the library, by name. */
export const FAULTS = [
  'crash',
  'slow_effect',
  'clock_jump',
  'read_fails',
  'commit_fails',
  'commit_answer_lost',
  'hook_fails',
  'handler_fails',
  'provider_unreachable',
  'provider_request_lost',
  'provider_answer_lost',
  'provider_acts_late',
  'refund_acts_late',
  'provider_error_before',
  'provider_error_after',
  'provider_slow',
  'provider_unreadable',
  'provider_rate_limits',
  'provider_declines',
  'provider_refuses_refund',
  'webhook_lost',
  'webhook_repeated',
  'webhook_late',
  'webhook_forged',
] as const
export type FaultName = (typeof FAULTS)[number]
export type FaultRates = Readonly<Record<FaultName, number>>

/** The highest rate a batch may draw. Crashes and slow effects are asked about at every effect, the others at their own. */
const HIGHEST: FaultRates = {
  crash: 0.02,
  slow_effect: 0.05,
  clock_jump: 0.05,
  read_fails: 0.01,
  commit_fails: 0.05,
  commit_answer_lost: 0.05,
  hook_fails: 0.05,
  handler_fails: 0.2,
  provider_unreachable: 0.1,
  provider_request_lost: 0.15,
  provider_answer_lost: 0.25,
  provider_acts_late: 0.15,
  refund_acts_late: 0.4,
  provider_error_before: 0.1,
  provider_error_after: 0.15,
  provider_slow: 0.2,
  provider_unreadable: 0.1,
  provider_rate_limits: 0.1,
  provider_declines: 0.25,
  provider_refuses_refund: 0.25,
  webhook_lost: 0.6,
  webhook_repeated: 0.3,
  webhook_late: 0.5,
  webhook_forged: 0.1,
}

/** A swarm: every batch has its own mixture, and in most batches most faults are off. */
export const drawRates = (random: Random, fixed: Partial<FaultRates>): FaultRates => {
  const calm = random.chance(0.08)
  const drawn = FAULTS.map((name): readonly [FaultName, number] => {
    const rate = random.chance(0.45) ? random.next() * HIGHEST[name] : 0
    return [name, fixed[name] ?? (calm ? 0 : rate)]
  })
  // One entry for each name of the list.
  return Object.fromEntries(drawn) as FaultRates
}

/** A fault that happened: `crash#3` is the third time that one was possible, counted from 1. */
export type FiredFault = { readonly id: string; readonly where: string }

export type Decisions = {
  /** Does this go wrong now? The same question at the same place of the same history has the same answer. */
  readonly fires: (name: FaultName, where: string) => boolean
  /** For whatever a fault needs to know beside that it happens. */
  readonly random: Random
  readonly fired: () => readonly FiredFault[]
  /** No more faults from now on. */
  readonly stop: () => void
}

/** Draws from one stream per fault, so that leaving one fault out moves the others as little as possible. */
export const createDecisions = (seed: number, rates: FaultRates, leftOut: ReadonlySet<string>): Decisions => {
  const fired: FiredFault[] = []
  const streams = new Map(
    FAULTS.map((name, at) => [name, { random: seeded(mix(seed, 17, at)), count: 0, rate: rates[name] }]),
  )
  let stopped = false
  return {
    random: seeded(mix(seed, 18)),
    fires: (name, where) => {
      const stream = streams.get(name)
      if (stopped || stream === undefined || stream.rate === 0) return false
      stream.count += 1
      if (!stream.random.chance(stream.rate)) return false
      const id = `${name}#${stream.count}`
      if (leftOut.has(id)) return false
      fired.push({ id, where })
      return true
    },
    fired: () => fired,
    stop: () => {
      stopped = true
    },
  }
}
