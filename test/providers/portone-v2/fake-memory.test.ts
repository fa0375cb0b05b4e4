import { describe, expect, test } from 'vitest'
import { paymentIdOf, portOneV2Client } from '../../../src/providers/portone-v2'
import { type FakePortOneV2, fakePortOneV2 } from '../../../src/providers/portone-v2/fake'
import { API_SECRET, KEYS, type ManualClock, MINUTE, manualClock, START, settle } from './support'

const HOUR = 60 * MINUTE
const CARD = { paymentId: 'attCard1', totalAmount: 33_000 }
const ACCOUNT = { paymentId: 'attAccount1', totalAmount: 5_000, payMethod: 'VIRTUAL_ACCOUNT' } as const

type Stage = { readonly fake: FakePortOneV2; readonly clock: ManualClock }

const post = async ({ fake }: Stage, path: string, body: object, key: string) => {
  const headers = {
    authorization: `PortOne ${API_SECRET}`,
    'content-type': 'application/json',
    'idempotency-key': `"${key}-of-enough-letters"`,
  }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const response = await fake.fetch(`https://api.portone.io/${path}`, init)
  return { status: response.status, text: await response.text() }
}
const cancel = (stage: Stage, paymentId: string, amount: number, key: string) =>
  post(stage, `payments/${paymentId}/cancel`, { reason: '단순 변심', amount }, key)
const keyOf = ({ fake }: Stage): string => fake.billingKeys()[0]?.billingKey ?? 'none'
const chargeOf = (stage: Stage) => ({
  billingKey: keyOf(stage),
  orderName: '구독',
  amount: { total: 9_900 },
  currency: 'KRW',
})

/** What the webhooks look like on their way, signatures included, and what the host answers. */
const deliver = async ({ fake }: Stage, status: number) => {
  const sent: unknown[] = []
  await fake.webhooks.deliverDue(async (delivery) => {
    sent.push(delivery)
    return status
  })
  return sent
}

/** Payments of every kind, step by step. Each step finds what it needs in the fake, as a process that has just begun. */
const LIFE: readonly (readonly [string, (stage: Stage) => unknown])[] = [
  [
    'an amount is registered',
    (stage) => post(stage, 'payments/attCard1/pre-register', { totalAmount: 33_000, currency: 'KRW' }, 'a'),
  ],
  ['another amount does not open', ({ fake }) => fake.buyer.open({ ...CARD, totalAmount: 1 })],
  ['a window opens', ({ fake }) => fake.buyer.open(CARD)],
  ['the company will refuse a payment', ({ fake }) => fake.decline('TEST_LIMIT', 'attCard1')],
  ['a second window is refused', ({ fake }) => fake.buyer.pay(CARD)],
  ['the next webhook will be late', ({ fake }) => fake.webhooks.delayNext(2 * MINUTE)],
  [
    'the first window pays',
    ({ fake }) => fake.buyer.finish('attCard1', fake.payments()[0]?.transactions[0]?.transactionId ?? ''),
  ],
  ['the host cannot answer', (stage) => deliver(stage, 500)],
  ['time passes', ({ clock }) => clock.advance(3 * MINUTE)],
  ['a part goes back', (stage) => cancel(stage, 'attCard1', 1_000, 'b')],
  ['that again', (stage) => cancel(stage, 'attCard1', 1_000, 'b')],
  ['a cancel will be slow', ({ fake }) => fake.cancelNext('slow')],
  ['it is accepted', (stage) => cancel(stage, 'attCard1', 2_000, 'c')],
  ['and done', ({ fake }) => fake.dashboard.settleCancel('attCard1', 'SUCCEEDED')],
  ['an account is issued', ({ fake }) => fake.buyer.pay(ACCOUNT)],
  ['the next webhook will come three times', ({ fake }) => fake.webhooks.duplicateNext(2)],
  ['a deposit comes', ({ fake }) => fake.bank.deposit('attAccount1')],
  ['a card is registered', ({ fake }) => fake.buyer.registerCard({ issueId: 'bki0001', customerId: 'buyer-1' })],
  ['and charged', (stage) => post(stage, 'payments/chg0001/billing-key', chargeOf(stage), 'd')],
  [
    'a charge is scheduled',
    (stage) => {
      const timeToPay = new Date(START + 10 * HOUR).toISOString()
      return post(stage, 'payments/chg0002/schedule', { payment: chargeOf(stage), timeToPay }, 'e')
    },
  ],
  ['the newest webhook will be first', ({ fake }) => fake.webhooks.reverseNext()],
  ['the host answers', (stage) => deliver(stage, 200)],
  ['the schedule runs', ({ clock }) => clock.advance(10 * HOUR)],
  ['the next webhook will be lost', ({ fake }) => fake.webhooks.loseNext()],
  ['the rest goes back', ({ fake }) => fake.dashboard.cancel('attCard1')],
  [
    'nobody answers for hours',
    async (stage) => {
      const sent: unknown[] = []
      for (let hour = 0; hour < 12; hour += 1) {
        sent.push(await deliver(stage, 503))
        await stage.clock.advance(HOUR)
      }
      return sent
    },
  ],
  ['what was given up', ({ fake }) => fake.webhooks.failed()],
]

