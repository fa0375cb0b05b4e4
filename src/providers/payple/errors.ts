import { failuresOf, type Meaning, refused, uncertain } from '../failure'
import type { GatewayError } from '../gateway'
import { INSTITUTION_ROWS, PAYPLE_ROWS } from './codes'

export const { notExecuted, unknownOutcome } = failuresOf('payple')

/** What Payple's codes come down to. */
export type CodeClass =
  /** The issuer or the buyer; final for this attempt. */
  | 'declined'
  | 'insufficient_funds'
  /** Declined, and the stored method or card must be replaced. */
  | 'method_dead'
  /** Taken, and given back by Payple itself. */
  | 'reversed'
  /** A limit or the contract of the merchant. */
  | 'merchant_limit'
  | 'invalid'
  /** Credentials, domain, refund key: an operator has to act. */
  | 'auth'
  /** The AuthKey is over. Checked before an operation runs. */
  | 'session'
  | 'already_cancelled'
  | 'not_cancellable'
  /** More than is left. */
  | 'exceeds'
  | 'refund_period_over'
  /** The order id or the month is used already, perhaps by the request whose answer we lost. */
  | 'duplicate'
  | 'no_such_payment'
  /** Nothing happened; later it may work. */
  | 'retryable'
  /** It may have happened. */
  | 'unknown'

const MEANING: Readonly<Record<CodeClass, Meaning>> = {
  declined: refused('declined'),
  insufficient_funds: refused('insufficient_funds'),
  method_dead: refused('method_unavailable'),
  // Payple says that the approval was cancelled. A look-up could not tell: it shows no cancels.
  reversed: refused('declined'),
  merchant_limit: refused('refused'),
  invalid: refused('invalid_request'),
  auth: refused('config_error'),
  session: refused('config_error', true),
  already_cancelled: uncertain('conflict', false),
  not_cancellable: refused('refused'),
  exceeds: refused('refused'),
  refund_period_over: refused('refund_period_over'),
  duplicate: uncertain('conflict'),
  no_such_payment: refused('not_found'),
  retryable: refused('refused', true),
  unknown: uncertain('provider_fault'),
}

/** `CPCA0012-0014 0020` is four codes. */
const expand = (codes: string): readonly string[] => {
  let prefix = ''
  return codes.split(' ').flatMap((word) => {
    const [, given = prefix, from = '', to] = /^([A-Z]{4})?([0-9A-Z]{4})(?:-(\d{4}))?$/.exec(word) ?? []
    prefix = given
    if (to === undefined) return [prefix + from]
    const count = Number(to) - Number(from) + 1
    return Array.from({ length: count }, (_, at) => prefix + String(Number(from) + at).padStart(4, '0'))
  })
}

const BY_CODE: ReadonlyMap<string, CodeClass> = new Map(
  // The first row that has a code counts, so it is written last.
  [...PAYPLE_ROWS, ...INSTITUTION_ROWS]
    .toReversed()
    .flatMap(([kind, codes]) => expand(codes).map((code) => [code, kind] as const)),
)

/**
 * The class of a result code, `undefined` when nobody has looked it up. UNCONFIRMED how an institution's code is joined
 * to Payple's, so both are looked for. To a plain "declined" the institution adds why, or that the outcome is open.
 */
export const classOf = (providerCode: string): CodeClass | undefined => {
  const [, prefix, number, institution = ''] =
    /^([A-Z]{4})[ _-]?([0-9A-Z]{4})(?:[ :_-]*(\d{4}))?$/.exec(providerCode) ?? []
  if (prefix === undefined) return /^(\d{4}|CK\d\d)$/.test(providerCode) ? BY_CODE.get(providerCode) : undefined
  const own = BY_CODE.get(`${prefix}${number}`)
  return own === 'declined' ? (BY_CODE.get(institution) ?? own) : own
}

/** As it is kept and shown: without the `[test]` that the test host puts in front. What is unlike a code is dropped. */
export const cleanCode = (code: string | null): string | undefined => {
  const clean = (code ?? '').replace(/^\[test\]/i, '').trim()
  return /^[0-9A-Z]{4,12}(?:[ :_-]{1,3}[0-9A-Z]{4,8})?$/.test(clean) ? clean : undefined
}

const classIn = ({ providerCode }: GatewayError): CodeClass | undefined =>
  providerCode === undefined ? undefined : classOf(providerCode)

/** True when an operation was refused because its AuthKey is over: nothing was carried out. */
export const isSessionOver = (error: GatewayError): boolean =>
  error.outcome === 'not_executed' && classIn(error) === 'session'

/** True when Payple says that the payment is cancelled already. PAYC0007 may also mean that it found none. */
export const isCancelledAlready = (error: GatewayError): boolean => classIn(error) === 'already_cancelled'

/** True when Payple says that less than this is left. */
export const isTooMuch = (error: GatewayError): boolean => classIn(error) === 'exceeds'

/** True when Payple gave a code that nobody has looked up, or none. */
export const isUnrecognized = ({ code }: GatewayError): boolean => code === 'unrecognized'

/**
 * What an answer that is no success means for us. Payple says "error" with HTTP 200, so the code decides; one that is
 * not in the table leaves the outcome open.
 */
export const readPaypleError = (
  operation: string,
  httpStatus: number,
  result: { readonly isError: boolean; readonly code: string | null },
): GatewayError => {
  const providerCode = cleanCode(result.code)
  const message = `payple ${operation}: ${providerCode ?? 'no result code'}, status ${httpStatus}`
  const named = { message, ...(providerCode === undefined ? {} : { providerCode }) }
  // A fault is never a definite refusal, whatever the code says.
  if (httpStatus >= 500) return { ...MEANING.unknown, ...named }
  if (!result.isError) {
    const meaning = httpStatus === 429 ? refused('rate_limited', true) : uncertain('bad_response', false)
    return { ...meaning, ...named }
  }
  const kind = providerCode === undefined ? undefined : classOf(providerCode)
  return { ...(kind === undefined ? uncertain('unrecognized', false) : MEANING[kind]), ...named }
}

/**
 * A refused partner authentication. Its code stands in the text (`[AUTH0004] …`): there is no field for it. Whatever it
 * says, the operation behind it was not sent.
 */
export const readAuthRefusal = (text: string | null): GatewayError => {
  const [providerCode] = /\bAUTH\d{4}\b/.exec(text ?? '') ?? []
  const kind = providerCode === undefined ? undefined : classOf(providerCode)
  const message = `payple authenticate: refused, ${providerCode ?? 'no result code'}; check cstId, custKey and referer`
  return {
    ...(kind === 'retryable' ? refused('not_sent', true) : refused('config_error')),
    message,
    ...(providerCode === undefined ? {} : { providerCode }),
  }
}
