import { isCurrency } from '../../core/money'
import type { FakeReply } from '../fake/serve'
import { isFields, isText } from '../webhook-body'
import type { KeyCharge } from './fake-keys'
import { type FakePortOneV1Schedule, type Outcome, REFUSALS, unknownCustomer } from './fake-payment'
import { renderKey, renderSchedule, seconds } from './fake-render'
import { type FakeDesk, type FakeRequestParts, type FakeRoutes, minorOf, paged, type Speech } from './fake-speech'
import { isMerchantUid } from './purpose'

/** Billing keys, charges with them, and schedules. */
export const subscribeRoutes = (
  { book, keys, scheduleLists }: FakeDesk,
  { say, payment: show, answer }: Speech,
): FakeRoutes => {
  const showSchedule = (schedule: FakePortOneV1Schedule) => renderSchedule(schedule, book.get(schedule.impUid ?? ''))
  const showKey = (key: Parameters<typeof renderKey>[0]) => renderKey(key, book.pgProvider)
  const refuse = (outcome: Outcome<never>): FakeReply => answer(outcome, () => null)

  const listed = (
    { query }: FakeRequestParts,
    names: { readonly from: string; readonly to: string; readonly status: string },
    customerUid: string | null,
  ): FakeReply => {
    const from = Number(query.get(names.from) ?? Number.NaN)
    const to = Number(query.get(names.to) ?? Number.NaN)
    const status = query.get(names.status)
    if (!Number.isInteger(from) || !Number.isInteger(to) || to < from) return refuse(REFUSALS.invalid)
    const found = keys.schedules().filter((it) => {
      const at = seconds(it.scheduleAt)
      const isOfKey = customerUid === null || it.customerUid === customerUid
      return isOfKey && at >= from && at < to && (status === null || it.status === status)
    })
    return scheduleLists === 'array' ? say(found.map(showSchedule)) : paged(found, query, showSchedule)
  }

  const moved = (
    { ids: [, , , merchantUid = ''], body }: FakeRequestParts,
    from: 'scheduled' | 'failed',
  ): FakeReply => {
    const at = body['schedule_at']
    if (typeof at !== 'number') return refuse(REFUSALS.invalid)
    return answer(keys.move(merchantUid, new Date(at * 1000), from), showSchedule)
  }

  return {
    getCustomer: ({ ids: [, , uid = ''] }) => {
      const key = keys.key(uid)
      return key === undefined ? refuse(unknownCustomer(uid)) : say(showKey(key))
    },
    getCustomers: ({ query }) => {
      const wanted = query.getAll('customer_uid[]')
      const found = wanted.map(keys.key).filter((it) => it !== undefined)
      if (found.length === 0) return refuse(unknownCustomer(wanted.join()))
      return say(found.map(showKey), found.length < wanted.length ? 207 : 200)
    },
    deleteCustomer: ({ ids: [, , uid = ''] }) => answer(keys.remove(uid), showKey),
    listCustomerPayments: ({ ids: [, , uid = ''], query }) =>
      paged(
        book.all().filter(({ customerUid }) => customerUid === uid),
        query,
        show,
      ),
    chargeAgain: ({ body }) => {
      const wanted = readCharge(body)
      return wanted === undefined ? refuse(REFUSALS.invalid) : answer(keys.again(wanted), show)
    },
    scheduleCharge: ({ body }) => {
      const [item, ...more] = Array.isArray(body['schedules']) ? body['schedules'] : []
      const wanted = isFields(item) ? readCharge({ ...item, customer_uid: body['customer_uid'] }) : undefined
      const at = isFields(item) ? item['schedule_at'] : undefined
      if (wanted === undefined || typeof at !== 'number' || more.length > 0) return refuse(REFUSALS.invalid)
      return answer(keys.schedule({ ...wanted, scheduleAt: new Date(at * 1000) }), (it) => [showSchedule(it)])
    },
    unschedule: ({ body: { customer_uid, merchant_uid } }) => {
      const uids = Array.isArray(merchant_uid) ? merchant_uid.map(String) : isText(merchant_uid) ? [merchant_uid] : null
      const outcome = keys.unschedule(isText(customer_uid) ? customer_uid : null, uids)
      return answer(outcome, (revoked) => revoked.map(showSchedule))
    },
    getSchedule: ({ ids: [, , , merchantUid = ''] }) => {
      const found = keys.ofMerchantUid(merchantUid)
      return found === undefined ? refuse(REFUSALS.noSchedule) : say(showSchedule(found))
    },
    listSchedules: (parts) =>
      listed(parts, { from: 'schedule_from', to: 'schedule_to', status: 'schedule_status' }, null),
    listCustomerSchedules: (parts) =>
      listed(parts, { from: 'from', to: 'to', status: 'schedule-status' }, parts.ids[4] ?? ''),
    moveSchedule: (parts) => moved(parts, 'scheduled'),
    reschedule: (parts) => moved(parts, 'failed'),
    retrySchedule: ({ ids: [, , , merchantUid = ''] }) => answer(keys.retry(merchantUid), show),
  }
}

const readCharge = (body: Readonly<Record<string, unknown>>): KeyCharge | undefined => {
  const { customer_uid, merchant_uid, amount, name, currency = 'KRW' } = body
  if (!isText(customer_uid) || !isText(merchant_uid) || !isText(name)) return undefined
  if (!isMerchantUid(merchant_uid)) return undefined
  if (typeof currency !== 'string' || !isCurrency(currency)) return undefined
  const amountMinor = minorOf(amount, currency)
  if (amountMinor === undefined || amountMinor <= 0) return undefined
  return { customerUid: customer_uid, merchantUid: merchant_uid, amountMinor, currency, name }
}
