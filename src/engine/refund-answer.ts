import { err, type Result, type ResultAsync } from 'neverthrow'
import { decideRefundAnswer } from '../core/checkout'
import type { DecideError } from '../core/errors'
import { sameMoney } from '../core/money'
import type { Refund, RefundCommand } from '../core/refund'
import type { GatewayError, ProviderRefund } from '../providers/gateway'
import { mayStillArrive } from '../providers/gateway'
import { type Changed, changeOrder } from './change'
import { asRepeat, nextCheck } from './conclude'
import type { Door, Engine } from './engine'
import { type CommonError, notFound } from './errors'
import { fromStore } from './load'
import { refundFromRow } from './rows'

type AnswerError = DecideError | CommonError

export const refundsOf = (engine: Engine, attemptId: string): ResultAsync<readonly Refund[], CommonError> =>
  fromStore(async () => {
    const rows = await engine.store.find('refunds', { index: 'byAttempt', where: { attemptId }, limit: 1_000 })
    return rows.map(refundFromRow)
  })

/** Where every answer about a refund becomes our state. */
export const concludeRefund = (
  engine: Engine,
  refund: Pick<Refund, 'id' | 'orderId' | 'attemptId' | 'version'>,
  answer: Result<ProviderRefund, GatewayError>,
  door: Door,
): ResultAsync<Changed, AnswerError> =>
  applyToRefund(engine, refund, door, (current) => {
    const at = engine.clock.now()
    const nextCheckAt = nextCheck(engine, current.checks, at)
    return answer.match<RefundCommand>(
      ({ status, providerRef, providerCode = null, amount }) => {
        // Another amount than we asked for is nobody's to call done; the look-ups go on until a person is told.
        if (!sameMoney(amount, current.amount)) {
          return { type: 'mark_refund_unknown', reason: 'refund_amount_mismatch', answered: false, nextCheckAt, at }
        }
        if (status === 'completed') return { type: 'complete_refund', providerRef, providerCode, at }
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
): ResultAsync<Changed, AnswerError> =>
  changeOrder<AnswerError>(engine, { orderId, attemptId, refundId: id }, door, (loaded) => {
    const { refund } = loaded
    if (refund === null) return err(notFound('refund'))
    return decideRefundAnswer({ ...loaded, refund }, command(refund)).map((events) => ({ events }))
  })
