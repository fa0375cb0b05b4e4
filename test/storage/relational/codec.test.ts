import { describe, expect, test } from 'vitest'
import { createCodec } from '../../../src/storage/relational/codec'
import type { Dialect } from '../../../src/storage/relational/naming'

const DIALECTS: readonly Dialect[] = ['postgres', 'mysql', 'sqlite']

describe('a moment', () => {
  test.each<readonly [text: string, iso: string]>([
    // PostgreSQL, as the session's time zone has it.
    ['2026-11-21 17:13:30.657+00', '2026-11-21T17:13:30.657Z'],
    ['2026-11-21 17:13:30+00', '2026-11-21T17:13:30.000Z'],
    ['2026-11-21 17:13:30.6+00', '2026-11-21T17:13:30.600Z'],
    ['2026-11-21 17:13:30.657999+00', '2026-11-21T17:13:30.657Z'],
    ['2026-11-22 02:13:30.657+09', '2026-11-21T17:13:30.657Z'],
    ['2026-11-22 02:13:30+09', '2026-11-21T17:13:30.000Z'],
    ['2026-11-21 13:43:30.657-03:30', '2026-11-21T17:13:30.657Z'],
    ['2026-11-21 22:43:30.657+0530', '2026-11-21T17:13:30.657Z'],
    ['2024-02-29 00:00:00+00', '2024-02-29T00:00:00.000Z'],
    ['1969-12-31 23:59:59.999+00', '1969-12-31T23:59:59.999Z'],
    // MySQL and MariaDB, as CAST(… AS CHAR) has it.
    ['2026-11-21 17:13:30.050', '2026-11-21T17:13:30.050Z'],
    ['2026-11-21 17:13:30', '2026-11-21T17:13:30.000Z'],
    // SQLite, as it was written, and drivers that hand PostgreSQL's on as ISO text.
    ['2026-11-21T17:13:30.657Z', '2026-11-21T17:13:30.657Z'],
    ['2026-11-21T17:13:30.657+00', '2026-11-21T17:13:30.657Z'],
    ['2026-11-22T02:13:30.657+09:00', '2026-11-21T17:13:30.657Z'],
  ])('%s', (text, iso) => {
    for (const dialect of DIALECTS) expect(createCodec(dialect).read('moment', text)).toEqual(new Date(iso))
  })

  test('may come as a Date', () => {
    const at = new Date('2026-11-21T17:13:30.657Z')
    for (const dialect of DIALECTS) expect(createCodec(dialect).read('moment', at)).toEqual(at)
  })

  test.each<readonly [what: string, value: unknown]>([
    ['empty text', ''],
    ['a word', 'tomorrow'],
    ['no end', 'infinity'],
    ['no end, with a zone', 'infinity+00'],
    ['a zone alone', '+00'],
    ['a day alone', '2026-11-21'],
    ['a month that is none', '2026-13-01 00:00:00+00'],
    ['a day that is none', '2026-11-32 00:00:00+00'],
    ['an hour that is none', '2026-11-21 25:00:00+00'],
    ['a year before ours', '0044-03-15 00:00:00+00 BC'],
    ['German style', '21.11.2026 17:13:30.657 UTC'],
    ['SQL style', '11/21/2026 17:13:30.657 UTC'],
    ['SQL style in a zone without a name', '11/21/2026 17:13:30.657 +00'],
    ['the style of PostgreSQL’s first years', 'Sat Nov 21 17:13:30.657 2026 UTC'],
    ['something behind it', '2026-11-21 17:13:30+00 or so'],
    ['a number', 1_795_281_210_657],
  ])('cannot be read: %s', (_, value) => {
    for (const dialect of DIALECTS) expect(() => createCodec(dialect).read('moment', value)).toThrow(RangeError)
  })

  test.each<readonly [dialect: Dialect, text: string]>([
    ['postgres', '2026-11-21T17:13:30.050Z'],
    ['mysql', '2026-11-21 17:13:30.050'],
    ['sqlite', '2026-11-21T17:13:30.050Z'],
  ])('is written in UTC and read back, on %s', (dialect, text) => {
    const codec = createCodec(dialect)
    const at = new Date('2026-11-21T17:13:30.050Z')
    expect(codec.write(at)).toBe(text)
    expect(codec.read('moment', codec.write(at))).toEqual(at)
    expect(codec.write(new Date(at.getTime() + 1))).not.toBe(text)
  })
})

describe('other values', () => {
  const { read, write } = createCodec('postgres')

  test('nothing is nothing, whatever the type', () => {
    for (const type of ['text', 'integer', 'minor', 'moment', 'boolean'] as const) {
      expect([read(type, null), read(type, undefined)]).toEqual([null, null])
    }
  })

  test('a boolean is read from each driver’s way of telling it', () => {
    expect([true, 1, '1', 't', 'true', 1n].map((value) => read('boolean', value))).not.toContain(false)
    expect([false, 0, '0', 'f', 'false', 0n].map((value) => read('boolean', value))).not.toContain(true)
  })

  test('an amount is read up to the safe integers, and not beyond', () => {
    const most = Number.MAX_SAFE_INTEGER
    expect([`${most}`, `-${most}`, BigInt(most)].map((value) => read('minor', value))).toEqual([most, -most, most])
    for (const value of ['9007199254740992', 'much', '1.5', 2n ** 53n]) {
      expect(() => read('minor', value)).toThrow(RangeError)
    }
  })

  test('zero has one sign, and a boolean is a number where the database knows none', () => {
    expect(write(-0)).toBe(0)
    expect([write(true), createCodec('mysql').write(true), createCodec('sqlite').write(false)]).toEqual([true, 1, 0])
  })
})
