import type { Gateway } from '../../providers/gateway'
import type { ConformanceCase } from '../store-conformance/cases'
import { buying } from './buying'
import { chargeFaults } from './charge-faults'
import { construction } from './construction'
import { lookups } from './lookups'
import { refundFaults } from './refund-faults'
import { refunds } from './refunds'
import { returns } from './returns'
import { secrecy } from './secrecy'
import type { GatewaySubject } from './subject'
import { voids } from './voids'
import { warmUp } from './warm-up'
import { webhooks } from './webhooks'
import { openWorld, type World } from './world'

/** A case before it knows its subject. */
export type GatewayCase = { readonly name: string; readonly run: (world: World) => Promise<void> }

/** What decides which cases apply. */
export type Shape = {
  readonly subject: GatewaySubject
  readonly capabilities: Gateway['capabilities']
  readonly canVoid: boolean
}

/**
 * What a gateway must do to be trusted with money, as cases for any test runner:
 * `for (const { name, run } of gatewayConformance(makeSubject)) test(name, run)`.
 *
 * `makeSubject` is called once to see which cases apply, once per case, and once to load what is loaded lazily. A case
 * that does not apply, say webhooks where there are none, is not in the list. The provider's own book is the outside
 * truth: whatever the gateway says is compared with it, at once and hours later. No timer of the platform is used.
 *
 * Errors: a case throws an `Error` that says what was expected.
 *
 * Not guaranteed: that the real provider behaves like the subject's. Billing keys and schedules are not covered.
 */
export const gatewayConformance = (makeSubject: () => GatewaySubject): readonly ConformanceCase[] => {
  const shape = shapeOf(makeSubject())
  let warming: Promise<void> | undefined
  return [construction, returns, buying, chargeFaults, lookups, refunds, refundFaults, voids, webhooks, secrecy]
    .flatMap((casesFor) => casesFor(shape))
    .map(({ name, run }) => ({
      name,
      run: async () => {
        warming ??= warmUp(makeSubject())
        await warming
        await run(await openWorld(makeSubject()))
      },
    }))
}

const shapeOf = (subject: GatewaySubject): Shape => {
  const { gateway, clock, store } = subject
  const ids = { next: (prefix: string) => `${prefix}_000000000` }
  const nowhere = new Proxy({}, { get: () => () => Promise.reject(new Error('nothing is stored yet')) })
  const connected = gateway.connect({
    clock,
    ids,
    store: store ?? (nowhere as never), // Nothing is called on it here.
    log: () => undefined,
  })
  return { subject, capabilities: gateway.capabilities, canVoid: connected.void !== undefined }
}
