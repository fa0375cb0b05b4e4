import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../../src/storage/memory'
import { storeConformance } from '../../../src/testing/store-conformance'

const cases = storeConformance(memoryStore)

describe('memoryStore passes the store conformance kit', () => {
  for (const { name, run } of cases) {
    test(name, async () => {
      await expect(run()).resolves.toBeUndefined()
    })
  }
})
