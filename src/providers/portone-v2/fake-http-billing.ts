import type { FakeReply } from '../fake/serve'
import { shownOf } from './fake-payment'
import { renderBillingKey, renderSchedule } from './fake-render'
import {
  type Asked,
  chargeIn,
  declined,
  type FakePortOneV2Shop,
  isFields,
  listed,
  momentIn,
  type Route,
  refusal,
  reply,
  statusesIn,
} from './fake-wire'

/** The endpoints of billing keys and schedules. */
export const billingRoutes = (options: FakePortOneV2Shop): readonly Route[] => {
  const { book, billing, schedules, storeId, clock } = options

  const chargeBillingKey = ({ id, body }: Asked): FakeReply => {
    const facts = chargeIn(id, body)
    if (facts === undefined) return refusal('INVALID_REQUEST')
    if (schedules.holdsPayment(id)) return refusal('PAYMENT_SCHEDULE_ALREADY_EXISTS')
    const how = { scheduleId: null, at: clock.now(), isSilent: body['skipWebhook'] === true }
    const answer = billing.charge(facts, how)
    if ('payment' in answer) {
      const pgTxId = `PG-${shownOf(answer.payment)?.transactionId}`
      return reply({ payment: { pgTxId, paidAt: clock.now().toISOString() } })
    }
    if (answer.refusal !== 'PG_PROVIDER') return refusal(answer.refusal)
    return declined(book.get(id)?.transactions.at(-1)?.failureCode ?? 'UNKNOWN')
  }

  const schedulePayment = ({ id, body }: Asked): FakeReply => {
    const facts = isFields(body['payment']) ? chargeIn(id, body['payment']) : undefined
    const payAt = /(Z|[+-]\d\d:\d\d)$/.test(String(body['timeToPay'])) ? momentIn(body['timeToPay']) : undefined
    if (facts === undefined || payAt === undefined) return refusal('INVALID_REQUEST')
    const made = schedules.create(facts, payAt)
    return 'refusal' in made ? refusal(made.refusal) : reply({ schedule: { id: made.scheduleId } })
  }

  const getSchedule = ({ id }: Asked): FakeReply => {
    const schedule = schedules.get(id)
    return schedule === undefined ? refusal('PAYMENT_SCHEDULE_NOT_FOUND') : reply(renderSchedule(schedule, storeId))
  }

  const listSchedules = ({ body }: Asked): FakeReply => {
    const filter = isFields(body['filter']) ? body['filter'] : {}
    const { billingKey } = filter
    const statuses = statusesIn(filter)
    const found = schedules
      .all()
      .filter((it) => billingKey === undefined || it.billingKey === billingKey)
      .filter((it) => statuses.length === 0 || statuses.includes(it.status))
    return listed(
      body,
      found,
      ({ payAt }) => payAt,
      clock.now(),
      (it) => renderSchedule(it, storeId),
    )
  }

  const revokeSchedules = ({ body }: Asked): FakeReply => {
    const ids = Array.isArray(body['scheduleIds']) ? body['scheduleIds'].map(String) : null
    const billingKey = typeof body['billingKey'] === 'string' ? body['billingKey'] : null
    if (ids === null && billingKey === null) return refusal('INVALID_REQUEST')
    const answer = schedules.revoke(ids, billingKey)
    if ('refusal' in answer) return refusal(answer.refusal)
    return reply({ revokedScheduleIds: answer.revoked, revokedAt: clock.now().toISOString() })
  }

  const getBillingKey = ({ id }: Asked): FakeReply => {
    const key = billing.get(id)
    return key === undefined ? refusal('BILLING_KEY_NOT_FOUND') : reply(renderBillingKey(key, storeId))
  }

  const listBillingKeys = ({ body }: Asked): FakeReply => {
    const { customerId } = isFields(body['filter']) ? body['filter'] : {}
    const found = billing.all().filter((key) => customerId === undefined || key.customerId === customerId)
    return listed(
      body,
      found,
      ({ issuedAt }) => issuedAt,
      clock.now(),
      (key) => renderBillingKey(key, storeId),
    )
  }

  const confirmBillingKey = ({ body }: Asked): FakeReply => {
    const approved = billing.approve(String(body['billingIssueToken']), body['isTest'])
    return 'refusal' in approved ? refusal(approved.refusal) : reply({ billingKey: approved.billingKey })
  }

  const deleteBillingKey = ({ id }: Asked): FakeReply => {
    if (schedules.holdsKey(id)) return refusal('PAYMENT_SCHEDULE_ALREADY_EXISTS')
    const refused = billing.remove(id)
    return refused === undefined ? reply({ deletedAt: clock.now().toISOString() }) : refusal(refused)
  }

  const payment = (operation: string, end: string, answer: Route['answer']): Route => ({
    operation,
    method: 'POST',
    path: new RegExp(`/payments/([^/]+)/${end}$`),
    answer,
  })
  return [
    payment('chargeBillingKey', 'billing-key', chargeBillingKey),
    payment('schedulePayment', 'schedule', schedulePayment),
    { operation: 'listSchedules', method: 'GET', path: /\/payment-schedules$/, answer: listSchedules },
    { operation: 'revokeSchedules', method: 'DELETE', path: /\/payment-schedules$/, answer: revokeSchedules },
    { operation: 'getSchedule', method: 'GET', path: /\/payment-schedules\/([^/]+)$/, answer: getSchedule },
    { operation: 'listBillingKeys', method: 'GET', path: /\/billing-keys$/, answer: listBillingKeys },
    { operation: 'confirmBillingKey', method: 'POST', path: /\/billing-keys\/confirm$/, answer: confirmBillingKey },
    { operation: 'getBillingKey', method: 'GET', path: /\/billing-keys\/([^/]+)$/, answer: getBillingKey },
    { operation: 'deleteBillingKey', method: 'DELETE', path: /\/billing-keys\/([^/]+)$/, answer: deleteBillingKey },
  ]
}
