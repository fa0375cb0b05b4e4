import type { ResultAsync } from 'neverthrow'
import type { CancellableOrder, Order, PayableOrder, RefundableOrder } from '../core/order'
import type { Row } from '../storage/schema'
import type { Access } from './access'
import type { CancelInput, Cancelled, CancelManyInput } from './cancel'
import type { ConfirmInput, PaymentResult } from './confirm'
import type {
  AccessError,
  CancelError,
  CommonError,
  ConfirmError,
  HoldError,
  QuoteError,
  RefundError,
  StartPaymentError,
} from './errors'
import type * as holds from './holds'
import type { JobName, JobReport } from './jobs'
import type { Gateways, MethodOf, RefundPolicies } from './options'
import type * as queries from './queries'
import type * as refunds from './refunds'
import type * as byHand from './refunds-by-hand'
import type * as resources from './resources'
import type { AbandonInput, StartedPayment, StartPaymentInput } from './start-payment'
import type * as wallet from './wallet'
import type * as webhooks from './webhooks'

/** An order in a state that allows the verb, or its id: then the state is checked when the verb runs. */
type OrderIn<O extends Order> = O | string
type With<I extends { readonly order: unknown }, O extends Order> = Omit<I, 'order'> & { readonly order: OrderIn<O> }

export type Payments<G extends Gateways, P extends RefundPolicies, Tx = never> = {
  /**
   * The verbs that can be part of a transaction the host has opened, on the store's own handle of it (a Kysely
   * `Transaction`, a Prisma or Drizzle `tx`). What they write is there when the host commits, and gone when it rolls
   * back; handlers are told by the jobs, after that.
   *
   * Inside, only money of the host's own store can move: `startPayment` and `confirm` take the wallet, because a
   * provider's answer cannot be rolled back. A hold takes only what is free: it ends no overdue hold of somebody else's.
   *
   * Throws when the store cannot join a transaction. On MySQL the transaction must be READ COMMITTED.
   */
  readonly join: (tx: Tx) => { readonly orders: Pick<Orders<G, P>, 'hold' | 'startPayment' | 'confirm'> }
  readonly orders: Orders<G, P>
  readonly refunds: Refunds
  readonly access: {
    /** May the buyer use what this order bought? Changes nothing. Errors: `not_purchased`, `refunded`. */
    readonly check: (input: queries.GetInput) => ResultAsync<Access, AccessError>
    /**
     * The same, and records the first use, which closes a `notAccessed` refund. First use and refund exclude each
     * other: whoever commits first wins. A repeat changes nothing.
     */
    readonly consume: (input: queries.GetInput) => ResultAsync<Access, AccessError>
  }
  readonly resources: {
    readonly listClaimed: (group: string) => ResultAsync<readonly resources.ClaimedResource[], CommonError>
    readonly capacity: (pool: string) => ResultAsync<resources.Capacity | null, CommonError>
    readonly setCapacity: (input: resources.CapacityInput) => ResultAsync<resources.Capacity, CommonError>
  }
  readonly wallet: Wallet
  readonly webhooks: {
    /**
     * Takes a provider's webhook: verifies what can be verified, stores it, asks the provider, and brings our state in
     * line. Answer 200 to every `ok`; `signature_invalid`, `timestamp_out_of_tolerance` and `unreadable_body` are 400;
     * `unknown_gateway` is 404; everything else 503, so that the provider delivers again. `holdfast/http` does this.
     *
     * Idempotency: a notice is handled once; a repeat of a handled one is `duplicate`.
     */
    readonly receive: (
      gateway: keyof G & string,
      input: webhooks.WebhookInput,
    ) => ResultAsync<webhooks.Received, webhooks.ReceiveError>
  }
  readonly jobs: {
    /** Runs one job, or all, once: for cron and serverless hosts. Several workers at once do no harm. */
    readonly run: (name?: JobName) => ResultAsync<readonly JobReport[], CommonError>
    /** Runs all jobs every few seconds, and hands events to handlers at once. For long-lived servers. */
    readonly start: () => void
    /** Stops after the run that is under way. */
    readonly stop: () => Promise<void>
  }
  readonly admin: {
    /** What needs a person, oldest first. */
    readonly alerts: (input: {
      readonly actor: queries.GetInput['actor']
    }) => ResultAsync<readonly Row<'alerts'>[], CommonError>
  }
}

