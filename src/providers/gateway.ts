import type { Result, ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import type { Clock } from '../core/clock'
import type { Ids } from '../core/ids'
import type { Money } from '../core/money'
import type { Refund } from '../core/refund'
import type { Store } from '../storage/store'
import type { BillingNotice, GatewayBilling } from './billing'
import type { LogEntry } from './http'

/**
 * What a host plugs in: `gateways: { toss: toss({ … }) }`. `connect` is called once, by `createPayments`. Keys live in
 * the closure, so that printing a gateway shows functions and no secret.
 */
export type Gateway<M extends string = string> = {
  readonly name: string
  readonly mode: 'test' | 'live'
  readonly capabilities: GatewayCapabilities<M>
  readonly connect: (wiring: GatewayWiring) => PaymentGateway
}

export type GatewayWiring = {
  readonly clock: Clock
  readonly ids: Ids
  /** Only the wallet keeps its book here; a provider has its own. */
  readonly store: Store
  readonly log: (entry: LogEntry) => void
}

export type GatewayCapabilities<M extends string = string> = {
  /** Payment methods a buyer may choose; empty when the provider's own window asks. */
  readonly methods: readonly M[]
  readonly partialRefund: boolean
  /**
   * Who makes the provider take the money. `confirm`: only our `confirm` call can, so an attempt whose charge was never
   * requested is harmless. `buyer`: the provider's window can, without us.
   */
  readonly capturedBy: 'confirm' | 'buyer'
  /**
   * How long after a charge was requested the provider may still carry it out. Before that has passed, a look-up that
   * finds nothing proves nothing. `null`: no such limit; only a void closes the attempt.
   */
  readonly chargeWindowMs: number | null
  /**
   * How long after a refund was sent the provider may still carry it out. Until then an unanswered refund is looked up
   * and never sent again: the refusal of a repeat would say nothing about the first request. `0`: nothing of ours is
   * ever under way, as with a book of our own.
   */
  readonly refundWindowMs: number
  /**
   * False when no look-up tells which refunds were made. Then an unanswered refund of a part is never sent again: only a
   * person can tell. Left out: look-ups list every refund.
   */
  readonly listsRefunds?: boolean
  /** True for a book kept in the host's own store: its money can move inside a transaction of the host's. */
  readonly keptInStore?: boolean
}

/**
 * One provider, in our words. No method repeats a call that can move money. `attempt.id` is the merchant order id at
 * the provider, `chargeKey(attempt)` and `refundKey(refund)` are the idempotency keys.
 */
export type PaymentGateway = {
  /** What the buyer's browser needs: a window, a redirect, or nothing. Moves no money. */
  readonly begin: (attempt: Attempt, context: BeginContext) => ResultAsync<Checkout, GatewayError>
  /** Checks what the browser brought back against the attempt. Pure: no provider is asked. */
  readonly readReturn: (attempt: Attempt, returned: Returned) => Result<Accepted, GatewayError>
  /** Takes the money the buyer authorised. The attempt carries the provider reference that `readReturn` accepted. */
  readonly confirm: (attempt: Attempt, returned: Returned) => ResultAsync<Charge, GatewayError>
  /** The provider's own record: the truth. `not_found` is an answer, not an error. */
  readonly lookup: (attempt: Attempt) => ResultAsync<ProviderPayment, GatewayError>
  /** Ends an attempt for good, where the provider can: after `ok` a late request can no longer take money. */
  readonly void?: (attempt: Attempt) => ResultAsync<void, GatewayError>
  /** Gives money back. `refundable` is what we believe is left; a provider with an optimistic lock compares it. */
  readonly refund: (refund: Refund, context: RefundContext) => ResultAsync<ProviderRefund, GatewayError>
  /** Verifies and parses a webhook; touches nothing else. */
  readonly receive: (raw: RawWebhook) => Result<Notice, WebhookError>
  /** Stored payment methods that can be charged without the buyer, where the provider has them. */
  readonly billing?: GatewayBilling
}

export type BeginContext = {
  readonly title: string
  readonly successUrl: string | null
  readonly failUrl: string | null
  readonly customer: { readonly name?: string; readonly email?: string } | null
}

/** What the browser brought back from the provider. Everything in it is controlled by the buyer. */
export type Returned = Readonly<Record<string, string>>

export type Accepted = { readonly providerRef: string | null }

/** What the buyer's browser does next. */
export type Checkout =
  | { readonly action: 'none' }
  | { readonly action: 'wait_webhook' }
  | { readonly action: 'redirect'; readonly url: string }
  | {
      readonly action: 'window'
      /** Whose script opens the window. */
      readonly gateway: string
      readonly parameters: Readonly<Record<string, string | number | boolean | null>>
    }

export type Charge =
  | {
      readonly status: 'approved'
      readonly providerRef: string
      readonly captured: Money
      readonly approvedAt: Date
      readonly method: string | null
      readonly callbackSecret?: string
    }
  | {
      /** Accepted, but the money comes later: a bank deposit, a slow provider. */
      readonly status: 'waiting'
      readonly providerRef: string | null
      readonly dueAt: Date | null
      readonly deposit: DepositAccount | null
      readonly callbackSecret?: string
    }

/** Where the buyer sends the money. Shown, never stored. */
export type DepositAccount = {
  readonly bankCode: string
  readonly accountNumber: string
  readonly holderName: string
  readonly dueAt: Date | null
}

export type ProviderPayment =
  | (Extract<Charge, { status: 'approved' }> & { readonly refunds: readonly ProviderRefund[] })
  | (Extract<Charge, { status: 'waiting' }> & { readonly expired: boolean })
  /** The provider says it will never take this money. */
  | { readonly status: 'failed'; readonly code: string }
  /** Known, not paid, and may yet be paid. */
  | { readonly status: 'open' }
  | { readonly status: 'not_found' }

export type ProviderRefund = {
  /** The provider's own id of this refund. */
  readonly providerRef: string
  /** Our refund id, where the provider repeats it. */
  readonly refundId: string | null
  readonly amount: Money
  readonly status: 'completed' | 'waiting' | 'failed'
  /** The provider's result code, kept with the refund for an audit. */
  readonly providerCode?: string
}

export type RefundContext = {
  readonly attempt: Attempt
  /** What we believe can still be refunded of the attempt, this refund included. */
  readonly refundable: Money
  /** For a payment that came as a bank deposit. Passed through, never stored. */
  readonly refundAccount: RefundAccount | null
}

export type RefundAccount = {
  readonly bankCode: string
  readonly accountNumber: string
  readonly holderName: string
}

export type RawWebhook = {
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The bytes as they came. Parsing and printing them again breaks signatures. */
  readonly rawBody: string | Uint8Array
  readonly receivedAt: Date
}

export type Notice = {
  /** The same for every delivery of the same notice. */
  readonly id: string
  readonly type: string
  /** Ours, or null when the notice names none. */
  readonly attemptId: string | null
  readonly providerRef: string | null
  /** `signed`: verified. `secret`: carries a secret that must match the attempt's. `hint`: says nothing by itself. */
  readonly trust: 'signed' | 'secret' | 'hint'
  /** What it is about when it is no payment: an issued, changed or removed billing key, or a schedule. */
  readonly billing?: BillingNotice
  readonly secret?: string
  /** True for notices that concern no payment: stored, answered, nothing else. */
  readonly ignorable: boolean
  /** Redacted, safe to store. */
  readonly payload: string
}

export type WebhookError =
  | { readonly code: 'signature_invalid'; readonly message: string }
  | { readonly code: 'timestamp_out_of_tolerance'; readonly message: string }
  | { readonly code: 'unreadable_body'; readonly message: string }
  | { readonly code: 'webhook_security_not_configured'; readonly message: string }

/**
 * Why a provider call gave no money movement we can count on.
 *
 * `outcome: 'not_executed'`: nothing moved. `outcome: 'unknown'`: look up, never charge again with a new key.
 * `provider_fault` and `conflict` are answers: the request is over and a look-up tells how it ended. After `timeout`,
 * `network` and `bad_response` the request itself may still be on its way.
 */
export type GatewayError =
  | {
      readonly code: NotExecutedCode
      readonly outcome: 'not_executed'
      readonly providerCode?: string
      readonly message: string
      readonly retryable: boolean
    }
  | {
      readonly code: UnknownCode
      readonly outcome: 'unknown'
      /** When the answer is about another attempt of ours than the one we asked for: that one is looked up at once. */
      readonly aboutAttemptId?: string
      readonly providerCode?: string
      readonly message: string
      readonly retryable: boolean
    }

export type NotExecutedCode =
  | 'declined'
  | 'insufficient_funds'
  | 'refused'
  | 'invalid_request'
  | 'return_invalid'
  | 'amount_mismatch'
  | 'order_mismatch'
  | 'method_unavailable'
  | 'not_found'
  | 'payment_window_closed'
  | 'refund_account_required'
  | 'refund_period_over'
  | 'rate_limited'
  | 'config_error'
  | 'not_sent'

export type UnknownCode =
  | 'timeout'
  | 'network'
  | 'bad_response'
  | 'in_progress'
  | 'conflict'
  | 'provider_fault'
  | 'unrecognized'

/** Codes after which the request may still be on its way: the key is kept. After the others the provider has answered. */
export const mayStillArrive = ({ code }: GatewayError): boolean =>
  code === 'timeout' || code === 'network' || code === 'bad_response' || code === 'in_progress'

/** Refusals at the door: the call was not looked at, so they say nothing about an earlier call with the same key. */
export const isAboutThisSendOnly = ({ code }: GatewayError): boolean =>
  code === 'not_sent' || code === 'rate_limited' || code === 'config_error' || code === 'refund_account_required'
