import { describe, expect, test } from 'vitest'
import { type FakeToss, fakeToss } from '../../../src/providers/toss/fake'
import { setUp } from './fake-support'
import { type ManualClock, manualClock, SECRET_KEY, settle } from './support'

const MINUTE = 60_000

type Stage = { readonly fake: FakeToss; readonly clock: ManualClock }

const post = async ({ fake }: Stage, path: string, body: object, key?: string) => {
  const headers = { authorization: `Basic ${btoa(`${SECRET_KEY}:`)}`, ...(key ? { 'idempotency-key': key } : {}) }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const response = await fake.fetch(`https://api.tosspayments.com/v1/payments/${path}`, init)
  return { status: response.status, text: await response.text(), headers: [...response.headers] }
}
const confirm = (stage: Stage, order: { readonly paymentKey: string; readonly orderId: string }, key?: string) =>
  post(stage, 'confirm', { paymentKey: order.paymentKey, orderId: order.orderId, amount: 33_000 }, key)

/** What the webhooks look like on their way, signatures included, and what the host answers. */
const deliver = async ({ fake }: Stage, status: number) => {
  const sent: unknown[] = []
  await fake.webhooks.deliverDue(async (delivery) => {
    sent.push(delivery)
    return status
  })
  return sent
}

const keyOf = ({ fake }: Stage, orderId: string): string =>
  fake.payments().findLast((payment) => payment.orderId === orderId)?.paymentKey ?? 'none'

const REFUND_ACCOUNT = { bank: '88', accountNumber: '1234', holderName: '김민지' }
const cancelReason = '단순 변심'

/** Payments of every kind, step by step. Each step finds what it needs in the fake, as a process that has just begun. */
const LIFE: readonly (readonly [string, (stage: Stage) => unknown])[] = [
  ['a window opens', ({ fake }) => fake.buyer.open({ orderId: 'order-card', amount: 33_000 })],
  ['the buyer authenticates', (stage) => stage.fake.buyer.authenticate(keyOf(stage, 'order-card'))],
  ['the issuer will refuse an order', ({ fake }) => fake.decline('REJECT_CARD_COMPANY', 'order-refused')],
  ['its buyer authorizes', ({ fake }) => fake.buyer.authorize({ orderId: 'order-refused', amount: 33_000 })],
  ['the next webhook will be late', ({ fake }) => fake.webhooks.delayNext(2 * MINUTE)],
  [
    'the card is charged',
    (stage) => confirm(stage, { paymentKey: keyOf(stage, 'order-card'), orderId: 'order-card' }, 'a'),
  ],
  [
    'again with its key',
    (stage) => confirm(stage, { paymentKey: keyOf(stage, 'order-card'), orderId: 'order-card' }, 'a'),
  ],
  [
    'the issuer refuses',
    (stage) => confirm(stage, { paymentKey: keyOf(stage, 'order-refused'), orderId: 'order-refused' }, 'b'),
  ],
  ['the host cannot answer', (stage) => deliver(stage, 500)],
  ['time passes', ({ clock }) => clock.advance(3 * MINUTE)],
  [
    'a part goes back',
    (stage) => post(stage, `${keyOf(stage, 'order-card')}/cancel`, { cancelReason, cancelAmount: 1_000 }, 'c'),
  ],
  [
    'that again',
    (stage) => post(stage, `${keyOf(stage, 'order-card')}/cancel`, { cancelReason, cancelAmount: 1_000 }, 'c'),
  ],
  [
    'an account is asked for',
    ({ fake }) => fake.buyer.authorize({ orderId: 'order-account', amount: 33_000, method: 'VIRTUAL_ACCOUNT' }),
  ],
  ['and issued', (stage) => confirm(stage, { paymentKey: keyOf(stage, 'order-account'), orderId: 'order-account' })],
  ['the next webhook will come three times', ({ fake }) => fake.webhooks.duplicateNext(2)],
  ['a deposit comes', ({ fake }) => fake.bank.deposit('order-account')],
  [
    'and goes back',
    (stage) =>
      post(stage, `${keyOf(stage, 'order-account')}/cancel`, { cancelReason, refundReceiveAccount: REFUND_ACCOUNT }),
  ],
  ['a seller is paid', ({ fake }) => fake.dashboard.payout('seller-1', 'COMPLETED')],
  ['the newest webhook will be first', ({ fake }) => fake.webhooks.reverseNext()],
  ['the host answers', (stage) => deliver(stage, 200)],
  ['a buyer opens a window and leaves', ({ fake }) => fake.buyer.open({ orderId: 'order-left', amount: 33_000 })],
  ['half an hour passes', ({ clock }) => clock.advance(30 * MINUTE)],
  ['it is too late', (stage) => stage.fake.buyer.authenticate(keyOf(stage, 'order-left'))],
  ['the next webhook will be lost', ({ fake }) => fake.webhooks.loseNext()],
  ['the rest goes back', (stage) => post(stage, `${keyOf(stage, 'order-card')}/cancel`, { cancelReason }, 'd')],
  [
    'nobody answers for days',
    async (stage) => {
      const sent: unknown[] = []
      for (let hour = 0; hour < 100; hour++) {
        sent.push(await deliver(stage, 503))
        await stage.clock.advance(60 * MINUTE)
      }
      return sent
    },
  ],
  ['what was given up', ({ fake }) => fake.webhooks.failed()],
]

