import { err, ok, type Result } from 'neverthrow'
import type { BillingKey, BillingKeyIssue, IssueContext } from '../billing'
import { clip } from '../clip'
import type { Checkout, GatewayError, Returned } from '../gateway'
import { notExecuted, unknownOutcome } from './errors'
import { ownIdOf, sentIdOf } from './ids'
import type { PortOneBillingKey } from './schema'

export type IssueShop = { readonly storeId: string; readonly channelKey: string; readonly mode: 'test' | 'live' }

/** As the browser SDK spells them. */
const ISSUE_METHODS = ['CARD', 'EASY_PAY', 'TRANSFER', 'MOBILE', 'PAYPAL']

/**
 * What the browser gives to `PortOne.requestIssueBillingKey`; the customer's fields are flat here and stand in
 * `customer` there. The amount is only shown: at PortOne an issuance is no payment and has ids of its own.
 *
 * @see https://developers.portone.io/opi/ko/integration/start/v2/billing/issue
 */
export const issueWindow = (
  issue: BillingKeyIssue,
  { title, successUrl, customer }: IssueContext,
  { storeId, channelKey }: IssueShop,
): Result<Checkout, GatewayError> => {
  const issueId = sentIdOf(issue.id)
  if (issueId.isErr()) return err(issueId.error)
  const billingKeyMethod = issue.method ?? 'CARD'
  if (!ISSUE_METHODS.includes(billingKeyMethod)) {
    return err(notExecuted('method_unavailable', `method: none of ${ISSUE_METHODS.join(', ')}`))
  }
  const issueName = clip(title.trim(), 100)
  if (issueName === '') return err(notExecuted('invalid_request', 'title: must not be empty'))
  const { name, email, phone } = customer ?? {}
  const { amountMinor, currency } = issue.displayAmount
  return ok({
    action: 'window',
    gateway: 'portone-v2',
    parameters: {
      storeId,
      channelKey,
      billingKeyMethod,
      issueId: issueId.value,
      issueName,
      displayAmount: amountMinor > 0 ? amountMinor : null,
      currency: amountMinor > 0 ? currency : null,
      redirectUrl: successUrl,
      customerId: issue.buyerId,
      customerFullName: name ?? null,
      customerEmail: email ?? null,
      customerPhoneNumber: phone ?? null,
    },
  })
}

/** A window on a channel where the server approves says this in place of a key. */
const NEEDS_CONFIRMATION = 'NEEDS_CONFIRMATION'

type Issued = { readonly billingKey: string } | { readonly billingIssueToken: string }

/** The buyer controls all of it: a key from here may be anybody's until PortOne was asked. */
export const readIssueReturn = (issue: BillingKeyIssue, returned: Returned): Result<Issued, GatewayError> => {
  const { billingKey, billingIssueToken, transactionType, issueId, code }: Partial<Record<string, string>> = returned
  if (code !== undefined && code !== '') {
    return err({ ...notExecuted('declined', 'the window ended without a billing key'), retryable: true })
  }
  if (transactionType !== undefined && transactionType !== 'ISSUE_BILLING_KEY') {
    return err(notExecuted('return_invalid', 'transactionType: not that of an issuance'))
  }
  if (issueId !== undefined && ownIdOf(issueId) !== issue.id) {
    return err(notExecuted('order_mismatch', 'issueId: belongs to another issuance'))
  }
  if (billingKey === NEEDS_CONFIRMATION && isOpaque(billingIssueToken)) return ok({ billingIssueToken })
  return isOpaque(billingKey) && billingKey !== NEEDS_CONFIRMATION
    ? ok({ billingKey })
    : err(notExecuted('return_invalid', 'billingKey: missing or malformed'))
}

const isOpaque = (text: string | undefined): text is string => /^[\x21-\x7e]{1,500}$/.test(text ?? '')

/** Is the key real, of this issuance, of this buyer, and of our own channel? PortOne's record decides. */
export const readIssued = (
  info: PortOneBillingKey,
  billingKey: string,
  issue: BillingKeyIssue,
  { storeId, channelKey, mode }: IssueShop,
): Result<BillingKey, GatewayError> => {
  const mismatch = (what: string) => err(notExecuted('order_mismatch', what))
  if (info.billingKey !== billingKey) return err(unknownOutcome('bad_response', 'the answer is about another key'))
  if (info.status !== 'ISSUED') return err(notExecuted('refused', 'the billing key is not in use'))
  if (isOther(info.storeId, storeId)) return mismatch('billingKey: of another store')
  const customerId = info.customer?.id
  if (isText(info.issueId) && ownIdOf(info.issueId) !== issue.id) return mismatch('billingKey: of another issuance')
  if (isOther(customerId, issue.buyerId)) return mismatch('billingKey: of another buyer')
  // Not every payment company keeps both. One of them must tie the key to this issuance.
  if (!isText(info.issueId) && !isText(customerId)) return mismatch('billingKey: tied to no issuance and no buyer')
  const channels = info.channels ?? []
  if (mode === 'live' && !channels.every(({ type }) => type === 'LIVE'))
    return mismatch('billingKey: of a test channel')
  return channels.some(({ key }) => key === channelKey)
    ? ok(billingKeyIn(info))
    : mismatch('billingKey: of another channel')
}

const isText = (value: string | null | undefined): value is string => typeof value === 'string' && value !== ''
const isOther = (value: string | null | undefined, ours: string): boolean => isText(value) && value !== ours

const METHODS: ReadonlyMap<string, string> = new Map([
  ['BillingKeyPaymentMethodCard', 'CARD'],
  ['BillingKeyPaymentMethodEasyPay', 'EASY_PAY'],
  ['BillingKeyPaymentMethodTransfer', 'TRANSFER'],
  ['BillingKeyPaymentMethodMobile', 'MOBILE'],
  ['BillingKeyPaymentMethodPaypal', 'PAYPAL'],
])

/** What a buyer recognises: the card's name and its last four digits, or who keeps the method. */
export const billingKeyIn = ({ billingKey, methods }: PortOneBillingKey): BillingKey => {
  const [method] = methods ?? []
  const lastFour = /(\d{4})$/.exec(method?.card?.number ?? '')?.[1]
  const name = method?.card?.name ?? method?.card?.issuer ?? method?.provider ?? method?.bank ?? ''
  const label = [clip(name, 60), lastFour === undefined ? '' : `****${lastFour}`].filter((it) => it !== '').join(' ')
  return {
    billingKey,
    method: isText(method?.type) ? (METHODS.get(method.type) ?? clip(method.type, 40)) : null,
    label: label === '' ? null : label,
  }
}
