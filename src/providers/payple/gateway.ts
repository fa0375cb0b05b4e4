import { okAsync } from 'neverthrow'
import type { Gateway } from '../gateway'
import { checkout, PAYPLE_METHODS, type PaypleLengths, type PaypleMethod } from './begin'
import { billing } from './billing'
import { confirm, confirmations, lookup, readReturn } from './charge'
import { type PaypleClientOptions, paypleClient } from './client'
import { BASE_URLS } from './hosts'
import { checkGatewayOptions } from './keys'
import { refund } from './refund'
import { paypleWebhooks } from './webhook'

export type PaypleOptions = Omit<PaypleClientOptions, 'refundKey' | 'clock' | 'log'> & {
  /** Goes to the browser. `test_…` for the test host. */
  readonly clientKey: string
  /** Authorises refunds. Shown in the partner admin, under the basic information of the store. */
  readonly refundKey: string
  /**
   * Codes that a look-up answers for a payment Payple does not have. UNCONFIRMED: none is documented, so besides those
   * that say it in words, an unknown code leaves the outcome open. Whoever has seen the real one names it here.
   */
  readonly notFoundCodes?: readonly string[] | undefined
  /** Other limits than the stricter ones of the newest documentation. */
  readonly maxLengths?: Partial<PaypleLengths> | undefined
}

/**
 * UNCONFIRMED: Payple names no lifetime for the authentication that a confirmation is made with; the buyer has three
 * minutes for it, and sessions of ten are usual. The minute on top is for clocks that differ. A fence: a shorter window
 * would bury payments that can still be made.
 */
const CHARGE_WINDOW_MS = 11 * 60_000

/** UNCONFIRMED: Payple names no time after which a cancel request is dead. Nothing stays on a wire for this long. */
const REFUND_WINDOW_MS = 11 * 60_000

/**
 * Payple, domestic: one-time payments by card, easy pay or bank transfer, and billing keys. The buyer authenticates in
 * the window (`CERT`) and the money is taken by `confirm`.
 *
 * Errors: throws when the options cannot work (`config_error`); it names the option and never its value.
 *
 * Not guaranteed:
 * - That a cancel made in the partner admin is noticed. No look-up shows cancels; the settlement list of `paypleClient`
 *   does, days later.
 * - That a notification is genuine: Payple signs none, so each leads to a look-up.
 * - That only `confirm` takes money. The window runs in the buyer's browser, and a buyer who changes it to `PAY` pays
 *   without being asked to. The webhook brings it to light, so an address for webhooks has to be registered with Payple.
 *   Keys of another payment are told by the answer, and that payment is looked up at once.
 *
 * @see https://docs.payple.kr
 */
export const payple = (options: PaypleOptions): Gateway<PaypleMethod> => {
  checkGatewayOptions(options)
  const { mode, cstId, clientKey, maxLengths: lengths = {}, notFoundCodes = [] } = options
  const hosts = { mode, baseUrl: options.baseUrl ?? BASE_URLS[mode], confirmHosts: options.confirmHosts ?? [] }
  return {
    name: 'payple',
    mode,
    capabilities: {
      methods: PAYPLE_METHODS,
      partialRefund: true,
      capturedBy: 'confirm',
      chargeWindowMs: CHARGE_WINDOW_MS,
      refundWindowMs: REFUND_WINDOW_MS,
      listsRefunds: false,
    },
    connect: ({ clock, log }) => {
      const client = paypleClient({ ...options, clock, log })
      const sent = confirmations(clock, CHARGE_WINDOW_MS)
      return {
        begin: (attempt, context) =>
          checkout(attempt, context, { clientKey, lengths }).asyncAndThen((it) => okAsync(it)),
        // The order id is the one thing a payment is known by that is no secret.
        readReturn: (attempt, returned) =>
          readReturn(attempt, returned, hosts).map(() => ({ providerRef: attempt.id })),
        confirm: (attempt, returned) => confirm(client, attempt, returned, { hosts, now: clock.now, sent }),
        lookup: (attempt) => lookup(client, attempt, notFoundCodes),
        // No `void`: what the buyer authenticated for cannot be taken back; it lapses.
        refund: (request, context) => refund(client, request, context),
        receive: paypleWebhooks({ cstId }),
        billing: billing({ client, clientKey, lengths, notFoundCodes, now: clock.now }),
      }
    },
  }
}
