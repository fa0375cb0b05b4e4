import type { Clock, Gateway } from 'holdfast'
import type { FakeToss } from 'holdfast/testing'

/** One payment provider of the demo: its fake, and what differs between it and the others. */
export type Provider = {
  readonly fake: Fake
  /** As a host configures it, but for the fake's keys and its fetch. */
  readonly gateway: (fetch: typeof globalThis.fetch) => Gateway
  /**
   * Stands for the provider's own script: the function that a page calls, under its real name. `open(parameters)` is the
   * demo's, and goes to the fake's window.
   */
  readonly sdk: string
  /** `METHOD /path` of the calls to break, or to die after. Each of them knows of money that our tables do not know of. */
  readonly calls: { readonly charge: RegExp; readonly refund: RegExp }
  /** The issuer refuses the next payment. */
  readonly decline: () => void
  /** Somebody pays into the account of an attempt. False when nobody waits for it. */
  readonly deposit: (attemptId: string) => boolean
  /** The provider's own book. */
  readonly book: () => readonly BookLine[]
}

export type BookLine = {
  readonly attemptId: string
  readonly kind: 'capture' | 'refund'
  readonly amountMinor: number
  readonly at: Date | null
}

/** What every fake has. */
export type Fake = Pick<FakeToss, 'fetch' | 'handle' | 'windowUrl' | 'faults' | 'webhooks' | 'save'>

/** What a fake begins with. `saved`: what the one before it remembered. */
export type FakeOptions = { readonly clock: Clock; readonly saved?: string }
