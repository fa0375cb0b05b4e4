import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow'
import { sameMoney } from '../../core/money'
import type { Refund } from '../../core/refund'
import { clip } from '../clip'
import type { GatewayError, ProviderRefund, RefundContext } from '../gateway'
import { toMajorUnits } from '../major-units'
import { isFirstSending, onRepeat } from '../repeat'
import { notExecuted, unknownOutcome } from './errors'
import { readMoney, readRefunds, reasonWithId } from './payment'
import type { Asking } from './records'
import type { CancelBody } from './requests'
import type { PortOneV1Payment } from './schema'

const MAX_REASON = 256

/**
 * Gives money back. PortOne has no idempotency key: what keeps a refund from being made twice is `checksum`, the
 * balance we believe is left. After one success the balance is another, and PortOne cancels nothing.
 *
 * A refusal says in free Korean text why, so the record decides what it meant: our refund in it is a refund that was
 * made; another balance than ours is a `conflict`; our balance, untouched, is a refusal.
 *
 * @see https://developers.portone.io/opi/ko/integration/cancel/v1/basic
 */
export const refund = (
  asking: Asking,
  request: Refund,
  context: RefundContext,
): ResultAsync<ProviderRefund, GatewayError> => {
  const { attempt, refundAccount } = context
  const impUid = attempt.providerRef
  if (impUid === null) return errAsync(notExecuted('invalid_request', 'the attempt has no imp_uid to refund'))
  if (request.amount.amountMinor <= 0) return errAsync(notExecuted('invalid_request', 'amount: must be positive'))
  if (attempt.method === 'vbank' && refundAccount === null) {
    return errAsync(notExecuted('refund_account_required', 'a deposit needs the account to pay back to'))
  }
  const settle = isFirstSending(request, request.requestedAt, asking.now())
    ? (error: GatewayError) => error
    : (error: GatewayError) => onRepeat(error)
  return asking.client
    .cancelPayment(cancelBody(request, context, impUid))
    .andThen((payment) => findRefund(payment, request, impUid))
    .orElse((error) =>
      isRefusal(error)
        ? explain(asking, request, context, impUid, error).mapErr(settle)
        : errAsync<ProviderRefund, GatewayError>(settle(error)),
    )
}

const cancelBody = (request: Refund, context: RefundContext, impUid: string): CancelBody => ({
  imp_uid: impUid,
  // Always: left out or 0 it means all that is left.
  amount: toMajorUnits(request.amount),
  checksum: toMajorUnits(context.refundable),
  reason: clip(reasonWithId(request.id, request.reason), MAX_REASON),
  ...(context.refundAccount === null
    ? {}
    : {
        refund_holder: context.refundAccount.holderName,
        refund_bank: context.refundAccount.bankCode,
        refund_account: context.refundAccount.accountNumber,
      }),
})

/** PortOne looked at the request and refused it. */
const isRefusal = ({ code }: GatewayError): boolean =>
  code === 'refused' || code === 'not_found' || code === 'invalid_request' || code === 'conflict'

const CONFLICT: GatewayError = {
  ...unknownOutcome('conflict', 'the refund was refused, and the balance at PortOne is not ours'),
  retryable: true,
}

/** What a refusal meant, by the record as it is now. */
const explain = (
  { client }: Asking,
  request: Refund,
  { refundable }: RefundContext,
  impUid: string,
  refusal: GatewayError,
): ResultAsync<ProviderRefund, GatewayError> =>
  client
    .getPayment(impUid)
    .mapErr((error) => (error.code === 'not_found' && refusal.code === 'not_found' ? refusal : CONFLICT))
    .andThen((payment) =>
      findRefund(payment, request, impUid).orElse(() => {
        const isOurs = payment.imp_uid === impUid
        const isUntouched = readMoney(payment.amount - payment.cancel_amount, payment.currency)
          .map((balance) => sameMoney(balance, refundable))
          .unwrapOr(false)
        return err(isOurs && isUntouched ? refusal : CONFLICT)
      }),
    )

/** Our cancel in PortOne's record. One we cannot find, or of another amount, leaves the outcome open. */
const findRefund = (
  payment: PortOneV1Payment,
  request: Refund,
  impUid: string,
): Result<ProviderRefund, GatewayError> => {
  if (payment.imp_uid !== impUid) return err(unknownOutcome('bad_response', 'the answer is about another payment'))
  return readRefunds(payment).andThen((refunds) => {
    const ours = refunds.find(({ refundId }) => refundId === request.id)
    return ours !== undefined && sameMoney(ours.amount, request.amount)
      ? ok(ours)
      : err(unknownOutcome('bad_response', 'the answer does not show this refund'))
  })
}
