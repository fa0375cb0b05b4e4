import { configError as configErrorOf } from '../failure'
import type { PaypleClientOptions } from './client'
import { BASE_URLS } from './hosts'

const configError = (what: string): TypeError => configErrorOf('payple', what)

/** Where it is asked first, which every other address must agree with. */
export const AUTH_PATH = '/php/auth.php'

/** UNCONFIRMED how long an AuthKey lives; sessions of 30 minutes are spoken of. Half of that is safe to rely on. */
export const MAX_AUTH_TTL_MS = 15 * 60_000

/** Throws when the options cannot work: before the first buyer meets it. Names the option, never its value. */
export const checkClientOptions = (options: PaypleClientOptions): void => {
  const { mode, referer, baseUrl, authPath, authTtlMs, timeoutMs, confirmHosts, headers } = options
  if (mode !== 'test' && mode !== 'live') throw configError("mode is not 'test' or 'live'")
  checkText('cstId', options.cstId)
  checkText('custKey', options.custKey)
  checkText('referer', referer)
  if (!isWebUrl(referer)) throw configError('referer is not an http or https URL')
  if (baseUrl !== undefined && !isWebUrl(baseUrl)) throw configError('baseUrl is not an http or https URL')
  if (baseUrl === undefined ? false : isOtherEnvironment(baseUrl, mode)) {
    throw configError(`baseUrl is Payple's other environment, and mode is '${mode}'`)
  }
  if (authPath !== undefined && !/^\/[\w./-]+$/.test(authPath)) throw configError('authPath is not a path')
  if (authTtlMs !== undefined && !(Number.isSafeInteger(authTtlMs) && authTtlMs >= 0 && authTtlMs <= MAX_AUTH_TTL_MS)) {
    throw configError(`authTtlMs is not between 0 and ${MAX_AUTH_TTL_MS}`)
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= 600_000)) {
    throw configError('timeoutMs is not between 1 and 600000')
  }
  if (confirmHosts?.some((host) => !/^[a-z\d-]+(\.[a-z\d-]+)+$/.test(host)) === true) {
    throw configError('confirmHosts are host names: lower case, no scheme, no port')
  }
  if (Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'referer')) {
    throw configError('headers: the referer has an option of its own')
  }
  if (options.cache !== undefined && options.credentials !== 'raw') {
    throw configError("cache needs credentials: 'raw', because encoded credentials are never put into a cache")
  }
}

/** Also what only the gateway needs. */
export const checkGatewayOptions = (
  options: PaypleClientOptions & { readonly clientKey: string; readonly refundKey: string },
): void => {
  checkClientOptions(options)
  const { mode, clientKey } = options
  checkText('clientKey', clientKey)
  checkText('refundKey', options.refundKey)
  if (clientKey.startsWith('test_') !== (mode === 'test')) {
    throw configError(`clientKey is a ${mode === 'test' ? 'live' : 'test'} key, and mode is '${mode}'`)
  }
}

const checkText = (name: string, value: unknown): void => {
  if (typeof value !== 'string' || value.trim() === '') throw configError(`${name} is missing or blank`)
  // A line break from an environment file would be sent along.
  if (/[^\x21-\x7e]/.test(value)) throw configError(`${name} has white space or other unusual characters in it`)
}

const isWebUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

const isOtherEnvironment = (baseUrl: string, mode: 'test' | 'live'): boolean =>
  new URL(baseUrl).origin === BASE_URLS[mode === 'test' ? 'live' : 'test']
