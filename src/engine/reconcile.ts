import { ok, okAsync, type ResultAsync } from 'neverthrow'
import type { Attempt, AttemptCommand } from '../core/attempt'
import { isOpen } from '../core/attempt'
import type { DecideError } from '../core/errors'
import type { ProviderPayment } from '../providers/gateway'
import type { Op } from '../storage/store'
import type { Changed } from './change'
import { applyToAttempt, conclude, nextCheck } from './conclude'
import { type ConnectedGateway, type Door, type Engine, later } from './engine'
import type { CommonError } from './errors'
import { fromStore, loadAround, loadAttempt } from './load'
import { learnRefunds } from './provider-refunds'
import { isOwed, returnSurplus } from './refund-execution'
import type { Loaded } from './write'

export type ReconcileError = DecideError | CommonError

export type Reconciled = {
  /** The attempt as it is now. */
  readonly attempt: Attempt
  /** Whether the provider's record was read. */
  readonly answered: boolean
  /** True when the notice was closed by the commit that wrote what follows from it. */
  readonly closed: boolean
}

type ReconcileOptions = {
  readonly isPastHold?: boolean
  /** Looks even if we never asked for this money: something else says that it was taken. */
  readonly evenUnasked?: boolean
  /** What stood around the attempt when it was read: it saves a read. */
  readonly around?: Loaded | null
  /** Closes the notice that made us look. Left to the caller when there is nothing to write. */
  readonly closeNotice?: (() => Op) | null
}

/**
 * Asks the provider how an attempt stands and makes that our state. Webhooks, jobs, repeats and reads all come here; it
 * never charges. An answer that proves nothing yet leaves the attempt as it is and books the next look-up.
 */
export const reconcileAttempt = (
  engine: Engine,
  attempt: Attempt,
  door: Door,
  {
    isPastHold = false,
    evenUnasked = door.cause === 'webhook',
    around = null,
    closeNotice = null,
  }: ReconcileOptions = {},
): ResultAsync<Reconciled, ReconcileError> => {
  const gateway = engine.gateways.get(attempt.gateway)
  if (gateway === undefined) return askLater(engine, attempt, false)
  // What the provider will say was true from here on: a window must have passed before, not while, we ask.
  const asking: Asking = { engine, gateway, attempt, door, askedAt: engine.clock.now(), around, closeNotice }
  if (nobodyAsked(gateway, attempt) && !evenUnasked) return closeIfHarmless(asking, 'abandoned')
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

type ApprovedPayment = Extract<ProviderPayment, { status: 'approved' }>

type Asking = {
  readonly engine: Engine
  readonly gateway: ConnectedGateway
  readonly attempt: Attempt
  readonly door: Door
  readonly askedAt: Date
  readonly around: Loaded | null
  readonly closeNotice: (() => Op) | null
}

const understand = (
  asking: Asking,
  payment: ProviderPayment,
  isPastHold: boolean,
): ResultAsync<Reconciled, ReconcileError> => {
  const { engine, attempt, door, closeNotice } = asking
  switch (payment.status) {
    case 'approved':
      return understandApproval(asking, payment)
    case 'waiting':
      if (payment.expired) return closeIfHarmless(asking, 'deposit_expired')
      // Accepted without a date: nobody's seat waits for it longer than for a charge. If it comes late, it goes back.
      if (isPastHold && payment.dueAt === null) return closeIfHarmless(asking, 'waited_too_long')
      return conclude(engine, attempt, ok(payment), door, { closeNotice }).map((changed) => concluded(attempt, changed))
    case 'failed':
      return apply(asking, () => ({ type: 'fail_attempt', reason: payment.code, at: engine.clock.now() }))
    case 'open':
    case 'not_found':
      return closeIfHarmless(asking, 'not_paid')
  }
}

/** The money was taken. What the order cannot keep goes back, and refunds made at the provider are learnt. */
const understandApproval = (
  { engine, attempt, door, around, closeNotice }: Asking,
  payment: ApprovedPayment,
): ResultAsync<Reconciled, ReconcileError> => {
  const { refunds } = payment
  const learn = () => learnRefunds(engine, attempt, refunds, door).andThen(() => reread(engine, attempt.id, true))
  if (attempt.capturedMinor > 0) {
    // Money that was taken stays taken: there is nothing to decide about it any more.
    return refunds.length === 0 ? okAsync({ attempt, answered: true, closed: false }) : learn()
  }
  // A notice is handled when all its effects exist: with refunds to learn, this commit is not the last of them.
  const options = { closeNotice: refunds.length === 0 ? closeNotice : null }
  return (around === null ? loadAround(engine, attempt) : okAsync<Loaded, CommonError>(around))
    .andThen((known) => conclude(engine, attempt, ok(payment), door, { ...options, known }))
    .andThen((changed) => {
      if (refunds.length === 0 && !isOwed(changed.events)) return ok(concluded(attempt, changed))
      return returnSurplus(engine, changed.events, door)
        .andThen(learn)
        .map((now) => ({ ...now, closed: changed.wroteExtra }))
    })
}

/** The attempt after a change, without reading it again. */
const concluded = (attempt: Attempt, { after, wroteExtra }: Changed): Reconciled => ({
  attempt: after.attempt ?? attempt,
  answered: true,
  closed: wroteExtra,
})

const apply = (
  { engine, attempt, door, closeNotice }: Asking,
  command: (current: Attempt) => AttemptCommand | null,
): ResultAsync<Reconciled, ReconcileError> =>
  applyToAttempt(engine, attempt, door, command, { closeNotice }).map((changed) => concluded(attempt, changed))

/**
 * A look-up that finds nothing is no fence: a delayed request may still take the money. The attempt is closed only when
 * nobody ever asked for the money, when the provider's own window has passed, or when the provider voided it.
 */
const closeIfHarmless = (asking: Asking, reason: string): ResultAsync<Reconciled, ReconcileError> => {
  const { engine, gateway, attempt } = asking
  if (!isOpen(attempt)) return okAsync({ attempt, answered: true, closed: false })
  if (isBuyersTurn(engine, gateway, attempt)) return askLater(engine, attempt, true)
  if (isUnderWay(engine, attempt)) return okAsync({ attempt, answered: true, closed: false })
  if (isFenced(asking)) {
    const at = engine.clock.now()
    return apply(asking, (current) =>
      // A charge that was requested since we looked has moved the version, and then this proves nothing any more.
      current.version === attempt.version ? { type: 'fail_attempt', reason, at } : null,
    )
  }
  if (gateway.void === undefined) return askLater(engine, attempt, true)
  return gateway
    .void(attempt)
    .map(() => true)
    .orElse(() => ok(false))
    .andThen((voided) =>
      voided
        ? apply(asking, () => ({ type: 'void_attempt', reason, at: engine.clock.now() }))
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
  const { openedAt, chargeRequestedAt } = attempt
  const since = chargeRequestedAt === null || chargeRequestedAt < openedAt ? openedAt : chargeRequestedAt
  return askedAt >= later(since, chargeWindowMs)
}

/** Books the next look-up. This is no event: nothing happened. */
export const askLater = (
  engine: Engine,
  attempt: Attempt,
  answered: boolean,
): ResultAsync<Reconciled, ReconcileError> => {
  if (!isOpen(attempt)) return okAsync({ attempt, answered, closed: false })
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
  loadAttempt(engine, id).map((attempt) => ({ attempt, answered, closed: false }))
