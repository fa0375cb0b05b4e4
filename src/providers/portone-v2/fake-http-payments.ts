import type { FakeReply } from '../fake/serve'
import { shownOf, statusOf } from './fake-payment'
import { renderCancellation, renderPayment } from './fake-render'
import {
  type Asked,
  declined,
  type FakePortOneV2Shop,
  isFields,
  listed,
  type Route,
  refusal,
  reply,
  statusesIn,
} from './fake-wire'
import { isSentId } from './ids'

/** The endpoints of payments: look-ups, registered amounts, approvals by the server, cancels. */
export const paymentRoutes = (options: FakePortOneV2Shop): readonly Route[] => {
  const { book, storeId, clock } = options

  const getPayment = ({ id }: Asked): FakeReply => {
    const payment = book.get(id)
    return payment === undefined
      ? refusal('PAYMENT_NOT_FOUND')
      : reply({ ...renderPayment(payment, storeId), ...options.takeSurprise() })
  }

  const listPayments = ({ body }: Asked): FakeReply => {
    const filter = isFields(body['filter']) ? body['filter'] : {}
    const wanted = statusesIn(filter).map((status) => (status === 'PENDING' ? 'PAY_PENDING' : status))
    const payments = book.all().filter((it) => wanted.length === 0 || wanted.includes(statusOf(it)))
    const timeOf = (payment: (typeof payments)[number]) => {
      const shown = shownOf(payment)
      return shown?.endedAt ?? shown?.requestedAt ?? clock.now()
    }
    return listed(body, payments, timeOf, clock.now(), (payment) => renderPayment(payment, storeId))
  }

  const preRegister = ({ id, body }: Asked): FakeReply => {
    const { totalAmount, currency } = body
    if (!isSentId(id)) return refusal('INVALID_REQUEST')
    const refused = book.register({
      paymentId: id,
      totalMinor: typeof totalAmount === 'number' ? totalAmount : null,
      currency: typeof currency === 'string' ? currency : null,
    })
    return refused === undefined ? reply({}) : refusal(refused)
  }

  const confirmPayment = ({ id, body }: Asked): FakeReply => {
    const payment = book.get(id)
    if (payment === undefined) return refusal('PAYMENT_NOT_FOUND')
    if (book.isPaid(id)) return refusal('ALREADY_PAID')
    const { paymentToken, txId, totalAmount, currency, isTest } = body
    const open = payment.transactions.find((it) => it.paymentToken !== null && it.paymentToken === paymentToken)
    if (open === undefined) return refusal('INVALID_PAYMENT_TOKEN')
    const differs = [
      [txId, open.transactionId],
      [totalAmount, open.totalMinor],
      [currency, open.currency],
      [isTest, open.channelType === 'TEST'],
    ].some(([given, real]) => given !== undefined && given !== real)
    if (differs) return refusal('INFORMATION_MISMATCH')
    const pgCode = options.takeDecline(id)
    book.end(
      id,
      open.transactionId,
      pgCode === undefined ? 'paid' : { pgCode },
      clock.now(),
      body['skipWebhook'] === true,
    )
    if (pgCode !== undefined) return declined(pgCode)
    return reply({ pgTxId: `PG-${open.transactionId}`, paidAt: clock.now().toISOString() })
  }

  const cancelPayment = ({ id, body }: Asked): FakeReply => {
    const { reason, amount, currentCancellableAmount, refundAccount, skipWebhook } = body
    if (typeof reason !== 'string' || reason === '') return refusal('INVALID_REQUEST')
    const request = {
      amountMinor: typeof amount === 'number' ? amount : null,
      currentCancellableMinor: typeof currentCancellableAmount === 'number' ? currentCancellableAmount : null,
      reason,
      hasAccount: isAccount(refundAccount),
      isSilent: skipWebhook === true,
    }
    const answer = book.cancel(id, request, options.takeCancelMood)
    if ('cancellation' in answer) return reply({ cancellation: renderCancellation(answer.cancellation) })
    return answer.refusal === 'PG_PROVIDER' ? declined('TEST_CANCEL_REFUSED') : refusal(answer.refusal)
  }

  const closeVirtualAccount = ({ id }: Asked): FakeReply => {
    if (book.get(id) === undefined) return refusal('PAYMENT_NOT_FOUND')
    return book.closeAccount(id)
      ? reply({ closedAt: clock.now().toISOString() })
      : refusal('PAYMENT_NOT_WAITING_FOR_DEPOSIT')
  }

  return [
    { operation: 'listPayments', method: 'GET', path: /\/payments$/, answer: listPayments },
    { operation: 'getPayment', method: 'GET', path: /\/payments\/([^/]+)$/, answer: getPayment },
    { operation: 'preRegister', method: 'POST', path: /\/payments\/([^/]+)\/pre-register$/, answer: preRegister },
    { operation: 'confirmPayment', method: 'POST', path: /\/payments\/([^/]+)\/confirm$/, answer: confirmPayment },
    { operation: 'cancelPayment', method: 'POST', path: /\/payments\/([^/]+)\/cancel$/, answer: cancelPayment },
    {
      operation: 'closeVirtualAccount',
      method: 'POST',
      path: /\/payments\/([^/]+)\/virtual-account\/close$/,
      answer: closeVirtualAccount,
    },
  ]
}

const isAccount = (value: unknown): boolean =>
  isFields(value) &&
  ['bank', 'number', 'holderName'].every((name) => typeof value[name] === 'string' && value[name] !== '')
