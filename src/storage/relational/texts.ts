import type { Codec, Value } from './codec'
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
  readonly values: readonly Value[]
}

/** So many texts are kept. All verbs together have some hundred; lists of many lengths have more. */
const KEPT = 1_000
/** Longer ones are lists of a page, whose length seldom comes again. */
const LONGEST = 16_000

/** Makes statements of pieces. A text is written once per shape: putting one together costs more than sending it. */
export const createWriter = ({ dialect }: Names, codec: Codec): ((piece: Piece) => Statement) => {
  const texts = new Map<string, string>()
  const write = ({ shape, text, values }: Piece, key: string, numbers: readonly number[]): string => {
    let places = 0
    const written = text(() => {
      places += 1
      return dialect === 'postgres' ? `$${numbers[places - 1]}` : '?'
    })
    if (places !== values.length) throw new TypeError(`${shape}: ${values.length} values for ${places} places`)
    if (written.length > LONGEST) return written
    if (texts.size >= KEPT) texts.clear()
    texts.set(key, written)
    return written
  }
  return (piece) => {
    const { bound, numbers, repeats } =
      dialect === 'postgres' ? boundOnce(piece.values, codec) : bind(piece.values, codec)
    const key = piece.shape + repeats
    return { text: texts.get(key) ?? write(piece, key, numbers), values: bound }
  }
}

type Bound = {
  readonly bound: readonly SqlValue[]
  /** Of each place, the number of its parameter. */
  readonly numbers: readonly number[]
  /** Which places share a parameter: part of what the text depends on. */
  readonly repeats: string
}

const bind = (values: readonly Value[], codec: Codec): Bound => ({
  bound: values.map(codec.write),
  numbers: [],
  repeats: '',
})

/**
 * Shorter text is equal by chance, as a seat and a count that are both called 2 are, and so is a list of versions: each
 * time it would make one more text to prepare.
 */
const isTelling = (value: string): boolean => value.length >= 16 && !value.startsWith('{')

/**
 * A commit names its order, its moment and its buyer in every row it writes. Each of them travels once. Text is shared
 * with text and a moment with a moment, so that a parameter has one type wherever it stands.
 */
const boundOnce = (values: readonly Value[], codec: Codec): Bound => {
  const bound: SqlValue[] = []
  const numbers: number[] = []
  const texts = createSeen<string>()
  const moments = createSeen<number>()
  let repeats = ''
  for (const value of values) {
    const next = bound.length + 1
    let number = next
    if (value instanceof Date) number = moments(value.getTime(), next)
    else if (typeof value === 'string' && isTelling(value)) number = texts(value, next)
    if (number === next) bound.push(codec.write(value))
    else repeats += ` ${numbers.length}:${number}`
    numbers.push(number)
  }
  return { bound, numbers, repeats }
}

/** Gives the number a value had before, or takes it down with the next one. There are a handful: a list is enough. */
const createSeen = <T>() => {
  const seen: T[] = []
  const numbers: number[] = []
  return (value: T, next: number): number => {
    const at = seen.indexOf(value)
    if (at >= 0) return numbers[at] ?? next
    seen.push(value)
    numbers.push(next)
    return next
  }
}
