import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow'
import type { GatewayBilling, ProviderSchedule, ScheduledCharge } from '../billing'
import { clip } from '../clip'
import { type GatewayError, mayStillArrive } from '../gateway'
import type { PortOneV2Client } from './client'
import { notExecuted, unknownOutcome } from './errors'
import { ownIdOf, scheduleIdOf, sentIdOf } from './ids'
import type { PortOneSchedule } from './schema'

type Schedules = NonNullable<GatewayBilling['schedules']>

type SchedulesShop = { readonly noticeUrls: readonly string[]; readonly now: () => Date }

/** On either side of the time to pay, when a schedule is looked for in a list. */
const AROUND_MS = 24 * 3_600_000

/** Charges that PortOne makes by itself at a given time. It has no call that changes one: revoke, and make another. */
export const portOneV2Schedules = (client: PortOneV2Client, shop: SchedulesShop): Schedules => ({
  schedule: (charge) => schedule(client, charge, shop),
  unschedule: ({ scheduleRef, chargeId }) => {
    const id = scheduleIdOf(scheduleRef)
    // A new key each time: an error is replayed for three hours, and revoking twice does no harm.
    return client
      .revokeSchedules({ scheduleIds: [id] }, `${chargeId}-unschedule-${shop.now().getTime()}`)
      .andThen(({ revokedScheduleIds }) =>
        revokedScheduleIds.includes(id)
          ? ok(undefined)
          : err(unknownOutcome('bad_response', 'the answer does not show this schedule')),
      )
      .orElse((error) => (error.providerCode === 'PAYMENT_SCHEDULE_ALREADY_REVOKED' ? ok(undefined) : err(error)))
  },
  lookup: ({ scheduleRef, chargeId }) =>
    client
      .getSchedule(scheduleIdOf(scheduleRef))
      .andThen((found): Result<ProviderSchedule | null, GatewayError> => readSchedule(found, chargeId))
      .orElse((error) => (error.code === 'not_found' ? ok(null) : err(error))),
})

/**
 * Idempotency: one schedule per charge id. When PortOne says that there is one already, perhaps by a request whose
 * answer was lost, it is looked for; one of another amount is a `conflict`.
 */
const schedule = (
  client: PortOneV2Client,
  charge: ScheduledCharge,
  { noticeUrls }: SchedulesShop,
): ResultAsync<ProviderSchedule, GatewayError> => {
  const { id: chargeId, amount, billingKey, chargeAt } = charge
  if (!Number.isSafeInteger(amount.amountMinor) || amount.amountMinor <= 0) {
    return errAsync(notExecuted('invalid_request', 'amount: must be positive'))
  }
  const payment = {
    billingKey,
    orderName: clip(charge.title.trim(), 100),
    amount: { total: amount.amountMinor },
    currency: amount.currency,
    ...(noticeUrls.length === 0 ? {} : { noticeUrls }),
  }
  const body = { payment, timeToPay: chargeAt.toISOString() }
  return sentIdOf(chargeId)
    .asyncAndThen((paymentId) => client.schedulePayment(paymentId, body, `${chargeId}-schedule-0`))
    .map((made): ProviderSchedule => ({ scheduleRef: made.schedule.id, chargeId, status: 'scheduled' }))
    .orElse((error) =>
      error.outcome === 'unknown' && !mayStillArrive(error) ? findSchedule(client, charge, error) : err(error),
    )
}

/** There is no look-up by payment id, and a list without times shows only the past. */
const findSchedule = (
  client: PortOneV2Client,
  { id: chargeId, amount, billingKey, chargeAt }: ScheduledCharge,
  unclear: GatewayError,
): ResultAsync<ProviderSchedule, GatewayError> => {
  const at = (offsetMs: number) => new Date(chargeAt.getTime() + offsetMs).toISOString()
  const page = { number: 0, size: 100 }
  return client
    .listSchedules({ page, filter: { billingKey, from: at(-AROUND_MS), until: at(AROUND_MS) } })
    .mapErr(() => unclear)
    .andThen(({ items }) => {
      const found = items.find(
        ({ paymentId, totalAmount, currency, timeToPay }) =>
          ownIdOf(paymentId) === chargeId &&
          totalAmount === amount.amountMinor &&
          currency === amount.currency &&
          timeToPay?.getTime() === chargeAt.getTime(),
      )
      return found === undefined ? err(unclear) : readSchedule(found, chargeId)
    })
}

const STATUSES: ReadonlyMap<string, ProviderSchedule['status']> = new Map([
  ['SCHEDULED', 'scheduled'],
  ['STARTED', 'started'],
  ['PENDING', 'started'],
  ['SUCCEEDED', 'succeeded'],
  ['FAILED', 'failed'],
  ['REVOKED', 'revoked'],
])

const readSchedule = (found: PortOneSchedule, chargeId: string): Result<ProviderSchedule, GatewayError> => {
  if (ownIdOf(found.paymentId) !== chargeId)
    return err(unknownOutcome('bad_response', 'the answer is about another charge'))
  const status = STATUSES.get(found.status)
  return status === undefined
    ? err(unknownOutcome('unrecognized', 'a schedule in a status that is not known here'))
    : ok({ scheduleRef: found.id, chargeId, status })
}
