import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNames } from '../../src/storage/relational/naming'
import { type Answer, answerOf, VERBS, type Verb } from './cut-verbs'
import { type CutWorld, cutWorld, type Essence, essence, historyFaults, moneyOf } from './cut-world'
import { CUTS, type Cut, createProxy, type Line } from './proxy'
import { connect, type Db, drop, empty, type Place, run, SERVERS, settle } from './servers'

/** How long a verb may think about a line that is dead. */
const HANGS_MS = 15_000
const REPEATS = 3

const ALONE = { postgres: 'one statement', mysql: 'a transaction' } as const

const CASES = SERVERS.flatMap((server) =>
  [false, true].map((hooks) => {
    const commits = hooks ? 'a commit is a transaction with hooks' : `a commit is ${ALONE[server.kind]}`
    return [`${server.name}, ${commits}`, server, hooks] as const
  }),
)

describe.each(CASES)('%s', (_, server, hooks) => {
  if (server.missing !== undefined) {
    test.skip(server.missing)
    return
  }
  const place: Place = server.place(hooks ? 'cuthook' : 'cut')
  const host = createNames(place.kind, place.naming).other('host')
  let direct: Db
  let proxy: Line

  beforeAll(async () => {
    direct = connect(place)
    await settle(direct, place)
    await run(direct, `CREATE TABLE ${host} (id varchar(200) NOT NULL)`)
    proxy = await createProxy(place)
  }, 60_000)
  afterAll(async () => {
    await proxy.close()
    await drop(direct, place)
    await direct.destroy()
  }, 60_000)

  const inWorld = async <T>(work: (world: CutWorld) => Promise<T>): Promise<T> => {
    await empty(direct, place)
    await run(direct, `DELETE FROM ${host}`)
    const world = cutWorld(proxy.through, { hooks })
    try {
      await world.prepare()
      return await work(world)
    } finally {
      await world.db.destroy()
    }
  }
  type Whole = { readonly commits: number; readonly atOnce: Essence; readonly inTheEnd: Essence; readonly book: string }
  const whole = new Map<string, Promise<Whole>>()
  /** What the verb does when the line holds. */
  const uncut = (verb: Verb): Promise<Whole> => {
    const known = whole.get(verb.name) ?? inWorld((world) => playWhole(verb, world))
    whole.set(verb.name, known)
    return known
  }
  const playWhole = async (verb: Verb, world: CutWorld): Promise<Whole> => {
    const act = await verb.arrange(world)
    proxy.disarm()
    expect(await answerOf(act())).toEqual({ said: 'ok' })
    const commits = proxy.commits()
    const atOnce = await essence(direct, place)
    await world.rest()
    expect(await historyFaults(direct, place, { hooks, told: world.told })).toEqual([])
    return { commits, atOnce, inTheEnd: await essence(direct, place), book: bookOf(world) }
  }

  const playCut = async (verb: Verb, world: CutWorld, cut: Cut, nth: number, expected: Whole): Promise<string> => {
    const act = await verb.arrange(world)
    proxy.arm(cut, nth)
    let answer = await inTime(answerOf(act()))
    const first = answer
    expect(proxy.hasCut()).toBe(true)
    await proxy.arrive()
    proxy.disarm()
    if (answer.said === 'ok' && !verb.goesOn) {
      // Whoever hears ok may rely on it at once.
      expect(await essence(direct, place)).toEqual(expected.atOnce)
    }
    let startedOver = false
    for (let repeats = 0; answer.said === 'error' && repeats < REPEATS; repeats += 1) {
      if (answer.code === 'attempt_closed' && verb.startOver !== undefined && repeats > 0) {
        startedOver = true
        answer = await inTime(answerOf((await verb.startOver(world))()))
        continue
      }
      // No write can be called undone here: it was wanted, allowed and possible.
      expect(answer).toMatchObject({ outcome: 'unknown' })
      answer = await inTime(answerOf(act()))
    }
    expect(answer).toEqual({ said: 'ok' })
    await world.rest()
    const inTheEnd = await essence(direct, place)
    if (startedOver) expect(moneyOf(inTheEnd)).toEqual(moneyOf(expected.inTheEnd))
    else expect(inTheEnd).toEqual(expected.inTheEnd)
    expect(bookOf(world)).toEqual(expected.book)
    expect(await historyFaults(direct, place, { hooks, told: world.told })).toEqual([])
    return first.said === 'ok' ? 'ok' : first.code
  }

  for (const verb of VERBS) {
    test.each(CUTS)(
      `${verb.name}: every commit cut %s its bytes, answered truly, done once in the end`,
      async (cut) => {
        const expected = await uncut(verb)
        expect(expected.commits).toBeGreaterThan(0)
        const heard: string[] = []
        for (let nth = 1; nth <= expected.commits; nth += 1) {
          const said = await inWorld((world) => playCut(verb, world, cut, nth, expected)).catch((error: unknown) => {
            throw new Error(`${verb.name}, commit ${nth} of ${expected.commits}, cut ${cut}`, { cause: error })
          })
          heard.push(said)
        }
        // A commit that never left, or whose fate is open, is never called a success by a verb of one commit.
        if (expected.commits === 1) expect(heard).toEqual([verb.asksNobody ? LEAST.before : LEAST[cut]])
      },
      300_000,
    )
  }
})

/** A verb of one commit reads back what it could not hear: only what has happened by then is a success. */
const LEAST: Readonly<Record<Cut, string>> = {
  before: 'store_unavailable',
  late: 'store_unavailable',
  after: 'ok',
  within: 'ok',
}

const bookOf = ({ provider, bank }: CutWorld): string =>
  JSON.stringify([...provider.book(), ...bank.book()].map(({ kind, amount }) => [kind, amount.amountMinor]))

const inTime = async (answer: Promise<Answer>): Promise<Answer> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Answer>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the verb hangs')), HANGS_MS)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
