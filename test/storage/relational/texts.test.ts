import { describe, expect, test } from 'vitest'
import { createCodec, type Value } from '../../../src/storage/relational/codec'
import { createNames, type Dialect } from '../../../src/storage/relational/naming'
import { createWriter, type Piece } from '../../../src/storage/relational/texts'

const writerOf = (dialect: Dialect) => createWriter(createNames(dialect), createCodec(dialect))

/** A piece with a place per value. */
const listing = (...values: readonly Value[]): Piece => ({
  shape: `list ${values.length}`,
  text: (place) => values.map(() => place()).join(', '),
  values,
})

const ORDER = 'ord_0123456789abcdefghij'
const BUYER = 'a buyer of sixteen letters'
const AT = new Date('2026-11-21T17:13:30.657Z')
const ISO = AT.toISOString()

describe('on PostgreSQL', () => {
  test('a long text that occurs several times is bound once', () => {
    expect(writerOf('postgres')(listing(ORDER, BUYER, ORDER, 'x', BUYER, ORDER))).toEqual({
      text: '$1, $2, $1, $3, $2, $1',
      values: [ORDER, BUYER, 'x'],
    })
  })

  test('so is a moment, whichever object tells it', () => {
    const later = new Date(AT.getTime() + 1)
    expect(writerOf('postgres')(listing(AT, later, new Date(AT), 1, AT))).toEqual({
      text: '$1, $2, $1, $3, $1',
      values: [ISO, later.toISOString(), 1],
    })
  })

  test('a text is long from sixteen characters on', () => {
    const [short, long] = ['a'.repeat(15), 'a'.repeat(16)]
    expect(writerOf('postgres')(listing(short, short)).text).toBe('$1, $2')
    expect(writerOf('postgres')(listing(long, long)).text).toBe('$1, $1')
  })

  test('what is short has a place of its own, and so have numbers, booleans and nothing', () => {
    const values = ['', '', 'A-1', 'A-1', 2, 2, 0, -0, true, true, null, null]
    const { text, values: bound } = writerOf('postgres')(listing(...values))
    expect(text).toBe('$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12')
    expect(bound).toStrictEqual(['', '', 'A-1', 'A-1', 2, 2, 0, 0, true, true, null, null])
  })

  test('a moment and a text that looks like it never share a parameter: they are of two types', () => {
    const write = writerOf('postgres')
    expect(write(listing(AT, ISO, AT, ISO))).toEqual({ text: '$1, $2, $1, $2', values: [ISO, ISO] })
    expect(write(listing(ISO, AT, AT, ISO))).toEqual({ text: '$1, $2, $2, $1', values: [ISO, ISO] })
  })

  test('pieces of one shape whose repeats differ have different texts, and keep them', () => {
    const write = writerOf('postgres')
    const expected: readonly (readonly [values: readonly Value[], text: string])[] = [
      [[ORDER, BUYER, AT], '$1, $2, $3'],
      [[ORDER, ORDER, AT], '$1, $1, $2'],
      [[ORDER, BUYER, ORDER], '$1, $2, $1'],
      [[BUYER, ORDER, ORDER], '$1, $2, $2'],
      [[ORDER, ORDER, ORDER], '$1, $1, $1'],
      [[AT, AT, AT], '$1, $1, $1'],
    ]
    for (const [values, text] of [...expected, ...expected.toReversed()]) {
      expect(write(listing(...values)).text).toBe(text)
    }
  })

  test('pieces of one shape and the same repeats share a text that is put together once', () => {
    const write = writerOf('postgres')
    let times = 0
    const piece = (...values: readonly Value[]): Piece => ({
      shape: 'counted',
      text: (place) => {
        times += 1
        return `${place()} = ${place()}`
      },
      values,
    })
    expect(write(piece(ORDER, ORDER))).toEqual({ text: '$1 = $1', values: [ORDER] })
    expect(write(piece(BUYER, BUYER))).toEqual({ text: '$1 = $1', values: [BUYER] })
    expect(times).toBe(1)
    expect(write(piece(ORDER, BUYER))).toEqual({ text: '$1 = $2', values: [ORDER, BUYER] })
    expect(times).toBe(2)
  })
})

describe.each(['mysql', 'sqlite'] as const)('on %s', (dialect) => {
  test('every place has a value of its own, in their order', () => {
    const moment = createCodec(dialect).write(AT)
    expect(writerOf(dialect)(listing(ORDER, AT, ORDER, true, AT, null))).toEqual({
      text: '?, ?, ?, ?, ?, ?',
      values: [ORDER, moment, ORDER, 1, moment, null],
    })
  })
})

describe.each(['postgres', 'mysql', 'sqlite'] as const)('a piece that is wrong, on %s', (dialect) => {
  test.each<readonly [what: string, values: readonly Value[]]>([
    ['a value too few', [ORDER]],
    ['a value too many', [ORDER, BUYER, AT]],
    ['a value too many that occurs twice', [ORDER, ORDER, ORDER]],
  ])('%s', (_, values) => {
    const piece: Piece = { shape: 'wrong', text: (place) => `${place()} ${place()}`, values }
    expect(() => writerOf(dialect)(piece)).toThrow(TypeError)
    expect(() => writerOf(dialect)(piece)).toThrow(`wrong: ${values.length} values for 2 places`)
  })
})
