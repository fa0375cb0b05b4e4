import { expect, test } from 'vitest'
import { runParts } from '../../../scripts/simulate-run'
import { FAULTS } from '../../../src/testing/simulator'

/** How many places there are to die at, how often each was passed, and how often a process died. */
const summaryOf = (points: readonly (readonly [string, { readonly passed: number; readonly crashed: number }])[]) => {
  const passed = points.map(([, it]) => it.passed).sort((left, right) => left - right)
  const deaths = points.reduce((sum, [, { crashed }]) => sum + crashed, 0)
  const median = passed[Math.floor(passed.length / 2)]
  return `crash points: ${points.length}, passed ${passed[0]} to ${passed.at(-1)} times (median ${median}), ${deaths} deaths\n`
}

// Invariants I-01..I-04, I-06, I-07, I-11..I-24, I-29..I-32, I-34, I-36, I-38 and I-39, after every commit or at rest.
test('20,000 lives with everything failing around them break no invariant (C-01..C-05, C-07..C-18, C-20..C-23, C-26, C-31, C-34, C-45..C-48)', async () => {
  const finished = await runParts([
    { seed: 1, lives: 10_000 },
    { seed: 2, lives: 10_000 },
  ])
  for (const { report, memoryMb } of finished) {
    expect(report.failure).toBeNull()
    expect(report.lives).toBeGreaterThanOrEqual(10_000)
    // A run about nothing proves nothing: every ending is reached often, and every fault happens.
    const endings = new Map(report.endings)
    for (const status of ['CONFIRMED', 'EXPIRED', 'CANCELLED', 'REFUNDED']) {
      expect(endings.get(status), status).toBeGreaterThan(200)
    }
    const faults = new Map(report.faultCounts)
    for (const name of FAULTS) expect(faults.get(name), name).toBeGreaterThan(0)
    const crashed = report.crashPoints.filter(([, { crashed: times }]) => times > 0)
    expect(crashed.length).toBeGreaterThan(100)
    process.stdout.write(summaryOf(report.crashPoints))
    // Worlds come and go; what stays is the code that has been compiled.
    const half = memoryMb[Math.floor(memoryMb.length / 2)] ?? 0
    expect(memoryMb.at(-1)).toBeLessThan(half * 1.25)
  }
}, 300_000)
