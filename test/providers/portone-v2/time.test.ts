import { describe, expect, test } from 'vitest'
import { parsePortOneTime } from '../../../src/providers/portone-v2/time'

describe('moments as PortOne writes them', () => {
  test.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00.100Z'],
    ['2026-01-01T00:00:00.123Z', '2026-01-01T00:00:00.123Z'],
    ['2026-01-01T00:00:00.123456789Z', '2026-01-01T00:00:00.123Z'],
    ['2026-01-01T09:00:00+09:00', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01T09:00:00.5+0900', '2026-01-01T00:00:00.500Z'],
    ['2026-01-01t00:00:00z', '2026-01-01T00:00:00.000Z'],
  ])('%s is read', (text, iso) => {
    expect(parsePortOneTime(text)?.toISOString()).toBe(iso)
  })

  test.each([undefined, null, '', 'soon', '2026-01-01', '2026-01-01T00:00:00', '2026-13-01T00:00:00Z', '1767225600'])(
    '%s is none',
    (text) => {
      expect(parsePortOneTime(text)).toBeNull()
    },
  )
})