const begin = (clock = manualClock(), saved?: string): Stage => ({
  clock,
  fake: fakePortOneV2({ ...KEYS, clock, ...(saved === undefined ? {} : { saved }) }),
})

const seen = async (stage: Stage, play: (stage: Stage) => unknown) => {
  const result = await play(stage)
  const { fake } = stage
  const records = [fake.book(), fake.payments(), fake.billingKeys(), fake.schedules()]
  return { result, records, pending: fake.webhooks.pending(), saved: fake.save() }
}

describe('a fake goes on from what another one has saved', () => {
  test.each(LIFE.map(([title], index) => [title, index] as const))('before: %s', async (_, cut) => {
    const whole = begin()
    const expected: unknown[] = []
    for (const [, play] of LIFE) expected.push(await seen(whole, play))

    const first = begin()
    for (const [, play] of LIFE.slice(0, cut)) await play(first)
    const second = begin(first.clock, first.fake.save())
    const found: unknown[] = []
    for (const [, play] of LIFE.slice(cut)) found.push(await seen(second, play))
    expect(found).toEqual(expected.slice(cut))
  })

  test('the life above is one: money moves, a schedule runs, webhooks fail and some are given up', async () => {
    const stage = begin()
    const results: unknown[] = []
    for (const [, play] of LIFE) results.push(await play(stage))
    expect(stage.fake.book().map(({ kind, amountMinor }) => `${kind} ${amountMinor}`)).toEqual([
      'capture 33000',
      'refund 1000',
      'refund 2000',
      'capture 5000',
      'capture 9900',
      'capture 9900',
      'refund 30000',
    ])
    expect(results[1]).toEqual({ code: 'AmountNotEqualToPredefined' })
    expect(results[4]).toMatchObject({ code: 'FAILURE_TYPE_PG' })
    expect(results[10]).toEqual(results[9])
    expect(results.at(-1)).toMatchObject(
      ['Ready', 'Paid'].map((type) => ({ rawBody: expect.stringContaining(`Transaction.${type}`) })),
    )
  })

  test('a key that waits for the server’s approval waits on', async () => {
    const clock = manualClock()
    const options = { ...KEYS, clock, manualConfirm: true }
    const returned = fakePortOneV2(options)
    const { billingIssueToken = '' } = returned.buyer.registerCard({ issueId: 'bki0001', customerId: 'b' }) as Record<
      string,
      string
    >
    const next = fakePortOneV2({ ...options, saved: returned.save() })
    const client = portOneV2Client({ apiSecret: API_SECRET, clock, fetch: next.fetch })
    expect(next.billingKeys()).toEqual([])
    const approved = await client.confirmBillingKey({ billingIssueToken, isTest: true }, 'bki_1-confirm-issue')
    expect(approved.isOk()).toBe(true)
    expect(next.billingKeys()).toHaveLength(1)
  })

  test('a webhook that is being sent when the process dies is sent again', async () => {
    const { fake, clock } = begin()
    fake.buyer.open(CARD)
    const sent: unknown[] = []
    void fake.webhooks.deliverDue((delivery) => {
      sent.push(delivery)
      return new Promise(() => {})
    })
    await settle()
    expect([sent.length, fake.webhooks.pending().length]).toEqual([1, 0])
    const next = begin(clock, fake.save())
    expect(await deliver(next, 200)).toEqual(sent)
    expect(next.fake.webhooks.pending()).toEqual([])
  })

  test('a request under way is as if it had never come: its key is free, and nothing went back', async () => {
    const stage = begin()
    stage.fake.buyer.pay(CARD)
    stage.fake.faults.next({ kind: 'slow', ms: 1_000 })
    void cancel(stage, CARD.paymentId, 1_000, 'a')
    await settle()
    const next = begin(stage.clock, stage.fake.save())
    expect(next.fake.book()).toHaveLength(1)
    expect((await cancel(next, CARD.paymentId, 1_000, 'a')).status).toBe(200)
    expect(next.fake.book()).toHaveLength(2)
  })

  test('secrets are the caller’s to keep: none is in the text', async () => {
    const { fake } = begin()
    fake.buyer.pay(CARD)
    const { apiSecret, webhookSecret } = fake.keys
    for (const secret of [apiSecret, webhookSecret, webhookSecret.slice(6)]) expect(fake.save()).not.toContain(secret)
  })
})

