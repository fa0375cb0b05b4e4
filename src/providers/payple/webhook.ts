import { ok, type Result } from 'neverthrow'
import type { BillingNotice } from '../billing'
import type { Notice, RawWebhook, WebhookError } from '../gateway'
import { redactToJson } from '../redact'
import { derivedId, type Fields, header, reference, webhookBody } from '../webhook-body'

const { text: readText, json: readJson, form: readForm } = webhookBody('payple')

/**
 * Reads one webhook: a payment, a cancel or the removal of a billing key, all to one address, as JSON or as a form.
 * Payple signs none, so each is a hint that leads to a look-up and says nothing by itself. An address with an unguessable
 * part in it keeps strangers from causing look-ups; that is the host's to choose.
 *
 * Answer with 200: a redirect, as the page the buyer's browser posts to gives, counts as a failure and is sent again.
 *
 * @see https://docs.payple.kr
 */
export const paypleWebhooks =
  ({ cstId }: { readonly cstId: string }) =>
  (raw: RawWebhook): Result<Notice, WebhookError> =>
    readText(raw.rawBody)
      .andThen((text) => (isForm(raw, text) ? readForm(text) : readJson(text)))
      .andThen((fields) => ok(noticeOf(fields, cstId)))

/** Told by what it is: the content type is not to be relied upon. */
const isForm = (raw: RawWebhook, text: string): boolean =>
  /^\s*[{[]/.test(text) ? false : (header(raw, 'content-type') ?? '').includes('form') || /^PCD_\w+=/.test(text.trim())

type Kind = 'payment' | 'cancel' | 'key_removed' | 'key_issued'

/** By value: the fields of a cancel stand in the template of a payment too. */
const kindOf = (fields: Fields): Kind => {
  const { PCD_PAY_WORK: work, PCD_PAYCANCEL_FLAG: flag, PCD_PAY_CODE: code, PCD_REFUND_TOTAL: refunded } = fields
  if (work === 'PUSERDEL') return 'key_removed'
  if (flag === 'Y' || Number(scalar(refunded)) > 0 || /^(\[test\])?PAYC/i.test(scalar(code))) return 'cancel'
  return work === 'AUTH' ? 'key_issued' : 'payment'
}

const noticeOf = (fields: Fields, cstId: string): Notice => {
  const kind = kindOf(fields)
  const said = fields['PCD_CST_ID']
  // Two merchants may post to one address. Only these kinds are known to name theirs, as it is and not encoded; a
  // notice about a payment is never set aside for it, because the look-up it leads to is made with our own credentials.
  const isForeign = (kind === 'cancel' || kind === 'key_removed') && isId(said) && said !== cstId
  const orderId = isForeign ? null : reference(fields['PCD_PAY_OID'], 64)
  const billing = isForeign ? undefined : billingIn(fields, kind, orderId)
  const attemptId = billing === undefined && kind !== 'key_removed' && kind !== 'key_issued' ? orderId : null
  const meaning = NAMES.map((name) => scalar(fields[name]))
  return {
    id: derivedId('payple', [kind, ...meaning]),
    type: kind,
    attemptId,
    // The order id is all a payment is known by: there is nothing else to compare.
    providerRef: null,
    trust: 'hint',
    ...(billing === undefined ? {} : { billing }),
    ignorable: attemptId === null && billing === undefined,
    payload: redactToJson(fields),
  }
}

/** What tells one notice from the next. A repeat says the same in all of them. */
const NAMES = [
  'PCD_PAY_OID',
  'PCD_PAY_WORK',
  'PCD_PAY_RST',
  'PCD_PAY_CODE',
  'PCD_PAY_TOTAL',
  'PCD_PAY_TIME',
  'PCD_PAY_CARDTRADENUM',
  'PCD_REFUND_TOTAL',
  'PCD_REFUND_TIME',
  'PCD_PAYER_ID',
  'PCD_PAY_MSG',
]

/**
 * A registration is told by the beginning of its id, which we gave it, and never by its amount: with an amount beside it
 * it looks like a payment that was made.
 */
const billingIn = (fields: Fields, kind: Kind, orderId: string | null): BillingNotice | undefined => {
  const billingKey = reference(fields['PCD_PAYER_ID'], 255)
  if (kind === 'key_removed') return billingKey === null ? undefined : { subject: 'key_removed', billingKey }
  const issueId = [orderId, reference(fields['PCD_USER_DEFINE1'], 64)].find((id) => id?.startsWith('bki_') === true)
  if (issueId !== undefined || kind === 'key_issued') {
    return issueId === undefined && billingKey === null
      ? undefined
      : { subject: 'issue', issueId: issueId ?? null, billingKey }
  }
  return orderId?.startsWith('chg_') === true ? { subject: 'charge', chargeId: orderId } : undefined
}

const isId = (value: unknown): value is string => typeof value === 'string' && value !== ''

const scalar = (value: unknown): string =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) ? String(value) : ''
