import { describe, expect, test } from 'vitest'
import { columnsIn, isLean, repeated } from '../../src/storage/sql/lean-query'
import type { PostgresResult } from '../../src/storage/sql/prepared-pool'

/** What node-postgres calls on a query that is not its own. */
type Query = {
  callback: (error: unknown, result?: PostgresResult) => void
  readonly name: string
  readonly text: string
  readonly submit: (connection: object) => unknown
  readonly handleDataRow: (message: object) => void
  readonly handleCommandComplete: (message: object, connection: object) => void
  readonly handleReadyForQuery: (connection: object) => void
  readonly handleError: (error: unknown, connection: object) => void
  readonly handleEmptyQuery: (connection: object) => void
  readonly handleCopyData?: (message: object, connection: object) => void
  readonly handleCopyInResponse?: (connection: object) => void
  readonly handlePortalSuspended?: (connection: object) => void
}
type Bound = { readonly statement: string; readonly values: readonly unknown[]; readonly valueMapper?: Mapper }
type Mapper = (value: unknown) => unknown

const TEXT = 'SELECT $1 AS id, $2 AS paid'
const statement = { name: 's1', text: TEXT, values: ['a', 5] }
/** The numbers that PostgreSQL gives its types. */
const OID = { boolean: 16, text: 25, integer: 23 } as const

type Faults = { readonly bind?: () => void; readonly stands?: Readonly<Record<string, string>> }

/**
 * A client as node-postgres makes it: one query at a time is active, an error takes it from its place before the server is
 * ready again, and with a time limit the client puts a callback of its own around the query's.
 */
const line = ({ bind = () => undefined, stands = { s1: TEXT } }: Faults = {}) => {
  const sent: unknown[] = []
  const submitted: { readonly query: Query; readonly fault: unknown }[] = []
  const told: string[] = []
  let active: Query | null = null
  let limit: { readonly pass: () => void } | undefined
  const connection = {
    parsedStatements: stands,
    stream: { cork: () => void sent.push('cork'), uncork: () => void sent.push('uncork') },
    parse: () => void sent.push('parse'),
    describe: () => void sent.push('describe'),
    bind: ({ statement, values, valueMapper = (value) => value }: Bound) => {
      bind()
      sent.push(['bind', statement, values.map((value) => valueMapper(value))])
    },
    execute: () => void sent.push('execute'),
    sync: () => void sent.push('sync'),
    sendCopyFail: () => void sent.push('fail'),
  }
  const start = (query: Query): void => {
    active = query
    const fault = query.submit(connection)
    submitted.push({ query, fault })
    if (fault instanceof Error) process.nextTick(() => query.handleError(fault, connection))
  }
  const limited = (query: Query): void => {
    const { callback } = query
    query.callback = (error, result) => {
      told.push(error === null ? 'answer' : 'error')
      callback(error, result)
    }
    const pass = () => {
      const error = new Error('Query read timeout')
      process.nextTick(() => query.handleError(error, connection))
      callback(error)
      query.callback = () => undefined
    }
    limit = { pass }
  }
  const client = {
    connection,
    isLimited: false,
    getTypeParser: (oid: number, format: string) => (text: string) => {
      if (format !== 'text') throw new TypeError('not asked for')
      if (oid === OID.boolean) return text === 't'
      return oid === OID.integer ? Number(text) : text
    },
    query: (query: Query) => {
      if (client.isLimited) limited(query)
      start(query)
      return query
    },
    release: () => undefined,
  }
  const asked = (): Query => {
    if (active === null) throw new Error('node-postgres would lose its line: nobody is active')
    return active
  }
  const hear = {
    row: (...fields: readonly (string | null)[]) => asked().handleDataRow({ fields }),
    complete: (text: string) => asked().handleCommandComplete({ text }, connection),
    empty: () => asked().handleEmptyQuery(connection),
    copyOut: () => asked().handleCopyData?.call(active, { chunk: Buffer.from('1\n') }, connection),
    ready: () => {
      const query = active
      active = null
      query?.handleReadyForQuery(connection)
    },
    error: (error: unknown) => {
      const query = asked()
      active = null
      query.handleError(error, connection)
    },
    lost: (error: unknown) => {
      const query = active
      active = null
      if (query !== null) process.nextTick(() => query.handleError(error, connection))
    },
  }
  return { client, sent, submitted, hear, told, passLimit: () => limit?.pass() }
}

