import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RawWebhook } from '../../../src/providers/gateway'
import { PORTONE_V1_WEBHOOK_IPS } from '../../../src/providers/portone-v1'
import { portOneV1Webhooks } from '../../../src/providers/portone-v1/webhook'
import { attemptOf, START, uidOf } from './support'

const receive = portOneV1Webhooks({})
const raw = (body: unknown, headers: RawWebhook['headers'] = {}, at = START): RawWebhook => ({
  headers,
  rawBody: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  receivedAt: new Date(at),
})
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }
const attemptId = attemptOf().id
const paid = { imp_uid: 'imp_1', merchant_uid: uidOf(attemptId), status: 'paid' }
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString()
const noticeOf = (body: unknown, headers?: RawWebhook['headers'], at?: number) =>
  receive(raw(body, headers, at))._unsafeUnwrap()

describe('a payment', () => {
  test('is a hint about an attempt: it names the order, because each try is another payment', () => {
    expect(noticeOf(paid)).toEqual({
      id: expect.stringMatching(/^portone-v1_[0-9a-f]{64}$/),
      type: 'paid',
      attemptId,
      providerRef: null,
      trust: 'hint',
      ignorable: false,
      payload: expect.stringContaining('"status":"paid"'),
    })
  })

  test('says the same as JSON, as a form and as bytes', () => {
    const { payload, ...notice } = noticeOf(paid)
    expect(payload).toContain(paid.merchant_uid)
    expect(noticeOf(form(paid), FORM)).toMatchObject(notice)
    expect(noticeOf(new TextEncoder().encode(JSON.stringify(paid)))).toMatchObject(notice)
    // A proxy that says the wrong type changes nothing.
    expect(noticeOf(paid, FORM)).toMatchObject(notice)
  })

  test('has one id for every delivery, and another for everything it can say', () => {
    const ids = (bodies: readonly object[]) => bodies.map((body) => noticeOf(body).id)
    expect(noticeOf(paid).id).toBe(noticeOf({ ...paid }, {}, START + 60_000).id)
    const different = ids([
      paid,
      { ...paid, imp_uid: 'imp_2' },
      { ...paid, merchant_uid: 'att2' },
      { ...paid, status: 'cancelled', cancellation_id: 'c1' },
      { ...paid, status: 'cancelled', cancellation_id: 'c2' },
    ])
    expect(new Set(different).size).toBe(5)
  })

  test('two cancels without an id of their own are two', () => {
    const cancel = { ...paid, status: 'cancelled' }
    expect(noticeOf(cancel).id).not.toBe(noticeOf(cancel, {}, START + 1).id)
  })

  test('without an order id it is found by its imp_uid', () => {
    for (const merchant_uid of [undefined, null, 7, '']) {
      expect(noticeOf({ ...paid, merchant_uid })).toMatchObject({
        attemptId: null,
        providerRef: 'imp_1',
        ignorable: false,
      })
    }
  })

  test('with an order id that cannot be ours it is nothing: another system sells through the same store', () => {
    for (const merchant_uid of [attemptId, 'bki_1', 'chg_1', 'order-1', 'a b', '주문1', 'x'.repeat(41)]) {
      const { attemptId, providerRef, ignorable, billing } = noticeOf({ ...paid, merchant_uid })
      expect({ attemptId, providerRef, ignorable, billing }).toEqual({
        attemptId: null,
        providerRef: null,
        ignorable: true,
        billing: undefined,
      })
    }
  })

  test('without an imp_uid it is nothing: stored, answered, no more', () => {
    for (const imp_uid of [undefined, null, 7, '', {}, ['imp_1'], 'a\nb', 'x'.repeat(65)]) {
      expect(noticeOf({ ...paid, imp_uid })).toMatchObject({ attemptId: null, providerRef: null, ignorable: true })
    }
  })

  test('a status of tomorrow is followed all the same: the record decides', () => {
    expect(noticeOf({ ...paid, status: 'held' })).toMatchObject({ type: 'held', attemptId, ignorable: false })
    expect(noticeOf({ ...paid, status: 'a b' })).toMatchObject({ type: 'unrecognized', attemptId })
  })
})

describe('billing keys', () => {
  test('S1-03 S1-04 S1-05: a registered card looks exactly like a payment and is none', () => {
    const issueId = 'bki_000000000000000000000001'
    for (const status of ['paid', 'failed', 'cancelled', 'ready']) {
      expect(noticeOf({ ...paid, merchant_uid: uidOf(issueId), status })).toMatchObject({
        billing: { subject: 'issue', issueId, billingKey: null },
        attemptId: null,
        providerRef: null,
        ignorable: true,
      })
    }
  })

  test('a charge of a key, ours or PortOne’s own, names the charge', () => {
    const chargeId = 'chg_000000000000000000000001'
    for (const status of ['paid', 'failed']) {
      expect(noticeOf({ ...paid, merchant_uid: uidOf(chargeId), status })).toMatchObject({
        billing: { subject: 'charge', chargeId },
        attemptId: null,
        ignorable: false,
      })
    }
  })
})

