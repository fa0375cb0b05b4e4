import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { BillingKey, BillingKeyIssue, IssueContext } from '../billing'
import type { Checkout, GatewayError, Returned } from '../gateway'
import { toMajorUnits } from '../major-units'
import { buyerOf, nameOf, openingOf, returnTo, type WindowSettings } from './begin'
import { notExecuted, unknownOutcome } from './errors'
import { mayChargeAtIssue, wasPaid } from './payment'
import { customerUidOf, impUidOf, merchantUidOf, ownIdOf, purposeOf } from './purpose'
import type { Asking } from './records'
import type { PortOneV1Customer } from './schema'

export type IssueSettings = WindowSettings & {
  /** Shown in place of the issue's own amount. Units: the minor unit of the issue's currency. */
  readonly issueAmount: number | undefined
}

/** No amount is registered for an issue: none is taken, so none can be tampered with. */
export const beginIssue = (
  issue: BillingKeyIssue,
  context: IssueContext,
  settings: IssueSettings,
): Result<Checkout, GatewayError> => {
  const invalid = (what: string) => err(notExecuted('invalid_request', what))
  const name = nameOf(context.title)
  const merchantUid = merchantUidOf(issue.id)
  if (merchantUid.isErr()) return err(merchantUid.error)
  // Without its prefix the registration would be taken for a payment.
  if (purposeOf(merchantUid.value) !== 'issue') return invalid('merchant_uid: must begin with bki')
  if (name === '') return invalid('title: must not be empty')
  const shown = shownFor(issue, settings)
  return ok({
    action: 'window',
    gateway: 'portone-v1',
    parameters: {
      ...openingOf(settings),
      pay_method: issue.method ?? 'card',
      merchant_uid: merchantUid.value,
      // This is what makes the window register a card and take no money.
      customer_uid: customerUidOf(issue.id),
      name,
      amount: toMajorUnits(shown),
      currency: shown.currency,
      ...buyerOf(context.customer),
      ...returnTo(context.successUrl),
    },
  })
}

const shownFor = ({ displayAmount }: BillingKeyIssue, { issueAmount }: IssueSettings) => ({
  ...displayAmount,
  amountMinor: issueAmount ?? displayAmount.amountMinor,
})

/**
 * The alias comes from the issue's own id, so whatever the browser says, only the key of this issue can be found.
 * `returned` may be empty: a webhook can be here before the buyer.
 */
export const finishIssue = (
  asking: Asking,
  issue: BillingKeyIssue,
  returned: Returned,
  settings: IssueSettings,
): ResultAsync<BillingKey, GatewayError> => {
  const { merchant_uid, imp_uid }: Partial<Record<string, string>> = returned
  if (Object.keys(returned).length > 0 && ownIdOf(merchant_uid ?? '') !== issue.id) {
    const code = merchant_uid === undefined ? 'return_invalid' : 'order_mismatch'
    return errAsync(notExecuted(code, 'merchant_uid: not that of this registration'))
  }
  return asking.client
    .getCustomer(customerUidOf(issue.id))
    .map((customer): PortOneV1Customer | null => customer)
    .orElse((error) => (error.code === 'not_found' ? ok(null) : err(error)))
    .andThen((customer): ResultAsync<BillingKey, GatewayError> => {
      if (customer === null) return whyNoKey(asking, issue, impUidOf(imp_uid))
      const isCharged = shownFor(issue, settings).amountMinor > 0 && pgsOf(customer).some(mayChargeAtIssue)
      if (isCharged) return errAsync(unknownOutcome('unrecognized', 'a registered card that may have been charged'))
      return readKey(asking, customer, customerUidOf(issue.id), issue.method).asyncAndThen((key) =>
        key === null
          ? errAsync(notExecuted('refused', 'a card registered through a test channel'))
          : okAsync<BillingKey, GatewayError>(key),
      )
    })
}

/** The record of the registration tells a buyer who gave up from one who is still in the window. */
const whyNoKey = (
  { client }: Asking,
  issue: BillingKeyIssue,
  impUid: string | null,
): ResultAsync<BillingKey, GatewayError> => {
  const pending = unknownOutcome('in_progress', 'the card is not registered yet')
  if (impUid === null) return errAsync(pending)
  return client
    .getPayment(impUid)
    .mapErr(() => pending)
    .andThen((payment) => {
      if (ownIdOf(payment.merchant_uid) !== issue.id) return err(pending)
      if (payment.status === 'failed') return err(notExecuted('declined', 'not registered'))
      // Somebody has taken the alias out of the window's parameters: that was a payment.
      const isPayment = wasPaid(payment) && payment.customer_uid_usage !== 'issue'
      return err(isPayment ? unknownOutcome('unrecognized', 'money was taken in place of a card') : pending)
    })
}

export const keyOf = (
  asking: Asking,
  billingKey: string,
  method: string | null,
): ResultAsync<BillingKey | null, GatewayError> =>
  asking.client
    .getCustomer(billingKey)
    .andThen((customer) => readKey(asking, customer, billingKey, method))
    .orElse((error) => (error.code === 'not_found' ? ok(null) : err(error)))

/** Null for a key that cannot be charged: of a test channel in live mode, or of none of its channels. */
const readKey = (
  { mode }: Asking,
  customer: PortOneV1Customer,
  customerUid: string,
  method: string | null,
): Result<BillingKey | null, GatewayError> => {
  if (customer.customer_uid !== customerUid)
    return err(unknownOutcome('bad_response', 'the answer is about another key'))
  if (mode === 'live' && customer.sandbox) return ok(null)
  if (customer.succeededChannels?.length === 0) return ok(null)
  const { card_name, card_number } = customer.succeededChannels?.[0] ?? customer
  const lastDigits = /(\d{4})\D*$/.exec(card_number ?? '')?.[1]
  const label = [card_name, lastDigits === undefined ? null : `****${lastDigits}`].filter((it) => it !== null).join(' ')
  return ok({ billingKey: customerUid, method, label: label === '' ? null : label })
}

const pgsOf = ({ pg_provider, succeededChannels }: PortOneV1Customer): readonly (string | null)[] => [
  pg_provider,
  ...(succeededChannels ?? []).map((channel) => channel.pg_provider),
]

/** Revoke its schedules first: what PortOne does with those of a key that is gone is UNCONFIRMED. */
export const removeKey = ({ client }: Asking, billingKey: string): ResultAsync<void, GatewayError> =>
  client
    .deleteCustomer(billingKey)
    .map(() => undefined)
    .orElse((error) => (error.code === 'not_found' ? ok(undefined) : err(error)))