describe('a text that `save` has not written is refused', () => {
  const memory = async () => {
    const stage = begin()
    for (const [, play] of LIFE.slice(0, 21)) await play(stage)
    stage.fake.cancelNext('slow')
    return stage.fake.save()
  }
  const change = (text: string, path: string, value: unknown): string => {
    const whole = JSON.parse(text)
    const names = path.split('.')
    const last = names.pop() ?? ''
    names.reduce((part, name) => part[name], whole)[last] = value
    return JSON.stringify(whole)
  }

  test.each(['', '{', 'null', '[]', '"text"', '{}', '{"fakePortOneV2":1}'])('%j', (saved) => {
    expect(() => fakePortOneV2({ saved })).toThrow(TypeError)
    expect(() => fakePortOneV2({ saved })).toThrow(/^saved.*save\(\)/)
  })

  test('one that was cut short', async () => {
    const text = await memory()
    expect(() => fakePortOneV2({ saved: text.slice(0, -1) })).toThrow(/^saved: not JSON/)
  })

  test.each([
    ['fakePortOneV2', 2],
    ['book.counter', '7'],
    ['book.payments.0.transactions.0.status', 'DONE'],
    ['book.payments.0.transactions.0.requestedAt', 'yesterday'],
    ['book.payments.0.transactions.0.currency', 'XXX'],
    ['book.payments.0.cancellations.0.amountMinor', 0.5],
    ['book.lines', {}],
    ['book.lines.0.at', null],
    ['book.registered.0.totalMinor', '1'],
    ['billing.keys.0.channelType', 'PROD'],
    ['schedules.schedules.0.payAt', 'soon'],
    ['answers.0.reply.body', 1],
    ['webhooks.queue.0.rawBody', undefined],
    ['declines', undefined],
    ['moods.0', 'done'],
  ])('%s is %j: the place is named', async (path, value) => {
    const text = await memory()
    expect(() => fakePortOneV2({ saved: text })).not.toThrow()
    const saved = change(text, path, value)
    expect(() => fakePortOneV2({ saved })).toThrow(new RegExp(`^saved\\.${path.replaceAll('.', '\\.')}: `))
  })
})

test('ids are made of the payment’s own, so that two fakes beside one database never make the same one', () => {
  const [one, other] = [begin(), begin()]
  one.fake.buyer.pay(CARD)
  other.fake.buyer.pay({ ...CARD, paymentId: 'attOther1' })
  const ids = [one, other].map(({ fake }) => fake.payments()[0]?.transactions[0]?.transactionId)
  expect(new Set(ids).size).toBe(2)
  expect(ids[0]).toContain(paymentIdOf('attCard1'))
})
