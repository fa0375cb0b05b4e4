import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createPayments } from '../src'
import { mock } from '../src/providers/mock'
import type { Op } from '../src/storage/store'
import { medianRatio } from './measure/rounds'
import {
  expectSame,
  type Memory,
  memoryNow,
  openSchema,
  perSecond,
  printShares,
  serverUrl,
  sizeFrom,
  watched,
} from './measure/server'

/**
 * `HOLDFAST_TEST_POSTGRES=postgres://… npm run bench postgres-expiry`, `HOLDFAST_BENCH_ROWS=1000000` for the big one.
 *
 * Due holds expired per second, against one set-based statement that does the same to all of them at once: the order,
 * its history row, its outbox row, its claim. And whether memory grows between a tenth of the run and its end.
 */
const url = serverUrl('postgres-expiry')
const ROWS = sizeFrom('HOLDFAST_BENCH_ROWS', 10_000)
const WARM_UP = Math.min(ROWS, 2_000)
const ROUNDS = sizeFrom('HOLDFAST_BENCH_ROUNDS', 1)
const PAGE = sizeFrom('HOLDFAST_BENCH_PAGE', 500)

const bench = openSchema(url, 'holdfast_bench_expiry', 8)
const orders = bench.table('orders')

/** Holds whose deadlines passed up to an hour ago, each with a line and a claim on a seat. */
const insertDue = async (rows: number): Promise<void> => {
  await bench.empty()
  const id = `'ord_' || lpad(n::text, 9, '0')`
  const from = `FROM generate_series(1, ${rows}) AS n`
  const deadline = `now() - interval '1 hour' + n * interval '1 millisecond'`
  const seat = { resource_group: `'hall'`, resource_id: `'seat' || n` }
  const order = {
    id,
    version: '1',
    buyer_id: `'bench' || n % 1000`,
    title: `'seat'`,
    status: `'HOLD'`,
    currency: `'KRW'`,
    total_minor: '50000',
    policy_name: `'week'`,
    policy_version: '1',
    policy_terms: `'{}'`,
    attempt_count: '0',
    refunded_minor: '0',
    held_at: `${deadline} - interval '5 minutes'`,
    hold_expires_at: deadline,
    due_at: deadline,
    event_count: '1',
  }
  const line = {
    title: `'seat'`,
    quantity: '1',
    unit_minor: '50000',
    amount_minor: '50000',
    currency: `'KRW'`,
  }
  const part = { id: `${id} || '.0'`, version: '1', order_id: id, position: '0', ...seat }
  const claim = { ...part, buyer_id: `'bench' || n % 1000`, places: '1', held_until: deadline }
  await bench.pool.query(bench.insert('orders', order, from))
  await bench.pool.query(bench.insert('order_lines', { ...part, ...line }, from))
  await bench.pool.query(bench.insert('claims', claim, from))
  await bench.pool.query('ANALYZE')
}

const dueLeft = (): Promise<number> => bench.numberIn(`SELECT count(*) FROM ${orders} WHERE due_at <= now()`)

const SET_BASED = `
  WITH gone AS (
    UPDATE ${orders} SET status = 'EXPIRED', expired_at = now(), hold_expires_at = NULL, due_at = NULL,
      event_count = event_count + 1, version = version + 1
    WHERE status = 'HOLD' AND due_at <= now()
    RETURNING id, id || '.e' || lpad(event_count::text, 4, '0') AS event_id, buyer_id, event_count
  ), released AS (
    DELETE FROM ${bench.table('claims')} AS claim USING gone WHERE claim.order_id = gone.id
  ), history AS (
    ${bench.insert(
      'events',
      {
        id: 'event_id',
        version: '1',
        order_id: 'id',
        buyer_id: 'buyer_id',
        sequence: 'event_count',
        type: `'order.expired'`,
        at: 'now()',
        actor_kind: `'system'`,
        actor_id: `'system'`,
        cause: `'job'`,
        from_status: `'HOLD'`,
        to_status: `'EXPIRED'`,
        commit_id: `'hand'`,
      },
      'FROM gone',
    )}
  )
  ${bench.insert(
    'outbox',
    { id: 'event_id', version: '1', order_id: 'id', created_at: 'now()', tries: '0', next_try_at: 'now()' },
    'FROM gone',
  )}`

