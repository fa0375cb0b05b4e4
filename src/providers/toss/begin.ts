import { err, ok, type Result } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import { clip } from '../clip'
import type { BeginContext, Checkout, GatewayError } from '../gateway'
import { toMajorUnits } from '../major-units'
import { notExecuted } from './errors'

/** As the browser SDK spells them. An easy pay is asked for as `CARD`: the window offers both. */
export const TOSS_METHODS = [
  'CARD',
  'TRANSFER',
  'VIRTUAL_ACCOUNT',
  'MOBILE_PHONE',
  'CULTURE_GIFT_CERTIFICATE',
  'FOREIGN_EASY_PAY',
] as const
export type TossMethod = (typeof TOSS_METHODS)[number]

const CURRENCIES = ['KRW', 'USD', 'JPY']
/** In won. Toss states no floor for the other currencies. */
const MINIMUM_CARD_KRW = 100
const MINIMUM_ACCOUNT_KRW = 200
const MAXIMUM_TRANSFER_KRW = 10_000_000
const MAX_TEXT = 100

/**
 * What the browser hands to `payment.requestPayment` or to the widget. No call to Toss: the window creates the payment.
 * Refuses here what the window would refuse in front of the buyer.
 */
export const checkout = (
  attempt: Attempt,
  context: BeginContext,
  { clientKey, widget }: { readonly clientKey: string; readonly widget: boolean },
): Result<Checkout, GatewayError> => {
  const invalid = (what: string) => err(notExecuted('invalid_request', what))
  const { amountMinor, currency } = attempt.amount
  // The widget asks for the method itself; the payment window must be told.
  const method = attempt.method ?? (widget ? null : 'CARD')
  if (method !== null && !TOSS_METHODS.some((known) => known === method)) {
    return err(notExecuted('method_unavailable', `method: Toss has no ${TOSS_METHODS.join(', ')} by that name`))
  }
  if (!/^[A-Za-z0-9_-]{6,64}$/.test(attempt.id)) return invalid('orderId: 6 to 64 characters of A-Z a-z 0-9 _ -')
  if (!CURRENCIES.includes(currency)) return invalid(`currency: one of ${CURRENCIES.join(', ')}`)
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) return invalid('amount: must be positive')
  const toAccount = method === 'TRANSFER' || method === 'VIRTUAL_ACCOUNT'
  const minimum = toAccount ? MINIMUM_ACCOUNT_KRW : MINIMUM_CARD_KRW
  if (currency === 'KRW' && amountMinor < minimum) return invalid(`amount: at least ${minimum} KRW`)
  if (method === 'TRANSFER' && amountMinor > MAXIMUM_TRANSFER_KRW) {
    return invalid(`amount: at most ${MAXIMUM_TRANSFER_KRW} KRW by transfer`)
  }
  const orderName = clip(context.title.trim(), MAX_TEXT)
  if (orderName === '') return invalid('title: must not be empty')
  // Without both, the SDK answers with a promise, which only some methods on a desktop can do.
  if ((context.successUrl === null) !== (context.failUrl === null))
    return invalid('successUrl and failUrl: both or none')
  const { name, email } = context.customer ?? {}
  return ok({
    action: 'window',
    gateway: 'toss',
    parameters: {
      clientKey,
      // The SDK's name for a guest. Ours are not told apart at Toss: a customer key must be unguessable and kept.
      customerKey: 'ANONYMOUS',
      method,
      amount: toMajorUnits(attempt.amount),
      currency,
      orderId: attempt.id,
      orderName,
      successUrl: context.successUrl,
      failUrl: context.failUrl,
      customerName: name === undefined ? null : clip(name, MAX_TEXT),
      customerEmail: email === undefined || email.length > MAX_TEXT ? null : email,
    },
  })
}
