import { afterAll, beforeAll, describe, test } from 'vitest'
import { storeConformance } from '../../src/testing'
import { databases, type Opened } from './relational/databases'

describe.each(databases('conformance').map((database) => [database.name, database] as const))('%s', (_, database) => {
  if (database.missing !== undefined) {
    test.skip(database.missing)
    return
  }
  let opened: Opened
  beforeAll(async () => {
    opened = await database.open()
  }, 60_000)
  afterAll(() => opened.close())

  const makeStore = async () => {
    await opened.empty()
    return opened.store()
  }
  for (const { name, run } of storeConformance(makeStore)) test(name, run, 60_000)
})
