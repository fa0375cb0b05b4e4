import { err, ok, type Result } from 'neverthrow'
import type { BillingNotice } from '../billing'
import type { Notice, RawWebhook, WebhookError } from '../gateway'
import { redactToJson } from '../redact'
import { type SigningKey, verifySignature } from '../signature'
import { derivedId, eventName, type Fields, header, isFields, isText, reference, webhookBody } from '../webhook-body'
import { PROVIDER } from './errors'
import { ownIdOf } from './ids'
import { importWebhookSecret } from './keys'

const ID_HEADER = 'webhook-id'
const TIME_HEADER = 'webhook-timestamp'
const SIGNATURE_HEADER = 'webhook-signature'

const TOLERANCE_SECONDS = 300

/** What leads to a look-up. `Transaction.Ready` is not here: a window was opened, and nothing is known yet. */
const ABOUT_PAYMENTS: readonly string[] = [
  'Transaction.Paid',
  'Transaction.VirtualAccountIssued',
  'Transaction.Failed',
  'Transaction.PayPending',
  'Transaction.PartialCancelled',
  'Transaction.Cancelled',
  'Transaction.CancelPending',
  'Transaction.DisputeCreated',
  'Transaction.DisputeResolved',
]

const { text: readText, json: readJson, form: readForm } = webhookBody(PROVIDER)

/**
 * Reads one webhook, in either version: `2024-04-25` is `{ type, timestamp, data }`, `2024-01-01` is `{ payment_id,
 * tx_id, status }` as JSON or as a form. Both are signed by Standard Webhooks. Neither has an amount.
 *
 * With a secret every notice must be signed. Without one a notice is a hint: it leads to a look-up and no further.
 * Types that are not known here are stored and lead to nothing, as PortOne asks.
 *
 * @see https://developers.portone.io/opi/ko/integration/webhook/readme-v2
 */
export const portOneV2Webhooks = (options: { readonly key: SigningKey | undefined; readonly storeId: string }) => {
  const { key, storeId } = options
  return (raw: RawWebhook): Result<Notice, WebhookError> =>
    readText(raw.rawBody)
      .andThen((text) => (key === undefined ? ok(text) : verify(raw, key).map(() => text)))
      .andThen((text) => (isForm(raw) ? readForm(text) : readJson(text)))
      .map((fields) => noticeOf(raw, readFacts(fields), fields, { signed: key !== undefined, storeId }))
}

type Facts = {
  readonly type: string
  readonly data: Fields
  /** The older version does not say when, nor which refund: two of its notices may look alike and mean two things. */
  readonly timestamp: unknown
  readonly isOld: boolean
}

const readFacts = (fields: Fields): Facts => {
  const { type, timestamp, data, status } = fields
  if (type === undefined && isText(status)) {
    const named = { paymentId: fields['payment_id'], transactionId: fields['tx_id'] }
    return { type: eventName(`Transaction.${status}`), data: named, timestamp: null, isOld: true }
  }
  return { type: eventName(type), data: isFields(data) ? data : {}, timestamp, isOld: false }
}

const noticeOf = (
  raw: RawWebhook,
  { type, data, timestamp, isOld }: Facts,
  fields: Fields,
  { signed, storeId }: { readonly signed: boolean; readonly storeId: string },
): Notice => {
  const isOurs = data['storeId'] === undefined || data['storeId'] === storeId
  // Null for a payment of another system that sells through the same store.
  const id = isOurs && ABOUT_PAYMENTS.includes(type) && isText(data['paymentId']) ? ownIdOf(data['paymentId']) : null
  const billing = isOurs ? billingIn(type, data, id) : undefined
  // One payment id sees several tries, so the transaction of a notice says nothing about that of the attempt.
  const attemptId = billing === undefined ? id : null
  const meaning = [
    type,
    timestamp,
    data['paymentId'],
    data['transactionId'],
    data['cancellationId'],
    data['billingKey'],
  ]
  const apart = isOld ? [raw.receivedAt.getTime()] : []
  return {
    // Part of what is signed. Unsigned it could be any notice's that is still to come.
    id: (signed ? reference(header(raw, ID_HEADER), 200) : null) ?? derivedId(PROVIDER, [...meaning, ...apart]),
    type,
    attemptId,
    providerRef: null,
    trust: signed ? 'signed' : 'hint',
    ...(billing === undefined ? {} : { billing }),
    ignorable: attemptId === null && billing === undefined,
    payload: redactToJson(fields),
  }
}

/** At PortOne an issuance is told in events of its own, and never looks like a payment. */
const billingIn = (type: string, data: Fields, id: string | null): BillingNotice | undefined => {
  if (id?.startsWith('chg_') === true) return { subject: 'charge', chargeId: id }
  const billingKey = reference(data['billingKey'], 500)
  switch (type) {
    case 'BillingKey.Issued':
      return { subject: 'issue', issueId: null, billingKey }
    case 'BillingKey.Deleted':
      return { subject: 'key_removed', billingKey }
    case 'BillingKey.Updated':
      return { subject: 'key_changed', billingKey }
    default:
      return undefined
  }
}

const isForm = (raw: RawWebhook): boolean =>
  header(raw, 'content-type')?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true

const verify = (raw: RawWebhook, key: SigningKey): Result<void, WebhookError> => {
  const [id, timestamp, signatures] = [ID_HEADER, TIME_HEADER, SIGNATURE_HEADER].map((name) => header(raw, name))
  if (id === undefined || timestamp === undefined || signatures === undefined) {
    return err({ code: 'signature_invalid', message: `${PROVIDER}: the headers of a signed webhook are missing` })
  }
  return verifySignature(key, {
    parts: signedParts(id, timestamp, raw.rawBody),
    signatures: signaturesIn(signatures),
    encoding: 'base64',
    timestamp,
    now: raw.receivedAt,
    toleranceSeconds: TOLERANCE_SECONDS,
  })
}

/** Two while a secret is being replaced. Other versions are passed over. */
const signaturesIn = (text: string): readonly string[] =>
  text.split(' ').flatMap((part) => (part.startsWith('v1,') ? [part.slice(3)] : []))

const signedParts = (id: string, timestamp: string, rawBody: string | Uint8Array) => [id, '.', timestamp, '.', rawBody]

/**
 * Signs a webhook as PortOne does, so that a host can test its route. Returns the headers to send with the body.
 *
 * Units: `sentAt` is written in whole seconds.
 */
export const signPortOneV2Webhook = (input: {
  readonly webhookSecret: string
  readonly id: string
  readonly rawBody: string | Uint8Array
  readonly sentAt: Date
}): Readonly<Record<string, string>> => {
  const timestamp = String(Math.floor(input.sentAt.getTime() / 1000))
  const signature = importWebhookSecret(input.webhookSecret).sign(
    signedParts(input.id, timestamp, input.rawBody),
    'base64',
  )
  return { [ID_HEADER]: input.id, [TIME_HEADER]: timestamp, [SIGNATURE_HEADER]: `v1,${signature}` }
}
