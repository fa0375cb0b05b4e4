import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { paypleWebhooks } from '../../../src/providers/payple/webhook'
import { attemptOf, authorized, paid, START, shopOf } from './support'

const receive = paypleWebhooks({ cstId: 'fakeshop' })
const raw = (rawBody: string | Uint8Array, headers: Record<string, string> = {}) => ({
  rawBody,
  headers,
  receivedAt: new Date(START),
})
const json = (body: unknown, headers = {}) => receive(raw(JSON.stringify(body), headers))
const form = (body: Record<string, string>, type = 'application/x-www-form-urlencoded') =>
  receive(raw(new URLSearchParams(body).toString(), { 'Content-Type': type }))

const OID = attemptOf().id
const payment = (changes: Record<string, unknown> = {}) => ({
  PCD_PAY_RST: 'success',
  PCD_PAY_CODE: 'PCCF0000',
  PCD_PAY_OID: OID,
  PCD_PAY_TYPE: 'card',
  PCD_PAY_WORK: 'CERT',
  PCD_PAY_TOTAL: '12900',
  PCD_AUTH_KEY: 'planted-auth-key',
  PCD_PAY_REQKEY: 'planted-req-key',
  PCD_PAY_URL: '',
  PCD_REFUND_TOTAL: '',
  PCD_REFUND_TIME: '',
  PCD_PAYCANCEL_FLAG: 'N',
  ...changes,
})
const cancel = (changes: Record<string, unknown> = {}) => ({
  PCD_PAY_RST: 'success',
  PCD_PAY_CODE: 'PAYC0000',
  PCD_CST_ID: 'fakeshop',
  PCD_PAY_OID: OID,
  PCD_PAY_TOTAL: '12900',
  PCD_REFUND_TOTAL: '2900',
  PCD_REFUND_TIME: '20260302110000',
  PCD_PAYCANCEL_FLAG: 'Y',
  ...changes,
})
const removal = (changes: Record<string, unknown> = {}) => ({
  PCD_CST_ID: 'fakeshop',
  PCD_PAY_WORK: 'PUSERDEL',
  PCD_PAY_RST: 'success',
  PCD_PAY_MSG: '2008 : 고객요청으로 해지',
  PCD_PAYER_ID: 'planted-billing-key',
  PCD_PAYER_NAME: '홍길동',
  ...changes,
})
const text = (body: Record<string, unknown>) => body as Record<string, string> // All of it is text above.

describe('a payment', () => {
  test('is a hint about an attempt, and no more', () => {
    expect(json(payment())._unsafeUnwrap()).toEqual({
      id: expect.stringMatching(/^payple_[0-9a-f]{64}$/),
      type: 'payment',
      attemptId: OID,
      providerRef: null,
      trust: 'hint',
      ignorable: false,
      payload: expect.stringContaining('PCCF0000'),
    })
  })

  test('is told from a cancel by value: the fields of one stand in its template too', () => {
    for (const changes of [{ PCD_REFUND_TOTAL: '0' }, { PCD_REFUND_TOTAL: 0 }, { PCD_PAYCANCEL_FLAG: '' }, {}]) {
      expect(json(payment(changes))._unsafeUnwrap().type).toBe('payment')
    }
    for (const changes of [
      { PCD_REFUND_TOTAL: '1' },
      { PCD_REFUND_TOTAL: 1 },
      { PCD_PAYCANCEL_FLAG: 'Y' },
      { PCD_PAY_CODE: '[test]PAYC0000' },
    ]) {
      expect(json(payment(changes))._unsafeUnwrap().type).toBe('cancel')
    }
  })

  test.each([
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=UTF-8',
    'text/plain',
    '',
  ])('reads the same as a form, sent as %j', (type) => {
    expect(form(text(payment()), type)._unsafeUnwrap()).toEqual(json(payment())._unsafeUnwrap())
  })

  test.each(['application/json', 'application/x-www-form-urlencoded'])('reads JSON sent as %s', (type) => {
    expect(json(payment(), { 'content-type': type })._unsafeUnwrap().attemptId).toBe(OID)
  })

  test.each([
    ['no order id', { PCD_PAY_OID: '' }],
    ['an order id that is a number', { PCD_PAY_OID: 7 }],
    ['an order id of 65', { PCD_PAY_OID: 'a'.repeat(65) }],
    ['an order id with a line break', { PCD_PAY_OID: 'att\n1' }],
    ['an order id that is a list', { PCD_PAY_OID: [OID] }],
  ])('with %s names no payment and is stored alone', (_, changes) => {
    expect(json(payment(changes))._unsafeUnwrap()).toMatchObject({ attemptId: null, ignorable: true, trust: 'hint' })
  })

  test('S0-12: refund key, billing key, trade number, keys and people are hidden in what is stored', () => {
    const planted = {
      PCD_REFUND_KEY: 'planted-refund-key',
      PCD_PAYER_ID: 'planted-payer-id',
      PCD_PAY_CARDTRADENUM: '202603011015300000000001',
      PCD_PAY_CARDAUTHNO: '00012345',
      PCD_CUST_KEY: 'planted-cust-key',
      PCD_PAYER_NAME: 'planted-name',
      PCD_PAYER_HP: '01000000000',
      PCD_PAYER_EMAIL: 'planted@shop.example',
      PCD_USER_DEFINE1: 'planted-define',
      PCD_PAY_CARDRECEIPT: 'https://receipt.example/?token=planted',
      PCD_TAXSAVE_MGTNUM: 'planted-receipt',
    }
    const body = payment(planted)
    for (const notice of [json(body), form(text(body))]) {
      const { payload } = notice._unsafeUnwrap()
      for (const value of [...Object.values(planted), 'planted-auth-key', 'planted-req-key']) {
        expect(payload).not.toContain(value)
      }
      expect(payload).toContain(OID)
    }
  })
})

