import { err, ok, type Result } from 'neverthrow'
import type { Money } from '../../core/money'
import type { Charge, DepositAccount, GatewayError, ProviderRefund } from '../gateway'
import { fromMajorUnits } from '../major-units'
import { unknownOutcome } from './errors'
import { purposeOf } from './purpose'
import type { PortOneV1Cancel, PortOneV1Payment } from './schema'

type Approved = Extract<Charge, { status: 'approved' }>
type Waiting = Extract<Charge, { status: 'waiting' }>

/**
 * True when money was taken, also when all of it has gone back since. The status does not tell: PortOne has been seen
 * to call a payment `cancelled` after its first partial refund.
 */
export const wasPaid = ({ status, paid_at, cancel_amount }: PortOneV1Payment): boolean =>
  status === 'paid' || paid_at !== null || (status === 'cancelled' && cancel_amount > 0)

/**
 * True for the record of a registered card. It says `paid` and shows the full amount, and no money has moved: a buyer
 * who slips a `customer_uid` into the window's parameters makes one under the order id of a payment.
 */
export const isIssue = ({ customer_uid_usage, merchant_uid }: PortOneV1Payment): boolean =>
  customer_uid_usage === 'issue' || purposeOf(merchant_uid) === 'issue'

/** @see https://developers.portone.io/opi/ko/support/code-info/pg */
const CHARGES_AT_ISSUE: readonly string[] = [
  'danal_tpay',
  'danal',
  'mobilians',
  'kakaopay',
  'settle_acc',
  'paymentwall',
  'welcome', // By phone only; the record of a key does not say by what.
]

/** PGs that take the amount shown when a card is registered. */
export const mayChargeAtIssue = (pgProvider: string | null): boolean =>
  pgProvider !== null && CHARGES_AT_ISSUE.includes(pgProvider)

export const isWaitingForDeposit = ({ status, pay_method, vbank_num }: PortOneV1Payment): boolean =>
  status === 'ready' && pay_method === 'vbank' && vbank_num !== null

/** `now` stands in for a missing moment: money that was taken is not left open over a timestamp. */
export const readApproved = (payment: PortOneV1Payment, now: Date): Result<Approved, GatewayError> =>
  // What a promotion took off was not paid. The core keeps an amount that is not the agreed one apart.
  readMoney(payment.amount - (payment.promotion?.discount ?? 0), payment.currency).map((captured) => ({
    status: 'approved',
    providerRef: payment.imp_uid,
    captured,
    approvedAt: payment.paid_at ?? now,
    method: payment.pay_method?.slice(0, 40) ?? null,
  }))

/** How long after its due date a deposit is still waited for: it has to travel from the bank. UNCONFIRMED. */
const DEPOSIT_SLACK_MS = 10 * 60_000

/** An account that has run out does not say so: PortOne keeps it `ready` and sends no webhook. */
export const isDepositOver = ({ vbank_date }: PortOneV1Payment, now: Date): boolean =>
  vbank_date !== null && now.getTime() >= vbank_date.getTime() + DEPOSIT_SLACK_MS

export const readWaiting = (payment: PortOneV1Payment): Waiting => ({
  status: 'waiting',
  providerRef: payment.imp_uid,
  dueAt: payment.vbank_date,
  deposit: readDeposit(payment),
})

const readDeposit = ({ vbank_num, vbank_code, vbank_holder, vbank_date }: PortOneV1Payment): DepositAccount => ({
  bankCode: vbank_code ?? '',
  accountNumber: vbank_num ?? '',
  holderName: vbank_holder ?? '',
  dueAt: vbank_date,
})

/** Every cancel that PortOne lists. There are none that wait: a cancel is in the list once it is done. */
export const readRefunds = (payment: PortOneV1Payment): Result<readonly ProviderRefund[], GatewayError> => {
  const refunds: ProviderRefund[] = []
  for (const [index, cancel] of payment.cancel_history.entries()) {
    const amount = readMoney(cancel.amount, payment.currency)
    if (amount.isErr()) return err(amount.error)
    const providerRef = cancelRef(payment, cancel, index)
    refunds.push({ providerRef, refundId: refundIdIn(cancel.reason), amount: amount.value, status: 'completed' })
  }
  return ok(refunds)
}

/** Cancels from before 2024 have no id of their own, and some PGs repeat the payment's `pg_tid`. */
const cancelRef = ({ imp_uid }: PortOneV1Payment, cancel: PortOneV1Cancel, index: number): string =>
  cancel.cancellation_id ?? [imp_uid, cancel.pg_tid, cancel.cancelled_at?.getTime(), index].join(':')

/** PortOne has no merchant refund id, so ours travels at the front of the reason. */
export const reasonWithId = (refundId: string, reason: string): string => `[${refundId}] ${reason}`
const refundIdIn = (reason: string | null): string | null => /^\[(rfd_[\w-]+)\]/.exec(reason ?? '')?.[1] ?? null

export const readMoney = (amount: number, currency: string): Result<Money, GatewayError> => {
  const money = fromMajorUnits(amount, currency)
  return money === undefined || money.amountMinor < 0
    ? err(unknownOutcome('bad_response', 'an amount or currency that cannot be read'))
    : ok(money)
}
