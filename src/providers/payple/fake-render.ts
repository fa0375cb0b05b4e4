import { type FakeBillingKey, type FakePaypleCancel, type FakePayplePayment, leftOf } from './fake-payment'
import { paypleTime } from './time'

export type PaypleFields = Readonly<Record<string, unknown>>

export type FakePaypleStyle = {
  /** Both have been seen, at times in one answer. */
  readonly numbers: 'strings' | 'numbers'
  /** As the test host does. */
  readonly testPrefix: boolean
}

const MASKED_CARD = '1111********4444'
const MASKED_ACCOUNT = '460-********-121'

/** Answers as Payple writes them: HTTP 200 whatever happened, `""` for what is absent, fields nobody has asked for. */
export const fakePaypleRender = ({ numbers, testPrefix }: FakePaypleStyle) => {
  const number = (value: number): string | number => (numbers === 'strings' ? String(value) : value)
  const code = (text: string): string => (testPrefix ? `[test]${text}` : text)
  const said = (result: 'success' | 'error', text: string) => ({
    PCD_PAY_RST: result,
    PCD_PAY_CODE: code(text),
    PCD_PAY_MSG: result === 'success' ? '(가짜) 성공' : `(가짜) ${text}`,
  })

  const method = ({ payType }: Pick<FakePayplePayment, 'payType'>): PaypleFields =>
    payType === 'card'
      ? { PCD_PAY_CARDNAME: 'BC카드', PCD_PAY_CARDNUM: MASKED_CARD }
      : { PCD_PAY_BANK: '088', PCD_PAY_BANKNAME: '신한은행', PCD_PAY_BANKNUM: MASKED_ACCOUNT }

  const approval = (payment: FakePayplePayment, success: string): PaypleFields => ({
    ...said('success', success),
    PCD_PAY_OID: payment.orderId,
    PCD_PAY_TYPE: payment.payType,
    PCD_PAYER_ID: payment.payerId,
    PCD_PAYER_NO: payment.payerNo,
    PCD_PAYER_NAME: '',
    PCD_PAYER_HP: '',
    PCD_PAYER_EMAIL: '',
    PCD_PAY_GOODS: payment.goods,
    PCD_PAY_TOTAL: number(payment.totalMinor),
    PCD_PAY_ISTAX: 'Y',
    PCD_PAY_TAXTOTAL: number(Math.round(payment.totalMinor / 11)),
    PCD_PAY_TIME: payment.approvedAt === null ? '' : paypleTime(payment.approvedAt),
    ...method(payment),
    PCD_PAY_CARDTRADENUM: payment.tradeNumber ?? '',
    PCD_PAY_CARDAUTHNO: '00012345',
    PCD_PAY_CARDRECEIPT: 'https://receipt.example/?token=fake',
    PCD_USER_DEFINE1: '',
    PCD_FAKE_SOMETHING_NEW: { nested: [1] },
  })

  return {
    said,
    approval,
    confirmation: (payment: FakePayplePayment): PaypleFields => ({
      ...approval(payment, payment.payType === 'card' ? 'PCCF0000' : 'SPCD0000'),
      PCD_PAY_REQKEY: payment.requestKey ?? '',
      PCD_PAY_AMOUNT: number(payment.totalMinor),
      PCD_PAY_DISCOUNT: number(payment.discountMinor),
      PCD_PAY_AMOUNT_REAL: number(payment.totalMinor - payment.discountMinor),
    }),
    /** Says nothing of what is left, and cancels with a time under a name that nobody has confirmed. */
    cancellation: (payment: FakePayplePayment, { tradeNumber, amountMinor, at }: FakePaypleCancel): PaypleFields => ({
      ...said('success', 'PAYC0000'),
      PCD_PAY_OID: payment.orderId,
      PCD_PAY_TYPE: payment.payType,
      PCD_PAYER_NO: payment.payerNo,
      PCD_PAYER_ID: payment.payerId,
      PCD_PAY_YEAR: '',
      PCD_PAY_MONTH: '',
      PCD_PAY_GOODS: payment.goods,
      PCD_REGULER_FLAG: 'N',
      PCD_REFUND_TOTAL: number(amountMinor),
      PCD_REFUND_TAXTOTAL: '',
      PCD_PAY_CARDTRADENUM: tradeNumber,
      PCD_PAY_CARDRECEIPT: 'https://receipt.example/?token=fake',
      PCD_PAY_TIME: paypleTime(at),
    }),
    key: (key: FakeBillingKey): PaypleFields => ({
      ...said('success', '0000'),
      PCD_PAY_TYPE: key.payType,
      PCD_PAY_WORK: 'PUSERINFO',
      PCD_PAY_BANKACCTYPE: '개인',
      PCD_PAYER_ID: key.payerId,
      PCD_PAYER_NAME: '홍길동',
      PCD_PAYER_HP: '010-****-0000',
      ...method(key),
    }),
    refusal: (text: string, more: PaypleFields = {}): PaypleFields => ({ ...said('error', text), ...more }),
    settlement: (payment: FakePayplePayment, cancel: FakePaypleCancel | null): PaypleFields => ({
      PCD_TXN_TYPE: cancel === null ? 'APPROVAL' : 'CANCEL',
      PCD_PAY_OID: payment.orderId,
      PCD_PAY_TIME: payment.approvedAt === null ? '' : paypleTime(payment.approvedAt),
      PCD_PAY_CANCEL_TIME: cancel === null ? '' : paypleTime(cancel.at),
      PCD_SETTLE_DATE: '',
      PCD_PAY_TYPE: payment.payType,
      PCD_PAY_GOODS: payment.goods,
      PCD_PAY_AMOUNT: number(cancel === null ? leftOf(payment) + payment.refundedMinor : cancel.amountMinor),
      PCD_FEE_TOTAL: number(0),
      PCD_SETTLE_AMOUNT: number(0),
    }),
  }
}

export type FakePaypleRender = ReturnType<typeof fakePaypleRender>
