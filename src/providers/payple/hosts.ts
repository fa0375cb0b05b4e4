/** Where our credentials may be sent. */
export type HostRule = {
  readonly mode: 'test' | 'live'
  readonly baseUrl: string
  /** Besides Payple's own: exact host names. */
  readonly confirmHosts: readonly string[]
}

export const BASE_URLS = { test: 'https://democpay.payple.kr', live: 'https://cpay.payple.kr' } as const

/**
 * The address if our credentials may go there, `undefined` otherwise. Payple tells us the address of an operation, and of
 * a confirmation even by way of the buyer's browser; whoever could change it would be sent the merchant's key.
 *
 * Allowed are Payple's own hosts of the same environment, by HTTPS on its usual port, and the configured base URL.
 */
export const allowedUrl = (text: string, { mode, baseUrl, confirmHosts }: HostRule): URL | undefined => {
  if (text.length > 2_000 || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined
  if (url.origin === new URL(baseUrl).origin) return url
  if (url.protocol !== 'https:' || url.port !== '') return undefined
  return confirmHosts.includes(url.hostname) || isPayple(url.hostname, mode) ? url : undefined
}

/** Payple's test hosts are `democpay`, `demo-api-v2` and the old `testcpay`; the live ones have no such beginning. */
const isPayple = (hostname: string, mode: HostRule['mode']): boolean =>
  (hostname === 'payple.kr' || hostname.endsWith('.payple.kr')) && /^(demo|test)/.test(hostname) === (mode === 'test')