describe('a cancel', () => {
  test('names the attempt by its order id', () => {
    expect(json(cancel())._unsafeUnwrap()).toMatchObject({
      type: 'cancel',
      attemptId: OID,
      ignorable: false,
      trust: 'hint',
    })
  })

  test('of another merchant is nothing to us; without a merchant it may be ours', () => {
    expect(json(cancel({ PCD_CST_ID: 'another' }))._unsafeUnwrap()).toMatchObject({ attemptId: null, ignorable: true })
    expect(json(cancel({ PCD_CST_ID: '' }))._unsafeUnwrap()).toMatchObject({ attemptId: OID, ignorable: false })
    // A notice about a payment is never set aside for it: what it leads to is a look-up of our own.
    expect(json(payment({ PCD_CST_ID: 'encoded==' }))._unsafeUnwrap()).toMatchObject({
      attemptId: OID,
      ignorable: false,
    })
  })
})

describe('billing keys', () => {
  test('a removal names the key, and no attempt', () => {
    const notice = json(removal())._unsafeUnwrap()
    expect(notice).toMatchObject({
      type: 'key_removed',
      attemptId: null,
      billing: { subject: 'key_removed', billingKey: 'planted-billing-key' },
      ignorable: false,
    })
    expect(notice.payload).not.toContain('planted-billing-key')
    expect(json(removal({ PCD_CST_ID: 'another' }))._unsafeUnwrap()).toMatchObject({ ignorable: true })
    expect(json(removal({ PCD_PAYER_ID: '' }))._unsafeUnwrap()).toMatchObject({ ignorable: true })
  })

  test('S1-03: a registration that looks like a payment is one by the id it was given, never a payment', () => {
    const looksPaid = payment({ PCD_PAY_OID: 'bki_1', PCD_PAY_WORK: 'PAY', PCD_PAYER_ID: 'key-1' })
    expect(json(looksPaid)._unsafeUnwrap()).toMatchObject({
      attemptId: null,
      billing: { subject: 'issue', issueId: 'bki_1', billingKey: 'key-1' },
      ignorable: false,
    })
    const byOtherName = {
      PCD_PAY_RST: 'success',
      PCD_PAY_WORK: 'AUTH',
      PCD_USER_DEFINE1: 'bki_2',
      PCD_PAYER_ID: 'key-2',
    }
    expect(json(byOtherName)._unsafeUnwrap()).toMatchObject({
      type: 'key_issued',
      attemptId: null,
      billing: { subject: 'issue', issueId: 'bki_2', billingKey: 'key-2' },
    })
  })

  test('a charge is told by its id', () => {
    expect(json(payment({ PCD_PAY_OID: 'chg_1' }))._unsafeUnwrap()).toMatchObject({
      attemptId: null,
      billing: { subject: 'charge', chargeId: 'chg_1' },
      ignorable: false,
    })
  })
})

