import { PGlite } from '@electric-sql/pglite'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCodec } from '../../../src/storage/relational/codec'
import { createNames, fieldsOf } from '../../../src/storage/relational/naming'
import { asText, partsOf } from '../../../src/storage/relational/row-text'

describe('the fields of a row’s text', () => {
  test.each<readonly [what: string, text: string, fields: readonly (string | null)[]]>([
    ['plain text', '(a,1,t)', ['a', '1', 't']],
    ['one field', '(a)', ['a']],
    ['nothing alone', '()', [null]],
    ['nothing, first, between and last', '(,a,,b,)', [null, 'a', null, 'b', null]],
    ['nothing everywhere', '(,,)', [null, null, null]],
    ['empty text, which is not nothing', '("",,"")', ['', null, '']],
    ['nothing behind quotes', '("a b",)', ['a b', null]],
    ['the word for nothing', '(NULL,null)', ['NULL', 'null']],
    ['spaces', '(" ","a b")', [' ', 'a b']],
    ['a quote', '("""","say ""no""")', ['"', 'say "no"']],
    ['two quotes, and text that ends in one', '("""""","a""")', ['""', 'a"']],
    ['a backslash', '("\\\\","a\\\\b","a\\\\")', ['\\', 'a\\b', 'a\\']],
    ['a backslash beside a quote', '("\\\\""","""\\\\","\\\\\\\\")', ['\\"', '"\\', '\\\\']],
    ['commas', '(",","a,b",",,")', [',', 'a,b', ',,']],
    ['quotes around a comma', '(""",""","a,""b""")', ['","', 'a,"b"']],
    ['parentheses', '("(","a)","(a,b)")', ['(', 'a)', '(a,b)']],
    ['line breaks', '("a\nb","\r\n","\t")', ['a\nb', '\r\n', '\t']],
    ['Korean', '(좌석,"가 나","한글,""석""")', ['좌석', '가 나', '한글,"석"']],
    ['emoji', '(🎫,"🎫,🎫","👩‍👧")', ['🎫', '🎫,🎫', '👩‍👧']],
    ['a moment', '("2026-11-21 17:13:30.657+00",)', ['2026-11-21 17:13:30.657+00', null]],
  ])('%s', (_, text, fields) => {
    expect(partsOf(text)).toEqual(fields)
  })

  test.each(['("', '("a', '(a,"b', '("a""', '("a"",b)'])('a quote that never ends is refused: %s', (text) => {
    expect(() => partsOf(text)).toThrow(RangeError)
  })
})

describe('a row as text', () => {
  const names = createNames('postgres')
  const format = asText(names, createCodec('postgres'))
  const pool = { id: 'gate "A", 1층', version: 3, available: 12 }
  const row = '("gate ""A"", 1층",3,12)'

  test('is selected as one column, which has the name of the table’s alias', () => {
    expect(format.list('pools')).toBe('CAST(ROW("id", "version", "available") AS text) AS "row"')
    expect(format.list('pools', 'p')).toBe('CAST(ROW(p."id", p."version", p."available") AS text) AS "p"')
    const camel = asText(createNames('postgres', { columnCase: 'camel' }), createCodec('postgres'))
    expect(camel.list('orderLines')).toContain('"id", "version", "orderId"')
  })

  test('is read under that name, with the types its columns have', () => {
    expect(format.read('pools', { row })).toEqual(pool)
    expect(format.read('pools', { row: '(other,1,1)', p: row }, 'p')).toEqual(pool)
    const request = '(r1,1,abc,o1,"","2026-11-21 17:13:30.657+00")'
    expect(format.read('requests', { row: request })).toEqual({
      id: 'r1',
      version: 1,
      fingerprint: 'abc',
      orderId: 'o1',
      resultId: '',
      createdAt: new Date('2026-11-21T17:13:30.657Z'),
    })
  })

  test('has every field of its kind, empty ones too, and no object is shared between two rows', () => {
    const fields = fieldsOf('claims')
    const text = `(c1,1,${Array.from({ length: fields.length - 2 }, () => '').join()})`
    const [first, second] = [format.read('claims', { row: text }), format.read('claims', { row: text })]
    expect(Object.keys(first ?? {})).toEqual(fields.map(({ name }) => name))
    expect(first).toMatchObject({ id: 'c1', version: 1, orderId: null })
    expect(first).not.toBe(second)
  })

  test('is undefined where a join found none', () => {
    expect(format.read('pools', { p: '(,,)' }, 'p')).toBeUndefined()
  })

  test.each([
    ['no answer of that name', {}],
    ['nothing', { row: null }],
    ['empty text', { row: '' }],
    ['other text', { row: 'nonsense' }],
    ['an object of the driver’s', { row: { id: 'p' } }],
    ['a field too few', { row: '(p,1)' }],
    ['a field too many', { row: '(p,1,2,)' }],
    ['a quote that never ends', { row: '("p,1,2)' }],
    ['a number that is none', { row: '(p,1,many)' }],
    ['a number beyond the safe integers', { row: '(p,1,9007199254740993)' }],
  ])('cannot be read: %s', (_, given) => {
    expect(() => format.read('pools', given)).toThrow(RangeError)
  })
})

describe('what PostgreSQL writes', () => {
  let db: PGlite
  beforeAll(async () => {
    db = await PGlite.create()
  }, 60_000)
  afterAll(() => db.close())

  // What means something to a row, to an array or to SQL, and white space of every kind. PostgreSQL keeps no NUL.
  const odd = fc.string({
    unit: fc.constantFrom(...'"\\,()\' \n\r\t\v\f{}$1a가🎫é\u0085\u00a0\u2028\u3000', 'NULL', '👩‍👧'),
    maxLength: 8,
  })
  const any = fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.replaceAll('\0', ''))
  const row = fc.array(fc.option(fc.oneof(odd, odd, any)), { minLength: 1, maxLength: 8 })

  test('comes back as it was', async () => {
    const rows = fc.array(row, { minLength: 100, maxLength: 100 })
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        let places = 0
        const place = () => {
          places += 1
          return `$${places}::text`
        }
        const texts = given.map((fields) => `(CAST(ROW(${fields.map(place).join(', ')}) AS text))`)
        const answer = await db.query<{ text: string }>(`SELECT * FROM (VALUES ${texts.join(', ')}) AS n(text)`, [
          ...given.flat(),
        ])
        expect(answer.rows.map(({ text }) => partsOf(text))).toEqual(given)
      }),
      { numRuns: 5, endOnFailure: true },
    )
  })
})
