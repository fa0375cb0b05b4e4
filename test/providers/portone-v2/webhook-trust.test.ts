import { createHmac } from 'node:crypto'
import { Webhook } from '@portone/server-sdk'
import { describe, expect, test } from 'vitest'
import { portOneV2, signPortOneV2Webhook } from '../../../src/providers/portone-v2'
import { answering, connect, KEYS, manualClock, START, WEBHOOK_SECRET, wiringOf } from './support'
import { event, lenient, raw, signed, strict } from './webhook-support'

const OTHER_SECRET = `whsec_${btoa('another-portone-v2-secret-000002')}`
const paidEvent = event('Transaction.Paid')
const codeOf = (notice: Parameters<typeof strict.receive>[0], gateway = strict): string =>
  gateway.receive(notice).match(
    ({ trust }) => trust,
    ({ code }) => code,
  )
const withSecret = (webhookSecret: string | readonly string[] | undefined) =>
  connect(answering(200, {}).fetch, undefined, [], { webhookSecret })

describe('the examples of the documentation', () => {
  const store = 'store-00000000-0000-4000-8000-000000000001'
  test.each([
    [
      1767225600,
      'msg_test_0000000000000001',
      `{"type":"Transaction.Paid","timestamp":"2026-01-01T00:00:00.000Z","data":{"storeId":"${store}","paymentId":"sub0001p0001t1","transactionId":"00000000-0000-4000-8000-0000000000a1"}}`,
      'v1,D8aDZQyOYNOTP/LwOQnKEsvIqidkDb1Ozlb+1CfhYNA=',
      'Transaction.Paid',
    ],
    [
      1767225660,
      'msg_test_0000000000000002',
      `{"type":"BillingKey.Issued","timestamp":"2026-01-01T00:01:00.000Z","data":{"storeId":"${store}","billingKey":"billing-key-00000000-0000-4000-8000-0000000000b1"}}`,
      'v1,KIhF9sbR4oPWj5BxZsNQbpj5iPfQYNmljpzh2GgMny8=',
      'BillingKey.Issued',
    ],
    [
      1767225720,
      'msg_test_0000000000000003',
      'payment_id=sub0001p0001t1&tx_id=00000000-0000-4000-8000-0000000000a1&status=Paid',
      'v1,0T9vZE0zSTrdfuMjf6g5e4vS9EQfrq3N4ETeVsKNecA=',
      'Transaction.Paid',
    ],
  ])('%i', (seconds, id, rawBody, signature, type) => {
    const sentAt = new Date(seconds * 1000)
    const headers = signPortOneV2Webhook({ webhookSecret: WEBHOOK_SECRET, id, rawBody, sentAt })
    expect(headers).toEqual({
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signature,
    })
    const contentType = rawBody.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded'
    const notice = strict.receive({ headers: { ...headers, 'content-type': contentType }, rawBody, receivedAt: sentAt })
    expect(notice._unsafeUnwrap()).toMatchObject({ id, type, trust: 'signed' })
  })
})

