import { expect, test } from 'vitest'
import { runCrashes } from '../../scripts/simulate-run'
import { FLOW_NAMES } from '../../src/testing/simulator'

test('a process may die at any two places of any flow: no invariant breaks (C-01, C-09..C-14, C-47, C-48)', async () => {
  const reports = await runCrashes(FLOW_NAMES.map((flow) => ({ flow, pairs: true })))
  expect(reports.map(({ flow }) => flow)).toEqual(FLOW_NAMES)
  for (const { flow, points, visited, runs, failures } of reports) {
    expect(failures, flow).toEqual([])
    expect(visited, flow).toBe(points.length)
    expect(runs, flow).toBeGreaterThan(points.length * 5)
  }
}, 900_000)
