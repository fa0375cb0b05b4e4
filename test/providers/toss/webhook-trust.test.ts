import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signTossWebhook } from '../../../src/providers/toss'
import { tossWebhooks } from '../../../src/providers/toss/webhook'
import { SECURITY_KEY, START } from './support'
import { payout, raw, receive, statusChanged } from './webhook-support'

describe('envelope C, signed', () => {
  const transmissionTime = '2026-01-05T01:00:00.000Z'
  const signed = (securityKey = SECURITY_KEY, time = transmissionTime) =>
    signTossWebhook({ securityKey, rawBody: JSON.stringify(payout), transmissionTime: time })
  const macOf = (key: string | Buffer) =>
    createHmac('sha256', key)
      .update(`${JSON.stringify(payout)}:${transmissionTime}`)
      .digest('base64')

  test('is verified, concerns no payment, and has its id inside what is signed', () => {
    const headers = { ...signed(), 'tosspayments-webhook-transmission-id': 'whtrans_9' }
    expect(receive(raw(payout, headers))._unsafeUnwrap()).toMatchObject({
      id: 'event-1',
      type: 'payout.changed',
      attemptId: null,
      trust: 'signed',
      ignorable: true,
    })
  })

  test('the bytes are what is signed: text and bytes verify alike', () => {
    expect(receive(raw(new TextEncoder().encode(JSON.stringify(payout)), signed())).isOk()).toBe(true)
    expect(receive(raw(`${JSON.stringify(payout)} `, signed()))._unsafeUnwrapErr().code).toBe('signature_invalid')
  })

  test.each([
    ['bytes', Buffer.from(SECURITY_KEY, 'hex')],
    ['text', SECURITY_KEY],
  ])('the key counts as %s', (_, key) => {
    const headers = { ...signed(), 'tosspayments-webhook-signature': `v1:${macOf(key)}` }
    expect(receive(raw(payout, headers)).isOk()).toBe(true)
  })

  test('two signatures while a key is replaced: either place will do, two strangers will not', () => {
    const [mine, other] = [signed(), signed('f'.repeat(64))].map((it) => it['tosspayments-webhook-signature'])
    const receiveWith = (signature: string) =>
      receive(
        raw(payout, {
          ...signed(),
          'Tosspayments-Webhook-Signature': undefined,
          'tosspayments-webhook-signature': signature,
        }),
      )
    expect(receiveWith(`${mine},${other}`).isOk()).toBe(true)
    expect(receiveWith(`${other}, ${mine}`).isOk()).toBe(true)
    expect(receiveWith(`${other},${other}`)._unsafeUnwrapErr().code).toBe('signature_invalid')
  })

  test('header names may come in any case', () => {
    const headers = Object.fromEntries(Object.entries(signed()).map(([name, value]) => [name.toUpperCase(), value]))
    expect(receive(raw(payout, headers)).isOk()).toBe(true)
  })

  test.each([
    ['no headers', {}],
    ['no signature', { ...signed(), 'tosspayments-webhook-signature': undefined }],
    ['an empty signature', { ...signed(), 'tosspayments-webhook-signature': '' }],
    ['an empty v1', { ...signed(), 'tosspayments-webhook-signature': 'v1:' }],
    ['another scheme', { ...signed(), 'tosspayments-webhook-signature': `v0:${macOf(SECURITY_KEY)}` }],
    ['a bare signature', { ...signed(), 'tosspayments-webhook-signature': macOf(SECURITY_KEY) }],
    ['no time', { ...signed(), 'tosspayments-webhook-transmission-time': undefined }],
    ['another time', { ...signed(), 'tosspayments-webhook-transmission-time': '2026-01-05T01:00:01.000Z' }],
    ['another key', signed('f'.repeat(64))],
    ['a key of the other case', signed(SECURITY_KEY.toUpperCase().replace(/[0-9]/g, '0'))],
  ])('C-34: %s is refused', (_, headers) => {
    expect(receive(raw(payout, headers))._unsafeUnwrapErr().code).toBe('signature_invalid')
  })

  test('C-34: a signed event in an unsigned envelope must be signed all the same', () => {
    const body = statusChanged({ eventType: 'seller.changed' })
    expect(receive(raw(body))._unsafeUnwrapErr().code).toBe('signature_invalid')
  })

  test.each([
    [-5 * 60_000, true],
    [-5 * 60_000 - 1, false],
    [0, true],
    [4 * 86_400_000, true],
    [4 * 86_400_000 + 1, false],
  ])('a signature %i ms old is accepted: %s', (ageMs, fine) => {
    const result = receive(raw(payout, signed(SECURITY_KEY, new Date(START - ageMs).toISOString())))
    expect(
      result.match(
        () => 'ok',
        ({ code }) => code,
      ),
    ).toBe(fine ? 'ok' : 'timestamp_out_of_tolerance')
  })

  test('a time nobody can read is out of tolerance, even signed', () => {
    expect(receive(raw(payout, signed(SECURITY_KEY, 'soon')))._unsafeUnwrapErr().code).toBe(
      'timestamp_out_of_tolerance',
    )
  })

  test('without a security key it is a setting that is missing; other events need none', () => {
    const bare = tossWebhooks({ securityKey: undefined })
    expect(bare(raw(payout, signed()))._unsafeUnwrapErr().code).toBe('webhook_security_not_configured')
    expect(bare(raw(statusChanged())).isOk()).toBe(true)
  })

  test('an event nobody signs, in the same envelope, is a hint', () => {
    const body = { ...payout, eventType: 'ars-reservation.changed' }
    expect(receive(raw(body))._unsafeUnwrap()).toMatchObject({ trust: 'hint', ignorable: true })
  })
})

