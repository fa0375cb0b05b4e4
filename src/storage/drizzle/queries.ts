import { type SQL, sql } from 'drizzle-orm'
import type { Dialect } from '../relational/naming'

type Parts = TemplateStringsArray

const MAX_TEXTS = 500
/** A commit of very many rows has a text of its own, which nobody asks for again. */
const MAX_LENGTH = 20_000

/**
 * Our texts as Drizzle's queries: it numbers the placeholders itself, so a text is split where the values go. The
 * pieces of the latest texts are kept.
 */
export const createQueries = (dialect: Dialect) => {
  const known = new Map<string, Parts>()
  const placeholder = dialect === 'postgres' ? /\$\d+/ : '?'

  const partsOf = (text: string): Parts => {
    const found = known.get(text)
    if (found !== undefined) return found
    const pieces = text.split(placeholder)
    const parts: Parts = Object.assign(pieces, { raw: pieces })
    if (text.length > MAX_LENGTH) return parts
    const [oldest] = known.keys()
    if (known.size >= MAX_TEXTS && oldest !== undefined) known.delete(oldest)
    known.set(text, parts)
    return parts
  }

  return (text: string, values: readonly unknown[]): SQL => sql(partsOf(text), ...values)
}
