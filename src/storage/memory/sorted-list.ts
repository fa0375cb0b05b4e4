/** One row's place in an index: the value it sorts by, and its id for ties. */
export type Entry = { readonly value: string | number; readonly id: string }

/**
 * Entries in order, cut into short arrays: each search is two binary searches, and an insert or a removal moves at most
 * a chunk's entries, even in an index of a million rows. No chunk is ever empty.
 */
export type SortedList = Entry[][]

const CHUNK = 128

export const compareEntries = (left: Entry, right: Entry): number => {
  if (left.value !== right.value) return left.value < right.value ? -1 : 1
  if (left.id !== right.id) return left.id < right.id ? -1 : 1
  return 0
}

/** The first position for which `isBefore` no longer holds. It holds for a beginning of the items and nothing after. */
const firstNot = <T>(items: readonly T[], isBefore: (item: T) => boolean): number => {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = items[middle]
    if (item !== undefined && isBefore(item)) low = middle + 1
    else high = middle
  }
  return low
}

const lastOf = (chunk: readonly Entry[]): Entry | undefined => chunk[chunk.length - 1]

/** The first chunk whose last entry is not before. */
const chunkOf = (list: SortedList, isBefore: (entry: Entry) => boolean): number =>
  firstNot(list, (chunk) => {
    const last = lastOf(chunk)
    return last !== undefined && isBefore(last)
  })

export const addEntry = (list: SortedList, entry: Entry): void => {
  const isBefore = (other: Entry) => compareEntries(other, entry) < 0
  // An entry beyond all others belongs at the end of the last chunk.
  const at = Math.min(chunkOf(list, isBefore), Math.max(list.length - 1, 0))
  const chunk = list[at]
  if (chunk === undefined) {
    list.push([entry])
    return
  }
  chunk.splice(firstNot(chunk, isBefore), 0, entry)
  if (chunk.length > 2 * CHUNK) list.splice(at + 1, 0, chunk.splice(CHUNK))
}

export const removeEntry = (list: SortedList, entry: Entry): void => {
  const isBefore = (other: Entry) => compareEntries(other, entry) < 0
  const at = chunkOf(list, isBefore)
  const chunk = list[at]
  if (chunk === undefined) return
  const place = firstNot(chunk, isBefore)
  const found = chunk[place]
  if (found === undefined || compareEntries(found, entry) !== 0) return
  chunk.splice(place, 1)
  if (chunk.length === 0) list.splice(at, 1)
}

export type Range = {
  /** Holds for the entries below the range: a beginning of the list. */
  readonly isBelow: (entry: Entry) => boolean
  /** Holds for the entries above the range: an end of the list. */
  readonly isAbove: (entry: Entry) => boolean
}

/** The ids of the first `limit` entries of the range, upwards or downwards. */
export const idsWithin = (
  list: SortedList,
  { isBelow, isAbove }: Range,
  order: 'asc' | 'desc',
  limit: number,
): readonly string[] => {
  const ids: string[] = []
  const isBefore = order === 'asc' ? isBelow : (entry: Entry) => !isAbove(entry)
  let at = chunkOf(list, isBefore)
  let place = firstNot(list[at] ?? [], isBefore)
  while (ids.length < limit) {
    if (order === 'desc') {
      place -= 1
      if (place < 0) {
        at -= 1
        place = (list[at]?.length ?? 0) - 1
      }
    }
    const entry = list[at]?.[place]
    if (entry === undefined || (order === 'asc' ? isAbove(entry) : isBelow(entry))) break
    ids.push(entry.id)
    if (order === 'asc') {
      place += 1
      if (place === list[at]?.length) {
        at += 1
        place = 0
      }
    }
  }
  return ids
}
