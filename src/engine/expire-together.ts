import { err, ok, okAsync, Result, ResultAsync } from 'neverthrow'
import type { Order } from '../core/order'
import { decideOrder } from '../core/order-machine'
import { findAmong } from '../storage/among'
import type { Row } from '../storage/schema'
import type { Adjust, Op } from '../storage/store'
import type { Door, Engine } from './engine'
import { type CommonError, storeUnavailable } from './errors'
import { matching } from './events'
import { fromStore } from './load'
import { orderFromRow } from './rows'
import { type Change, commitChange, toChange } from './write'

/** Hooks of the host run one after another while the rows are locked: then fewer orders share a commit. */
const WITH_HOOKS = 20
/** How often the rest of a page is tried without whoever stood in the way. */
const TRIES = 3

export type Together = {
  readonly expired: number
  /** Orders that somebody else has moved on meanwhile. */
  readonly lost: number
  /** Orders that have to be looked at one by one. */
  readonly left: readonly string[]
}

/**
 * Expires the orders of a page whose deadline has passed and which have no open attempt, all in one commit. What they
 * have in common with `expireIfDue` is the decision and the write; only the commit is shared.
 *
 * An order that loses a race, or whose hook throws, does not spoil the others: it is left over, to be expired alone.
 */
export const expireTogether = (
  engine: Engine,
  rows: readonly Row<'orders'>[],
  door: Door,
): ResultAsync<Together, CommonError> =>
  new ResultAsync(
    (async () => {
      const { plain, left } = sortedOut(rows)
      const size = matching(engine.inTransaction, 'order.expired').length === 0 ? plain.length : WITH_HOOKS
      let sum: Together = { expired: 0, lost: 0, left }
      for (let from = 0; from < plain.length; from += size) {
        const done = await expireAll(engine, plain.slice(from, from + size), door, TRIES)
        if (done.isErr()) return err(done.error)
        sum = added(sum, done.value)
      }
      return ok(sum)
    })(),
  )

const NOTHING: Together = { expired: 0, lost: 0, left: [] }

const added = (sum: Together, more: Together): Together => ({
  expired: sum.expired + more.expired,
  lost: sum.lost + more.lost,
  left: [...sum.left, ...more.left],
})

/** Orders without an open attempt, as they were read; the others, and rows that cannot be read, by their id. */
const sortedOut = (rows: readonly Row<'orders'>[]): { readonly plain: readonly Order[]; readonly left: string[] } => {
  const plain: Order[] = []
  const left: string[] = []
  for (const row of rows) {
    const order = Result.fromThrowable(orderFromRow, storeUnavailable)(row)
    if (order.isOk() && (order.value.status !== 'PAYING' || order.value.openAttemptId === null)) plain.push(order.value)
    else left.push(row.id)
  }
  return { plain, left }
}

const expireAll = (
  engine: Engine,
  orders: readonly Order[],
  door: Door,
  tries: number,
): ResultAsync<Together, CommonError> => {
  const at = engine.clock.now()
  const ids = orders.map(({ id }) => id)
  return fromStore(() => findAmong(engine.store, 'claims', 'byOrder', ids)).andThen((claims) => {
    const claimsOf = new Map<string, Row<'claims'>[]>(ids.map((id) => [id, []]))
    for (const claim of claims) claimsOf.get(claim.orderId)?.push(claim)
    const changes: Change[] = []
    const left: string[] = []
    for (const order of orders) {
      const loaded = { order, attempt: null, refund: null, claims: claimsOf.get(order.id) ?? [], lines: [] }
      const events = decideOrder(order, { type: 'expire_order', at }).unwrapOr([])
      if (events.length > 0) changes.push(toChange(loaded, events, door))
      else left.push(order.id)
    }
    return commitAll(engine, changes, door, tries).map((done) => added(done, { ...NOTHING, left }))
  })
}

const commitAll = (
  engine: Engine,
  changes: readonly Change[],
  door: Door,
  tries: number,
): ResultAsync<Together, CommonError> => {
  const [only] = changes
  if (only === undefined) return okAsync(NOTHING)
  const ids = changes.map(({ before }) => before.order.id)
  const { ops, owners } = oneWrite(changes)
  return commitChange(engine, { ops, events: changes.flatMap(({ events }) => events) })
    .andThen((outcome): ResultAsync<Together, CommonError> => {
      if (outcome.kind === 'committed') {
        for (const id of ids) engine.changed(id)
        return okAsync({ ...NOTHING, expired: ids.length })
      }
      const loser = owners[outcome.op] ?? null
      // What stands in the way is no order of the page: alone, each finds out whether it does in its own.
      if (tries <= 1 || loser === null) return okAsync({ ...NOTHING, left: ids })
      return withoutLoser(engine, ids, loser, door, tries - 1)
    })
    .orElse((error) => (error.code === 'hook_failed' ? ok({ ...NOTHING, left: ids }) : err(error)))
}

/** Decides again from fresh state, without the order that stood in the way. */
const withoutLoser = (
  engine: Engine,
  ids: readonly string[],
  loser: string,
  door: Door,
  tries: number,
): ResultAsync<Together, CommonError> =>
  fromStore(() => findAmong(engine.store, 'orders', 'id', ids)).andThen((rows) => {
    const due = rows.filter(({ status }) => status === 'HOLD' || status === 'PAYING')
    const { plain, left } = sortedOut(due.filter(({ id }) => id !== loser))
    const alone = due.some(({ id }) => id === loser) ? [...left, loser] : left
    const missed: Together = { expired: 0, lost: ids.length - due.length, left: alone }
    return expireAll(engine, plain, door, tries).map((done) => added(done, missed))
  })

/** The ops of all changes, those on one pool summed, because a commit names a row at most once; and whose each one is. */
const oneWrite = (
  changes: readonly Change[],
): { readonly ops: readonly Op[]; readonly owners: readonly (string | null)[] } => {
  const ops: Op[] = []
  const owners: (string | null)[] = []
  const shared = new Map<string, Adjust>()
  for (const { before, ops: own } of changes) {
    for (const op of own) {
      if (op.op === 'adjust') {
        const key = `${op.kind} ${op.field} ${op.id}`
        const sum = shared.get(key)
        shared.set(key, sum === undefined ? op : { ...sum, by: sum.by + op.by, min: Math.max(sum.min, op.min) })
      } else {
        ops.push(op)
        owners.push(before.order.id)
      }
    }
  }
  return { ops: [...ops, ...shared.values()], owners }
}
