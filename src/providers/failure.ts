import type { GatewayError, NotExecutedCode, UnknownCode } from './gateway'

/** What a provider's code means for us; a row of its error table. */
export type Meaning =
  | { readonly code: NotExecutedCode; readonly outcome: 'not_executed'; readonly retryable: boolean }
  | { readonly code: UnknownCode; readonly outcome: 'unknown'; readonly retryable: boolean }

/** The provider refused: nothing moved. */
export const refused = (code: NotExecutedCode, retryable = false): Meaning => ({
  code,
  outcome: 'not_executed',
  retryable,
})

/** The provider's answer proves nothing: a look-up tells. */
export const uncertain = (code: UnknownCode, retryable = true): Meaning => ({ code, outcome: 'unknown', retryable })

/** The two ways in which a provider's folder makes an error of its own. The message must hold no foreign text. */
export const failuresOf = (provider: string) => ({
  /** A refusal of our own: nothing was sent. */
  notExecuted: (code: NotExecutedCode, message: string): GatewayError => ({
    ...refused(code),
    message: `${provider}: ${message}`,
  }),
  /** An answer we cannot count on. A look-up tells. */
  unknownOutcome: (code: UnknownCode, message: string): GatewayError => ({
    ...uncertain(code, false),
    message: `${provider}: ${message}`,
  }),
})

/** Thrown when a gateway is made with options that cannot work. The message names the option, never its value. */
export const configError = (provider: string, what: string): TypeError =>
  Object.assign(new TypeError(`${provider}: ${what}`), { code: 'config_error' as const })
