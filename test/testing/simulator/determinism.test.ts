import { expect, test } from 'vitest'
import { SABOTAGES, simulate } from '../../../src/testing/simulator'

test('the same seed makes the same history, to the byte; another seed makes another', async () => {
  const first = await simulate({ seed: 11, lives: 250 })
  const second = await simulate({ seed: 11, lives: 250 })
  const other = await simulate({ seed: 12, lives: 250 })
  expect(first.failure).toBeNull()
  expect(second.history).toBe(first.history)
  expect(second.steps).toBe(first.steps)
  expect(other.history).not.toBe(first.history)
})

test('without faults nothing breaks', async () => {
  const report = await simulate({ seed: 3, lives: 200, faults: 'none' })
  expect(report.failure).toBeNull()
  expect(report.faultCounts.size).toBe(0)
  expect(report.endings.get('CONFIRMED')).toBeGreaterThan(30)
})

test('a rate that is given holds in every batch, the others are drawn', async () => {
  const report = await simulate({ seed: 3, lives: 100, faults: { crash: 0 } })
  expect(report.faultCounts.has('crash')).toBe(false)
  expect(report.faultCounts.size).toBeGreaterThan(3)
})

test('a failure comes with its seed, its batch and the smallest history that still shows it', async () => {
  const { failure } = await simulate({ seed: 22, lives: 2_000, sabotage: 'fresh_key_per_retry' })
  expect(failure?.invariant).toMatch(/^I-\d\d /)
  expect(failure?.buyers.length).toBeLessThanOrEqual(3)
  expect(failure?.faults.length).toBeLessThanOrEqual(4)
  expect(failure?.faults.map(({ id }) => id).join()).toContain('provider_')
  expect(failure?.schedule.at(-2)).toContain(`VIOLATION ${failure?.invariant}`)
  expect(failure?.schedule.join('\n')).toContain('attempt.charge_requested')

  const again = await simulate({
    seed: 22,
    lives: 2_000,
    sabotage: 'fresh_key_per_retry',
    onlyBatch: failure?.batch ?? -1,
    shrink: false,
  })
  expect(again.failure?.invariant).toBe(failure?.invariant)
})

test('progress is told after every batch', async () => {
  const told: number[] = []
  const report = await simulate({ seed: 5, lives: 40, faults: 'none', onProgress: ({ lives }) => told.push(lives) })
  expect(told.at(-1)).toBe(report.lives)
  expect(told.length).toBe(report.batches)
})

test('sabotages are named once', () => {
  expect(new Set(SABOTAGES).size).toBe(SABOTAGES.length)
})
