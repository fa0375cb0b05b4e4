import type { ResultAsync } from 'neverthrow'
import type { Money } from '../core/money'
import type { Charge, Checkout, GatewayError, ProviderPayment, Returned } from './gateway'

/**
 * A stored payment method that can be charged without the buyer. Card numbers never pass through: the buyer types them
 * into the provider's window, and we are given a key.
 */
export type BillingKey = {
  /** Opaque, and a secret: whoever has it and the merchant's credentials can charge. Never logged. */
  readonly billingKey: string
  readonly method: string | null
  /** What a buyer recognises: `BC카드 ****4444`. Null when the provider tells nothing. */
  readonly label: string | null
}

/**
 * One time that a buyer registers a method. `id` is ours and goes to the provider as the order id of the issuance. It
 * begins with `bki_`: that is how an issuance is told from a payment, whatever amount the provider shows beside it.
 */
export type BillingKeyIssue = {
  readonly id: string
  readonly buyerId: string
  readonly method: string | null
  /** Shown in the window and never taken; nothing depends on it. Zero where nothing should be shown. */
  readonly displayAmount: Money
}

export type IssueContext = {
  readonly title: string
  readonly successUrl: string | null
  readonly failUrl: string | null
  readonly customer: { readonly name?: string; readonly email?: string; readonly phone?: string } | null
}

/**
 * One charge of a stored method. `id` is the merchant order id at the provider, and with `keyGeneration` the idempotency
 * key. The facts of the record are those of an attempt, for the same reasons.
 */
export type BillingCharge = {
  readonly id: string
  readonly billingKey: string
  readonly buyerId: string
  readonly method: string | null
  readonly amount: Money
  readonly title: string
  readonly status: 'PENDING' | 'UNKNOWN'
  readonly keyGeneration: number
  readonly requestedAt: Date
  readonly checks: number
  /** The month this charge is for, `YYYY-MM`, where the provider can refuse a second charge of the same month. */
  readonly period?: string
}

/** The idempotency key of a billing charge: the same for every repeat while the outcome is open. */
export const billingChargeKey = ({ id, keyGeneration }: Pick<BillingCharge, 'id' | 'keyGeneration'>): string =>
  `${id}-charge-${keyGeneration}`

export type ScheduledCharge = {
  /** Our id of the charge; also its merchant order id. */
  readonly id: string
  readonly billingKey: string
  readonly amount: Money
  readonly title: string
  readonly chargeAt: Date
}

export type ProviderSchedule = {
  /** The provider's id of the schedule, which need not be that of the payment. */
  readonly scheduleRef: string
  readonly chargeId: string
  readonly status: 'scheduled' | 'started' | 'succeeded' | 'failed' | 'revoked'
}

/** What a notice says about stored methods. Like every notice it is a hint: look up. */
export type BillingNotice =
  | { readonly subject: 'issue'; readonly issueId: string | null; readonly billingKey: string | null }
  | { readonly subject: 'key_removed' | 'key_changed'; readonly billingKey: string | null }
  | { readonly subject: 'charge'; readonly chargeId: string }

/**
 * Billing keys at one provider, in our words. No method repeats a call that can move money. An issuance moves none and
 * is never a payment, whatever it looks like at the provider.
 */
export type GatewayBilling = {
  /** The provider issues keys in its own window only: the buyer has to be there. */
  readonly issuedIn: 'window'
  readonly beginIssue: (issue: BillingKeyIssue, context: IssueContext) => ResultAsync<Checkout, GatewayError>
  /** Takes what the browser brought back and asks the provider whether the key is real and belongs to this issue. */
  readonly finishIssue: (issue: BillingKeyIssue, returned: Returned) => ResultAsync<BillingKey, GatewayError>
  readonly charge: (charge: BillingCharge) => ResultAsync<Charge, GatewayError>
  /** The provider's record of a charge: the truth, as with a payment. */
  readonly lookupCharge: (charge: BillingCharge) => ResultAsync<ProviderPayment, GatewayError>
  /** `removed` for a key that the provider has forgotten or never knew. */
  readonly lookupKey: (
    billingKey: string,
  ) => ResultAsync<
    { readonly status: 'active'; readonly key: BillingKey } | { readonly status: 'removed' },
    GatewayError
  >
  /** A key that is gone already is `ok`: the wish is fulfilled. */
  readonly removeKey: (billingKey: string) => ResultAsync<void, GatewayError>
  /** Where the provider itself charges at a given time. */
  readonly schedules?: {
    readonly schedule: (charge: ScheduledCharge) => ResultAsync<ProviderSchedule, GatewayError>
    /** `conflict` (unknown) when it has run or is running already: look up the charge. */
    readonly unschedule: (schedule: {
      readonly scheduleRef: string
      readonly chargeId: string
      readonly billingKey: string
    }) => ResultAsync<void, GatewayError>
    readonly lookup: (schedule: {
      readonly scheduleRef: string
      readonly chargeId: string
    }) => ResultAsync<ProviderSchedule | null, GatewayError>
  }
}
