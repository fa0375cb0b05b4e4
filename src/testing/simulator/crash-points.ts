import { memoryStore } from '../../storage/memory'
import { commitViolations } from './batch'
import { createClient } from './client'
import { createDecisions, drawRates } from './decisions'
import { FLOWS, type Flow } from './flows'
import { createNotices } from './notices'
import { createDrain, withPoison } from './poison'
import { settle } from './quiet'
import { seeded } from './random'
import type { Sabotage } from './sabotage'
import { sabotageKit } from './sabotage'
import { createScheduler } from './scheduler'
import type { Setup } from './setup'
import type { Violation } from './types'
import { warmUp } from './warm-up'
import { createWorld, startOfTime, type World } from './world'

export type CrashOptions = {
  /** Which flows; all of them when left out. */
  readonly flows?: readonly string[]
  /**
   * Also every two crashes of one run. The jobs then run without leases: a lease saves work and guards nothing, and its
   * places are tried singly.
   */
  readonly pairs: boolean
  readonly sabotage?: Sabotage
}

export type CrashReport = {
  readonly flow: string
  /** Every place where a process can die in this flow, in order, by name. */
  readonly points: readonly string[]
  /** At which of them one did. */
  readonly visited: number
  readonly runs: number
  /** How the order ended: in the run without a crash first, then whatever crashes made of it. */
  readonly endings: readonly string[]
  readonly failures: readonly (Violation & { readonly crashedAt: readonly string[] })[]
}

/** One price, one seat, deadlines that a flow can reach. */
const setupOf = (leaseMs: number | null): Setup => ({
  buyers: 1,
  seats: 1,
  poolPlaces: 1,
  limitPlaces: 2,
  hooks: true,
  ownTimer: false,
  jobsEveryMs: 60_000,
  settings: {
    holdMs: 60_000,
    payment: { graceMs: 0 },
    jobs: { leaseMs, staleMs: 45_000, pageSize: 100 },
  },
})

const LEASE_MS = 30_000

type Run = {
  readonly points: readonly string[]
  readonly crashedAt: readonly string[]
  readonly violation: Violation | null
  readonly ending: string
}

/** Runs a flow once, dying at the places with these numbers, and lets everything come to rest. */
const runFlow = async (
  flow: Flow,
  drain: () => Promise<void>,
  setup: Setup,
  crashAt: ReadonlySet<number>,
  sabotage?: Sabotage,
): Promise<Run> => {
  const decisions = createDecisions(1, drawRates(seeded(1), {}), new Set())
  decisions.stop()
  const points: string[] = []
  const crashedAt: string[] = []
  let violation: Violation | null = null
  const report = (found: Violation): void => {
    violation ??= found
  }
  const scheduler = createScheduler({ startMs: startOfTime, random: seeded(1), drain, onStep: () => {} })
  const world: World = createWorld({
    store: memoryStore(),
    random: seeded(2),
    setup,
    scheduler,
    decisions,
    sabotage: sabotageKit(sabotage),
    instant: true,
    onBoot: () => {},
    pass: ({ owner }, point) => {
      const process = world.processes.find((it) => it.owns(owner))
      if (process === undefined) return false
      const number = points.push(point) - 1
      if (!crashAt.has(number)) return false
      crashedAt.push(point)
      process.crash()
      return true
    },
    onCommit: (model, changes) => {
      const [found] = commitViolations(model, changes, { reclaims: false }, setup.limitPlaces)
      if (found !== undefined) report(found)
    },
  })
  const notices = createNotices(world, ['toss', 'card'])
  let isOver = false
  const client = createClient(world, {
    buyerId: 'buyer',
    random: seeded(3),
    onViolation: report,
    onSpawn: () => {},
    latencyMs: () => 0,
  })
  void flow(world, client).then(
    () => {
      isOver = true
    },
    (fault: unknown) => {
      isOver = true
      report({ invariant: 'no verb throws', message: String(fault) })
    },
  )
  while (!isOver && (await scheduler.step(Number.POSITIVE_INFINITY))) await notices.collect()
  await settle(world, notices, report)
  const ending =
    world.model
      .all('orders')
      .map(({ status }) => status)
      .join(' ') || 'none'
  return { points, crashedAt, violation, ending }
}

/**
 * Dies at every place of every flow where a process can die, once and, with `pairs`, at every two places, and checks all
 * invariants each time. The places are counted by a run that dies nowhere, never listed by hand; what a first crash adds
 * to the way is crashed at as well.
 */
export const crashEverywhere = async (options: CrashOptions): Promise<readonly CrashReport[]> => {
  const drain = createDrain()
  await warmUp(drain)
  const names = options.flows ?? Object.keys(FLOWS)
  const reports: CrashReport[] = []
  for (const name of names) {
    const flow = FLOWS[name]
    if (flow === undefined) throw new RangeError(`there is no flow ${name}`)
    reports.push(await withPoison(() => crashFlow(name, flow, drain, options)))
  }
  return reports
}

const crashFlow = async (
  name: string,
  flow: Flow,
  drain: () => Promise<void>,
  { pairs, sabotage }: CrashOptions,
): Promise<CrashReport> => {
  const failures: (Violation & { readonly crashedAt: readonly string[] })[] = []
  const endings = new Set<string>()
  let runs = 0
  const run = async (setup: Setup, ...crashAt: readonly number[]): Promise<Run> => {
    runs += 1
    const done = await runFlow(flow, drain, setup, new Set(crashAt), sabotage)
    endings.add(done.ending)
    if (done.violation !== null) failures.push({ ...done.violation, crashedAt: done.crashedAt })
    return done
  }
  const withLeases = setupOf(LEASE_MS)
  const { points } = await run(withLeases)
  let visited = 0
  for (let place = 0; place < points.length; place += 1) visited += (await run(withLeases, place)).crashedAt.length
  if (pairs) {
    const without = setupOf(null)
    const { length } = (await run(without)).points
    for (let first = 0; first < length; first += 1) {
      const once = await run(without, first)
      for (let second = first + 1; second < once.points.length; second += 1) await run(without, first, second)
    }
  }
  return { flow: name, points, visited, runs, endings: [...endings], failures }
}

export const FLOW_NAMES: readonly string[] = Object.keys(FLOWS)
