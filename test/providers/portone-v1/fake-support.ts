import type { FakePortOneV1Options } from '../../../src/providers/portone-v1/fake'
import { KEYS, ORIGIN, shopOf } from './support'

export const ORDER = { merchant_uid: 'order1', amount: 33_000 }

type Answer = { readonly status: number; readonly code: number; readonly message: string; readonly response: unknown }

/** The fake by its HTTP alone. */
export const setUp = (options: FakePortOneV1Options = {}) => {
  const shop = shopOf(options)
  const { fake } = shop
  const send = async (method: string, path: string, body?: unknown, authorization?: string): Promise<Answer> => {
    const response = await fake.fetch(`${ORIGIN}/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, ...JSON.parse(await response.text()) }
  }
  const getToken = async (): Promise<string> => {
    const { response } = await send('POST', 'users/getToken', { imp_key: KEYS.impKey, imp_secret: KEYS.impSecret })
    return (response as { access_token: string }).access_token
  }
  const call = async (method: string, path: string, body?: unknown) =>
    send(method, path, body, `Bearer ${await getToken()}`)
  const webhooks = async () => {
    const bodies: unknown[] = []
    await fake.webhooks.deliverDue(async ({ rawBody }) => {
      bodies.push(rawBody.startsWith('{') ? JSON.parse(rawBody) : Object.fromEntries(new URLSearchParams(rawBody)))
      return 200
    })
    return bodies
  }
  return { ...shop, send, getToken, call, webhooks }
}