export type Orders<G extends Gateways, P extends RefundPolicies> = {
  /**
   * Holds what the lines claim, at the price they say, until the deadline.
   *
   * Units: prices are in minor units; all lines share one currency. The price, the refund policy and the event's time
   * are frozen on the order. A total of zero confirms at once, without a provider.
   *
   * Errors: `resource_unavailable`, `sold_out`, `limit_exceeded`: nothing is held. `validation` names the field.
   *
   * Idempotency: with an `idempotencyKey` a repeat returns the same order; the same key with other facts is
   * `idempotency_conflict`. Keys are the actor's own.
   */
  readonly hold: (
    input: Omit<holds.HoldInput, 'refundPolicy'> & { readonly refundPolicy: keyof P & string },
  ) => ResultAsync<Order, HoldError>
  /**
   * Opens an attempt through one gateway and says what the buyer's browser does next. Moves no money.
   *
   * In `successUrl` and `failUrl`, `{orderId}` and `{attemptId}` stand for the ids of this order and attempt.
   *
   * Errors: `hold_expired`: the deadline has passed, and the order is EXPIRED now. `attempt_in_progress`: another
   * attempt is open; go on with it, or end it with `abandonAttempt`. `method_unavailable`: nothing was opened.
   *
   * Idempotency: the same gateway and method again go on with the open attempt.
   */
  readonly startPayment: <N extends keyof G & string>(
    input: Omit<With<StartPaymentInput, PayableOrder>, 'gateway' | 'method'> & {
      readonly gateway: N
      readonly method?: MethodOf<G, N>
    },
  ) => ResultAsync<StartedPayment, StartPaymentError>
  /**
   * Takes the payment the buyer authorised and confirms the order. `returned` is what the provider's window brought
   * back; nothing in it is trusted.
   *
   * Errors:
   * - `hold_expired`: the deadline passed before the provider was asked; nothing was charged.
   * - `amount_mismatch`, `order_mismatch`, `return_invalid`: the return is not this attempt's; nothing was asked.
   * - `declined`, `insufficient_funds` and other `not_executed`: nothing was charged. Start a new attempt.
   * - `outcome: 'unknown'`: repeat the call; it asks, and never charges twice. A job goes on asking too.
   * - `paid_too_late`: the money came for an order that is over, and goes back by itself.
   *
   * Idempotency: a repeat returns the order as it is; a webhook that was faster makes no difference.
   */
  readonly confirm: (input: ConfirmInput) => ResultAsync<PaymentResult, ConfirmError>
  /** Ends an open attempt whose money nobody has asked for, so that the buyer can pay in another way. */
  readonly abandonAttempt: (input: AbandonInput) => ResultAsync<Order, ConfirmError>
  /**
   * Gives the order up and releases what it holds. Of a paid order it says what can be refunded; it moves no money.
   *
   * Errors: `attempt_in_progress`: a charge is under way and its outcome is not known yet. `refund_forfeited`: nothing
   * would come back; repeat with `acknowledgeNoRefund`. A repeat changes nothing.
   */
  readonly cancel: (input: With<CancelInput, CancellableOrder>) => ResultAsync<Cancelled, CancelError>
  /** Gives several orders up at once, all or nothing. */
  readonly cancelMany: (input: CancelManyInput) => ResultAsync<readonly Order[], CancelError>
  /** One order. A dead hold expires and a stale intent is looked up on the way. */
  readonly get: (input: queries.GetInput) => ResultAsync<Order, CommonError>
  /** The same, with its lines, attempts, refunds and history. */
  readonly details: (input: queries.GetInput) => ResultAsync<queries.OrderDetails, CommonError>
  readonly list: (input: queries.ListInput) => ResultAsync<queries.OrderPage, CommonError>
  /** The order now and after every change, until the signal aborts. */
  readonly watch: (input: queries.GetInput & queries.WatchOptions) => AsyncGenerator<Order, void, void>
}

export type Refunds = {
  /** What would be refunded now, and why, in words a buyer understands. Changes nothing. */
  readonly quote: (input: queries.GetInput) => ResultAsync<refunds.RefundQuote, QuoteError>
  /**
   * Gives money back under the policy that was frozen on the order: everything that is left, or `amount`.
   *
   * Units: `amount` is in minor units of the order's currency.
   *
   * Errors: `refund_not_eligible` with the policy's reason; `refund_in_progress`: another refund is under way;
   * `provider_refund_failed`: nothing moved; `refund_outcome_unknown`, `refund_state_sync_failed`: money may have moved,
   * a job finds out; never refund in another way meanwhile.
   *
   * Idempotency: with an `idempotencyKey` a repeat returns the same refund. Without, a second refund meets
   * `refund_in_progress` or `already_refunded`.
   */
  readonly refund: (input: With<refunds.RefundInput, RefundableOrder>) => ResultAsync<refunds.RefundResult, RefundError>
  /** Closes a refund that the provider refused and a person has paid. Admins only. A repeat changes nothing. */
  readonly completeManually: (input: byHand.RefundByHandInput) => ResultAsync<refunds.RefundResult, RefundError>
  /**
   * Says how a refund of unknown outcome ended at a provider that lists no refunds (Payple): a person has looked at its
   * admin pages. `completed`: the money is out. `not_executed`: it is not; the order is free for another refund, and one
   * that is owed all the same is left to hand. Admins only.
   *
   * Errors: `refund_in_progress`: too early for `not_executed`, the request may still be carried out; `validation`: the
   * look-ups of this gateway tell by themselves; `contention`: a job was at it, look again.
   *
   * Idempotency: a refund that is closed stays as it is.
   */
  readonly resolve: (input: byHand.ResolveRefundInput) => ResultAsync<refunds.RefundResult, RefundError>
}

export type Wallet = {
  readonly [V in 'balance' | 'history' | 'credit' | 'debit']: (
    input: Parameters<(typeof wallet)[V]>[2],
  ) => ReturnType<(typeof wallet)[V]>
}
