import { type FakeToss, type FakeTossOptions, fakeToss } from '../../../src/providers/toss/fake'
import { manualClock, SECRET_KEY } from './support'

export const ORDER = 'order-0001'

type Call = { readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers }

export const setUp = (options: FakeTossOptions = {}) => {
  const clock = manualClock()
  const fake = fakeToss({ secretKey: SECRET_KEY, clock, ...options })
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Call> => {
    const response = await fake.fetch(`https://api.tosspayments.com/v1/${path}`, {
      method,
      headers: { authorization: `Basic ${btoa(`${SECRET_KEY}:`)}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: JSON.parse(await response.text()), headers: response.headers }
  }
  const confirm = (paymentKey: string, headers?: Record<string, string>, changes: object = {}) =>
    call('POST', 'payments/confirm', { paymentKey, orderId: ORDER, amount: 33_000, ...changes }, headers)
  const cancel = (paymentKey: string, body: object = {}, headers?: Record<string, string>) =>
    call('POST', `payments/${paymentKey}/cancel`, { cancelReason: 'x', ...body }, headers)
  return { clock, fake, call, confirm, cancel }
}

export const authorized = (fake: FakeToss, method: 'CARD' | 'VIRTUAL_ACCOUNT' = 'CARD') =>
  fake.buyer.authorize({ orderId: ORDER, amount: 33_000, method }).paymentKey
