import type { FakeReply } from '../fake/serve'
import { isText } from '../webhook-body'
import { type FakePortOneV1Payment, REFUSALS } from './fake-payment'
import { renderReceipt } from './fake-render'
import { type FakeDesk, type FakeRoutes, minorOf, type Speech } from './fake-speech'
import { isMerchantUid } from './purpose'

/** Virtual accounts issued without a window, and cash receipts. */
export const vbankRoutes = ({ clock, book }: FakeDesk, { say, payment: show, answer }: Speech): FakeRoutes => {
  const refuse = (outcome: (typeof REFUSALS)[keyof typeof REFUSALS]): FakeReply => answer(outcome, () => null)
  const waiting = (impUid: string, run: (payment: FakePortOneV1Payment) => FakeReply): FakeReply => {
    const payment = book.get(impUid)
    if (payment === undefined) return refuse(REFUSALS.noPayment)
    return payment.status === 'ready' && payment.account !== null ? run(payment) : refuse(REFUSALS.wrongState)
  }
  const withReceipt = (impUid: string, run: (payment: FakePortOneV1Payment) => FakeReply): FakeReply => {
    const payment = book.get(impUid)
    return payment?.receiptAt == null ? refuse(REFUSALS.noPayment) : run(payment)
  }

  return {
    issueVbank: ({ body }) => {
      const { merchant_uid, amount, vbank_code, vbank_due, vbank_holder } = body
      const amountMinor = minorOf(amount, 'KRW')
      if (!isText(merchant_uid) || !isText(vbank_code) || amountMinor === undefined || typeof vbank_due !== 'number') {
        return refuse(REFUSALS.invalid)
      }
      if (!isMerchantUid(merchant_uid)) return refuse(REFUSALS.invalid)
      if (book.isUsed(merchant_uid)) return refuse(REFUSALS.usedUid)
      const opened = book.open({
        merchantUid: merchant_uid,
        name: merchant_uid,
        payMethod: 'vbank',
        channel: 'api',
        currency: 'KRW',
        amountMinor,
        sandbox: book.mode === 'test',
        customerUid: null,
        usage: null,
        account: null,
      })
      const account = {
        number: `X${String(book.nextNumber()).padStart(13, '0')}`,
        bankCode: vbank_code,
        holderName: isText(vbank_holder) ? vbank_holder : 'TEST SHOP',
        dueAt: new Date(vbank_due * 1000),
      }
      return say(show(book.issueAccount(opened, account)))
    },
    changeVbank: ({ ids: [, impUid = ''], body: { amount, vbank_due } }) =>
      waiting(impUid, (payment) => {
        const amountMinor = minorOf(amount, payment.currency) ?? payment.amountMinor
        const { account } = payment
        const dueAt = typeof vbank_due === 'number' ? new Date(vbank_due * 1000) : account?.dueAt
        const changed = account === null || dueAt === undefined ? account : { ...account, dueAt }
        return say(show(book.put({ ...payment, amountMinor, account: changed })))
      }),
    revokeVbank: ({ ids: [, impUid = ''] }) =>
      // UNCONFIRMED which status it has then.
      waiting(impUid, (payment) => say(show(book.fail(payment, '가상계좌 말소')))),
    getReceipt: ({ ids: [, impUid = ''] }) => withReceipt(impUid, (payment) => say(renderReceipt(payment, null))),
    issueReceipt: ({ ids: [, impUid = ''], body }) => {
      const payment = book.get(impUid)
      const isCash = payment?.payMethod === 'vbank' || payment?.payMethod === 'trans'
      if (payment?.status !== 'paid' || payment.receiptAt !== null || !isText(body['identifier'])) {
        return refuse(REFUSALS.wrongState)
      }
      if (!isCash) return refuse(REFUSALS.noReceipts)
      return say(renderReceipt(book.put({ ...payment, receiptAt: clock.now() }), null))
    },
    revokeReceipt: ({ ids: [, impUid = ''] }) =>
      withReceipt(impUid, (payment) => {
        const receipt = renderReceipt(payment, clock.now())
        book.put({ ...payment, receiptAt: null })
        return say(receipt)
      }),
  }
}
