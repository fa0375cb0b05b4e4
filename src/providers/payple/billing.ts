import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { BillingCharge, BillingKey, BillingKeyIssue, GatewayBilling } from '../billing'
import { clip } from '../clip'
import type { Charge, GatewayError, Returned } from '../gateway'
import { isFirstSending, onRepeat } from '../repeat'
import { PAYPLE_LENGTHS, type PaypleLengths, payTypeOf, registration, withoutEmoji } from './begin'
import type { ChargeBody, Month } from './bodies'
import type { PaypleClient } from './client'
import { notExecuted, readPaypleError, unknownOutcome } from './errors'
import { approved, findPayment, isPaymentOf } from './payment'
import type { PaypleKeyInfo } from './schema'

export type BillingOptions = {
  readonly client: PaypleClient
  readonly clientKey: string
  readonly lengths: Partial<PaypleLengths>
  readonly notFoundCodes: readonly string[]
  readonly now: () => Date
}

/**
 * Billing keys (`PCD_PAYER_ID`). A buyer makes one in Payple's window and we charge it; Payple plans nothing by itself.
 *
 * An order id that was used is refused: that is the guard against a second charge, and it answers `conflict`. The monthly
 * guard (`period`) refuses a second charge of one key in one month on top.
 */
export const billing = ({ client, clientKey, lengths, notFoundCodes, now }: BillingOptions): GatewayBilling => {
  const lookupKey: GatewayBilling['lookupKey'] = (billingKey) =>
    readKey(client, billingKey)
      .map((key) => ({ status: 'active', key }) as const)
      .orElse((error) => (isKeyGone(error) ? okAsync({ status: 'removed' } as const) : errAsync(error)))

  return {
    issuedIn: 'window',
    beginIssue: (issue, context) =>
      registration(issue, context, { clientKey, lengths }).asyncAndThen((checkout) => okAsync(checkout)),
    finishIssue: (issue, returned) =>
      readIssue(issue, returned).asyncAndThen((payerId) =>
        // The form came by way of the browser. Only Payple knows whether the key is one.
        readKey(client, payerId).mapErr((error) =>
          isKeyGone(error) ? notExecuted('return_invalid', 'PCD_PAYER_ID: no billing key of this merchant') : error,
        ),
      ),
    charge: (charge) => chargeKey(client, charge, lengths, now),
    lookupCharge: (charge) =>
      monthOf(charge).asyncAndThen((month) =>
        findPayment(client, { id: charge.id, method: charge.method, ...month }, [charge.requestedAt], notFoundCodes),
      ),
    lookupKey,
    removeKey: (billingKey) =>
      client
        .deleteBillingKey(billingKey)
        .map(() => undefined)
        // UNCONFIRMED what Payple says of a key that is gone already, so it is asked whether it is.
        .orElse((error) =>
          lookupKey(billingKey).andThen(({ status }) => (status === 'removed' ? ok(undefined) : err(error))),
        ),
  }
}

const chargeKey = (
  client: PaypleClient,
  charge: BillingCharge,
  lengths: Partial<PaypleLengths>,
  now: () => Date,
): ResultAsync<Charge, GatewayError> => {
  const first = isFirstSending(charge, charge.requestedAt, now())
  return chargeBody(charge, lengths).asyncAndThen((body) =>
    client
      .chargeBillingKey(body)
      .mapErr((error) => (first ? error : onRepeat(error)))
      .andThen((approval) => isPaymentOf(approval, charge))
      .map((approval): Charge => approved(approval, charge, now())),
  )
}

const chargeBody = (charge: BillingCharge, lengths: Partial<PaypleLengths>): Result<ChargeBody, GatewayError> => {
  const { billingKey, amount, buyerId } = charge
  const invalid = (what: string) => err(notExecuted('invalid_request', what))
  const payType = payTypeOf(charge.method)
  if (payType === undefined) return err(notExecuted('method_unavailable', 'method: not one of Payple'))
  if (amount.currency !== 'KRW') return invalid('currency: KRW')
  const minimum = payType === 'card' ? 100 : 1_000
  if (!Number.isSafeInteger(amount.amountMinor) || amount.amountMinor < minimum) {
    return invalid(`amount: at least ${minimum} KRW`)
  }
  const max = { ...PAYPLE_LENGTHS, ...lengths }
  if (!/^[\w-]+$/.test(charge.id) || charge.id.length > max.orderId) return invalid('id: not usable as an order id')
  const goods = clip(withoutEmoji(charge.title).trim(), max.goods)
  if (goods === '') return invalid('title: must not be empty')
  return monthOf(charge).map((month) => ({
    PCD_PAY_TYPE: payType,
    PCD_PAYER_ID: billingKey,
    PCD_PAY_GOODS: goods,
    PCD_PAY_TOTAL: amount.amountMinor,
    PCD_PAY_OID: charge.id,
    ...(/^\d+$/.test(buyerId) && buyerId.length <= max.payerNo ? { PCD_PAYER_NO: buyerId } : {}),
    PCD_PAY_ISTAX: 'Y',
    ...month,
  }))
}

