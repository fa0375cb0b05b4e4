import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { afterAll, describe, test } from 'vitest'
import { sqlStore } from '../../src/storage/sql'
import { storeConformance } from '../../src/testing'
import { createStatements, emptyStatements } from './places'

describe('Kysely on better-sqlite3', () => {
  const database = new Database(':memory:')
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) })
  for (const statement of createStatements('sqlite')) database.exec(statement)
  afterAll(() => db.destroy())

  const makeStore = () => {
    for (const statement of emptyStatements('sqlite')) database.exec(statement)
    return sqlStore({ db, dialect: 'sqlite' })
  }
  for (const { name, run } of storeConformance(makeStore)) test(name, run)
})
