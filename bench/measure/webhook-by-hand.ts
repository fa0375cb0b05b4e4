import { createHmac, createSecretKey, randomUUID, timingSafeEqual } from 'node:crypto'
import { handWritten, isRefused } from './by-hand'
import type { BenchSchema } from './server'

export type Delivery = { readonly headers: Readonly<Record<string, string>>; readonly rawBody: Uint8Array }

const decoder = new TextDecoder()

/** What the provider of the loop by hand answers when it is asked, in process as the mock does. */
const lookup = async (attempt: string) => ({
  providerRef: `mock:${attempt}`,
  amount: 50_000,
  currency: 'KRW',
  at: new Date().toISOString(),
})

/**
 * A webhook route as one writes it by hand for one provider and these tables: what it has to know it finds in the
 * statement that writes. It decides about one case, the payment that came in time; the others it refuses.
 */
export const confirmByHand = (
  bench: BenchSchema,
  { secret, header }: { readonly secret: string; readonly header: string },
) => {
  const { confirm } = handWritten(bench)
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
      opened_at: 'now()',
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

  const CONFIRM = confirm(
    { actor: `'mock'`, cause: 'webhook', commitId: '$3::text' },
    {
      attempt: '$1::text',
      gateway: '$4::text',
      providerRef: '$5::text',
      amount: '$6::bigint',
      currency: '$7::text',
      at: '$8::timestamptz',
    },
    {
      n: `UPDATE ${inbox} SET status = 'HANDLED', handled_at = now(), version = version + 1
        WHERE id = $2::text AND status = 'RECEIVED' RETURNING 1`,
    },
  )
  const HANDLED = `SELECT 1 FROM ${inbox} WHERE id = $1 AND status = 'HANDLED'`

  const key = createSecretKey(Buffer.from(secret))

  const receive = async ({ headers, rawBody }: Delivery): Promise<void> => {
    const expected = createHmac('sha256', key).update(rawBody).digest()
    if (!timingSafeEqual(expected, Buffer.from(headers[header] ?? '', 'hex'))) throw new Error('forged')
    const { id, type, attemptId, providerRef } = JSON.parse(decoder.decode(rawBody))
    const payload = JSON.stringify({ id, type, attemptId, providerRef })
    const stored = await bench.pool.query<{ readonly status: string }>({
      name: 'store',
      text: STORE,
      values: [`mock:${id}`, type, attemptId, providerRef, payload],
    })
    if (stored.rows[0]?.status === 'HANDLED') return
    // The notice is a hint: what was taken is in the provider's record.
    const paid = await lookup(attemptId)
    const said = [paid.providerRef, paid.amount, paid.currency, paid.at]
    const values = [attemptId, `mock:${id}`, randomUUID(), 'mock', ...said]
    try {
      await bench.pool.query({ name: 'confirm', text: CONFIRM, values })
    } catch (error) {
      if (!isRefused(error)) throw error
      // Another delivery of the same notice was faster; anything else must not be answered with a 200.
      const { rows } = await bench.pool.query({ name: 'handled', text: HANDLED, values: [`mock:${id}`] })
      if (rows.length === 0) throw error
    }
  }

  return { insertStarted, receive }
}
