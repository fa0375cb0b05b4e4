import type { Gateway } from '../gateway'
import { checkout, PORTONE_V2_METHODS, type PortOneV2Method } from './begin'
import { portOneV2Billing } from './billing'
import { confirm, lookup, readReturn } from './charge'
import { portOneV2Client } from './client'
import { BASE_URL, checkClientKeys, checkGatewayKeys, importWebhookSecret, TIMEOUT_MS } from './keys'
import { refund } from './refund'
import { portOneV2Webhooks } from './webhook'

export type PortOneV2Options = {
  /** Of the V2 API: not the V1 secret, and not the payment company's. */
  readonly apiSecret: string
  /** `store-…`. Public. */
  readonly storeId: string
  /** `channel-key-…`. Public: goes to the browser, which can put another one in its place. */
  readonly channelKey: string
  /** Which channels are believed. `live`: a payment through a test channel is none. */
  readonly mode: 'test' | 'live'
  /** `whsec_…` of the console; two of them while one replaces the other. With one, every webhook must be signed. */
  readonly webhookSecret?: string | readonly string[] | undefined
  /** How long a buyer may need in the payment window. After that an attempt nobody paid is closed. */
  readonly paymentWindowMs?: number | undefined
  /** Told of charges and schedules that this server makes, instead of the console's URL. */
  readonly noticeUrls?: readonly string[] | undefined
  readonly baseUrl?: string | undefined
  /** For one call, headers and body together. At least 60 s, PortOne's own number; 65 s when left out. */
  readonly timeoutMs?: number | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

/**
 * UNCONFIRMED: PortOne names no time after which a window cannot pay any more, and it differs between payment companies.
 * An hour is longer than any of their windows is known to live. What is paid later still arrives by webhook.
 */
const PAYMENT_WINDOW_MS = 60 * 60_000

/** UNCONFIRMED: no time is named after which a cancel request is dead. Nothing stays on a wire for this long. */
const REFUND_WINDOW_MS = 11 * 60_000

/**
 * PortOne V2: one-time payments by the payment window, billing keys and schedules.
 *
 * Errors: throws when the options cannot work (`config_error`); it names the option and never its value.
 *
 * @see https://developers.portone.io/api/rest-v2
 */
export const portOneV2 = (options: PortOneV2Options): Gateway<PortOneV2Method> => {
  const { apiSecret, storeId, channelKey, mode, webhookSecret, fetch } = options
  const { baseUrl = BASE_URL, timeoutMs = TIMEOUT_MS } = options
  const { paymentWindowMs = PAYMENT_WINDOW_MS, noticeUrls = [] } = options
  checkClientKeys({ apiSecret, storeId, baseUrl, timeoutMs })
  checkGatewayKeys({ storeId, channelKey, mode, paymentWindowMs, noticeUrls })
  const key = webhookSecret === undefined ? undefined : importWebhookSecret(webhookSecret)
  return {
    name: 'portone-v2',
    mode,
    capabilities: {
      methods: PORTONE_V2_METHODS,
      partialRefund: true,
      capturedBy: 'buyer',
      chargeWindowMs: paymentWindowMs,
      refundWindowMs: REFUND_WINDOW_MS,
    },
    connect: ({ clock, log }) => {
      const client = portOneV2Client({ apiSecret, storeId, baseUrl, timeoutMs, fetch, clock, log })
      const shop = { storeId, channelKey, mode, noticeUrls, now: clock.now }
      return {
        begin: (attempt, context) => checkout(client, attempt, context, { storeId, channelKey }, clock.now),
        readReturn: (attempt, returned) => readReturn(attempt, returned).map(() => ({ providerRef: null })),
        confirm: (attempt, returned) => confirm(client, attempt, returned, shop),
        lookup: (attempt) => lookup(client, attempt, shop),
        // No `void`: PortOne has none for a payment id. Its window ends it.
        refund: (request, context) => refund(client, request, context, shop),
        receive: portOneV2Webhooks({ key, storeId }),
        billing: portOneV2Billing(client, shop),
      }
    },
  }
}
