import { createPayments, krw } from 'holdfast'
import { beforeEvent } from 'holdfast/policies'
import { memoryStore } from 'holdfast/storage/memory'
import { fakeToss } from 'holdfast/testing'
import { toss } from 'holdfast/toss'

const fake = fakeToss() // A stateful Toss in memory. With real keys: toss({ secretKey, clientKey }).
const payments = createPayments({
  store: memoryStore(),
  gateways: { toss: toss({ ...fake.keys, fetch: fake.fetch }) },
  refundPolicies: { ticket: beforeEvent({ hours: 24 }) },
})
const actor = { kind: 'buyer', id: 'buyer-1' } as const

const seat = { title: 'Seat A-1', unitPrice: krw(50_000), resource: { group: 'concert-42', id: 'A-1' } }
const held = await payments.orders.hold({
  actor,
  lines: [seat],
  refundPolicy: 'ticket',
  eventStartsAt: new Date(Date.now() + 7 * 86_400_000),
})
if (held.isErr()) throw new Error(held.error.code) // resource_unavailable, sold_out, …: plain values, never exceptions.

const order = held.value.id
const urls = { successUrl: 'https://shop.example/paid', failUrl: 'https://shop.example/failed' }
const started = await payments.orders.startPayment({ actor, order, gateway: 'toss', method: 'CARD', ...urls })
if (started.isErr()) throw new Error(started.error.code)

const { attempt } = started.value // Its id is the order id at Toss; the browser gets started.value.checkout.
const returned = fake.buyer.authorize({ orderId: attempt.id, amount: 50_000 }) // The buyer pays in Toss's window.
const paid = await payments.orders.confirm({ actor, order, attemptId: attempt.id, returned })
console.log(paid.map(({ order }) => order.status).unwrapOr('not paid')) // CONFIRMED

const refunded = await payments.refunds.refund({ actor, order })
console.log(refunded.map(({ order }) => order.status).unwrapOr('not refunded')) // REFUNDED
console.log(fake.book().map(({ kind, amountMinor }) => `${kind} ${amountMinor}`)) // [ 'capture 50000', 'refund 50000' ]
