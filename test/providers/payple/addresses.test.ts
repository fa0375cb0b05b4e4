import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allowedUrl, type HostRule } from '../../../src/providers/payple/hosts'
import { filingDays, parsePaypleTime, paypleDate, paypleTime } from '../../../src/providers/payple/time'

const TEST: HostRule = { mode: 'test', baseUrl: 'https://democpay.payple.kr', confirmHosts: [] }
const LIVE: HostRule = { mode: 'live', baseUrl: 'https://cpay.payple.kr', confirmHosts: [] }

describe('where the merchant’s key may be sent', () => {
  test.each([
    ['https://democpay.payple.kr/php/x.php?ACT_=PAYM', TEST],
    ['https://demo-api-v2.payple.kr/api/v1/payments/cards/approval/confirm', TEST],
    ['https://testcpay.payple.kr/php/x.php', TEST],
    ['https://democpay.payple.kr:443/php/x.php', TEST],
    ['https://cpay.payple.kr/php/x.php', LIVE],
    ['https://api-v2.payple.kr/api/v1/payments/cards/approval/confirm', LIVE],
    ['https://payple.kr/x', LIVE],
    ['https://pay.shop.example/x', { ...LIVE, confirmHosts: ['pay.shop.example'] }],
    ['http://127.0.0.1:8080/x', { ...TEST, baseUrl: 'http://127.0.0.1:8080' }],
  ])('%s', (text, rule) => {
    expect(allowedUrl(text, rule)?.href).toBe(new URL(text).href)
  })

  test.each([
    ['another host', 'https://evil.example/x', LIVE],
    ['a host that ends alike', 'https://evilpayple.kr/x', LIVE],
    ['a host that begins alike', 'https://payple.kr.evil.example/x', LIVE],
    ['a host with a dot behind', 'https://cpay.payple.kr./x', LIVE],
    ['a user name', 'https://cpay.payple.kr@evil.example/x', LIVE],
    ['a user name before the right host', 'https://evil@api-v2.payple.kr/x', LIVE],
    ['a password', 'https://:secret@cpay.payple.kr/x', LIVE],
    ['a backslash', 'https://evil.example\\@cpay.payple.kr/x', LIVE],
    ['no HTTPS', 'http://cpay.payple.kr/x', LIVE],
    ['another port', 'https://cpay.payple.kr:8443/x', LIVE],
    ['a script', 'javascript:alert(1)', LIVE],
    ['a file', 'file:///etc/passwd', LIVE],
    ['a fragment', 'https://api-v2.payple.kr/x#y', LIVE],
    ['a path alone', '/php/x.php', LIVE],
    ['nothing', '', LIVE],
    ['the test host in live', 'https://democpay.payple.kr/x', LIVE],
    ['the test confirm host in live', 'https://demo-api-v2.payple.kr/x', LIVE],
    ['the live host in test', 'https://cpay.payple.kr/x', TEST],
    ['the live confirm host in test', 'https://api-v2.payple.kr/x', TEST],
    ['letters that look alike', 'https://cpay.pаyple.kr/x', LIVE],
    ['too much', `https://cpay.payple.kr/${'x'.repeat(2_000)}`, LIVE],
    ['a confirm host without HTTPS', 'http://pay.shop.example/x', { ...LIVE, confirmHosts: ['pay.shop.example'] }],
    ['part of a confirm host', 'https://x.pay.shop.example/x', { ...LIVE, confirmHosts: ['pay.shop.example'] }],
  ])('not %s', (_, text, rule) => {
    expect(allowedUrl(text, rule)).toBeUndefined()
  })

  test('whatever the text, what is allowed is one of these hosts by HTTPS', () => {
    const pieces = fc.constantFrom(
      'https://',
      'payple.kr',
      '.',
      '@',
      '/',
      '\\',
      ':',
      'evil.example',
      'demo',
      '?',
      '%2e',
      'x',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const url = allowedUrl(parts.join(''), TEST)
        if (url === undefined) return
        expect(url.protocol).toBe('https:')
        expect(url.hostname).toMatch(/^(demo|test)[\w.-]*\.payple\.kr$/)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('Payple’s time', () => {
  test.each([
    ['20260301101530', '2026-03-01T01:15:30.000Z'],
    ['2026-03-01 10:15:30', '2026-03-01T01:15:30.000Z'],
    ['2026-03-01T00:30:00', '2026-02-28T15:30:00.000Z'],
    ['20281231235959', '2028-12-31T14:59:59.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(parsePaypleTime(text)?.toISOString()).toBe(iso)
  })

  test.each(['', null, undefined, '20260301', '20260230101530', '20261301101530', '20260301251530', 'yesterday', '0'])(
    '%j is no moment',
    (text) => {
      expect(parsePaypleTime(text)).toBeNull()
    },
  )

  test('what is written is read as the same second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
        const moment = new Date(seconds * 1_000)
        expect(parsePaypleTime(paypleTime(moment))).toEqual(moment)
      }),
    )
  })

  test('C-56: the day is Korea’s: 00:30 there is still the day before in UTC', () => {
    expect(paypleDate(new Date('2026-02-28T15:30:00Z'))).toBe('20260301')
    expect(paypleDate(new Date('2026-02-28T14:59:59.999Z'))).toBe('20260228')
    expect(paypleDate(new Date('2026-02-28T15:00:00Z'))).toBe('20260301')
  })

  const daysAt = (...texts: readonly string[]) =>
    filingDays(texts.map((text) => new Date(text))).map(({ date }) => date)

  test('C-56: within an hour of midnight in Korea the neighbouring day is asked for too', () => {
    expect(daysAt('2026-03-01T15:30:00Z')).toEqual(['20260302', '20260301'])
    expect(daysAt('2026-03-01T14:30:00Z')).toEqual(['20260301', '20260302'])
    expect(daysAt('2026-03-01T16:00:00Z')).toEqual(['20260302'])
    expect(daysAt('2026-03-01T15:59:59Z')).toEqual(['20260302', '20260301'])
    expect(daysAt('2026-03-01T13:59:59Z')).toEqual(['20260301'])
    expect(daysAt('2026-03-01T14:00:00Z')).toEqual(['20260301', '20260302'])
    expect(filingDays([null])).toEqual([])
  })

  test('other moments we know add their days, after the likeliest', () => {
    expect(daysAt('2026-03-01T18:00:00Z', '2026-03-01T13:00:00Z')).toEqual(['20260302', '20260301'])
  })
})
