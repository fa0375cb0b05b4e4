import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow'
import { sameMoney } from '../../core/money'
import type { GatewayBilling, ProviderSchedule, ScheduledCharge } from '../billing'
import type { GatewayError } from '../gateway'
import { toMajorUnits } from '../major-units'
import { nameOf, type WindowSettings } from './begin'
import { notExecuted, unknownOutcome } from './errors'
import { readMoney } from './payment'
import { merchantUidOf, ownIdOf, purposeOf } from './purpose'
import type { Asking } from './records'
import type { PortOneV1Schedule } from './schema'

type Schedules = NonNullable<GatewayBilling['schedules']>

/**
 * Charges that PortOne makes by itself at a given time. A schedule has no id of its own: it goes by the order id of the
 * charge.
 *
 * Turn "recovery" off in the console: it charges declined schedules again each day, beside any retry of ours.
 *
 * @see https://developers.portone.io/api/rest-v1/subscribe
 */
export const schedules = (asking: Asking, settings: WindowSettings): Schedules => ({
  schedule: (charge) => schedule(asking, charge, settings),
  unschedule: ({ chargeId }) => unschedule(asking, chargeId),
  lookup: ({ chargeId }) => lookup(asking, chargeId),
})

/** A repeat meets the order id of the first and is a `conflict`: look up. */
const schedule = (
  { client, now }: Asking,
  charge: ScheduledCharge,
  { noticeUrl }: WindowSettings,
): ResultAsync<ProviderSchedule, GatewayError> => {
  const invalid = (what: string) => errAsync(notExecuted('invalid_request', what))
  const { id, amount, chargeAt } = charge
  const merchantUid = merchantUidOf(id)
  if (merchantUid.isErr()) return errAsync(merchantUid.error)
  if (purposeOf(merchantUid.value) === 'issue') return invalid('merchant_uid: not that of a charge')
  if (amount.amountMinor <= 0) return invalid('amount: must be positive')
  if (chargeAt <= now()) return invalid('schedule_at: must be in the future')
  return client
    .scheduleCharge({
      customer_uid: charge.billingKey,
      merchant_uid: merchantUid.value,
      schedule_at: toUnixSeconds(chargeAt),
      amount: toMajorUnits(amount),
      currency: amount.currency,
      name: nameOf(charge.title),
      ...(noticeUrl === undefined ? {} : { notice_url: noticeUrl }),
    })
    .andThen((made) => readMade(made, charge))
}

/** Never earlier than asked for. */
const toUnixSeconds = (moment: Date): number => Math.ceil(moment.getTime() / 1000)

/** Another amount, key or moment than ours is nobody's to call done. */
const readMade = (
  made: readonly PortOneV1Schedule[],
  { id, billingKey, amount, chargeAt }: ScheduledCharge,
): Result<ProviderSchedule, GatewayError> => {
  const ours = made.find(({ merchant_uid }) => ownIdOf(merchant_uid) === id)
  const isAsWished =
    ours !== undefined &&
    ours.customer_uid === billingKey &&
    ours.schedule_at?.getTime() === toUnixSeconds(chargeAt) * 1000 &&
    readMoney(ours.amount, ours.currency ?? 'KRW')
      .map((money) => sameMoney(money, amount))
      .unwrapOr(false)
  return isAsWished
    ? readSchedule(ours, id)
    : err(unknownOutcome('bad_response', 'the answer does not show this schedule'))
}

/** By the order id alone, so that no other schedule of the same key ends with it. */
const unschedule = (asking: Asking, chargeId: string): ResultAsync<void, GatewayError> =>
  merchantUidOf(chargeId)
    .asyncAndThen((merchantUid) => asking.client.unschedule([merchantUid]))
    .andThen((revoked) =>
      revoked.some((it) => ownIdOf(it.merchant_uid) === chargeId && it.schedule_status === 'revoked')
        ? ok(undefined)
        : err(unknownOutcome('bad_response', 'the answer does not show this schedule')),
    )
    .orElse((error) => (error.code === 'conflict' ? wasItRevoked(asking, chargeId, error) : err(error)))

/** "Nothing to revoke" is said of one that has run and of one that was revoked before. */
const wasItRevoked = (asking: Asking, chargeId: string, refusal: GatewayError): ResultAsync<void, GatewayError> =>
  lookup(asking, chargeId)
    .mapErr(() => refusal)
    .andThen((found) => {
      if (found === null) return err(notExecuted('not_found', 'PortOne has no such schedule'))
      return found.status === 'revoked' ? ok(undefined) : err(refusal)
    })

const lookup = ({ client }: Asking, chargeId: string): ResultAsync<ProviderSchedule | null, GatewayError> =>
  merchantUidOf(chargeId)
    .asyncAndThen((merchantUid) => client.getSchedule(merchantUid))
    .andThen((found) =>
      ownIdOf(found.merchant_uid) === chargeId
        ? readSchedule(found, chargeId)
        : err(unknownOutcome('bad_response', 'the answer is about another schedule')),
    )
    .orElse((error) => (error.code === 'not_found' ? ok(null) : err(error)))

const readSchedule = (schedule: PortOneV1Schedule, chargeId: string): Result<ProviderSchedule, GatewayError> =>
  statusOf(schedule).map((status) => ({ scheduleRef: schedule.merchant_uid, chargeId, status }))

const statusOf = (schedule: PortOneV1Schedule): Result<ProviderSchedule['status'], GatewayError> => {
  switch (schedule.schedule_status) {
    case 'scheduled':
    case 'revoked':
      return ok(schedule.schedule_status)
    case 'executed':
      return executed(schedule.payment_status)
    default:
      return err(NOT_KNOWN)
  }
}

const executed = (paymentStatus: string | null): Result<ProviderSchedule['status'], GatewayError> => {
  switch (paymentStatus) {
    case null:
    case 'ready':
      return ok('started')
    case 'paid':
    case 'cancelled': // Refunded since.
      return ok('succeeded')
    case 'failed':
      return ok('failed')
    default:
      return err(NOT_KNOWN)
  }
}

const NOT_KNOWN = unknownOutcome('unrecognized', 'a schedule in a status that is not known here')
