import type { Gateway } from '../../../providers/gateway'
import type { Client } from '../client'
import type { Interference } from '../effects'
import type { Model } from '../model'
import type { Random } from '../random'
import type { World } from '../world'

/** One movement of money in a provider's own book, in our words. */
export type BookLine = {
  readonly gateway: string
  readonly attemptId: string
  readonly kind: 'capture' | 'refund'
  readonly amountMinor: number
}

/** A webhook on its way to us. */
export type Sent = {
  readonly gateway: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly rawBody: string | Uint8Array
}

/** What a buyer has in hand at the provider's window. */
export type Visit = { readonly attemptId: string; readonly totalMinor: number; readonly method: string | undefined }

/** A provider outside: its memory survives every crash of ours, and its book is the truth. */
export type SimulatedProvider = {
  readonly name: string
  /** How often buyers choose it, against the others. */
  readonly weight: number
  /** The gateway of one process. */
  readonly open: () => Gateway
  /** For providers without a network of their own: what stands between us and them, and whose time they live in. */
  readonly interfere?: Interference
  readonly method?: (random: Random) => string
  /** What the buyer does there, and what the browser brings back. */
  readonly visit?: (world: World, client: Client, visit: Visit) => Readonly<Record<string, string>>
  /** The same for a flow that is always the same: the buyer pays. */
  readonly pay?: (visit: Visit) => Readonly<Record<string, string>>
  readonly book: (model: Model) => readonly BookLine[]
  /** Hands over what it has to tell by now. */
  readonly tell?: (post: (sent: Omit<Sent, 'gateway'>) => void) => Promise<void>
  /** A notice by a stranger who knows an order number. Nothing about it is true. */
  readonly forge?: (random: Random, attemptId: string) => string
  /** Does a person see one more refund of this amount on the provider's pages than we know? Where no look-up tells. */
  readonly showsRefund?: (refund: {
    readonly attemptId: string
    readonly amountMinor: number
    readonly known: number
  }) => boolean
}
