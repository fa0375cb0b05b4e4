import type { ResultAsync } from 'neverthrow'
import { systemClock } from '../core/clock'
import { randomIds } from '../core/ids'
import type { CancellableOrder, Order, PayableOrder, RefundableOrder } from '../core/order'
import type { Gateway } from '../providers/gateway'
import { type WalletBook, walletBook } from '../providers/wallet'
import type { Row } from '../storage/schema'
import type { Store } from '../storage/store'
import { checkAccess, consumeAccess } from './access'
import { listAlerts } from './admin'
import { defaultAuthorize } from './authorize'
import { cancel, cancelMany } from './cancel'
import { type ConfirmInput, confirm, type PaymentResult } from './confirm'
import type { ConnectedGateway, Engine } from './engine'
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
import * as holds from './holds'
import { type JobName, type JobReport, jobRunner } from './jobs'
import { type Gateways, type MethodOf, type PaymentsOptions, type RefundPolicies, settingsOf } from './options'
import * as queries from './queries'
import * as refunds from './refunds'
import * as resources from './resources'
import {
  type AbandonInput,
  abandonAttempt,
  type StartedPayment,
  type StartPaymentInput,
  startPayment,
} from './start-payment'
import * as wallet from './wallet'
import * as webhooks from './webhooks'

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
    readonly check: (input: queries.GetInput) => ResultAsync<import('./access').Access, AccessError>
    /**
     * The same, and records the first use, which closes a `notAccessed` refund. First use and refund exclude each
     * other: whoever commits first wins. A repeat changes nothing.
     */
    readonly consume: (input: queries.GetInput) => ResultAsync<import('./access').Access, AccessError>
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
  readonly cancel: (
    input: With<import('./cancel').CancelInput, CancellableOrder>,
  ) => ResultAsync<import('./cancel').Cancelled, CancelError>
  /** Gives several orders up at once, all or nothing. */
  readonly cancelMany: (input: import('./cancel').CancelManyInput) => ResultAsync<readonly Order[], CancelError>
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
  readonly completeManually: (input: refunds.RefundByHandInput) => ResultAsync<refunds.RefundResult, RefundError>
}

export type Wallet = {
  readonly [V in 'balance' | 'history' | 'credit' | 'debit']: (
    input: Parameters<(typeof wallet)[V]>[2],
  ) => ReturnType<(typeof wallet)[V]>
}

/**
 * Wires a store, gateways and policies into the verbs. Nothing runs and no connection is opened until a verb is called
 * or `jobs.start()`.
 *
 * Throws on settings that cannot be meant, and on a gateway that is none. Several instances, in one process or many, may share one store.
 */
