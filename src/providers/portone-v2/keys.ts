import { configError as configErrorOf } from '../failure'
import { fromBase64, importSecret, type SigningKey } from '../signature'

const configError = (what: string): TypeError => configErrorOf('portone-v2', what)

export const BASE_URL = 'https://api.portone.io'

/** PortOne asks for 60 s at least: it waits for payment companies that take their time. */
const SHORTEST_TIMEOUT_MS = 60_000
export const TIMEOUT_MS = 65_000

export type ClientKeys = {
  readonly apiSecret: string
  readonly storeId?: string | undefined
  readonly baseUrl: string
  readonly timeoutMs: number
}

/** Throws on options that cannot work. The message names the option, never its value. */
export const checkClientKeys = ({ apiSecret, storeId, baseUrl, timeoutMs }: ClientKeys): void => {
  checkText('apiSecret', apiSecret)
  if (storeId !== undefined) checkPrefix('storeId', storeId, 'store-')
  if (!URL.canParse(baseUrl)) throw configError('baseUrl is not a URL')
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < SHORTEST_TIMEOUT_MS) {
    throw configError(`timeoutMs is not a whole number of at least ${SHORTEST_TIMEOUT_MS}`)
  }
}

export type GatewayKeys = {
  readonly storeId: string
  readonly channelKey: string
  readonly mode: 'test' | 'live'
  readonly paymentWindowMs: number
  readonly noticeUrls: readonly string[]
}

/** An API secret does not tell test from live, a channel does, and only in an answer: `mode` says which one to accept. */
export const checkGatewayKeys = ({ storeId, channelKey, mode, paymentWindowMs, noticeUrls }: GatewayKeys): void => {
  checkPrefix('storeId', storeId, 'store-')
  checkPrefix('channelKey', channelKey, 'channel-key-')
  if (mode !== 'test' && mode !== 'live') throw configError('mode is neither test nor live')
  if (!Number.isSafeInteger(paymentWindowMs) || paymentWindowMs <= 0) {
    throw configError('paymentWindowMs is not a whole number above zero')
  }
  for (const url of noticeUrls) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw configError('noticeUrls has an entry that is no web address')
  }
}

/** The key of the console's `whsec_…`, or of two of them while one replaces the other. */
export const importWebhookSecret = (secrets: string | readonly string[]): SigningKey => {
  const list = typeof secrets === 'string' ? [secrets] : secrets
  if (list.length === 0) throw configError('webhookSecret is an empty list')
  return importSecret(
    list.map((secret) => {
      checkText('webhookSecret', secret)
      const bytes = fromBase64(secret.replace(/^whsec_/, ''))
      if (bytes === undefined || bytes.length === 0) throw configError('webhookSecret is not `whsec_` and base64')
      return bytes
    }),
  )
}

const checkText = (name: string, value: unknown): void => {
  if (typeof value !== 'string' || value.trim() === '') throw configError(`${name} is missing or blank`)
  // A line break from an environment file breaks a header.
  if (/[^\x21-\x7e]/.test(value)) throw configError(`${name} has white space or other unusual characters in it`)
}

const checkPrefix = (name: string, value: string, prefix: string): void => {
  checkText(name, value)
  if (!value.startsWith(prefix)) throw configError(`${name} does not begin with ${prefix}`)
}
