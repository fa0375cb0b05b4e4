import { errAsync, type ResultAsync } from 'neverthrow'
import type { Clock } from '../core/clock'
import type { GatewayError, PaymentGateway } from '../providers/gateway'

export type CircuitSettings = {
  /** So many calls in a row without a proper answer open the circuit. Default 10. */
  readonly afterFailures?: number
  /** For so long nothing is sent; then one call tries. Default 30 s. */
  readonly openMs?: number
}

/** No proper answer: the provider is down, overloaded or out of reach. A refusal is an answer. */
const isFailure = ({ code }: GatewayError): boolean =>
  code === 'timeout' ||
  code === 'network' ||
  code === 'bad_response' ||
  code === 'provider_fault' ||
  code === 'rate_limited' ||
  code === 'not_sent'

const OPEN: GatewayError = {
  code: 'not_sent',
  outcome: 'not_executed',
  message: 'the provider has not answered for a while: nothing was sent',
  retryable: true,
}

/**
 * Spares a provider that does not answer, and the buyers who would wait for it: after some failures in a row nothing is
 * sent for a while, and every call is `not_sent` at once. Intents stay as they are, look-ups are booked for later.
 *
 * Not guaranteed: that other processes stop too. Each counts for itself.
 */
export const behindCircuit = (
  gateway: PaymentGateway,
  clock: Clock,
  { afterFailures, openMs }: Required<CircuitSettings>,
): PaymentGateway => {
  let failures = 0
  let openUntilMs = 0

  const call = <T>(send: () => ResultAsync<T, GatewayError>): ResultAsync<T, GatewayError> => {
    const nowMs = clock.now().getTime()
    if (failures >= afterFailures) {
      if (nowMs < openUntilMs) return errAsync(OPEN)
      // This one tries; the others wait for what becomes of it.
      openUntilMs = nowMs + openMs
    }
    return send()
      .map((answer) => {
        failures = 0
        return answer
      })
      .mapErr((error) => {
        failures = isFailure(error) ? failures + 1 : 0
        if (failures >= afterFailures) openUntilMs = clock.now().getTime() + openMs
        return error
      })
  }

  // `begin` stays outside: at most providers it asks nobody, and its success would prove nothing.
  const { confirm, lookup, refund, void: end } = gateway
  return {
    ...gateway,
    confirm: (attempt, returned) => call(() => confirm(attempt, returned)),
    lookup: (attempt) => call(() => lookup(attempt)),
    refund: (request, context) => call(() => refund(request, context)),
    ...(end === undefined ? {} : { void: (attempt) => call(() => end(attempt)) }),
  }
}
