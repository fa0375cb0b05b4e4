import type { Actor, Cause } from '../core/actor'
import type { Clock } from '../core/clock'
import type { Ids } from '../core/ids'
import type { Money } from '../core/money'
import type { OrderStatus, ResourceRef } from '../core/order'
import type { RefundTerms } from '../policies'
import type { Gateway } from '../providers/gateway'
import type { LogEntry } from '../providers/http'
import type { Store } from '../storage/store'
import type { CircuitSettings } from './circuit'

export type Gateways = Readonly<Record<string, Gateway>>
export type RefundPolicies = Readonly<Record<string, RefundTerms>>

/** The payment methods a configured gateway offers. */
export type MethodOf<G extends Gateways, N extends keyof G> = G[N] extends Gateway<infer M> ? M : string

/** A fact we committed. The id is stable: a handler that saw it before has handled it. */
export type PaymentEvent = {
  readonly id: string
  readonly type: string
  readonly at: Date
  readonly orderId: string
  readonly buyerId: string
  /** Counts the events of one order, from 1. */
  readonly sequence: number
  readonly actor: Actor
  readonly cause: Cause
  readonly fromStatus: OrderStatus | null
  readonly toStatus: OrderStatus
  readonly attemptId: string | null
  readonly refundId: string | null
  readonly amount: Money | null
  readonly reason: string | null
  readonly holdExpiresAt: Date | null
  /** Only on `resource.*` events: the seat, or the like, that changed hands. */
  readonly resource: ResourceRef | null
}

/** An event type, `order.*` for all of a kind, or `*`. */
export type EventPattern = string

export type InTransactionHooks<Tx> = Readonly<Record<EventPattern, (event: PaymentEvent, tx: Tx) => Promise<void>>>
export type EventHandlers = Readonly<Record<EventPattern, (event: PaymentEvent) => Promise<void> | void>>

export type Action =
  | 'order.hold'
  | 'order.pay'
  | 'order.cancel'
  | 'order.read'
  | 'order.refund'
  | 'order.access'
  | 'refund.complete_by_hand'
  | 'wallet.read'
  | 'wallet.credit'
  | 'wallet.debit'
  | 'resources.manage'
  | 'admin.read'

/** May this actor do this? `ownerId` is the buyer whose order or wallet it is. */
export type Authorize = (
  actor: Actor,
  action: Action,
  subject: { readonly ownerId: string | null },
) => boolean | Promise<boolean>

export type PaymentsOptions<G extends Gateways, P extends RefundPolicies, Tx> = {
  readonly store: Store<Tx>
  readonly gateways: G
  /** Named refund policies; an order freezes the one it was made under. */
  readonly refundPolicies?: P
  /** Run inside the transaction that writes the event. A throw writes nothing. */
  readonly inTransaction?: InTransactionHooks<Tx>
  /** Run after the commit, at least once per event; `sequence` tells the order of one order's events for sure. */
  readonly on?: EventHandlers
  /** Default: buyers on what is theirs, admins and the system on everything. */
  readonly authorize?: Authorize
  /** One line per provider call, without secrets. */
  readonly logger?: (entry: LogEntry) => void
  readonly clock?: Clock
  readonly ids?: Ids
  /** How long a hold lasts unless the order says otherwise. Default 5 minutes. */
  readonly holdMs?: number
  readonly payment?: PaymentSettings
  readonly jobs?: JobSettings
  /** When a provider that does not answer is left alone for a while; `false`: never. */
  readonly circuit?: CircuitSettings | false
}

export type PaymentSettings = {
  /** How long after the deadline unasked money still confirms an order that has kept its claims. Default 60 s. */
  readonly graceMs?: number
  /** Money for an order that expired: `refund` gives it back, `reclaim` takes the order up again if all is free. */
  readonly latePayment?: 'refund' | 'reclaim'
  /** Cancelling while PAYING: `void` ends the attempt first, `refuse` says no. Default `void`. */
  readonly cancelWhilePaying?: 'void' | 'refuse'
  /** After a declined attempt the deadline moves to at least this far from now, so often. Default: not at all. */
  readonly extendHoldAfterDecline?: { readonly ms: number; readonly times: number }
}

export type JobSettings = {
  /** How often `jobs.start()` runs all jobs. Default 5 s. */
  readonly everyMs?: number
  /** One process at a time per job, for so long without a sign of life; null: no lease. Default 30 s. */
  readonly leaseMs?: number | null
  /** Rows that expiry and outbox take at once, at most 1,000. Default 500. */
  readonly pageSize?: number
  /** When an intent without an answer counts as stale. Longer than the slowest provider call. Default 45 s. */
  readonly staleMs?: number
  /** Look-ups without a definite answer until an alert is raised. Default 10. */
  readonly alertAfterChecks?: number
}

export type Settings = {
  readonly holdMs: number
  readonly payment: Required<Omit<PaymentSettings, 'extendHoldAfterDecline'>> & {
    readonly extendHoldAfterDecline: { readonly ms: number; readonly times: number } | null
  }
  readonly jobs: { readonly [K in keyof Required<JobSettings>]: Exclude<JobSettings[K], undefined> }
  readonly circuit: Required<CircuitSettings> | null
}

const positive = (name: string, value: number): number => {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`createPayments: ${name} must be an integer >= 0`)
  return value
}

/** Fills in the defaults. Throws on a number that cannot be meant: that is a mistake in the program. */
export const settingsOf = (options: {
  readonly holdMs?: number
  readonly payment?: PaymentSettings
  readonly jobs?: JobSettings
  readonly circuit?: CircuitSettings | false
}): Settings => {
  const { payment = {}, jobs = {}, circuit = {} } = options
  const extend = payment.extendHoldAfterDecline
  return {
    holdMs: positive('holdMs', options.holdMs ?? 300_000),
    payment: {
      graceMs: positive('payment.graceMs', payment.graceMs ?? 60_000),
      latePayment: payment.latePayment ?? 'refund',
      cancelWhilePaying: payment.cancelWhilePaying ?? 'void',
      extendHoldAfterDecline:
        extend === undefined
          ? null
          : { ms: positive('extendHoldAfterDecline.ms', extend.ms), times: positive('times', extend.times) },
    },
    jobs: {
      everyMs: positive('jobs.everyMs', jobs.everyMs ?? 5_000),
      leaseMs: jobs.leaseMs === null ? null : positive('jobs.leaseMs', jobs.leaseMs ?? 30_000),
      pageSize: Math.min(1_000, Math.max(1, positive('jobs.pageSize', jobs.pageSize ?? 500))),
      staleMs: positive('jobs.staleMs', jobs.staleMs ?? 45_000),
      alertAfterChecks: positive('jobs.alertAfterChecks', jobs.alertAfterChecks ?? 10),
    },
    circuit:
      circuit === false
        ? null
        : {
            afterFailures: Math.max(1, positive('circuit.afterFailures', circuit.afterFailures ?? 10)),
            openMs: positive('circuit.openMs', circuit.openMs ?? 30_000),
          },
  }
}