const begin = (clock = manualClock(), saved?: string): Stage => ({
  clock,
  fake: fakeToss({ secretKey: SECRET_KEY, clock, ...(saved === undefined ? {} : { saved }) }),
})

const seen = async (stage: Stage, play: (stage: Stage) => unknown) => {
  const result = await play(stage)
  const { fake } = stage
  return { result, book: fake.book(), payments: fake.payments(), pending: fake.webhooks.pending(), saved: fake.save() }
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

  test('the life above is one: money moves, webhooks fail and some are given up', async () => {
    const stage = begin()
    const results: unknown[] = []
    for (const [, play] of LIFE) results.push(await play(stage))
    expect(stage.fake.book().map(({ kind, amountMinor }) => `${kind} ${amountMinor}`)).toEqual([
      'capture 33000',
      'refund 1000',
      'capture 33000',
      'refund 33000',
      'refund 32000',
    ])
    expect(stage.fake.payments().map(({ status }) => status)).toEqual([
      'PARTIAL_CANCELED',
      'ABORTED',
      'CANCELED',
      'EXPIRED',
    ])
    expect(results.at(-1)).toMatchObject([{ id: expect.any(String) }])
    expect(results[5]).toMatchObject({ status: 200 })
    expect(results[6]).toMatchObject({ status: 200, text: (results[5] as { text: string }).text })
  })

  test('a foreign wallet ends a cancel that was begun before', async () => {
    const { fake, clock } = setUp()
    const stage = { fake, clock }
    const order = { orderId: 'order-slow', amount: 33_000, method: 'FOREIGN_EASY_PAY' } as const
    const { paymentKey, orderId } = fake.buyer.authorize(order)
    await confirm(stage, { paymentKey, orderId })
    await post(stage, `${paymentKey}/cancel`, { cancelReason, cancelRequestId: 'req-1' })
    const next = begin(clock, fake.save()).fake
    const transactionKey = next.payments()[0]?.cancels[0]?.transactionKey ?? ''
    expect(next.dashboard.settleCancel(paymentKey, transactionKey, 'DONE')).toBe(true)
    expect(next.book().map(({ kind }) => kind)).toEqual(['capture', 'refund'])
  })

  test('a webhook that is being sent when the process dies is sent again', async () => {
    const { fake, clock } = begin()
    fake.dashboard.payout('seller-1', 'COMPLETED')
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

  test('a request under way is as if it had never come: its key is free, and nothing was charged', async () => {
    const { fake, clock } = begin()
    const order = fake.buyer.authorize({ orderId: 'order-card', amount: 33_000 })
    fake.faults.next({ kind: 'slow', ms: 1_000 })
    void confirm({ fake, clock }, order, 'a')
    await settle()
    const next = begin(clock, fake.save())
    expect(next.fake.book()).toEqual([])
    expect((await confirm(next, order, 'a')).status).toBe(200)
    expect(next.fake.book()).toHaveLength(1)
  })

  test('keys are the caller’s to keep: none is in the text', async () => {
    const { fake, clock } = begin()
    const order = fake.buyer.authorize({ orderId: 'order-card', amount: 33_000 })
    await confirm({ fake, clock }, order, 'a')
    const text = fake.save()
    for (const secret of [...Object.values(fake.keys), btoa(`${SECRET_KEY}:`)]) expect(text).not.toContain(secret)
  })
})

describe('a text that `save` has not written is refused', () => {
  const memory = async () => {
    const { fake, clock } = begin()
    await confirm({ fake, clock }, fake.buyer.authorize({ orderId: 'order-card', amount: 33_000 }), 'a')
    return fake.save()
  }
  const change = (text: string, path: string, value: unknown): string => {
    const whole = JSON.parse(text)
    const names = path.split('.')
    const last = names.pop() ?? ''
    names.reduce((part, name) => part[name], whole)[last] = value
    return JSON.stringify(whole)
  }

  test.each(['', '{', 'null', '[]', '"text"', '{}', '{"fakeToss":1}'])('%j', (saved) => {
    expect(() => fakeToss({ saved })).toThrow(TypeError)
    expect(() => fakeToss({ saved })).toThrow(/^saved.*save\(\)/)
  })

  test('one that was cut short', async () => {
    const text = await memory()
    expect(() => fakeToss({ saved: text.slice(0, -1) })).toThrow(/^saved: not JSON/)
  })

  test.each([
    ['fakeToss', 2],
    ['book.counter', '7'],
    ['book.payments.0.status', 'PAID'],
    ['book.payments.0.requestedAt', 'yesterday'],
    ['book.payments.0.balanceMinor', 0.5],
    ['book.payments.0.currency', 'XXX'],
    ['book.lines', {}],
    ['book.lines.0.at', null],
    ['http.answers.0.reply.headers', { trace: 1 }],
    ['webhooks.queue.0.rawBody', undefined],
    ['declines', undefined],
  ])('%s is %j: the place is named', async (path, value) => {
    const text = await memory()
    expect(() => fakeToss({ saved: text })).not.toThrow()
    const saved = change(text, path, value)
    expect(() => fakeToss({ saved })).toThrow(new RegExp(`^saved\\.${path.replaceAll('.', '\\.')}: `))
  })
})