describe('ids', () => {
  const idOf = (body: unknown) => json(body)._unsafeUnwrap().id

  test('a repeat has the same, whatever stands beside the point', () => {
    expect(idOf(payment({ PCD_PAY_GOODS: 'x' }))).toBe(idOf(payment({ PCD_PAY_GOODS: 'y' })))
  })

  test.each([
    [payment(), payment({ PCD_PAY_OID: 'att_other' })],
    [payment(), payment({ PCD_PAY_CODE: '0000' })],
    [payment(), cancel()],
    [cancel(), cancel({ PCD_REFUND_TIME: '20260302110001' })],
    [cancel(), cancel({ PCD_REFUND_TOTAL: '2901' })],
    [removal(), removal({ PCD_PAYER_ID: 'another' })],
  ])('two notices that say different things have two (%#)', (one, other) => {
    expect(idOf(one)).not.toBe(idOf(other))
  })
})

describe('hostile bodies', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a number', '7'],
    ['null', 'null'],
    ['text', 'hello'],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00])],
    ['too much', 'x'.repeat(300_000)],
    ['too many bytes', new Uint8Array(300_000)],
  ])('%s is unreadable', (_, body) => {
    expect(receive(raw(body))._unsafeUnwrapErr().code).toBe('unreadable_body')
  })

  test('bytes are read like text', () => {
    expect(receive(raw(new TextEncoder().encode(JSON.stringify(payment()))))._unsafeUnwrap().attemptId).toBe(OID)
  })

  test('names that every object has are no fields', () => {
    const notice = receive(raw('{"__proto__":{"PCD_PAY_OID":"att_x"},"constructor":1}'))._unsafeUnwrap()
    expect(notice).toMatchObject({ attemptId: null, ignorable: true })
    expect(({} as Record<string, unknown>)['PCD_PAY_OID']).toBeUndefined()
  })

  const names = fc.constantFrom(
    'PCD_PAY_OID',
    'PCD_PAY_WORK',
    'PCD_PAY_CODE',
    'PCD_REFUND_TOTAL',
    'PCD_PAYER_ID',
    'PCD_CST_ID',
    'PCD_PAYCANCEL_FLAG',
    '__proto__',
    'toString',
  )
  test('whatever comes, it is a hint or unreadable, and never throws', () => {
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue()), fc.string(), (body, type) => {
        const notice = json(body, { 'content-type': type })._unsafeUnwrap()
        expect(notice.trust).toBe('hint')
        expect(notice.id).toMatch(/^payple_[0-9a-f]{64}$/)
      }),
    )
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.uint8Array()),
        fc.constantFrom('', 'application/x-www-form-urlencoded'),
        (body, type) => {
          const result = receive(raw(body, { 'content-type': type }))
          if (result.isErr()) expect(result.error.code).toBe('unreadable_body')
          else expect(result.value.trust).toBe('hint')
        },
      ),
    )
  })
})

describe('what the fake sends is what the gateway reads', () => {
  test.each(['json', 'form'] as const)(
    'as %s: an authentication, a payment, a cancel without what we sent along, a removal',
    async (webhookFormat) => {
      const shop = shopOf({ webhookFormat })
      const attempt = await paid(shop)
      shop.fake.dashboard.cancel(attempt.id, 2_900)
      const key = shop.fake.buyer.register({ issueId: 'bki_1' })['PCD_PAYER_ID'] ?? ''
      shop.fake.dashboard.removeKey(key)
      const pending = shop.fake.webhooks.pending()
      const notices = pending.map(({ headers, rawBody }) =>
        shop.gateway.receive({ headers, rawBody, receivedAt: shop.clock.now() })._unsafeUnwrap(),
      )
      expect(notices).toMatchObject([
        { type: 'payment', attemptId: attempt.id },
        { type: 'payment', attemptId: attempt.id },
        { type: 'cancel', attemptId: attempt.id },
        { type: 'key_removed', billing: { subject: 'key_removed', billingKey: key } },
      ])
      expect(new Set(notices.map(({ id }) => id)).size).toBe(4)
      expect(pending[2]?.rawBody).not.toContain('PCD_USER_DEFINE1')
    },
  )

  test('a key removed through the API sends none', async () => {
    const shop = shopOf()
    const key = shop.fake.buyer.register({ issueId: 'bki_1' })['PCD_PAYER_ID'] ?? ''
    await shop.client.deleteBillingKey(key)
    expect(shop.fake.webhooks.pending()).toEqual([])
  })

  test('a redirect is a failure, and it comes again', async () => {
    const shop = shopOf()
    authorized(shop)
    expect(await shop.fake.webhooks.deliverDue(async () => 302)).toMatchObject([{ status: 302 }])
    await shop.clock.advance(60_000)
    expect(await shop.fake.webhooks.deliverDue(async () => 200)).toMatchObject([{ status: 200 }])
    expect(shop.fake.webhooks.pending()).toEqual([])
  })
})
