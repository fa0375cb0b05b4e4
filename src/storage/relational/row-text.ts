import type { Kind, Row } from '../schema'
import type { Codec } from './codec'
import { fieldsOf, type Names } from './naming'
import { createBlanks, type Format } from './row-format'

/**
 * PostgreSQL: a row travels as one text. Drivers describe every column of every answer anew, make an object that grows by
 * each of them and convert it as they like; reading one text costs a fraction of that, and is the same with all of them.
 */
export const asText = (names: Names, codec: Codec): Format => {
  const blankOf = createBlanks()
  return {
    list: (kind, alias) => {
      const columns = fieldsOf(kind).map(({ name }) => (alias === undefined ? '' : `${alias}.`) + names.column(name))
      return `CAST(ROW(${columns.join(', ')}) AS text) AS ${names.quote(alias ?? ROW)}`
    },
    read: <K extends Kind>(kind: K, given: Readonly<Record<string, unknown>>, alias?: string) => {
      const fields = fieldsOf(kind)
      const texts = partsOf(String(given[alias ?? ROW]))
      if (texts.length !== fields.length) throw new RangeError(`${kind}: a stored row cannot be read`)
      if (texts[0] === null) return undefined
      const read = blankOf(kind)
      for (let at = 0; at < fields.length; at += 1) {
        const field = fields[at]
        if (field !== undefined) read[field.name] = codec.read(field.type, texts[at])
      }
      // The select list of a kind names the columns of that kind.
      return read as unknown as Row<K>
    },
  }
}

const ROW = 'row'

const QUOTE = 34
const COMMA = 44
const CLOSE = 41

/**
 * The fields of a row's text: `(a,"b c",,"")` is a, b c, nothing and empty text.
 *
 * @see https://www.postgresql.org/docs/current/rowtypes.html#ROWTYPES-IO-SYNTAX
 */
export const partsOf = (text: string): readonly (string | null)[] => {
  if (!text.startsWith('(') || !text.endsWith(')')) throw new RangeError('a stored row cannot be read')
  const parts: (string | null)[] = []
  for (let at = 1; at < text.length; ) {
    const first = text.charCodeAt(at)
    if (first === COMMA || first === CLOSE) {
      parts.push(null)
      at += 1
    } else if (first === QUOTE) {
      const end = endOfQuoted(text, at + 1)
      parts.push(unquoted(text.slice(at + 1, end)))
      at = end + 2
    } else {
      const comma = text.indexOf(',', at)
      const end = comma < 0 ? text.length - 1 : comma
      parts.push(text.slice(at, end))
      at = end + 1
    }
  }
  return parts
}

/** Where the quote is that ends the field: one that stands alone. */
const endOfQuoted = (text: string, from: number): number => {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text.charCodeAt(at + 1) !== QUOTE) return at
  }
  throw new RangeError('a stored row cannot be read')
}

const DOUBLED = /(["\\])\1/g

/** Inside quotes, a quote and a backslash are doubled. */
const unquoted = (text: string): string =>
  text.includes('"') || text.includes('\\') ? text.replace(DOUBLED, '$1') : text
