import { configError as configErrorOf } from '../failure'

const configError = (what: string): TypeError => configErrorOf('portone-v1', what)

export type PortOneV1Credentials = {
  /** "REST API key" of the console. */
  readonly impKey: string
  /** "REST API secret" of the console. */
  readonly impSecret: string
  /** The keys are the same for test and live channels, so this has to be said. */
  readonly mode: 'test' | 'live'
  /** Three characters: a sub-store of an agent account. */
  readonly tier?: string | undefined
}

/** Throws when the credentials cannot work: before the first buyer meets them. Names the key, never its value. */
export const checkCredentials = ({ impKey, impSecret, mode, tier }: PortOneV1Credentials): void => {
  checkKey('impKey', impKey)
  checkKey('impSecret', impSecret)
  if (impKey === impSecret) throw configError('impKey and impSecret are the same')
  if (mode !== 'test' && mode !== 'live') throw configError("mode is neither 'test' nor 'live'")
  if (tier !== undefined && !/^[A-Z0-9]{3}$/.test(tier)) throw configError('tier is not three characters of A-Z 0-9')
}

export type PortOneV1Window = {
  /** `imp` and digits: the merchant's public code for `IMP.init`. */
  readonly impCode: string
  /** The channel that the window opens. Public. */
  readonly channelKey: string
}

export const checkWindow = ({ impCode, channelKey }: PortOneV1Window, { impSecret }: PortOneV1Credentials): void => {
  checkKey('impCode', impCode)
  if (!/^imp[0-9A-Za-z]+$/.test(impCode)) throw configError('impCode does not begin with imp')
  checkKey('channelKey', channelKey)
  // Both go to the browser.
  if (channelKey === impSecret || impCode === impSecret) throw configError('impSecret is used as a public key')
}

export const checkUrl = (name: string, value: string): void => {
  if (!URL.canParse(value)) throw configError(`${name} is not a URL`)
}

/** Units of what is checked: milliseconds. */
export const checkDuration = (name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value <= 0) throw configError(`${name} is not a whole number of milliseconds`)
}

const checkKey = (name: string, value: unknown): void => {
  if (typeof value !== 'string' || value.trim() === '') throw configError(`${name} is missing or blank`)
  // A line break from an environment file breaks the key without a sign.
  if (/[^\x21-\x7e]/.test(value)) throw configError(`${name} has white space or other unusual characters in it`)
}

export const checkAmount = (name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < 0) throw configError(`${name} is not a whole number of minor units`)
}

export const checkWebhookSource = ({
  webhookIps,
  webhookSourceIp,
}: {
  readonly webhookIps?: readonly string[] | undefined
  readonly webhookSourceIp?: unknown
}): void => {
  if (webhookIps === undefined) return
  if (webhookSourceIp === undefined) throw configError('webhookIps needs webhookSourceIp to compare with')
  if (webhookIps.length === 0) throw configError('webhookIps is empty: no webhook would get in')
}
