import { type CommitOutcome, type Op, StoreError } from '../store'
import type { Value } from './codec'
import type { Answer, Driver, JoinedSession, Session, Statement } from './driver'
import { meaningOf, REFUSAL } from './faults'
import type { Names } from './naming'
import { whatStands } from './standing'
import type { Reader } from './statements'
import { createSteps, type Step } from './steps'
import type { Piece } from './texts'

type Run = (statement: Statement) => Promise<Answer>
type Within<Tx> = ((tx: Tx) => Promise<void>) | undefined

const COMMITTED: CommitOutcome = { kind: 'committed' }
/** A deadlock, or a row that stood in the way and is gone: the database has undone everything, so it is done again. */
const MAX_TRIES = 8

/** A condition did not hold. Thrown inside a transaction so that it is rolled back. */
class Refused extends Error {}

/**
 * The one atomic write. On PostgreSQL a commit is one statement that fails as a whole; elsewhere, and with `within`, a
 * transaction of the fewest statements. It holds no lock that its own writes do not take. Only a refused commit looks
 * for the reason, with reads of its own.
 */
export const createCommit = <Tx>(names: Names, reader: Reader, driver: Driver<Tx>) => {
  const stepsOf = createSteps(names, reader)

  const writeSteps = async (run: Run, steps: readonly Step[]): Promise<void> => {
    if (names.dialect === 'postgres' && steps.length > 0 && !isWholeAlone(steps)) {
      await run(reader.statement(asOneStatement(steps)))
      return
    }
    for (const step of steps) {
      const { affected } = await run(reader.statement(step))
      if (affected !== step.expected) throw new Refused()
    }
  }

  const writeAll = async (steps: readonly Step[], within: Within<Tx>): Promise<void> => {
    const isOneStatement = isWholeAlone(steps) || (names.dialect === 'postgres' && steps.length > 0)
    if (within === undefined && isOneStatement) {
      await writeSteps(driver.run, steps)
      return
    }
    await driver.transaction(async ({ run, native }) => {
      await writeSteps(run, steps)
      await within?.(native)
    })
  }

  let savepoints = 0
  const savepoint = async (session: Session<Tx>, work: (session: Session<Tx>) => Promise<void>): Promise<void> => {
    savepoints += 1
    // A name of its own: a hook may join the same transaction once more, inside this one.
    const name = `holdfast_${savepoints}`
    const tell = (text: string) => session.run({ text, values: [] })
    await tell(`SAVEPOINT ${name}`)
    try {
      await work(session)
    } catch (error) {
      await tell(`ROLLBACK TO SAVEPOINT ${name}`)
      throw error
    }
    await tell(`RELEASE SAVEPOINT ${name}`)
  }

  const writeJoined = async (session: JoinedSession<Tx>, steps: readonly Step[], within: Within<Tx>): Promise<void> => {
    const work = async ({ run, native }: Session<Tx>): Promise<void> => {
      await writeSteps(run, steps)
      await within?.(native)
    }
    await (session.nested === undefined ? savepoint(session, work) : session.nested(work))
  }

  return async (ops: readonly Op[], within: Within<Tx>, joined: JoinedSession<Tx> | null): Promise<CommitOutcome> => {
    if (ops.length === 0 && within === undefined) return COMMITTED
    const steps = stepsOf(ops)
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      try {
        if (joined === null) await writeAll(steps, within)
        else await writeJoined(joined, steps, within)
        return COMMITTED
      } catch (error) {
        const meaning = error instanceof Refused ? 'refused' : meaningOf(error)
        if (meaning === 'refused') {
          const outcome = await whatStands(reader, joined?.run ?? driver.run, ops)
          if (outcome.kind === 'conflict') return outcome
        } else if (meaning !== 'again' || joined !== null) {
          throw error
        }
      }
    }
    throw new StoreError({ reason: 'contention', outcome: 'not_executed' }, undefined)
  }
}

/**
 * One statement that leaves nothing behind when its condition does not hold: of one row at most, because with several
 * the others would stay written. An insert fails as a whole.
 */
const isWholeAlone = (steps: readonly Step[]): boolean =>
  steps.length === 1 && steps.every(({ expected, isInsert }) => isInsert || expected === 1)

/**
 * Every step as a common table expression. The steps with a condition are counted in order, and a count that is wrong
 * makes the statement fail: the cast cannot be folded away, because what it casts is known only then. The inserts are
 * not referenced, so PostgreSQL runs them afterwards.
 *
 * @see https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING
 */
const asOneStatement = (steps: readonly Step[]): Piece => {
  const values: Value[] = []
  let shape = ''
  for (const step of steps) {
    shape += `${step.shape}; `
    for (const value of step.values) values.push(value)
  }
  // Bound, so that pages of every length share a text.
  for (const { isInsert, expected } of steps) if (!isInsert) values.push(expected)
  return {
    shape,
    text: (place) => {
      const expressions = steps.map(
        ({ text, isInsert }, at) => `s${at} AS (${text(place)}${isInsert ? '' : ' RETURNING 1'})`,
      )
      const checks = steps.flatMap(({ isInsert }, at) =>
        isInsert ? [] : [`WHEN (SELECT count(*) FROM s${at}) <> CAST(${place()} AS bigint) THEN '${REFUSAL} ${at}'`],
      )
      const whole = checks.length === 0 ? '1' : `CAST(CASE ${checks.join(' ')} ELSE '1' END AS integer)`
      return `WITH ${expressions.join(', ')} SELECT ${whole}`
    },
    values,
  }
}
