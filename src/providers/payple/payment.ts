import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { Charge, GatewayError, ProviderPayment } from '../gateway'
import { payTypeOf } from './begin'
import type { Month } from './bodies'
import type { PaypleClient } from './client'
import { isUnrecognized, notExecuted, unknownOutcome } from './errors'
import type { PaypleApproval } from './schema'
import { type FilingDay, filingDays } from './time'

type Approved = Extract<Charge, { status: 'approved' }>

/** What a payment is known by at Payple: our own id. It has no other key that could be shown around. */
export type Sought = { readonly id: string; readonly method: string | null }

/** An answer about another payment is no answer: the outcome stays open, and somebody should look at it. */
export const isPaymentOf = (
  approval: PaypleApproval,
  { id }: Sought,
  requestKey?: string,
): Result<PaypleApproval, GatewayError> => {
  const sameRequest = requestKey === undefined || approval.requestKey === null || approval.requestKey === requestKey
  if (approval.orderId === id && sameRequest) return ok(approval)
  const wrong = unknownOutcome('bad_response', 'the answer is about another payment')
  return err(
    wrong.outcome === 'unknown' && approval.orderId !== id ? { ...wrong, aboutAttemptId: approval.orderId } : wrong,
  )
}

/**
 * `captured` is what the buyer was really charged. Where a discount of Payple's own makes that less than the order's
 * total, it is not the agreed amount, and the core keeps it apart: UNCONFIRMED who bears such a discount and how much of
 * it a cancel would give back, so nothing is called paid that was not taken, and no more is returned than that.
 *
 * `now` stands in for a missing moment of approval: money that was taken is not left open over a timestamp.
 */
export const approved = (approval: PaypleApproval, { id, method }: Sought, now: Date): Approved => ({
  status: 'approved',
  providerRef: id,
  captured: { amountMinor: approval.takenWon, currency: 'KRW' },
  approvedAt: approval.paidAt ?? now,
  method: approval.payType === 'transfer' ? 'TRANSFER' : approval.payType === 'card' ? 'CARD' : method,
})

/**
 * Payple's record of a payment. It has no status and shows no cancels (UNCONFIRMED; a refunded total seen by some is no
 * documented field), so `refunds` is always empty.
 *
 * An "error" is `not_found` only by a code that says so: the one a look-up really uses is UNCONFIRMED, and an attempt
 * called "not found" may be closed. Every day it could be filed under has to say so.
 */
export const findPayment = (
  client: PaypleClient,
  sought: Sought & Month,
  moments: readonly (Date | null)[],
  notFoundCodes: readonly string[],
): ResultAsync<ProviderPayment, GatewayError> => {
  const payType = payTypeOf(sought.method)
  if (payType === undefined) return errAsync(notExecuted('method_unavailable', 'method: not one of Payple'))
  const { PCD_PAY_YEAR, PCD_PAY_MONTH } = sought
  const month = PCD_PAY_YEAR === undefined ? {} : { PCD_PAY_YEAR, PCD_PAY_MONTH }
  const says = (error: GatewayError): boolean =>
    error.code === 'not_found' || (error.providerCode !== undefined && notFoundCodes.includes(error.providerCode))

  const ask = (days: readonly FilingDay[], doubt: GatewayError | null): ResultAsync<ProviderPayment, GatewayError> => {
    const [day, ...rest] = days
    if (day === undefined) return doubt === null ? okAsync({ status: 'not_found' }) : errAsync(doubt)
    return client
      .getPayment({ PCD_PAY_TYPE: payType, PCD_PAY_OID: sought.id, PCD_PAY_DATE: day.date, ...month })
      .andThen((approval) => isPaymentOf(approval, sought))
      .map((approval): ProviderPayment => ({ ...approved(approval, sought, day.moment), refunds: [] }))
      .orElse((error) => {
        if (says(error)) return ask(rest, doubt)
        // It may be Payple's word for "not found": the payment can still be there on the next day.
        return isUnrecognized(error) ? ask(rest, doubt ?? error) : errAsync(error)
      })
  }
  return ask(filingDays(moments), null)
}
