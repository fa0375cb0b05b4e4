import { err, ok, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import { clip } from '../clip'
import type { BeginContext, Checkout, GatewayError } from '../gateway'
import type { PortOneV2Client } from './client'
import { notExecuted } from './errors'
import { sentIdOf } from './ids'

/** As the browser SDK spells them. What a channel really offers is set in PortOne's console. */
export const PORTONE_V2_METHODS = [
  'CARD',
  'EASY_PAY',
  'TRANSFER',
  'VIRTUAL_ACCOUNT',
  'MOBILE',
  'GIFT_CERTIFICATE',
  'CONVENIENCE_STORE',
] as const
export type PortOneV2Method = (typeof PORTONE_V2_METHODS)[number]

const MAX_TEXT = 100

type Shop = { readonly storeId: string; readonly channelKey: string }

/**
 * Tells PortOne the amount, then gives the browser what `PortOne.requestPayment` takes: the customer's fields are flat
 * here and stand in `customer` there. There is one address to come back to, for success and failure alike.
 *
 * The registered amount makes a changed window fail before anything is paid. The channel can still be changed there,
 * so the payment is checked afterwards all the same.
 *
 * @see https://developers.portone.io/sdk/ko/v2-sdk/payment-request
 */
export const checkout = (
  client: PortOneV2Client,
  attempt: Attempt,
  context: BeginContext,
  shop: Shop,
  now: () => Date,
): ResultAsync<Checkout, GatewayError> =>
  sentIdOf(attempt.id).asyncAndThen((paymentId) =>
    windowOf(paymentId, attempt, context, shop).asyncAndThen((window) => {
      const { amountMinor: totalAmount, currency } = attempt.amount
      // A new key each time: an error is replayed for three hours, and registering twice does no harm.
      const key = `${attempt.id}-register-${now().getTime()}`
      return client.preRegister(paymentId, { totalAmount, currency }, key).map(() => window)
    }),
  )

/** Refuses here what the window would refuse in front of the buyer. */
const windowOf = (
  paymentId: string,
  attempt: Attempt,
  context: BeginContext,
  shop: Shop,
): Result<Checkout, GatewayError> => {
  const invalid = (what: string) => err(notExecuted('invalid_request', what))
  const { amountMinor, currency } = attempt.amount
  const payMethod = attempt.method ?? 'CARD'
  if (!PORTONE_V2_METHODS.some((known) => known === payMethod)) {
    return err(notExecuted('method_unavailable', `method: none of ${PORTONE_V2_METHODS.join(', ')}`))
  }
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) return invalid('amount: must be positive')
  const orderName = clip(context.title.trim(), MAX_TEXT)
  if (orderName === '') return invalid('title: must not be empty')
  const { name, email } = context.customer ?? {}
  return ok({
    action: 'window',
    gateway: 'portone-v2',
    parameters: {
      ...shop,
      paymentId,
      orderName,
      totalAmount: amountMinor,
      currency,
      payMethod,
      redirectUrl: context.successUrl,
      customerFullName: name === undefined ? null : clip(name, MAX_TEXT),
      customerEmail: email === undefined || email.length > MAX_TEXT ? null : email,
    },
  })
}
