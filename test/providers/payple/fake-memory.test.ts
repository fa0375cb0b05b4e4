import { describe, expect, test } from 'vitest'
import { fakePayple } from '../../../src/providers/payple/fake'
import { ORDER, pay, register, type Talk, talkTo } from './fake-support'
import { KEYS, manualClock } from './support'

const MINUTE = 60_000

const deliver = async ({ fake }: Talk, status: number) => {
  const sent: unknown[] = []
  await fake.webhooks.deliverDue(async (delivery) => {
    sent.push(delivery)
    return status
  })
  return sent
}
const keyOf = ({ fake }: Talk): string => fake.billingKeys()[0]?.payerId ?? 'none'

/** Payments of every kind, step by step. Each step finds what it needs in the fake, as a process that has just begun. */
const LIFE: readonly (readonly [string, (talk: Talk) => unknown])[] = [
  ['a window opens', ({ fake }) => fake.buyer.open({ orderId: 'left', amount: 500 })],
  ['the next webhook will be late', ({ fake }) => fake.webhooks.delayNext(2 * MINUTE)],
  ['an order is paid', (talk) => pay(talk)],
  ['a card is registered', (talk) => register(talk)],
  ['the issuer will refuse a charge', ({ fake }) => fake.decline('SPCD0018', 'chg-no')],
  ['a charge', (talk) => talk.charge({ PCD_PAYER_ID: keyOf(talk) })],
  ['the refused charge', (talk) => talk.charge({ PCD_PAYER_ID: keyOf(talk), PCD_PAY_OID: 'chg-no' })],
  ['the host cannot answer', (talk) => deliver(talk, 500)],
  ['time passes', ({ clock }) => clock.advance(3 * MINUTE)],
  ['a part goes back', (talk) => talk.cancel({ PCD_REFUND_TOTAL: 900 })],
  ['little will be settled', ({ fake }) => fake.bank.limitSettlement(1_000)],
  ['too much is asked for', (talk) => talk.cancel({ PCD_REFUND_TOTAL: 2_000 })],
  ['there is enough again', ({ fake }) => fake.bank.limitSettlement(null)],
  [
    'a transfer',
    ({ fake, confirm }) => confirm(fake.buyer.authorize({ orderId: 'bank', amount: 5_000, payType: 'transfer' })),
  ],
  ['its receipt', (talk) => talk.run({ PCD_PAY_WORK: 'TSREG' }, { PCD_PAY_OID: 'bank', PCD_TAXSAVE_AMOUNT: 5_000 })],
  ['the next webhook comes three times', ({ fake }) => fake.webhooks.duplicateNext(2)],
  ['the rest goes back by hand', ({ fake }) => fake.dashboard.cancel(ORDER)],
  ['the key is removed by hand', (talk) => talk.fake.dashboard.removeKey(keyOf(talk))],
  ['all tokens end', ({ fake }) => fake.dashboard.revokeSessions()],
  ['the newest webhook will be first', ({ fake }) => fake.webhooks.reverseNext()],
  ['the host answers', (talk) => deliver(talk, 200)],
  ['a look-up', (talk) => talk.lookUp()],
]

const seen = async (talk: Talk, play: (talk: Talk) => unknown) => {
  const result = await play(talk)
  const { fake } = talk
  return { result, book: fake.book(), payments: fake.payments(), keys: fake.billingKeys(), saved: fake.save() }
}

describe('a fake goes on from what another one has saved', () => {
  test.each(LIFE.map(([title], index) => [title, index] as const))('before: %s', async (_, cut) => {
    const whole = talkTo()
    const expected: unknown[] = []
    for (const [, play] of LIFE) expected.push(await seen(whole, play))

    const first = talkTo()
    for (const [, play] of LIFE.slice(0, cut)) await play(first)
    const second = talkTo({}, first.clock, first.fake.save())
    const found: unknown[] = []
    for (const [, play] of LIFE.slice(cut)) found.push(await seen(second, play))
    expect(found).toEqual(expected.slice(cut))
  })

  test('a token that was made before works after', async () => {
    const first = talkTo()
    const { url, with: credentials } = await first.session({ PCD_PAYCHK_FLAG: 'Y' })
    const second = talkTo({}, first.clock, first.fake.save())
    expect(await second.post(url, credentials)).toMatchObject({ PCD_PAY_CODE: 'CBIL0003' })
  })

  test('no key of the merchant is in what is saved', async () => {
    const talk = talkTo()
    for (const [, play] of LIFE) await play(talk)
    for (const secret of [KEYS.custKey, KEYS.refundKey, KEYS.clientKey]) expect(talk.fake.save()).not.toContain(secret)
  })
})

describe('anything else is refused, and names what is wrong', () => {
  const good = async () => {
    const talk = talkTo()
    for (const [, play] of LIFE.slice(0, 12)) await play(talk)
    return talk.fake.save()
  }
  const restore = (saved: string) => () => fakePayple({ clock: manualClock(), saved })

  test('text that is no JSON, and JSON of something else', () => {
    for (const saved of ['', 'x', '{', '[]', 'null', '7', '{}', '{"fakePayple":2}', '{"fakeToss":1}']) {
      expect(restore(saved)).toThrow(TypeError)
      expect(restore(saved)).toThrow('saved')
    }
  })

  test.each([
    ['book.payments.0.status', 'LOST'],
    ['book.payments.0.openedAt', 'yesterday'],
    ['book.lines.0.amountMinor', 1.5],
    ['book.lines.0.kind', 'gift'],
    ['book.settlementMinor', 'a lot'],
    ['keys.keys.0.status', 'shiny'],
    ['records.receipts', [['a']]],
    ['sessions.sessions.0.isUsed', 'no'],
    ['webhooks.queue.0.rawBody', 7],
    ['notices', null],
    ['declines', 'none'],
  ])('%s', async (path, value) => {
    const memory: unknown = JSON.parse(await good())
    const names = path.split('.')
    const last = names.pop() ?? ''
    let place = memory as Record<string, unknown> // Walked by names that are known to be there.
    for (const name of names) place = place[name] as Record<string, unknown>
    expect(place).toHaveProperty(last)
    place[last] = value
    expect(restore(JSON.stringify(memory))).toThrow(path)
  })
})
