import { err, ok, type Result } from 'neverthrow'
import type { Money } from '../../core/money'
import type { Charge, DepositAccount, GatewayError, ProviderPayment, ProviderRefund } from '../gateway'
import { fromMajorUnits } from '../major-units'
import { failureCodeOf, unknownOutcome } from './errors'
import type { TossCancel, TossPayment } from './schema'

/** Toss answers in Korean; the first six are asked for by the names on the right, the others are only ever answers. */
const METHODS: Readonly<Record<string, string>> = {
  카드: 'CARD',
  계좌이체: 'TRANSFER',
  가상계좌: 'VIRTUAL_ACCOUNT',
  휴대폰: 'MOBILE_PHONE',
  문화상품권: 'CULTURE_GIFT_CERTIFICATE',
  해외간편결제: 'FOREIGN_EASY_PAY',
  간편결제: 'EASY_PAY',
  도서문화상품권: 'BOOK_GIFT_CERTIFICATE',
  게임문화상품권: 'GAME_GIFT_CERTIFICATE',
}

/**
 * The answer to a confirm request. Anything but the two successes leaves the outcome open: a look-up tells.
 *
 * `now` stands in for a missing moment of approval: money that was taken is not left open over a timestamp.
 */
export const readCharge = (payment: TossPayment, now: Date): Result<Charge, GatewayError> => {
  switch (payment.status) {
    case 'DONE':
      return approved(payment, now)
    case 'WAITING_FOR_DEPOSIT':
      return ok(waiting(payment))
    case 'READY':
    case 'IN_PROGRESS':
      return err(unknownOutcome('in_progress', 'the payment is not finished yet'))
    default:
      return err(unknownOutcome('unrecognized', 'a confirmed payment in an unexpected status'))
  }
}

/** Every status Toss has, in our words. Not monotone: a bank may take a deposit back, DONE → WAITING_FOR_DEPOSIT. */
export const readPayment = (payment: TossPayment, now: Date): Result<ProviderPayment, GatewayError> => {
  switch (payment.status) {
    case 'DONE':
    case 'PARTIAL_CANCELED': // Also when nothing is left: the status is sticky.
      return approvedWithRefunds(payment, now)
    case 'CANCELED':
      // A virtual account cancelled before the deposit was never approved.
      return payment.approvedAt === null
        ? ok({ status: 'failed', code: 'canceled_before_deposit' })
        : approvedWithRefunds(payment, now)
    case 'WAITING_FOR_DEPOSIT':
      return ok({ ...waiting(payment), expired: payment.virtualAccount?.expired === true })
    case 'ABORTED':
      return ok({ status: 'failed', code: failureCodeOf(payment.failure?.code) })
    case 'EXPIRED':
      return ok({ status: 'failed', code: 'payment_window_closed' })
    case 'READY':
    case 'IN_PROGRESS':
      return ok({ status: 'open' })
    default:
      return err(unknownOutcome('unrecognized', 'a payment in a status that is not known here'))
  }
}

type Approved = Extract<Charge, { status: 'approved' }>
type Waiting = Extract<Charge, { status: 'waiting' }>

const approved = (payment: TossPayment, now: Date): Result<Approved, GatewayError> =>
  readMoney(payment.totalAmount, payment.currency).map((captured) => ({
    status: 'approved',
    providerRef: payment.paymentKey,
    captured, // `totalAmount` never changes; `balanceAmount` is no captured amount, failed payments show it too.
    approvedAt: payment.approvedAt ?? now,
    method: readMethod(payment.method),
    ...callbackSecret(payment),
  }))

const approvedWithRefunds = (payment: TossPayment, now: Date): Result<ProviderPayment, GatewayError> =>
  approved(payment, now).andThen((charge) => readRefunds(payment).map((refunds) => ({ ...charge, refunds })))

const waiting = (payment: TossPayment): Waiting => ({
  status: 'waiting',
  providerRef: payment.paymentKey,
  dueAt: payment.virtualAccount?.dueDate ?? null,
  deposit: readDeposit(payment),
  ...callbackSecret(payment),
})

/** Every cancel Toss lists, in its order, which means nothing. */
export const readRefunds = (payment: TossPayment): Result<readonly ProviderRefund[], GatewayError> => {
  const refunds: ProviderRefund[] = []
  for (const cancel of payment.cancels ?? []) {
    const refund = readRefund(cancel, payment.currency)
    if (refund.isErr()) return err(refund.error)
    refunds.push(refund.value)
  }
  return ok(refunds)
}

const readRefund = (cancel: TossCancel, currency: string): Result<ProviderRefund, GatewayError> =>
  readMoney(cancel.cancelAmount, currency).map((amount) => ({
    providerRef: cancel.transactionKey,
    refundId: refundIdIn(cancel.cancelReason),
    amount,
    status: readCancelStatus(cancel.cancelStatus),
  }))

/** Toss has no merchant refund id, so ours travels at the front of the reason. */
export const reasonWithId = (refundId: string, reason: string): string => `[${refundId}] ${reason}`
const refundIdIn = (reason: string | null | undefined): string | null =>
  /^\[(rfd_[\w-]+)\]/.exec(reason ?? '')?.[1] ?? null

const readCancelStatus = (status: string | null | undefined): ProviderRefund['status'] => {
  if (status === 'ABORTED') return 'failed'
  // Old payloads have no status: then every cancel in the list is done. One that is not known here is asked for again.
  return status === 'DONE' || status === null || status === undefined ? 'completed' : 'waiting'
}

const readMoney = (amount: number, currency: string): Result<Money, GatewayError> => {
  const money = fromMajorUnits(amount, currency)
  return money === undefined || money.amountMinor < 0
    ? err(unknownOutcome('bad_response', 'an amount or currency that cannot be read'))
    : ok(money)
}

const readMethod = (method: string | null | undefined): string | null =>
  method === null || method === undefined ? null : (METHODS[method] ?? method.slice(0, 40))

/** Not only virtual accounts have one. */
const callbackSecret = ({ secret }: TossPayment): { readonly callbackSecret?: string } =>
  secret === null || secret === undefined ? {} : { callbackSecret: secret }

const readDeposit = ({ virtualAccount }: TossPayment): DepositAccount | null =>
  virtualAccount === null || virtualAccount === undefined
    ? null
    : {
        bankCode: virtualAccount.bankCode ?? '',
        accountNumber: virtualAccount.accountNumber,
        holderName: virtualAccount.customerName ?? '',
        dueAt: virtualAccount.dueDate,
      }
