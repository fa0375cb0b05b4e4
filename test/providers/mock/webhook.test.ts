import { describe, expect, test } from 'vitest'
import type { RawWebhook } from '../../../src/providers/gateway'
import { mock } from '../../../src/providers/mock'
import { refund as anyRefund, attempt, connect, START } from '../wallet/fixtures'

const secret = 'a-webhook-secret'
const card = attempt({ gateway: 'mock', method: 'CARD' })
const told = async (webhookSecret?: string) => {
  const gateway = mock(webhookSecret === undefined ? {} : { webhookSecret })
  const connected = connect(gateway)
  await connected.confirm(card, {})
  const raw = gateway.notices()[0]
  if (raw === undefined) throw new Error('expected a notice')
  return { gateway, raw, receive: connected.receive }
}

describe('notices', () => {
  test('a payment, a refund and a refusal each tell once, in order, with ids of their own', async () => {
    const gateway = mock({ script: [{ step: 'approve' }, { step: 'decline', code: 'NO' }] })
    const { confirm, refund, receive } = connect(gateway)
    await confirm(card, {})
    await confirm(card, {})
    await confirm({ ...card, id: 'att_2' }, {})
    await refund(anyRefund(), { attempt: card, refundable: card.amount, refundAccount: null })
    const notices = gateway.notices().map((raw) => receive(raw)._unsafeUnwrap())
    expect(notices.map(({ type, attemptId }) => [type, attemptId])).toEqual([
      ['APPROVED', 'att_1'],
      ['FAILED', 'att_2'],
      ['REFUNDED', 'att_1'],
    ])
    expect(new Set(notices.map(({ id }) => id)).size).toBe(3)
  })

  test('settling by hand gives the notice that tells it', async () => {
    const gateway = mock({ capturedBy: 'buyer', webhookSecret: secret })
    const { begin, receive } = connect(gateway)
    await begin(card, { title: 'A ticket', successUrl: null, failUrl: null, customer: null })
    const raw = gateway.settle('att_1', 'approved')._unsafeUnwrap()
    expect(receive(raw)._unsafeUnwrap()).toEqual({
      id: 'att_1-1',
      type: 'APPROVED',
      attemptId: 'att_1',
      providerRef: 'mock:att_1',
      trust: 'signed',
      ignorable: false,
      payload: '{"id":"att_1-1","type":"APPROVED","attemptId":"att_1","providerRef":"mock:att_1"}',
    })
    expect(gateway.notices()).toEqual([raw])
    expect(raw.receivedAt).toEqual(START)
  })

  test('without a secret a notice is a hint, and the same notice read twice is the same', async () => {
    const { raw, receive } = await told()
    expect(receive(raw)._unsafeUnwrap().trust).toBe('hint')
    expect(receive(raw)).toEqual(receive(raw))
  })

  test('E-30: a type nobody supports is accepted and marked as ignorable', async () => {
    const { gateway, receive } = await told(secret)
    expect(receive(gateway.notice('BALANCE_LOW', null))._unsafeUnwrap()).toMatchObject({
      type: 'BALANCE_LOW',
      attemptId: null,
      ignorable: true,
    })
  })

  test('what a notice carries beyond its facts is not kept', async () => {
    const { receive } = await told()
    const body = { id: 'n1', type: 'APPROVED', attemptId: 'att_1', providerRef: null, cardNumber: '4111111111111111' }
    const notice = receive({ headers: {}, rawBody: JSON.stringify(body), receivedAt: START })._unsafeUnwrap()
    expect(JSON.stringify(notice)).not.toContain('4111')
  })
})

describe('a signature', () => {
  test('is found under its header in any casing, over text or bytes', async () => {
    const { raw, receive } = await told(secret)
    const bytes = new TextEncoder().encode(raw.rawBody as string)
    expect(receive({ ...raw, rawBody: bytes }).isOk()).toBe(true)
    const [[name, value]] = Object.entries(raw.headers) as [[string, string]]
    expect(name).toBe('x-mock-signature')
    expect(receive({ ...raw, headers: { 'X-Mock-Signature': value } }).isOk()).toBe(true)
  })

  test('that is missing, empty, of another secret or of another body is refused', async () => {
    const { raw, receive } = await told(secret)
    const foreign = (await told('another-secret')).raw
    const forged: readonly RawWebhook[] = [
      { ...raw, headers: {} },
      { ...raw, headers: { 'x-mock-signature': '' } },
      { ...raw, headers: { 'x-mock-signature': undefined } },
      { ...raw, headers: foreign.headers },
      { ...raw, headers: { 'x-mock-signature': `${raw.headers['x-mock-signature']}0` } },
      { ...raw, rawBody: `${raw.rawBody} ` },
      { ...raw, rawBody: (raw.rawBody as string).replace('APPROVED', 'REFUNDED') },
    ]
    for (const notice of forged) expect(receive(notice)._unsafeUnwrapErr().code).toBe('signature_invalid')
  })

  test('is checked before anything is parsed', async () => {
    const { receive } = await told(secret)
    const raw = { headers: {}, rawBody: '{', receivedAt: START }
    expect(receive(raw)._unsafeUnwrapErr().code).toBe('signature_invalid')
  })
})

describe('a body that is no notice', () => {
  test.each([
    '',
    '{',
    'null',
    '[]',
    '"APPROVED"',
    '{"id":"","type":"APPROVED","attemptId":null,"providerRef":null}',
    '{"id":"n1","type":7,"attemptId":null,"providerRef":null}',
    '{"id":"n1","type":"APPROVED"}',
    `{"id":"${'x'.repeat(201)}","type":"APPROVED","attemptId":null,"providerRef":null}`,
  ])('%s is unreadable', async (rawBody) => {
    const { receive } = await told()
    expect(receive({ headers: {}, rawBody, receivedAt: START })._unsafeUnwrapErr().code).toBe('unreadable_body')
  })

  test('bytes that are no UTF-8 are unreadable', async () => {
    const { receive } = await told()
    const rawBody = new TextEncoder().encode('{"id":"n?","type":"APPROVED","attemptId":null,"providerRef":null}')
    expect(receive({ headers: {}, rawBody, receivedAt: START }).isOk()).toBe(true)
    rawBody[rawBody.indexOf('?'.charCodeAt(0))] = 0xff
    expect(receive({ headers: {}, rawBody, receivedAt: START })._unsafeUnwrapErr().code).toBe('unreadable_body')
  })
})
