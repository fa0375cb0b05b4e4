import type { Clock } from '../../../src/core/clock'

/** Time stands still, so that a page is the same whenever it is recorded. */
export const stillClock = (): Clock => ({
  now: () => new Date('2026-03-02T01:00:00.000Z'),
  schedule: () => () => {},
})
