import type { JobSettings, PaymentSettings } from '../../engine/options'
import type { Random } from './random'

/** What a batch's host has chosen, and how much there is to compete for. */
export type Setup = {
  readonly buyers: number
  readonly seats: number
  readonly poolPlaces: number
  readonly limitPlaces: number
  readonly hooks: boolean
  /** A long-lived server runs its jobs itself; otherwise they are called from outside. */
  readonly ownTimer: boolean
  readonly jobsEveryMs: number
  readonly settings: {
    readonly holdMs: number
    readonly payment: PaymentSettings
    readonly jobs: JobSettings
  }
}

/** Where buyers come back to. */
export const RETURN = { successUrl: 'https://shop.example/back', failUrl: 'https://shop.example/back' } as const
export const POOL = 'floor'
export const LIMIT = 'per_buyer'

export const drawSetup = (random: Random): Setup => {
  const jobsEveryMs = random.pick([15_000, 45_000, 120_000])
  return {
    buyers: 8 + random.int(5),
    seats: 1 + random.int(4),
    poolPlaces: 2 + random.int(6),
    limitPlaces: 1 + random.int(3),
    hooks: random.chance(0.3),
    ownTimer: random.chance(0.25),
    jobsEveryMs,
    settings: {
      holdMs: random.pick([20_000, 60_000, 180_000]),
      payment: {
        graceMs: random.pick([0, 60_000]),
        latePayment: random.chance(0.75) ? 'refund' : 'reclaim',
        cancelWhilePaying: random.chance(0.75) ? 'void' : 'refuse',
        ...(random.chance(0.3) ? { extendHoldAfterDecline: { ms: 60_000, times: 2 } } : {}),
      },
      jobs: {
        everyMs: jobsEveryMs,
        leaseMs: random.chance(0.5) ? 30_000 : null,
        pageSize: random.pick([2, 10, 100]),
        staleMs: 45_000,
        alertAfterChecks: 10,
      },
    },
  }
}