const field = (name: string, dataTypeID: number) => ({ name, dataTypeID, format: 'text' })
const FIELDS = [field('id', OID.text), field('paid', OID.integer)]

const columnsFor = (fields = FIELDS) => {
  const columns = columnsIn(line().client, { rows: [], rowCount: 0, fields })
  if (columns === undefined) throw new Error('a first answer tells its columns')
  return columns
}

/** Sends the statement, and shows what became of it so far. */
const send = (
  to: ReturnType<typeof line>,
  given: { readonly values?: readonly unknown[]; fields?: typeof FIELDS } = {},
) => {
  const { values = statement.values, fields = FIELDS } = given
  const promise = repeated(to.client, { ...statement, values }, columnsFor(fields))
  if (promise === undefined) throw new Error('was not sent')
  const seen: { state: 'open' | 'resolved' | 'rejected' } = { state: 'open' }
  promise.then(
    () => {
      seen.state = 'resolved'
    },
    () => {
      seen.state = 'rejected'
    },
  )
  return { promise, seen }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a repeated statement', () => {
  test('is bound, executed and synced in one piece, and neither parsed nor described', async () => {
    const to = line()
    const { promise } = send(to)
    expect(to.sent).toEqual(['cork', ['bind', 's1', ['a', '5']], 'execute', 'sync', 'uncork'])
    expect(to.submitted).toMatchObject([{ fault: null, query: { name: 's1', text: TEXT } }])
    to.hear.row('a', '5')
    to.hear.complete('SELECT 1')
    to.hear.ready()
    expect(await promise).toEqual({ rows: [{ id: 'a', paid: 5 }], rowCount: 1 })
  })

  test('sends its values as text, and nothing as null', () => {
    const to = line()
    send(to, { values: ['', "it's \\ \n 🙂", 0, -0, 2 ** 53 - 1, 0.1, true, false, null, undefined] })
    const values = ['', "it's \\ \n 🙂", '0', '0', '9007199254740991', '0.1', 'true', 'false', null, null]
    expect(to.sent[1]).toEqual(['bind', 's1', values])
  })

  test('is answered when the server is ready again, not before', async () => {
    const to = line()
    const { promise, seen } = send(to)
    to.hear.row('a', '5')
    to.hear.complete('SELECT 1')
    await turn()
    expect(seen.state).toBe('open')
    to.hear.ready()
    expect((await promise).rowCount).toBe(1)
  })
})

describe('goes the usual way', () => {
  const usual = (client: unknown, given = statement) => {
    expect(repeated(client, given, columnsFor())).toBeUndefined()
  }

  test('when the line has not prepared that very text under that name', () => {
    for (const stands of [{}, { s1: 'SELECT $1 AS id, $2 AS owed' }, { s2: TEXT }]) {
      const { client, sent } = line({ stands })
      usual(client)
      expect(sent).toEqual([])
    }
    usual(line().client, { ...statement, name: 'toString' })
  })

  test('for a client that cannot do it: native, pipelined, binary, or of another make', () => {
    const { client, sent } = line()
    const { connection, getTypeParser, query } = client
    const others: readonly unknown[] = [
      { getTypeParser, query },
      { connection, query },
      { ...client, pipeline: true },
      { ...client, binary: true },
      { ...client, connection: null },
      { ...client, connection: { ...connection, parsedStatements: undefined } },
      { ...client, connection: { ...connection, stream: {} } },
      { ...client, connection: { ...connection, bind: undefined } },
      { ...client, connection: { ...connection, sync: undefined } },
      undefined,
      null,
      'client',
    ]
    for (const other of others) {
      expect(isLean(other)).toBe(false)
      usual(other)
    }
    expect(isLean({ ...client, pipeline: false, binary: false })).toBe(true)
    expect(sent).toEqual([])
  })

  test('when a first answer says nothing of its columns, or comes from a client of another make', () => {
    const { client } = line()
    expect(columnsIn(client, { rows: [], rowCount: 0 })).toBeUndefined()
    expect(columnsIn({ ...client, ...{ binary: true } }, { rows: [], rowCount: 0, fields: FIELDS })).toBeUndefined()
    expect(columnsIn(client, { rows: [], rowCount: 0, fields: [] })).toEqual([])
  })
})

