import { okAsync, type ResultAsync } from 'neverthrow'
import type { GatewaySubject } from './subject'
import { minor, newAttempt, newRefund, openWorld } from './world'

/**
 * Loads what a gateway loads with its first calls, so that a case waits for nothing but its subject. What the calls
 * answer is no matter here: every case asks again.
 */
export const warmUp = async (subject: GatewaySubject): Promise<void> => {
  const world = await openWorld(subject, { isFirst: true })
  const { gateway, ask } = world
  const attempt = newAttempt(world, { providerRef: 'warm-up', capturedMinor: 2, status: 'APPROVED' })
  const context = { attempt, refundable: attempt.amount, refundAccount: null }
  const calls: readonly (() => ResultAsync<unknown, unknown>)[] = [
    () => gateway.lookup(newAttempt(world)),
    () => gateway.confirm(newAttempt(world), {}),
    () => gateway.refund(newRefund(world, attempt, minor(world, 1)), context),
    () => gateway.void?.(newAttempt(world)) ?? okAsync(undefined),
  ]
  for (const call of calls) await ask<unknown, unknown>('the first calls', call).catch(() => undefined)
}
