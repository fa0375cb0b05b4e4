import { expect, test } from 'vitest'
import { createDrain, withPoison } from '../../../src/testing/simulator/poison'

const uses: readonly (readonly [string, () => unknown])[] = [
  ['Date.now', () => Date.now()],
  ['new Date()', () => new Date()],
  ['Math.random', () => Math.random()],
  ['setTimeout', () => setTimeout(() => {}, 1)],
  ['setInterval', () => setInterval(() => {}, 1)],
  ['crypto.randomUUID', () => crypto.randomUUID()],
  ['crypto.getRandomValues', () => crypto.getRandomValues(new Uint8Array(1))],
  ['fetch', () => fetch('http://127.0.0.1:1/')],
]

test.each(uses)('%s throws while the simulator runs, and works afterwards', async (name, use) => {
  const before = [Date, Date.now, Math.random, setTimeout, setInterval, fetch]
  const thrown = await withPoison(async () => {
    try {
      use()
      return 'nothing'
    } catch (error) {
      return String(error)
    }
  })
  expect(thrown).toContain(`${name} was used`)
  expect([Date, Date.now, Math.random, setTimeout, setInterval, fetch]).toEqual(before)
})

test('a date made from a value is still a date', async () => {
  const moment = await withPoison(async () => new Date(5))
  expect(moment).toBeInstanceOf(Date)
  expect(moment.getTime()).toBe(5)
})

test('the platform is back after a failure too', async () => {
  const real = Date
  await expect(withPoison(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(Date).toBe(real)
  expect(Date.now()).toBeGreaterThan(0)
})

test('a drain ends after everything that can go on, however deep', async () => {
  let depth = 0
  const deeper = async (left: number): Promise<void> => {
    await null
    depth += 1
    if (left > 1) await deeper(left - 1)
  }
  void deeper(500)
  await createDrain()()
  expect(depth).toBe(500)
})
