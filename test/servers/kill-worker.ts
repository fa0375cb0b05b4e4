import { krw } from 'holdfast'
import { seeded } from '../../src/testing/simulator/random'
import { childSide } from './children'
import { ask, killShop } from './kill-shop'
import type { Place } from './servers'

// One server of the shop of `kills.test.ts`. It is killed again and again, in the middle of whatever it does.

export type WorkerConfig = { readonly place: Place; readonly bank: string; readonly seed: number }
/** What it tells before it dies. `confirmed`: a buyer was told that this order is theirs. */
export type Said =
  | { readonly ready: string }
  | { readonly life: string }
  | { readonly confirmed: string }
  | { readonly oops: string }

const AT_ONCE = 4
/** Most buyers want a seat of their own, some the same few. */
const SEATS = 5_000
const BEST_SEATS = 10

const side = childSide()
// The test that starts us wrote it.
const { place, bank, seed } = side.config as WorkerConfig
const say = (said: Said) => side.say(said)
const random = seeded(seed)
const { payments, listen } = killShop(place, bank)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
let keys = 0

const live = async (): Promise<string> => {
  const actor = { kind: 'buyer', id: `buyer-${random.int(12)}` } as const
  keys += 1
  const key = `${seed}-${keys}`
  const seat = `S-${random.int(random.chance(0.2) ? BEST_SEATS : SEATS)}`
  const held = await payments.orders.hold({
    actor,
    lines: [{ title: 'Seat', unitPrice: krw(10_000), resource: { group: 'hall', id: seat } }],
    refundPolicy: 'easy',
    idempotencyKey: key,
    holdMs: random.pick([700, 3_000]),
  })
  if (held.isErr()) return held.error.code
  const order = held.value.id
  if (random.chance(0.1)) return 'left'
  if (random.chance(0.1)) return (await payments.orders.cancel({ actor, order })).isOk() ? 'cancelled early' : 'lost'
  const started = await payments.orders.startPayment({
    actor,
    order,
    gateway: 'toss',
    method: 'CARD',
    successUrl: 'https://shop.example/success',
    failUrl: 'https://shop.example/fail',
  })
  if (started.isErr()) return started.error.code
  const { id: attemptId, amount } = started.value.attempt
  // What the window brings back is a few texts.
  const returned = (await ask(bank, 'authorize', { orderId: attemptId, amount: amount.amountMinor })) as Record<
    string,
    string
  >
  if (random.chance(0.05)) return 'left at the window'
  const confirm = () => payments.orders.confirm({ actor, order, attemptId, returned })
  let confirmed = random.chance(0.15) ? (await Promise.all([confirm(), confirm()]))[0] : await confirm()
  for (let tries = 0; confirmed.isErr() && confirmed.error.outcome === 'unknown' && tries < 2; tries += 1) {
    await pause(100)
    confirmed = await confirm()
  }
  if (confirmed.isErr()) return confirmed.error.code
  if (confirmed.value.status === 'confirmed') say({ confirmed: order })
  const next = random.next()
  if (next < 0.45) {
    const amount = random.chance(0.3) ? { amount: krw(4_000) } : {}
    const refunded = await payments.refunds.refund({ actor, order, idempotencyKey: `${key}-r`, ...amount })
    return refunded.isOk() ? 'refunded' : refunded.error.code
  }
  if (next < 0.6) return (await payments.orders.cancel({ actor, order })).isOk() ? 'cancelled late' : 'lost'
  return 'kept'
}

const liveOnAndOn = async (): Promise<void> => {
  for (;;) {
    await live().then(
      (life) => say({ life }),
      (error: unknown) => say({ oops: String(error) }),
    )
    await pause(random.int(30))
  }
}

side.onMessage(() => undefined)
void listen().then((url) => {
  say({ ready: url })
  payments.jobs.start()
  // The server that listens keeps this process alive; the library's own timers do not.
  for (let at = 0; at < AT_ONCE; at += 1) void liveOnAndOn()
})
