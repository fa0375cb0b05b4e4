import type { Ids } from '../core/ids'

/** Ids that count: `ord_000000001`. The same calls make the same ids. */
export const testIds = (): Ids => {
  let count = 0
  return {
    next: (prefix) => {
      count += 1
      return `${prefix}_${String(count).padStart(9, '0')}`
    },
  }
}
