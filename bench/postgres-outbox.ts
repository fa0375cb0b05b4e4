import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import PgBoss from 'pg-boss'
import { createPayments } from '../src'
import { mock } from '../src/providers/mock'
import { medianRatio } from './measure/rounds'
import { expectSame, openSchema, perSecond, printShares, serverUrl, sizeFrom } from './measure/server'

/**
 * `HOLDFAST_TEST_POSTGRES=postgres://… npm run bench postgres-outbox`
 *
 * Events handed to a handler that does nothing, per second, against one `UPDATE … RETURNING` of as many rows; and the
 * same number of jobs that do nothing in two job queues on the same server.
 */
const url = serverUrl('postgres-outbox')
const EVENTS = sizeFrom('HOLDFAST_BENCH_ROWS', 20_000)
const ROUNDS = sizeFrom('HOLDFAST_BENCH_ROUNDS', 3)
const PAGE = sizeFrom('HOLDFAST_BENCH_PAGE', 500)
const BATCH = 100
const TYPES = ['order.held', 'order.paying_started', 'attempt.approved', 'order.confirmed']

const bench = openSchema(url, 'holdfast_bench_outbox', 8)
const outbox = bench.table('outbox')
const GRAPHILE = 'holdfast_bench_graphile'
const BOSS = 'holdfast_bench_boss'

/** Four events to an order, as a life that goes well has, with the line that `resource.*` events are made from. */
const insertEvents = async (): Promise<void> => {
  await bench.empty()
  const from = `FROM generate_series(0, ${EVENTS - 1}) AS n`
  const orderId = `'ord_' || lpad((n / 4)::text, 9, '0')`
  const id = `${orderId} || '.e000' || n % 4 + 1`
  const at = `now() - interval '1 hour' + n * interval '1 millisecond'`
  const event = {
    id,
    version: '1',
    order_id: orderId,
    buyer_id: `'bench'`,
    sequence: 'n % 4 + 1',
    type: `(ARRAY[${TYPES.map((type) => `'${type}'`).join(', ')}])[n % 4 + 1]`,
    at,
    actor_kind: `'buyer'`,
    actor_id: `'bench'`,
    cause: `'request'`,
    to_status: `'PAYING'`,
    commit_id: `'hand'`,
  }
  const line = {
    id: `${orderId} || '.0'`,
    version: '1',
    order_id: orderId,
    position: '0',
    title: `'seat'`,
    quantity: '1',
    unit_minor: '50000',
    amount_minor: '50000',
    currency: `'KRW'`,
    resource_group: `'hall'`,
    resource_id: `'seat' || n / 4`,
  }
  const waiting = { id, version: '1', order_id: orderId, created_at: at, tries: '0', next_try_at: at }
  await bench.pool.query(bench.insert('events', event, from))
  await bench.pool.query(bench.insert('order_lines', line, `${from} WHERE n % 4 = 0`))
  await bench.pool.query(bench.insert('outbox', waiting, from))
  await bench.pool.query('ANALYZE')
}

const waitingNow = (): Promise<number> => bench.numberIn(`SELECT count(*) FROM ${outbox}`)

const updateReturning = async (): Promise<number> => {
  await insertEvents()
  const claimAll = `UPDATE ${outbox} SET tries = tries + 1, next_try_at = now() + interval '30 seconds',
    version = version + 1 WHERE next_try_at <= now() RETURNING id, order_id`
  return perSecond(EVENTS, async () => {
    expectSame('rows', (await bench.pool.query(claimAll)).rows.length, EVENTS)
  })
}

/** What one writes by hand: a transaction per batch, the rows locked while the handler runs. */
const skipLocked = async (): Promise<number> => {
  await insertEvents()
  const seen = new Set<string>()
  const handle = async (event: { readonly id: string }): Promise<void> => {
    seen.add(event.id)
  }
  const client = await bench.pool.connect()
  const page = `SELECT event.* FROM ${outbox} AS waiting JOIN ${bench.table('events')} AS event USING (id)
    WHERE waiting.next_try_at <= now() ORDER BY waiting.next_try_at, waiting.id LIMIT ${BATCH}
    FOR UPDATE OF waiting SKIP LOCKED`
  const done = `DELETE FROM ${outbox} WHERE id = ANY($1)`
  const rate = await perSecond(EVENTS, async () => {
    for (;;) {
      await client.query('BEGIN')
      const { rows } = await client.query<{ readonly id: string }>({ name: 'page', text: page })
      for (const row of rows) await handle(row)
      await client.query({ name: 'done', text: done, values: [rows.map(({ id }) => id)] })
      await client.query('COMMIT')
      if (rows.length === 0) break
    }
  })
  client.release()
  expectSame('events seen', seen.size, EVENTS)
  return rate
}

