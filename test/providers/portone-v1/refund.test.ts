import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import {
  type Answer,
  answering,
  attemptOf,
  connect,
  ok,
  orderOf,
  paid,
  paymentBody,
  refundContext,
  refundOf,
  refusal,
  START,
  shopOf,
  through,
  uidOf,
} from './support'

const ACCOUNT = { bankCode: '88', accountNumber: '110', holderName: '홍길동' }
const IMP_UID = 'imp_900000000001'
const bought = attemptOf({ status: 'APPROVED', providerRef: IMP_UID, capturedMinor: 33_000 })
const history = (changes: object = {}) => ({
  cancellation_id: 'cancellation_1',
  pg_tid: 't',
  amount: 33_000,
  cancelled_at: START / 1000,
  reason: `[${refundOf().id}] 단순 변심`,
  ...changes,
})
const cancelled = (changes: object = {}, entry: object = {}) =>
  paymentBody({ status: 'cancelled', cancel_amount: 33_000, cancel_history: [history(entry)], ...changes })

describe('refund', () => {
  test('says amount, balance and our own id, and reads what was given back', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    shop.asked.splice(0)
    const done = (await shop.gateway.refund(refundOf(), refundContext(attempt)))._unsafeUnwrap()
    expect(done).toEqual({
      providerRef: expect.stringMatching(/^cancellation_/),
      refundId: refundOf().id,
      amount: krw(33_000),
      status: 'completed',
    })
    expect(shop.asked.map(({ operation, body }) => [operation, body])).toEqual([
      [
        'cancelPayment',
        { imp_uid: attempt.providerRef, amount: 33_000, checksum: 33_000, reason: `[${refundOf().id}] 단순 변심` },
      ],
    ])
    expect(shop.fake.book().map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['capture', 33_000],
      ['refund', 33_000],
    ])
  })

  test('in parts: PortOne says cancelled after the first one, and the rest can go back', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const part = refundOf({ amount: krw(3_000) })
    expect((await shop.gateway.refund(part, refundContext(attempt)))._unsafeUnwrap().amount).toEqual(krw(3_000))
    expect(shop.fake.payments()).toMatchObject([{ status: 'cancelled', cancelledMinor: 3_000 }])
    const rest = refundOf({ id: 'rfd_000000000000000000000002', amount: krw(30_000) })
    const context = refundContext(attempt, { refundable: krw(30_000) })
    expect((await shop.gateway.refund(rest, context)).isOk()).toBe(true)
    expect(shop.fake.book()).toHaveLength(3)
  })

  test('a repeat of a part meets the balance and gives nothing back twice', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const part = refundOf({ amount: krw(3_000) })
    await through(shop, { kind: 'lost_answer' }, 'cancelPayment', () =>
      shop.gateway.refund(part, refundContext(attempt)),
    )
    const repeat = await shop.gateway.refund({ ...part, status: 'UNKNOWN', checks: 1 }, refundContext(attempt))
    // Refused, and the record shows that it was made.
    expect(repeat._unsafeUnwrap()).toMatchObject({ refundId: part.id, status: 'completed' })
    expect(shop.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })

  test('two that race: one goes back, the other is a conflict', async () => {
    const shop = shopOf()
    const attempt = await paid(shop)
    const one = refundOf({ amount: krw(20_000) })
    const two = refundOf({ id: 'rfd_000000000000000000000002', amount: krw(10_000) })
    const answers = await Promise.all([one, two].map((it) => shop.gateway.refund(it, refundContext(attempt))))
    expect(answers.filter((answer) => answer.isOk())).toHaveLength(1)
    const error = answers.find((answer) => answer.isErr())?._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'conflict', outcome: 'unknown' })
    expect(shop.fake.book().filter(({ kind }) => kind === 'refund')).toHaveLength(1)
  })

  test('cuts a reason that is too long, never our id', async () => {
    const shop = shopOf()
    await shop.gateway.refund(refundOf({ reason: 'x'.repeat(300) }), refundContext(await paid(shop)))
    const body = shop.asked.find(({ operation }) => operation === 'cancelPayment')?.body
    expect(body).toMatchObject({ reason: expect.stringMatching(/^\[rfd_0+1\] x+$/) })
    expect(JSON.stringify(body).length).toBeLessThan(400)
  })

  test('dollars are dollars', async () => {
    const shop = shopOf()
    const attempt = await paid(shop, { amount: { amountMinor: 1_999, currency: 'USD' } })
    const refund = refundOf({ amount: { amountMinor: 1_000, currency: 'USD' } })
    expect((await shop.gateway.refund(refund, refundContext(attempt))).isOk()).toBe(true)
    expect(shop.asked.at(-1)?.body).toMatchObject({ amount: 10, checksum: 19.99 })
  })

  test('a deposit needs the account to go back to', async () => {
    const shop = shopOf()
    const order = attemptOf({ method: 'vbank' })
    const back = shop.fake.buyer.pay(orderOf(order))
    shop.fake.bank.deposit(uidOf(order.id))
    const attempt = { ...order, providerRef: back['imp_uid'] ?? '', capturedMinor: 33_000 }
    const refused = (await shop.gateway.refund(refundOf(), refundContext(attempt)))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code: 'refund_account_required', outcome: 'not_executed' })
    const context = refundContext(attempt, { refundAccount: ACCOUNT })
    expect((await shop.gateway.refund(refundOf(), context)).isOk()).toBe(true)
    expect(shop.asked.at(-1)?.body).toMatchObject({
      refund_bank: '88',
      refund_account: '110',
      refund_holder: '홍길동',
    })
  })

  test.each([
    ['an attempt that was never paid', { providerRef: null }, {}],
    // To PortOne, 0 is everything that is left.
    ['nothing', {}, { amount: krw(0) }],
    ['less than nothing', {}, { amount: krw(-1) }],
  ])('%s is refused here', async (_name, attempt, changes) => {
    const { fetch, seen } = answering(ok(cancelled()))
    const refused = await connect(fetch).refund(refundOf(changes), refundContext({ ...bought, ...attempt }))
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'invalid_request', outcome: 'not_executed' })
    expect(seen).toEqual([])
  })
})

