import { describe, expect, test } from 'vitest'
import { redact } from '../../../src/providers/redact'
import { SENSITIVE } from './sensitive-fields'

const SECRET = 'PLANTEDsecret0123456789'

describe('what a search for planted secrets found', () => {
  test('an apostrophe inside a value does not end it: names have some, and URLs leave them as they are', () => {
    for (const text of [
      "https://x.test/?buyer_name=O'Brien-of-Cork&n=1",
      "https://x.test/?next=%3Fbuyer_name%3DO'Brien-of-Cork&n=1",
      "payload=%7B%22buyer_name%22%3A%22O'Brien-of-Cork%22%7D",
      "it says buyer_name: O'Brien-of-Cork",
    ]) {
      expect(redact(text)).not.toContain('Brien')
    }
    expect(redact(`curl -d 'n=1&token=${SECRET}' https://x.test`)).toBe("curl -d 'n=1&token=PL***89' https://x.test")
    expect(redact(`curl -H 'X-Api-Key:${SECRET}' -v`)).toBe("curl -H 'X-Api-Key:PL***89' -v")
  })

  test('a billing key in a path is hidden however short it is, a name of an endpoint is not', () => {
    for (const path of [
      '/billing-keys/key-42',
      '/subscribe/customers/user-42',
      '/subscribe/payments/schedule/customers/user-42',
      '/v1/brandpay/payments/methods/user-42',
    ]) {
      expect(redact(`GET https://x.test${path}?n=1`)).toBe(
        `GET https://x.test${path.replace(/[^/]+$/, (it) => `${it.slice(0, 2)}***42`)}?n=1`,
      )
    }
    for (const path of ['/v1/payments/confirm', '/subscribe/payments/again', '/payments/cancel', '/customers/ctm_01']) {
      expect(redact(`POST https://x.test${path}`)).toBe(`POST https://x.test${path}`)
    }
  })

  test('addresses, portal links and references of wallets are hidden, their neighbours are not', () => {
    const portal = { urls: { general: { overview: 'https://x.test/cpl?token=1' } }, id: 'cpls_1', customer_id: 'ctm_1' }
    expect(redact(portal)).toEqual({ urls: '***', id: 'cpls_1', customer_id: 'ctm_1' })
    expect(redact({ first_line: '1 Long Road', second_line: null, city: 'Seoul', country_code: 'KR' })).toEqual({
      first_line: '1 ***ad',
      second_line: '***',
      city: 'Se***ul',
      country_code: 'KR',
    })
    expect(redact({ paypal: { reference: SECRET }, reference: 'R-17', business: { name: 'Kim & Sons' } })).toEqual({
      paypal: { reference: 'PL***89' },
      reference: 'R-17',
      business: { name: 'Ki***ns' },
    })
  })

  test.each(Object.entries(SENSITIVE))('every field on the list of %s is hidden where it belongs', (_, fields) => {
    for (const { inside, name } of fields) {
      const value = inside.reduceRight<unknown>((inner, outer) => ({ [outer]: inner }), { [name]: SECRET })
      expect(JSON.stringify(redact(value)), [...inside, name].join('.')).not.toContain('ANTE')
    }
  })

  test('what an operator needs of each provider stays readable', () => {
    const harmless = {
      PCD_PAY_RST: 'success',
      PCD_PAY_CODE: '0000',
      PCD_PAY_OID: 'att_0123456789',
      PCD_PAY_TYPE: 'card',
      PCD_PAY_WORK: 'CERT',
      PCD_PAY_TOTAL: '33000',
      PCD_PAY_TIME: '20260105100000',
      PCD_PAY_CARDNAME: 'BC카드',
      imp_uid: 'imp_448280090638',
      merchant_uid: 'att_0123456789',
      pg_tid: 'StdpayCARDINIpayTest20260105',
      card_name: 'BC카드',
      customer_uid_usage: 'payment.scheduled',
      fail_reason: 'limit exceeded',
      transactionId: '0193-aa',
      paymentId: 'att_0123456789',
      storeId: 'store-1',
      scheduleId: 'sch-1',
      subscription_id: 'sub_01',
      event_type: 'transaction.completed',
      collection_mode: 'automatic',
      next_billed_at: '2026-02-05T00:00:00Z',
    }
    expect(redact(harmless)).toEqual(harmless)
  })
})
