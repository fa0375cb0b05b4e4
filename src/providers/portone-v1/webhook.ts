import { err, ok, Result } from 'neverthrow'
import type { BillingNotice } from '../billing'
import type { Notice, RawWebhook, WebhookError } from '../gateway'
import { redactToJson } from '../redact'
import { derivedId, eventName, type Fields, header, isText, webhookBody } from '../webhook-body'
import { impUidOf, ownIdOf, purposeOf } from './purpose'

/** Where PortOne sends its webhooks from. @see https://developers.portone.io/opi/ko/integration/webhook/readme-v1 */
export const PORTONE_V1_WEBHOOK_IPS: readonly string[] = ['52.78.100.19', '52.78.48.223', '52.78.5.241']

export type WebhookSource = {
  /** The addresses that are let in; `PORTONE_V1_WEBHOOK_IPS` when left out. */
  readonly webhookIps?: readonly string[] | undefined
  /**
   * Says where a webhook came from, by a header that the host's own proxy writes and a stranger cannot. Without it the
   * source is not looked at.
   */
  readonly webhookSourceIp?: ((headers: RawWebhook['headers']) => string | undefined) | undefined
}

const { text: readText, json: readJson, form: readForm } = webhookBody('portone-v1')

/**
 * Reads one webhook, as JSON or as a form: the console lets a merchant choose. PortOne signs nothing, so whatever it
 * says is a hint that leads to a look-up.
 *
 * It names the order and not the payment, where it can: each try of a buyer's is another payment of the same order, and
 * the one that comes last need not be the one we heard of first.
 *
 * @see https://developers.portone.io/opi/ko/integration/webhook/readme-v1
 */
export const portOneV1Webhooks =
  (source: WebhookSource) =>
  (raw: RawWebhook): Result<Notice, WebhookError> =>
    checkSource(raw, source)
      .andThen(() => readText(raw.rawBody))
      .andThen((text) => (isForm(raw, text) ? readForm(text) : readJson(text)))
      .map((fields) => noticeOf(raw, fields))

const isForm = (raw: RawWebhook, text: string): boolean =>
  !text.trimStart().startsWith('{') && /^application\/x-www-form-urlencoded\b/i.test(header(raw, 'content-type') ?? '')

/** Events of escrow and of shops that pay by barcode have a name; a payment's own have none. */
const noticeOf = (raw: RawWebhook, fields: Fields): Notice => {
  const { event, status, cancellation_id, merchant_uid: merchantUid } = fields
  const impUid = impUidOf(fields['imp_uid'])
  const type = eventName(event ?? status)
  const concernsPayment = event === undefined && impUid !== null
  // A cancel without an id of its own must not be taken for the one before it.
  const which = status === 'cancelled' && cancellation_id === undefined ? raw.receivedAt.getTime() : cancellation_id
  return {
    id: derivedId('portone-v1', [concernsPayment ? [impUid, merchantUid, status, which] : fields]),
    type,
    ...(concernsPayment ? subjectOf(impUid, isText(merchantUid) ? merchantUid : null) : NOTHING),
    trust: 'hint',
    payload: redactToJson(fields),
  }
}

type Subject = Pick<Notice, 'attemptId' | 'providerRef' | 'ignorable' | 'billing'>

const NOTHING: Subject = { attemptId: null, providerRef: null, ignorable: true }

/** The registration of a card looks exactly like a payment. Only the order id we gave it tells. */
const subjectOf = (impUid: string, merchantUid: string | null): Subject => {
  if (merchantUid === null) return { attemptId: null, providerRef: impUid, ignorable: false }
  const id = ownIdOf(merchantUid)
  if (id === null) return NOTHING // Another system sells through the same store.
  switch (purposeOf(merchantUid)) {
    case 'issue':
      return { ...NOTHING, billing: { subject: 'issue', issueId: id, billingKey: null } }
    case 'charge': {
      const billing: BillingNotice = { subject: 'charge', chargeId: id }
      return { attemptId: null, providerRef: impUid, ignorable: false, billing }
    }
    case 'payment':
      return { attemptId: id, providerRef: null, ignorable: false }
  }
}

const checkSource = (raw: RawWebhook, { webhookIps, webhookSourceIp }: WebhookSource): Result<void, WebhookError> => {
  if (webhookSourceIp === undefined) return ok(undefined)
  const sourceOf = Result.fromThrowable(webhookSourceIp)
  const ip = sourceOf(raw.headers).unwrapOr(undefined)
  return ip !== undefined && (webhookIps ?? PORTONE_V1_WEBHOOK_IPS).includes(ip)
    ? ok(undefined)
    : err({ code: 'signature_invalid', message: 'portone-v1: the webhook comes from another address' })
}
