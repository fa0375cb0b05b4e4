import { okAsync } from 'neverthrow'
import type { Gateway } from '../gateway'
import { checkout, TOSS_METHODS, type TossMethod } from './begin'
import { confirm, lookup, readReturn } from './charge'
import { tossClient } from './client'
import { checkKeys } from './keys'
import { refund } from './refund'
import { tossWebhooks } from './webhook'

export type TossOptions = {
  /** `test_sk_…`, or `test_gsk_…` for the widget. Decides, with the client key, between test and live. */
  readonly secretKey: string
  /** The public half of the pair: goes to the browser. */
  readonly clientKey: string
  /** 64 hexadecimal characters. Only the signed webhooks (`payout.changed`, `seller.changed`) need it. */
  readonly securityKey?: string | undefined
  readonly baseUrl?: string | undefined
  /** For one call, headers and body together. */
  readonly timeoutMs?: number | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

const BASE_URL = 'https://api.tosspayments.com'

/**
 * An issuer may take many seconds over an approval. Giving up sooner loses answers, not payments, and every lost answer
 * costs a look-up. Toss names 60 s for its slowest endpoints and no number for these.
 */
const TIMEOUT_MS = 30_000

/**
 * Toss carries out a confirm request within 10 minutes of the buyer's authentication and refuses it afterwards. The
 * minute on top is for clocks that differ. A fence: a shorter window would bury payments that can still be made.
 */
const CHARGE_WINDOW_MS = 11 * 60_000

/**
 * UNCONFIRMED: Toss names no time after which a cancel request is dead. Its idempotency keys would close most cases at
 * once, but an error page from in front of Toss is stored under no key. Nothing stays on a wire for this long.
 */
const REFUND_WINDOW_MS = 11 * 60_000

/**
 * Toss Payments: one-time payments by the payment window or the widget.
 *
 * Errors: throws when the keys cannot belong together (`config_error`); it names the key and never its value.
 *
 * Not guaranteed: that a notification is genuine. Toss signs none about payments, so each one leads to a look-up.
 *
 * @see https://docs.tosspayments.com/reference
 */
export const toss = (options: TossOptions): Gateway<TossMethod> => {
  const { secretKey, clientKey, securityKey, baseUrl = BASE_URL, timeoutMs = TIMEOUT_MS, fetch } = options
  const { mode, widget } = checkKeys({ secretKey, clientKey, securityKey })
  if (!URL.canParse(baseUrl)) throw new TypeError('toss: baseUrl is not a URL')
  return {
    name: 'toss',
    mode,
    capabilities: {
      methods: TOSS_METHODS,
      partialRefund: true,
      capturedBy: 'confirm',
      chargeWindowMs: CHARGE_WINDOW_MS,
      refundWindowMs: REFUND_WINDOW_MS,
    },
    connect: ({ clock, log }) => {
      const client = tossClient({ secretKey, baseUrl, timeoutMs, fetch, clock, log })
      return {
        begin: (attempt, context) =>
          checkout(attempt, context, { clientKey, widget }).asyncAndThen((it) => okAsync(it)),
        readReturn: (attempt, returned) => readReturn(attempt, returned).map((providerRef) => ({ providerRef })),
        confirm: (attempt, returned) => confirm(client, attempt, returned, clock.now),
        lookup: (attempt) => lookup(client, attempt, clock.now),
        // No `void`: Toss has none for a payment that was not confirmed; its window ends it.
        refund: (request, context) => refund(client, request, context, clock.now),
        receive: tossWebhooks({ securityKey }),
      }
    },
  }
}
