import { err, ok, type Result } from 'neverthrow'
import type { GatewayError } from '../gateway'
import { reference } from '../webhook-body'
import { notExecuted } from './errors'

/**
 * The order id that PortOne is given for an id of ours: `att_X` is `attX` there. Some PGs take letters and digits only,
 * and cut off what is longer than 40. An id without an underscore goes as it is, and no two ids become the same one.
 *
 * Errors: `invalid_request` for an id that would not come back as it went. It is never sent.
 *
 * @see https://developers.portone.io/opi/ko/integration/pg/v1/smartro-v2/caution
 */
export const merchantUidOf = (id: string): Result<string, GatewayError> => {
  const merchantUid = id.replace(/^(att|bki|chg)_/, '$1')
  return ownIdOf(merchantUid) === id
    ? ok(merchantUid)
    : err(notExecuted('invalid_request', 'merchant_uid: up to 40 letters and digits'))
}

/** The id of ours that `merchantUidOf` made this order id of. Null for one it cannot have made. */
export const ownIdOf = (merchantUid: string): string | null =>
  isMerchantUid(merchantUid) ? merchantUid.replace(/^(att|bki|chg)(?=.)/, '$1_') : null

/** What every PG takes. */
export const isMerchantUid = (text: string): boolean => /^[A-Za-z0-9]{1,40}$/.test(text)

/**
 * What an order id of ours was handed out for. The prefix decides, never the amount or status beside it: PortOne shows
 * the registration of a card as a paid payment.
 */
export type Purpose = 'payment' | 'issue' | 'charge'

export const purposeOf = (merchantUid: string): Purpose => {
  if (merchantUid.startsWith('bki')) return 'issue'
  return merchantUid.startsWith('chg') ? 'charge' : 'payment'
}

/**
 * The alias of the billing key that an issue makes: one for each issue, because a second card under the same alias
 * would replace the first at PortOne and leave it alive at the PG.
 */
export const customerUidOf = (issueId: string): string => `cus_${issueId.replace(/^bki_/, '')}`

/** PortOne's ids are opaque, at most 32 characters in its older documents. Null for anything that cannot be one. */
export const impUidOf = (value: unknown): string | null => reference(value, 64)
