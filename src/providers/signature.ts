import { err, ok, type Result } from 'neverthrow'
import type { WebhookError } from './gateway'
import { sha256 } from './sha256'

/** Text counts as its UTF-8 bytes. A webhook body should stay the bytes it came as: they may be no valid text. */
export type Bytes = string | Uint8Array
export type Encoding = 'hex' | 'base64'

/** One or more secrets, imported once. Printing it shows functions and no secret. */
export type SigningKey = {
  /** The HMAC-SHA-256 of the parts one after the other, with the first secret. */
  readonly sign: (parts: readonly Bytes[], encoding: Encoding) => string
  /** True when one of the signatures was made with one of the secrets. Written exactly, compared in constant time. */
  readonly accepts: (parts: readonly Bytes[], signatures: readonly string[], encoding: Encoding) => boolean
}

/** How to hash. The platform's where it has one, our own elsewhere. */
export type Hash = {
  readonly bytes: (message: Uint8Array) => Uint8Array
  readonly text: (message: Uint8Array, encoding: Encoding) => string
}

/**
 * Imports a secret, or during a rotation several, in any order. Do it once: it is the slow part.
 *
 * Throws on an empty or blank secret, which would let anybody sign.
 */
export const importSecret = (secrets: Bytes | readonly Bytes[], hash: Hash = platformHash()): SigningKey => {
  const list = typeof secrets === 'string' || secrets instanceof Uint8Array ? [secrets] : secrets
  const [first, ...others] = list.map((secret) => hmacWith(usableSecret(secret), hash))
  if (first === undefined) throw new TypeError('a signature needs a secret')
  return {
    sign: first,
    accepts: (parts, signatures, encoding) => {
      if (signatures.length === 0) return false
      const matches = (hmac: typeof first): boolean => {
        const expected = hmac(parts, encoding)
        for (const signature of signatures) if (constantTimeEqual(expected, signature)) return true
        return false
      }
      return matches(first) || others.some(matches)
    },
  }
}

export type SignedNotice = {
  readonly parts: readonly Bytes[]
  /** As they came. A provider that rotates its secret sends several. */
  readonly signatures: readonly string[]
  readonly encoding: Encoding
  /** Unix seconds as they came, when the provider signs a time. */
  readonly timestamp?: string
  readonly now: Date
  readonly toleranceSeconds: number
}

/**
 * Checks signature and age of a webhook.
 *
 * Errors:
 * - `signature_invalid`: not signed with one of the secrets.
 * - `timestamp_out_of_tolerance`: signed, but too long ago or too far in the future. Exactly at the tolerance passes.
 */
export const verifySignature = (key: SigningKey, notice: SignedNotice): Result<void, WebhookError> => {
  const { parts, signatures, encoding, timestamp, now, toleranceSeconds } = notice
  if (!key.accepts(parts, signatures, encoding)) return REFUSED
  if (timestamp === undefined || isWithin(timestamp, now, toleranceSeconds)) return ok()
  return err({ code: 'timestamp_out_of_tolerance', message: `signed more than ${toleranceSeconds} seconds from now` })
}

/** Made once: refusing a forged notice should cost nothing but the hash. */
const REFUSED: Result<void, WebhookError> = err({ code: 'signature_invalid', message: 'no signature matches' })

/** Is this moment, in Unix seconds, close enough to now, on either side? */
export const isWithin = (timestamp: string, now: Date, toleranceSeconds: number): boolean =>
  /^\d{1,12}$/.test(timestamp) && Math.abs(now.getTime() - Number(timestamp) * 1000) <= toleranceSeconds * 1000

/** The HMAC-SHA-256 of the parts one after the other. With a secret used often, `importSecret` it. */
export const hmacSha256 = (secret: Bytes, parts: readonly Bytes[], encoding: Encoding = 'hex'): string =>
  importSecret(secret).sign(parts, encoding)

/** The SHA-256 of a text or of bytes, in hex. */
export const sha256Hex = (message: Bytes): string => platformHash().text(toBytes(message), 'hex')

/** Takes as long for a first wrong character as for the last one. Only the length shows. */
export const constantTimeEqual = (expected: string, given: string): boolean => {
  let difference = expected.length ^ given.length
  for (let at = 0; at < expected.length; at += 1) difference |= expected.charCodeAt(at) ^ given.charCodeAt(at)
  return difference === 0
}

/** `node:crypto` where the platform has it, without importing it; our own SHA-256 elsewhere. */
export const platformHash = (): Hash => {
  const crypto = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:crypto')
  if (crypto === undefined) return portableHash
  // One call for a whole message is faster than an object to feed; Bun and Deno may not have it yet.
  if (typeof crypto.hash === 'function') {
    return {
      bytes: (message) => crypto.hash('sha256', message, 'buffer'),
      text: (message, encoding) => crypto.hash('sha256', message, encoding),
    }
  }
  return {
    bytes: (message) => crypto.createHash('sha256').update(message).digest(),
    text: (message, encoding) => crypto.createHash('sha256').update(message).digest(encoding),
  }
}

export const portableHash: Hash = {
  bytes: sha256,
  text: (message, encoding) => (encoding === 'hex' ? toHex(sha256(message)) : toBase64(sha256(message))),
}

const BLOCK = 64

/** HMAC as RFC 2104 has it, with both pads prepared. */
const hmacWith = (secret: Uint8Array, hash: Hash): SigningKey['sign'] => {
  const key = secret.length > BLOCK ? hash.bytes(secret) : secret
  const pad = (mask: number): Uint8Array => Uint8Array.from({ length: BLOCK }, (_, at) => (key[at] ?? 0) ^ mask)
  const inner = pad(0x36)
  // Filled anew by each call, which nothing can interrupt.
  const outer = new Uint8Array(BLOCK + 32)
  outer.set(pad(0x5c))
  return (parts, encoding) => {
    outer.set(hash.bytes(joined(inner, parts)), BLOCK)
    return hash.text(outer, encoding)
  }
}

const joined = (start: Uint8Array, parts: readonly Bytes[]): Uint8Array => {
  const pieces: Uint8Array[] = []
  let length = start.length
  for (const part of parts) {
    const piece = toBytes(part)
    pieces.push(piece)
    length += piece.length
  }
  const whole = new Uint8Array(length)
  whole.set(start)
  let at = start.length
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

const encoder = new TextEncoder()

const toBytes = (part: Bytes): Uint8Array => (typeof part === 'string' ? encoder.encode(part) : part)

const usableSecret = (secret: Bytes): Uint8Array => {
  const isBlank = typeof secret === 'string' ? secret.trim() === '' : secret.length === 0
  if (isBlank) throw new TypeError('a signature needs a secret, and this one is empty')
  return toBytes(secret)
}

const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

/** The bytes of a base64 text, `undefined` when it is none. For secrets that come as base64 (`whsec_…`). */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  if (!/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?$/.test(text)) return undefined
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