describe('an answer', () => {
  const answerOf = async (hear: (to: ReturnType<typeof line>['hear']) => void, fields = FIELDS) => {
    const to = line()
    const { promise } = send(to, { fields })
    hear(to.hear)
    to.hear.ready()
    return await promise
  }

  test('is read with the parsers of the first answer; null stays null, empty stays empty', async () => {
    const fields = [field('name', OID.text), field('count', OID.integer), field('open', OID.boolean)]
    const { rows } = await answerOf(({ row, complete }) => {
      row('', '7', 't')
      row(null, null, null)
      row('null', '-1', 'f')
      complete('SELECT 3')
    }, fields)
    expect(rows).toStrictEqual([
      { name: '', count: 7, open: true },
      { name: null, count: null, open: null },
      { name: 'null', count: -1, open: false },
    ])
  })

  test.each([
    ['UPDATE 3', 3],
    ['UPDATE 0', 0],
    ['DELETE 2', 2],
    ['INSERT 0 5', 5],
    ['INSERT 0 0', 0],
    ['SELECT 1', 1],
    ['MERGE 12', 12],
    ['BEGIN', null],
    ['CREATE TABLE', null],
  ])('%s is about %s rows', async (text, rowCount) => {
    expect(await answerOf(({ complete }) => complete(text), [])).toEqual({ rows: [], rowCount })
  })

  test('of an empty statement has no rows and no count', async () => {
    expect(await answerOf(({ empty }) => empty(), [])).toEqual({ rows: [], rowCount: null })
  })
})

describe('a fault', () => {
  test('of the server rejects with that very error, and its readiness afterwards disturbs nobody', async () => {
    const to = line()
    const { promise } = send(to)
    const fault = Object.assign(new Error('duplicate key'), { code: '23505' })
    to.hear.error(fault)
    await expect(promise).rejects.toBe(fault)
    expect(() => to.hear.ready()).not.toThrow()
  })

  test('of the server behind some rows rejects, and none of them come out', async () => {
    const to = line()
    const { promise } = send(to)
    const fault = new Error('division by zero')
    to.hear.row('a', '1')
    to.hear.error(fault)
    await expect(promise).rejects.toBe(fault)
  })

  test('of the line rejects with what the client says, also when it says it twice', async () => {
    const to = line()
    const { promise } = send(to)
    const [first, second] = [new Error('terminating connection'), new Error('Connection terminated unexpectedly')]
    to.hear.lost(first)
    await expect(promise).rejects.toBe(first)
    expect(() => to.submitted[0]?.query.handleError(second, to.client.connection)).not.toThrow()
  })

  test.each([
    ['fewer', ['a']],
    ['more', ['a', '1', '2']],
    ['no', []],
  ])(
    'of a row with %s fields rejects once the server is ready, and nothing is thrown at the line',
    async (_, fields) => {
      const to = line()
      const { promise, seen } = send(to)
      expect(() => to.hear.row('a', '1')).not.toThrow()
      expect(() => to.hear.row(...fields)).not.toThrow()
      expect(() => to.hear.row('b', '2')).not.toThrow()
      to.hear.complete('SELECT 3')
      await turn()
      expect(seen.state).toBe('open')
      to.hear.ready()
      await expect(promise).rejects.toThrow(RangeError)
    },
  )

  test('of a parser rejects with it, once the server is ready', async () => {
    const to = line()
    const fault = new SyntaxError('no such moment')
    const columns = [
      {
        name: 'at',
        read: () => {
          throw fault
        },
      },
    ]
    const promise = repeated(to.client, statement, columns)
    expect(() => to.hear.row('x')).not.toThrow()
    expect(() => to.hear.row('y')).not.toThrow()
    to.hear.complete('SELECT 2')
    to.hear.ready()
    await expect(promise).rejects.toBe(fault)
  })

  test('of binding is returned to the client, which tells it; nothing was sent, and the line is not left corked', async () => {
    const fault = new RangeError('Invalid string length')
    const to = line({
      bind: () => {
        throw fault
      },
    })
    const { promise } = send(to)
    expect(to.submitted).toMatchObject([{ fault }])
    expect(to.sent).toEqual(['cork', 'uncork'])
    await expect(promise).rejects.toBe(fault)
  })

  test('of binding that is no Error is made one: else the client would take it for sent', async () => {
    const to = line({
      bind: () => {
        throw 'too long'
      },
    })
    const { promise } = send(to)
    expect(to.submitted[0]?.fault).toBeInstanceOf(Error)
    await expect(promise).rejects.toThrow('too long')
  })

  test('of the client itself, thrown by its `query`, rejects', async () => {
    const { client } = line()
    const fault = new TypeError('no query for you')
    const query = () => {
      throw fault
    }
    await expect(repeated({ ...client, query }, statement, columnsFor())).rejects.toBe(fault)
  })
})

