import { err, ok, type Result } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import { krw, type Money } from '../../core/money'
import type { BillingKeyIssue, IssueContext } from '../billing'
import { clip } from '../clip'
import type { BeginContext, Checkout, GatewayError } from '../gateway'
import { notExecuted } from './errors'

/** Easy pay (Naver, Kakao) is chosen inside the card window. */
export const PAYPLE_METHODS = ['CARD', 'TRANSFER'] as const
export type PaypleMethod = (typeof PAYPLE_METHODS)[number]

export type PayplePayType = 'card' | 'transfer'

export const payTypeOf = (method: string | null): PayplePayType | undefined => {
  if (method === null || method === 'CARD') return 'card'
  return method === 'TRANSFER' ? 'transfer' : undefined
}

/** In won, in test and live alike. */
const MINIMUM_WON: Readonly<Record<PayplePayType, number>> = { card: 100, transfer: 1_000 }

/** The newest of several limits that were published; UNCONFIRMED that they are enforced. */
export type PaypleLengths = {
  readonly orderId: number
  readonly goods: number
  readonly name: number
  readonly payerNo: number
}
export const PAYPLE_LENGTHS: PaypleLengths = { orderId: 30, goods: 50, name: 20, payerNo: 18 }

export type PaypleWindow = {
  readonly clientKey: string
  /**
   * `CERT`: the buyer authenticates and the merchant confirms. `PAY`: taken at once, to be verified by a look-up and
   * given back when it is wrong. `AUTH`: a billing key is made and no money is taken.
   */
  readonly work: 'CERT' | 'PAY' | 'AUTH'
  readonly payType: PayplePayType
  readonly orderId: string
  /** Left out for `AUTH`. */
  readonly amount?: Money
  readonly title?: string
  /** Where the browser posts the result to, as a form. Absolute, so that it works inside other apps too. */
  readonly returnUrl: string | null
  /** The merchant's number of the buyer. Only digits: with anything else the window does not open. */
  readonly payerNo?: string
  readonly payerName?: string
}

/**
 * What the browser hands to `PaypleCpayAuthCheck`. Refuses here what the window would refuse in front of the buyer.
 *
 * No telephone number and no e-mail: their presence alone makes Payple send messages to people, from a test system too.
 */
export const paypleWindow = (
  window: PaypleWindow,
  lengths: Partial<PaypleLengths> = {},
): Result<Readonly<Record<string, string | number>>, GatewayError> => {
  const { work, payType, orderId, payerNo = '' } = window
  const max = { ...PAYPLE_LENGTHS, ...lengths }
  const invalid = (what: string) => err(notExecuted('invalid_request', what))
  if (!/^[\w-]+$/.test(orderId) || orderId.length > max.orderId) {
    return invalid(`orderId: 1 to ${max.orderId} characters of A-Z a-z 0-9 _ -`)
  }
  if (!isWebUrl(window.returnUrl)) return invalid('successUrl: an absolute http or https URL is needed')
  const goods = clip(withoutEmoji(window.title ?? '').trim(), max.goods)
  const name = clip(window.payerName?.trim() ?? '', max.name)
  const isPayment = work !== 'AUTH'
  if (isPayment) {
    const { amountMinor, currency } = window.amount ?? krw(0)
    if (currency !== 'KRW') return invalid('currency: KRW')
    if (!Number.isSafeInteger(amountMinor) || amountMinor < MINIMUM_WON[payType]) {
      return invalid(`amount: at least ${MINIMUM_WON[payType]} KRW`)
    }
    if (goods === '') return invalid('title: must not be empty')
  }
  return ok({
    clientKey: window.clientKey,
    PCD_PAY_TYPE: payType,
    PCD_PAY_WORK: work,
    // 01 makes a billing key, 02 is a card for once.
    ...(payType === 'card' ? { PCD_CARD_VER: isPayment ? '02' : '01' } : {}),
    PCD_PAY_OID: orderId,
    // UNCONFIRMED whether a registration repeats its order id. This it does repeat.
    ...(isPayment ? {} : { PCD_USER_DEFINE1: orderId }),
    ...(isPayment ? { PCD_PAY_TOTAL: window.amount?.amountMinor ?? 0, PCD_PAY_ISTAX: 'Y' } : {}),
    ...(goods === '' ? {} : { PCD_PAY_GOODS: goods }),
    ...(/^\d+$/.test(payerNo) && payerNo.length <= max.payerNo ? { PCD_PAYER_NO: payerNo } : {}),
    ...(name === '' ? {} : { PCD_PAYER_NAME: name }),
    PCD_RST_URL: window.returnUrl,
  })
}

type Shop = { readonly clientKey: string; readonly lengths: Partial<PaypleLengths> }

/** The window of a payment that our own confirmation takes the money for. No call to Payple. */
export const checkout = (attempt: Attempt, context: BeginContext, shop: Shop): Result<Checkout, GatewayError> => {
  const { title, successUrl: returnUrl, customer } = context
  return open(attempt.method, shop, (payType) => ({
    clientKey: shop.clientKey,
    work: 'CERT',
    payType,
    orderId: attempt.id,
    amount: attempt.amount,
    title,
    returnUrl,
    payerNo: attempt.buyerId,
    ...(customer?.name === undefined ? {} : { payerName: customer.name }),
  }))
}

/** The window in which a buyer registers a card or an account. */
export const registration = (
  issue: BillingKeyIssue,
  { title, successUrl: returnUrl, customer }: IssueContext,
  shop: Shop,
): Result<Checkout, GatewayError> =>
  open(issue.method, shop, (payType) => ({
    clientKey: shop.clientKey,
    work: 'AUTH',
    payType,
    orderId: issue.id,
    title,
    returnUrl,
    payerNo: issue.buyerId,
    ...(customer?.name === undefined ? {} : { payerName: customer.name }),
  }))

const open = (
  method: string | null,
  shop: Shop,
  window: (payType: PayplePayType) => PaypleWindow,
): Result<Checkout, GatewayError> => {
  const payType = payTypeOf(method)
  if (payType === undefined) {
    return err(notExecuted('method_unavailable', `method: one of ${PAYPLE_METHODS.join(', ')}`))
  }
  return paypleWindow(window(payType), shop.lengths).map((parameters) => ({
    action: 'window',
    gateway: 'payple',
    parameters,
  }))
}

/** A script in it would run in the host's own page. */
const isWebUrl = (text: string | null): text is string =>
  text !== null && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

/** Some issuers decline a payment whose title has one. */
export const withoutEmoji = (text: string): string =>
  text.replace(/\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u{FE0F}|\u{200D}|\u{20E3}/gu, '')
