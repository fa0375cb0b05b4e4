import { err, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import type { DomainEvent } from '../core/checkout'
import type { DecideError } from '../core/errors'
import type { Refund } from '../core/refund'
import { isActive } from '../core/refund'
import type { GatewayError, ProviderPayment, ProviderRefund, RefundAccount } from '../providers/gateway'
import { asRepeat, nextCheck } from './conclude'
import { type ConnectedGateway, type Door, type Engine, later } from './engine'
import type { CommonError } from './errors'
import { fromStore, loadAttempt, loadRefund } from './load'
import { learnRefunds } from './provider-refunds'
import { applyToRefund, concludeRefund } from './refund-answer'

type ExecutionError = DecideError | CommonError

/** What became of one execution: our state afterwards, and what the provider said if it said no. */
export type Executed = { readonly refund: Refund; readonly refusal: GatewayError | null }

/**
 * Sends a refund whose intent is stored. A first send goes out at once; any later one asks the provider before, because
 * the one before may have worked. The key stays the same until the provider has answered.
 */
export const executeRefund = (
  engine: Engine,
  refundId: string,
  door: Door,
  options: { readonly isFirstSend: boolean; readonly refundAccount: RefundAccount | null },
): ResultAsync<Executed, ExecutionError> =>
  loadRefund(engine, refundId)
    .andThen((refund) => loadAttempt(engine, refund.attemptId).map((attempt) => ({ refund, attempt })))
    .andThen(({ refund, attempt }): ResultAsync<Executed, ExecutionError> => {
      if (!isActive(refund)) return okAsync({ refund, refusal: null })
      return options.isFirstSend && isUntouched(engine, refund, attempt)
        ? send(engine, refund, attempt, door, options)
        : lookUpThenSend(engine, refund, attempt, door, { ...options, isFirstSend: false })
    })

/**
 * False for a process that stood still between storing a refund and sending it: by now a job may have sent it too, and
 * what it was told would be about another request.
 */
const isUntouched = (engine: Engine, { checks, sentAt }: Refund, { gateway }: Attempt): boolean => {
  const windowMs = engine.gateways.get(gateway)?.capabilities.refundWindowMs ?? 0
  return checks === 0 && (windowMs === 0 || engine.clock.now() < later(sentAt, windowMs))
}

/** Money that the order could not keep goes back at once; if that fails now, a job goes on with it. */
export const returnSurplus = (engine: Engine, events: readonly DomainEvent[], door: Door): ResultAsync<void, never> => {
  const started = surplusIn(events)
  if (started === undefined) return okAsync(undefined)
  return executeRefund(engine, started.refundId, door, { isFirstSend: true, refundAccount: null })
    .map(() => undefined)
    .orElse(() => ok(undefined))
}

/** True when these events started a refund that nobody asked for. */
export const isOwed = (events: readonly DomainEvent[]): boolean => surplusIn(events) !== undefined

type RefundStarted = Extract<DomainEvent, { type: 'refund.started' }>

const surplusIn = (events: readonly DomainEvent[]): RefundStarted | undefined =>
  events.find((event): event is RefundStarted => event.type === 'refund.started' && event.purpose !== 'requested')

type SendOptions = { readonly isFirstSend: boolean; readonly refundAccount: RefundAccount | null }

const lookUpThenSend = (
  engine: Engine,
  refund: Refund,
  attempt: Attempt,
  door: Door,
  options: SendOptions,
): ResultAsync<Executed, ExecutionError> => {
  const gateway = engine.gateways.get(attempt.gateway)
  if (gateway === undefined) return askLater(engine, refund)
  // What the provider will say was true from here on: the window must have passed before, not while, we ask.
  const askedAt = engine.clock.now()
  return gateway
    .lookup(attempt)
    .map((payment): ProviderPayment | null => payment)
    .orElse(() => ok(null))
    .andThen((payment): ResultAsync<Executed, ExecutionError> => {
      // Without the provider's record we do not know what the last send did.
      if (payment === null || payment.status !== 'approved') return askLater(engine, refund)
      // Among them may be this refund, and others that were made at the provider and leave less to refund.
      const learnt = learnRefunds(engine, attempt, payment.refunds, door).orElse((error) =>
        // More than was captured: a person has to look, and this refund goes on being looked up meanwhile.
        error.code === 'refund_exceeds_captured' ? ok(undefined) : err(error),
      )
      if (payment.refunds.some(({ refundId }) => refundId === refund.id)) {
        return learnt.andThen(() => reread(engine, refund.id, null))
      }
      if (askedAt < later(refund.sentAt, gateway.capabilities.refundWindowMs)) {
        return learnt.andThen(() => askLater(engine, refund))
      }
      return learnt
        .andThen(() => loadAttempt(engine, attempt.id))
        .andThen((now) =>
          isSafeToRepeat(gateway, refund, now)
            ? sendAgain(engine, refund, now, door, options)
            : askLater(engine, refund),
        )
    })
}

/**
 * A refund that no look-up shows may have been made all the same, where the provider lists none. Then it is sent again
 * only if what is left could not pay it twice; otherwise a person has to look: see `refunds.resolve`.
 */
const isSafeToRepeat = ({ capabilities }: ConnectedGateway, { amount }: Refund, attempt: Attempt): boolean =>
  capabilities.listsRefunds !== false || 2 * amount.amountMinor > attempt.capturedMinor - attempt.refundedMinor

/** Of several that want to send it again, the one that gets to store that it does. */
const sendAgain = (
  engine: Engine,
  refund: Refund,
  attempt: Attempt,
  door: Door,
  options: SendOptions,
): ResultAsync<Executed, ExecutionError> =>
  mark(engine, refund, { sentAt: engine.clock.now() }).andThen((isMine) =>
    reread(engine, refund.id, null).andThen((executed) =>
      isMine && isActive(executed.refund) ? send(engine, executed.refund, attempt, door, options) : okAsync(executed),
    ),
  )

const send = (
  engine: Engine,
  refund: Refund,
  attempt: Attempt,
  door: Door,
  { isFirstSend, refundAccount }: SendOptions,
): ResultAsync<Executed, ExecutionError> => {
  const gateway = engine.gateways.get(attempt.gateway)
  if (gateway === undefined) return askLater(engine, refund)
  const refundableMinor = attempt.capturedMinor - attempt.refundedMinor
  if (refund.amount.amountMinor > refundableMinor) {
    const at = engine.clock.now()
    return applyToRefund(engine, refund, door, () => ({
      type: 'refuse_refund',
      reason: 'refund_exceeds_captured',
      at,
    })).andThen(() => reread(engine, refund.id, null))
  }
  const refundable = { amountMinor: refundableMinor, currency: attempt.amount.currency }
  // Behind a window every earlier request is dead: what the provider says now is about all of them.
  const isAlone = isFirstSend || gateway.capabilities.refundWindowMs > 0
  // Unless no look-up could tell whether one of them had worked before it died: then a refusal may be because of it.
  const mayBeMade = !isFirstSend && gateway.capabilities.listsRefunds === false
  const unlessMade = (error: GatewayError): GatewayError =>
    mayBeMade && error.outcome === 'not_executed' ? { ...error, code: 'conflict', outcome: 'unknown' } : error
  return gateway
    .refund(refund, { attempt, refundable, refundAccount })
    .map((answer): Result<ProviderRefund, GatewayError> => ok(answer))
    .orElse((error) => ok(err<ProviderRefund, GatewayError>(isAlone ? unlessMade(error) : asRepeat(error))))
    .andThen((answer) =>
      concludeRefund(engine, refund, answer, door).andThen(() =>
        reread(engine, refund.id, answer.isErr() ? answer.error : null),
      ),
    )
}

const reread = (
  engine: Engine,
  refundId: string,
  refusal: GatewayError | null,
): ResultAsync<Executed, ExecutionError> => loadRefund(engine, refundId).map((refund) => ({ refund, refusal }))

const askLater = (engine: Engine, refund: Refund): ResultAsync<Executed, ExecutionError> =>
  mark(engine, refund, {}).andThen(() => reread(engine, refund.id, null))

/** Books the next look-up. False when somebody else changed the refund first. */
const mark = (
  engine: Engine,
  { id, version: expectedVersion, checks: before }: Refund,
  sent: { readonly sentAt?: Date },
): ResultAsync<boolean, ExecutionError> => {
  const checks = before + 1
  const set = { ...sent, checks, nextCheckAt: nextCheck(engine, checks, engine.clock.now()) }
  return fromStore(() => engine.store.commit([{ op: 'update', kind: 'refunds', id, expectedVersion, set }])).map(
    ({ kind }) => kind === 'committed',
  )
}
