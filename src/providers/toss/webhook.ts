import { err, ok, type Result } from 'neverthrow'
import type { Notice, RawWebhook, WebhookError } from '../gateway'
import { redactToJson } from '../redact'
import { importSecret, type SigningKey } from '../signature'
import { derivedId, eventName, type Fields, header, isFields, isText, reference, webhookBody } from '../webhook-body'
import { parseTossTime } from './time'

const SIGNED_EVENTS: readonly unknown[] = ['payout.changed', 'seller.changed']

/** Toss repeats a webhook for 3 days and 19 hours, and whether it signs the repeats anew is UNCONFIRMED. */
const OLDEST_SIGNATURE_MS = 4 * 24 * 3_600_000
/** How far its clock may be ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000

const ID_HEADER = 'tosspayments-webhook-transmission-id'
const TIME_HEADER = 'tosspayments-webhook-transmission-time'
const SIGNATURE_HEADER = 'tosspayments-webhook-signature'

const { text: readText, json: readFields } = webhookBody('toss')

/**
 * Reads one webhook. There are three envelopes, and none of them proves a payment:
 * - A, `{ eventType, createdAt, data }`: unsigned, a hint.
 * - B, flat with `secret` and `orderId`: a deposit callback, to be compared with the attempt's secret.
 * - C, `{ eventType, entityBody, … }`: payouts and sellers, signed. Concerns no payment.
 *
 * Events that are not known here are read like the others and lead to nothing.
 *
 * @see https://docs.tosspayments.com/reference/using-api/webhook-events
 */
export const tossWebhooks = ({ securityKey }: { readonly securityKey: string | undefined }) => {
  const key = securityKey === undefined ? undefined : importSecurityKey(securityKey)
  return (raw: RawWebhook): Result<Notice, WebhookError> =>
    readText(raw.rawBody).andThen((text) =>
      readFields(text).andThen((fields) => {
        const { eventType } = fields
        if (SIGNED_EVENTS.includes(eventType)) {
          return verify(raw, key).map(() => signedNotice(raw, fields, text))
        }
        const isDeposit = eventType === undefined && isText(fields['secret']) && isText(fields['orderId'])
        return ok(isDeposit ? depositNotice(raw, fields) : hint(raw, fields, text))
      }),
    )
}

/** Envelope A, and whatever is not known here. */
const hint = (raw: RawWebhook, fields: Fields, text: string): Notice => {
  const type = eventName(fields['eventType'])
  const data = isFields(fields['data']) ? fields['data'] : {}
  // CANCEL_STATUS_CHANGED is not known to name its payment; where it does, it is followed.
  const concernsPayment = type === 'PAYMENT_STATUS_CHANGED' || type === 'CANCEL_STATUS_CHANGED'
  const attemptId = concernsPayment ? reference(data['orderId'], 64) : null
  const providerRef = concernsPayment ? reference(data['paymentKey'], 200) : null
  const ignorable = attemptId === null && providerRef === null
  const transaction = data['lastTransactionKey'] ?? data['transactionKey']
  const meaning = [type, fields['createdAt'], attemptId, providerRef, data['status'], transaction]
  return {
    id: transmissionId(raw) ?? derivedId('toss', ignorable ? [text] : meaning),
    type,
    attemptId,
    providerRef,
    trust: 'hint',
    ignorable,
    payload: redactToJson(fields),
  }
}

/** Envelope B. The secret proves that the sender knows the payment, not that the news is fresh. */
const depositNotice = (raw: RawWebhook, fields: Fields): Notice => {
  const { createdAt, orderId, status, transactionKey } = fields
  const type = 'DEPOSIT_CALLBACK'
  return {
    id: transmissionId(raw) ?? derivedId('toss', [type, createdAt, orderId, status, transactionKey]),
    type,
    attemptId: reference(orderId, 64),
    providerRef: null,
    trust: 'secret',
    secret: String(fields['secret']),
    ignorable: false,
    payload: redactToJson(fields),
  }
}

/** Envelope C. Its own id is inside what was signed, so it goes before the header's. */
const signedNotice = (raw: RawWebhook, fields: Fields, text: string): Notice => ({
  id: reference(fields['eventId'], 200) ?? transmissionId(raw) ?? derivedId('toss', [text]),
  type: eventName(fields['eventType']),
  attemptId: null,
  providerRef: null,
  trust: 'signed',
  ignorable: true,
  payload: redactToJson(fields),
})

const verify = (raw: RawWebhook, key: SigningKey | undefined): Result<void, WebhookError> => {
  if (key === undefined) {
    const message = 'toss: securityKey is not set, so signed webhooks cannot be verified'
    return err({ code: 'webhook_security_not_configured', message })
  }
  const time = header(raw, TIME_HEADER)
  if (time === undefined) return err({ code: 'signature_invalid', message: `toss: ${TIME_HEADER} is missing` })
  if (!key.accepts(signedParts(raw.rawBody, time), signaturesIn(header(raw, SIGNATURE_HEADER)), 'base64')) {
    return err({ code: 'signature_invalid', message: 'toss: no signature matches' })
  }
  const ageMs = raw.receivedAt.getTime() - (parseTossTime(time)?.getTime() ?? Number.NaN)
  return ageMs <= OLDEST_SIGNATURE_MS && ageMs >= -CLOCK_SKEW_MS
    ? ok(undefined)
    : err({ code: 'timestamp_out_of_tolerance', message: `toss: ${TIME_HEADER} is too far from now` })
}

/** Two while a key is being replaced. */
const signaturesIn = (text = ''): readonly string[] =>
  text.split(',').flatMap((part) => /^\s*v1:(\S+)\s*$/.exec(part)?.[1] ?? [])

const signedParts = (rawBody: string | Uint8Array, time: string) => [rawBody, ':', time]

/**
 * UNCONFIRMED whether Toss uses the security key as the bytes its hexadecimal digits stand for, or as the text. Either is
 * accepted, the bytes are what we sign with: both need the same secret.
 */
const importSecurityKey = (securityKey: string): SigningKey =>
  importSecret([
    Uint8Array.from(securityKey.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)),
    new TextEncoder().encode(securityKey),
  ])

/** Signs a webhook as Toss does, so that a host can test its route. Returns the headers to send with the body. */
export const signTossWebhook = (input: {
  readonly securityKey: string
  readonly rawBody: string | Uint8Array
  /** ISO 8601. */
  readonly transmissionTime: string
}): Readonly<Record<string, string>> => ({
  [TIME_HEADER]: input.transmissionTime,
  [SIGNATURE_HEADER]: `v1:${importSecurityKey(input.securityKey).sign(
    signedParts(input.rawBody, input.transmissionTime),
    'base64',
  )}`,
})

/** UNCONFIRMED whether it stays the same over retries. If it does not, a retry is one look-up more. */
const transmissionId = (raw: RawWebhook): string | null => reference(header(raw, ID_HEADER), 200)
