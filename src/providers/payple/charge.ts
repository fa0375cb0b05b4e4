import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import type { Clock } from '../../core/clock'
import { sameMoney } from '../../core/money'
import type { Charge, GatewayError, ProviderPayment, Returned } from '../gateway'
import { fromMajorUnitsText } from '../major-units'
import type { ConfirmBody } from './bodies'
import type { PaypleClient } from './client'
import { cleanCode, notExecuted, readPaypleError, unknownOutcome } from './errors'
import { allowedUrl, type HostRule } from './hosts'
import { approved, findPayment, isPaymentOf } from './payment'

/**
 * Checks the form that the browser posted back from the window. The buyer controls all of it, so it only decides whether
 * Payple is asked; and because it also says where to ask, and the merchant's key goes there, that address must be
 * Payple's own.
 *
 * @see https://developer.payple.kr/integration/domestic-card/app
 */
export const readReturn = (
  attempt: Attempt,
  returned: Returned,
  hosts: HostRule,
): Result<ConfirmBody, GatewayError> => {
  const fields: Partial<Record<string, string>> = returned
  const invalid = (what: string) => err(notExecuted('return_invalid', what))
  const { PCD_PAY_RST, PCD_PAY_OID, PCD_PAY_TOTAL, PCD_PAYER_ID = '' } = fields
  if (PCD_PAY_OID === undefined) return invalid('PCD_PAY_OID: missing')
  if (PCD_PAY_OID !== attempt.id) return err(notExecuted('order_mismatch', 'PCD_PAY_OID: belongs to another payment'))
  if (PCD_PAY_RST !== 'success') return err(notPaid(PCD_PAY_RST, fields['PCD_PAY_CODE']))
  if (PCD_PAY_TOTAL === undefined) return invalid('PCD_PAY_TOTAL: missing')
  const paid = fromMajorUnitsText(PCD_PAY_TOTAL, 'KRW')
  if (paid === undefined || !sameMoney(paid, attempt.amount)) {
    return err(notExecuted('amount_mismatch', 'PCD_PAY_TOTAL: not the amount of this payment'))
  }
  const [authKey, requestKey, url] = ['PCD_AUTH_KEY', 'PCD_PAY_REQKEY', 'PCD_PAY_COFURL'].map((name) => fields[name])
  if (!isKey(authKey)) return invalid('PCD_AUTH_KEY: missing or malformed')
  if (!isKey(requestKey)) return invalid('PCD_PAY_REQKEY: missing or malformed')
  if (url === undefined || allowedUrl(url, hosts) === undefined)
    return invalid('PCD_PAY_COFURL: not an address of Payple')
  // A card for once has none; an account cannot do without.
  if (!/^[\x21-\x7e]{0,255}$/.test(PCD_PAYER_ID)) return invalid('PCD_PAYER_ID: malformed')
  if (attempt.method === 'TRANSFER' && PCD_PAYER_ID === '') return invalid('PCD_PAYER_ID: missing')
  return ok({ url, PCD_AUTH_KEY: authKey, PCD_PAY_REQKEY: requestKey, PCD_PAYER_ID })
}

/** The window takes no money before our confirmation: whatever went wrong in it, nothing moved. */
const notPaid = (result: string | undefined, code: string | undefined): GatewayError => {
  if (result === 'close') return notExecuted('declined', 'the buyer closed the window')
  if (result !== 'error') return notExecuted('return_invalid', 'PCD_PAY_RST: not a result of Payple')
  const said = readPaypleError('window', 200, { isError: true, code: code ?? null })
  if (said.outcome === 'not_executed') return said
  const providerCode = cleanCode(code ?? null)
  const refusal = notExecuted('declined', 'the window ended with an error')
  return { ...refusal, ...(providerCode === undefined ? {} : { providerCode }) }
}

const isKey = (text: string | undefined): text is string => text !== undefined && /^[\x21-\x7e]{1,2000}$/.test(text)

/** Which attempts this process has confirmed: for as long as their request can be under way. */
export const confirmations = (clock: Clock, windowMs: number) => {
  const sentAt = new Map<string, number>()
  return {
    /** False for an attempt that was noted before. */
    note: (attemptId: string): boolean => {
      const now = clock.now().getTime()
      for (const [id, at] of sentAt) {
        if (now - at < windowMs) break // In the order they were sent.
        sentAt.delete(id)
      }
      if (sentAt.has(attemptId)) return false
      sentAt.set(attemptId, now)
      return true
    },
  }
}

/**
 * Takes the money the buyer authenticated for. There is no amount in the request: Payple takes the one the window was
 * opened with, and the answer says which that was.
 *
 * Sent once. UNCONFIRMED what a second confirmation of the same buyer's authentication does, and no idempotency key
 * guards it; so a repeat answers `in_progress` and leaves it to look-ups, until the window has passed.
 */
export const confirm = (
  client: PaypleClient,
  attempt: Attempt,
  returned: Returned,
  options: {
    readonly hosts: HostRule
    readonly now: () => Date
    readonly sent: ReturnType<typeof confirmations>
  },
): ResultAsync<Charge, GatewayError> => {
  // A job that resumes has no form any more, and what was in it is a secret that is stored nowhere.
  if (Object.keys(returned).length === 0) {
    return errAsync(unknownOutcome('in_progress', 'without the return of the window it can only be looked up'))
  }
  const accepted = readReturn(attempt, returned, options.hosts)
  if (accepted.isErr()) return errAsync(accepted.error)
  const isRepeat = attempt.status === 'UNKNOWN' || attempt.keyGeneration > 0
  if (isRepeat || !options.sent.note(attempt.id)) {
    return errAsync(unknownOutcome('in_progress', 'it was sent before; a look-up tells what became of it'))
  }
  return (
    client
      .confirmPayment(accepted.value)
      .andThen((approval) => isPaymentOf(approval, attempt, accepted.value.PCD_PAY_REQKEY))
      // Another amount is not an error here: money was taken, and the core keeps it apart.
      .map((approval) => approved(approval, attempt, options.now()))
  )
}

/** Asks by order id and day. */
export const lookup = (
  client: PaypleClient,
  attempt: Attempt,
  notFoundCodes: readonly string[],
): ResultAsync<ProviderPayment, GatewayError> =>
  findPayment(client, attempt, [attempt.approvedAt, attempt.chargeRequestedAt, attempt.createdAt], notFoundCodes)
