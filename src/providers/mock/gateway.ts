import { err, errAsync, ok, okAsync, type Result, ResultAsync } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import type { Clock } from '../../core/clock'
import type { BeginContext, Gateway, GatewayError, NotExecutedCode, RawWebhook, Returned } from '../gateway'
import { importSecret } from '../signature'
import { createMockProvider, type MockLine, type MockNews, type MockSettleError } from './provider'
import type { MockStep } from './script'
import { readNotice, writeNotice } from './webhook'

export type MockMethod = 'CARD' | 'KAKAOPAY'

export type MockOptions = {
  readonly script?: readonly MockStep[]
  /** `confirm` (the default): our confirm takes the money. `buyer`: it waits until `settle` says how it ended. */
  readonly capturedBy?: 'confirm' | 'buyer'
  readonly chargeWindowMs?: number | null
  readonly refundWindowMs?: number
  /** `false`: the same refund sent twice is given twice, as by a provider without idempotency keys. */
  readonly idempotentRefunds?: boolean
  /** `false`: look-ups show no refunds, as at a provider that only tells people on its own pages. */
  readonly listsRefunds?: boolean
  readonly mode?: 'test' | 'live'
  readonly methods?: readonly MockMethod[]
  /** Sends the buyer to `checkoutUrl`, as a provider with a page of its own does. */
  readonly live?: boolean
  readonly checkoutUrl?: string
  /** Where that page would report to; only passed on. */
  readonly callbackUrl?: string
  readonly cancelUrl?: string
  /** Signs notices, and refuses those that are not signed with it. */
  readonly webhookSecret?: string
}

export type MockGateway = Gateway<MockMethod> & {
  /** Adds steps to the script. */
  readonly script: (...steps: readonly MockStep[]) => void
  /** Every movement of money, in order. */
  readonly book: () => readonly MockLine[]
  /** Ends a payment that waits, as the buyer or the bank would, and gives the notice that tells it. */
  readonly settle: (attemptId: string, outcome: 'approved' | 'failed') => Result<RawWebhook, MockSettleError>
  readonly settleRefund: (refundId: string, outcome: 'completed' | 'failed') => Result<void, MockSettleError>
  /** Every notice so far, ready for `payments.webhooks.receive`: as often and in whatever order a test likes. */
  readonly notices: () => readonly RawWebhook[]
  /** A notice of any type about any attempt, signed like the others. */
  readonly notice: (type: string, attemptId: string | null) => RawWebhook
}

const CHARGE_WINDOW_MS = 600_000
const REFUND_WINDOW_MS = 600_000

/**
 * A provider for tests and demos that moves no real money. It keeps its own book, takes the money of an attempt once at
 * most, and can decline, stay silent, answer late, wait and contradict itself. Its memory is the gateway's: whoever
 * connects the same gateway again, as after a crash, meets the same provider.
 *
 * Throws when `live` has no usable `checkoutUrl`, on an empty `webhookSecret` and on a wrong
 * `chargeWindowMs` or `refundWindowMs`.
 */
