import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toExpress } from 'holdfast/express'
import { type FakeRequest, type Fault, fakeToss } from 'holdfast/testing'
import { demoClock } from '../../examples/express-tickets/demo-clock'
import { seeded } from '../../src/testing/simulator/random'
import { childSide } from './children'

// The provider of `kills.test.ts`, in a process that nobody kills: its book is the truth.

const { config, say, onMessage } = childSide()
// The test that starts us wrote it.
const random = seeded((config as { readonly seed: number }).seed)
const clock = demoClock()
let isCalm = false
let hooks: readonly string[] = []
onMessage(() => undefined)

const faultFor = ({ operation }: FakeRequest): Fault | undefined => {
  if (isCalm) return undefined
  const moves = operation === 'confirmPayment' || operation === 'cancelPayment'
  if (random.chance(0.06)) return { kind: 'lost_answer', seen: 'cut' }
  if (random.chance(0.03)) return { kind: 'lost_request', seen: 'cut' }
  if (random.chance(0.03)) return { kind: 'error_after', status: 502 }
  if (random.chance(0.03)) return { kind: 'error_before', status: 503 }
  if (random.chance(0.02)) return { kind: 'html_after' }
  if (moves && random.chance(0.06)) return { kind: 'late_execution', afterMs: 100 + random.int(4_000), seen: 'cut' }
  if (random.chance(0.1)) return { kind: 'slow', ms: 50 + random.int(700) }
  return undefined
}
const fake = fakeToss({ clock, onRequest: faultFor })

const post = async (url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number> => {
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(3_000) })
  await response.arrayBuffer()
  return response.status
}
/** Toss calls one of the shop's servers, whichever the balancer chooses; some calls come late, some twice. */
const deliver = async () => {
  if (!isCalm && random.chance(0.2)) fake.webhooks.delayNext(random.int(3_000))
  if (!isCalm && random.chance(0.1)) fake.webhooks.duplicateNext()
  return fake.webhooks.deliverDue(({ headers, rawBody }) =>
    hooks.length === 0 ? Promise.reject(new Error('nobody is there')) : post(random.pick(hooks), headers, rawBody),
  )
}
const loop = async (): Promise<void> => {
  if (!isCalm) await deliver()
  setTimeout(() => void loop(), 150)
}
void loop()

type Asked = { readonly [name: string]: unknown }
const ADMIN: Readonly<Record<string, (asked: Asked) => unknown>> = {
  authorize: ({ orderId, amount }) => fake.buyer.authorize({ orderId: String(orderId), amount: Number(amount) }),
  hooks: ({ urls }) => {
    // Addresses, as our own parent writes them.
    hooks = urls as readonly string[]
  },
  calm: () => {
    isCalm = true
  },
  advance: ({ ms }) => clock.advance(Number(ms)),
  deliver,
  pending: () => fake.webhooks.pending().length,
  book: () => fake.book(),
}
const readAll = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const part of request) text += String(part)
  return text
}
const toss = toExpress(fake.handle)

const server = createServer((request, response) => {
  const admin = /^\/admin\/(\w+)$/.exec(request.url ?? '')?.[1]
  if (admin === undefined) return toss(request, response)
  readAll(request)
    .then(async (text) => ADMIN[admin]?.(JSON.parse(text)))
    .then((answer) => response.end(JSON.stringify(answer ?? null)))
    .catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => {
  // It listens on a port, so its address is one.
  const { port } = server.address() as AddressInfo
  say({ url: `http://127.0.0.1:${port}` })
})
