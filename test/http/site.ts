import type { Actor } from 'holdfast'
import { createHandler, type FailedRequest, type HandlerOptions } from 'holdfast/http'
import { GROUP, HOUR, PRICE, type policies, type World, world } from '../flows/world'

export const ORIGIN = 'https://shop.example'

type Reply = {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire has no type; each test says what it expects
  readonly body: Readonly<Record<string, any>>
}

export type Site = ReturnType<typeof site>

/** A shop's server on a fresh world: the session is a header, the catalogue has one concert. */
export const site = (
  w: World = world(),
  more: Partial<HandlerOptions<typeof policies>> = {},
  payments = w.payments,
) => {
  const failures: FailedRequest[] = []
  const causes: unknown[] = []
  const handler = createHandler(payments, {
    actor: actorOf,
    hold: ({ seats }) =>
      Array.isArray(seats) && seats.length > 0 && seats.every((seat) => /^[A-D]-\d$/.test(String(seat)))
        ? {
            title: 'A concert',
            refundPolicy: 'ticket',
            eventStartsAt: new Date(w.clock.now().getTime() + 48 * HOUR),
            lines: seats.map((id) => ({ title: `Seat ${id}`, unitPrice: PRICE, resource: { group: GROUP, id } })),
          }
        : null,
    clock: w.clock,
    onFailure: (entry, cause) => {
      failures.push(entry)
      if (cause !== undefined) causes.push(cause)
    },
    ...more,
  })
  const send = async (method: string, path: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await handler(new Request(`${ORIGIN}/payments${path}`, { method, ...init }))
    return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
  }
  const as = (buyer: string | null) => {
    const session: Readonly<Record<string, string>> = buyer === null ? {} : { 'x-session': buyer }
    return {
      get: (path: string) => send('GET', path, { headers: session }),
      post: (path: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}) =>
        send('POST', path, {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json', ...session, ...headers },
        }),
    }
  }
  const buyer = as('buyer-1')
  const startToss = async (orderId: string): Promise<Reply> =>
    buyer.post(`/orders/${orderId}/payments`, {
      gateway: 'toss',
      method: 'CARD',
      successUrl: `${ORIGIN}/success`,
      failUrl: `${ORIGIN}/fail`,
    })
  /** The buyer holds a seat and authenticates in the payment window: what their browser brings back. */
  const toTheReturn = async () => {
    const { body: held } = await buyer.post('/orders', { seats: ['A-1'] })
    const { body: started } = await startToss(held['order'].id)
    const { attemptId } = started['payment']
    const returned = w.fake.buyer.authorize({ orderId: attemptId, amount: PRICE.amountMinor })
    const orderId: string = held['order'].id
    return { orderId, attemptId, returned, confirmPath: `/orders/${orderId}/payments/${attemptId}/confirm` }
  }
  return { w, handler, failures, causes, send, as, buyer, stranger: as('buyer-2'), startToss, toTheReturn }
}

const actorOf = ({ headers }: Request): Actor | null => {
  const id = headers.get('x-session')
  return id === null ? null : { kind: id === 'admin' ? 'admin' : 'buyer', id }
}
