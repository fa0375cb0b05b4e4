import { Kysely, SqliteDialect } from 'kysely'
import Libsql from 'libsql'
import { expect, test } from 'vitest'
import { schemaStatements } from '../../../src/storage/relational/ddl'
import { createNames } from '../../../src/storage/relational/naming'
import { sqlStore } from '../../../src/storage/sql'
import { simulate } from '../../../src/testing/simulator'

const TABLES = schemaStatements(createNames('sqlite')).join(';\n')

const sqliteStore = () => {
  const database = new Libsql(':memory:')
  database.exec(TABLES)
  return sqlStore({ db: new Kysely({ dialect: new SqliteDialect({ database }) }), dialect: 'sqlite' })
}

test('the same lives on SQLite: no invariant is broken, and the history is the memory store’s, to the byte', async () => {
  const options = { seed: 11, lives: 200 }
  const inMemory = await simulate(options)
  const onSqlite = await simulate({ ...options, store: sqliteStore })
  expect(onSqlite.failure).toBeNull()
  expect(onSqlite.lives).toBe(200)
  expect(onSqlite.history).toBe(inMemory.history)
  expect(onSqlite.faultCounts).toEqual(inMemory.faultCounts)
}, 120_000)

test('a store that loses rows is noticed there as well', async () => {
  const { failure } = await simulate({
    seed: 11,
    lives: 600,
    store: sqliteStore,
    sabotage: 'no_version_check',
    shrink: false,
  })
  expect(failure).not.toBeNull()
}, 120_000)