describe('other events at the same address', () => {
  test.each(['Inicis.Escrow.Changed', 'Galaxia.Cvs.Confirm', 'Tomorrow.Event'])('%s is stored alone', (event) => {
    expect(noticeOf({ ...paid, event, extra: { escrow_status: '2' } })).toMatchObject({
      type: event,
      attemptId: null,
      ignorable: true,
    })
  })

  test('two that differ anywhere are two', () => {
    const escrow = (escrow_status: string) =>
      noticeOf({ ...paid, event: 'Inicis.Escrow.Changed', extra: { escrow_status } })
    expect(escrow('2').id).not.toBe(escrow('3').id)
  })
})

describe('where it came from', () => {
  const from = portOneV1Webhooks({ webhookSourceIp: (headers) => headers['x-real-ip'] })
  const [known] = PORTONE_V1_WEBHOOK_IPS

  test('PortOne’s own addresses are let in', () => {
    expect(PORTONE_V1_WEBHOOK_IPS).toEqual(['52.78.100.19', '52.78.48.223', '52.78.5.241'])
    expect(from(raw(paid, { 'x-real-ip': known })).isOk()).toBe(true)
  })

  test.each([{ 'x-real-ip': '10.0.0.1' }, { 'x-real-ip': `${known}, 10.0.0.1` }, {}])('%o is not', (headers) => {
    const error = from(raw(paid, headers))._unsafeUnwrapErr()
    expect(error).toEqual({
      code: 'signature_invalid',
      message: 'portone-v1: the webhook comes from another address',
    })
  })

  test('a host may have addresses of its own, and a function that throws lets nobody in', () => {
    const own = portOneV1Webhooks({ webhookIps: ['10.0.0.1'], webhookSourceIp: () => '10.0.0.1' })
    expect(own(raw(paid)).isOk()).toBe(true)
    const throws = portOneV1Webhooks({
      webhookSourceIp: () => {
        throw new Error('no header')
      },
    })
    expect(throws(raw(paid))._unsafeUnwrapErr().code).toBe('signature_invalid')
  })
})

describe('hostile bodies', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[{"imp_uid":"imp_1"}]'],
    ['a number', '1'],
    ['null', 'null'],
    ['a form that says it is JSON', form(paid)],
    ['bytes that are no text', new Uint8Array([0x7b, 0xff, 0xfe])],
    ['a quarter of a megabyte', `{"imp_uid":"${'i'.repeat(262_144)}"}`],
  ])('%s is unreadable', (_name, body) => {
    const error = receive(raw(body))._unsafeUnwrapErr()
    expect(error.code).toBe('unreadable_body')
    expect(error.message).not.toContain('imp_')
  })

  test('an empty form is unreadable', () => {
    expect(receive(raw('', FORM))._unsafeUnwrapErr().code).toBe('unreadable_body')
  })

  test('names out of a prototype are names', () => {
    const body = '{"__proto__":{"imp_uid":"imp_1","merchant_uid":"att1"},"constructor":"x","status":"paid"}'
    expect(noticeOf(body)).toMatchObject({ attemptId: null, providerRef: null, ignorable: true })
    const twice = `${form(paid)}&imp_uid=imp_2&__proto__=x`
    expect(noticeOf(twice, FORM)).toMatchObject({ attemptId })
  })

  test('whatever comes, there is an answer, and a payload that can be stored', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.object().map((body) => JSON.stringify({ ...paid, ...body })),
      fc.webQueryParameters(),
      fc.uint8Array(),
    )
    const contentType = fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      undefined,
    )
    let notices = 0
    fc.assert(
      fc.property(texts, contentType, (body, type) => {
        const result = receive(raw(body, type === undefined ? {} : { 'content-type': type }))
        if (result.isErr()) {
          expect(result.error.code).toBe('unreadable_body')
          return
        }
        notices += 1
        const { id, type: name, trust, payload } = result.value
        expect(id).toMatch(/^portone-v1_[0-9a-f]{64}$/)
        expect(name).toMatch(/^[\w.-]{1,64}$/)
        expect(trust).toBe('hint')
        JSON.parse(payload)
      }),
      { numRuns: 1_000, seed: 20_260_105 },
    )
    expect(notices).toBeGreaterThan(100)
  })

  test('personal data that comes along is hidden before it is stored', () => {
    const { payload } = noticeOf({ ...paid, buyer_email: 'PLANTED@shop.example', card_number: '4242424242424242' })
    expect(payload).not.toContain('PLANTED')
    expect(payload).not.toContain('4242424242424242')
  })
})
