import { err, ok, type Result } from 'neverthrow'
import type { PaymentResult } from '../engine/confirm'
import { MAX_JSON_BYTES, readBytes } from './body'
import { type AnyError, ERROR_TABLE, type RequestError } from './error-table'

/**
 * How a payment window ended, for the page the buyer is sent to. `pending`: accepted, the money comes later, or the
 * outcome is still being looked up; watch the order. `fail`: nothing was charged, the buyer may try again. `invalid`:
 * what came back belongs to another payment, buyer or session, or cannot be read. `error`: something on our side.
 */
export type PaymentReturn = {
  readonly status: 'success' | 'pending' | 'fail' | 'invalid' | 'error'
  readonly orderId: string
  readonly attemptId: string
  /** As in the error envelope; null for `success`, and while a deposit is waited for. */
  readonly errorCode: string | null
}

/** Where the buyer's browser goes next: an address to which `status`, `orderId` and `code` are added, or a function. */
export type ReturnTo = string | ((ended: PaymentReturn) => string)

const INVALID: ReadonlySet<AnyError['code']> = new Set([
  'return_invalid',
  'amount_mismatch',
  'order_mismatch',
  'validation',
  'not_found',
  'forbidden',
  'unauthenticated',
  'request_body_invalid',
  'request_body_too_large',
])

export const returnOf = (
  ids: Pick<PaymentReturn, 'orderId' | 'attemptId'>,
  result: Result<PaymentResult, AnyError>,
): PaymentReturn =>
  result.match(
    ({ status }) => ({ ...ids, status: status === 'confirmed' ? 'success' : 'pending', errorCode: null }),
    (error) => {
      const { status, errorCode = error.code.toUpperCase() } = ERROR_TABLE[error.code]
      if (errorCode === 'OUTCOME_PENDING') return { ...ids, status: 'pending', errorCode }
      if (INVALID.has(error.code)) return { ...ids, status: 'invalid', errorCode }
      const isOurs = status === 500 || status === 503 || error.code === 'contention'
      return { ...ids, status: isOurs ? 'error' : 'fail', errorCode }
    },
  )

export const redirectTo = (returnTo: ReturnTo, ended: PaymentReturn): Response => {
  const location = typeof returnTo === 'function' ? returnTo(ended) : withQuery(returnTo, ended)
  return new Response(null, {
    status: 302,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  })
}

const withQuery = (address: string, { status, orderId, errorCode }: PaymentReturn): string => {
  const query = new URLSearchParams({ status, orderId, ...(errorCode === null ? {} : { code: errorCode }) })
  const [front = '', fragment] = address.split('#', 2)
  return `${front}${front.includes('?') ? '&' : '?'}${query}${fragment === undefined ? '' : `#${fragment}`}`
}

/** What the browser brought: the query, or the form that some providers post. Of a name that comes twice the last counts. */
export const readReturned = async (
  request: Request,
): Promise<Result<Readonly<Record<string, string>>, RequestError>> => {
  const query = new URL(request.url).searchParams
  if (request.method !== 'POST') return ok(Object.fromEntries(query))
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return err({ code: 'request_body_invalid' })
  return (await readBytes(request, MAX_JSON_BYTES)).map((bytes) =>
    Object.fromEntries([...query, ...new URLSearchParams(new TextDecoder().decode(bytes))]),
  )
}
