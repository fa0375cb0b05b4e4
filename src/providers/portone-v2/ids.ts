import { err, ok, type Result } from 'neverthrow'
import type { GatewayError } from '../gateway'
import { notExecuted } from './errors'

/**
 * PortOne names two things of one scheduled charge: the payment (by the merchant) and the schedule (by PortOne). They
 * look alike and do not fit each other's endpoints: revoking a `paymentId` is a 404, and the buyer is charged after all.
 * So they are two types.
 */
export type PaymentId = string & { readonly portOne: 'payment' }
export type ScheduleId = string & { readonly portOne: 'schedule' }

// Casts: the mark exists for the compiler alone.
export const paymentIdOf = (text: string): PaymentId => text as PaymentId
export const scheduleIdOf = (text: string): ScheduleId => text as ScheduleId

/**
 * What PortOne is given for an id of ours, a payment's or an issuance's: `att_X` is `attX` there. Some payment companies
 * take letters and digits only, others ask for 6 characters or cut off what is longer than 40. An id without an
 * underscore goes as it is, and no two ids become the same one.
 *
 * Errors: `invalid_request` for an id that would not come back as it went. It is never sent.
 *
 * @see https://developers.portone.io/opi/ko/integration/pg/v2/kcp-v2
 */
export const sentIdOf = (id: string): Result<PaymentId, GatewayError> => {
  const sentId = id.replace(/^(att|bki|chg)_/, '$1')
  return ownIdOf(sentId) === id
    ? ok(paymentIdOf(sentId))
    : err(notExecuted('invalid_request', 'paymentId: 6 to 40 letters and digits'))
}

/** The id of ours that `sentIdOf` made this one of. Null for one it cannot have made. */
export const ownIdOf = (sentId: string): string | null =>
  isSentId(sentId) ? sentId.replace(/^(att|bki|chg)(?=.)/, '$1_') : null

/** What every payment company takes. */
export const isSentId = (text: string): boolean => /^[A-Za-z0-9]{6,40}$/.test(text)
