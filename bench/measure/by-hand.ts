import type { BenchSchema } from './server'

/** Through which door a hand-written step comes, as its history says. */
type ByHand = { readonly actor: string; readonly cause: 'request' | 'webhook'; readonly commitId: string }

type Fact = {
  readonly type: string
  readonly from: string
  readonly to: string
  /** How many facts of the same step come after it. */
  readonly before?: number
  readonly attempt?: string
  readonly amount?: string
}

const INVALID_CAST = '22P02'

/** True when a hand-written step was refused as a whole: a row was not as it had to be. */
export const isRefused = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === INVALID_CAST

/**
 * The parts of hand-written steps. A step is one statement that reads what it needs from the rows it changes, checks it
 * there, writes the history and the outbox, and fails as a whole. In every step `o` is the order as it is afterwards.
 */
export const handWritten = (bench: BenchSchema) => {
  const eventId = (before: number): string => `o.id || '.e' || lpad((o.event_count - ${before})::text, 4, '0')`

  const history = (by: ByHand, { type, from, to, before = 0, attempt = 'NULL', amount }: Fact): string =>
    bench.insert(
      'events',
      {
        id: eventId(before),
        version: '1',
        order_id: 'o.id',
        buyer_id: 'o.buyer_id',
        sequence: `o.event_count - ${before}`,
        type: `'${type}'`,
        at: 'now()',
        actor_kind: `'${by.cause === 'request' ? 'buyer' : 'provider'}'`,
        actor_id: by.actor,
        cause: `'${by.cause}'`,
        from_status: from,
        to_status: `'${to}'`,
        attempt_id: attempt,
        currency: amount === undefined ? 'NULL' : 'o.currency',
        amount_minor: amount ?? 'NULL',
        commit_id: by.commitId,
      },
      'FROM o',
    )

  const queued = (before = 0): string =>
    bench.insert(
      'outbox',
      {
        id: eventId(before),
        version: '1',
        order_id: 'o.id',
        created_at: 'now()',
        tries: '0',
        next_try_at: 'now()',
      },
      'FROM o',
    )

  /** The cast fails unless every named part touched one row; what it casts is known only then. */
  const step = (parts: Readonly<Record<string, string>>, counted: readonly string[], answer: string): string => {
    const checks = counted.map((name) => `(SELECT count(*) FROM ${name}) = 1`)
    const whole = `CAST(CASE WHEN ${checks.join(' AND ')} THEN '1' ELSE 'lost' || random() END AS integer)`
    const expressions = Object.entries(parts).map(([name, sql]) => `${name} AS (${sql})`)
    return `WITH ${expressions.join(',\n')}\nSELECT ${whole} AS whole, ${answer} FROM (SELECT 1) AS one LEFT JOIN o ON true`
  }

  const back = (id = 'id'): string =>
    `RETURNING ${id}, buyer_id, title, total_minor, currency, event_count, attempt_count, hold_expires_at`

  /**
   * The money is there: compared with what was agreed, in time, and for the attempt the order waits for. The parts are
   * `a`, `o`, `c` and the facts; `more` is written with them.
   */
  const confirm = (
    by: ByHand,
    paid: {
      readonly attempt: string
      readonly gateway: string
      readonly providerRef: string
      readonly amount: string
      readonly currency: string
      readonly at: string
    },
    more: Readonly<Record<string, string>> = {},
  ): string => {
    const { attempt, gateway, providerRef, amount, currency, at } = paid
    const a = `UPDATE ${bench.table('attempts')} SET status = 'APPROVED', provider_ref = ${providerRef},
      captured_minor = ${amount}, approved_at = ${at}, closed_at = now(), next_check_at = NULL, version = version + 1
      WHERE id = ${attempt} AND gateway = ${gateway} AND status IN ('CREATED', 'PENDING', 'UNKNOWN')
      AND amount_minor = ${amount} AND currency = ${currency}
      AND (provider_ref IS NULL OR provider_ref = ${providerRef})
      RETURNING id, order_id, coalesce(charge_requested_at, approved_at) AS committed_at`
    const o = `UPDATE ${bench.table('orders')} AS orders SET status = 'CONFIRMED', paid_attempt_id = a.id,
      open_attempt_id = NULL, confirmed_at = now(), hold_expires_at = NULL, due_at = NULL,
      event_count = event_count + 2, version = version + 1
      FROM a WHERE orders.id = a.order_id AND status = 'PAYING' AND open_attempt_id = a.id
      AND a.committed_at <= hold_expires_at + interval '60 seconds' ${back('orders.id')}`
    const c = `UPDATE ${bench.table('claims')} AS claims SET held_until = NULL, version = claims.version + 1
      FROM o WHERE claims.order_id = o.id RETURNING 1`
    const approved = { type: 'attempt.approved', from: `'PAYING'`, to: 'PAYING', before: 1, attempt, amount }
    const confirmed = { type: 'order.confirmed', from: `'PAYING'`, to: 'CONFIRMED', attempt }
    const facts = { e1: history(by, approved), e2: history(by, confirmed), x1: queued(1), x2: queued() }
    return step({ a, o, c, ...facts, ...more }, ['a', 'o', ...Object.keys(more)], 'o.id, o.event_count')
  }

  return { back, history, queued, step, confirm }
}
