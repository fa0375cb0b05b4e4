import type { PayplePayType } from './begin'
import type { FakePaypleBook } from './fake-book'
import type { FakePaypleKeys } from './fake-keys'
import { type FakeBillingKey, type FakePayplePayment, leftOf } from './fake-payment'
import { paypleTime } from './time'

/** What the payment window was given. Units: `amount` in won. */
export type FakePaypleOrder = {
  readonly orderId: string
  readonly amount: number
  readonly payType?: PayplePayType
  readonly goods?: string
  readonly payerNo?: string
  /** An event of Payple's own takes this off what the buyer is charged. */
  readonly discount?: number
}

export type FakePaypleIssue = {
  readonly issueId: string
  readonly payType?: PayplePayType
  readonly payerNo?: string
}

/** The form that the browser posts to the host. All of it is text. */
export type FakePaypleForm = Readonly<Record<string, string>>

/** The person in front of Payple's window. */
export const fakePaypleBuyer = (options: {
  readonly book: FakePaypleBook
  readonly keys: FakePaypleKeys
  readonly origin: string
  readonly confirmUrl: string
  readonly decline: (code: string, orderId: string) => void
}) => {
  const { book, keys, origin, confirmUrl } = options

  const open = (order: FakePaypleOrder, work: 'CERT' | 'PAY'): FakePayplePayment => {
    const { orderId, amount, payType = 'card', goods = orderId, payerNo = '', discount = 0 } = order
    if (!Number.isSafeInteger(amount) || amount <= 0) throw new RangeError(`the fake cannot read ${amount} won`)
    return book.open({ orderId, goods, payType, work, totalMinor: amount, discountMinor: discount, payerNo })
  }

  const form = (payment: FakePayplePayment, more: FakePaypleForm): FakePaypleForm => ({
    PCD_PAY_RST: 'success',
    PCD_PAY_CODE: '0000',
    PCD_PAY_MSG: '(가짜) 완료',
    PCD_PAY_TYPE: payment.payType,
    PCD_PAY_WORK: payment.work,
    PCD_CARD_VER: payment.payType === 'card' ? '02' : '',
    PCD_PAYER_ID: payment.payerId,
    PCD_PAYER_NO: payment.payerNo === '' ? '0' : payment.payerNo,
    PCD_PAY_OID: payment.orderId,
    PCD_PAY_GOODS: payment.goods,
    PCD_PAY_TOTAL: String(payment.totalMinor),
    PCD_PAY_ISTAX: 'Y',
    PCD_PAY_TAXTOTAL: '',
    ...more,
  })

  return {
    /** Opens the window and leaves it there. */
    open: (order: FakePaypleOrder): void => void open(order, 'CERT'),
    /** Opens it and authenticates; `outcome` is what the issuer will say to the confirmation. */
    authorize: (order: FakePaypleOrder & { readonly outcome?: string }): FakePaypleForm => {
      const { orderId, payType } = open(order, 'CERT')
      // Paying from an account registers it.
      const payerId = payType === 'transfer' ? keys.issue('transfer', order.payerNo ?? '').payerId : ''
      const payment = book.authenticate(orderId, payerId)
      if (payment === undefined) return ended(orderId, 'error', 'CPCA0201')
      if (order.outcome !== undefined) options.decline(order.outcome, orderId)
      return form(payment, {
        PCD_PAY_METHOD: payType === 'card' ? 'appCard' : '',
        PCD_AUTH_KEY: payment.authKey ?? '',
        PCD_PAY_REQKEY: payment.requestKey ?? '',
        PCD_PAY_COFURL: confirmUrl,
        PCD_PAY_HOST: origin,
        PCD_PAY_URL: '/php/PayCardConfirmAct.php?ACT_=PAYM',
      })
    },
    /** A window in which the money is taken at once. */
    pay: (order: FakePaypleOrder): FakePaypleForm => {
      const opened = open(order, 'PAY')
      if (opened.status !== 'OPEN') return ended(opened.orderId, 'error', 'CPCA0201')
      const paid = book.capture(opened)
      return form(paid, {
        PCD_PAY_TIME: paid.approvedAt === null ? '' : paypleTime(paid.approvedAt),
        PCD_PAY_CARDTRADENUM: paid.tradeNumber ?? '',
        PCD_PAY_AMOUNT_REAL: String(leftOf(paid)),
      })
    },
    /** Registers a card or an account. It looks like a success, and no money has moved. */
    register: ({ issueId, payType = 'card', payerNo = '' }: FakePaypleIssue): FakePaypleForm => {
      const key: FakeBillingKey = keys.issue(payType, payerNo)
      return {
        PCD_PAY_RST: 'success',
        PCD_PAY_CODE: '0000',
        PCD_PAY_MSG: '(가짜) 등록완료',
        PCD_PAY_TYPE: payType,
        PCD_PAY_WORK: 'AUTH',
        PCD_CARD_VER: payType === 'card' ? '01' : '',
        PCD_PAYER_ID: key.payerId,
        PCD_PAYER_NO: payerNo === '' ? '0' : payerNo,
        PCD_PAY_OID: issueId,
        PCD_PAY_TOTAL: '0',
        PCD_USER_DEFINE1: issueId,
        PCD_PAY_CARDNUM: '1111********4444',
      }
    },
    close: (orderId: string): FakePaypleForm => {
      book.fail(orderId)
      return ended(orderId, 'close', '')
    },
    fail: (orderId: string, code = 'CPCA0001'): FakePaypleForm => {
      book.fail(orderId)
      return ended(orderId, 'error', code)
    },
  }
}

const ended = (orderId: string, result: 'error' | 'close', code: string): FakePaypleForm => ({
  PCD_PAY_RST: result,
  PCD_PAY_CODE: code,
  PCD_PAY_MSG: result === 'close' ? '결제를 종료하였습니다.' : `(가짜) ${code}`,
  PCD_PAY_OID: orderId,
})
