import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import {
  answering,
  attemptOf,
  connect,
  ok,
  orderOf,
  pageOf,
  paid,
  paymentBody,
  refundContext,
  refundOf,
  refusal,
  START,
  shopOf,
  uidOf,
} from './support'

const attempt = attemptOf()
const NOWHERE = refusal('존재하지 않는 결제정보입니다.', -1, 404)

describe('lookup', () => {
  const lookupOf = (...records: readonly unknown[]) => connect(answering(ok(pageOf(...records))).fetch).lookup(attempt)
  const failed = (changes: object = {}) => paymentBody({ imp_uid: 'imp_f', status: 'failed', paid_at: 0, ...changes })
  const ready = (changes: object = {}) => paymentBody({ imp_uid: 'imp_r', status: 'ready', paid_at: 0, ...changes })

  test('asks for every record of the order; once one is known to be ours, for that one', async () => {
    const { fetch, seen } = answering(ok(pageOf(paymentBody())), ok(paymentBody()))
    await connect(fetch).lookup(attempt)
    await connect(fetch).lookup(attemptOf({ providerRef: 'imp_900000000001' }))
    expect(seen.map(({ path }) => path)).toEqual([
      `/payments/findAll/${uidOf(attempt.id)}?page=1&limit=100&sorting=-started&include_sandbox=true`,
      '/payments/imp_900000000001?include_sandbox=true',
    ])
  })

  test.each([
    ['paid', [paymentBody()], { status: 'approved', captured: krw(33_000), refunds: [] }],
    ['paid without a moment', [paymentBody({ paid_at: 0 })], { status: 'approved', approvedAt: new Date(START) }],
    ['paid, among failed tries that came later', [failed(), paymentBody(), failed()], { status: 'approved' }],
    ['paid, while a second window is open', [ready(), paymentBody()], { status: 'approved' }],
    ['open', [ready()], { status: 'open' }],
    ['failed', [failed()], { status: 'open' }],
    ['failed, and open again', [ready(), failed()], { status: 'open' }],
    ['cancelled and never paid', [failed({ status: 'cancelled' })], { status: 'open' }],
    ['given back whole', [paymentBody({ status: 'cancelled', cancel_amount: 33_000 })], { status: 'approved' }],
    [
      'given back whole, the moment of payment lost',
      [paymentBody({ status: 'cancelled', cancel_amount: 33_000, paid_at: 0 })],
      { status: 'approved' },
    ],
    ['no record', [], { status: 'not_found' }],
  ])('%s', async (_name, records, expected) => {
    expect((await lookupOf(...records))._unsafeUnwrap()).toMatchObject(expected)
  })

  test('PortOne knows nothing of the order: not found', async () => {
    const gateway = connect(answering(NOWHERE).fetch)
    expect((await gateway.lookup(attempt))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    // Nor of an imp_uid that we have stored.
    expect((await gateway.lookup(attemptOf({ providerRef: 'imp_1' })))._unsafeUnwrap()).toEqual({ status: 'not_found' })
  })

  test('a status that is not known here is an error with an unknown outcome', async () => {
    expect((await lookupOf(paymentBody({ status: 'held', paid_at: 0 })))._unsafeUnwrapErr()).toMatchObject({
      code: 'unrecognized',
      outcome: 'unknown',
    })
  })

  test('a status that is not known does not hide the payment beside it', async () => {
    const held = paymentBody({ imp_uid: 'imp_held', status: 'held', paid_at: 0 })
    const gateway = connect(answering(ok(held), ok(pageOf(held, paymentBody()))).fetch)
    const found = (await gateway.lookup(attemptOf({ providerRef: 'imp_held' })))._unsafeUnwrap()
    expect(found).toMatchObject({ status: 'approved', providerRef: 'imp_900000000001' })
  })

  test('records of another order are no answer', async () => {
    const error = (await lookupOf(paymentBody({ merchant_uid: 'attOther' })))._unsafeUnwrapErr()
    expect(error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test('if ever an order were paid twice, every look-up tells of the same one', async () => {
    const late = paymentBody({ imp_uid: 'imp_late', paid_at: START / 1000 + 60 })
    for (const records of [
      [late, paymentBody()],
      [paymentBody(), late],
    ]) {
      expect((await lookupOf(...records))._unsafeUnwrap()).toMatchObject({ providerRef: 'imp_900000000001' })
    }
  })

  test('reads on until the last page', async () => {
    const page = (list: unknown[], next: number) => ok({ total: 3, previous: 0, next, list })
    const { fetch, seen } = answering(page([failed()], 2), page([failed()], 3), page([paymentBody()], 0))
    expect((await connect(fetch).lookup(attempt))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    expect(seen).toHaveLength(3)
    // A next page that is none would never end.
    const { fetch: circle, seen: again } = answering(page([failed()], 1))
    expect((await connect(circle).lookup(attempt))._unsafeUnwrap()).toEqual({ status: 'open' })
    expect(again).toHaveLength(1)
  })

  test('S0-42: in live mode a payment through a test channel is as if it were not there', async () => {
    const gateway = connect(answering(ok(pageOf(paymentBody({ sandbox: true })))).fetch, { mode: 'live' })
    expect((await gateway.lookup(attempt))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    const both = pageOf(paymentBody({ sandbox: true }), paymentBody({ imp_uid: 'imp_real', sandbox: false }))
    const found = (await connect(answering(ok(both)).fetch, { mode: 'live' }).lookup(attempt))._unsafeUnwrap()
    expect(found).toMatchObject({ status: 'approved', providerRef: 'imp_real' })
  })

  test('S1-03: an issuance that looks like a payment is none, whichever way it shows', async () => {
    const tagged = paymentBody({ customer_uid: 'c', customer_uid_usage: 'issue' })
    expect((await lookupOf(tagged))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    const issue = 'bki_000000000000000000000001'
    const untagged = paymentBody({ merchant_uid: uidOf(issue), customer_uid: 'c' })
    const named = connect(answering(ok(pageOf(untagged))).fetch)
    expect((await named.lookup(attemptOf({ id: issue })))._unsafeUnwrap()).toEqual({ status: 'not_found' })
  })

  test('at a PG that charges for the registration, somebody has to look', async () => {
    const charged = paymentBody({ customer_uid: 'c', customer_uid_usage: 'issue', pg_provider: 'danal_tpay' })
    expect((await lookupOf(charged))._unsafeUnwrapErr()).toMatchObject({ code: 'unrecognized', outcome: 'unknown' })
    const free = { ...charged, amount: 0 }
    expect((await lookupOf(free))._unsafeUnwrap()).toEqual({ status: 'not_found' })
  })
})

describe('refunds in the record', () => {
  test('carry our id where the reason begins with one; amounts decide, never the status', async () => {
    const shop = shopOf()
    const bought = await paid(shop)
    const part = refundOf({ amount: krw(3_000) })
    const done = (await shop.gateway.refund(part, refundContext(bought)))._unsafeUnwrap()
    shop.fake.dashboard.cancel(bought.providerRef ?? '', 1_000)
    const found = (await shop.gateway.lookup(bought))._unsafeUnwrap()
    expect(found).toMatchObject({ status: 'approved', captured: krw(33_000) })
    expect('refunds' in found && found.refunds).toEqual([
      done,
      { providerRef: expect.any(String), refundId: null, amount: krw(1_000), status: 'completed' },
    ])
  })

  test('old ones without an id of their own are told apart', async () => {
    const cancel = { pg_tid: 'same', amount: 1_000, cancelled_at: START / 1000, reason: 'about [rfd_x]' }
    const record = paymentBody({ status: 'cancelled', cancel_amount: 2_000, cancel_history: [cancel, cancel] })
    const found = (await connect(answering(ok(pageOf(record))).fetch).lookup(attempt))._unsafeUnwrap()
    const refunds = 'refunds' in found ? found.refunds : []
    expect(new Set(refunds.map(({ providerRef }) => providerRef)).size).toBe(2)
    expect(refunds.map(({ refundId }) => refundId)).toEqual([null, null])
  })
})

describe('a virtual account', () => {
  test('waits for its deposit until it is due, and a little longer', async () => {
    const shop = shopOf()
    const order = orderOf(attemptOf({ method: 'vbank' }))
    const back = shop.fake.buyer.pay({ ...order, depositHours: 1 })
    const waiting = (await shop.gateway.confirm(attempt, back))._unsafeUnwrap()
    const dueAt = new Date(START + 3_600_000)
    expect(waiting).toEqual({
      status: 'waiting',
      providerRef: back['imp_uid'],
      dueAt,
      deposit: { bankCode: '088', accountNumber: expect.stringMatching(/^X/), holderName: 'TEST SHOP', dueAt },
    })
    const expired = async () => {
      const found = (await shop.gateway.lookup(attempt))._unsafeUnwrap()
      return found.status === 'waiting' && found.expired
    }
    await shop.clock.advance(3_600_000 + 599_999)
    expect(await expired()).toBe(false)
    await shop.clock.advance(1)
    expect(await expired()).toBe(true)
  })

  test('a deposit makes it paid', async () => {
    const shop = shopOf()
    const back = shop.fake.buyer.pay(orderOf(attemptOf({ method: 'vbank' })))
    expect(shop.fake.bank.deposit(uidOf(attempt.id))).toBe(true)
    const found = (await shop.gateway.lookup(attemptOf({ providerRef: back['imp_uid'] ?? '' })))._unsafeUnwrap()
    expect(found).toMatchObject({ status: 'approved', method: 'vbank', captured: krw(33_000) })
  })
})
