import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { DatabaseError } from 'pg'
import type { BenchSchema } from './server'

export type Delivery = { readonly headers: Readonly<Record<string, string>>; readonly rawBody: Uint8Array }

const order = '$1::text'
const attempt = '$2::text'
const decoder = new TextDecoder()
const INVALID_CAST = '22P02'
const UNIQUE = '23505'

/** A webhook route as one writes it by hand for one provider and these tables, with every guarantee and no reads. */
export const confirmByHand = (
  bench: BenchSchema,
  { secret, header }: { readonly secret: string; readonly header: string },
) => {
  const inbox = bench.table('inbox')

  /** The same orders, started by hand. */
  const insertStarted = async (notices: number): Promise<void> => {
    const from = `FROM generate_series(1, ${notices}) AS n`
    const id = `'ord_' || lpad(n::text, 24, '0')`
    const until = `now() + interval '5 minutes'`
    const sum = { currency: `'KRW'`, version: '1' }
    const seat = { resource_group: `'hall'`, resource_id: `n::text` }
    const part = { id: `${id} || '.0'`, order_id: id, position: '0' }
    const orderRow = {
      ...sum,
      id,
      version: '2',
      buyer_id: `'bench'`,
      title: `'seat'`,
      status: `'PAYING'`,
      total_minor: '50000',
      policy_name: `'week'`,
      policy_version: '1',
      policy_terms: `'{}'`,
      attempt_count: '1',
      open_attempt_id: `'att' || ${id}`,
      refunded_minor: '0',
      held_at: 'now()',
      hold_expires_at: until,
      due_at: until,
      event_count: '2',
    }
    const line = {
      ...part,
      ...sum,
      ...seat,
      title: `'seat'`,
      quantity: '1',
      unit_minor: '50000',
      amount_minor: '50000',
    }
    const claim = { ...part, ...seat, version: '1', buyer_id: `'bench'`, places: '1', held_until: until }
    const attemptRow = {
      ...sum,
      id: `'att' || ${id}`,
      order_id: id,
      buyer_id: `'bench'`,
      number: '1',
      gateway: `'mock'`,
      mode: `'test'`,
      status: `'CREATED'`,
      amount_minor: '50000',
      captured_minor: '0',
      refunded_minor: '0',
      key_generation: '0',
      created_at: 'now()',
      checks: '0',
      next_check_at: until,
    }
    for (const [table, row] of Object.entries({
      orders: orderRow,
      order_lines: line,
      claims: claim,
      attempts: attemptRow,
    })) {
      await bench.pool.query(bench.insert(table, row, from))
    }
  }

  const history = (type: string, to: string, sequence: number): string =>
    bench.insert('events', {
      id: `${order} || '.e000${sequence}'`,
      version: '1',
      order_id: order,
      buyer_id: `'bench'`,
      sequence: String(sequence),
      type: `'${type}'`,
      at: 'now()',
      actor_kind: `'provider'`,
      actor_id: `'mock'`,
      cause: `'webhook'`,
      from_status: `'PAYING'`,
      to_status: `'${to}'`,
      attempt_id: attempt,
      currency: `'KRW'`,
      amount_minor: '50000',
      commit_id: `'hand'`,
    })
  const queued = (sequence: number): string =>
    bench.insert('outbox', {
      id: `${order} || '.e000${sequence}'`,
      version: '1',
      order_id: order,
      created_at: 'now()',
      tries: '0',
      next_try_at: 'now()',
    })

  const STORE = `${bench.insert('inbox', {
    id: '$1::text',
    version: '1',
    gateway: `'mock'`,
    type: '$2::text',
    attempt_id: '$3::text',
    provider_ref: '$4::text',
    status: `'RECEIVED'`,
    deliveries: '1',
    payload: '$5::text',
    received_at: 'now()',
  })} ON CONFLICT (id) DO UPDATE SET deliveries = ${inbox}.deliveries + 1 RETURNING status`

  /** Fails as a whole unless every row was still as it has to be. */
  const CONFIRM = `WITH
  o AS (UPDATE ${bench.table('orders')} SET status = 'CONFIRMED', paid_attempt_id = ${attempt}, open_attempt_id = NULL,
    confirmed_at = now(), hold_expires_at = NULL, due_at = NULL, event_count = 4, version = version + 1
    WHERE id = ${order} AND version = 2 AND status = 'PAYING' RETURNING 1),
  a AS (UPDATE ${bench.table('attempts')} SET status = 'APPROVED', provider_ref = 'mock:' || ${attempt},
    captured_minor = 50000, approved_at = now(), closed_at = now(), next_check_at = NULL, version = version + 1
    WHERE id = ${attempt} AND version = 1 RETURNING 1),
  c AS (UPDATE ${bench.table('claims')} SET held_until = NULL, version = version + 1
    WHERE id = ${order} || '.0' AND version = 1 RETURNING 1),
  n AS (UPDATE ${inbox} SET status = 'HANDLED', handled_at = now(), version = version + 1
    WHERE id = $3::text AND status = 'RECEIVED' RETURNING 1),
  e1 AS (${history('attempt.approved', 'PAYING', 3)}), e2 AS (${history('order.confirmed', 'CONFIRMED', 4)}),
  x1 AS (${queued(3)}), x2 AS (${queued(4)})
  SELECT CAST(CASE WHEN (SELECT count(*) FROM o) + (SELECT count(*) FROM a) + (SELECT count(*) FROM c) +
    (SELECT count(*) FROM n) = 4 THEN '1' ELSE 'lost' || random() END AS integer)`

  const key = createSecretKey(Buffer.from(secret))

  const receive = async ({ headers, rawBody }: Delivery): Promise<void> => {
    const expected = createHmac('sha256', key).update(rawBody).digest()
    if (!timingSafeEqual(expected, Buffer.from(headers[header] ?? '', 'hex'))) throw new Error('forged')
    const { id, type, attemptId, providerRef } = JSON.parse(decoder.decode(rawBody))
    const payload = JSON.stringify({ id, type, attemptId, providerRef })
    const stored = await bench.pool.query<{ readonly status: string }>({
      name: 'store',
      text: STORE,
      values: [id, type, attemptId, providerRef, payload],
    })
    if (stored.rows[0]?.status === 'HANDLED') return
    try {
      // An attempt made by hand carries its order's id, so that nothing has to be read.
      await bench.pool.query({ name: 'confirm', text: CONFIRM, values: [attemptId.slice(3), attemptId, id] })
    } catch (error) {
      // Another delivery of the same notice was faster.
      if (!(error instanceof DatabaseError) || (error.code !== INVALID_CAST && error.code !== UNIQUE)) throw error
    }
  }

  return { insertStarted, receive }
}
