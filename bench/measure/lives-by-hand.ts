import { createHash, randomUUID } from 'node:crypto'
import { handWritten } from './by-hand'
import type { BenchSchema } from './server'

/** One statement of a step with its values. Two runners send them: alone, or in a transaction with the row locked. */
export type HandStep = { readonly name: string; readonly text: string; readonly values: readonly (string | number)[] }

type Answer = Readonly<Record<string, unknown>>
export type RunStep = (order: string, step: HandStep) => Promise<Answer>

/** What the gateway of a life by hand answers, in process as the mock does. */
type Charge = { readonly amount: number; readonly currency: string; readonly providerRef: string; readonly at: string }

const charge = async (attempt: string, { total_minor, currency }: Answer): Promise<Charge> => ({
  amount: Number(total_minor),
  currency: String(currency),
  providerRef: `hand:${attempt}`,
  at: new Date().toISOString(),
})

/**
 * hold → start → request → confirm as one writes it by hand for these tables: one statement a step, and nothing known
 * that a route would not know. Owner, deadline, state and amount are checked in the rows themselves.
 */
export const lifeByHand = (bench: BenchSchema) => {
  const { back, history, queued, step, confirm } = handWritten(bench)
  const orders = bench.table('orders')
  const attempts = bench.table('attempts')

  const holdRows = () => {
    const until = `now() + interval '5 minutes'`
    const line = { id: `$1::text || '.0'`, version: '1', order_id: '$1::text', position: '0' }
    const seat = { resource_group: '$8::text', resource_id: '$9::text' }
    return {
      o: `${bench.insert('orders', {
        id: '$1::text',
        version: '1',
        buyer_id: '$4::text',
        title: '$5::text',
        status: `'HOLD'`,
        currency: '$7::text',
        total_minor: '$6::bigint',
        policy_name: `'week'`,
        policy_version: '1',
        policy_terms: `'{"rule":"within_days","days":7,"calendar":null}'`,
        attempt_count: '0',
        refunded_minor: '0',
        held_at: 'now()',
        hold_expires_at: until,
        due_at: until,
        event_count: '1',
      })} ${back()}`,
      r: bench.insert('requests', {
        id: '$2::text',
        version: '1',
        fingerprint: '$3::text',
        order_id: '$1::text',
        result_id: '$1::text',
        created_at: 'now()',
      }),
      l: bench.insert('order_lines', {
        ...line,
        ...seat,
        title: '$5::text',
        quantity: '1',
        unit_minor: '$6::bigint',
        amount_minor: '$6::bigint',
        currency: '$7::text',
      }),
      c: bench.insert('claims', { ...line, ...seat, buyer_id: '$4::text', places: '1', held_until: until }),
    }
  }
  const held = { actor: '$4::text', cause: 'request', commitId: '$10::text' } as const
  const HOLD = step(
    { ...holdRows(), e: history(held, { type: 'order.held', from: 'NULL', to: 'HOLD' }), x: queued() },
    ['o'],
    'o.id, o.hold_expires_at',
  )

  const started = { actor: '$3::text', cause: 'request', commitId: '$5::text' } as const
  const attemptRow = {
    id: '$2::text',
    version: '1',
    order_id: 'o.id',
    buyer_id: 'o.buyer_id',
    number: 'o.attempt_count',
    gateway: '$4::text',
    mode: `'test'`,
    status: `'CREATED'`,
    currency: 'o.currency',
    amount_minor: 'o.total_minor',
    captured_minor: '0',
    refunded_minor: '0',
    key_generation: '0',
    created_at: 'now()',
    opened_at: 'now()',
    checks: '0',
    next_check_at: 'o.hold_expires_at',
  }
  const START = step(
    {
      o: `UPDATE ${orders} SET status = 'PAYING', open_attempt_id = $2::text, attempt_count = attempt_count + 1,
        event_count = event_count + 1, version = version + 1
        WHERE id = $1::text AND buyer_id = $3::text AND status IN ('HOLD', 'PAYING') AND open_attempt_id IS NULL
        AND hold_expires_at > now() ${back()}`,
      a: bench.insert('attempts', attemptRow, 'FROM o'),
      e: history(started, { type: 'order.paying_started', from: `'HOLD'`, to: 'PAYING', attempt: '$2::text' }),
      x: queued(),
    },
    ['o'],
    'o.title, o.total_minor, o.currency',
  )

  const asked = { actor: '$3::text', cause: 'request', commitId: '$4::text' } as const
  const REQUEST = step(
    {
      o: `UPDATE ${orders} SET event_count = event_count + 1, version = version + 1
        WHERE id = $1::text AND buyer_id = $3::text AND status = 'PAYING' AND open_attempt_id = $2::text
        AND hold_expires_at > now() ${back()}`,
      a: `UPDATE ${attempts} AS attempts SET status = 'PENDING', charge_requested_at = now(),
        next_check_at = now() + interval '1 minute', version = attempts.version + 1
        FROM o WHERE attempts.id = $2::text AND attempts.order_id = o.id AND status = 'CREATED'
        AND charge_requested_at IS NULL RETURNING 1`,
      e: history(asked, { type: 'attempt.charge_requested', from: `'PAYING'`, to: 'PAYING', attempt: '$2::text' }),
    },
    ['o', 'a'],
    'o.total_minor, o.currency',
  )

  const CONFIRM = confirm(
    { actor: '$2::text', cause: 'request', commitId: '$3::text' },
    {
      attempt: '$1::text',
      gateway: '$4::text',
      providerRef: '$5::text',
      amount: '$6::bigint',
      currency: '$7::text',
      at: '$8::timestamptz',
    },
  )

  /** One life of one seat. Every write has an id of its own, by which a lost answer could be found again. */
  return async (run: RunStep, seat: string): Promise<void> => {
    const buyer = 'bench'
    const order = `ord_${randomUUID()}`
    const attempt = `att_${randomUUID()}`
    const input = { title: 'seat', amount: 50_000, currency: 'KRW', group: 'hand', seat }
    const fingerprint = createHash('sha256').update(JSON.stringify(input)).digest('hex')
    const { title, amount, currency, group } = input
    const held = [order, `hold:${buyer}:${seat}`, fingerprint, buyer, title, amount, currency, group, seat]
    await run(order, { name: 'hold', text: HOLD, values: [...held, randomUUID()] })
    await run(order, { name: 'start', text: START, values: [order, attempt, buyer, 'mock', randomUUID()] })
    const request = { name: 'request', text: REQUEST, values: [order, attempt, buyer, randomUUID()] }
    const paid = await charge(attempt, await run(order, request))
    const said = [paid.providerRef, paid.amount, paid.currency, paid.at]
    await run(order, { name: 'confirm', text: CONFIRM, values: [attempt, buyer, randomUUID(), 'mock', ...said] })
  }
}
