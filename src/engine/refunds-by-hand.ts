import { err, errAsync, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import { decideRefundAnswer } from '../core/checkout'
import { isActive, type Refund, type RefundCommand } from '../core/refund'
import { allow } from './authorize'
import { changeOrder } from './change'
import { checkInput, type InputOf } from './check-input'
import { type Engine, later } from './engine'
import { CONTENTION, invalid, notFound, type RefundError } from './errors'
import { loadAttempt, loadOrder, loadRefund } from './load'
import { applyToRefund } from './refund-answer'
import { answerOf, type RefundResult } from './refunds'

export type RefundByHandInput = InputOf<'RefundByHandInput'>
export type ResolveRefundInput = InputOf<'ResolveRefundInput'>

/** A person has paid what the provider refused to. See `Refunds.completeManually`. */
export const completeByHand = (engine: Engine, input: RefundByHandInput): ResultAsync<RefundResult, RefundError> =>
  checkInput(engine, 'RefundByHandInput', input).andThen((checked) =>
    loadRefund(engine, checked.refundId).andThen((found) =>
      allow(engine, checked.actor, 'refund.complete_by_hand', found.buyerId).andThen(() =>
        applyToRefund(engine, found, { actor: checked.actor, cause: 'request' }, () => ({
          type: 'complete_refund_by_hand',
          reference: checked.reference,
          isSeenAtProvider: false,
          at: engine.clock.now(),
        })).andThen(() => answerOf(engine, found.id, null)),
      ),
    ),
  )

/** A person has looked at the provider, where no look-up of ours shows refunds. See `Refunds.resolve`. */
export const resolve = (engine: Engine, input: ResolveRefundInput): ResultAsync<RefundResult, RefundError> =>
  checkInput(engine, 'ResolveRefundInput', input).andThen(({ actor, refundId, outcome, reference }) =>
    loadRefund(engine, refundId).andThen((found) =>
      allow(engine, actor, 'refund.complete_by_hand', found.buyerId)
        .andThen(() => loadAttempt(engine, found.attemptId))
        .andThen((attempt): ResultAsync<unknown, RefundError> => {
          const early = tooEarly(engine, found, attempt, outcome)
          if (early !== null) return errAsync(early)
          const at = engine.clock.now()
          const command: RefundCommand =
            outcome === 'completed'
              ? { type: 'complete_refund_by_hand', reference, isSeenAtProvider: true, at }
              : { type: 'refuse_refund', reason: 'seen_not_executed', at }
          const { orderId, attemptId } = found
          return changeOrder<RefundError>(
            engine,
            { orderId, attemptId, refundId },
            { actor, cause: 'request' },
            (loaded) => {
              const { refund } = loaded
              if (refund === null) return err(notFound('refund'))
              // A job may have sent it since: what the person saw was before that.
              if (refund.version !== found.version) return err(CONTENTION)
              return decideRefundAnswer({ ...loaded, refund }, command).map((events) => ({ events }))
            },
          )
        })
        .andThen(() => loadRefund(engine, refundId))
        .andThen((refund) => loadOrder(engine, refund.orderId).map((order) => ({ refund, order }))),
    ),
  )

/** Why a person's word does not count, or not yet: the look-ups tell, or a request may still be under way. */
const tooEarly = (
  engine: Engine,
  refund: Refund,
  { gateway }: Attempt,
  outcome: 'completed' | 'not_executed',
): RefundError | null => {
  if (!isActive(refund)) return null
  const capabilities = engine.gateways.get(gateway)?.capabilities
  if (capabilities?.listsRefunds !== false) return invalid('refundId', 'is not one that only a person can look up')
  const mayBeUnderWay = engine.clock.now() < later(refund.sentAt, capabilities.refundWindowMs)
  return outcome === 'not_executed' && mayBeUnderWay
    ? { code: 'refund_in_progress', outcome: 'not_executed', refundId: refund.id }
    : null
}
