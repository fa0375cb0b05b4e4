import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow'
import { type Attempt, chargeKey } from '../../core/attempt'
import { sameMoney } from '../../core/money'
import type { Charge, GatewayError, ProviderPayment, Returned } from '../gateway'
import { fromMajorUnitsText, toMajorUnits } from '../major-units'
import { isFirstSending, onRepeat } from '../repeat'
import type { TossClient } from './client'
import { notExecuted, unknownOutcome } from './errors'
import { readCharge, readPayment } from './payment'
import type { TossPayment } from './schema'

/**
 * Checks the query of the success redirect: `paymentKey`, `orderId`, `amount`. The buyer controls all of it, so it only
 * decides whether Toss is asked; what Toss is asked for comes from the attempt.
 */
export const readReturn = (attempt: Attempt, returned: Returned): Result<string, GatewayError> => {
  const { paymentKey, orderId, amount, currency }: Partial<Record<string, string>> = returned
  if (paymentKey === undefined || !/^[\x21-\x7e]{1,200}$/.test(paymentKey)) {
    return err(notExecuted('return_invalid', 'paymentKey: missing or malformed'))
  }
  if (orderId === undefined) return err(notExecuted('return_invalid', 'orderId: missing'))
  if (amount === undefined) return err(notExecuted('return_invalid', 'amount: missing'))
  if (orderId !== attempt.id) return err(notExecuted('order_mismatch', 'orderId: belongs to another payment'))
  // Toss sends no currency. One that is there all the same must be ours.
  const paid = fromMajorUnitsText(amount, currency ?? attempt.amount.currency)
  if (paid === undefined || !sameMoney(paid, attempt.amount)) {
    return err(notExecuted('amount_mismatch', 'amount: not the amount of this payment'))
  }
  // One charge, one payment: a second window for the same attempt must not swap the key under an open request.
  if (attempt.chargeRequestedAt !== null && attempt.providerRef !== null && attempt.providerRef !== paymentKey) {
    return err(notExecuted('return_invalid', 'paymentKey: another payment of this attempt is being confirmed'))
  }
  return ok(paymentKey)
}

/**
 * Takes the money, with the attempt's own amount.
 *
 * Idempotency: Toss compares key, secret key, method and path, never the body, and replays the first answer for 15 days,
 * errors too. So the key must be bound to one input, and it is: it is made of the attempt's id and generation, and all
 * of the body (payment key, order id, amount) is fixed on the attempt once a charge was requested.
 */
export const confirm = (
  client: TossClient,
  attempt: Attempt,
  returned: Returned,
  now: () => Date,
): ResultAsync<Charge, GatewayError> => {
  // A job that resumes has no query any more: the attempt says which payment was accepted.
  const resumed = attempt.providerRef !== null && Object.keys(returned).length === 0
  const accepted = resumed ? ok(attempt.providerRef) : readReturn(attempt, returned)
  if (accepted.isErr()) return errAsync(accepted.error)
  const paymentKey = attempt.providerRef ?? accepted.value
  const first = isFirstSending(attempt, attempt.chargeRequestedAt, now())
  return (
    client
      .confirm({ paymentKey, orderId: attempt.id, amount: toMajorUnits(attempt.amount) }, chargeKey(attempt))
      .mapErr((error) => (first ? error : onRepeat(error)))
      .andThen((payment) => isPaymentOf(payment, attempt, paymentKey))
      // Another amount or currency is not an error here: money was taken, and the core keeps it apart.
      .andThen((payment) => readCharge(payment, now()))
  )
}

/** Asks by payment key where one was accepted, otherwise by order id. */
export const lookup = (
  client: TossClient,
  attempt: Attempt,
  now: () => Date,
): ResultAsync<ProviderPayment, GatewayError> => {
  const byOrderId = () =>
    client.getPaymentByOrderId(attempt.id).andThen((payment) => isPaymentOf(payment, attempt, payment.paymentKey))
  const { providerRef } = attempt
  const found =
    providerRef === null
      ? byOrderId()
      : client.getPayment(providerRef).andThen((payment) =>
          // The key came by way of the buyer's browser. One of another order says nothing about this attempt.
          payment.orderId === attempt.id ? isPaymentOf(payment, attempt, providerRef) : byOrderId(),
        )
  return found
    .andThen((payment) => readPayment(payment, now()))
    .orElse((error) => (isUnknownToToss(error) ? ok({ status: 'not_found' as const }) : err(error)))
}

/** `NOT_FOUND_MERCHANT` is a 404 too, but says something about our keys. */
const isUnknownToToss = ({ code }: GatewayError): boolean => code === 'not_found'

/** An answer about another payment is no answer: the outcome stays open, and somebody should look at it. */
const isPaymentOf = (payment: TossPayment, attempt: Attempt, paymentKey: string): Result<TossPayment, GatewayError> =>
  payment.orderId === attempt.id && payment.paymentKey === paymentKey
    ? ok(payment)
    : err(unknownOutcome('bad_response', 'the answer is about another payment'))
