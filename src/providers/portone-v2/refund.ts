import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow'
import { sameMoney } from '../../core/money'
import { type Refund, refundKey } from '../../core/refund'
import { clip } from '../clip'
import { type GatewayError, mayStillArrive, type ProviderRefund, type RefundContext } from '../gateway'
import { isFirstSending, onRepeat } from '../repeat'
import { getPayment, type Shop } from './charge'
import type { PortOneV2Client } from './client'
import { notExecuted, unknownOutcome } from './errors'
import { sentIdOf } from './ids'
import { readRefund, readRefunds, reasonWithId } from './payment'
import type { CancelBody } from './requests'

/** UNCONFIRMED: PortOne names no limit; payment companies cut or refuse long texts. */
const MAX_REASON = 200

/**
 * Gives money back. What PortOne cancels is compared with what we asked for. `REQUESTED` is `waiting`: the payment
 * company decides later.
 *
 * Idempotency: two refunds that race, or a repeat with a new key, meet PortOne's own lock: it cancels nothing when
 * `currentCancellableAmount` is not the balance it has. After such a refusal the payment's record is asked whether this
 * very refund is in it.
 */
export const refund = (
  client: PortOneV2Client,
  request: Refund,
  context: RefundContext,
  shop: Shop,
): ResultAsync<ProviderRefund, GatewayError> => {
  const { attempt, refundAccount } = context
  if (request.amount.amountMinor <= 0) return errAsync(notExecuted('invalid_request', 'amount: must be positive'))
  if (attempt.method === 'VIRTUAL_ACCOUNT' && refundAccount === null) {
    return errAsync(notExecuted('refund_account_required', 'a deposit needs the account to pay back to'))
  }
  const paymentId = sentIdOf(attempt.id)
  if (paymentId.isErr()) return errAsync(paymentId.error)
  const first = isFirstSending(request, request.requestedAt, shop.now())
  return client
    .cancelPayment(paymentId.value, cancelBody(request, context), refundKey(request))
    .mapErr((error) => (first ? error : onRepeat(error)))
    .andThen(({ cancellation }) => readRefund(cancellation, request.amount.currency))
    .andThen((made) => isOurs(made, request))
    .orElse((error) =>
      error.outcome === 'unknown' && !mayStillArrive(error)
        ? findInRecord(client, request, context, shop, error)
        : err(error),
    )
}

const cancelBody = (request: Refund, { refundable, refundAccount }: RefundContext): CancelBody => ({
  reason: clip(reasonWithId(request.id, request.reason), MAX_REASON),
  amount: request.amount.amountMinor,
  currentCancellableAmount: refundable.amountMinor,
  requester: request.purpose === 'requested' ? 'CUSTOMER' : 'ADMIN',
  ...(refundAccount === null
    ? {}
    : {
        refundAccount: {
          bank: refundAccount.bankCode,
          number: refundAccount.accountNumber,
          holderName: refundAccount.holderName,
        },
      }),
})

/** A payment company may have changed the reason; it must not name another refund, nor another amount. */
const isOurs = (made: ProviderRefund, request: Refund): Result<ProviderRefund, GatewayError> =>
  (made.refundId === null || made.refundId === request.id) && sameMoney(made.amount, request.amount)
    ? ok(made)
    : err(unknownOutcome('bad_response', 'the answer is about another refund'))

/** PortOne has answered, and the answer does not tell: a refund that is in the record was made, or refused, for good. */
const findInRecord = (
  client: PortOneV2Client,
  request: Refund,
  { attempt }: RefundContext,
  shop: Shop,
  unclear: GatewayError,
): ResultAsync<ProviderRefund, GatewayError> =>
  getPayment(client, attempt.id, shop)
    .andThen(readRefunds)
    .mapErr(() => unclear)
    .andThen((refunds) => {
      const found = refunds.find(({ refundId }) => refundId === request.id)
      return found === undefined || !sameMoney(found.amount, request.amount) ? err(unclear) : ok(found)
    })
