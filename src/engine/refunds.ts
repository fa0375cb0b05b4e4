import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import { decideRefundStart } from '../core/checkout'
import type { DecideError } from '../core/errors'
import type { Money } from '../core/money'
import { isRefundable, type Order, type RefundableOrder } from '../core/order'
import type { Refund } from '../core/refund'
import {
  explainRefund,
  judgeRefund,
  parseTerms,
  type RefundTerms,
  type RefundVerdict,
  requiresCancellation,
} from '../policies'
import type { GatewayError } from '../providers/gateway'
import { allow } from './authorize'
import { changeOrder } from './change'
import { type Checked, checkInput, type InputOf } from './check-input'
import { type Door, type Engine, later } from './engine'
import { type CommonError, notFound, type QuoteError, type RefundError } from './errors'
import { loadOrder, loadRefund } from './load'
import { executeRefund } from './refund-execution'
import { fingerprintOf, replayOf, requestId } from './requests'

export type QuoteInput = InputOf<'OrderInput'>
export type RefundInput = InputOf<'RefundInput'>

/** What a buyer is told before they press the button. The refund verb decides by the same function. */
export type RefundQuote = {
  readonly verdict: RefundVerdict
  readonly refundable: Money
  readonly requiresCancellation: boolean
  readonly explanation: { readonly en: string; readonly ko: string }
}

export type RefundResult = { readonly refund: Refund; readonly order: Order }

/** What would be refunded now, and why. Changes nothing. */
export const quote = (engine: Engine, input: QuoteInput): ResultAsync<RefundQuote, QuoteError> =>
  checkInput(engine, 'OrderInput', input).andThen((checked) =>
    loadOrder(engine, checked.order).andThen((order) =>
      allow(engine, checked.actor, 'order.read', order.buyerId).andThen(() => quoteOf(engine, order)),
    ),
  )

export const quoteOf = (engine: Engine, order: Order): Result<RefundQuote, QuoteError> =>
  judge(engine, order).map(({ terms, verdict, refundable }) => ({
    verdict,
    refundable,
    requiresCancellation: requiresCancellation(terms),
    explanation: { en: explainRefund(terms, verdict, 'en'), ko: explainRefund(terms, verdict, 'ko') },
  }))

type Judged = { readonly terms: RefundTerms; readonly verdict: RefundVerdict; readonly refundable: Money }

const judge = (engine: Engine, order: Order): Result<Judged, QuoteError> => {
  if (order.status === 'REFUNDED') return err({ code: 'already_refunded', outcome: 'not_executed' })
  if (!isRefundable(order) || order.paidAttemptId === null) {
    return err({ code: 'nothing_to_refund', outcome: 'not_executed' })
  }
  const refundable = refundableOf(order)
  return parseTerms(order.refundPolicy.terms)
    .mapErr(
      (): CommonError => ({
        code: 'validation',
        field: 'refundPolicy.terms',
        message: 'the frozen policy of this order is not one this version knows',
        outcome: 'not_executed',
      }),
    )
    .map((terms) => ({
      terms,
      refundable,
      verdict: judgeRefund(terms, {
        now: engine.clock.now(),
        paidAt: order.confirmedAt,
        eventStartsAt: order.eventStartsAt,
        firstAccessAt: order.firstAccessAt,
        cancelledAt: order.status === 'CANCELLED' ? order.cancelledAt : null,
        paid: order.total,
        refundable,
      }),
    }))
}

export const refundableOf = (order: RefundableOrder): Money => ({
  amountMinor: order.total.amountMinor - order.refundedMinor,
  currency: order.total.currency,
})

/** Gives money back under the order's own policy. See `Refunds.refund`. */
export const refund = (engine: Engine, input: RefundInput): ResultAsync<RefundResult, RefundError> =>
  checkInput(engine, 'RefundInput', input).andThen((checked) =>
    loadOrder(engine, checked.order).andThen((order) =>
      allow(engine, checked.actor, 'order.refund', order.buyerId).andThen(() => refundOrder(engine, checked)),
    ),
  )

type RefundRequest = Checked<'RefundInput'>

const refundOrder = (engine: Engine, input: RefundRequest): ResultAsync<RefundResult, RefundError> => {
  const refundId = engine.ids.next('rfd')
  const door: Door = { actor: input.actor, cause: 'request' }
  return startRefund(engine, input, refundId, door)
    .andThen((started) =>
      executeRefund(engine, started, door, {
        isFirstSend: started === refundId,
        refundAccount: input.refundAccount ?? null,
      })
        .map((executed) => ({ ...executed, started }))
        .orElse((error): ResultAsync<never, RefundError> => syncFailed(engine, started, error)),
    )
    .andThen(({ started, refusal }) => answerOf(engine, started, refusal))
}

