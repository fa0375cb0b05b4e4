import { paymentIdOf } from '../../../src/providers/portone-v2'
import { API_SECRET, orderOf, type Shop } from './support'

export const DAY = 86_400_000
export const PAYMENT = paymentIdOf(orderOf().paymentId)

type Call = { readonly status: number; readonly body: Record<string, unknown> }

/** A bare HTTP call, to see what is on the wire. */
export const callOf =
  ({ fake }: Shop) =>
  async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Call> => {
    const response = await fake.fetch(`https://api.portone.io/${path}`, {
      method,
      headers: { authorization: `PortOne ${API_SECRET}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
  }
