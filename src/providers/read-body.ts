import { err, ok, Result } from 'neverthrow'
import type { GatewayError } from './gateway'
import type { ProviderResponse } from './http'

/** No payment record comes near it; an endless answer must not fill the host's memory. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024

/** `undefined`: too long. A body that stalls ends with the signal. */
export const readText = async (
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
): Promise<string | undefined> => {
  if (body === null) return ''
  const reader = body.getReader()
  const stop = () => void reader.cancel().catch(() => undefined) // Nobody waits for it.
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.byteLength
    if (bytes > MAX_BODY_BYTES) {
      stop()
      return undefined
    }
    text += decoder.decode(value, { stream: true })
  }
  signal.removeEventListener('abort', stop)
  return text + decoder.decode()
}

/** What `readBody` needs of a zod schema. */
export type BodySchema<T> = {
  readonly safeParse: (
    input: unknown,
  ) =>
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly BodyIssue[] } }
}
type BodyIssue = { readonly path: readonly PropertyKey[] }

/**
 * Parses a body once. A wrong shape is `bad_response` with an unknown outcome: the provider answered, and we cannot tell
 * what. The message names the fields, never their values.
 */
export const readBody = <T>(
  schema: BodySchema<T>,
  response: ProviderResponse,
  context: { readonly provider: string; readonly operation: string },
): Result<T, GatewayError> => {
  const { provider, operation } = context
  const wrong = (where: string): Result<never, GatewayError> =>
    err({
      code: 'bad_response',
      outcome: 'unknown',
      message: `${provider} ${operation}: status ${response.status}, unexpected ${where}`,
      retryable: false,
    })
  return Result.fromThrowable((body: unknown) => schema.safeParse(body))(response.body).match(
    (parsed) => (parsed.success ? ok(parsed.data) : wrong(fieldNames(parsed.error.issues))),
    () => wrong('body'),
  )
}

const fieldNames = (issues: readonly BodyIssue[]): string => {
  const names = issues.map(({ path }) => path.map(fieldName).join('.')).map((name) => (name === '' ? 'body' : name))
  return [...new Set(names)].slice(0, 8).join(', ')
}

/** A name as schemas have them. Anything else comes out of a record in the body and is foreign text. */
const fieldName = (segment: PropertyKey): string =>
  typeof segment === 'number' || /^[a-z_]\w{0,39}$/i.test(String(segment)) ? String(segment) : '*'