const monthOf = ({ period }: BillingCharge): Result<Month, GatewayError> => {
  if (period === undefined) return ok({})
  const [, PCD_PAY_YEAR, PCD_PAY_MONTH] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(period) ?? []
  return PCD_PAY_YEAR === undefined || PCD_PAY_MONTH === undefined
    ? err(notExecuted('invalid_request', 'period: YYYY-MM'))
    : ok({ PCD_PAY_YEAR, PCD_PAY_MONTH })
}

/**
 * The billing key in what the browser posted back. Whatever amount stands beside it, this is a registration and no
 * payment: the id says so.
 */
const readIssue = (issue: BillingKeyIssue, returned: Returned): Result<string, GatewayError> => {
  const fields: Partial<Record<string, string>> = returned
  const { PCD_PAY_RST, PCD_PAYER_ID, PCD_PAY_WORK } = fields
  // UNCONFIRMED which of the two a registration brings back. One must be there, and none may be another's.
  const names = [fields['PCD_PAY_OID'], fields['PCD_USER_DEFINE1']].filter((name) => name !== undefined && name !== '')
  if (names.length === 0) return err(notExecuted('return_invalid', 'PCD_PAY_OID and PCD_USER_DEFINE1: missing'))
  if (names.some((name) => name !== issue.id)) {
    return err(notExecuted('order_mismatch', 'PCD_PAY_OID: belongs to another registration'))
  }
  if (PCD_PAY_RST === 'close') return err(notExecuted('declined', 'the buyer closed the window'))
  if (PCD_PAY_RST === 'error') {
    const said = readPaypleError('window', 200, { isError: true, code: fields['PCD_PAY_CODE'] ?? null })
    return err(said.outcome === 'not_executed' ? said : notExecuted('declined', 'the window ended with an error'))
  }
  if (PCD_PAY_RST !== 'success') return err(notExecuted('return_invalid', 'PCD_PAY_RST: not a result of Payple'))
  if (PCD_PAY_WORK !== undefined && PCD_PAY_WORK !== '' && PCD_PAY_WORK !== 'AUTH') {
    return err(notExecuted('return_invalid', 'PCD_PAY_WORK: not a registration'))
  }
  return PCD_PAYER_ID !== undefined && /^[\x21-\x7e]{1,255}$/.test(PCD_PAYER_ID)
    ? ok(PCD_PAYER_ID)
    : err(notExecuted('return_invalid', 'PCD_PAYER_ID: missing or malformed'))
}

const readKey = (client: PaypleClient, payerId: string): ResultAsync<BillingKey, GatewayError> =>
  client
    .getBillingKey(payerId)
    .andThen((info) =>
      info.payerId === payerId ? ok(info) : err(unknownOutcome('bad_response', 'the answer is about another key')),
    )
    .map((info) => ({
      billingKey: payerId,
      method: info.payType === 'transfer' ? 'TRANSFER' : info.payType === 'card' ? 'CARD' : null,
      label: labelOf(info),
    }))

/** `BC카드 ****4444`: the last four at most, however Payple masked the rest. */
const labelOf = ({ issuerName, maskedNumber }: PaypleKeyInfo): string | null => {
  const [, last = null] = /(\d{1,4})$/.exec(maskedNumber ?? '') ?? []
  const parts = [issuerName === null ? null : clip(issuerName, 40), last === null ? null : `****${last}`]
  const label = parts.filter((part) => part !== null).join(' ')
  return label === '' ? null : label
}

/**
 * Payple documents no code for a key it does not have; to ask and be refused is its advice for finding out. Codes that
 * speak of something else, of our credentials or of a fault, say nothing about the key.
 */
const isKeyGone = ({ code, providerCode }: GatewayError): boolean =>
  providerCode !== undefined &&
  (code === 'unrecognized' || code === 'method_unavailable' || code === 'not_found' || code === 'invalid_request')
