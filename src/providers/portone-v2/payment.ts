import { err, ok, type Result } from 'neverthrow'
import { isCurrency, type Money } from '../../core/money'
import type { Charge, DepositAccount, GatewayError, ProviderPayment, ProviderRefund } from '../gateway'
import { notExecuted, pgCodeOf, unknownOutcome } from './errors'
import type { PortOneCancellation, PortOnePayment } from './schema'

const METHODS: ReadonlyMap<string, string> = new Map([
  ['PaymentMethodCard', 'CARD'],
  ['PaymentMethodEasyPay', 'EASY_PAY'],
  ['PaymentMethodTransfer', 'TRANSFER'],
  ['PaymentMethodVirtualAccount', 'VIRTUAL_ACCOUNT'],
  ['PaymentMethodMobile', 'MOBILE'],
  ['PaymentMethodGiftCertificate', 'GIFT_CERTIFICATE'],
  ['PaymentMethodConvenienceStore', 'CONVENIENCE_STORE'],
  ['PaymentMethodCrypto', 'CRYPTO'],
])

/** UNCONFIRMED what PortOne makes of an account whose time is over. A deposit of the last minute may be told later. */
const DEPOSIT_GRACE_MS = 30 * 60_000

export type Reader = {
  readonly mode: 'test' | 'live'
  readonly now: () => Date
  /**
   * What FAILED means. One id may see several tries, of which one can succeed: where the buyer's window makes them,
   * FAILED is the last try so far and no end. Where only our own single request makes them, it is.
   */
  readonly failedIs: 'final' | 'one_of_several'
}

/** Every status PortOne has, in our words. A status that is not known here is never a failure. */
export const readPayment = (payment: PortOnePayment, reader: Reader): Result<ProviderPayment, GatewayError> => {
  const money = isMoney(payment, reader)
  switch (payment.status) {
    case 'PAID': // Also while a refund is under way.
    case 'PARTIAL_CANCELLED':
      return money.andThen((real) => (real ? approvedWithRefunds(payment, reader) : ok(OPEN)))
    case 'CANCELLED':
      // UNCONFIRMED whether an account that was closed before a deposit is CANCELLED too. Then nothing was ever paid.
      if (!wasPaid(payment)) return ok(OPEN)
      return money.andThen((real) => (real ? approvedWithRefunds(payment, reader) : ok(OPEN)))
    case 'VIRTUAL_ACCOUNT_ISSUED':
    case 'PAY_PENDING':
      return money.map((real) => (real ? waiting(payment, reader.now()) : OPEN))
    case 'FAILED':
      return ok(reader.failedIs === 'final' ? { status: 'failed', code: failureCodeOf(payment) } : OPEN)
    case 'READY':
      return ok(OPEN)
    default:
      return err(unknownOutcome('unrecognized', 'a payment in a status that is not known here'))
  }
}

/** The same for an answer to our own request. What is not paid yet, or was given back since, is left to a look-up. */
export const readCharge = (payment: PortOnePayment, reader: Reader): Result<Charge, GatewayError> => {
  if (payment.status === 'PARTIAL_CANCELLED' || payment.status === 'CANCELLED') {
    return err(unknownOutcome('conflict', 'the payment has been cancelled since'))
  }
  return readPayment(payment, reader).andThen((read): Result<Charge, GatewayError> => {
    switch (read.status) {
      case 'approved': {
        const { refunds: _, ...charge } = read
        return ok(charge)
      }
      case 'waiting': {
        const { expired: _, ...charge } = read
        return ok(charge)
      }
      case 'failed':
        return err({ ...notExecuted('declined', 'the payment company refused'), providerCode: read.code })
      case 'open':
      case 'not_found':
        return err(unknownOutcome('in_progress', 'the payment is not finished yet'))
    }
  })
}

const OPEN = { status: 'open' } as const satisfies ProviderPayment

/**
 * False for what a test channel says in live mode: the browser chooses the channel, and no money moves there. It is
 * treated as if it were not there. Another live channel of the store is real money and must not be overlooked.
 */
const isMoney = ({ channel }: PortOnePayment, { mode }: Reader): Result<boolean, GatewayError> => {
  if (mode === 'test' || channel?.type === 'LIVE') return ok(true)
  return channel?.type === 'TEST' ? ok(false) : err(unknownOutcome('unrecognized', 'a channel neither live nor test'))
}

