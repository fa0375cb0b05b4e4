import type { Attempt } from '../../core/attempt'
import type { Clock } from '../../core/clock'
import type { Money } from '../../core/money'
import type { Fault } from '../../providers/fake/faults'
import type { BeginContext, Checkout, Gateway, RawWebhook, Returned } from '../../providers/gateway'
import type { Store } from '../../storage/store'

/**
 * A gateway together with a provider it can be tried against: a fake in memory, or a sandbox behind functions like
 * these. Every case gets a fresh one, so nothing that one case did may be seen by the next.
 */
export type GatewaySubject = {
  /** Not connected yet: the kit connects it, and listens to what it logs. */
  readonly gateway: Gateway
  /** The clock of gateway and provider. Time moves only when the kit moves it. */
  readonly clock: Clock & { readonly advance: (ms: number) => unknown }
  /** Only for a gateway that keeps its book in the host's store. Any other finds a store that refuses to be used. */
  readonly store?: Store
  /** Whatever has to be done before the first call and takes time: money in a wallet, a session at a sandbox. */
  readonly prepare?: () => Promise<void>
  /** What every case pays. Units: at least 1,000 minor units, because parts of it are refunded. */
  readonly pays: {
    readonly amount: Money
    readonly method: string | null
    readonly context?: Partial<BeginContext>
  }
  readonly buyer: SubjectBuyer
  readonly book: SubjectBook
  /** `null` for a gateway without a wire. */
  readonly wire: SubjectWire | null
  /** `null` for a provider that tells nothing by itself. */
  readonly webhooks: SubjectWebhooks | null
  /** Keys and personal data that gateway and provider were given. None of it may be seen anywhere. At least 8 characters each. */
  readonly secrets: readonly string[]
  /** Options that cannot work. Each must throw `config_error` when the gateway is made. */
  readonly misconfigured: readonly { readonly what: string; readonly make: () => unknown }[]
  /**
   * `never` for a gateway that sends a charge once and then only looks it up, because nothing would recognise a second
   * one. What was lost on the way there stays unpaid, and must be closed as that.
   */
  readonly repeatedCharges?: 'once' | 'never'
  /**
   * `each` for a provider that cannot tell a repeated refund of a part from a second one. The kit then repeats none while
   * the first may have worked, as the library does not either.
   */
  readonly repeatedRefunds?: 'once' | 'each'
}

/** What the buyer's browser brought back; `null`: nothing. */
export type BroughtBack = Returned | null | Promise<Returned | null>

/** The person in front of the window. Each function does all that this person does after `begin`. */
export type SubjectBuyer = {
  /** Agrees to pay. With `capturedBy: 'buyer'` the provider has the money afterwards. */
  readonly pay: (attempt: Attempt, checkout: Checkout) => BroughtBack
  /** Agrees, and the bank or issuer says no: now, or when the money is asked for. */
  readonly decline: (attempt: Attempt, checkout: Checkout) => BroughtBack
  /** Opens the window and goes away. */
  readonly leave: (attempt: Attempt, checkout: Checkout) => BroughtBack
  /** Pays in a window that was opened for another amount. `null` where no browser has a say in the amount. */
  readonly payAnother: ((attempt: Attempt, checkout: Checkout, amount: Money) => BroughtBack) | null
  /** Does `pay` bring something back that says which payment it was? */
  readonly bringsBack: boolean
}

/** The provider's own book: what really happened, whatever anybody answered. Units: minor units, never negative. */
export type SubjectBook = {
  readonly takenMinor: (attemptId: string) => number | Promise<number>
  readonly refundedMinor: (attemptId: string) => number | Promise<number>
}

/** `sign_in` is what a gateway sends to be let in, before a look-up or a refund. */
export type SubjectCall = 'begin' | 'confirm' | 'lookup' | 'refund' | 'sign_in'

export type SubjectWire = {
  /** Which faults each call can meet. A fault that is not listed is not tried. */
  readonly faults: Readonly<Partial<Record<SubjectCall, readonly Fault['kind'][]>>>
  /** The next call of this kind meets this fault; only that one. For `sign_in`: and the one after it has to sign in. */
  readonly next: (call: SubjectCall, fault: Fault) => void
  /** How many faults have not met their call yet: a case that meets none proves nothing. */
  readonly pending: () => number
}

export type SubjectWebhooks = {
  /**
   * Sends what is due, each notice once, in the order things happened. Whoever answers anything but 200 is sent it again
   * later, if the provider does that.
   */
  readonly deliver: (send: (raw: RawWebhook) => number) => unknown
  /** Does the provider sign what it tells about payments? */
  readonly isSigned: boolean
  /** Does the provider send again what was not answered with 200? Units: how long that takes at most, in ms. */
  readonly sendsAgainWithinMs: number | null
  /** What somebody without any secret would send to make us believe that this attempt is paid. */
  readonly forge: (attempt: Attempt) => readonly RawWebhook[]
}