/** Claims the order for the refund in one commit, the verdict judged on the very state that is claimed. */
const startRefund = (
  engine: Engine,
  input: RefundRequest,
  refundId: string,
  door: Door,
): ResultAsync<string, RefundError> => {
  const keyId = requestId('refund', input.actor, input.idempotencyKey)
  const { order: orderId, amount: asked, reason } = input
  const fingerprint = fingerprintOf({ orderId, asked, reason })
  return loadOrder(engine, orderId)
    .andThen((order) => ('paidAttemptId' in order ? ok(order.paidAttemptId) : ok(null)))
    .andThen((attemptId) =>
      changeOrder<RefundError>(engine, { orderId, attemptId }, door, (loaded, lost) => {
        if (lost?.op.kind === 'requests') return err({ code: 'idempotency_conflict', outcome: 'not_executed' })
        const { order, attempt } = loaded
        const at = engine.clock.now()
        return judge(engine, order).andThen(({ verdict, refundable }) => {
          if ('activeRefundId' in order && order.activeRefundId !== null) {
            return err({
              code: 'refund_in_progress' as const,
              outcome: 'not_executed' as const,
              refundId: order.activeRefundId,
            })
          }
          if (verdict.kind === 'none') {
            const { reason: why, deadline } = verdict
            return err({
              code: 'refund_not_eligible' as const,
              outcome: 'not_executed' as const,
              reason: why,
              deadline,
            })
          }
          if (attempt === null) return err(notFound('attempt'))
          const amount = asked ?? verdict.refundable
          if (amount.amountMinor > verdict.refundable.amountMinor) {
            return err({
              code: 'refund_exceeds_captured' as const,
              outcome: 'not_executed' as const,
              refundableMinor: Math.min(verdict.refundable.amountMinor, refundable.amountMinor),
            })
          }
          const partial = refusePartial(engine, attempt, amount)
          if (partial !== null) return err(partial)
          const nextCheckAt = later(at, engine.settings.jobs.staleMs)
          return decideRefundStart({ ...loaded, attempt }, { refundId, amount, reason, nextCheckAt, at }).map(
            (events) => ({
              events,
              extraOps:
                keyId === null
                  ? []
                  : [
                      {
                        op: 'insert' as const,
                        kind: 'requests' as const,
                        row: { id: keyId, fingerprint, orderId, resultId: refundId, createdAt: at },
                      },
                    ],
            }),
          )
        })
      }).map(() => refundId),
    )
    .orElse((error) => repeatOf(engine, keyId, fingerprint, input, error))
}

const refusePartial = (engine: Engine, attempt: Attempt, { amountMinor }: Money): RefundError | null => {
  const isPartial = amountMinor < attempt.capturedMinor
  if (!isPartial || engine.gateways.get(attempt.gateway)?.capabilities.partialRefund !== false) return null
  return {
    code: 'validation',
    field: 'amount',
    message: 'this gateway refunds the whole payment only',
    outcome: 'not_executed',
  }
}

/**
 * The same key means the same refund. Without a key, a second click meets the refund that is under way; one that brings
 * an account goes on with it, because a refund to an account cannot be sent again without.
 */
const repeatOf = (
  engine: Engine,
  keyId: string | null,
  fingerprint: string,
  { refundAccount }: RefundRequest,
  error: RefundError,
): ResultAsync<string, RefundError> => {
  const isAboutState =
    error.code === 'refund_in_progress' || error.code === 'already_refunded' || error.code === 'idempotency_conflict'
  if (isAboutState && keyId !== null) {
    return replayOf(engine, keyId, fingerprint)
      .map(({ resultId }) => resultId)
      .orElse((other) => err(other.code === 'contention' ? error : other))
  }
  if (error.code === 'refund_in_progress' && keyId === null && refundAccount !== undefined) {
    return okAsync(error.refundId)
  }
  return errAsync(error)
}

/** The provider was asked and our own record failed afterwards: money may be out. */
const syncFailed = (
  engine: Engine,
  refundId: string,
  error: DecideError | CommonError,
): ResultAsync<never, RefundError> =>
  loadRefund(engine, refundId)
    .orElse(() => errAsync(error))
    .andThen(() => errAsync<never, RefundError>({ code: 'refund_state_sync_failed', outcome: 'unknown', refundId }))

/** What a refund's state means to whoever asked for it. */
export const answerOf = (
  engine: Engine,
  refundId: string,
  refusal: GatewayError | null,
): ResultAsync<RefundResult, RefundError> =>
  loadRefund(engine, refundId).andThen((current) =>
    loadOrder(engine, current.orderId).andThen((order): Result<RefundResult, RefundError> => {
      const reason = current.failureCode ?? refusal?.code ?? 'unknown'
      switch (current.status) {
        case 'COMPLETED':
        case 'PROCESSING':
          return ok({ refund: current, order })
        case 'FAILED':
        case 'MANUAL':
          return err({
            code: 'provider_refund_failed',
            outcome: 'not_executed',
            refundId,
            reason,
            ...(refusal?.providerCode === undefined ? {} : { providerCode: refusal.providerCode }),
          })
        case 'UNKNOWN':
          return err({ code: 'refund_outcome_unknown', outcome: 'unknown', refundId, reason })
      }
    }),
  )
