import type { MemoryTx } from '../../storage/memory'
import type { Store } from '../../storage/store'
import { type Client, createClient } from './client'
import { createDecisions, drawRates, type FaultRates, type FiredFault } from './decisions'
import type { Context } from './effects'
import { historyIsWhole, outboxMatches, partsAreInHistory } from './history-rules'
import { live } from './lives'
import type { Model, RowChange } from './model'
import { accessOrRefund, linesOnlyGrow, moneyAddsUp, poolsAddUp } from './money-rules'
import { createNotices } from './notices'
import { lookAtRefunds } from './operator'
import { claimsAreOwned, legalSteps, orderIsWhole, type Rules } from './order-rules'
import type { Process } from './process'
import { settle } from './quiet'
import { poolSize } from './quiet-rules'
import { historyHash, mix, seeded } from './random'
import type { SabotageKit } from './sabotage-kit'
import { createScheduler } from './scheduler'
import { drawSetup, POOL, type Setup } from './setup'
import type { Violation } from './types'
import { createWorld, startOfTime, type World } from './world'

export type BatchOptions = {
  readonly seed: number
  readonly drain: () => Promise<void>
  readonly faults: Partial<FaultRates> | 'none'
  readonly sabotage: SabotageKit
  readonly store: () => Store<MemoryTx>
  /** Buyers and faults to do without, when a failure is made smaller. */
  readonly without: { readonly buyers: ReadonlySet<number>; readonly faults: ReadonlySet<string> }
  /** Keeps the steps as text. */
  readonly record: boolean
  /** At most so many buyers. */
  readonly maxBuyers: number
}

export type BatchResult = {
  readonly buyers: number
  readonly steps: number
  readonly violation: Violation | null
  readonly fired: readonly FiredFault[]
  readonly schedule: readonly string[]
  readonly history: string
  readonly points: ReadonlyMap<string, { passed: number; crashed: number }>
  readonly endings: readonly string[]
}

/** Nobody does anything after this much virtual time; the quiet end begins. */
const LONGEST_MS = 3_600_000
const MAX_STEPS = 200_000

/** What every commit must leave behind, about the rows it touched. */
export const commitViolations = (
  model: Model,
  changes: readonly RowChange[],
  rules: Rules,
  limitPlaces: number,
): readonly Violation[] => {
  const orders = new Set<string>()
  const types = new Map<string, string[]>()
  for (const { kind, before, after } of changes) {
    const row = after ?? before
    if (row === undefined) continue
    if (kind === 'orders') orders.add(row.id)
    if ((kind === 'claims' || kind === 'attempts' || kind === 'refunds') && 'orderId' in row) orders.add(row.orderId)
    if (kind === 'events' && 'orderId' in row && 'type' in row) {
      types.set(row.orderId, [...(types.get(row.orderId) ?? []), row.type])
    }
  }
  return [
    ...legalSteps(changes, rules),
    ...historyIsWhole(changes),
    ...partsAreInHistory(changes),
    ...outboxMatches(changes),
    ...linesOnlyGrow(model, changes),
    ...poolsAddUp(model, changes, (pool) => poolSize(model, limitPlaces, pool)),
    ...[...orders].flatMap((id) => {
      const order = model.get('orders', id)
      if (order === undefined) return [{ invariant: 'I-20 everything has its order', message: id }]
      return [
        ...orderIsWhole(model, order),
        ...claimsAreOwned(model, order),
        ...moneyAddsUp(model, order),
        ...accessOrRefund(model, order, types.get(id) ?? []),
      ]
    }),
  ]
}

