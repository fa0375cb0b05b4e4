import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import {
  type BillingCharge,
  type BillingKey,
  type BillingKeyIssue,
  billingChargeKey,
  type GatewayBilling,
} from '../billing'
import { clip } from '../clip'
import { type Charge, type GatewayError, isAboutThisSendOnly, mayStillArrive, type Returned } from '../gateway'
import { isFirstSending, onRepeat } from '../repeat'
import { sha256Hex } from '../signature'
import { getPayment, lookupById, onQuestion, type Shop } from './charge'
import type { PortOneV2Client } from './client'
import { notExecuted, unknownOutcome } from './errors'
import { sentIdOf } from './ids'
import { billingKeyIn, type IssueShop, issueWindow, readIssued, readIssueReturn } from './issue'
import { type Reader, readCharge } from './payment'
import { portOneV2Schedules } from './schedules'
import type { PortOneBillingKey } from './schema'

export type BillingShop = IssueShop & Shop & { readonly noticeUrls: readonly string[] }

/** Stored payment methods. PortOne issues keys in its own window; charging one is a call of ours. */
export const portOneV2Billing = (client: PortOneV2Client, shop: BillingShop): GatewayBilling => ({
  issuedIn: 'window',
  beginIssue: (issue, context) => issueWindow(issue, context, shop).asyncAndThen((window) => okAsync(window)),
  finishIssue: (issue, returned) => finishIssue(client, issue, returned, shop),
  charge: (request) => charge(client, request, shop),
  lookupCharge: (request) => lookupById(client, request.id, readerFor(request, shop)),
  lookupKey: (billingKey) => lookupKey(client, billingKey),
  removeKey: (billingKey) => removeKey(client, billingKey, shop.now),
  schedules: portOneV2Schedules(client, shop),
})

const finishIssue = (
  client: PortOneV2Client,
  issue: BillingKeyIssue,
  returned: Returned,
  shop: BillingShop,
): ResultAsync<BillingKey, GatewayError> =>
  readIssueReturn(issue, returned)
    .asyncAndThen(
      (given): ResultAsync<string, GatewayError> =>
        'billingKey' in given ? okAsync(given.billingKey) : approveIssue(client, issue, given, shop),
    )
    .andThen((billingKey) =>
      client.getBillingKey(billingKey).andThen((info) => readIssued(info, billingKey, issue, shop)),
    )

/** On channels where the server approves an issuance. A token of a test channel is refused in live mode. */
const approveIssue = (
  client: PortOneV2Client,
  issue: BillingKeyIssue,
  { billingIssueToken }: { readonly billingIssueToken: string },
  { mode }: Shop,
): ResultAsync<string, GatewayError> =>
  client
    .confirmBillingKey({ billingIssueToken, isTest: mode === 'test' }, `${issue.id}-confirm-issue`)
    .map(({ billingKey }) => billingKey)

/**
 * Takes the money. PortOne's answer names neither status nor amount, so the payment is read afterwards, and its record
 * is the answer. It is read after a refusal by the payment company too: that may have been an outage.
 *
 * Idempotency: one charge id is one `paymentId`, under which PortOne takes money once, also when its keys have run out.
 *
 * @see https://developers.portone.io/opi/ko/integration/start/v2/billing/payment
 */
const charge = (
  client: PortOneV2Client,
  request: BillingCharge,
  shop: BillingShop,
): ResultAsync<Charge, GatewayError> => {
  const { amountMinor, currency } = request.amount
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) {
    return errAsync(notExecuted('invalid_request', 'amount: must be positive'))
  }
  const paymentId = sentIdOf(request.id)
  if (paymentId.isErr()) return errAsync(paymentId.error)
  const first = isFirstSending(request, request.requestedAt, shop.now())
  const body = {
    billingKey: request.billingKey,
    orderName: clip(request.title.trim(), 100),
    amount: { total: amountMinor },
    currency,
    customer: { id: request.buyerId },
    ...(shop.noticeUrls.length === 0 ? {} : { noticeUrls: shop.noticeUrls }),
  }
  const readRecord = () =>
    getPayment(client, request.id, shop)
      .mapErr(onQuestion)
      .andThen((payment) => readCharge(payment, readerFor(request, shop)))
  return client
    .chargeBillingKey(paymentId.value, body, billingChargeKey(request))
    .map((): GatewayError | null => null)
    .orElse((error) => (isWorthReading(error, first) ? ok(error) : err(first ? error : onRepeat(error))))
    .andThen((refusal) => readRecord().mapErr((error) => (refusal === null ? error : whatIsSaid(refusal, error))))
}

/** PortOne has answered, and the answer does not tell, or it is one of several and speaks for itself only. */
const isWorthReading = (error: GatewayError, first: boolean): boolean => {
  if (mayStillArrive(error) || isAboutThisSendOnly(error)) return false
  return error.outcome === 'unknown' || !first
}

/** The record says that the payment failed, or does not tell either: then the refusal's own code says more. */
const whatIsSaid = (refusal: GatewayError, record: GatewayError): GatewayError => {
  if (record.outcome === 'not_executed') return record
  return refusal.outcome === 'unknown' ? refusal : unknownOutcome('conflict', 'a repeat was refused')
}

/** With a second key a second try was made, and a FAILED may be that of the first while the second is under way. */
const readerFor = ({ keyGeneration }: BillingCharge, shop: Shop): Reader & Shop => ({
  ...shop,
  failedIs: keyGeneration === 0 ? 'final' : 'one_of_several',
})

type KeyRecord = { readonly status: 'active'; readonly key: BillingKey } | { readonly status: 'removed' }

const lookupKey = (client: PortOneV2Client, billingKey: string): ResultAsync<KeyRecord, GatewayError> =>
  client
    .getBillingKey(billingKey)
    .andThen((info) => readKey(info, billingKey))
    .orElse((error) => (error.code === 'not_found' ? ok<KeyRecord>({ status: 'removed' }) : err(error)))

const readKey = (info: PortOneBillingKey, billingKey: string): Result<KeyRecord, GatewayError> => {
  if (info.billingKey !== billingKey) return err(unknownOutcome('bad_response', 'the answer is about another key'))
  // A deleted key stays readable.
  if (info.status === 'DELETED') return ok({ status: 'removed' })
  return info.status === 'ISSUED'
    ? ok({ status: 'active', key: billingKeyIn(info) })
    : err(unknownOutcome('unrecognized', 'a billing key in a status that is not known here'))
}

/** Open schedules block it (`refused`): revoke them first. */
const removeKey = (client: PortOneV2Client, billingKey: string, now: () => Date): ResultAsync<void, GatewayError> => {
  // A new key each time: an error is replayed for three hours, and the schedules in the way may be gone by then.
  const key = `remove-${sha256Hex(billingKey).slice(0, 32)}-${now().getTime()}`
  return client
    .deleteBillingKey(billingKey, { reason: 'removed by the merchant', requester: 'CUSTOMER' }, key)
    .map(() => undefined)
    .orElse((error) => {
      if (error.code === 'not_found') return ok(undefined)
      if (error.outcome === 'not_executed' || mayStillArrive(error)) return err(error)
      return lookupKey(client, billingKey)
        .mapErr(() => error)
        .andThen(({ status }) => (status === 'removed' ? ok(undefined) : err(error)))
    })
}
