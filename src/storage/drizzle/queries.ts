import { type SQL, sql } from 'drizzle-orm'
import type { Dialect } from '../relational/naming'

type Query = {
  readonly parts: TemplateStringsArray
  /** Which value stands between two parts: on PostgreSQL one may stand in several places. */
  readonly places: readonly number[]
}

const MAX_TEXTS = 500
/** A commit of very many rows has a text of its own, which nobody asks for again. */
const MAX_LENGTH = 20_000

/**
 * Our texts as Drizzle's queries: it numbers the placeholders itself, so a text is split where the values go. The
 * pieces of the latest texts are kept.
 */
export const createQueries = (dialect: Dialect) => {
  const known = new Map<string, Query>()
  const isNumbered = dialect === 'postgres'

  const queryOf = (text: string): Query => {
    const found = known.get(text)
    if (found !== undefined) return found
    const pieces = text.split(isNumbered ? /\$\d+/ : '?')
    const places = isNumbered ? Array.from(text.matchAll(/\$(\d+)/g), ([, number]) => Number(number) - 1) : []
    const query: Query = { parts: Object.assign(pieces, { raw: pieces }), places }
    if (text.length > MAX_LENGTH) return query
    const [oldest] = known.keys()
    if (known.size >= MAX_TEXTS && oldest !== undefined) known.delete(oldest)
    known.set(text, query)
    return query
  }

  return (text: string, values: readonly unknown[]): SQL => {
    const { parts, places } = queryOf(text)
    return sql(parts, ...(isNumbered ? places.map((at) => values[at]) : values))
  }
}
