import { describe, expect, test } from 'vitest'
import { runParts } from '../../scripts/simulate-run'
import { SABOTAGES } from '../../src/testing/simulator'

describe('a simulator that finds nothing proves nothing', () => {
  test('each safeguard that is taken out is missed within 5,000 lives', async () => {
    expect(SABOTAGES.length).toBeGreaterThanOrEqual(25)
    const parts = SABOTAGES.map((sabotage) => ({ sabotage, seed: 1, lives: 5_000, shrink: false }))
    const finished = await runParts(parts)
    const unnoticed = SABOTAGES.filter((_, at) => (finished[at]?.report.failure ?? null) === null)
    expect(unnoticed).toEqual([])
  }, 600_000)
})
