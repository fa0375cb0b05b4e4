import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addEntry,
  compareEntries,
  type Entry,
  idsWithin,
  removeEntry,
  type SortedList,
} from '../../../src/storage/memory/sorted-list'

const entry = (value: number): Entry => ({ value: value % 50, id: `id-${value}` })
const listOf = (entries: readonly Entry[]): SortedList => {
  const list: SortedList = []
  for (const each of entries) addEntry(list, each)
  return list
}
const everything = { isBelow: () => false, isAbove: () => false }

describe('a sorted list', () => {
  test('keeps thousands of entries in order, in short chunks, whatever order they come in', () => {
    const entries = Array.from({ length: 5_000 }, (_, at) => entry((at * 2_741) % 5_000))
    const list = listOf(entries)
    expect(list.flat()).toEqual(entries.toSorted(compareEntries))
    expect(Math.max(...list.map((chunk) => chunk.length))).toBeLessThanOrEqual(256)
    expect(list.length).toBeGreaterThan(10)
  })

  test('is empty again when everything is removed, and removes nothing that it does not hold', () => {
    const entries = Array.from({ length: 1_000 }, (_, at) => entry(at))
    const list = listOf(entries)
    removeEntry(list, { value: 7, id: 'nobody' })
    expect(list.flat()).toHaveLength(1_000)
    for (const each of entries) removeEntry(list, each)
    expect(list).toEqual([])
    removeEntry(list, entry(1))
    expect(list).toEqual([])
  })

  test('gives every range in both directions, also across chunks', () => {
    const sorted = Array.from({ length: 2_000 }, (_, at) => entry(at)).toSorted(compareEntries)
    const list = listOf(sorted)
    fc.assert(
      fc.property(
        fc.integer({ min: -1, max: 51 }),
        fc.integer({ min: -1, max: 51 }),
        fc.integer({ min: 1, max: 900 }),
        (low, high, limit) => {
          const range = {
            isBelow: ({ value }: Entry) => Number(value) < low,
            isAbove: ({ value }: Entry) => Number(value) > high,
          }
          const inside = sorted.filter((each) => !range.isBelow(each) && !range.isAbove(each)).map(({ id }) => id)
          expect(idsWithin(list, range, 'asc', limit)).toEqual(inside.slice(0, limit))
          expect(idsWithin(list, range, 'desc', limit)).toEqual(inside.toReversed().slice(0, limit))
        },
      ),
      { numRuns: 200 },
    )
  })

  test('gives nothing when it holds nothing', () => {
    expect(idsWithin([], everything, 'asc', 10)).toEqual([])
    expect(idsWithin([], everything, 'desc', 10)).toEqual([])
  })
})
