import { createPayments, krw } from 'holdfast'
import { never } from 'holdfast/policies'
import { childSide } from './children'
import { connectStore, type Place, run } from './servers'

// One of the processes of `contention.test.ts`: many buyers of one shop, who all want the same thing at the same moment.

export type BuyersConfig = { readonly place: Place; readonly from: number; readonly buyers: number }
/** What they want this time: a seat of a group, or a place of a pool. */
export type Round = { readonly seat: string } | { readonly pool: string }
export type Tally = { readonly winners: readonly string[]; readonly refusals: Readonly<Record<string, number>> }

const { config, say, onMessage } = childSide()
// The test that starts us wrote it.
const { place, from, buyers } = config as BuyersConfig
const { db, store } = connectStore(place, 5)
const payments = createPayments({
  store,
  gateways: {},
  refundPolicies: { none: never() },
})

const want = (round: Round, buyer: number) => {
  const what = 'seat' in round ? { resource: { group: 'hall', id: round.seat } } : { pool: round.pool }
  return payments.orders.hold({
    actor: { kind: 'buyer', id: `buyer-${buyer}` },
    lines: [{ title: 'A place', unitPrice: krw(1_000), ...what }],
    refundPolicy: 'none',
    idempotencyKey: `${JSON.stringify(round)}-${buyer}`,
  })
}

const play = async (round: Round): Promise<Tally> => {
  const answers = await Promise.all(Array.from({ length: buyers }, (_, at) => want(round, from + at)))
  const refusals: Record<string, number> = {}
  for (const answer of answers) {
    if (answer.isOk()) continue
    const { error } = answer
    const name = error.code === 'store_unavailable' ? `${error.code} ${error.reason}` : error.code
    refusals[name] = (refusals[name] ?? 0) + 1
  }
  return { winners: answers.flatMap((answer) => (answer.isOk() ? [answer.value.id] : [])), refusals }
}

const warmUp = async () => {
  await Promise.all(Array.from({ length: 5 }, () => run(db, 'SELECT 1')))
  // The first call loads what checks its input.
  await payments.orders.get({ actor: { kind: 'buyer', id: 'nobody' }, order: 'ord_none' })
  say({ ready: true })
}

onMessage((round) => void play(round as Round).then(say))
void warmUp()