/** Two workers must both run: with the lease, the second would wait for the first. */
const createWorker = (onCommit: (ops: readonly Op[]) => void) => {
  const payments = createPayments({
    store: watched(bench.store(), onCommit),
    gateways: { mock: mock() },
    jobs: { leaseMs: null, pageSize: PAGE },
  })
  /** A run takes so many pages and lets go, and one that lost every race to another worker did nothing. */
  return async (): Promise<void> => {
    for (let idle = 0; idle < 100; ) {
      const [report] = (await payments.jobs.run('expire'))._unsafeUnwrap()
      if (report?.handled !== 0) idle = 0
      else if ((await dueLeft()) === 0) return
      else idle += 1
    }
    throw new Error('the job does nothing, and orders are due')
  }
}

const checked = async (rows: number, work: () => Promise<unknown>): Promise<number> => {
  const rate = await perSecond(rows, work)
  const expired = `SELECT count(*) FROM ${orders} WHERE status = 'EXPIRED' AND version = 2`
  expectSame('expired', await bench.numberIn(expired), rows)
  expectSame('claims left', await bench.numberIn(`SELECT count(*) FROM ${bench.table('claims')}`), 0)
  for (const table of ['events', 'outbox'] as const) {
    expectSame(table, await bench.numberIn(`SELECT count(*) FROM ${bench.table(table)}`), rows)
  }
  return rate
}

/** The same in processes of their own. They connect first and start at a word. */
const inProcesses = async (rows: number, count: number): Promise<number> => {
  const children = Array.from({ length: count }, () => fork(import.meta.filename, ['worker']))
  await Promise.all(children.map((child) => once(child, 'message')))
  const rate = await checked(rows, () =>
    Promise.all(
      children.map(async (child) => {
        child.send('start')
        const [code] = await once(child, 'exit')
        if (code !== 0) throw new Error(`a worker ended with ${code}`)
      }),
    ),
  )
  return rate
}

const contenders = (rows: number, onMemory: (at: 'early' | 'late', memory: Memory) => void) => {
  const fresh = (work: () => Promise<number>) => async (): Promise<number> => {
    await insertDue(rows)
    return work()
  }
  return {
    'one set-based statement (limit)': fresh(() => checked(rows, () => bench.pool.query(SET_BASED))),
    'jobs.run(expire), one worker': fresh(async () => {
      let done = 0
      const worker = createWorker((ops) => {
        const before = done
        done += ops.filter(({ kind }) => kind === 'orders').length
        for (const [at, count] of [['early', rows / 10] as const, ['late', rows] as const]) {
          if (before < count && done >= count) onMemory(at, memoryNow())
        }
      })
      return checked(rows, worker)
    }),
    'jobs.run(expire), two in one process': fresh(() => {
      const workers = [createWorker(() => {}), createWorker(() => {})]
      return checked(rows, () => Promise.all(workers.map((worker) => worker())))
    }),
    'jobs.run(expire), two processes': fresh(() => inProcesses(rows, 2)),
  }
}

const runBench = async (): Promise<void> => {
  await bench.create()
  try {
    // Its first round is unread, so a small one goes before: a second run over all rows would only cost time.
    for (const run of Object.values(contenders(WARM_UP, () => {}))) await run()
    const memory = new Map<'early' | 'late', Memory>()
    const measured = contenders(ROWS, (at, now) => memory.set(at, now))
    const shares = ROUNDS === 1 ? await singleRound(measured) : await medianRatio(measured, { rounds: ROUNDS })
    printShares(`${ROWS} due holds, expired a second against the limit`, shares)
    const [early, late] = [memory.get('early'), memory.get('late')]
    if (early === undefined || late === undefined) throw new Error('the run was never measured')
    console.log('memory at the end of one worker against a tenth of its run')
    console.log(`  heap ${(late.heap / early.heap).toFixed(3)}   resident ${(late.rss / early.rss).toFixed(3)}`)
  } finally {
    await bench.drop()
  }
}

const singleRound = async (
  measured: Readonly<Record<string, () => Promise<number>>>,
): Promise<ReadonlyMap<string, number>> => {
  const rates = new Map<string, number>()
  for (const [name, run] of Object.entries(measured)) rates.set(name, await run())
  const [limit = Number.NaN] = rates.values()
  return new Map([...rates].map(([name, rate]) => [name, rate / limit]))
}

const runWorker = async (): Promise<void> => {
  const work = createWorker(() => {})
  await dueLeft()
  process.send?.('ready')
  await once(process, 'message')
  await work()
  await bench.pool.end()
  process.disconnect()
}

await (process.argv[2] === 'worker' ? runWorker() : runBench())