const wasPaid = ({ paidAt, amount, cancellations }: PortOnePayment): boolean =>
  paidAt !== null || (amount.cancelled ?? 0) > 0 || (cancellations ?? []).some(({ status }) => status === 'SUCCEEDED')

const failureCodeOf = ({ failure }: PortOnePayment): string => pgCodeOf(failure?.pgCode) ?? 'declined'

const approvedWithRefunds = (payment: PortOnePayment, { now }: Reader): Result<ProviderPayment, GatewayError> =>
  // `total`, not `paid`: a discount of the card company's is paid by others, and cancels count before it too.
  readMoney(payment.amount.total, payment.currency).andThen((captured) =>
    readRefunds(payment).map(
      (refunds): ProviderPayment => ({
        status: 'approved',
        providerRef: payment.transactionId ?? payment.id,
        captured,
        // Money that was taken is not left open over a timestamp.
        approvedAt: payment.paidAt ?? now(),
        method: readMethod(payment.method?.type),
        refunds,
      }),
    ),
  )

const waiting = (payment: PortOnePayment, now: Date): Extract<ProviderPayment, { status: 'waiting' }> => {
  const dueAt = payment.method?.expiredAt ?? null
  return {
    status: 'waiting',
    providerRef: payment.transactionId ?? payment.id,
    dueAt,
    deposit: readDeposit(payment, dueAt),
    expired: dueAt !== null && now.getTime() >= dueAt.getTime() + DEPOSIT_GRACE_MS,
  }
}

const readDeposit = ({ method }: PortOnePayment, dueAt: Date | null): DepositAccount | null =>
  typeof method?.accountNumber === 'string'
    ? {
        bankCode: method.bank ?? '',
        accountNumber: method.accountNumber,
        holderName: method.remitteeName ?? '',
        dueAt,
      }
    : null

/** Every refund PortOne lists. A refund of ours that failed and was sent again is there twice: the better one counts. */
export const readRefunds = (payment: PortOnePayment): Result<readonly ProviderRefund[], GatewayError> => {
  const refunds: ProviderRefund[] = []
  for (const cancellation of payment.cancellations ?? []) {
    const refund = readRefund(cancellation, payment.currency)
    if (refund.isErr()) return err(refund.error)
    refunds.push(refund.value)
  }
  const isBest = (refund: ProviderRefund): boolean =>
    refund.refundId === null ||
    refunds.filter(({ refundId }) => refundId === refund.refundId).sort(byCertainty)[0] === refund
  return ok(refunds.filter(isBest))
}

const CERTAINTY = ['completed', 'waiting', 'failed']
const byCertainty = (left: ProviderRefund, right: ProviderRefund): number =>
  CERTAINTY.indexOf(left.status) - CERTAINTY.indexOf(right.status)

/** A cancellation names no currency: it is the payment's. */
export const readRefund = (
  { id, totalAmount, reason, status }: PortOneCancellation,
  currency: string,
): Result<ProviderRefund, GatewayError> =>
  readMoney(totalAmount, currency).map((amount) => ({
    providerRef: id,
    refundId: refundIdIn(reason),
    amount,
    status: readCancellationStatus(status),
    providerCode: pgCodeOf(status) ?? 'unrecognized',
  }))

/** PortOne has no merchant refund id, so ours travels at the front of the reason. */
export const reasonWithId = (refundId: string, reason: string): string => `[${refundId}] ${reason}`
const refundIdIn = (reason: string | null | undefined): string | null =>
  /^\[(rfd_[\w-]+)\]/.exec(reason ?? '')?.[1] ?? null

/** `REQUESTED` is accepted and not yet done. A status that is not known here is asked for again. */
const readCancellationStatus = (status: string): ProviderRefund['status'] => {
  if (status === 'SUCCEEDED') return 'completed'
  return status === 'FAILED' ? 'failed' : 'waiting'
}

const readMoney = (amountMinor: number, currency: string): Result<Money, GatewayError> =>
  isCurrency(currency) && Number.isSafeInteger(amountMinor) && amountMinor >= 0
    ? ok({ amountMinor, currency })
    : err(unknownOutcome('bad_response', 'an amount or currency that cannot be read'))

const readMethod = (type: string | null | undefined): string | null =>
  type === null || type === undefined ? null : (METHODS.get(type) ?? type.slice(0, 40))
