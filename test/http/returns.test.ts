import type { PaymentReturn } from 'holdfast/http'
import { describe, expect, test } from 'vitest'
import { ORIGIN, site } from './site'

const DONE = 'https://shop.example/done?lang=ko#top'

const shop = () => {
  const s = site(undefined, { returnTo: DONE })
  const come = async (
    path: string,
    returned: Readonly<Record<string, string>>,
    options: { readonly as?: string | null; readonly method?: 'GET' | 'POST'; readonly type?: string } = {},
  ) => {
    const { as = 'buyer-1', method = 'POST', type = 'application/x-www-form-urlencoded' } = options
    const session: Readonly<Record<string, string>> = as === null ? {} : { 'x-session': as }
    const form = new URLSearchParams(returned).toString()
    const request =
      method === 'GET'
        ? new Request(`${ORIGIN}/payments${path}?${form}`, { headers: session })
        : new Request(`${ORIGIN}/payments${path}`, {
            method,
            headers: { ...session, 'content-type': type },
            body: form,
          })
    const response = await s.handler(request)
    return { status: response.status, location: response.headers.get('location') ?? '', headers: response.headers }
  }
  const toTheReturn = async () => {
    const { orderId, attemptId, returned } = await s.toTheReturn()
    return { orderId, attemptId, returned, path: `/orders/${orderId}/payments/${attemptId}/return` }
  }
  return { ...s, come, toTheReturn }
}

const query = (location: string) => Object.fromEntries(new URL(location).searchParams)

describe('the way back from a payment window', () => {
  test.each(['GET', 'POST'] as const)('S0-46 a buyer who paid (%s) is sent to the host’s page', async (method) => {
    const s = shop()
    const { orderId, path, returned } = await s.toTheReturn()
    const { status, location, headers } = await s.come(path, returned, { method })
    expect(status).toBe(302)
    expect(location).toBe(`https://shop.example/done?lang=ko&status=success&orderId=${orderId}#top`)
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect((await s.buyer.get(`/orders/${orderId}`)).body['order'].status).toBe('CONFIRMED')
  })

  test('S0-44 S0-46 a return that comes again, or behind the webhook, is a success too', async () => {
    const s = shop()
    const { path, returned } = await s.toTheReturn()
    for (const _ of [1, 2, 3])
      expect(query((await s.come(path, returned)).location)).toMatchObject({ status: 'success' })
    expect(s.w.fake.book()).toHaveLength(1)
  })

  test('S0-45 S0-46 somebody else’s session, or none, pays nothing', async () => {
    const s = shop()
    const { orderId, path, returned } = await s.toTheReturn()
    for (const as of ['buyer-2', null]) {
      const { status, location } = await s.come(path, returned, { as })
      expect(status).toBe(302)
      expect(query(location)).toMatchObject({ status: 'invalid', orderId })
    }
    expect(s.w.fake.book()).toHaveLength(0)
    expect((await s.buyer.get(`/orders/${orderId}`)).body['order'].status).toBe('PAYING')
    expect(s.failures.map(({ errorCode }) => errorCode)).toEqual(['NOT_FOUND', 'UNAUTHENTICATED'])
  })

  test('S0-41 S0-42 S0-46 a browser’s word about the amount or the order is checked before anything is asked', async () => {
    const s = shop()
    const { path, returned } = await s.toTheReturn()
    const other = { ...returned, amount: '1' }
    expect(query((await s.come(path, other)).location)).toMatchObject({ status: 'invalid', code: 'AMOUNT_MISMATCH' })
    const { paymentKey: _, ...without } = returned
    expect(query((await s.come(path, without)).location)).toMatchObject({ status: 'invalid', code: 'RETURN_INVALID' })
    expect(s.w.fake.book()).toHaveLength(0)
  })

  test('S0-46 a declined card is a fail, an unknown outcome is pending, a fault of ours is an error', async () => {
    const s = shop()
    const { path, returned } = await s.toTheReturn()
    s.w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    expect(query((await s.come(path, returned)).location)).toMatchObject({ status: 'pending', code: 'OUTCOME_PENDING' })

    const declined = shop()
    const back = await declined.toTheReturn()
    declined.w.fake.decline('REJECT_CARD_COMPANY')
    expect(query((await declined.come(back.path, back.returned)).location)).toMatchObject({
      status: 'fail',
      code: 'PAYMENT_DECLINED',
    })

    const broken = shop()
    const there = await broken.toTheReturn()
    const { location } = await broken.come(there.path, there.returned, { type: 'text/plain' })
    expect(query(location)).toMatchObject({ status: 'invalid', code: 'REQUEST_BODY_INVALID' })
  })

  test('a host’s own function may say where to go', async () => {
    const ended: PaymentReturn[] = []
    const s = site(undefined, {
      returnTo: (it) => {
        ended.push(it)
        return '/my-orders'
      },
    })
    const { orderId, attemptId, returned } = await s.toTheReturn()
    const response = await s.handler(
      new Request(
        `${ORIGIN}/payments/orders/${orderId}/payments/${attemptId}/return?${new URLSearchParams(returned)}`,
        { headers: { 'x-session': 'buyer-1' } },
      ),
    )
    expect(response.headers.get('location')).toBe('/my-orders')
    expect(ended).toEqual([{ status: 'success', orderId, attemptId, errorCode: null }])
  })

  test('the address to come back to can name the attempt before there is one', async () => {
    const s = shop()
    const { body: held } = await s.buyer.post('/orders', { seats: ['A-1'] })
    const orderId: string = held['order'].id
    const back = `${ORIGIN}/payments/orders/{orderId}/payments/{attemptId}/return`
    const urls = { successUrl: back, failUrl: `${back}?failed=1` }
    const started = await s.buyer.post(`/orders/${orderId}/payments`, { gateway: 'toss', method: 'CARD', ...urls })
    const { attemptId } = started.body['payment']
    const { successUrl, failUrl } = started.body['payment'].window.parameters
    expect(successUrl).toBe(`${ORIGIN}/payments/orders/${orderId}/payments/${attemptId}/return`)
    expect(failUrl).toBe(`${successUrl}?failed=1`)
  })

  test('without returnTo there is no such route', async () => {
    const s = site()
    const { orderId, attemptId } = await s.toTheReturn()
    const path = `/orders/${orderId}/payments/${attemptId}/return`
    expect((await s.buyer.get(path)).status).toBe(404)
  })

  test('S0-46 a webhook is never redirected', async () => {
    const s = shop()
    const request = new Request(`${ORIGIN}/payments/webhooks/toss`, { method: 'POST', body: '{}' })
    const { status, headers } = await s.handler(request)
    expect([status, headers.get('location')]).toEqual([200, null])
  })
})
