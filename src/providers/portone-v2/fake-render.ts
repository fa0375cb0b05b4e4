import type { FakeBillingKey } from './fake-billing'
import {
  cancelledOf,
  type FakeCancellation,
  type FakePortOneV2Payment,
  type FakeTransaction,
  shownOf,
  statusOf,
} from './fake-payment'
import type { FakeSchedule } from './fake-schedules'

type Json = Readonly<Record<string, unknown>>

const MERCHANT = 'merchant-00000000-0000-4000-8000-000000000001'

/** A payment as PortOne's API shows it: another set of fields for each status, and none of them null. */
export const renderPayment = (payment: FakePortOneV2Payment, storeId: string): Json => {
  const shown = shownOf(payment)
  if (shown === undefined) return {}
  const status = statusOf(payment)
  const isPaid = shown.status === 'PAID'
  const cancelled = cancelledOf(payment)
  const changedAt = (shown.endedAt ?? shown.requestedAt).toISOString()
  return {
    status,
    id: payment.paymentId,
    transactionId: shown.transactionId,
    merchantId: MERCHANT,
    storeId,
    ...(shown.status === 'READY' ? {} : { method: renderMethod(shown) }),
    ...(shown.status === 'READY' || shown.status === 'FAILED' ? {} : { channel: renderChannel(shown) }),
    version: 'V2',
    ...(shown.scheduleId === null ? {} : { scheduleId: shown.scheduleId }),
    ...(shown.billingKey === null ? {} : { billingKey: shown.billingKey }),
    requestedAt: shown.requestedAt.toISOString(),
    updatedAt: changedAt,
    statusChangedAt: changedAt,
    orderName: shown.orderName,
    amount: {
      total: shown.totalMinor,
      taxFree: 0,
      vat: Math.round(shown.totalMinor / 11),
      supply: shown.totalMinor - Math.round(shown.totalMinor / 11),
      discount: 0,
      paid: isPaid ? shown.totalMinor : 0,
      cancelled,
      cancelledTaxFree: 0,
    },
    currency: shown.currency,
    customer: shown.customerId === null ? {} : { id: shown.customerId },
    origin: { platformType: shown.billingKey === null ? 'PC' : 'API', ipAddress: '192.0.2.10' },
    ...(isPaid ? renderPaid(payment, shown) : {}),
    ...(shown.status === 'FAILED' ? renderFailed(shown, changedAt) : {}),
  }
}

const renderPaid = ({ cancellations }: FakePortOneV2Payment, shown: FakeTransaction): Json => ({
  paidAt: shown.endedAt?.toISOString(),
  pgTxId: `PG-${shown.transactionId}`,
  pgResponse: '{}',
  receiptUrl: 'https://receipt.example/fake',
  disputes: [],
  ...(cancellations.length === 0 ? {} : { cancellations: cancellations.map(renderCancellation) }),
  ...(cancellations.length === 0 ? {} : { cancelledAt: cancellations.at(-1)?.requestedAt.toISOString() }),
})

const renderFailed = ({ failureCode }: FakeTransaction, failedAt: string): Json => ({
  failedAt,
  failure: { reason: '(가짜) 결제가 되지 않았습니다.', pgCode: failureCode, pgMessage: '(가짜) 거절' },
})

export const renderCancellation = (cancellation: FakeCancellation): Json => ({
  status: cancellation.status,
  id: cancellation.cancellationId,
  pgCancellationId: `PG-${cancellation.cancellationId}`,
  totalAmount: cancellation.amountMinor,
  taxFreeAmount: 0,
  vatAmount: Math.round(cancellation.amountMinor / 11),
  reason: cancellation.reason,
  requestedAt: cancellation.requestedAt.toISOString(),
  ...(cancellation.status === 'SUCCEEDED' ? { cancelledAt: cancellation.requestedAt.toISOString() } : {}),
  trigger: 'API',
})

const renderChannel = ({ channelType, channelKey }: Pick<FakeTransaction, 'channelType' | 'channelKey'>): Json => ({
  type: channelType,
  id: `channel-id-${channelKey}`,
  key: channelKey,
  name: 'fake',
  pgProvider: 'INICIS_V2',
  pgMerchantId: 'TESTMID001',
})

const CARD = {
  publisher: 'SHINHAN_CARD',
  issuer: 'SHINHAN_CARD',
  brand: 'LOCAL',
  type: 'CREDIT',
  ownerType: 'PERSONAL',
  bin: '400000',
  name: '신한카드',
  number: '400000******0001',
}

const renderMethod = ({ method, account, requestedAt }: FakeTransaction): Json => {
  switch (method) {
    case 'CARD':
      return { type: 'PaymentMethodCard', card: CARD, approvalNumber: '30000001', installment: { month: 0 } }
    case 'EASY_PAY':
      return { type: 'PaymentMethodEasyPay', provider: 'KAKAOPAY', easyPayMethod: { type: 'PaymentMethodCard' } }
    case 'TRANSFER':
      return { type: 'PaymentMethodTransfer', bank: 'SHINHAN' }
    case 'VIRTUAL_ACCOUNT':
      return {
        type: 'PaymentMethodVirtualAccount',
        bank: 'SHINHAN',
        accountNumber: account?.number,
        accountType: 'NORMAL',
        remitteeName: '가짜 상점',
        issuedAt: requestedAt.toISOString(),
        expiredAt: account?.dueAt.toISOString(),
      }
    case 'MOBILE':
      return { type: 'PaymentMethodMobile' }
    case 'GIFT_CERTIFICATE':
      return { type: 'PaymentMethodGiftCertificate', approvalNumber: '30000002' }
    case 'CONVENIENCE_STORE':
      return { type: 'PaymentMethodConvenienceStore', convenienceStoreBrand: 'LAWSON' }
  }
}

export const renderSchedule = (schedule: FakeSchedule, storeId: string): Json => ({
  status: schedule.status,
  id: schedule.scheduleId,
  merchantId: MERCHANT,
  storeId,
  paymentId: schedule.paymentId,
  billingKey: schedule.billingKey,
  orderName: schedule.orderName,
  isCulturalExpense: false,
  isEscrow: false,
  customer: schedule.customerId === null ? {} : { id: schedule.customerId },
  customData: '',
  totalAmount: schedule.totalMinor,
  currency: schedule.currency,
  createdAt: schedule.createdAt.toISOString(),
  timeToPay: schedule.payAt.toISOString(),
  ...(schedule.status === 'REVOKED' ? { revokedAt: schedule.endedAt?.toISOString() } : {}),
  ...(schedule.status === 'SUCCEEDED' || schedule.status === 'FAILED'
    ? { startedAt: schedule.payAt.toISOString(), completedAt: schedule.endedAt?.toISOString() }
    : {}),
})

export const renderBillingKey = (key: FakeBillingKey, storeId: string): Json => ({
  status: key.deletedAt === null ? 'ISSUED' : 'DELETED',
  billingKey: key.billingKey,
  merchantId: MERCHANT,
  storeId,
  methods: [{ type: 'BillingKeyPaymentMethodCard', card: CARD }],
  channels: [renderChannel(key)],
  customer: { id: key.customerId },
  issueId: key.issueId,
  issueName: 'fake',
  requestedAt: key.issuedAt.toISOString(),
  issuedAt: key.issuedAt.toISOString(),
  ...(key.deletedAt === null ? {} : { deletedAt: key.deletedAt.toISOString() }),
})
