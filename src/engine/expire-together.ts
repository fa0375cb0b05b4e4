import { err, ok, Result, ResultAsync } from 'neverthrow'
import type { Order } from '../core/order'
import { decideOrder } from '../core/order-machine'
import { findAmong } from '../storage/among'
import type { Row } from '../storage/schema'
import type { Adjust, Op } from '../storage/store'
import { commitChange } from './commit-change'
import type { Door, Engine } from './engine'
import { type CommonError, storeUnavailable } from './errors'
import { matching } from './events'
import { fromStore } from './load'
import { orderFromRow } from './rows'
import { type Change, toChange } from './write'

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
): ResultAsync<Together, CommonError> => new ResultAsync(expirePage(engine, rows, door))

/**
 * Plain promises, here and below: a chain of `andThen` keeps what it has passed on alive for several pages, and moving
 * those orders about costs the collector more than deciding on them.
 */
type Expiring = Promise<Result<Together, CommonError>>

const expirePage = async (engine: Engine, rows: readonly Row<'orders'>[], door: Door): Expiring => {
  const { plain, left } = sortedOut(rows)
  const size = matching(engine.inTransaction, 'order.expired').length === 0 ? plain.length : WITH_HOOKS
  let sum: Together = { expired: 0, lost: 0, left }
  for (let from = 0; from < plain.length; from += size) {
    const done = await expireAll(engine, plain.slice(from, from + size), door, TRIES)
    if (done.isErr()) return done
    sum = added(sum, done.value)
  }
  return ok(sum)
}

const NOTHING: Together = { expired: 0, lost: 0, left: [] }

const added = (sum: Together, more: Together): Together => ({
  expired: sum.expired + more.expired,
  lost: sum.lost + more.lost,
  left: [...sum.left, ...more.left],
})

/** Orders without an open attempt, as they were read; the others, and rows that cannot be read, by their id. */
const sortedOut = (rows: readonly Row<'orders'>[]): { readonly plain: readonly Order[]; readonly left: string[] } => {
  const read = Result.fromThrowable(orderFromRow, storeUnavailable)
  const plain: Order[] = []
  const left: string[] = []
  for (const row of rows) {
    const order = read(row)
    if (order.isOk() && (order.value.status !== 'PAYING' || order.value.openAttemptId === null)) plain.push(order.value)
    else left.push(row.id)
  }
  return { plain, left }
}

const expireAll = async (engine: Engine, orders: readonly Order[], door: Door, tries: number): Expiring => {
  const at = engine.clock.now()
  const ids = orders.map(({ id }) => id)
  const claims = await fromStore(() => findAmong(engine.store, 'claims', 'byOrder', ids))
  if (claims.isErr()) return err(claims.error)
  const claimsOf = byOrder(claims.value)
  const changes: Change[] = []
  const left: string[] = []
  for (const order of orders) {
    const loaded = { order, attempt: null, refund: null, claims: claimsOf.get(order.id) ?? NO_ROWS, lines: NO_ROWS }
    const events = decideOrder(order, { type: 'expire_order', at }).unwrapOr([])
    if (events.length > 0) changes.push(toChange(loaded, events, door))
    else left.push(order.id)
  }
  const done = await commitAll(engine, changes, door, tries)
  return done.map((together) => added(together, { ...NOTHING, left }))
}

const NO_ROWS: readonly never[] = []

const byOrder = (claims: readonly Row<'claims'>[]): ReadonlyMap<string, readonly Row<'claims'>[]> => {
  const byId = new Map<string, Row<'claims'>[]>()
  for (const claim of claims) {
    const others = byId.get(claim.orderId)
    if (others === undefined) byId.set(claim.orderId, [claim])
    else others.push(claim)
  }
  return byId
}

const commitAll = async (engine: Engine, changes: readonly Change[], door: Door, tries: number): Expiring => {
  if (changes.length === 0) return ok(NOTHING)
  const ids = changes.map(({ before }) => before.order.id)
  const { ops, owners } = oneWrite(changes)
  const written = await commitChange(engine, { ops, events: changes.flatMap(({ events }) => events) })
  if (written.isErr()) return written.error.code === 'hook_failed' ? ok({ ...NOTHING, left: ids }) : err(written.error)
  if (written.value.kind === 'committed') {
    for (const id of ids) engine.changed(id)
    return ok({ ...NOTHING, expired: ids.length })
  }
  const loser = owners[written.value.op] ?? null
  // What stands in the way is no order of the page: alone, each finds out whether it does in its own.
  if (tries <= 1 || loser === null) return ok({ ...NOTHING, left: ids })
  return withoutLoser(engine, ids, loser, door, tries - 1)
}

/** Decides again from fresh state, without the order that stood in the way. */
const withoutLoser = async (
  engine: Engine,
  ids: readonly string[],
  loser: string,
  door: Door,
  tries: number,
): Expiring => {
  const rows = await fromStore(() => findAmong(engine.store, 'orders', 'id', ids))
  if (rows.isErr()) return err(rows.error)
  const due = rows.value.filter(({ status }) => status === 'HOLD' || status === 'PAYING')
  const { plain, left } = sortedOut(due.filter(({ id }) => id !== loser))
  const alone = due.some(({ id }) => id === loser) ? [...left, loser] : left
  const missed: Together = { expired: 0, lost: ids.length - due.length, left: alone }
  const done = await expireAll(engine, plain, door, tries)
  return done.map((together) => added(together, missed))
}

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
