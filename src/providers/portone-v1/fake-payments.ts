import type { FakeReply } from '../fake/serve'
import { toMajorUnits } from '../major-units'
import type { FakePrepared } from './fake-book'
import { type FakePortOneV1Payment, REFUSALS } from './fake-payment'
import {
  type FakeDesk,
  type FakeRequestParts,
  type FakeRoutes,
  minorOf,
  paged,
  refuse,
  type Speech,
} from './fake-speech'
import { isMerchantUid } from './purpose'

/** Payments: look-ups, cancels, and amounts registered before the window opens. */
export const paymentRoutes = ({ book, onCancel }: FakeDesk, { say, payment: show, answer }: Speech): FakeRoutes => {
  /** Payments of a test channel are hidden from whoever does not ask for them. */
  const visible = (query: URLSearchParams, payments: readonly FakePortOneV1Payment[]) =>
    payments.filter(({ sandbox }) => !sandbox || query.get('include_sandbox') === 'true')
  const ofOrder = ({ ids: [, , merchantUid = '', status], query }: FakeRequestParts) =>
    sorted(visible(query, book.ofOrder(merchantUid)), query.get('sorting') ?? '-started').filter(
      (payment) => status === undefined || payment.status === status,
    )
  const notFound = () => refuse(REFUSALS.noPayment.refusal)

  const prepare =
    (change: boolean) =>
    ({ body }: FakeRequestParts): FakeReply => {
      const { merchant_uid, amount, currency = null } = body
      const amountMinor = minorOf(amount, typeof currency === 'string' ? currency : 'KRW')
      if (typeof merchant_uid !== 'string' || !isMerchantUid(merchant_uid) || amountMinor === undefined) {
        return refuse(REFUSALS.invalid.refusal)
      }
      const wanted = {
        merchantUid: merchant_uid,
        amountMinor,
        currency: typeof currency === 'string' ? currency : null,
      }
      return answer(book.prepare(wanted, change), showPrepared)
    }

  return {
    getPayment: ({ ids: [, impUid = ''], query }) => {
      const [found] = visible(
        query,
        [book.get(impUid)].filter((it) => it !== undefined),
      )
      return found === undefined ? notFound() : say(show(found))
    },
    getPayments: ({ query }) => {
      const wanted = [...query.getAll('imp_uid[]'), ...query.getAll('merchant_uid[]')]
      const all = wanted.map((id) => [book.get(id), ...book.ofOrder(id)].find((it) => it !== undefined))
      const found = visible(
        query,
        all.filter((it) => it !== undefined),
      )
      if (found.length === 0) return notFound()
      return say(found.map(show), found.length < wanted.length ? 207 : 200)
    },
    findPayment: (parts) => {
      const [found] = ofOrder(parts)
      return found === undefined ? notFound() : say(show(found))
    },
    findAllPayments: (parts) => {
      const found = ofOrder(parts)
      return found.length === 0 ? notFound() : paged(found, parts.query, show)
    },
    listPayments: ({ ids: [, , status = ''], query }) => {
      const from = Number(query.get('from') ?? 0)
      const to = Number(query.get('to') ?? Number.MAX_SAFE_INTEGER)
      if (!['all', 'ready', 'paid', 'cancelled', 'failed'].includes(status)) return refuse(REFUSALS.invalid.refusal)
      const found = visible(query, book.all()).filter((payment) => {
        const at = timeOf(payment, status)
        return (status === 'all' || payment.status === status) && at >= from && at <= to
      })
      const page = Number(query.get('page') ?? 1)
      if (page > 1 && (page - 1) * Number(query.get('limit') ?? 20) >= found.length)
        return refuse(REFUSALS.invalid.refusal)
      return paged(sorted(found, query.get('sorting') ?? '-started'), query, show)
    },
    cancelPayment: ({ body }) => {
      const { imp_uid, merchant_uid, amount, checksum, reason } = body
      const paid = book.ofOrder(String(merchant_uid)).find(({ paidAt }) => paidAt !== null)
      const payment = typeof imp_uid === 'string' ? book.get(imp_uid) : paid
      const minor = (value: unknown) => (value == null ? null : (minorOf(value, payment?.currency ?? 'KRW') ?? -1))
      const outcome = book.cancel(payment?.impUid ?? '', {
        amountMinor: minor(amount),
        checksumMinor: minor(checksum),
        reason: typeof reason === 'string' ? reason : '',
        hasAccount: ['refund_holder', 'refund_bank', 'refund_account'].every((name) => typeof body[name] === 'string'),
        byConsole: false,
      })
      // A cancel by API is not told of, unless it is asked for.
      if ('value' in outcome && body['enable_webhook'] === true) onCancel(outcome.value)
      return answer(outcome, show)
    },
    preparePayment: prepare(false),
    changePrepared: prepare(true),
    getPrepared: ({ ids: [, , merchantUid = ''] }) => {
      const found = book.prepared(merchantUid)
      return found === undefined ? refuse(REFUSALS.notPrepared.refusal) : say(showPrepared(found))
    },
  }
}

const showPrepared = ({ merchantUid, amountMinor, currency }: FakePrepared) => ({
  merchant_uid: merchantUid,
  amount: toMajorUnits({ amountMinor, currency: currency === 'USD' ? 'USD' : 'KRW' }),
  currency,
})

const timeOf = (payment: FakePortOneV1Payment, status: string): number => {
  const moments = {
    ready: payment.startedAt,
    paid: payment.paidAt,
    cancelled: payment.cancelledAt,
    failed: payment.failedAt,
  }
  const moment = Object.entries(moments).find(([name]) => name === status)?.[1] ?? payment.startedAt
  return Math.floor(moment.getTime() / 1000)
}

/** Those of one moment stand in the order they were made. */
const sorted = (payments: readonly FakePortOneV1Payment[], sorting: string): readonly FakePortOneV1Payment[] => {
  const key = ({ startedAt, paidAt, failedAt, cancelledAt }: FakePortOneV1Payment): number => {
    if (sorting.endsWith('paid')) return paidAt?.getTime() ?? 0
    if (sorting.endsWith('started')) return startedAt.getTime()
    return Math.max(...[startedAt, paidAt, failedAt, cancelledAt].map((it) => it?.getTime() ?? 0))
  }
  const oldestFirst = payments
    .map((payment, index) => ({ payment, index }))
    .sort((left, right) => key(left.payment) - key(right.payment) || left.index - right.index)
    .map(({ payment }) => payment)
  return sorting.startsWith('-') ? oldestFirst.reverse() : oldestFirst
}
