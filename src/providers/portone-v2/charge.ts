import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import type { Charge, GatewayError, ProviderPayment, Returned } from '../gateway'
import type { PortOneV2Client } from './client'
import { notExecuted, unknownOutcome } from './errors'
import { ownIdOf, sentIdOf } from './ids'
import { type Reader, readCharge, readPayment } from './payment'
import type { PortOnePayment } from './schema'

export type Shop = Pick<Reader, 'mode' | 'now'> & { readonly storeId: string }

/**
 * Checks what the browser brought back: `paymentId`, and `code` when the window ended without a payment. The buyer
 * controls all of it, so it only decides whether PortOne is asked. The `txId` beside it is not kept: it is one try of
 * several, and the buyer's word.
 *
 * A `code` says `declined` to the buyer and changes nothing: the same attempt can be begun again. Under one `paymentId`
 * PortOne takes money once, so a second window for it is safe where a second attempt beside an open window is not.
 */
export const readReturn = (attempt: Attempt, returned: Returned): Result<void, GatewayError> => {
  // The older pages of the documentation have the second spelling.
  const { paymentId = returned['payment_id'], transactionType, code }: Partial<Record<string, string>> = returned
  if (paymentId === undefined || paymentId === '') return err(notExecuted('return_invalid', 'paymentId: missing'))
  if (ownIdOf(paymentId) !== attempt.id)
    return err(notExecuted('order_mismatch', 'paymentId: belongs to another payment'))
  if (transactionType !== undefined && transactionType !== 'PAYMENT') {
    return err(notExecuted('return_invalid', 'transactionType: not that of a payment'))
  }
  // Opaque: PortOne's own pages disagree about its values.
  if (code !== undefined && code !== '') {
    return err({ ...notExecuted('declined', 'the window ended without a payment'), retryable: true })
  }
  return ok()
}

/**
 * Asks PortOne whether the window took the money. There is nothing left to do for it: a refusal of this question is no
 * answer about the payment, and so is a record that is not paid yet.
 */
export const confirm = (
  client: PortOneV2Client,
  attempt: Attempt,
  returned: Returned,
  shop: Shop,
): ResultAsync<Charge, GatewayError> => {
  // A job that resumes has no query any more.
  const resumed = attempt.chargeRequestedAt !== null && Object.keys(returned).length === 0
  const accepted = resumed ? ok() : readReturn(attempt, returned)
  if (accepted.isErr()) return errAsync(accepted.error)
  return (
    getPayment(client, attempt.id, shop)
      .mapErr(onQuestion)
      // Another amount or currency is not an error here: money was taken, and the core keeps it apart.
      .andThen((payment) => readCharge(payment, { ...shop, failedIs: 'one_of_several' }))
  )
}

/**
 * Asks for the record. Never `failed`: the buyer may pay from the same window, or open it again, after a try that failed.
 * PortOne has no way to close a payment id, so only the window's time ends an attempt.
 */
export const lookup = (
  client: PortOneV2Client,
  attempt: Attempt,
  shop: Shop,
): ResultAsync<ProviderPayment, GatewayError> => lookupById(client, attempt.id, { ...shop, failedIs: 'one_of_several' })

export const lookupById = (
  client: PortOneV2Client,
  id: string,
  reader: Shop & Pick<Reader, 'failedIs'>,
): ResultAsync<ProviderPayment, GatewayError> =>
  getPayment(client, id, reader)
    .andThen((payment) => readPayment(payment, reader))
    .orElse((error) => (error.code === 'not_found' ? ok({ status: 'not_found' as const }) : err(error)))

/**
 * By an id of ours. An answer about another payment or store is no answer: the outcome stays open, and somebody should
 * look at it.
 */
export const getPayment = (
  client: PortOneV2Client,
  id: string,
  { storeId }: Shop,
): ResultAsync<PortOnePayment, GatewayError> =>
  sentIdOf(id)
    .asyncAndThen((paymentId) => client.getPayment(paymentId))
    .andThen((payment) => {
      if (ownIdOf(payment.id) !== id) return err(unknownOutcome('bad_response', 'the answer is about another payment'))
      const other = typeof payment.storeId === 'string' && payment.storeId !== storeId
      return other ? err(unknownOutcome('bad_response', 'the answer is about another store')) : ok(payment)
    })

/** What the refusal of a question says about the money: nothing. */
export const onQuestion = (error: GatewayError): GatewayError => {
  if (error.outcome === 'unknown') return error
  const { message, providerCode } = error
  return {
    ...{ code: 'in_progress', outcome: 'unknown', message, retryable: true },
    ...(providerCode === undefined ? {} : { providerCode }),
  } as const
}
