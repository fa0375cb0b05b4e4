import { describe, expect, test } from 'vitest'
import { parseTossTime, tossLocalTime, tossTime } from '../../../src/providers/toss/time'

describe('moments', () => {
  test.each([
    ['2026-01-05T10:01:03+09:00', '2026-01-05T01:01:03.000Z'],
    ['2026-01-05T10:01:03+0900', '2026-01-05T01:01:03.000Z'],
    ['2026-01-05T10:01:03', '2026-01-05T01:01:03.000Z'],
    ['2026-01-05T10:01:03.123456', '2026-01-05T01:01:03.123Z'],
    ['2026-01-05T10:01:03.12345', '2026-01-05T01:01:03.123Z'],
    ['2026-01-05T10:01:03.5', '2026-01-05T01:01:03.500Z'],
    ['2026-01-05T01:01:03Z', '2026-01-05T01:01:03.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(parseTossTime(text)?.toISOString()).toBe(iso)
  })

  test.each([null, undefined, '', '2026-01-05', '2026-13-05T10:01:03', '2026-01-05T25:01:03', 'soon', '1767574863'])(
    '%s is no moment',
    (text) => {
      expect(parseTossTime(text)).toBeNull()
    },
  )

  test('what the fake writes is read as the same second, and the same millisecond', () => {
    const moment = new Date('2026-03-31T15:30:45.678Z')
    expect(tossTime(moment)).toBe('2026-04-01T00:30:45+09:00')
    expect(parseTossTime(tossTime(moment))?.getTime()).toBe(moment.getTime() - 678)
    expect(tossLocalTime(moment)).toBe('2026-04-01T00:30:45.678000')
    expect(parseTossTime(tossLocalTime(moment))).toEqual(moment)
  })
})