export const mock = (options: MockOptions = {}): MockGateway => {
  const { capturedBy = 'confirm', chargeWindowMs = CHARGE_WINDOW_MS, mode = 'test', webhookSecret } = options
  const { refundWindowMs = REFUND_WINDOW_MS, idempotentRefunds = true, listsRefunds = true } = options
  const methods = options.methods ?? ['CARD', 'KAKAOPAY']
  const checkoutUrl = options.live === true ? httpUrl(options.checkoutUrl) : null
  if (webhookSecret?.trim() === '') throw new RangeError('mock: webhookSecret is empty')
  const key = webhookSecret === undefined ? undefined : importSecret(webhookSecret)
  if (chargeWindowMs !== null && !(Number.isSafeInteger(chargeWindowMs) && chargeWindowMs > 0)) {
    throw new RangeError('mock: chargeWindowMs is not a positive integer')
  }
  if (!(Number.isSafeInteger(refundWindowMs) && refundWindowMs >= 0)) {
    throw new RangeError('mock: refundWindowMs is not an integer from 0')
  }

  let clock: Clock | undefined
  let noticeCount = 0
  const notices: RawWebhook[] = []
  const noticeOf = (type: string, attemptId: string | null, receivedAt: Date): RawWebhook => {
    noticeCount += 1
    const providerRef = attemptId === null ? null : `mock:${attemptId}`
    const id = `${attemptId ?? 'mock'}-${noticeCount}`
    return writeNotice({ id, type, attemptId, providerRef }, key, receivedAt)
  }
  const tell = ({ type, attemptId }: MockNews, at: Date): void => {
    notices.push(noticeOf(type, attemptId, at))
  }
  const provider = createMockProvider({ capturedBy, chargeWindowMs, idempotentRefunds, listsRefunds, tell })
  provider.script(...(options.script ?? []))

  const checkMethod = ({ method }: Attempt): Result<void, GatewayError> =>
    method === null || methods.some((known) => known === method)
      ? ok(undefined)
      : refused('method_unavailable', 'the mock has no such method')

  return {
    name: 'mock',
    mode,
    capabilities: { methods, partialRefund: true, capturedBy, chargeWindowMs, refundWindowMs, listsRefunds },
    script: provider.script,
    book: provider.book,
    settle: (attemptId, outcome) => {
      if (clock === undefined) return err({ code: 'not_found' })
      return provider.settle(attemptId, outcome, clock.now()).andThen((): Result<RawWebhook, MockSettleError> => {
        const told = notices.at(-1)
        return told === undefined ? err({ code: 'not_found' }) : ok(told)
      })
    },
    settleRefund: (refundId, outcome) =>
      clock === undefined ? err({ code: 'not_found' }) : provider.settleRefund(refundId, outcome, clock.now()),
    notices: () => [...notices],
    notice: (type, attemptId) => noticeOf(type, attemptId, clock?.now() ?? new Date(0)),

    connect: (wiring) => {
      clock = wiring.clock
      return {
        begin: (attempt, context) => {
          const checked = checkMethod(attempt)
          if (checked.isErr()) return errAsync(checked.error)
          if (capturedBy === 'buyer') provider.expect(attempt)
          if (checkoutUrl !== null) {
            return okAsync({ action: 'redirect', url: redirectUrl(checkoutUrl, attempt, context, options) })
          }
          return okAsync({ action: capturedBy === 'buyer' ? 'wait_webhook' : 'none' })
        },
        readReturn: (attempt, returned) =>
          checkReturn(attempt, returned).map(() => ({ providerRef: `mock:${attempt.id}` })),
        confirm: (attempt, returned) =>
          promised(
            checkMethod(attempt)
              .andThen(() => checkReturn(attempt, returned))
              .andThen(() => provider.charge(attempt, wiring.clock)),
          ),
        lookup: (attempt) => promised(provider.lookup(attempt)),
        void: (attempt) => promised(provider.void(attempt)),
        refund: (refund, { attempt }) => promised(provider.refund(refund, attempt, wiring.clock.now())),
        receive: (raw) => readNotice(raw, key),
      }
    },
  }
}

const promised = <T>(result: Result<T, GatewayError>): ResultAsync<T, GatewayError> =>
  new ResultAsync(Promise.resolve(result))

const httpUrl = (text: string | undefined): URL => {
  if (text === undefined || !URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new RangeError('mock: checkoutUrl is not an http address')
  }
  return new URL(text)
}

const redirectUrl = (checkout: URL, attempt: Attempt, context: BeginContext, options: MockOptions): string => {
  const url = new URL(checkout)
  const parameters = {
    orderId: attempt.orderId,
    attemptId: attempt.id,
    method: attempt.method,
    amount: String(attempt.amount.amountMinor),
    currency: attempt.amount.currency,
    callbackUrl: options.callbackUrl ?? null,
    successUrl: context.successUrl,
    cancelUrl: options.cancelUrl ?? context.failUrl,
    failUrl: context.failUrl,
  }
  for (const [name, value] of Object.entries(parameters)) if (value !== null) url.searchParams.set(name, value)
  return url.href
}

/** Nothing that comes back is needed. What does come back must not contradict what we know. */
const checkReturn = (attempt: Attempt, returned: Returned): Result<void, GatewayError> => {
  const differs = (name: string, expected: string) => returned[name] !== undefined && returned[name] !== expected
  if (differs('attemptId', attempt.id) || differs('orderId', attempt.orderId)) {
    return refused('order_mismatch', 'the return belongs to another payment')
  }
  const { amountMinor, currency } = attempt.amount
  return differs('amount', String(amountMinor)) || differs('currency', currency)
    ? refused('amount_mismatch', 'the return carries another amount')
    : ok(undefined)
}

const refused = (code: NotExecutedCode, message: string): Result<never, GatewayError> =>
  err({ code, outcome: 'not_executed', message, retryable: false })
