import { describe, expect, test } from 'vitest'
import { portOneV1Client } from '../../../src/providers/portone-v1'
import { answering, chargeOf, KEYS, manualClock, ok, paymentBody, registered, START, shopOf } from './support'

const MINUTE = 60_000

/** Counts tokens and answers with one that lives as long as it is told. */
const tokenServer = (lifetimeSeconds = 1_800, serverAheadSeconds = 0) => {
  const clock = manualClock()
  let count = 0
  const client = portOneV1Client({
    ...KEYS,
    clock,
    fetch: async (input, init) => {
      if (!new Request(input, init).url.endsWith('/users/getToken'))
        return Response.json({ code: 0, response: paymentBody() })
      count += 1
      const now = Math.floor(clock.now().getTime() / 1000) + serverAheadSeconds
      return Response.json({ code: 0, response: { access_token: `t${count}`, now, expired_at: now + lifetimeSeconds } })
    },
  })
  return { clock, client, count: () => count }
}

describe('the access token', () => {
  test('many calls at once wait for one token; later ones use it', async () => {
    const { client, count } = tokenServer()
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.getPayment('imp_1')))
    expect(answers.every((answer) => answer.isOk())).toBe(true)
    await client.getPayment('imp_1')
    expect(count()).toBe(1)
  })

  test.each([
    ['the clocks agree', 0],
    ['PortOne’s clock is an hour ahead', 3_600],
    ['PortOne’s clock is an hour behind', -3_600],
  ])('lives for as long as PortOne says, on our clock: %s', async (_name, ahead) => {
    const { clock, client, count } = tokenServer(1_800, ahead)
    await client.getPayment('imp_1')
    await clock.advance(30 * MINUTE - 30_001)
    await client.getPayment('imp_1')
    expect(count()).toBe(1)
    await clock.advance(1)
    await client.getPayment('imp_1')
    expect(count()).toBe(2)
  })

  test('asked for in its last minute it is the same one and lives longer', async () => {
    const shop = shopOf()
    await shop.client.getPayment('imp_1')
    const first = (await shop.client.getToken())._unsafeUnwrap()
    await shop.clock.advance(29 * MINUTE + 30_000)
    const again = (await shop.client.getToken())._unsafeUnwrap()
    expect(again.access_token).toBe(first.access_token)
    expect(again.expired_at - first.expired_at).toBe(300)
    await shop.clock.advance(10 * MINUTE)
    expect((await shop.client.getToken())._unsafeUnwrap().access_token).not.toBe(first.access_token)
  })
})

describe('a token that is turned away', () => {
  test('C-66 a revoked token is dropped, fetched once more, and the call repeated once', async () => {
    const shop = shopOf()
    const key = await registered(shop)
    shop.asked.splice(0)
    shop.fake.dashboard.revokeToken()
    expect((await shop.billing.charge(chargeOf(key)))._unsafeUnwrap().status).toBe('approved')
    expect(shop.asked.map(({ operation }) => operation)).toEqual(['chargeAgain', 'chargeAgain'])
    expect(shop.fake.book()).toHaveLength(1)
    await shop.client.getPayment('imp_1')
    expect(shop.logged.filter(({ operation }) => operation === 'getToken')).toHaveLength(2)
  })

  test('C-66 turned away twice, the call was not carried out, and an operator has to act', async () => {
    const { fetch, seen, tokens } = answering([401, { code: -1, message: 'Unauthorized', response: null }])
    const client = portOneV1Client({ ...KEYS, clock: manualClock(), fetch })
    const body = { customer_uid: 'c', merchant_uid: 'chg1', amount: 1, name: 'x' }
    expect((await client.chargeAgain(body))._unsafeUnwrapErr()).toMatchObject({
      code: 'config_error',
      outcome: 'not_executed',
    })
    expect(seen).toHaveLength(2)
    expect(tokens).toHaveLength(2)
  })

  test('many calls that are turned away together fetch one token', async () => {
    const shop = shopOf()
    const order = { merchant_uid: 'att1', amount: 1_000 }
    const impUid = shop.fake.buyer.pay(order)['imp_uid'] ?? ''
    await shop.client.getPayment(impUid)
    shop.fake.dashboard.revokeToken()
    const answers = await Promise.all(Array.from({ length: 10 }, () => shop.client.getPayment(impUid)))
    expect(answers.every((answer) => answer.isOk())).toBe(true)
    expect(shop.asked).toHaveLength(21)
  })

  test('after the 401 the outcome is that of the second request', async () => {
    const unauthorized = [401, { code: -1, message: 'Unauthorized', response: null }] as const
    const { fetch } = answering(unauthorized, [502, '<h1>Bad Gateway</h1>'], ok(paymentBody()))
    const body = { customer_uid: 'c', merchant_uid: 'chg1', amount: 1, name: 'x' }
    const error = (await portOneV1Client({ ...KEYS, clock: manualClock(), fetch }).chargeAgain(body))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })
})

describe('no token', () => {
  const failing = (status: number, body: unknown) => {
    const seen: string[] = []
    const client = portOneV1Client({
      ...KEYS,
      clock: manualClock(START),
      fetch: async (input, init) => {
        seen.push(new URL(new Request(input, init).url).pathname)
        return typeof body === 'string' ? new Response(body, { status }) : Response.json(body, { status })
      },
    })
    return { client, seen }
  }
  const charge = { customer_uid: 'c', merchant_uid: 'chg1', amount: 1, name: 'x' }

  test.each([
    [401, { code: -1, message: '인증에 실패하였습니다. API키와 secret을 확인하세요.', response: null }, 'config_error'],
    [400, { code: -1, message: 'imp_key, imp_secret 파라메터가 누락되었습니다.', response: null }, 'config_error'],
    [400, { code: -1, message: '?', response: null }, 'config_error'],
    [500, { code: -1, message: '?', response: null }, 'not_sent'],
    [502, '<h1>Bad Gateway</h1>', 'not_sent'],
    [200, { code: 0, response: { access_token: '' } }, 'not_sent'],
  ])('status %i, %o: the charge is %s and never left', async (status, body, code) => {
    const { client, seen } = failing(status, body)
    expect((await client.chargeAgain(charge))._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(seen).toEqual(['/users/getToken'])
  })

  test('a failure is not remembered: the next call asks again', async () => {
    const shop = shopOf()
    shop.fake.faults.next({ kind: 'error_before', status: 500 }, { operation: 'getToken' })
    expect((await shop.client.getPayment('imp_1'))._unsafeUnwrapErr().code).toBe('not_sent')
    expect((await shop.client.getPayment('imp_1'))._unsafeUnwrapErr().code).toBe('not_found')
  })
})