/** One small world from its beginning to its quiet end. The same options make the same history, to the byte. */
export const runBatch = async (options: BatchOptions): Promise<BatchResult> => {
  const { seed, without, record } = options
  const random = seeded(mix(seed, 1))
  const drawn = drawSetup(seeded(mix(seed, 2)))
  const setup: Setup = { ...drawn, buyers: Math.min(drawn.buyers, options.maxBuyers) }
  const none = options.faults === 'none'
  const rates = drawRates(seeded(mix(seed, 3)), none ? {} : (options.faults as Partial<FaultRates>))
  const decisions = createDecisions(seed, rates, without.faults)
  if (none) decisions.stop()
  const hash = historyHash()
  const schedule: string[] = []
  const points = new Map<string, { passed: number; crashed: number }>()
  let violation: Violation | null = null
  let steps = 0
  let quiet = false
  const note = (text: string): void => {
    hash.add(text)
    if (record) schedule.push(text)
  }
  const report = (found: Violation): void => {
    if (violation === null) note(`VIOLATION ${found.invariant}: ${found.message}`)
    violation ??= found
  }
  const scheduler = createScheduler({
    startMs: startOfTime,
    random,
    drain: options.drain,
    onStep: (at, owner, label) => {
      steps += 1
      note(`${((at - startOfTime) / 1_000).toFixed(3)} ${owner.name}: ${label}`)
    },
  })
  const pass = ({ owner }: Context, point: string): boolean => {
    const counts = points.get(point) ?? { passed: 0, crashed: 0 }
    points.set(point, counts)
    counts.passed += 1
    const process = world.processes.find((it) => it.owns(owner))
    if (process === undefined || !decisions.fires('crash', point)) return false
    counts.crashed += 1
    note(`CRASH at ${point}`)
    process.crash()
    return true
  }
  const onBoot = (process: Process): void => {
    if (setup.ownTimer) void process.call('jobs.start', async (shop) => shop.jobs.start())
  }
  const world: World = createWorld({
    store: options.store(),
    random,
    setup,
    scheduler,
    decisions,
    sabotage: options.sabotage,
    instant: false,
    pass,
    onBoot,
    onCommit: (model, changes) => {
      for (const { kind, before, after } of changes) {
        if (kind === 'events' && after !== undefined && 'type' in after)
          note(`  ${after.id} ${after.type} ${after.at.getTime()}`)
        if (record && kind !== 'events')
          note(`  ${kind} ${after?.id ?? before?.id} ${after === undefined ? 'removed' : ''}`)
      }
      const [found] = commitViolations(model, changes, rulesOf(setup), setup.limitPlaces)
      if (found !== undefined) report(found)
    },
  })
  const notices = createNotices(world)
  const declared = await world
    .freshShop()
    .resources.setCapacity({ actor: { kind: 'admin', id: 'host' }, pool: POOL, places: setup.poolPlaces })
  if (declared.isErr()) throw new Error(`simulate: the pool could not be declared: ${declared.error.code}`)

  let alive = 0
  const begin = (work: Promise<void>): void => {
    alive += 1
    void work.then(
      () => {
        alive -= 1
      },
      (fault: unknown) => {
        alive -= 1
        report({
          invariant: 'no verb throws',
          message: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault),
        })
      },
    )
  }
  for (let buyer = 0; buyer < setup.buyers; buyer += 1) {
    if (without.buyers.has(buyer)) continue
    const client: Client = createClient(world, {
      // Two lives now and then are the same person, who may be over a limit.
      buyerId: `buyer${buyer % Math.max(2, setup.buyers - 2)}`,
      random: seeded(mix(seed, 4, buyer)),
      onViolation: report,
      onSpawn: begin,
      latencyMs: (drawing) => (drawing.chance(0.7) ? 0 : drawing.int(60)),
    })
    begin(live(world, client))
  }
  const tick = (): void => {
    if (quiet) return
    scheduler.after(world.owner, setup.jobsEveryMs, 'the jobs’ timer', () => {
      for (const process of world.processes) {
        if (decisions.fires('clock_jump', `process ${process.index}`)) process.skew(decisions.random.int(4_001) - 2_000)
      }
      notices.forge()
      if (decisions.random.chance(0.2)) {
        for (const resolve of lookAtRefunds(world)) void decisions.random.pick(world.processes).call('resolve', resolve)
      }
      if (!setup.ownTimer) void decisions.random.pick(world.processes).call('jobs', (shop) => shop.jobs.run())
      tick()
    })
  }
  tick()
  const until = startOfTime + LONGEST_MS
  while (violation === null && alive > 0 && steps < MAX_STEPS && (await scheduler.step(until))) await notices.collect()
  if (violation === null && steps >= MAX_STEPS)
    report({ invariant: 'I-39 a batch comes to an end', message: `${steps} steps` })
  quiet = true
  if (violation === null) await settle(world, notices, report)
  note(JSON.stringify(world.model.all('orders').map(({ id, status, refundedMinor }) => [id, status, refundedMinor])))
  return {
    buyers: setup.buyers,
    steps,
    violation,
    fired: decisions.fired(),
    schedule,
    history: hash.value(),
    points,
    endings: world.model.all('orders').map(({ status }) => status),
  }
}

const rulesOf = (setup: Setup): Rules => ({ reclaims: setup.settings.payment.latePayment === 'reclaim' })
