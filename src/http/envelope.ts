import { type AnyError, ERROR_TABLE } from './error-table'

/** Every refusal on the wire. `details` carries what a client needs to go on; see `DETAILS`. */
export type ErrorEnvelope = {
  readonly status: number
  /** Upper case, and never changes its meaning: clients decide by it, not by the message. */
  readonly errorCode: string
  readonly message: string
  /** The same as the `x-correlation-id` header and in the log line of this request. */
  readonly correlationId: string
  /** True when repeating the very same request may succeed. */
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>>
  readonly serverNow: Date
}

/** What of an error may leave the server. A field nobody has thought about stays inside. */
const DETAILS = [
  'outcome',
  'field',
  'holdExpiresAt',
  'attemptId',
  'refundId',
  'gateway',
  'method',
  'providerCode',
  'reason',
  'deadline',
  'status',
  'orderStatus',
  'resource',
  'pool',
  'limit',
  'refundableMinor',
  'balanceMinor',
  'maxBytes',
] as const

export type Context = { readonly correlationId: string; readonly serverNow: Date }

export const envelopeOf = (error: AnyError, { correlationId, serverNow }: Context): ErrorEnvelope => {
  const { status, message, retryable, errorCode = error.code.toUpperCase() } = ERROR_TABLE[error.code]
  return { status, errorCode, message, correlationId, retryable, details: detailsOf(error), serverNow }
}

const detailsOf = (error: AnyError): Readonly<Record<string, unknown>> => {
  const facts: Readonly<Record<string, unknown>> = error
  const details: Record<string, unknown> = {}
  for (const name of DETAILS) {
    if (facts[name] !== undefined) details[name] = facts[name]
  }
  // Only a validation's message is about the client's own input, and it names no value.
  if (error.code === 'validation') details['problem'] = error.message
  // What the buyer's page does next: the same call again (S3-15). A refund is repeated by its own rules.
  if ('attemptId' in error && details['outcome'] === 'unknown') details['action'] = 'RETRY_CONFIRM'
  return details
}
