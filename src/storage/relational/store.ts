import { checkAmong, checkGet, checkOps, checkQuery } from '../check'
import { createNesting } from '../memory/nesting'
import type { IndexOf, Kind, Row } from '../schema'
import { type Query, type Store, StoreError, type StoreFault } from '../store'
import { createCommit } from './commit'
import type { Answer, Driver, JoinedSession, Statement } from './driver'
import { meaningOf } from './faults'
import { createNames, type NamingOptions } from './naming'
import { createReader } from './statements'
import { createWithOrder } from './with-order'

export type RelationalOptions = NamingOptions & {
  /** Told of every error of the database before it becomes `store_unavailable`. It may hold values of your rows. */
  readonly onFault?: (error: unknown, fault: StoreFault) => void
}

/** A store whose host transactions can be joined. */
export type RelationalStore<Tx> = Store<Tx> & { join(tx: Tx): Store<Tx> }

type Run = (statement: Statement) => Promise<Answer>

/** Ends a transaction without being taken for an error of the database. */
class HostThrew extends Error {}

/** A store over any library that can run a statement and a transaction. */
export const relationalStore = <Tx>(driver: Driver<Tx>, options: RelationalOptions = {}): RelationalStore<Tx> => {
  const names = createNames(driver.dialect, options)
  const reader = createReader(names)
  const withOrder = createWithOrder(names, reader)
  const commit = createCommit(names, reader, driver)

  /** What an error means, for the engine, which lets nothing else of it out. */
  const explained = (error: unknown): StoreError => {
    if (error instanceof StoreError) return error
    const meaning = meaningOf(error)
    const fault: StoreFault = typeof meaning === 'string' ? { reason: 'contention', outcome: 'not_executed' } : meaning
    options.onFault?.(error, fault)
    return new StoreError(fault, error)
  }

  const answerOf = async <T>(run: Run, statement: Statement, read: (answer: Answer) => T): Promise<T> => {
    try {
      return read(await run(statement))
    } catch (error) {
      throw explained(error)
    }
  }
  const rowsOf = <K extends Kind>(run: Run, kind: K, statement: Statement): Promise<readonly Row<K>[]> =>
    answerOf(run, statement, ({ rows }) => rows.map((row) => reader.row(kind, row)))

  const reading = (run: Run): Required<Pick<Store<Tx>, 'get' | 'find' | 'findAmong' | 'getWithOrder'>> => ({
    get: async <K extends Kind>(kind: K, id: string) => {
      checkGet(kind, id)
      return (await rowsOf(run, kind, reader.get(kind, id)))[0]
    },
    find: async <K extends Kind>(kind: K, query: Query<K>) => {
      checkQuery(kind, query)
      return rowsOf(run, kind, reader.find(kind, query))
    },
    findAmong: async <K extends Kind>(kind: K, by: 'id' | IndexOf<K>, values: readonly string[]) => {
      checkAmong(kind, by, values)
      if (values.length === 0) return []
      return rowsOf(run, kind, by === 'id' ? reader.among(kind, by, values) : reader.findAmong(kind, by, values))
    },
    getWithOrder: async (attemptId) => {
      checkGet('attempts', attemptId)
      return answerOf(run, withOrder.statement(attemptId), withOrder.read)
    },
  })

  const committing =
    (session: JoinedSession<Tx> | null): Store<Tx>['commit'] =>
    async (ops, within) => {
      checkOps(ops)
      const thrown: unknown[] = []
      const watched = async (tx: Tx): Promise<void> => {
        try {
          await within?.(tx)
        } catch (error) {
          thrown.push(error)
          throw new HostThrew()
        }
      }
      try {
        return await commit(ops, within && watched, session)
      } catch (error) {
        // What the host threw is the host's, whatever it looks like: it comes back as it is, and is never repeated.
        throw thrown.length === 0 ? explained(error) : thrown[0]
      }
    }

  return {
    ...reading(driver.run),
    commit: committing(null),
    join: (tx) => {
      const session = driver.join(tx)
      const commitOne = committing(session)
      const nesting = createNesting()
      let last: Promise<unknown> = Promise.resolve()
      return {
        ...reading(session.run),
        // One connection: two savepoints open side by side would undo each other.
        commit: (ops, within) => {
          // A hook that commits is part of the commit that waits for it.
          if (nesting.isInside()) return commitOne(ops, within)
          const hook = within && ((inner: Tx) => nesting.enter(() => within(inner)))
          const done = last.then(() => commitOne(ops, hook))
          last = done.catch(() => undefined)
          return done
        },
      }
    },
  }
}
