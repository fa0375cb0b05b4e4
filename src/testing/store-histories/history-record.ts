import { type CommitOutcome, faultOf, type Op, type Store } from '../../storage/store'
import { mix, type Random, seeded } from '../simulator/random'
import { emptyRowOf, insert, pool } from '../store-conformance/rows'
import type { Ending, History, Operation } from './history'
import { type Choice, createChooser } from './history-choices'
import { ABSENT, opOf, orderRegister, orderState, type Part, POOL, type Register, rowIdOf, SEAT } from './registers'

export type Plan = {
  /** In front of every id. */
  readonly run: string
  readonly seed: number
  readonly operations: number
  readonly orders: number
}

const SETUP_TRIES = 10
const MAX_TURNS = 12

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve()
}

/** Some of the orders, and a small pool. A store that loses answers may lose these, too. */
const prepare = async (store: Store, { run, orders }: Plan, random: Random): Promise<ReadonlyMap<Register, string>> => {
  const present = Array.from({ length: orders }, (_, at) => orderRegister(at)).map(
    (register) => [register, random.chance(0.7)] as const,
  )
  const places = random.int(8)
  const ops: readonly Op[] = [
    ...present.flatMap(([register, isThere]) => {
      const row = emptyRowOf('orders', rowIdOf(run, register), 1)
      return isThere ? [insert('orders', { ...row, buyerId: run, title: 'initial' })] : []
    }),
    pool(rowIdOf(run, POOL), places),
  ]
  for (let tries = 0; ; tries += 1) {
    const outcome = await store.commit(ops).catch(() => undefined)
    if (outcome?.kind === 'committed' || (outcome?.reason === 'exists' && tries > 0)) break
    if (outcome !== undefined) throw new Error(`the first commit: expected committed, got ${outcome.reason}`)
    if (tries === SETUP_TRIES) throw new Error(`the first commit: expected committed, got a fault ${tries} times`)
  }
  const states = present.map(([register, isThere]) => [register, isThere ? '1:initial' : ABSENT] as const)
  return new Map([...states, [POOL, String(places)], [SEAT, ABSENT]])
}

/** Reads some registers with one call. */
const read = async (store: Store, { run, orders }: Plan, what: Register | 'orders'): Promise<readonly Part[]> => {
  const saw = (register: Register, state: string): Part => ({ register, action: { does: 'read', saw: state } })
  if (what === POOL) {
    return [saw(POOL, String((await store.get('pools', rowIdOf(run, POOL)))?.available))]
  }
  if (what === SEAT) {
    const rows = await store.find('claims', { index: 'byGroup', where: { resourceGroup: run }, limit: 1_000 })
    return [saw(SEAT, rows.map(({ id }) => id).join(' and '))]
  }
  if (what !== 'orders') return [saw(what, orderState(await store.get('orders', rowIdOf(run, what))))]
  const rows = await store.find('orders', { index: 'byBuyer', where: { buyerId: run }, limit: 1_000 })
  return Array.from({ length: orders }, (_, at) => orderRegister(at)).map((register) => {
    return saw(register, orderState(rows.find(({ id }) => id === rowIdOf(run, register))))
  })
}

const endingOf = (outcome: CommitOutcome): Ending =>
  outcome.kind === 'committed' ? 'done' : { op: outcome.op, reason: outcome.reason }

/**
 * Lets the clients loose on a few rows, each doing one thing after the other and all at the same time, and writes down
 * what was called and answered when. Time is counted in calls and answers.
 */
export const recordHistory = async (clients: readonly Store[], plan: Plan): Promise<History> => {
  const random = seeded(plan.seed)
  const first = clients[0]
  if (first === undefined) throw new RangeError('a history needs a client')
  const initial = await prepare(first, plan, random)
  const operations: Operation[] = []
  let ticks = 0
  const tick = (): number => {
    ticks += 1
    return ticks
  }

  /** A read that fails says nothing, and is left out. */
  const recordRead = async (store: Store, client: number, what: Register | 'orders'): Promise<readonly Part[]> => {
    const calledAt = tick()
    try {
      const parts = await read(store, plan, what)
      operations.push({ client, calledAt, returnedAt: tick(), parts, ending: 'done' })
      return parts
    } catch {
      return []
    }
  }

  const recordCommit = async (
    store: Store,
    client: number,
    { parts, within, turns: pause }: Extract<Choice, { does: 'commit' }>,
  ): Promise<Ending> => {
    const fault = new Error('the host gives up')
    let hasRun = false
    let peek: Promise<unknown> = Promise.resolve()
    const run = async (): Promise<void> => {
      hasRun = true
      // Somebody else looks while the commit is open. Not awaited: one with one connection answers only afterwards.
      const other = clients[(client + 1) % clients.length] ?? store
      peek = recordRead(other, client, parts[0]?.register ?? 'orders')
      await turns(pause)
      if (within === 'throws') throw fault
    }
    const ops = parts.flatMap((part) => opOf(plan.run, part) ?? [])
    const calledAt = tick()
    let ending: Ending
    try {
      ending = endingOf(await (within === 'none' ? store.commit(ops) : store.commit(ops, run)))
    } catch (thrown) {
      ending = thrown === fault ? 'rolled back' : faultOf(thrown).outcome === 'unknown' ? 'unknown' : 'not executed'
    }
    const returnedAt = ending === 'unknown' ? Number.POSITIVE_INFINITY : tick()
    operations.push({ client, calledAt, returnedAt, parts, ending })
    await peek
    if (ending !== 'done' || within === 'none') return ending
    if (!hasRun) throw new Error('a commit was answered committed, and its `within` never ran')
    if (within === 'throws') throw new Error('a commit was answered committed, and its `within` threw')
    return ending
  }

  const live = async (store: Store, client: number, count: number): Promise<void> => {
    const own = seeded(mix(plan.seed, client))
    const chooser = createChooser(own, initial, (at) => `${plan.run}-c${client}-${at}`)
    for (let at = 0; at < count; at += 1) {
      await turns(own.int(MAX_TURNS))
      const choice = chooser.choose(at)
      if (choice.does === 'read') chooser.learn(await recordRead(store, client, choice.what))
      else chooser.conclude(choice.parts, await recordCommit(store, client, choice))
    }
  }

  const shareOf = (client: number): number =>
    Math.floor(plan.operations / clients.length) + (client < plan.operations % clients.length ? 1 : 0)
  const lives = await Promise.allSettled(clients.map((store, client) => live(store, client, shareOf(client))))
  for (const life of lives) if (life.status === 'rejected') throw life.reason

  for (const register of initial.keys()) {
    for (const [client, store] of clients.entries()) {
      if ((await recordRead(store, client, register)).length > 0) break
      if (client === clients.length - 1) throw new Error(`no client could read ${register} in the end`)
    }
  }
  return { initial, operations }
}
