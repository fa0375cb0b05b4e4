import type { Notices } from './notices'
import { lookAtRefunds } from './operator'
import { quietViolations } from './quiet-rules'
import type { Violation } from './types'
import type { World } from './world'

const HOUR_MS = 3_660_000
const MAX_ROUNDS = 40

/**
 * The quiet end: no more faults, every process gone, and one fresh engine that runs the jobs while hours go by, until
 * nothing is left to do. What is still wrong then stays wrong.
 */
export const settle = async (world: World, notices: Notices, report: (violation: Violation) => void): Promise<void> => {
  const { decisions, scheduler, model } = world
  decisions.stop()
  for (const process of world.processes) process.crash()
  world.owner.dead = true
  const shop = world.freshShop()
  await notices.collect()
  for (const { gateway, headers, rawBody } of notices.undelivered()) {
    await shop.webhooks.receive(gateway, { headers, rawBody })
  }
  let still = 0
  for (let round = 0; round < MAX_ROUNDS && still < 2; round += 1) {
    // What was still on its way to a provider arrives now.
    const until = scheduler.now() + HOUR_MS
    while (await scheduler.step(until)) await notices.collect()
    scheduler.advanceTo(until)
    const ran = await shop.jobs.run()
    if (ran.isErr()) report({ invariant: 'I-39 the jobs run when all is well', message: ran.error.code })
    for (const resolve of lookAtRefunds(world)) await resolve(shop)
    await notices.collect()
    const isOpen =
      model.all('outbox').length > 0 ||
      model.all('orders').some(({ dueAt }) => dueAt !== null) ||
      model.all('attempts').some(({ nextCheckAt }) => nextCheckAt !== null) ||
      model.all('refunds').some(({ nextCheckAt }) => nextCheckAt !== null) ||
      model.all('inbox').some(({ status }) => status === 'RECEIVED')
    still = isOpen ? 0 : still + 1
  }
  for (const violation of quietViolations(world, notices.distinct())) report(violation)
}
