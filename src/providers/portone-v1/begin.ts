import { err, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import type { Money } from '../../core/money'
import { clip } from '../clip'
import type { BeginContext, Checkout, GatewayError } from '../gateway'
import { toMajorUnits } from '../major-units'
import type { PortOneV1Client } from './endpoints'
import { notExecuted, unknownOutcome } from './errors'
import { merchantUidOf, purposeOf } from './purpose'

/** As `IMP.request_pay` spells them; which of them a channel has is between the merchant and its PG. */
export const PORTONE_V1_METHODS = [
  'card',
  'trans',
  'vbank',
  'phone',
  'point',
  'samsung',
  'samsungpay',
  'kakaopay',
  'naverpay',
  'naverpay_card',
  'naverpay_point',
  'payco',
  'lpay',
  'ssgpay',
  'tosspay',
  'tosspay_card',
  'tosspay_money',
  'applepay',
  'paypal',
  'toss_brandpay',
  'cultureland',
  'smartculture',
  'culturegift',
  'booknlife',
  'happymoney',
  'pinpay',
  'skpay',
  'wechat',
  'alipay',
  'unionpay',
  'tenpay',
  'kpay',
  'econtext',
  'molpay',
  'paysbuy',
] as const
export type PortOneV1Method = (typeof PORTONE_V1_METHODS)[number]

/** What every window of a merchant is opened with. All of it is public. */
export type WindowSettings = {
  readonly impCode: string
  readonly channelKey: string
  readonly tier: string | undefined
  readonly noticeUrl: string | undefined
  readonly depositWithinMs: number
  readonly digitalGoods: boolean
}

export type WindowParameters = Extract<Checkout, { action: 'window' }>['parameters']

const MAX_NAME = 40

/**
 * Registers the amount, so that the window refuses another one, and says what the browser hands to `IMP.init` and
 * `IMP.request_pay`. Moves no money. A repeat registers the same amount again.
 *
 * @see https://developers.portone.io/sdk/ko/v1-sdk/javascript-sdk/payrq
 */
export const begin = (
  client: PortOneV1Client,
  attempt: Attempt,
  context: BeginContext,
  settings: WindowSettings,
  now: Date,
): ResultAsync<Checkout, GatewayError> =>
  merchantUidOf(attempt.id)
    .andThen((merchantUid) => windowOf(merchantUid, attempt, context, settings, now))
    .asyncAndThen((parameters) =>
      prepare(client, parameters.merchant_uid, attempt.amount).map(
        (): Checkout => ({ action: 'window', gateway: 'portone-v1', parameters }),
      ),
    )

/** Registers an amount for an order id, or changes the one that is registered. */
const prepare = (client: PortOneV1Client, merchantUid: string, amount: Money): ResultAsync<void, GatewayError> => {
  const body = { merchant_uid: merchantUid, amount: toMajorUnits(amount), currency: amount.currency }
  return client
    .preparePayment(body)
    .orElse((error) => (error.code === 'conflict' ? client.changePrepared(body) : err(error)))
    .andThen((prepared) =>
      prepared.merchant_uid === merchantUid && prepared.amount === body.amount
        ? ok(undefined)
        : err(unknownOutcome('bad_response', 'another amount was registered')),
    )
}

/** Refuses here what the window would refuse in front of the buyer. */
const windowOf = (
  merchantUid: string,
  { amount, method }: Attempt,
  context: BeginContext,
  settings: WindowSettings,
  now: Date,
): Result<WindowParameters & { readonly merchant_uid: string }, GatewayError> => {
  const invalid = (what: string) => err(notExecuted('invalid_request', what))
  const payMethod = method ?? 'card'
  if (!PORTONE_V1_METHODS.some((known) => known === payMethod)) {
    return err(notExecuted('method_unavailable', 'method: PortOne has none by that name'))
  }
  // Under the mark of a registration or a charge it would never be read as a payment.
  if (purposeOf(merchantUid) !== 'payment') return invalid('merchant_uid: not that of a payment')
  if (!Number.isSafeInteger(amount.amountMinor) || amount.amountMinor <= 0) return invalid('amount: must be positive')
  const name = nameOf(context.title)
  if (name === '') return invalid('title: must not be empty')
  return ok({
    ...openingOf(settings),
    pay_method: payMethod,
    merchant_uid: merchantUid,
    name,
    amount: toMajorUnits(amount),
    currency: amount.currency,
    ...buyerOf(context.customer),
    ...returnTo(context.successUrl),
    ...(payMethod === 'vbank' ? { vbank_due: vbankDue(new Date(now.getTime() + settings.depositWithinMs)) } : {}),
    // A payment by phone has to say it.
    ...(payMethod === 'phone' ? { digital: settings.digitalGoods } : {}),
  })
}

export const nameOf = (title: string): string => clip(title.trim(), MAX_NAME)

/** Types are checked in the browser: a parameter that is not there is left out, never null. */
export const openingOf = ({ impCode, channelKey, tier, noticeUrl }: WindowSettings) => ({
  impCode,
  channelKey,
  ...(tier === undefined ? {} : { tier }),
  ...(noticeUrl === undefined ? {} : { notice_url: noticeUrl }),
})

export const buyerOf = (
  customer: { readonly name?: string; readonly email?: string; readonly phone?: string } | null,
) => ({
  ...(customer?.name === undefined ? {} : { buyer_name: customer.name }),
  ...(customer?.email === undefined ? {} : { buyer_email: customer.email }),
  ...(customer?.phone === undefined ? {} : { buyer_tel: customer.phone }),
})

/** One address for every outcome: what the query says about it is no proof in either direction. */
export const returnTo = (url: string | null) => (url === null ? {} : { m_redirect_url: url })

const KOREA_MS = 9 * 3_600_000

/** `20260105100103`. UNCONFIRMED that it is Korean time; nothing else would make sense to a Korean bank. */
const vbankDue = (moment: Date): string =>
  new Date(moment.getTime() + KOREA_MS).toISOString().slice(0, 19).replace(/\D/g, '')

/** Never fails: what cannot be closed stays as open as it was. */
export const closeWindow = (client: PortOneV1Client, { id, amount }: Attempt): ResultAsync<void, never> => {
  const other = { ...amount, amountMinor: amount.amountMinor + 1 }
  return merchantUidOf(id)
    .asyncAndThen((merchantUid) => prepare(client, merchantUid, other))
    .orElse(() => okAsync(undefined))
}
