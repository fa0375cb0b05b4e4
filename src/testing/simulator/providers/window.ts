import type { Client } from '../client'
import type { World } from '../world'

/** How long the windows in which buyers pay without us stay open, as their gateways declare it. */
export const WINDOW_MS = 600_000
/** The provider ends them earlier: clocks differ. */
const MARGIN_MS = 60_000

/**
 * The buyer pays in a window at once, or later, or never; `undefined` when it was not at once. A window that is over
 * takes nothing any more.
 */
export const inTheWindow = <T>(world: World, client: Client, attemptId: string, pay: () => T): T | undefined => {
  const { random } = client
  const payInTime = (): T | undefined => {
    const opened = world.model.get('attempts', attemptId)?.createdAt.getTime()
    return opened === undefined || world.scheduler.now() - opened >= WINDOW_MS - MARGIN_MS ? undefined : pay()
  }
  if (random.chance(0.6)) return payInTime()
  if (random.chance(0.8)) {
    client.spawn(async () => {
      await client.pause(random.pick([2_000, 30_000, 100_000, 250_000, 500_000]))
      payInTime()
    })
  }
  return undefined
}
