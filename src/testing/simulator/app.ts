import type { Clock } from '../../core/clock'
import type { Ids } from '../../core/ids'
import { createPayments } from '../../engine/create-payments'
import type { EventHandlers, InTransactionHooks, JobSettings, PaymentSettings } from '../../engine/options'
import { allOf, beforeEvent, never, notAccessed, withinDays } from '../../policies'
import type { Gateway } from '../../providers/gateway'
import type { MemoryTx } from '../../storage/memory'
import type { Store } from '../../storage/store'

export type ShopOptions = {
  readonly store: Store<MemoryTx>
  readonly clock: Clock
  readonly ids: Ids
  readonly gateways: Readonly<Record<string, Gateway>>
  readonly settings: {
    readonly holdMs: number
    readonly payment: PaymentSettings
    readonly jobs: JobSettings
  }
  readonly inTransaction: InTransactionHooks<MemoryTx>
  readonly on: EventHandlers
}

/** The host under test: one process's payments, wired as a host would. */
export const openShop = ({ settings, ...options }: ShopOptions) =>
  createPayments({
    ...options,
    ...settings,
    refundPolicies: {
      ticket: beforeEvent({ hours: 24, requiresCancellation: true }),
      digital: allOf(withinDays(7), notAccessed()),
      generous: withinDays(7),
      final: never(),
    },
  })

export type Shop = ReturnType<typeof openShop>
export type PolicyName = 'ticket' | 'digital' | 'generous' | 'final'
