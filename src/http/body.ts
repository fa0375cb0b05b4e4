import { err, ok, type Result } from 'neverthrow'
import type { RequestError } from './error-table'

export const MAX_JSON_BYTES = 64 * 1024
export const MAX_WEBHOOK_BYTES = 1024 * 1024

export type Fields = Readonly<Record<string, unknown>>

/** The body's bytes as they came, or a refusal as soon as there are too many. */
export const readBytes = async (request: Request, maxBytes: number): Promise<Result<Uint8Array, RequestError>> => {
  const tooLarge = err<never, RequestError>({ code: 'request_body_too_large', maxBytes })
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return tooLarge
  if (request.body === null) return ok(new Uint8Array())
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.byteLength
    if (length > maxBytes) {
      await reader.cancel()
      return tooLarge
    }
    chunks.push(part.value)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return ok(bytes)
}

/**
 * A JSON object. Only `application/json` is read: a foreign page cannot send that with a form, so a session cookie alone
 * never changes anything.
 */
export const readFields = async (request: Request): Promise<Result<Fields, RequestError>> => {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/json') return err({ code: 'unsupported_media_type' })
  return (await readBytes(request, MAX_JSON_BYTES)).andThen(parse)
}

const parse = (bytes: Uint8Array): Result<Fields, RequestError> => {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isFields(value) ? ok(value) : err({ code: 'request_body_invalid' })
  } catch {
    // Not UTF-8 or not JSON: the text of the fault would repeat the body.
    return err({ code: 'request_body_invalid' })
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The fields a verb takes, as they are: the verb checks them itself. What is not asked for is left behind. */
export const pick = <N extends string>(fields: Fields, ...names: readonly N[]): { readonly [K in N]?: unknown } => {
  const picked: { [K in N]?: unknown } = {}
  for (const name of names) {
    if (Object.hasOwn(fields, name)) picked[name] = fields[name]
  }
  return picked
}
