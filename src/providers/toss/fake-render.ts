import { toMajorUnits } from '../major-units'
import type { FakeTossCancel, FakeTossMethod, FakeTossPayment } from './fake-payment'
import { tossTime } from './time'

const KOREAN: Readonly<Record<FakeTossMethod, string>> = {
  CARD: '카드',
  EASY_PAY: '간편결제',
  TRANSFER: '계좌이체',
  VIRTUAL_ACCOUNT: '가상계좌',
  MOBILE_PHONE: '휴대폰',
  CULTURE_GIFT_CERTIFICATE: '문화상품권',
  FOREIGN_EASY_PAY: '해외간편결제',
}

/** A payment as Toss's API shows it. `now` decides whether an account has run out. */
export const renderPayment = (payment: FakeTossPayment, now: Date): Readonly<Record<string, unknown>> => {
  const { status, balanceMinor, currency } = payment
  const amount = (amountMinor: number) => toMajorUnits({ amountMinor, currency })
  const vatMinor = Math.round(balanceMinor / 11)
  const chosen = status !== 'READY' && status !== 'EXPIRED'
  return {
    version: '2022-11-16',
    mId: 'fakeshop01',
    paymentKey: payment.paymentKey,
    lastTransactionKey: payment.lastTransactionKey,
    type: 'NORMAL',
    orderId: payment.orderId,
    orderName: payment.orderName,
    method: chosen ? KOREAN[payment.method] : null,
    status,
    currency,
    country: 'KR',
    requestedAt: tossTime(payment.requestedAt),
    approvedAt: payment.approvedAt === null ? null : tossTime(payment.approvedAt),
    totalAmount: amount(payment.totalMinor),
    balanceAmount: amount(balanceMinor),
    suppliedAmount: amount(balanceMinor - vatMinor),
    vat: amount(vatMinor),
    taxFreeAmount: 0,
    taxExemptionAmount: 0,
    useEscrow: false,
    cultureExpense: false,
    isPartialCancelable: payment.partialCancelable,
    card: payment.method === 'CARD' && payment.approvedAt !== null ? renderCard(amount(payment.totalMinor)) : null,
    virtualAccount: renderAccount(payment, now),
    secret: payment.secret,
    transfer: null,
    mobilePhone: null,
    giftCertificate: null,
    easyPay: renderEasyPay(payment.method, amount(payment.totalMinor)),
    cashReceipt: null,
    cashReceipts: null,
    discount: null,
    cancels: payment.cancels.length === 0 ? null : payment.cancels.map((it) => renderCancel(it, amount)),
    failure:
      payment.failureCode === null ? null : { code: payment.failureCode, message: '(가짜) 결제가 되지 않았습니다.' },
    metadata: null,
    receipt: payment.approvedAt === null ? null : { url: 'https://receipt.example/fake' },
    checkout: { url: 'https://checkout.example/fake' },
  }
}

/** Older and odd payloads leave keys out where others have null. */
export const withoutNulls = (payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== null))

const renderCard = (amount: number) => ({
  amount,
  issuerCode: '41',
  acquirerCode: '41',
  number: '12345678****123*',
  installmentPlanMonths: 0,
  approveNo: '00000000',
  useCardPoint: false,
  cardType: '신용',
  ownerType: '개인',
  acquireStatus: 'READY',
  isInterestFree: false,
  interestPayer: null,
})

const renderEasyPay = (method: FakeTossMethod, amount: number) =>
  method === 'EASY_PAY' ? { provider: '토스페이', amount, discountAmount: 0 } : null

const renderAccount = ({ account, status, cancels }: FakeTossPayment, now: Date) =>
  account === null || status === 'READY' || status === 'IN_PROGRESS'
    ? null
    : {
        accountType: '일반',
        accountNumber: account.number,
        bankCode: account.bankCode,
        customerName: account.customerName,
        depositorName: account.depositorName,
        dueDate: tossTime(account.dueAt),
        refundStatus: cancels.length === 0 ? 'NONE' : 'COMPLETED',
        expired: status === 'WAITING_FOR_DEPOSIT' && account.dueAt <= now,
        settlementStatus: 'INCOMPLETED',
        refundReceiveAccount: null,
      }

const renderCancel = (cancel: FakeTossCancel, amount: (amountMinor: number) => number) => ({
  transactionKey: cancel.transactionKey,
  cancelReason: cancel.reason,
  cancelAmount: amount(cancel.amountMinor),
  taxFreeAmount: 0,
  taxExemptionAmount: 0,
  refundableAmount: amount(cancel.refundableMinor),
  cardDiscountAmount: 0,
  transferDiscountAmount: 0,
  easyPayDiscountAmount: 0,
  canceledAt: tossTime(cancel.at),
  receiptKey: null,
  cancelStatus: cancel.status,
  cancelRequestId: cancel.requestId,
})