describe('answers that do not show this refund are unknown', () => {
  test.each([
    ['another payment', cancelled({ imp_uid: 'imp_2' })],
    ['no history', cancelled({ cancel_history: [] })],
    ['somebody else’s refund', cancelled({}, { reason: '[rfd_other] x' })],
    ['another amount', cancelled({}, { amount: 1_000 })],
  ])('%s', async (_name, body) => {
    const answer = await connect(answering(ok(body)).fetch).refund(refundOf(), refundContext(bought))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })
})

describe('what a refusal meant is read in the record', () => {
  const refund = (changes: object, ...answers: readonly Answer[]) =>
    connect(answering(...answers).fetch).refund(refundOf(changes), refundContext(bought))
  const pgText = refusal('[PG] 취소할 수 없는 거래입니다.', -1)
  const gone = refusal('취소할 결제건이 존재하지 않습니다.')
  const untouched = ok(paymentBody())

  test.each([
    ['refused, nothing moved', pgText, untouched, 'refused', 'not_executed'],
    ['refused, and the balance is another', pgText, ok(paymentBody({ cancel_amount: 1 })), 'conflict', 'unknown'],
    ['refused, and the record is another payment', pgText, ok(paymentBody({ imp_uid: 'x' })), 'conflict', 'unknown'],
    ['refused, and the record cannot be read', pgText, [500, undefined], 'conflict', 'unknown'],
    ['refused, and PortOne does not know the payment', pgText, gone, 'conflict', 'unknown'],
    ['no such payment, twice', gone, refusal('존재하지 않는 결제정보입니다.', -1, 404), 'not_found', 'not_executed'],
    ['all given back already', refusal('이미 전액취소된 주문입니다.'), untouched, 'conflict', 'unknown'],
  ] as const)('%s', async (_name, said, record, code, outcome) => {
    expect((await refund({}, said, record))._unsafeUnwrapErr()).toMatchObject({ code, outcome })
  })

  test('refused, and yet it is in the record: it was made', async () => {
    const answer = await refund({}, refusal('이미 전액취소된 주문입니다.'), ok(cancelled()))
    expect(answer._unsafeUnwrap()).toMatchObject({ providerRef: 'cancellation_1', status: 'completed' })
  })

  test('a repeat that finds no payment says nothing about the request before it', async () => {
    const nowhere = refusal('존재하지 않는 결제정보입니다.', -1, 404)
    const error = (await refund({ status: 'UNKNOWN' }, gone, nowhere))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'conflict', outcome: 'unknown' })
  })

  test.each([
    [401, 'in_progress'],
    [429, 'in_progress'],
  ])('nor does one that is turned away at the door, status %i', async (status, code) => {
    const door = [status, { code: -1, message: 'x', response: null }] as const
    expect((await refund({ status: 'UNKNOWN' }, door))._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'unknown' })
    expect((await refund({}, door))._unsafeUnwrapErr()).toMatchObject({ outcome: 'not_executed' })
  })
})