export const createPayments = <const G extends Gateways, const P extends RefundPolicies, Tx = unknown>(
  options: PaymentsOptions<G, P, Tx>,
): Payments<G, P, Tx> => {
  const { clock = systemClock(), ids = randomIds(), logger } = options
  checkGateways(options.gateways)
  const listeners = new Map<string, Set<() => void>>()
  // The engine only passes a transaction on, from the store that made it to the hooks that know it.
  const store = options.store as Store<unknown>
  const wiring = { clock, ids, store, log: logger ?? (() => {}) }
  const engine: Engine = {
    store,
    clock,
    ids,
    gateways: new Map(Object.entries(options.gateways).map(([name, gateway]) => [name, connected(gateway, wiring)])),
    refundPolicies: options.refundPolicies ?? {},
    authorize: options.authorize ?? defaultAuthorize,
    inTransaction: (options.inTransaction ?? {}) as Engine['inTransaction'],
    on: options.on ?? {},
    settings: settingsOf(options),
    joined: false,
    changed: (orderId) => {
      runner.nudge()
      for (const wake of listeners.get(orderId) ?? []) wake()
    },
  }
  const runner = jobRunner(engine, ids.next('wrk'))
  const book = bookOf(options.gateways, engine)
  const subscribe = (orderId: string, wake: () => void) => {
    const waiting = listeners.get(orderId) ?? new Set()
    listeners.set(orderId, waiting.add(wake))
    return () => {
      waiting.delete(wake)
      if (waiting.size === 0) listeners.delete(orderId)
    }
  }
  return {
    join: (tx) => {
      const inside = joinedEngine(engine, options.gateways, wiring, tx)
      return {
        orders: {
          hold: (input) => holds.hold(inside, input),
          startPayment: (input) => startPayment(inside, input),
          confirm: (input) => confirm(inside, input),
        },
      }
    },
    orders: {
      hold: (input) => holds.hold(engine, input),
      startPayment: (input) => startPayment(engine, input),
      confirm: (input) => confirm(engine, input),
      abandonAttempt: (input) => abandonAttempt(engine, input),
      cancel: (input) => cancel(engine, input),
      cancelMany: (input) => cancelMany(engine, input),
      get: (input) => queries.getOrder(engine, input),
      details: (input) => queries.getDetails(engine, input),
      list: (input) => queries.listOrders(engine, input),
      watch: (input) => queries.watchOrder(engine, subscribe, input),
    },
    refunds: {
      quote: (input) => refunds.quote(engine, input),
      refund: (input) => refunds.refund(engine, input),
      completeManually: (input) => refunds.completeByHand(engine, input),
    },
    access: {
      check: (input) => checkAccess(engine, input),
      consume: (input) => consumeAccess(engine, input),
    },
    resources: {
      listClaimed: (group) => resources.listClaimed(engine, group),
      capacity: (pool) => resources.capacityOf(engine, pool),
      setCapacity: (input) => resources.setCapacity(engine, input),
    },
    wallet: {
      balance: (input) => wallet.balance(engine, book, input),
      history: (input) => wallet.history(engine, book, input),
      credit: (input) => wallet.credit(engine, book, input),
      debit: (input) => wallet.debit(engine, book, input),
    },
    webhooks: { receive: (gateway, input) => webhooks.receive(engine, gateway, input) },
    jobs: { run: runner.run, start: runner.start, stop: runner.stop },
    admin: { alerts: ({ actor }) => listAlerts(engine, actor) },
  }
}

/** A key of the host's configuration that led to nothing is found at start, not at the first payment. */
const checkGateways = (gateways: Gateways): void => {
  for (const [name, gateway] of Object.entries(gateways) as [string, Gateway | undefined][]) {
    if (typeof gateway?.connect !== 'function') throw new TypeError(`createPayments: gateways.${name} is not a gateway`)
  }
}

const connected = (gateway: Gateway, wiring: Parameters<Gateway['connect']>[0]): ConnectedGateway => {
  const { mode, capabilities } = gateway
  return { ...gateway.connect(wiring), mode, capabilities }
}

const joinedEngine = (
  engine: Engine,
  gateways: Gateways,
  wiring: Parameters<Gateway['connect']>[0],
  tx: unknown,
): Engine => {
  const store = engine.store.join?.(tx)
  if (store === undefined) throw new TypeError('payments.join: this store cannot join a transaction')
  const own = Object.entries(gateways).filter(([, { capabilities }]) => capabilities.keptInStore === true)
  return {
    ...engine,
    store,
    joined: true,
    gateways: new Map(own.map(([name, gateway]) => [name, connected(gateway, { ...wiring, store })])),
    changed: () => {},
  }
}

/** The wallet verbs and a configured wallet gateway work on the same wallets, opening balance included. */
const bookOf = (gateways: Gateways, { store, clock }: Engine): WalletBook => {
  for (const gateway of Object.values(gateways)) {
    // Only the wallet gateway has a book of this kind; other gateways' books are their provider's.
    if (gateway.name === 'wallet' && 'book' in gateway) {
      return (gateway as Gateway & { book: typeof walletBook }).book(store, clock)
    }
  }
  return walletBook(store, clock)
}
