import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow'
import type { BillingCharge } from '../billing'
import type { Charge, GatewayError, ProviderPayment } from '../gateway'
import { toMajorUnits } from '../major-units'
import { isFirstSending, onRepeat } from '../repeat'
import { nameOf, type WindowSettings } from './begin'
import { approvedWithRefunds, asOpen } from './charge'
import { failureCodeOf, notExecuted, unknownOutcome } from './errors'
import { readApproved, wasPaid } from './payment'
import { merchantUidOf, purposeOf } from './purpose'
import { type Asking, standingOf } from './records'
import type { PortOneV1Payment } from './schema'

/**
 * Charges a key. Only the order id keeps it from being charged twice: PortOne takes an approved one once. So before a
 * repeat is sent the record is read, and a refusal whose words prove nothing is compared with the record as well.
 */
export const chargeKey = (
  asking: Asking,
  charge: BillingCharge,
  settings: WindowSettings,
): ResultAsync<Charge, GatewayError> => {
  const invalid = (what: string) => errAsync(notExecuted('invalid_request', what))
  const merchantUid = merchantUidOf(charge.id)
  if (merchantUid.isErr()) return errAsync(merchantUid.error)
  if (purposeOf(merchantUid.value) === 'issue') return invalid('merchant_uid: not that of a charge')
  if (charge.amount.amountMinor <= 0) return invalid('amount: must be positive')
  if (isFirstSending(charge, charge.requestedAt, asking.now())) {
    return send(asking, merchantUid.value, charge, settings).orElse((refusal) =>
      refusal.code === 'conflict' ? fromRecord(asking, charge, refusal).mapErr(asAnswered(refusal)) : err(refusal),
    )
  }
  return fromRecord(asking, charge, null)
    .orElse((error) => (error === null ? send(asking, merchantUid.value, charge, settings) : err(error)))
    .mapErr(onRepeat)
}

/** Beside a charge that was sent, a look-up that failed is no answer: only the record can say `declined`. */
const asAnswered =
  (refusal: GatewayError) =>
  (error: GatewayError): GatewayError =>
    error.code === 'declined' || error.code === 'refused' || error.outcome === 'unknown' ? error : refusal

const send = (
  { client, mode, now }: Asking,
  merchantUid: string,
  charge: BillingCharge,
  { noticeUrl }: WindowSettings,
): ResultAsync<Charge, GatewayError> =>
  client
    .chargeAgain({
      customer_uid: charge.billingKey,
      merchant_uid: merchantUid,
      amount: toMajorUnits(charge.amount),
      name: nameOf(charge.title),
      ...(charge.amount.currency === 'KRW' ? {} : { currency: charge.amount.currency }),
      ...(noticeUrl === undefined ? {} : { notice_url: noticeUrl }),
    })
    .andThen((payment) => readCharged(payment, merchantUid, mode, now()))

const readCharged = (
  payment: PortOneV1Payment,
  merchantUid: string,
  mode: 'test' | 'live',
  now: Date,
): Result<Charge, GatewayError> => {
  if (payment.merchant_uid !== merchantUid) {
    return err(unknownOutcome('bad_response', 'the answer is about another payment'))
  }
  if (mode === 'live' && payment.sandbox) return err(notExecuted('refused', 'a key of a test channel: no money moved'))
  if (wasPaid(payment)) return readApproved(payment, now)
  // Code 0 says no more than that the card network was asked.
  if (payment.status === 'failed') return err(declinedBy(payment))
  return err(unknownOutcome('in_progress', 'the charge is not finished yet'))
}

const declinedBy = ({ fail_reason }: PortOneV1Payment): GatewayError =>
  notExecuted(failureCodeOf(fail_reason), 'the charge was declined')

/** What PortOne's record says of a charge; `ifNone` when it has none. */
const fromRecord = <E extends GatewayError | null>(
  asking: Asking,
  charge: BillingCharge,
  ifNone: E,
): ResultAsync<Charge, GatewayError | E> =>
  standingOf(asking, charge.id, null)
    .mapErr(asOpen)
    .andThen((standing): Result<Charge, GatewayError | E> => {
      switch (standing.kind) {
        case 'paid':
          return readApproved(standing.payment, asking.now())
        case 'failed':
          return err(declinedBy(standing.payment))
        case 'open':
        case 'waiting':
          return err(unknownOutcome('in_progress', 'the charge is not finished yet'))
        case 'none':
          return err(ifNone)
      }
    })

export const lookupCharge = (asking: Asking, charge: BillingCharge): ResultAsync<ProviderPayment, GatewayError> =>
  standingOf(asking, charge.id, null).andThen((standing): Result<ProviderPayment, GatewayError> => {
    switch (standing.kind) {
      case 'paid':
        return approvedWithRefunds(standing.payment, asking.now())
      case 'failed':
        return ok({ status: 'failed', code: failureCodeOf(standing.payment.fail_reason) })
      case 'open':
      case 'waiting':
        return ok({ status: 'open' })
      case 'none':
        return ok({ status: 'not_found' })
    }
  })
