import type { Gateway } from '../../providers/gateway'
import type { MemoryTx } from '../../storage/memory'
import type { Store } from '../../storage/store'

/** Whose call it is: what a store or gateway may want to misbehave for. */
export type Caller = () => { readonly verb: string }

/** Ports with one safeguard taken out of them. The engine itself is never touched. */
export type SabotageKit = {
  readonly store: (store: Store<MemoryTx>, caller: Caller) => Store<MemoryTx>
  readonly gateway: (gateway: Gateway) => Gateway
}
