import { configError as configErrorOf } from '../failure'

const configError = (what: string): TypeError => configErrorOf('toss', what)

export type TossKeys = {
  readonly secretKey: string
  readonly clientKey: string
  readonly securityKey?: string | undefined
}

/** What a pair of keys says: test or live, and whether it belongs to the payment widget or to the payment window. */
export type KeyFacts = { readonly mode: 'test' | 'live'; readonly widget: boolean }

/**
 * Throws when the keys cannot belong together: before the first buyer meets it. The message names the key, never its
 * value.
 */
export const checkKeys = ({ secretKey, clientKey, securityKey }: TossKeys): KeyFacts => {
  const secret = readKey('secretKey', secretKey, 'sk')
  const client = readKey('clientKey', clientKey, 'ck')
  if (secret.mode !== client.mode) {
    throw configError(`secretKey is a ${secret.mode} key and clientKey is a ${client.mode} key`)
  }
  if (secret.widget !== client.widget) {
    throw configError(
      secret.widget
        ? 'secretKey is a widget key (gsk) and clientKey is not (ck): they are not a pair'
        : 'clientKey is a widget key (gck) and secretKey is not (sk): they are not a pair',
    )
  }
  if (securityKey !== undefined && !/^[0-9a-f]{64}$/i.test(securityKey)) {
    throw configError('securityKey is not 64 hexadecimal characters')
  }
  return secret
}

const readKey = (name: 'secretKey' | 'clientKey', value: unknown, kind: 'sk' | 'ck'): KeyFacts => {
  if (typeof value !== 'string' || value.trim() === '') throw configError(`${name} is missing or blank`)
  // A line break from an environment file breaks the Basic header.
  if (/[^\x21-\x7e]/.test(value)) throw configError(`${name} has white space or other unusual characters in it`)
  const match = /^(test|live)_(g?)([cs]k)(?:_|$)/.exec(value)
  if (match === null || match[3] !== kind) {
    throw configError(`${name} does not begin with test_${kind}_, live_${kind}_, test_g${kind}_ or live_g${kind}_`)
  }
  return { mode: match[1] === 'live' ? 'live' : 'test', widget: match[2] === 'g' }
}
