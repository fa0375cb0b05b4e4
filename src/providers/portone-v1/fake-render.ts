import { toMajorUnits } from '../major-units'
import type { FakePortOneV1Key, FakePortOneV1Payment, FakePortOneV1Schedule } from './fake-payment'

/** A payment as PortOne's API shows it: unset texts are null, unset numbers and moments 0, unset lists empty. */
export const renderPayment = (payment: FakePortOneV1Payment): Readonly<Record<string, unknown>> => {
  const { currency, account, channel } = payment
  const amount = (amountMinor: number) => toMajorUnits({ amountMinor, currency })
  const isCard = payment.payMethod === 'card' && payment.status !== 'ready'
  return {
    imp_uid: payment.impUid,
    merchant_uid: payment.merchantUid,
    pay_method: payment.payMethod,
    channel,
    pg_provider: payment.pgProvider,
    emb_pg_provider: null,
    pg_tid: payment.paidAt === null ? '' : `pgtid_${payment.impUid}`,
    pg_id: 'INIpayTest',
    sandbox: payment.sandbox,
    escrow: false,
    apply_num: isCard && payment.paidAt !== null ? '30000001' : '',
    card_code: isCard ? '366' : null,
    card_name: isCard ? '신한카드' : null,
    card_quota: 0,
    card_number: isCard ? '400000******0001' : null,
    card_type: null,
    vbank_code: account?.bankCode ?? null,
    vbank_name: account === null ? null : '신한은행',
    vbank_num: account?.number ?? null,
    vbank_holder: account?.holderName ?? null,
    vbank_date: seconds(account?.dueAt ?? null),
    vbank_issued_at: account === null ? 0 : seconds(payment.startedAt),
    name: payment.name,
    amount: amount(payment.amountMinor),
    cancel_amount: amount(payment.cancelledMinor),
    currency,
    buyer_name: 'Test Buyer',
    buyer_email: 'buyer@shop.example',
    buyer_tel: '010-0000-0000',
    buyer_addr: null,
    buyer_postcode: null,
    custom_data: null,
    user_agent: channel === 'api' ? 'sorry_not_supported_anymore' : 'Mozilla/5.0 (fake)',
    status: payment.status,
    started_at: seconds(payment.startedAt),
    paid_at: seconds(payment.paidAt),
    failed_at: seconds(payment.failedAt),
    cancelled_at: seconds(payment.cancelledAt),
    fail_reason: payment.failReason,
    cancel_reason: payment.cancels.at(-1)?.reason ?? null,
    receipt_url: payment.paidAt === null ? null : 'https://receipt.example/fake',
    cancel_history: payment.cancels.map((cancel) => ({
      pg_tid: cancel.pgTid,
      amount: amount(cancel.amountMinor),
      cancelled_at: seconds(cancel.at),
      reason: cancel.reason,
      cancellation_id: cancel.cancellationId,
      receipt_url: null,
    })),
    deposit_history: [],
    cancel_receipt_urls: [],
    cash_receipt_issued: payment.receiptAt !== null,
    customer_uid: payment.customerUid,
    customer_uid_usage: payment.usage,
    promotion: null,
  }
}

export const renderKey = (key: FakePortOneV1Key, pgProvider: string): Readonly<Record<string, unknown>> => ({
  customer_uid: key.customerUid,
  pg_provider: pgProvider,
  pg_id: 'INIBillTst',
  customer_id: null,
  card_code: '366',
  card_name: key.cardName,
  card_number: key.cardNumber,
  card_type: null,
  customer_name: null,
  customer_tel: null,
  customer_email: null,
  customer_addr: null,
  customer_postcode: null,
  inserted: seconds(key.issuedAt),
  updated: seconds(key.issuedAt),
  sandbox: key.sandbox,
})

/** `payment`: the one it led to, once it has run. */
export const renderSchedule = (
  schedule: FakePortOneV1Schedule,
  payment: FakePortOneV1Payment | undefined,
): Readonly<Record<string, unknown>> => ({
  customer_uid: schedule.customerUid,
  merchant_uid: schedule.merchantUid,
  imp_uid: schedule.impUid,
  pg_provider: null,
  pg_id: null,
  customer_id: null,
  schedule_at: seconds(schedule.scheduleAt),
  executed_at: seconds(schedule.executedAt),
  revoked_at: seconds(schedule.revokedAt),
  amount: toMajorUnits(schedule),
  currency: schedule.currency,
  name: schedule.name,
  buyer_name: null,
  buyer_email: null,
  buyer_tel: null,
  buyer_addr: null,
  buyer_postcode: null,
  custom_data: null,
  schedule_status: schedule.status,
  payment_status: payment?.status ?? null,
  fail_reason: payment?.failReason ?? null,
  promotion_id: null,
})

export const renderReceipt = (payment: FakePortOneV1Payment, cancelledAt: Date | null) => ({
  imp_uid: payment.impUid,
  receipt_tid: `receipt_${payment.impUid}`,
  apply_num: '30000002',
  type: 'person',
  amount: toMajorUnits({ amountMinor: payment.amountMinor - payment.cancelledMinor, currency: payment.currency }),
  vat: 0,
  receipt_url: 'https://receipt.example/cash',
  applied_at: seconds(payment.receiptAt),
  cancelled_at: seconds(cancelledAt),
})

/** Older modules leave keys out where others have null. */
export const withoutNulls = (payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== null))

/** Unix seconds, as PortOne writes moments; 0 for none. */
export const seconds = (moment: Date | null): number => (moment === null ? 0 : Math.floor(moment.getTime() / 1000))
