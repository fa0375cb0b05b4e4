import type { Clock } from '../../core/clock'
import type { PaymentEvent } from '../../engine/options'
import type { Gateway } from '../../providers/gateway'
import type { MemoryTx } from '../../storage/memory'
import type { Store } from '../../storage/store'
import { openShop } from './app'
import type { Decisions } from './decisions'
import { type Context, type Effects, gatewayWithFaults, storeWithFaults } from './effects'
import { createModel, type Model, type RowChange, watchedStore } from './model'
import type { Rules } from './order-rules'
import { createProcess, type Process } from './process'
import { createProviderSide, type ProviderSide } from './provider-side'
import type { Random } from './random'
import type { SabotageKit } from './sabotage-kit'
import type { Owner, Scheduler } from './scheduler'
import type { Setup } from './setup'

/** One batch's small world: providers outside, one store, two processes, and what the simulator remembers of it all. */
export type World = {
  readonly owner: Owner
  readonly random: Random
  readonly setup: Setup
  readonly scheduler: Scheduler
  readonly decisions: Decisions
  readonly providers: ProviderSide
  readonly model: Model
  readonly processes: readonly Process[]
  readonly rules: Rules
  /** Events handed to `on` handlers that did not fail, by id. */
  readonly delivered: ReadonlyMap<string, number>
  /** Events the host's own transaction hooks have written, by id. */
  readonly hostRows: ReadonlySet<string>
  /** A process that has just been started, for the quiet end: its effects take no time and never fail. */
  readonly freshShop: () => ReturnType<typeof openShop>
}

export type WorldOptions = {
  readonly random: Random
  readonly setup: Setup
  readonly scheduler: Scheduler
  readonly decisions: Decisions
  readonly sabotage: SabotageKit
  readonly store: Store<MemoryTx>
  readonly instant: boolean
  readonly pass: (context: Context, point: string) => boolean
  readonly onCommit: (model: Model, changes: readonly RowChange[]) => void
  readonly onBoot: (process: Process) => void
}

const START_MS = Date.UTC(2026, 0, 5)
export const startOfTime = START_MS

export const createWorld = (options: WorldOptions): World => {
  const { random, setup, scheduler, decisions, sabotage } = options
  const owner: Owner = { name: 'world', dead: false }
  const outside: Owner = { name: 'providers', dead: false }
  let context: Context = { owner, verb: 'world' }
  const effects: Effects = {
    scheduler,
    decisions,
    current: () => context,
    enter: (next) => {
      context = next
    },
    pass: options.pass,
    instant: options.instant,
  }
  const providerClock: Clock = {
    now: () => new Date(scheduler.now()),
    schedule: (delayMs, run) => {
      const asked = context
      return scheduler.after(outside, delayMs, 'timer', () => {
        context = asked
        run()
      })
    },
  }
  const providers = createProviderSide(providerClock, decisions)
  const model = createModel()
  const store = watchedStore(options.store, model, (changes) => options.onCommit(model, changes))
  const delivered = new Map<string, number>()
  const hostRows = new Set<string>()
  let nextId = 0
  const ids = {
    // At Toss an order id has at least six characters.
    next: (prefix: string) => `${prefix}_${String(++nextId).padStart(6, '0')}`,
  }

  const onEvent = async (event: PaymentEvent): Promise<void> => {
    if (decisions.fires('handler_fails', event.type)) throw new Error('simulated: the handler failed')
    // A resource's event is another view of its order's.
    if (event.resource === null) delivered.set(event.id, (delivered.get(event.id) ?? 0) + 1)
  }
  const inTransaction = setup.hooks
    ? {
        '*': async (event: PaymentEvent, tx: { readonly onRollback: (undo: () => void) => void }): Promise<void> => {
          hostRows.add(event.id)
          tx.onRollback(() => hostRows.delete(event.id))
          if (decisions.fires('hook_fails', event.type)) throw new Error('simulated: the host’s own write failed')
        },
      }
    : {}

  const open = (clock: Clock, calm: boolean) => {
    const seen = sabotage.store(calm ? store : storeWithFaults(store, effects), effects.current)
    const gateways = providers.all.map(({ name, open, interfere }): readonly [string, Gateway] => {
      const inner = open()
      const between = interfere === undefined ? {} : { clock: providerClock, interfere }
      return [name, sabotage.gateway(calm ? inner : gatewayWithFaults(inner, effects, between))]
    })
    return openShop({
      store: seen,
      clock,
      ids,
      gateways: Object.fromEntries(gateways),
      settings: setup.settings,
      inTransaction,
      on: { '*': onEvent },
    })
  }

  const processes = [0, 1].map((index) =>
    createProcess({
      index,
      effects,
      world: owner,
      open: (clock) => open(clock, false),
      restartAfterMs: () => (options.instant ? 0 : random.pick([0, 200, 5_000, 40_000])),
      onBoot: options.onBoot,
    }),
  )
  return {
    owner,
    random,
    setup,
    scheduler,
    decisions,
    providers,
    model,
    processes,
    rules: { reclaims: setup.settings.payment.latePayment === 'reclaim' },
    delivered,
    hostRows,
    freshShop: () => open(providerClock, true),
  }
}