/** Several workers must all run: with the lease, the others would wait for the first. */
const ours = (workers: number) => async (): Promise<number> => {
  await insertEvents()
  const seen = new Set<string>()
  const createWorker = () => {
    const payments = createPayments({
      store: bench.store(),
      gateways: { mock: mock() },
      jobs: { leaseMs: null, pageSize: PAGE },
      on: {
        '*': ({ id }) => {
          seen.add(id)
        },
      },
    })
    return async (): Promise<void> => {
      for (let idle = 0; idle < 100; ) {
        const [report] = (await payments.jobs.run('outbox'))._unsafeUnwrap()
        if (report?.handled !== 0) idle = 0
        else if ((await waitingNow()) === 0) return
        else idle += 1
      }
      throw new Error('the job does nothing, and events wait')
    }
  }
  const running = Array.from({ length: workers }, createWorker)
  const rate = await perSecond(EVENTS, () => Promise.all(running.map((work) => work())))
  // Two of the four are also told as an event of the seat.
  expectSame('events seen', seen.size, EVENTS + Math.ceil(EVENTS / 4) + Math.floor(EVENTS / 4))
  return rate
}

/** With its local queue and batched completions, as its page on performance advises. */
const graphile = async (): Promise<number> => {
  const logger = new Logger(() => () => {})
  const utils = await makeWorkerUtils({ connectionString: url, schema: GRAPHILE, logger })
  await utils.migrate()
  await bench.pool.query(`TRUNCATE ${GRAPHILE}._private_jobs`)
  await utils.withPgClient((client) =>
    client.query(
      `SELECT count(*) FROM ${GRAPHILE}.add_jobs(ARRAY(
        SELECT json_populate_record(NULL::${GRAPHILE}.job_spec,
          json_build_object('identifier', 'nothing', 'payload', json_build_object('n', n)))
        FROM generate_series(1, $1::int) AS n))`,
      [EVENTS],
    ),
  )
  await bench.pool.query('ANALYZE')
  let count = 0
  const rate = await perSecond(EVENTS, async () => {
    let finish = (): void => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const runner = await run({
      taskList: {
        nothing: () => {
          count += 1
          if (count === EVENTS) finish()
        },
      },
      preset: {
        worker: {
          connectionString: url,
          schema: GRAPHILE,
          logger,
          concurrentJobs: 24,
          maxPoolSize: 26,
          localQueue: { size: 500 },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
      noHandleSignals: true,
    })
    await finished
    await runner.stop()
  })
  expectSame('jobs left', await bench.numberIn(`SELECT count(*) FROM ${GRAPHILE}._private_jobs`), 0)
  await utils.release()
  return rate
}

/** With large batches through `fetch` and `complete`: its `work` would rest between two of them. */
const boss = async (): Promise<number> => {
  const queue = new PgBoss({ connectionString: url, schema: BOSS, supervise: false, schedule: false, max: 8 })
  await queue.start()
  await queue.createQueue('nothing')
  await queue.purgeQueue('nothing')
  for (let from = 0; from < EVENTS; from += 5_000) {
    const size = Math.min(5_000, EVENTS - from)
    await queue.insert(Array.from({ length: size }, (_, at) => ({ name: 'nothing', data: { n: from + at } })))
  }
  await bench.pool.query('ANALYZE')
  let count = 0
  const worker = async (): Promise<void> => {
    for (;;) {
      const jobs = await queue.fetch('nothing', { batchSize: 500 })
      if (jobs.length === 0) return
      count += jobs.length
      await queue.complete(
        'nothing',
        jobs.map(({ id }) => id),
      )
    }
  }
  const rate = await perSecond(EVENTS, () => Promise.all([worker(), worker()]))
  expectSame('jobs seen', count, EVENTS)
  await queue.stop({ graceful: false, wait: true })
  // What it has completed stays in its table; the next round starts from an empty one.
  await bench.pool.query(`DROP SCHEMA ${BOSS} CASCADE`)
  return rate
}

const dropPeers = (): Promise<unknown> =>
  bench.pool.query(`DROP SCHEMA IF EXISTS ${GRAPHILE} CASCADE; DROP SCHEMA IF EXISTS ${BOSS} CASCADE`)

await dropPeers()
await bench.create()
try {
  const shares = await medianRatio(
    {
      'one UPDATE … RETURNING (limit)': updateReturning,
      [`by hand, SKIP LOCKED, batches of ${BATCH}`]: skipLocked,
      'jobs.run(outbox), one worker': ours(1),
      'jobs.run(outbox), two workers': ours(2),
      'graphile-worker, local queue of 500': graphile,
      'pg-boss, two times 500': boss,
    },
    { rounds: ROUNDS },
  )
  printShares(`${EVENTS} events, delivered a second against the limit`, shares)
} finally {
  await dropPeers()
  await bench.drop()
}