describe('with a time limit', () => {
  const limited = () => {
    const to = line()
    to.client.isLimited = true
    return to
  }

  test('the callback that the client puts around ours is the one that hears the answer', async () => {
    const to = limited()
    const { promise } = send(to)
    to.hear.complete('UPDATE 1')
    to.hear.ready()
    expect(await promise).toEqual({ rows: [], rowCount: 1 })
    expect(to.told).toEqual(['answer'])
  })

  test('and the one that hears an error', async () => {
    const to = limited()
    const { promise } = send(to)
    to.hear.error(new Error('gone'))
    await expect(promise).rejects.toThrow('gone')
    expect(to.told).toEqual(['error'])
  })

  test('a statement that takes longer rejects, and what comes of it later is read and forgotten', async () => {
    const to = limited()
    const { promise } = send(to)
    to.passLimit()
    await expect(promise).rejects.toThrow('Query read timeout')
    await turn()
    to.hear.row('a', '5')
    to.hear.complete('SELECT 1')
    expect(() => to.hear.ready()).not.toThrow()
    expect(to.told).toEqual([])
  })
})

describe('what once went wrong', () => {
  // Without them node-postgres throws out of its data handler: `activeQuery.handleCopyData is not a function`.
  test('the query has every handler that node-postgres calls', () => {
    const to = line()
    send(to)
    const query = to.submitted[0]?.query
    expect(query).toMatchObject({
      handleCopyData: expect.any(Function),
      handleCopyInResponse: expect.any(Function),
      handlePortalSuspended: expect.any(Function),
    })
  })

  // node-postgres writes a Date, a Buffer and a list in ways of its own; `String` does not.
  test('a value that is neither text, number, boolean nor nothing goes the usual way', () => {
    for (const value of [new Date(0), Buffer.from('a'), ['a', 'b'], { paid: 1 }]) {
      expect(repeated(line().client, { ...statement, values: [value] }, columnsFor())).toBeUndefined()
    }
  })

  // One writer serves all lines, and in older versions that we accept it keeps what it holds when a value throws: the next
  // statement of any line would be sent behind half of this one. https://github.com/brianc/node-postgres/issues/3573
  test('values are texts before the client begins to write', () => {
    const to = line()
    let bound: readonly unknown[] = []
    to.client.connection.bind = ({ values }) => {
      bound = values
    }
    send(to)
    expect(bound).toEqual(['a', '5'])
  })
})
