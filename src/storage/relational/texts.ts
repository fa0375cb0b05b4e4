import type { SqlValue, Statement } from './driver'
import type { Names } from './naming'

/** Gives the next parameter: `$1`, `$2`, … on PostgreSQL, `?` elsewhere. */
export type Place = () => string

/** A statement, or a part of one. */
export type Piece = {
  /** All that the text depends on: two pieces of one shape have one text. */
  readonly shape: string
  /** Never holds a value, so that a database may keep it prepared. */
  readonly text: (place: Place) => string
  /** One per place, in their order. */
  readonly values: readonly SqlValue[]
}

/** So many texts are kept. All verbs together have some hundred; lists of many lengths have more. */
const KEPT = 1_000
/** Longer ones are lists of a page, whose length seldom comes again. */
const LONGEST = 16_000

/** Makes statements of pieces. A text is written once per shape: putting one together costs more than sending it. */
export const createWriter = ({ dialect }: Names): ((piece: Piece) => Statement) => {
  const texts = new Map<string, string>()
  const write = ({ shape, text, values }: Piece): string => {
    let places = 0
    const written = text(() => {
      places += 1
      return dialect === 'postgres' ? `$${places}` : '?'
    })
    if (places !== values.length) throw new TypeError(`${shape}: ${values.length} values for ${places} places`)
    if (written.length > LONGEST) return written
    if (texts.size >= KEPT) texts.clear()
    texts.set(shape, written)
    return written
  }
  return (piece) => ({ text: texts.get(piece.shape) ?? write(piece), values: piece.values })
}
