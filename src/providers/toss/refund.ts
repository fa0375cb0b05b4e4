import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow'
import { sameMoney } from '../../core/money'
import { type Refund, refundKey } from '../../core/refund'
import { clip } from '../clip'
import type { GatewayError, ProviderRefund, RefundContext } from '../gateway'
import { toMajorUnits } from '../major-units'
import { isFirstSending, onRepeat } from '../repeat'
import type { CancelBody, TossClient } from './client'
import { notExecuted, unknownOutcome } from './errors'
import { readRefunds, reasonWithId } from './payment'
import type { TossPayment } from './schema'

const MAX_REASON = 200

/**
 * Gives money back. What Toss cancels is compared with what we asked for, by our refund id.
 *
 * Idempotency: bound to one input like the charge's. Two refunds that race, or a repeat with a new key, meet Toss's own
 * lock: it cancels nothing when `refundableAmount` is not the balance it has.
 */
export const refund = (
  client: TossClient,
  request: Refund,
  context: RefundContext,
  now: () => Date,
): ResultAsync<ProviderRefund, GatewayError> => {
  const { attempt, refundAccount } = context
  const paymentKey = attempt.providerRef
  if (paymentKey === null) return errAsync(notExecuted('invalid_request', 'the attempt has no paymentKey to refund'))
  if (request.amount.amountMinor <= 0) return errAsync(notExecuted('invalid_request', 'amount: must be positive'))
  if (attempt.method === 'VIRTUAL_ACCOUNT' && refundAccount === null) {
    return errAsync(notExecuted('refund_account_required', 'a deposit needs the account to pay back to'))
  }
  const first = isFirstSending(request, request.requestedAt, now())
  return client
    .cancel(paymentKey, cancelBody(request, context), refundKey(request))
    .mapErr((error) => (first ? error : onRepeat(error)))
    .andThen((payment) => findRefund(payment, request, paymentKey))
}

const cancelBody = (request: Refund, { attempt, refundable, refundAccount }: RefundContext): CancelBody => ({
  cancelReason: clip(reasonWithId(request.id, request.reason), MAX_REASON),
  // An amount makes it a partial cancel, which escrow and some cards refuse. Without one Toss cancels whatever is left,
  // and the lock below makes that the whole untouched payment or nothing.
  ...(isWhole(request, attempt, refundable) ? {} : { cancelAmount: toMajorUnits(request.amount) }),
  refundableAmount: toMajorUnits(refundable),
  ...(request.amount.currency === 'KRW' ? {} : { currency: request.amount.currency }),
  ...(refundAccount === null ? {} : { refundReceiveAccount: refundReceiveAccount(refundAccount) }),
  // Asynchronous foreign wallets must have one. UNCONFIRMED whether PayPal minds; it comes back in `cancels`.
  ...(attempt.method === 'FOREIGN_EASY_PAY' ? { cancelRequestId: request.id } : {}),
})

const isWhole = (
  { amount }: Refund,
  attempt: RefundContext['attempt'],
  refundable: RefundContext['refundable'],
): boolean => sameMoney(amount, refundable) && amount.amountMinor === attempt.capturedMinor

const refundReceiveAccount = (account: NonNullable<RefundContext['refundAccount']>) => ({
  bank: account.bankCode,
  accountNumber: account.accountNumber,
  holderName: account.holderName,
})

/** Our cancel in Toss's answer. One we cannot find, or of another amount, leaves the outcome open. */
const findRefund = (
  payment: TossPayment,
  request: Refund,
  paymentKey: string,
): Result<ProviderRefund, GatewayError> => {
  if (payment.paymentKey !== paymentKey) {
    return err(unknownOutcome('bad_response', 'the answer is about another payment'))
  }
  return readRefunds(payment).andThen((refunds) => {
    const ours = refunds.find(({ refundId }) => refundId === request.id)
    return ours !== undefined && sameMoney(ours.amount, request.amount)
      ? ok(ours)
      : err(unknownOutcome('bad_response', 'the answer does not show this refund'))
  })
}
