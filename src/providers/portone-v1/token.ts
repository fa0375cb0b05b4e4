import { err, ok, okAsync, type Result, ResultAsync } from 'neverthrow'
import type { Clock } from '../../core/clock'
import type { GatewayError } from '../gateway'
import { notExecuted } from './errors'
import type { PortOneV1Token } from './schema'

/**
 * PortOne hands out the same token until it ends. Asked for in its last minute, it lives five minutes longer; asked for
 * earlier, the same dying token comes back. So this must stay below a minute.
 */
const EARLY_MS = 30_000

export type Tokens = {
  readonly get: () => ResultAsync<string, GatewayError>
  /** A new one in place of a token that was turned away. */
  readonly replace: (rejected: string) => ResultAsync<string, GatewayError>
}

/**
 * The access token of one process. Several calls that need one wait for the same request. Its end is reckoned from the
 * two moments PortOne names, on our clock: the two clocks need not agree.
 */
export const tokens = (fetchToken: () => ResultAsync<PortOneV1Token, GatewayError>, clock: Clock): Tokens => {
  let known: { readonly value: string; readonly staleAtMs: number } | undefined
  let flight: Promise<Result<string, GatewayError>> | undefined

  const fetchOnce = async (): Promise<Result<string, GatewayError>> => {
    const askedAtMs = clock.now().getTime()
    const answer = await fetchToken()
    flight = undefined
    if (answer.isErr()) return err(asNotSent(answer.error))
    const { access_token: value, now, expired_at } = answer.value
    known = { value, staleAtMs: askedAtMs + (expired_at - now) * 1000 - EARLY_MS }
    return ok(value)
  }

  const get = (): ResultAsync<string, GatewayError> => {
    if (known !== undefined && clock.now().getTime() < known.staleAtMs) return okAsync(known.value)
    flight ??= fetchOnce()
    return new ResultAsync(flight)
  }

  return {
    get,
    replace: (rejected) => {
      if (known?.value === rejected) known = undefined
      return get()
    },
  }
}

/** Without a token the call itself never left, whatever became of the request for the token. */
const asNotSent = (error: GatewayError): GatewayError =>
  error.code === 'config_error' ? error : { ...notExecuted('not_sent', 'no access token'), retryable: true }
