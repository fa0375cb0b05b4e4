import { Kysely, PostgresDialect } from 'kysely'
import { Pool, type PoolClient } from 'pg'
import { createPayments, krw } from '../src'
import { withinDays } from '../src/policies'
import { mock } from '../src/providers/mock'
import { schemaStatements } from '../src/storage/relational/ddl'
import { createNames } from '../src/storage/relational/naming'
import { preparedPool, sqlStore } from '../src/storage/sql'
import { medianRatio } from './measure/rounds'

/**
 * `HOLDFAST_TEST_POSTGRES=postgres://… npx tsx bench/postgres-lives.ts`
 *
 * hold → pay → confirm on PostgreSQL, against hand-written SQL with the same guarantees: version checks, intent before
 * effect, a row per event, an outbox row, an idempotency row, a unique claim. One statement per step, named, no reads.
 */
const url = process.env['HOLDFAST_TEST_POSTGRES']
if (url === undefined) {
  console.log('postgres-lives: skipped, HOLDFAST_TEST_POSTGRES is not set')
  process.exit(0)
}

const SCHEMA = 'holdfast_bench'
const CLIENTS = [1, 8, 32]
const names = createNames('postgres', { schema: SCHEMA })
const pool = new Pool({ connectionString: url, max: 32 })
const setUp = async (): Promise<void> => {
  await pool.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE; CREATE SCHEMA ${SCHEMA}`)
  for (const statement of schemaStatements(names)) await pool.query(statement)
}

let lives = 0
const next = (): string => String(++lives).padStart(9, '0')
const buyer = { kind: 'buyer', id: 'bench' } as const

const payments = createPayments({
  store: sqlStore({
    db: new Kysely({ dialect: new PostgresDialect({ pool: preparedPool(pool) }) }),
    dialect: 'postgres',
    schema: SCHEMA,
  }),
  gateways: { mock: mock() },
  refundPolicies: { week: withinDays(7) },
})

const ours = async (): Promise<void> => {
  const seat = next()
  const line = { title: 'seat', unitPrice: krw(50_000), resource: { group: 'ours', id: seat } }
  const held = await payments.orders.hold({ actor: buyer, lines: [line], refundPolicy: 'week', idempotencyKey: seat })
  const order = held._unsafeUnwrap().id
  const started = await payments.orders.startPayment({ actor: buyer, order, gateway: 'mock' })
  const attemptId = started._unsafeUnwrap().attempt.id
  const paid = await payments.orders.confirm({ actor: buyer, order, attemptId })
  if (paid._unsafeUnwrap().status !== 'confirmed') throw new Error('not confirmed')
}

/** The columns of a table that have no default, with the values a hand would write. */
const insert = (table: string, values: Readonly<Record<string, string>>): string =>
  `INSERT INTO ${SCHEMA}.hf_${table} (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})`

const event = (id: string, type: string, to: string, sequence: number): string =>
  insert('events', {
    id: `${id} || '.e${sequence}'`,
    version: '1',
    order_id: id,
    buyer_id: `'bench'`,
    sequence: String(sequence),
    type: `'${type}'`,
    at: 'now()',
    actor_kind: `'buyer'`,
    actor_id: `'bench'`,
    cause: `'request'`,
    to_status: `'${to}'`,
    commit_id: `'hand'`,
  })
const outbox = (id: string, sequence: number): string =>
  insert('outbox', {
    id: `${id} || '.e${sequence}'`,
    version: '1',
    order_id: id,
    created_at: 'now()',
    tries: '0',
    next_try_at: 'now()',
  })
/** Fails as a whole unless every counted step touched its row. */
const allOf = (writes: readonly string[], counted: readonly string[]): string =>
  `WITH ${[...counted.map((sql, at) => `u${at} AS (${sql} RETURNING 1)`), ...writes.map((sql, at) => `i${at} AS (${sql})`)].join(', ')} ` +
  `SELECT CAST(CASE WHEN ${counted.map((_, at) => `(SELECT count(*) FROM u${at}) = 1`).join(' AND ') || 'true'} THEN '1' ELSE 'lost' || random() END AS integer)`

const id = '$1::text'
const orders = `${SCHEMA}.hf_orders`
const attempts = `${SCHEMA}.hf_attempts`
const HAND = {
  hold: allOf(
    [
      insert('requests', {
        id: `'hand:' || ${id}`,
        version: '1',
        fingerprint: `'f'`,
        order_id: id,
        result_id: id,
        created_at: 'now()',
      }),
      insert('orders', {
        id,
        version: '1',
        buyer_id: `'bench'`,
        title: `'seat'`,
        status: `'HOLD'`,
        currency: `'KRW'`,
        total_minor: '50000',
        policy_name: `'week'`,
        policy_version: '1',
        policy_terms: `'{}'`,
        attempt_count: '0',
        refunded_minor: '0',
        held_at: 'now()',
        hold_expires_at: `now() + interval '5 minutes'`,
        due_at: `now() + interval '5 minutes'`,
        event_count: '1',
      }),
      insert('order_lines', {
        id: `${id} || '.0'`,
        version: '1',
        order_id: id,
        position: '0',
        title: `'seat'`,
        quantity: '1',
        unit_minor: '50000',
        amount_minor: '50000',
        currency: `'KRW'`,
        resource_group: `'hand'`,
        resource_id: id,
      }),
      insert('claims', {
        id: `${id} || '.0'`,
        version: '1',
        order_id: id,
        buyer_id: `'bench'`,
        position: '0',
        resource_group: `'hand'`,
        resource_id: id,
        places: '1',
        held_until: `now() + interval '5 minutes'`,
      }),
      event(id, 'order.held', 'HOLD', 1),
      outbox(id, 1),
    ],
    [],
  ),
  start: allOf(
    [
      insert('attempts', {
        id: `'a' || ${id}`,
        version: '1',
        order_id: id,
        buyer_id: `'bench'`,
        number: '1',
        gateway: `'mock'`,
        mode: `'test'`,
        status: `'CREATED'`,
        currency: `'KRW'`,
        amount_minor: '50000',
        captured_minor: '0',
        refunded_minor: '0',
        key_generation: '0',
        created_at: 'now()',
        checks: '0',
        next_check_at: `now() + interval '5 minutes'`,
      }),
      event(id, 'order.paying_started', 'PAYING', 2),
      outbox(id, 2),
    ],
    [
      `UPDATE ${orders} SET status = 'PAYING', open_attempt_id = 'a' || ${id}, attempt_count = 1, event_count = 2, version = version + 1 WHERE id = ${id} AND version = 1 AND status = 'HOLD' AND hold_expires_at > now()`,
    ],
  ),
  request: allOf(
    [event(id, 'attempt.charge_requested', 'PAYING', 3)],
    [
      `UPDATE ${orders} SET event_count = 3, version = version + 1 WHERE id = ${id} AND version = 2 AND status = 'PAYING'`,
      `UPDATE ${attempts} SET status = 'PENDING', charge_requested_at = now(), provider_ref = 'hand:' || ${id}, version = version + 1 WHERE id = 'a' || ${id} AND version = 1`,
    ],
  ),
  confirm: allOf(
    [
      event(id, 'attempt.approved', 'PAYING', 4),
      event(id, 'order.confirmed', 'CONFIRMED', 5),
      outbox(id, 4),
      outbox(id, 5),
    ],
    [
      `UPDATE ${orders} SET status = 'CONFIRMED', paid_attempt_id = 'a' || ${id}, open_attempt_id = NULL, confirmed_at = now(), hold_expires_at = NULL, due_at = NULL, event_count = 5, version = version + 1 WHERE id = ${id} AND version = 3`,
      `UPDATE ${attempts} SET status = 'APPROVED', captured_minor = 50000, approved_at = now(), closed_at = now(), next_check_at = NULL, version = version + 1 WHERE id = 'a' || ${id} AND version = 2`,
      `UPDATE ${SCHEMA}.hf_claims SET held_until = NULL, version = version + 1 WHERE id = ${id} || '.0' AND version = 1`,
    ],
  ),
}

const byHand = async (): Promise<void> => {
  const order = `hand_${next()}`
  for (const [name, text] of Object.entries(HAND)) await pool.query({ name, text, values: [order] })
}

/** The textbook: a transaction per step with the rows locked first. */
const textbook = async (): Promise<void> => {
  const order = `book_${next()}`
  for (const [name, text] of Object.entries(HAND)) {
    const client: PoolClient = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query({ name: 'lock', text: `SELECT * FROM ${orders} WHERE id = $1 FOR UPDATE`, values: [order] })
      await client.query({ name, text, values: [order] })
      await client.query('COMMIT')
    } finally {
      client.release()
    }
  }
}

/** Lives a second with so many at once. */
const rate = (life: () => Promise<void>, clients: number) => async (): Promise<number> => {
  const each = Math.ceil(400 / clients)
  const startedAt = performance.now()
  const client = async (): Promise<void> => {
    for (let count = 0; count < each; count += 1) await life()
  }
  await Promise.all(Array.from({ length: clients }, client))
  return (each * clients) / ((performance.now() - startedAt) / 1_000)
}

await setUp()
for (const clients of CLIENTS) {
  const found = await medianRatio(
    { 'by hand': rate(byHand, clients), holdfast: rate(ours, clients), textbook: rate(textbook, clients) },
    { rounds: 7 },
  )
  console.log(`${clients} at once, lives a second against one hand-written statement per step`)
  for (const [name, ratio] of found) console.log(`  ${name.padEnd(10)} ${ratio.toFixed(2)}`)
}
await pool.query(`DROP SCHEMA ${SCHEMA} CASCADE`)
await pool.end()
