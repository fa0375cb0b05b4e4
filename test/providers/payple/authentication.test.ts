import { describe, expect, test } from 'vitest'
import { paypleClient } from '../../../src/providers/payple/client'
import {
  answering,
  authAnswer,
  KEYS,
  manualClock,
  paid,
  payplePayment,
  refundContext,
  refundOf,
  settle,
  shopOf,
  TIMEOUT_MS,
  until,
} from './support'

const cancel = { PCD_PAY_OID: 'o', PCD_PAY_DATE: '20260301', PCD_REFUND_TOTAL: 100 }
const { clientKey: _, ...keys } = KEYS

/** Answers the authentication with this, and counts what comes after it. */
const authenticatedBy = async (status: number, body: unknown) => {
  const requests: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { url } = new Request(input, init)
    requests.push(url)
    if (!url.endsWith('auth.php')) return Response.json(payplePayment())
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return new Response(text, { status, headers: { 'content-type': 'application/json' } })
  }
  const answer = await paypleClient({ ...keys, fetch, clock: manualClock() }).cancelPayment(cancel)
  return { answer, after: requests.length - 1 }
}

describe('S0-51: partner authentication that fails', () => {
  test.each([
    ['AUTH0001', 'config_error'],
    ['AUTH0002', 'config_error'],
    ['AUTH0003', 'config_error'],
    ['AUTH0004', 'config_error'],
    ['AUTH0005', 'not_sent'],
    ['AUTH0006', 'config_error'],
    ['AUTH0007', 'config_error'],
    ['AUTH4711', 'config_error'],
  ])('%s in its text is %s, and the operation was not sent', async (providerCode, code) => {
    const refusal = {
      result: 'error',
      result_msg: `[${providerCode}] 도메인 확인이 필요합니다.`,
      cst_id: '',
      custKey: '',
      AuthKey: '',
    }
    const { answer, after } = await authenticatedBy(200, refusal)
    const error = answer._unsafeUnwrapErr()
    expect(error).toMatchObject({ code, outcome: 'not_executed', providerCode, retryable: providerCode === 'AUTH0005' })
    expect(error.message).not.toContain('도메인')
    expect(after).toBe(0)
  })

  test.each([
    ['a refusal without a code', 200, { result: 'error', result_msg: '실패' }, 'config_error'],
    ['no result', 200, {}, 'config_error'],
    ['a page', 200, '<html></html>', 'not_sent'],
    ['a list', 200, [], 'not_sent'],
    ['a fault', 500, { result: 'error' }, 'not_sent'],
    ['too many requests', 429, {}, 'not_sent'],
    ['a success without a token', 200, authAnswer({ AuthKey: '' }), 'not_sent'],
    ['a success without credentials', 200, authAnswer({ cst_id: '' }), 'not_sent'],
    [
      'a success without an address',
      200,
      authAnswer({ return_url: '', PCD_PAY_HOST: '', PCD_PAY_URL: '' }),
      'not_sent',
    ],
    ['another host', 200, authAnswer({ return_url: 'https://evil.example/php/x.php' }), 'not_sent'],
    ['the live host', 200, authAnswer({ return_url: 'https://cpay.payple.kr/php/x.php' }), 'not_sent'],
    [
      'an address that is built from pieces',
      200,
      authAnswer({ return_url: '', PCD_PAY_HOST: 'https://evil.example' }),
      'not_sent',
    ],
  ] as const)('%s: the operation was not sent', async (_name, status, body, code) => {
    const { answer, after } = await authenticatedBy(status, body)
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(after).toBe(0)
  })

  test('the address may come in pieces', async () => {
    const { answer, after } = await authenticatedBy(200, authAnswer({ return_url: '' }))
    expect(answer.isOk()).toBe(true)
    expect(after).toBe(1)
  })

  test.each(['unreachable', 'lost_request', 'html_before', 'malformed_json', 'wrong_shape', 'rate_limited'] as const)(
    '%s: nothing was carried out, and the same refund works the next time',
    async (kind) => {
      const shop = shopOf()
      const attempt = await paid(shop)
      shop.fake.faults.next({ kind }, { operation: 'authenticate' })
      const refused = await shop.gateway.refund(refundOf(), refundContext(attempt))
      expect(refused._unsafeUnwrapErr()).toMatchObject({ outcome: 'not_executed' })
      expect(shop.sentTo('cancelPayment')).toHaveLength(0)
      expect((await shop.gateway.refund(refundOf(), refundContext(attempt))).isOk()).toBe(true)
    },
  )

  test('S0-51: it has the configured time-out, to the millisecond', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    shop.fake.faults.next({ kind: 'stalled_request' }, { operation: 'authenticate' })
    let answered = false
    const answer = Promise.resolve(shop.gateway.refund(refundOf(), refundContext(attempt))).finally(() => {
      answered = true
    })
    await until(() => shop.fake.faults.pending() === 0)
    await shop.clock.advance(TIMEOUT_MS - 1)
    expect(answered).toBe(false)
    await shop.clock.advance(1)
    expect((await answer)._unsafeUnwrapErr()).toMatchObject({
      code: 'not_sent',
      outcome: 'not_executed',
      retryable: true,
    })
    await settle()
  })
})

test('S0-20: the path of authentication is /php/auth.php unless the host says otherwise', async () => {
  const { fetch, requests } = answering(200, payplePayment())
  await paypleClient({ ...keys, fetch, authPath: '/v2/auth.php', clock: manualClock() }).getBillingKey('x')
  expect(requests[0]?.url).toBe('https://democpay.payple.kr/v2/auth.php')
  const shop = shopOf({ authPath: '/v2/auth.php' }, { authPath: '/v2/auth.php' })
  const attempt = await paid(shop)
  expect((await shop.gateway.refund(refundOf(), refundContext(attempt))).isOk()).toBe(true)
})
