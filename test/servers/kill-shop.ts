import { createServer, type IncomingMessage } from 'node:http'
import { type Clock, createPayments, type PaymentEvent, systemClock } from 'holdfast'
import { withinDays } from 'holdfast/policies'
import { fakeToss } from 'holdfast/testing'
import { toss } from 'holdfast/toss'
import { connectStore, type Place, run } from './servers'

export const HOOKED = 'hf_host_hooked'
export const HEARD = 'hf_host_heard'

/** The shop of `kills.test.ts`: what every one of its processes runs, and the one that cleans up after them. */
export const killShop = (place: Place, bank: string, clock: Clock = systemClock()) => {
  const { db, store } = connectStore(place, 6)
  const inHost = (table: string) => `"${place.naming.schema}".${table}`
  const payments = createPayments({
    store,
    gateways: { toss: toss({ ...fakeToss().keys, baseUrl: bank, timeoutMs: 1_500 }) },
    refundPolicies: { easy: withinDays(7) },
    clock,
    holdMs: 3_000,
    payment: { graceMs: 500 },
    jobs: { everyMs: 150, staleMs: 500, leaseMs: 1_000 },
    inTransaction: {
      '*': async ({ id }, tx) => {
        await run(tx, `INSERT INTO ${inHost(HOOKED)} VALUES ($1)`, [id])
      },
    },
    on: {
      '*': async ({ id }: PaymentEvent) => {
        await run(db, `INSERT INTO ${inHost(HEARD)} VALUES ($1)`, [id])
      },
    },
  })

  /** Where Toss calls. 200 for what is taken, anything else comes again. */
  const server = createServer((request, response) => {
    readAll(request)
      .then((rawBody) => payments.webhooks.receive('toss', { headers: headersOf(request), rawBody }))
      .then((received) => response.writeHead(received.isOk() ? 200 : 503).end())
      .catch(() => response.destroy())
  })
  const listen = (): Promise<string> =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
      })
    })
  return { db, payments, listen, close: () => server.close() }
}

export type KillShop = ReturnType<typeof killShop>

/** Asks the bank's desk for something. */
export const ask = async (bank: string, what: string, about: unknown = {}): Promise<unknown> => {
  const response = await fetch(`${bank}/admin/${what}`, { method: 'POST', body: JSON.stringify(about) })
  return response.json()
}

const headersOf = (request: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))

const readAll = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const part of request) text += String(part)
  return text
}
