import { ok, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt, AttemptCommand } from '../core/attempt'
import type { Checkout, PaymentRules } from '../core/checkout'
import { decidePayment } from '../core/checkout'
import type { DecideError } from '../core/errors'
import type { Charge, GatewayError } from '../providers/gateway'
import { isAboutThisSendOnly, mayStillArrive } from '../providers/gateway'
import { sha256Hex } from '../providers/signature'
import type { Op } from '../storage/store'
import { type Changed, changeOrder, type DecidedChange, type Lost } from './change'
import { type Door, type Engine, later } from './engine'
import type { CommonError } from './errors'
import type { Loaded } from './write'

export type AttemptRef = { readonly orderId: string; readonly id: string }

export type ConcludeOptions = {
  /** State that the verb has read or written itself: it saves the first read. */
  readonly known?: Loaded | null
  /** Closes the notice that made us look, in the commit that writes what follows from it. */
  readonly closeNotice?: (() => Op) | null
}

/** A refusal at the door of one request says nothing about any other request with the same key. */
export const asRepeat = (error: GatewayError): GatewayError =>
  isAboutThisSendOnly(error)
    ? {
        code: 'network',
        outcome: 'unknown',
        message: 'this request was not accepted; another one of the same attempt may have worked',
        retryable: true,
      }
    : error

/**
 * Where every answer about a payment becomes our state, whichever door it came through: the buyer's confirm, a webhook
 * or a job. `attempt` is as it was when the provider was asked.
 */
export const conclude = (
  engine: Engine,
  attempt: AttemptRef & { readonly version: number },
  answer: Result<Charge, GatewayError>,
  door: Door,
  options: ConcludeOptions = {},
): ResultAsync<Changed, DecideError | CommonError> =>
  applyToAttempt(
    engine,
    attempt,
    door,
    (current) =>
      answer.match<AttemptCommand>(
        (charge) => chargeCommand(engine, current, charge),
        // Whoever repeats a request moves the version first: then this refusal is not the only word.
        (error) => refusalCommand(engine, current, current.version === attempt.version ? error : asRepeat(error)),
      ),
    options,
  )

/** Decides one command about an attempt and writes what follows from it. */
export const applyToAttempt = (
  engine: Engine,
  { orderId, id }: AttemptRef,
  door: Door,
  /** null: on what is stored by now there is nothing to say. */
  command: (attempt: Attempt) => AttemptCommand | null,
  { known = null, closeNotice = null }: ConcludeOptions = {},
): ResultAsync<Changed, DecideError | CommonError> => {
  const refundId = engine.ids.next('rfd')
  const decide = (loaded: Loaded, lost: Lost): Result<DecidedChange, DecideError> => {
    const { order, attempt } = loaded
    const said = attempt === null ? null : command(attempt)
    if (attempt === null || said === null) return ok({ events: [] })
    const now = engine.clock.now()
    // Another delivery of the same notice may have closed it; what there is left to do about it is done all the same.
    const isClosable = closeNotice !== null && lost?.op.kind !== 'inbox'
    return decidePayment({ ...loaded, attempt }, said, rulesFor(engine, { order, attempt }, lost), {
      refundId,
      nextCheckAt: later(now, engine.settings.jobs.staleMs),
    }).map((events) => ({ events, extraOps: isClosable ? [closeNotice()] : [] }))
  }
  return changeOrder(engine, { orderId, attemptId: id }, door, decide, known)
}

const rulesFor = (engine: Engine, { order }: Pick<Checkout, 'order' | 'attempt'>, lost: Lost): PaymentRules => {
  const { graceMs, latePayment, extendHoldAfterDecline: extend } = engine.settings.payment
  return {
    graceMs,
    // Something the order held is somebody else's now: its money goes back.
    late: lost !== null && isClaim(lost) ? 'refund' : latePayment,
    extendHoldTo: extend !== null && order.attemptCount <= extend.times ? later(engine.clock.now(), extend.ms) : null,
  }
}

const isClaim = ({ op }: NonNullable<Lost>): boolean => op.kind === 'claims' || op.kind === 'pools'

const chargeCommand = (engine: Engine, attempt: Attempt, charge: Charge): AttemptCommand => {
  const at = engine.clock.now()
  const { callbackSecret, providerRef } = charge
  const callbackSecretHash = callbackSecret === undefined ? null : sha256Hex(callbackSecret)
  if (charge.status === 'approved') {
    const { captured, approvedAt, method } = charge
    return {
      type: 'approve_attempt',
      providerRef: charge.providerRef,
      captured,
      approvedAt,
      method,
      callbackSecretHash,
      at,
    }
  }
  const { dueAt } = charge
  return {
    type: 'wait_for_money',
    providerRef,
    dueAt,
    callbackSecretHash,
    nextCheckAt: nextCheck(engine, attempt.checks, at),
    at,
  }
}

const refusalCommand = (engine: Engine, attempt: Attempt, error: GatewayError): AttemptCommand => {
  const at = engine.clock.now()
  if (error.outcome === 'not_executed') return { type: 'fail_attempt', reason: error.providerCode ?? error.code, at }
  return {
    type: 'mark_attempt_unknown',
    reason: error.code,
    answered: !mayStillArrive(error),
    nextCheckAt: nextCheck(engine, attempt.checks, at),
    at,
  }
}

/** Look-ups grow apart: the stale time, then twice as long each time, at most an hour. */
export const nextCheck = (engine: Engine, checks: number, from: Date): Date =>
  later(from, Math.min(engine.settings.jobs.staleMs * 2 ** Math.min(checks, 12), 3_600_000))
