import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import { type Charge, type GatewayError, isAboutThisSendOnly, type ProviderPayment, type Returned } from '../gateway'
import { closeWindow } from './begin'
import { failureCodeOf, notExecuted, unknownOutcome } from './errors'
import { isDepositOver, readApproved, readRefunds, readWaiting } from './payment'
import { impUidOf, ownIdOf } from './purpose'
import { type Asking, standingOf } from './records'
import type { PortOneV1Payment } from './schema'

/**
 * Checks what the window brought back: `imp_uid` and `merchant_uid`. `imp_success`, `success` and `error_code` are not
 * even read: PortOne says that an approved payment may come with `success=false`.
 */
export const readReturn = (attempt: Attempt, returned: Returned): Result<string, GatewayError> => {
  const { imp_uid, merchant_uid }: Partial<Record<string, string>> = returned
  const impUid = impUidOf(imp_uid)
  if (impUid === null) return err(notExecuted('return_invalid', 'imp_uid: missing or malformed'))
  if (merchant_uid === undefined) return err(notExecuted('return_invalid', 'merchant_uid: missing'))
  if (ownIdOf(merchant_uid) !== attempt.id)
    return err(notExecuted('order_mismatch', 'merchant_uid: belongs to another payment'))
  return ok(impUid)
}

/**
 * Asks how the payment in the window went. The window has taken the money by then, or never will: nothing is charged
 * here, and a repeat asks again.
 *
 * Errors: only one is definite, `declined` (or `refused`, by the merchant's own confirm process): every record of the
 * order id is a failed one and the buyer has come back from the window. All others leave the outcome open, because the
 * money may be taken without us at any time.
 */
export const confirm = (asking: Asking, attempt: Attempt, returned: Returned): ResultAsync<Charge, GatewayError> =>
  readReturn(attempt, returned).asyncAndThen((impUid) =>
    standingOf(asking, attempt.id, impUid)
      .mapErr(asOpen)
      .andThen((standing): ResultAsync<Charge, GatewayError> => {
        switch (standing.kind) {
          case 'paid':
            // Another amount or currency is no error here: money was taken, and the core keeps it apart.
            return readApproved(standing.payment, asking.now()).asyncAndThen((charge) => okAsync(charge))
          case 'waiting':
            return okAsync(readWaiting(standing.payment))
          case 'failed':
            return declined(asking, attempt, standing.payment)
          case 'open':
            return errAsync(unknownOutcome('in_progress', 'the payment is not finished yet'))
          case 'none':
            return errAsync(unknownOutcome('in_progress', 'PortOne does not know of a payment yet'))
        }
      }),
  )

/**
 * The attempt ends here, but the parameters are still in the buyer's browser and could open the window once more. So
 * the amount registered for it is made one that the window refuses. Should money come all the same, by a PG that
 * approves late, its webhook leads to a look-up and the core gives it back.
 */
const declined = (
  { client }: Asking,
  attempt: Attempt,
  { fail_reason }: PortOneV1Payment,
): ResultAsync<never, GatewayError> =>
  closeWindow(client, attempt).andThen(() => err(notExecuted(failureCodeOf(fail_reason), 'the payment failed')))

/**
 * A refused look-up is no refused payment. Refusals at the door keep their names: an operator has to know, and nobody
 * takes them for an answer about the money.
 */
export const asOpen = (error: GatewayError): GatewayError =>
  error.outcome === 'unknown' || isAboutThisSendOnly(error)
    ? error
    : { ...unknownOutcome('in_progress', 'the payment could not be looked up'), retryable: true }

/**
 * PortOne's records of an attempt. A failed one is not the end of it: the buyer may try again in the same window, and
 * some PGs approve late. So `open` it stays until the time that a window may take has passed.
 */
export const lookup = (asking: Asking, attempt: Attempt): ResultAsync<ProviderPayment, GatewayError> =>
  standingOf(asking, attempt.id, attempt.providerRef).andThen((standing): Result<ProviderPayment, GatewayError> => {
    switch (standing.kind) {
      case 'paid':
        return approvedWithRefunds(standing.payment, asking.now())
      case 'waiting':
        return ok({ ...readWaiting(standing.payment), expired: isDepositOver(standing.payment, asking.now()) })
      case 'failed':
      case 'open':
        return ok({ status: 'open' })
      case 'none':
        return ok({ status: 'not_found' })
    }
  })

export const approvedWithRefunds = (payment: PortOneV1Payment, now: Date): Result<ProviderPayment, GatewayError> =>
  readApproved(payment, now).andThen((charge) => readRefunds(payment).map((refunds) => ({ ...charge, refunds })))
