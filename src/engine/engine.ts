import type { Actor, Cause } from '../core/actor'
import type { Clock } from '../core/clock'
import type { Ids } from '../core/ids'
import type { FrozenPolicy } from '../core/order'
import type { GatewayCapabilities, PaymentGateway } from '../providers/gateway'
import type { Store } from '../storage/store'
import type * as Inputs from './input'
import type { Authorize, EventHandlers, InTransactionHooks, Settings } from './options'

/** What every verb is given: the ports, the connected gateways and the host's choices. Made once by `createPayments`. */
export type Engine = {
  readonly store: Store<unknown>
  readonly clock: Clock
  readonly ids: Ids
  readonly gateways: ReadonlyMap<string, ConnectedGateway>
  /** As they are frozen on every order that names one. */
  readonly refundPolicies: ReadonlyMap<string, FrozenPolicy>
  readonly authorize: Authorize
  readonly inTransaction: InTransactionHooks<unknown>
  readonly on: EventHandlers
  readonly settings: Settings
  /** The schemas of what verbs are given: zod costs more to load than all the rest, so they come with the first call. */
  readonly loadInputs: () => Promise<typeof Inputs>
  /**
   * True inside a transaction of the host's: nothing may wait for another connection, no provider is asked, and what is
   * written is not there before the host commits.
   */
  readonly joined: boolean
  /** Tells watchers and the outbox of this process that an order has changed. */
  readonly changed: (orderId: string) => void
}

export type ConnectedGateway = PaymentGateway & {
  readonly mode: 'test' | 'live'
  readonly capabilities: GatewayCapabilities
}

/** Through which door a change comes, and by whom. */
export type Door = { readonly actor: Actor; readonly cause: Cause }

export const SYSTEM: Door = { actor: { kind: 'system', id: 'jobs' }, cause: 'job' }

/** The moment `ms` after another. */
export const later = (from: Date, ms: number): Date => new Date(from.getTime() + ms)

/** A change that the actor asked for. */
export const byRequest = ({ actor }: { readonly actor: Actor }): Door => ({ actor, cause: 'request' })
