import { describe, expect, test } from 'vitest'
import { runCrashes } from '../../../scripts/simulate-run'
import { crashEverywhere, FLOW_NAMES } from '../../../src/testing/simulator'

const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  'buy by toss': ['CONFIRMED'],
  'buy by wallet': ['CONFIRMED'],
  'bought and refunded at payple': ['REFUNDED'],
  'a part refunded at payple, and the answer got lost': ['CONFIRMED'],
  'bought and refunded in part at portone v1': ['CONFIRMED'],
  'bought and refunded at portone v2': ['REFUNDED'],
  'declined, then paid by another card': ['CONFIRMED'],
  'paid at the bank, the browser never comes back': ['CONFIRMED'],
  'cancelled before it was paid': ['CANCELLED'],
  'cancelled and refunded': ['REFUNDED'],
  'refunded, and the answer got lost': ['REFUNDED'],
  // Died before anything was asked of the provider: nobody came back, and nothing was paid.
  'paid, and the answer got lost': ['CONFIRMED', 'EXPIRED'],
  'expired while a charge was open': ['CONFIRMED', 'EXPIRED'],
  'paid at the bank too late': ['EXPIRED'],
}

describe('a process may die anywhere', () => {
  test('at every place of every flow: no invariant breaks (C-01, C-09..C-14, C-47, C-48)', async () => {
    expect(Object.keys(ENDINGS)).toEqual(FLOW_NAMES)
    const reports = await runCrashes(FLOW_NAMES.map((flow) => ({ flow, pairs: false })))
    for (const { flow, points, visited, runs, failures, endings } of reports) {
      expect(failures, flow).toEqual([])
      expect(visited, `${flow}: every place that was counted was died at`).toBe(points.length)
      expect(points.length, flow).toBeGreaterThan(20)
      expect(runs, flow).toBeGreaterThanOrEqual(points.length)
      expect([...endings].sort(), flow).toEqual(ENDINGS[flow])
    }
  }, 300_000)

  test('the places have names that say where', async () => {
    const [report] = await crashEverywhere({ flows: ['buy by wallet'], pairs: false })
    expect(report?.points).toContain('hold/commit order.held/before')
    expect(report?.points).toContain('confirm/commit attempt.charge_requested/after')
    expect(report?.points).toContain('confirm/commit insert walletAccounts+insert ledgerEntries/after')
    expect(report?.points).toContain('confirm/commit attempt.approved+order.confirmed/before')
  })

  test('a missing safeguard shows: an intent that is not stored loses a payment somewhere', async () => {
    const [report] = await crashEverywhere({
      flows: ['paid, and the answer got lost'],
      pairs: false,
      sabotage: 'no_intent_commit',
    })
    expect(report?.failures.length).toBeGreaterThan(0)
  })
})
