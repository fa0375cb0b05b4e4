import { err, ok, okAsync, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import { isOpen } from '../core/attempt'
import { decideProviderRefund } from '../core/checkout'
import type { DecideError } from '../core/errors'
import type { ProviderPayment, ProviderRefund } from '../providers/gateway'
import { changeOrder } from './change'
import { applyToAttempt, conclude, nextCheck } from './conclude'
import { type ConnectedGateway, type Door, type Engine, later } from './engine'
import type { CommonError } from './errors'
import { fromStore, loadAttempt } from './load'
import { concludeRefund, refundsOf, returnSurplus } from './refund-execution'

export type ReconcileError = DecideError | CommonError

/** The attempt as it is now, and whether the provider's record was read. */
export type Reconciled = { readonly attempt: Attempt; readonly answered: boolean }

/**
 * Asks the provider how an attempt stands and makes that our state. Webhooks, jobs, repeats and reads all come here; it
 * never charges. An answer that proves nothing yet leaves the attempt as it is and books the next look-up.
 */
export const reconcileAttempt = (
  engine: Engine,
  attempt: Attempt,
  door: Door,
  { isPastHold = false }: { readonly isPastHold?: boolean } = {},
): ResultAsync<Reconciled, ReconcileError> => {
  const gateway = engine.gateways.get(attempt.gateway)
  if (gateway === undefined) return askLater(engine, attempt, false)
  // What the provider will say was true from here on: a window must have passed before, not while, we ask.
  const asking: Asking = { engine, gateway, attempt, door, askedAt: engine.clock.now() }
  if (nobodyAsked(gateway, attempt) && door.cause !== 'webhook') return closeIfHarmless(asking, 'abandoned')
  return (
    gateway
      .lookup(attempt)
      .map((payment): ProviderPayment | null => payment)
      // Being unable to ask says nothing about the money.
      .orElse(() => ok(null))
      .andThen((payment) =>
        payment === null ? askLater(engine, attempt, false) : understand(asking, payment, isPastHold),
      )
  )
}

type Asking = {
  readonly engine: Engine
  readonly gateway: ConnectedGateway
  readonly attempt: Attempt
  readonly door: Door
  readonly askedAt: Date
}

const understand = (
  asking: Asking,
  payment: ProviderPayment,
  isPastHold: boolean,
): ResultAsync<Reconciled, ReconcileError> => {
  const { engine, attempt, door } = asking
  const again = () => reread(engine, attempt.id, true)
  switch (payment.status) {
    case 'approved':
      return conclude(engine, attempt, ok(payment), door)
        .andThen(({ events }) => returnSurplus(engine, events, door))
        .andThen(() => learnRefunds(engine, attempt, payment.refunds, door))
        .andThen(again)
    case 'waiting':
      if (payment.expired) return closeIfHarmless(asking, 'deposit_expired')
      // Accepted without a date: nobody's seat waits for it longer than for a charge. If it comes late, it goes back.
      if (isPastHold && payment.dueAt === null) return closeIfHarmless(asking, 'waited_too_long')
      return conclude(engine, attempt, ok(payment), door).andThen(again)
    case 'failed':
      return applyToAttempt(engine, attempt, door, () => ({
        type: 'fail_attempt',
        reason: payment.code,
        at: engine.clock.now(),
      })).andThen(again)
    case 'open':
    case 'not_found':
      return closeIfHarmless(asking, 'not_paid')
  }
}

/**
 * A look-up that finds nothing is no fence: a delayed request may still take the money. The attempt is closed only when
 * nobody ever asked for the money, when the provider's own window has passed, or when the provider voided it.
 */
const closeIfHarmless = (asking: Asking, reason: string): ResultAsync<Reconciled, ReconcileError> => {
  const { engine, gateway, attempt, door } = asking
  if (!isOpen(attempt)) return okAsync({ attempt, answered: true })
  const again = () => reread(engine, attempt.id, true)
  if (isBuyersTurn(engine, gateway, attempt)) return askLater(engine, attempt, true)
  if (isUnderWay(engine, attempt)) return okAsync({ attempt, answered: true })
  if (isFenced(asking)) {
    const at = engine.clock.now()
    return applyToAttempt(engine, attempt, door, (current) =>
      // A charge that was requested since we looked has moved the version, and then this proves nothing any more.
      current.version === attempt.version ? { type: 'fail_attempt', reason, at } : null,
    ).andThen(again)
  }
  if (gateway.void === undefined) return askLater(engine, attempt, true)
  return gateway
    .void(attempt)
    .map(() => true)
    .orElse(() => ok(false))
    .andThen((voided) =>
      voided
        ? applyToAttempt(engine, attempt, door, () => ({
            type: 'void_attempt',
            reason,
            at: engine.clock.now(),
          })).andThen(again)
        : askLater(engine, attempt, true),
    )
}

/** True while the buyer may still be at the provider's window and nobody has asked for the money. */
const isBuyersTurn = (engine: Engine, gateway: ConnectedGateway, attempt: Attempt): boolean =>
  nobodyAsked(gateway, attempt) && attempt.nextCheckAt !== null && engine.clock.now() < attempt.nextCheckAt

/** True while another call may be waiting for the provider's answer: ending the attempt now would end that payment. */
const isUnderWay = (engine: Engine, { status, chargeRequestedAt }: Attempt): boolean =>
  status === 'PENDING' &&
  chargeRequestedAt !== null &&
  engine.clock.now() < later(chargeRequestedAt, engine.settings.jobs.staleMs)

/** True when only our own charge request could take the money, and there was none. */
export const nobodyAsked = ({ capabilities }: ConnectedGateway, attempt: Attempt): boolean =>
  capabilities.capturedBy === 'confirm' && attempt.chargeRequestedAt === null

/** True when no request that may still be under way can take the money any more. */
const isFenced = ({ gateway, attempt, askedAt }: Asking): boolean => {
  if (nobodyAsked(gateway, attempt)) return true
  const { chargeWindowMs } = gateway.capabilities
  if (chargeWindowMs === null) return false
  return askedAt >= later(attempt.chargeRequestedAt ?? attempt.createdAt, chargeWindowMs)
}

/** Books the next look-up. This is no event: nothing happened. */
export const askLater = (
  engine: Engine,
  attempt: Attempt,
  answered: boolean,
): ResultAsync<Reconciled, ReconcileError> => {
  if (!isOpen(attempt)) return okAsync({ attempt, answered })
  const checks = attempt.checks + 1
  const nextCheckAt = nextCheck(engine, checks, engine.clock.now())
  return fromStore(() =>
    engine.store.commit([
      {
        op: 'update',
        kind: 'attempts',
        id: attempt.id,
        expectedVersion: attempt.version,
        set: { checks, nextCheckAt },
      },
    ]),
  ).andThen(() => reread(engine, attempt.id, answered))
}

const reread = (engine: Engine, id: string, answered: boolean): ResultAsync<Reconciled, ReconcileError> =>
  loadAttempt(engine, id).map((attempt) => ({ attempt, answered }))

/** Refunds in the provider's record that ours does not know, and ours that have become definite there. */
const learnRefunds = (
  engine: Engine,
  attempt: Attempt,
  found: readonly ProviderRefund[],
  door: Door,
): ResultAsync<void, ReconcileError> => {
  if (found.length === 0) return okAsync(undefined)
  return refundsOf(engine, attempt.id).andThen((known) => {
    const steps = found.map((refund) => () => {
      const ours = known.find(({ id, providerRef }) => id === refund.refundId || providerRef === refund.providerRef)
      if (ours !== undefined) return concludeRefund(engine, ours, ok(refund), door).map(() => undefined)
      return refund.status === 'completed' ? recordProviderRefund(engine, attempt, refund, door) : okAsync(undefined)
    })
    return steps.reduce<ResultAsync<void, ReconcileError>>((done, step) => done.andThen(step), okAsync(undefined))
  })
}

const recordProviderRefund = (
  engine: Engine,
  { orderId, id }: Attempt,
  { providerRef, amount }: ProviderRefund,
  door: Door,
): ResultAsync<void, ReconcileError> => {
  const refundId = engine.ids.next('rfd')
  return changeOrder<DecideError | CommonError>(engine, { orderId, attemptId: id }, door, (loaded, lost) => {
    const { attempt } = loaded
    // Another reader of the same record was faster: the unique provider reference says so.
    if (attempt === null || (lost?.op.kind === 'refunds' && lost.reason === 'exists')) return ok({ events: [] })
    if (attempt.refundedMinor + amount.amountMinor > attempt.capturedMinor) {
      return err({
        code: 'refund_exceeds_captured',
        outcome: 'not_executed',
        refundableMinor: attempt.capturedMinor - attempt.refundedMinor,
      })
    }
    const fact = { refundId, providerRef, amount, at: engine.clock.now() }
    return decideProviderRefund({ ...loaded, attempt }, fact).map((events) => ({ events }))
  }).map(() => undefined)
}
