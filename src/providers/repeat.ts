import type { GatewayError } from './gateway'

/** A charge or refund asked for longer ago than this may have been sent before. */
const FIRST_SENDING_MS = 3_000

/** False when an earlier request of the same charge or refund may be under way. */
export const isFirstSending = (
  intent: { readonly status: string; readonly keyGeneration: number; readonly checks: number },
  askedAt: Date | null,
  now: Date,
): boolean =>
  intent.status !== 'UNKNOWN' &&
  intent.keyGeneration === 0 &&
  intent.checks === 0 &&
  // Either way: another process may have asked, by a clock that is ahead of ours.
  (askedAt === null || Math.abs(now.getTime() - askedAt.getTime()) < FIRST_SENDING_MS)

/**
 * What an error to a repeated request says about the request before it. Refusals at the door say nothing: the key is
 * kept. A session that is over may be over because the payment was made: look up.
 */
export const onRepeat = (error: GatewayError): GatewayError => {
  const { message, providerCode } = error
  const said = {
    outcome: 'unknown',
    message,
    retryable: true,
    ...(providerCode === undefined ? {} : { providerCode }),
  } as const
  switch (error.code) {
    case 'config_error':
    case 'rate_limited':
    case 'not_sent':
      return { ...said, code: 'in_progress' }
    case 'payment_window_closed':
    case 'not_found':
      return { ...said, code: 'conflict' }
    default:
      return error
  }
}
