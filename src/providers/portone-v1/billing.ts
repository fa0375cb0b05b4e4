import { okAsync } from 'neverthrow'
import type { GatewayBilling } from '../billing'
import { chargeKey, lookupCharge } from './again'
import { beginIssue, finishIssue, type IssueSettings, keyOf, removeKey } from './issue'
import type { Asking } from './records'
import { schedules } from './schedules'

/**
 * Billing keys of PortOne V1. The buyer registers a card in the window; what we hold is an alias of our own making
 * (`customer_uid`), one for each registration. Card numbers have no way in.
 *
 * Not guaranteed: that nothing is taken when a card is registered, with a PG that charges at registration. Of those,
 * show them an amount of 0; a key that may have been charged is not accepted.
 *
 * @see https://developers.portone.io/opi/ko/integration/start/v1/non-auth
 */
export const billing = (asking: Asking, settings: IssueSettings): GatewayBilling => ({
  issuedIn: 'window',
  beginIssue: (issue, context) => beginIssue(issue, context, settings).asyncAndThen((checkout) => okAsync(checkout)),
  finishIssue: (issue, returned) => finishIssue(asking, issue, returned, settings),
  charge: (charge) => chargeKey(asking, charge, settings),
  lookupCharge: (charge) => lookupCharge(asking, charge),
  lookupKey: (billingKey) =>
    keyOf(asking, billingKey, null).map((key) =>
      key === null ? ({ status: 'removed' } as const) : ({ status: 'active', key } as const),
    ),
  removeKey: (billingKey) => removeKey(asking, billingKey),
  schedules: schedules(asking, settings),
})
