import type { PostgresClient, PostgresResult } from './prepared-pool'

/** What an answer's columns are called, and how node-postgres reads them. */
export type Columns = readonly { readonly name: string; readonly read: (text: string) => unknown }[]

export type Named = { readonly name: string; readonly text: string; readonly values: readonly unknown[] }

/** The parts of a client of node-postgres that a query of one's own is made of: those that pg-cursor uses. */
type LeanClient = {
  readonly connection: Connection
  readonly getTypeParser: (oid: number, format: string) => (text: string) => unknown
  readonly query: (query: LeanQuery) => unknown
}
type Connection = {
  /** Which names the server knows on this line, and for what. */
  readonly parsedStatements: Readonly<Record<string, string | undefined>>
  readonly stream: { readonly cork: () => void; readonly uncork: () => void }
  readonly bind: (portal: Bound) => void
  readonly execute: (portal: object) => void
  readonly sync: () => void
  readonly sendCopyFail: (message: string) => void
}

type Bound = {
  readonly statement: string
  readonly values: readonly (string | null)[]
}

/** A client to which nothing is unusual: not the native one, no pipeline, no binary answers. */
export const isLean = (client: unknown): client is LeanClient => {
  if (!isObject(client) || client['pipeline'] === true || client['binary'] === true) return false
  const { connection, getTypeParser } = client
  if (!isObject(connection) || typeof getTypeParser !== 'function') return false
  const { stream, parsedStatements } = connection
  const methods = [connection['bind'], connection['execute'], connection['sync'], connection['sendCopyFail']]
  if (!isObject(stream) || !isObject(parsedStatements)) return false
  return [...methods, stream['cork'], stream['uncork']].every((method) => typeof method === 'function')
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** What a first answer tells about all the others of its statement. Without fields there is nothing to read. */
export const columnsIn = (client: PostgresClient, { fields }: PostgresResult): Columns | undefined =>
  isLean(client)
    ? fields?.map(({ name, dataTypeID, format }) => ({ name, read: client.getTypeParser(dataTypeID, format) }))
    : undefined

/**
 * Sends a statement that this line has prepared, without asking what its columns are called: the answer to that is as long
 * as a row, and has been read before. `undefined` when it has to be sent the usual way.
 */
export const repeated = (client: unknown, statement: Named, columns: Columns): Promise<PostgresResult> | undefined => {
  if (!isLean(client) || client.connection.parsedStatements[statement.name] !== statement.text) return undefined
  if (!statement.values.every(isPlain)) return undefined
  return new Promise((resolve, reject) => {
    client.query(leanQuery(statement, columns, (error, result) => (error == null ? resolve(result) : reject(error))))
  })
}

/** What a client of node-postgres calls while a query is its own. */
type LeanQuery = {
  readonly name: string
  readonly text: string
  /** The client puts its own around it when it has a time limit. */
  callback: (error: unknown, result: PostgresResult) => void
  readonly submit: (connection: Connection) => Error | null
  readonly handleDataRow: (message: { readonly fields: readonly (string | null)[] }) => void
  readonly handleCommandComplete: (message: { readonly text: string }) => void
  readonly handleReadyForQuery: () => void
  readonly handleError: (error: unknown) => void
  readonly handleRowDescription: () => void
  readonly handleEmptyQuery: () => void
  readonly handlePortalSuspended: () => void
  readonly handleCopyData: () => void
  readonly handleCopyInResponse: (connection: Connection) => void
}

const leanQuery = (statement: Named, columns: Columns, callback: LeanQuery['callback']): LeanQuery => {
  const rows: Record<string, unknown>[] = []
  let rowCount: number | null = null
  let unreadable: unknown = null
  const query: LeanQuery = {
    name: statement.name,
    text: statement.text,
    callback,
    submit: (connection) => {
      const values = statement.values.map(asText)
      connection.stream.cork()
      try {
        connection.bind({ statement: statement.name, values })
        connection.execute({})
        connection.sync()
        return null
      } catch (error) {
        // What cannot be written was not sent: the line is as it was.
        return error instanceof Error ? error : new Error(String(error))
      } finally {
        connection.stream.uncork()
      }
    },
    handleDataRow: ({ fields }) => {
      try {
        rows.push(rowOf(columns, fields))
      } catch (error) {
        // Thrown here it would end the process; the line stays in step when the rest of the answer is read.
        unreadable ??= error
      }
    },
    handleCommandComplete: ({ text }) => {
      const count = Number(text.slice(text.lastIndexOf(' ') + 1))
      rowCount = Number.isNaN(count) ? null : count
    },
    handleReadyForQuery: () => query.callback(unreadable, { rows, rowCount }),
    handleError: (error) => query.callback(error, { rows, rowCount }),
    handleRowDescription: () => undefined,
    handleEmptyQuery: () => undefined,
    handlePortalSuspended: () => undefined,
    handleCopyData: () => undefined,
    handleCopyInResponse: (connection) => connection.sendCopyFail('No source stream defined'),
  }
  return query
}

const rowOf = (columns: Columns, fields: readonly (string | null)[]): Record<string, unknown> => {
  if (fields.length !== columns.length) throw new RangeError('an answer has other columns than before')
  const row: Record<string, unknown> = {}
  for (const [at, { name, read }] of columns.entries()) {
    const field = fields[at] ?? null
    row[name] = field === null ? null : read(field)
  }
  return row
}

/** Our values are text, whole numbers, booleans and nothing. */
const asText = (value: unknown): string | null => (value === null || value === undefined ? null : String(value))

/** node-postgres writes objects in ways of its own: moments, buffers, lists. */
const isPlain = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'function')
