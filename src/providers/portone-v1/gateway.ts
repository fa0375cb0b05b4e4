import type { Gateway } from '../gateway'
import { begin, PORTONE_V1_METHODS, type PortOneV1Method } from './begin'
import { billing } from './billing'
import { confirm, lookup, readReturn } from './charge'
import { BASE_URL, portOneV1Client, TIMEOUT_MS } from './client'
import {
  checkAmount,
  checkCredentials,
  checkDuration,
  checkUrl,
  checkWebhookSource,
  checkWindow,
  type PortOneV1Credentials,
  type PortOneV1Window,
} from './keys'
import { refund } from './refund'
import { portOneV1Webhooks, type WebhookSource } from './webhook'

export type PortOneV1Options = PortOneV1Credentials &
  PortOneV1Window &
  WebhookSource & {
    /**
     * How long the buyer's window may still take the money. Until it has passed an attempt that was not paid keeps what
     * its order holds. Units: milliseconds, 60 minutes when left out.
     */
    readonly paymentWindowMs?: number | undefined
    /** Where webhooks go instead of the address in the console. */
    readonly noticeUrl?: string | undefined
    /** How long a virtual account waits for its deposit. Units: milliseconds, 24 hours when left out. */
    readonly depositWithinMs?: number | undefined
    /** Goods that are not shipped: asked for with payments by phone. True when left out. */
    readonly digitalGoods?: boolean | undefined
    /** Shown when a card is registered, in place of the price. Never taken. Units: minor units. */
    readonly issueAmount?: number | undefined
    readonly baseUrl?: string | undefined
    /** For one call, headers and body together. */
    readonly timeoutMs?: number | undefined
    readonly fetch?: typeof globalThis.fetch | undefined
  }

/**
 * UNCONFIRMED: PortOne names no time after which its window is dead. A fence: a shorter one would bury payments that
 * can still be made, and their money would have to go back.
 */
const PAYMENT_WINDOW_MS = 60 * 60_000

/**
 * UNCONFIRMED: PortOne names no time after which a cancel request is dead. Nothing stays on a wire for this long, and
 * `checksum` stands behind it.
 */
const REFUND_WINDOW_MS = 11 * 60_000

const DEPOSIT_WITHIN_MS = 24 * 3_600_000

/**
 * PortOne V1: one-time payments in its window, billing keys, and charges that it makes by itself.
 *
 * Errors: throws when the options cannot work (`config_error`); it names the option and never its value.
 *
 * Not guaranteed: that a notification is genuine, or that one comes. PortOne signs none, sends each once, and lets the
 * browser choose where to. So they only lead to look-ups; compare your books with `portOneV1Client(…).listPayments`
 * from time to time.
 *
 * @see https://developers.portone.io/opi/ko/integration/start/v1/auth
 */
export const portOneV1 = (options: PortOneV1Options): Gateway<PortOneV1Method> => {
  const { impKey, impSecret, impCode, channelKey, mode, tier, fetch } = options
  const { baseUrl = BASE_URL, timeoutMs = TIMEOUT_MS, paymentWindowMs = PAYMENT_WINDOW_MS } = options
  const { noticeUrl, depositWithinMs = DEPOSIT_WITHIN_MS, digitalGoods = true, issueAmount } = options
  const { webhookIps, webhookSourceIp } = options
  checkCredentials(options)
  checkWindow(options, options)
  checkUrl('baseUrl', baseUrl)
  if (noticeUrl !== undefined) checkUrl('noticeUrl', noticeUrl)
  checkDuration('paymentWindowMs', paymentWindowMs)
  checkDuration('depositWithinMs', depositWithinMs)
  checkDuration('timeoutMs', timeoutMs)
  if (issueAmount !== undefined) checkAmount('issueAmount', issueAmount)
  checkWebhookSource({ webhookIps, webhookSourceIp })
  const settings = { impCode, channelKey, tier, noticeUrl, depositWithinMs, digitalGoods, issueAmount }
  return {
    name: 'portone-v1',
    mode,
    capabilities: {
      methods: PORTONE_V1_METHODS,
      partialRefund: true,
      capturedBy: 'buyer',
      chargeWindowMs: paymentWindowMs,
      refundWindowMs: REFUND_WINDOW_MS,
      listsRefunds: true,
    },
    connect: ({ clock, log }) => {
      const client = portOneV1Client({ impKey, impSecret, mode, tier, baseUrl, timeoutMs, fetch, clock, log })
      const asking = { client, mode, now: clock.now }
      return {
        begin: (attempt, context) => begin(client, attempt, context, settings, clock.now()),
        readReturn: (attempt, returned) => readReturn(attempt, returned).map(() => NOTHING_KEPT),
        confirm: (attempt, returned) => confirm(asking, attempt, returned),
        lookup: (attempt) => lookup(asking, attempt),
        // No `void`: changing the registered amount keeps a window from opening, not one that is open from paying.
        refund: (request, context) => refund(asking, request, context),
        receive: portOneV1Webhooks({ webhookIps, webhookSourceIp }),
        billing: billing(asking, settings),
      }
    },
  }
}

/**
 * The `imp_uid` that a browser names is asked about and then forgotten. Ids can be guessed, and a buyer may try several
 * times under one order: what is stored is the one PortOne's own record shows as paid.
 */
const NOTHING_KEPT = { providerRef: null }
