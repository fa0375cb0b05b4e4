import { err, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import { type DomainEvent, decideRefundAnswer } from '../core/checkout'
import type { DecideError } from '../core/errors'
import { sameMoney } from '../core/money'
import type { Refund, RefundCommand } from '../core/refund'
import { isActive } from '../core/refund'
import type { GatewayError, ProviderPayment, ProviderRefund, RefundAccount } from '../providers/gateway'
import { mayStillArrive } from '../providers/gateway'
import { type Changed, changeOrder } from './change'
import { asRepeat, nextCheck } from './conclude'
import { type Door, type Engine, later } from './engine'
import { type CommonError, notFound } from './errors'
import { fromStore, loadAttempt, loadRefund } from './load'
import { refundFromRow } from './rows'

type ExecutionError = DecideError | CommonError

/** What became of one execution: our state afterwards, and what the provider said if it said no. */
export type Executed = { readonly refund: Refund; readonly refusal: GatewayError | null }

export const refundsOf = (engine: Engine, attemptId: string): ResultAsync<readonly Refund[], CommonError> =>
  fromStore(async () => {
    const rows = await engine.store.find('refunds', { index: 'byAttempt', where: { attemptId }, limit: 1_000 })
    return rows.map(refundFromRow)
  })

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
      return options.isFirstSend
        ? send(engine, refund, attempt, door, options)
        : lookUpThenSend(engine, refund, attempt, door, options)
    })

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
      const found = payment.refunds.find(({ refundId }) => refundId === refund.id)
      if (found === undefined) {
        const mayBeUnderWay = askedAt < later(refund.sentAt, gateway.capabilities.refundWindowMs)
        return mayBeUnderWay ? askLater(engine, refund) : sendAgain(engine, refund, attempt, door, options)
      }
      return concludeRefund(engine, refund, ok(found), door).andThen(() => reread(engine, refund.id, null))
    })
}

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
  return gateway
    .refund(refund, { attempt, refundable, refundAccount })
    .map((answer): Result<ProviderRefund, GatewayError> => ok(answer))
    .orElse((error) => ok(err<ProviderRefund, GatewayError>(isAlone ? error : asRepeat(error))))
    .andThen((answer) =>
      concludeRefund(engine, refund, answer, door).andThen(() =>
        reread(engine, refund.id, answer.isErr() ? answer.error : null),
      ),
    )
}

/** Where every answer about a refund becomes our state. */
export const concludeRefund = (
  engine: Engine,
  refund: Pick<Refund, 'id' | 'orderId' | 'attemptId' | 'version'>,
  answer: Result<ProviderRefund, GatewayError>,
  door: Door,
): ResultAsync<Changed, ExecutionError> =>
  applyToRefund(engine, refund, door, (current) => {
    const at = engine.clock.now()
    const nextCheckAt = nextCheck(engine, current.checks, at)
    return answer.match<RefundCommand>(
      ({ status, providerRef, amount }) => {
        // Another amount than we asked for is nobody's to call done; the look-ups go on until a person is told.
        if (!sameMoney(amount, current.amount)) {
          return { type: 'mark_refund_unknown', reason: 'refund_amount_mismatch', answered: false, nextCheckAt, at }
        }
        if (status === 'completed') return { type: 'complete_refund', providerRef, at }
        return status === 'waiting'
          ? { type: 'wait_for_refund', nextCheckAt, at }
          : { type: 'refuse_refund', reason: 'provider_refused', at }
      },
      (refusal) => {
        // Whoever repeats a request moves the version first: then this refusal is not the only word.
        const error = current.version === refund.version ? refusal : asRepeat(refusal)
        // Owed money, or money somebody was told to wait for, is not given up because a provider was busy for a moment.
        const isExpected = current.purpose !== 'requested' || current.checks > 0
        if (error.outcome === 'not_executed' && error.retryable && isExpected) {
          return { type: 'wait_for_refund', nextCheckAt, at }
        }
        return error.outcome === 'not_executed'
          ? { type: 'refuse_refund', reason: error.providerCode ?? error.code, at }
          : { type: 'mark_refund_unknown', reason: error.code, answered: !mayStillArrive(error), nextCheckAt, at }
      },
    )
  })

/** Decides one command about a refund and writes what follows from it. */
export const applyToRefund = (
  engine: Engine,
  { id, orderId, attemptId }: Pick<Refund, 'id' | 'orderId' | 'attemptId'>,
  door: Door,
  command: (refund: Refund) => RefundCommand,
): ResultAsync<Changed, ExecutionError> =>
  changeOrder<ExecutionError>(engine, { orderId, attemptId, refundId: id }, door, (loaded) => {
    const { refund } = loaded
    if (refund === null) return err(notFound('refund'))
    return decideRefundAnswer({ ...loaded, refund }, command(refund)).map((events) => ({ events }))
  })

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
