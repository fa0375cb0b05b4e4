import type { KyInstance } from 'ky'
import { err, ok, Result, ResultAsync } from 'neverthrow'
import type { Clock } from '../core/clock'
import type { GatewayError } from './gateway'
import { lazy } from './lazy'
import { MAX_BODY_BYTES, readText } from './read-body'

export { type BodySchema, readBody } from './read-body'

/** One line about one provider call. It has no field a secret could sit in. */
export type LogEntry = {
  readonly provider: string
  /** `confirmPayment`, not the path: paths carry payment keys. */
  readonly operation: string
  readonly status: number | 'timeout' | 'network' | 'aborted'
  readonly durationMs: number
}

export type ProviderHttpOptions = {
  readonly provider: string
  readonly baseUrl: string
  readonly clock: Clock
  readonly log: (entry: LogEntry) => void
  readonly timeoutMs: number
  /** Sent with every request, e.g. Authorization. Kept in the closure. */
  readonly headers?: Readonly<Record<string, string>>
  /** Looked up at call time when left out. It must not repeat a request by itself. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

export type ProviderRequest = {
  readonly operation: string
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** Relative and percent-encoded. Empty and dot segments are refused: an id of `..` would reach another endpoint. */
  readonly path: string
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** `body` is parsed JSON, `undefined` when there was none. Any status but a redirect: a refusal is an answer. */
export type ProviderResponse = { readonly status: number; readonly headers: Headers; readonly body: unknown }

/**
 * Sends one request once and reads its JSON answer.
 *
 * Units: `timeoutMs` covers headers and body together.
 *
 * Errors:
 * - `invalid_request`: the request could not be built; nothing was sent.
 * - `not_sent`: no connection, or given up before sending; the provider has not seen the request.
 * - `timeout`: no complete answer in time; the outcome is unknown.
 * - `network`: the connection broke, or the caller aborted after sending; the outcome is unknown.
 * - `bad_response`: a redirect, no JSON, or too long; the outcome is unknown.
 *
 * Not guaranteed: that the provider stopped working on a request we gave up on.
 */
export type ProviderHttp = { readonly send: (request: ProviderRequest) => ResultAsync<ProviderResponse, GatewayError> }

type Ending = { readonly status: LogEntry['status']; readonly result: Result<ProviderResponse, GatewayError> }

/** Connection failures that prove that no byte of the request left. A reset, for one, proves nothing. */
const NEVER_CONNECTED: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

/** Only these are repeated in a message: a header is foreign text. */
const CONTENT_TYPES = ['application/json', 'application/xml', 'text/html', 'text/plain', 'text/xml']

export const providerHttp = (options: ProviderHttpOptions): ProviderHttp => {
  const { provider, clock, headers } = options
  if (!URL.canParse(options.baseUrl)) throw new TypeError(`${provider}: the base URL is not a URL`)
  const base = options.baseUrl.replace(/\/+$/, '')

  const loadKy = lazy(async (): Promise<KyInstance> => (await import('ky')).default)

  const say = (operation: string, what: string): string => `${provider} ${operation}: ${what}`

  const talk = async (request: ProviderRequest, signal: AbortSignal, onSent: () => void): Promise<Ending> => {
    const { operation, json, form } = request
    const ky = await loadKy().catch(ignore)
    if (ky === undefined) return { status: 'aborted', result: err(notSent(say(operation, 'the client did not load'))) }
    let sent = false
    let response: Response
    try {
      response = await ky(`${base}/${request.path.replace(/^\//, '')}`, {
        method: request.method,
        headers: mergedHeaders(headers, request.headers),
        retry: { limit: 0 },
        throwHttpErrors: false,
        timeout: false, // Ky's own ends with the headers; ours covers the body.
        redirect: 'manual',
        signal,
        ...(json === undefined ? {} : { json }),
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
        fetch: (input, init) => {
          // Given up while ky was loading: whoever was told "not sent" must be right.
          if (signal.aborted) throw new TypeError('given up before sending')
          sent = true
          onSent()
          return (options.fetch ?? globalThis.fetch)(input, init)
        },
      })
    } catch (error) {
      if (!sent) return { status: 'aborted', result: err(invalidRequest(say(operation, 'could not be built'))) }
      const result = NEVER_CONNECTED.has(causeCode(error))
        ? err(notSent(say(operation, 'no connection')))
        : err(unknown('network', say(operation, 'the connection failed'), true))
      return { status: 'network', result }
    }
    const bad = (what: string): Ending => {
      const message = say(operation, `status ${response.status}, ${what}`)
      return { status: response.status, result: err(unknown('bad_response', message, response.status >= 500)) }
    }
    if (isRedirect(response)) {
      discard(response.body)
      return bad('a redirect, not followed')
    }
    try {
      const text = await readText(response.body, signal)
      if (text === undefined) return bad(`more than ${MAX_BODY_BYTES} bytes`)
      const { status } = response
      if (text.trim() === '') return { status, result: ok({ status, headers: response.headers, body: undefined }) }
      return parseJson(text).match<Ending>(
        (body) => ({ status, result: ok({ status, headers: response.headers, body }) }),
        () => bad(`${contentType(response.headers)} instead of JSON`),
      )
    } catch {
      const message = say(operation, `status ${response.status}, the body broke off`)
      return { status: 'network', result: err(unknown('network', message, true)) }
    }
  }

  const exchange = (request: ProviderRequest): Promise<Ending> =>
    new Promise((resolve) => {
      const { operation, signal } = request
      const refuse = (error: GatewayError) => resolve({ status: 'aborted', result: err(error) })
      if (signal?.aborted === true) return refuse(notSent(say(operation, 'aborted before sending')))
      if (!isSafePath(request.path)) return refuse(invalidRequest(say(operation, 'unusable path')))

      let sent = false
      const controller = new AbortController()
      const giveUp = (status: 'timeout' | 'aborted', what: string) => {
        const message = say(operation, what)
        const error = sent ? unknown(status === 'timeout' ? 'timeout' : 'network', message, true) : notSent(message)
        finish({ status, result: err(error) })
        controller.abort()
      }
      const onAbort = () => giveUp('aborted', 'aborted by the caller')
      signal?.addEventListener('abort', onAbort)
      const timeoutMs = request.timeoutMs ?? options.timeoutMs
      const cancelTimer = clock.schedule(timeoutMs, () => giveUp('timeout', `no answer within ${timeoutMs} ms`))
      const finish = (ending: Ending) => {
        cancelTimer()
        signal?.removeEventListener('abort', onAbort)
        resolve(ending) // Only the first ending counts.
      }
      const onSent = () => {
        sent = true
      }
      void talk(request, controller.signal, onSent).then(finish)
    })

  return {
    send: (request) => {
      const startedAt = clock.now().getTime()
      const answer = exchange(request).then(({ status, result }) => {
        const durationMs = Math.max(0, clock.now().getTime() - startedAt)
        // A log that throws, now or later, must not turn a payment that was taken into a failure.
        void (async () => options.log({ provider, operation: request.operation, status, durationMs }))().catch(ignore)
        return result
      })
      return new ResultAsync(answer)
    },
  }
}

const notSent = (message: string): GatewayError => ({
  code: 'not_sent',
  outcome: 'not_executed',
  message,
  retryable: true,
})

const invalidRequest = (message: string): GatewayError => ({
  code: 'invalid_request',
  outcome: 'not_executed',
  message,
  retryable: false,
})

const unknown = (code: 'timeout' | 'network' | 'bad_response', message: string, retryable: boolean): GatewayError => ({
  code,
  outcome: 'unknown',
  message,
  retryable,
})

const mergedHeaders = (...layers: readonly (Readonly<Record<string, string>> | undefined)[]): Headers => {
  const merged = new Headers({ accept: 'application/json' })
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer ?? {})) merged.set(name, value)
  }
  return merged
}

const isSafePath = (path: string): boolean => {
  if (/[\s\\#]/.test(path)) return false
  const segments = (path.split('?', 1)[0] ?? '').replace(/^\//, '').split('/')
  // `%2e` is a dot to every URL parser.
  return segments.every((segment) => !/^(?:\.|%2e){0,2}$/i.test(segment))
}

const causeCode = (error: unknown): unknown => {
  const cause = error instanceof Error ? error.cause : undefined
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
}

const isRedirect = ({ status, type }: Response): boolean => type === 'opaqueredirect' || (status >= 300 && status < 400)

const parseJson = Result.fromThrowable((text: string): unknown => JSON.parse(text))

const contentType = (headers: Headers): string => {
  const name = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (name === '') return 'no content type'
  return CONTENT_TYPES.includes(name) ? name : 'another content type'
}

const discard = (body: ReadableStream<Uint8Array> | null) => void body?.cancel().catch(ignore)

/** For failures of something whose result nobody waits for. */
const ignore = (): void => undefined