describe('bodies that cannot be read', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '1'],
    ['no UTF-8', new Uint8Array([...new TextEncoder().encode('{"a":"'), 0xff, 0x22, 0x7d])],
    ['more than 256 KiB', `{"a":"${'x'.repeat(256 * 1024)}"}`],
  ])('%s is unreadable_body', (_, body) => {
    expect(receive(raw(body))._unsafeUnwrapErr().code).toBe('unreadable_body')
  })

  test('deep nesting is read or refused, never thrown', () => {
    const depth = 100_000
    const body = `{"eventType":"x","data":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect(['ok', 'unreadable_body']).toContain(
      receive(raw(body)).match(
        () => 'ok',
        ({ code }) => code,
      ),
    )
  })
})

describe('whatever comes in', () => {
  test('is answered by a value, never by an exception, and never passes for signed', () => {
    const names = [
      'eventType',
      'createdAt',
      'data',
      'secret',
      'orderId',
      'entityBody',
      'eventId',
      'status',
      '__proto__',
    ]
    const events = fc.constantFrom('PAYMENT_STATUS_CHANGED', 'payout.changed', 'seller.changed', 'x')
    const shaped = fc.dictionary(fc.constantFrom(...names), fc.oneof(events, fc.jsonValue()), { maxKeys: 6 })
    const body = fc.oneof(
      shaped.map((it) => JSON.stringify(it)),
      fc.json(),
      fc.string(),
      fc.uint8Array({ maxLength: 64 }),
    )
    const signature = fc.oneof(
      fc.string(),
      fc.base64String().map((it) => `v1:${it}`),
    )
    const headers = fc.record({
      'tosspayments-webhook-signature': signature,
      'tosspayments-webhook-transmission-time': fc.constantFrom('2026-01-05T01:00:00.000Z', '', 'soon'),
      'tosspayments-webhook-transmission-id': fc.string(),
    })
    fc.assert(
      fc.property(body, headers, (rawBody, given) => {
        const result = receive(raw(rawBody, given))
        if (result.isErr()) return
        expect(result.value.trust).not.toBe('signed')
        expect(result.value.id).not.toBe('')
        expect(() => JSON.parse(result.value.payload)).not.toThrow()
      }),
      { numRuns: 20_000 },
    )
  })
})
