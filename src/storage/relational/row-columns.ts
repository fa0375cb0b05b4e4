import type { Kind, Row } from '../schema'
import type { Codec } from './codec'
import { declarationOf, fieldsOf, type Names } from './naming'
import { createBlanks, type Format } from './row-format'

/** MySQL and SQLite: a column of the answer for each column of the kind, called by its name. */
export const inColumns = (names: Names, codec: Codec): Format => {
  const blankOf = createBlanks()
  return {
    list: (kind, alias) =>
      fieldsOf(kind)
        .map(({ name }) => selected(names, kind, name, alias))
        .join(', '),
    read: <K extends Kind>(kind: K, given: Readonly<Record<string, unknown>>, alias?: string) => {
      const read = blankOf(kind)
      for (const { name, type } of fieldsOf(kind)) read[name] = codec.read(type, given[calledIn(alias, name)])
      if (read['id'] === null) return undefined
      // The select list of a kind names the columns of that kind.
      return read as unknown as Row<K>
    },
  }
}

/** MySQL drivers turn a moment into the process's own time zone; as text it stays what it is. */
const selected = (names: Names, kind: Kind, name: string, alias: string | undefined): string => {
  const column = alias === undefined ? names.column(name) : `${alias}.${names.column(name)}`
  const isMoment = declarationOf(kind).columns[name]?.type === 'moment'
  const read = names.dialect === 'mysql' && isMoment ? `CAST(${column} AS CHAR)` : column
  return `${read} AS ${names.quote(calledIn(alias, name))}`
}

const calledIn = (alias: string | undefined, name: string): string => (alias === undefined ? name : `${alias}_${name}`)