describe('with a secret every notice must be signed', () => {
  test('as text and as bytes, and with header names in any case', () => {
    const notice = signed(paidEvent)
    expect(codeOf(notice)).toBe('signed')
    expect(codeOf({ ...notice, rawBody: new TextEncoder().encode(JSON.stringify(paidEvent)) })).toBe('signed')
    const shouted = Object.entries(notice.headers).map(([name, value]) => [name.toUpperCase(), value])
    expect(codeOf({ ...notice, headers: Object.fromEntries(shouted) })).toBe('signed')
  })

  const { headers } = signed(paidEvent)
  const hexOf = () =>
    createHmac('sha256', 'synthetic-portone-v2-secret-0001')
      .update(`msg_1.${headers['webhook-timestamp']}.${JSON.stringify(paidEvent)}`)
      .digest('hex')
  test.each([
    ['no headers', {}],
    ['no id', { ...headers, 'webhook-id': undefined }],
    ['no time', { ...headers, 'webhook-timestamp': undefined }],
    ['no signature', { ...headers, 'webhook-signature': undefined }],
    ['an empty signature', { ...headers, 'webhook-signature': '' }],
    ['an empty v1', { ...headers, 'webhook-signature': 'v1,' }],
    ['a bare signature', { ...headers, 'webhook-signature': headers['webhook-signature']?.slice(3) }],
    ['another version', { ...headers, 'webhook-signature': headers['webhook-signature']?.replace('v1,', 'v2,') }],
    ['hex in place of base64', { ...headers, 'webhook-signature': `v1,${hexOf()}` }],
    ['another id', { ...headers, 'webhook-id': 'msg_2' }],
    ['another time', { ...headers, 'webhook-timestamp': '1767574801' }],
    ['two times in one header', { ...headers, 'webhook-timestamp': '1767574800, 1767574800' }],
  ])('%s is refused', (_, given) => {
    expect(codeOf(raw(paidEvent, given))).toBe('signature_invalid')
  })

  test('a body changed by one character is refused, and so is one that was printed again', () => {
    expect(codeOf({ ...signed(paidEvent), rawBody: `${JSON.stringify(paidEvent)} ` })).toBe('signature_invalid')
    expect(codeOf({ ...signed(paidEvent), rawBody: JSON.stringify(paidEvent, null, 1) })).toBe('signature_invalid')
  })

  test('another secret is refused', () => {
    const rawBody = JSON.stringify(paidEvent)
    const sentAt = new Date(START)
    const forged = signPortOneV2Webhook({ webhookSecret: OTHER_SECRET, id: 'msg_1', rawBody, sentAt })
    expect(codeOf(raw(rawBody, forged))).toBe('signature_invalid')
  })

  test.each([
    [-300_001, 'timestamp_out_of_tolerance'],
    [-300_000, 'signed'],
    [0, 'signed'],
    [300_000, 'signed'],
    [300_001, 'timestamp_out_of_tolerance'],
  ])('a signature %i ms old is %s', (ageMs, expected) => {
    expect(codeOf({ ...signed(paidEvent), receivedAt: new Date(START + ageMs) })).toBe(expected)
  })

  test('while a secret is replaced: several signatures, and several secrets', () => {
    const rawBody = JSON.stringify(paidEvent)
    const sentAt = new Date(START)
    const [mine, other] = [WEBHOOK_SECRET, OTHER_SECRET].map((webhookSecret) =>
      signPortOneV2Webhook({ webhookSecret, id: 'msg_1', rawBody, sentAt }),
    )
    const both = `${other?.['webhook-signature']} v1a,x ${mine?.['webhook-signature']}`
    expect(codeOf(raw(rawBody, { ...mine, 'webhook-signature': both }))).toBe('signed')
    const either = withSecret([WEBHOOK_SECRET, OTHER_SECRET])
    for (const headers of [mine, other]) expect(codeOf(raw(rawBody, headers ?? {}), either)).toBe('signed')
    expect(codeOf(raw(rawBody, other ?? {}))).toBe('signature_invalid')
  })

  test('the prefix of the secret may be left out, as in the official SDK', () => {
    expect(codeOf(signed(paidEvent), withSecret(WEBHOOK_SECRET.slice('whsec_'.length)))).toBe('signed')
  })
})

describe('without a secret a notice is a hint', () => {
  test('signed or not', () => {
    expect(codeOf(signed(paidEvent), lenient)).toBe('hint')
    expect(codeOf(raw(paidEvent), lenient)).toBe('hint')
    expect(codeOf(raw(paidEvent, { 'webhook-signature': 'v1,forged' }), lenient)).toBe('hint')
  })
})

test('the official SDK accepts what we sign, and refuses what we refuse', async () => {
  const rawBody = JSON.stringify(paidEvent)
  // Its clock is the platform's.
  const sentAt = new Date()
  const headers = signPortOneV2Webhook({ webhookSecret: WEBHOOK_SECRET, id: 'msg_1', rawBody, sentAt })
  await expect(Webhook.verify(WEBHOOK_SECRET, rawBody, headers)).resolves.toMatchObject({ type: 'Transaction.Paid' })
  await expect(Webhook.verify(OTHER_SECRET, rawBody, headers)).rejects.toThrow()
  await expect(Webhook.verify(WEBHOOK_SECRET, `${rawBody} `, headers)).rejects.toThrow()
})

test.each(['', ' ', 'whsec_', 'whsec_not base64', 'whsec_###', 'whsec_planted\n31337', []])(
  'the secret %j is refused at construction, without its value',
  (webhookSecret) => {
    const make = () => portOneV2({ ...KEYS, webhookSecret })
    expect(make).toThrow('webhookSecret')
    expect(make).toThrow(expect.objectContaining({ code: 'config_error' }))
    expect(make).not.toThrow('31337')
  },
)

test('a gateway with two secrets shows neither', () => {
  const gateway = portOneV2({ ...KEYS, webhookSecret: [WEBHOOK_SECRET, OTHER_SECRET] })
  expect(JSON.stringify([gateway, gateway.connect(wiringOf(manualClock()))])).not.toContain('whsec')
})
