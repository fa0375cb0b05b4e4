import { describe, expect, test } from 'vitest'
import { judgeRefund, withinDays } from '../../src/policies'
import { startOfDayAfter } from '../../src/policies/calendar'
import { facts } from './facts'

const deadlineOf = (paidAt: string, days: number, zone: string, excludeFirstDay = false): string | undefined => {
  const terms = withinDays(days, { calendar: { zone, excludeFirstDay } })
  return judgeRefund(terms, facts({ paidAt: new Date(paidAt) })).deadline?.toISOString()
}

describe('calendar days in Korea', () => {
  test.each([
    '2026-07-23T00:00:00.000+09:00',
    '2026-07-23T03:00:00.000+09:00',
    '2026-07-23T08:59:59.999+09:00',
    '2026-07-23T12:00:00.000+09:00',
    '2026-07-23T23:59:59.999+09:00',
  ])('E-106 S0-25 C-55: paid at %s, the deadline is 31 July 00:00', (paidAt) => {
    expect(deadlineOf(paidAt, 7, 'Asia/Seoul', true)).toBe('2026-07-30T15:00:00.000Z')
  })

  test('E-107 C-55: refundable at 30 July 23:59:59.999, refused at 31 July 00:00:00', () => {
    const terms = withinDays(7, { calendar: { zone: 'Asia/Seoul', excludeFirstDay: true } })
    const paidAt = new Date('2026-07-23T14:30:00+09:00')
    const kind = (now: string) => judgeRefund(terms, facts({ paidAt, now: new Date(now) })).kind
    expect(kind('2026-07-30T23:59:59+09:00')).toBe('auto')
    expect(kind('2026-07-30T23:59:59.999+09:00')).toBe('auto')
    expect(kind('2026-07-31T00:00:00+09:00')).toBe('none')
    expect(kind('2026-07-31T00:00:00.001+09:00')).toBe('none')
  })

  test('a purchase in the last millisecond of the day before belongs to that day', () => {
    expect(deadlineOf('2026-07-22T23:59:59.999+09:00', 7, 'Asia/Seoul', true)).toBe('2026-07-29T15:00:00.000Z')
  })

  test('the first day counts unless it is excluded', () => {
    expect(deadlineOf('2026-07-23T12:00:00+09:00', 7, 'Asia/Seoul', false)).toBe('2026-07-29T15:00:00.000Z')
    expect(deadlineOf('2026-07-23T12:00:00+09:00', 1, 'Asia/Seoul', false)).toBe('2026-07-23T15:00:00.000Z')
  })

  test('C-55: a purchase in the small hours counts for the Korean day, though it is still yesterday in UTC', () => {
    expect(deadlineOf('2026-07-23T00:30:00+09:00', 1, 'Asia/Seoul')).toBe('2026-07-23T15:00:00.000Z')
    expect(deadlineOf('2026-07-22T15:30:00Z', 1, 'UTC')).toBe('2026-07-23T00:00:00.000Z')
  })
})

describe('months, years and leap days', () => {
  test.each([
    ['2026-01-31T12:00:00Z', 1, '2026-02-01T00:00:00.000Z'],
    ['2026-02-25T12:00:00Z', 7, '2026-03-04T00:00:00.000Z'],
    ['2028-02-25T12:00:00Z', 7, '2028-03-03T00:00:00.000Z'],
    ['2028-02-29T12:00:00Z', 1, '2028-03-01T00:00:00.000Z'],
    ['2026-12-28T12:00:00Z', 7, '2027-01-04T00:00:00.000Z'],
  ])('paid %s, %d days end at %s', (paidAt, days, deadline) => {
    expect(deadlineOf(paidAt, days, 'UTC')).toBe(deadline)
  })
})

describe('daylight saving', () => {
  test('a day of 23 hours is one day: New York, 8 March 2026', () => {
    expect(deadlineOf('2026-03-07T12:00:00-05:00', 1, 'America/New_York')).toBe('2026-03-08T05:00:00.000Z')
    expect(deadlineOf('2026-03-07T12:00:00-05:00', 2, 'America/New_York')).toBe('2026-03-09T04:00:00.000Z')
  })

  test('a day of 25 hours is one day: Berlin, 25 October 2026', () => {
    expect(deadlineOf('2026-10-25T01:00:00+02:00', 1, 'Europe/Berlin')).toBe('2026-10-25T23:00:00.000Z')
  })

  test('where clocks jump over midnight the day starts at one: Sao Paulo, 4 November 2018', () => {
    expect(deadlineOf('2018-11-03T12:00:00-03:00', 1, 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00.000Z')
  })

  test('where midnight comes twice the day starts at the first one: Havana, 1 November 2026', () => {
    expect(deadlineOf('2026-10-31T12:00:00-04:00', 1, 'America/Havana')).toBe('2026-11-01T04:00:00.000Z')
  })

  test('where a whole day was skipped it ends as it starts: Apia, 30 December 2011', () => {
    expect(deadlineOf('2011-12-29T12:00:00-10:00', 1, 'Pacific/Apia')).toBe('2011-12-30T10:00:00.000Z')
    expect(deadlineOf('2011-12-29T12:00:00-10:00', 2, 'Pacific/Apia')).toBe('2011-12-30T10:00:00.000Z')
  })

  test.each(['Pacific/Kiritimati', 'Etc/GMT+12', 'Asia/Kathmandu', 'Australia/Lord_Howe'])(
    'every day of a year starts at a local midnight in %s, and the millisecond before is the day before',
    (zone) => {
      const show = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
      const noon = new Date('2026-01-01T12:00:00Z')
      for (let days = 0; days <= 365; days += 5) {
        const start = startOfDayAfter(noon, days, zone)
        expect(show.format(start)).toContain('00:00:00')
        expect(show.format(new Date(start.getTime() - 1))).toContain('23:59:59')
      }
    },
  )
})
