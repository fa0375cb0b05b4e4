import { err, ok, type Result, ResultAsync } from 'neverthrow'
import type { Actor } from '../core/actor'
import type { Engine } from './engine'
import { type CommonError, notFound } from './errors'
import type { Action, Authorize } from './options'

/** Buyers on what is theirs; admins and the system on everything; topping up a wallet is not a buyer's own decision. */
export const defaultAuthorize: Authorize = (actor, action, { ownerId }) => {
  if (actor.kind === 'admin' || actor.kind === 'system') return true
  if (actor.kind !== 'buyer' || BEYOND_BUYERS.has(action)) return false
  return ownerId !== null && ownerId === actor.id
}

const BEYOND_BUYERS: ReadonlySet<Action> = new Set([
  'wallet.credit',
  'wallet.debit',
  'resources.manage',
  'refund.complete_by_hand',
  'admin.read',
])

/**
 * Refuses what the host does not allow. Somebody else's order answers like a missing one, so that nobody learns that it
 * exists. A throwing `authorize` allows nothing.
 */
export const allow = (
  engine: Engine,
  actor: Actor,
  action: Action,
  ownerId: string | null,
): ResultAsync<void, CommonError> => new ResultAsync(ask(engine, actor, action, ownerId))

const ask = async (
  { authorize }: Engine,
  actor: Actor,
  action: Action,
  ownerId: string | null,
): Promise<Result<void, CommonError>> => {
  const forbidden: CommonError = { code: 'forbidden', action, outcome: 'not_executed' }
  try {
    if ((await authorize(actor, action, { ownerId })) === true) return ok(undefined)
  } catch {
    return err(forbidden)
  }
  const isForeign = actor.kind === 'buyer' && ownerId !== null && ownerId !== actor.id
  return err(isForeign ? notFound('order') : forbidden)
}
