import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow'
import type { Refund } from '../../core/refund'
import type { GatewayError, ProviderRefund, RefundContext } from '../gateway'
import { onRepeat } from '../repeat'
import { payTypeOf } from './begin'
import type { PaypleClient } from './client'
import { isCancelledAlready, isTooMuch, notExecuted, unknownOutcome } from './errors'
import { isPaymentOf } from './payment'
import type { PaypleCancellation } from './schema'
import { paypleDate } from './time'

/**
 * Gives money back. Payple knows a cancel by order id, day and amount: it has no id of ours and no idempotency key, and
 * the same part asked for twice goes back twice.
 *
 * So a part is sent again only where what is left could not pay it twice. Of all that is left, "already cancelled" is
 * then the proof that it has gone back, if the payment is really filed under the day we named: the same code also means
 * that there is no such payment.
 */
export const refund = (
  client: PaypleClient,
  request: Refund,
  { attempt, refundable }: RefundContext,
): ResultAsync<ProviderRefund, GatewayError> => {
  const { amountMinor, currency } = request.amount
  const payType = payTypeOf(attempt.method)
  if (payType === undefined) return errAsync(notExecuted('invalid_request', 'the attempt was not paid by Payple'))
  if (currency !== 'KRW') return errAsync(notExecuted('invalid_request', 'currency: KRW'))
  if (amountMinor <= 0) return errAsync(notExecuted('invalid_request', 'amount: must be positive'))
  const isAll = amountMinor === refundable.amountMinor
  const isRepeat = wasSent(request)
  if (isRepeat && 2 * amountMinor <= refundable.amountMinor) {
    return errAsync(unknownOutcome('in_progress', 'a part was sent before; whether it went back, a person has to see'))
  }
  // The day of payment in Korea, by Payple's own moment of approval.
  const date = paypleDate(attempt.approvedAt ?? attempt.chargeRequestedAt ?? attempt.createdAt)

  const whenCancelledAlready = (error: GatewayError): ResultAsync<ProviderRefund, GatewayError> => {
    // A part that was never sent before has not gone back by this request, and that is definite.
    if (!isAll && !isRepeat) return errAsync(sayInstead(notExecuted('refused', 'nothing to cancel'), error))
    if (!isAll || !isRepeat) return errAsync(error)
    return client
      .getPayment({ PCD_PAY_TYPE: payType, PCD_PAY_OID: attempt.id, PCD_PAY_DATE: date })
      .andThen((approval) => isPaymentOf(approval, attempt))
      .map(() => completed(request, { tradeNumber: null, code: error.providerCode ?? null, refundedWon: null }))
      .mapErr(() => error)
  }

  return client
    .cancelPayment({ PCD_PAY_OID: attempt.id, PCD_PAY_DATE: date, PCD_REFUND_TOTAL: amountMinor })
    .andThen((cancellation) => isOf(cancellation, attempt.id))
    .map((cancellation) => completed(request, cancellation))
    .orElse((error) => {
      if (isCancelledAlready(error)) return whenCancelledAlready(error)
      if (!isRepeat) return errAsync(error)
      // More than is left: perhaps because of the request before.
      if (isTooMuch(error)) return errAsync(sayInstead(unknownOutcome('conflict', 'more than is left'), error))
      return errAsync(onRepeat(error))
    })
}

/** Every look-up and every repeat is counted before it is made. */
const wasSent = ({ status, keyGeneration, checks }: Refund): boolean =>
  status === 'UNKNOWN' || keyGeneration > 0 || checks > 0

const isOf = (cancellation: PaypleCancellation, orderId: string): Result<PaypleCancellation, GatewayError> =>
  cancellation.orderId === null || cancellation.orderId === orderId
    ? ok(cancellation)
    : err(unknownOutcome('bad_response', 'the answer is about another payment'))

/**
 * UNCONFIRMED whether the trade number of a cancel is its own or the payment's, which several cancels would share; our
 * refund id behind it keeps them apart.
 */
const completed = (
  request: Refund,
  { tradeNumber, code, refundedWon }: Pick<PaypleCancellation, 'tradeNumber' | 'code' | 'refundedWon'>,
): ProviderRefund => ({
  providerRef: tradeNumber === null ? request.id : `${tradeNumber}:${request.id}`,
  refundId: request.id,
  // It is the answer to this very request. Where it names no amount, it is the one we asked for.
  amount: refundedWon === null ? request.amount : { amountMinor: refundedWon, currency: 'KRW' },
  status: 'completed',
  ...(code === null ? {} : { providerCode: code }),
})

const sayInstead = (error: GatewayError, { providerCode }: GatewayError): GatewayError =>
  providerCode === undefined ? error : { ...error, providerCode }
