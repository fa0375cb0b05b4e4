import { err, ok, Result } from 'neverthrow'
import type { RawWebhook, WebhookError } from './gateway'
import { sha256Hex } from './signature'

/** No gateway states a limit; a complete payment is a few kilobytes. */
const MAX_BYTES = 256 * 1024

export type Fields = Readonly<Record<string, unknown>>

/** Reads what every webhook has, whoever sends it. Foreign text stays out of messages. */
export const webhookBody = (provider: string) => {
  const unreadable = (what: string): WebhookError => ({
    code: 'unreadable_body',
    message: `${provider}: the body is ${what}`,
  })

  const text = (rawBody: string | Uint8Array): Result<string, WebhookError> => {
    if (rawBody.length > MAX_BYTES) return err(unreadable(`more than ${MAX_BYTES} bytes`))
    if (typeof rawBody === 'string') return ok(rawBody)
    return Result.fromThrowable(
      () => new TextDecoder('utf-8', { fatal: true }).decode(rawBody),
      () => unreadable('not UTF-8'),
    )()
  }

  const json = (body: string): Result<Fields, WebhookError> =>
    Result.fromThrowable(
      (): unknown => JSON.parse(body),
      () => unreadable('not JSON'),
    )().andThen((fields) => (isFields(fields) ? ok(fields) : err(unreadable('not an object'))))

  /** The last value of a name that comes twice. */
  const form = (body: string): Result<Fields, WebhookError> => {
    const fields: Fields = Object.fromEntries(new URLSearchParams(body))
    return Object.keys(fields).length > 0 ? ok(fields) : err(unreadable('not a form'))
  }

  return { text, json, form, unreadable }
}

/** Header names come in any casing. */
export const header = ({ headers }: RawWebhook, name: string): string | undefined =>
  headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** Printable and short, or nothing. */
export const reference = (value: unknown, max: number): string | null =>
  typeof value === 'string' && value.length <= max && /^[\x21-\x7e]+$/.test(value) ? value : null

export const eventName = (value: unknown): string =>
  typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : 'unrecognized'

/** The same for every delivery that says the same. */
export const derivedId = (provider: string, meaning: readonly unknown[]): string =>
  `${provider}_${sha256Hex(JSON.stringify(meaning))}`
