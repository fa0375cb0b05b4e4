import type { Clock } from '../../core/clock'
import { fromMajorUnits } from '../major-units'
import type { FakePortOneV1Book } from './fake-book'
import type { FakePortOneV1Keys } from './fake-keys'
import type { FakePortOneV1Payment } from './fake-payment'
import { isMerchantUid } from './purpose'

/** What `IMP.request_pay` was given. Units: `amount` in the currency's main unit, as the browser SDK takes it. */
export type FakePortOneV1Order = {
  /** Not the attempt's own id, but what `begin` gave the browser: letters and digits, or the window does not open. */
  readonly merchant_uid: string
  readonly amount: number
  readonly currency?: string
  readonly name?: string
  readonly pay_method?: string
  /** Its presence turns the payment into the registration of a card. */
  readonly customer_uid?: string
  /** The buyer's browser chooses the channel, and may choose the merchant's test channel. */
  readonly channel?: 'test' | 'live'
  /** PortOne does not compare the amount with the one that was registered. */
  readonly unchecked?: boolean
  /** Units: hours that a virtual account waits. */
  readonly depositHours?: number
}

/**
 * What comes back to the page: the callback, or the query of `m_redirect_url`. `imp_uid` is missing when nothing began.
 */
export type FakePortOneV1Return = Readonly<Record<string, string>>

export const DECLINED = '[가짜] 한도초과'
export const GIVEN_UP = '사용자가 결제를 취소하셨습니다'

/** The people around PortOne: the buyer at the window, the bank, and the merchant at the console. */
export const fakePortOneV1Buyer = (options: {
  readonly clock: Clock
  readonly mode: 'test' | 'live'
  readonly book: FakePortOneV1Book
  readonly keys: FakePortOneV1Keys
  readonly takeDecline: (merchantUid: string) => string | undefined
  readonly onChange: (payment: FakePortOneV1Payment, at: Date) => void
}) => {
  const { clock, mode, book, keys, takeDecline, onChange } = options

  const open = (order: FakePortOneV1Order): FakePortOneV1Payment | undefined => {
    const { merchant_uid: merchantUid, amount, currency = 'KRW', name = merchantUid, pay_method = 'card' } = order
    const money = fromMajorUnits(amount, currency)
    if (money === undefined) throw new RangeError(`the fake cannot read ${amount} ${currency}`)
    const prepared = book.prepared(merchantUid)
    const isOther =
      prepared !== undefined &&
      (prepared.amountMinor !== money.amountMinor || (prepared.currency !== null && prepared.currency !== currency))
    if ((isOther && order.unchecked !== true) || book.isUsed(merchantUid)) return undefined
    if (!isMerchantUid(merchantUid)) return undefined // As the strictest PG does.
    return book.open({
      ...money,
      merchantUid,
      name,
      payMethod: pay_method,
      channel: 'pc',
      sandbox: (order.channel ?? mode) === 'test',
      customerUid: order.customer_uid ?? null,
      usage: order.customer_uid === undefined ? null : 'issue',
      account: null,
    })
  }

  /** `failReason`: what went wrong, or undefined when the buyer and the issuer agree. */
  const finish = (impUid: string, failReason: string | undefined, depositHours = 24): FakePortOneV1Return => {
    const payment = book.get(impUid)
    if (payment?.status !== 'ready' || payment.account !== null) return refused(payment?.merchantUid ?? '')
    const back = { imp_uid: impUid, merchant_uid: payment.merchantUid }
    const at = clock.now()
    // Another window of the same order was faster.
    const reason = book.isUsed(payment.merchantUid) ? '이미 승인된 주문입니다' : failReason
    const refusal = reason ?? takeDecline(payment.merchantUid)
    if (refusal !== undefined) {
      book.fail(payment, refusal, at) // No webhook for an ordinary failure.
      return { ...back, imp_success: 'false', error_code: 'F0001', error_msg: refusal }
    }
    if (payment.payMethod === 'vbank') {
      const number = `X${String(book.nextNumber()).padStart(13, '0')}`
      const dueAt = new Date(at.getTime() + depositHours * 3_600_000)
      onChange(book.issueAccount(payment, { number, bankCode: '088', holderName: 'TEST SHOP', dueAt }), at)
      return { ...back, imp_success: 'true' }
    }
    if (payment.customerUid !== null) keys.issue({ customerUid: payment.customerUid, sandbox: payment.sandbox }, at)
    onChange(book.pay(payment, at), at)
    return { ...back, imp_success: 'true' }
  }

  const through = (order: FakePortOneV1Order, failReason: string | undefined): FakePortOneV1Return => {
    const opened = open(order)
    return opened === undefined ? refused(order.merchant_uid) : finish(opened.impUid, failReason, order.depositHours)
  }

  return {
    open: (order: FakePortOneV1Order) => open(order)?.impUid,
    finish,
    through,
    deposit: (merchantUid: string, amountMinor: number | undefined): boolean => {
      const waiting = book.ofOrder(merchantUid).find(({ status, account }) => status === 'ready' && account !== null)
      const now = clock.now()
      if (waiting?.account === undefined || waiting.account === null || waiting.account.dueAt <= now) return false
      if ((amountMinor ?? waiting.amountMinor) !== waiting.amountMinor) return false
      onChange(book.pay(waiting, now), now)
      return true
    },
    /** A PG that reviews payments approves one that had failed. */
    approveLate: (impUid: string): boolean => {
      const payment = book.get(impUid)
      if (payment?.status !== 'failed') return false
      onChange(book.pay(payment), clock.now())
      return true
    },
  }
}

/** Checked before anything began: there is no record. */
const refused = (merchantUid: string): FakePortOneV1Return => ({
  merchant_uid: merchantUid,
  imp_success: 'false',
  error_code: 'F0000',
  error_msg: '(가짜) 결제를 시작할 수 없습니다',
})
