import { err, ok, type Result } from 'neverthrow'
import type { Notice, RawWebhook, WebhookError } from '../gateway'
import type { SigningKey } from '../signature'
import { type MockNotice, parseMockNotice } from './schema'

const SIGNATURE_HEADER = 'x-mock-signature'
const KNOWN_TYPES: readonly string[] = ['APPROVED', 'FAILED', 'REFUNDED']

/** A notice as it would arrive: its body and, with a key, the signature over exactly these bytes. */
export const writeNotice = (notice: MockNotice, key: SigningKey | undefined, receivedAt: Date): RawWebhook => {
  const rawBody = JSON.stringify(notice)
  const headers = key === undefined ? {} : { [SIGNATURE_HEADER]: key.sign([rawBody], 'hex') }
  return { headers, rawBody, receivedAt }
}

/**
 * Reads a notice. With a key it must be signed, and the signature is checked before anything is parsed. A type that
 * is not known concerns no payment and is marked as ignorable.
 */
export const readNotice = (raw: RawWebhook, key: SigningKey | undefined): Result<Notice, WebhookError> => {
  if (key !== undefined && !isSigned(raw, key)) {
    return err({ code: 'signature_invalid', message: `mock: ${SIGNATURE_HEADER} does not match` })
  }
  const notice = parseMockNotice(parse(raw.rawBody))
  if (notice === undefined) return err({ code: 'unreadable_body', message: 'mock: the body is no notice' })
  const { id, type, attemptId, providerRef } = notice
  return ok({
    id,
    type,
    attemptId,
    providerRef,
    trust: key === undefined ? 'hint' : 'signed',
    ignorable: !KNOWN_TYPES.includes(type),
    // Only the fields of the schema: whatever else the body held is not kept.
    payload: JSON.stringify({ id, type, attemptId, providerRef }),
  })
}

const isSigned = ({ headers, rawBody }: RawWebhook, key: SigningKey): boolean => {
  const given = Object.entries(headers).find(([name]) => name.toLowerCase() === SIGNATURE_HEADER)?.[1]
  return given !== undefined && key.accepts([rawBody], [given], 'hex')
}

/** `undefined` for what is no JSON or no UTF-8: no notice is undefined. */
const parse = (rawBody: string | Uint8Array): unknown => {
  try {
    return JSON.parse(typeof rawBody === 'string' ? rawBody : new TextDecoder('utf-8', { fatal: true }).decode(rawBody))
  } catch {
    return undefined
  }
}
