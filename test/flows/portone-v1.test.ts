import { createPayments, krw } from 'holdfast'
import { memoryStore } from 'holdfast/storage/memory'
import { testClock, testIds } from 'holdfast/testing'
import { wallet } from 'holdfast/wallet'
import { describe, expect, test } from 'vitest'
import type { FakeRequest, Fault } from '../../src/providers/fake/faults'
import { portOneV1 } from '../../src/providers/portone-v1'
import { type FakePortOneV1Options, fakePortOneV1 } from '../../src/providers/portone-v1/fake'
import { BUYER, HOUR, MINUTE, OTHER, PRICE, policies, seat } from './world'

const shop = (options: FakePortOneV1Options = {}) => {
  const clock = testClock()
  const store = memoryStore()
  const fake = fakePortOneV1({ clock, ...options })
  const gateways = {
    'portone-v1': portOneV1({ ...fake.keys, fetch: fake.fetch }),
    wallet: wallet({ openingBalance: krw(200_000) }),
  }
  const payments = createPayments({ store, gateways, refundPolicies: policies, clock, ids: testIds() })

  const hold = async (more: Record<string, unknown> = {}) =>
    (
      await payments.orders.hold({
        actor: BUYER,
        lines: [seat()],
        refundPolicy: 'ticket',
        eventStartsAt: new Date(clock.now().getTime() + 48 * HOUR),
        ...more,
      })
    )._unsafeUnwrap()

  const start = async (orderId: string, method: 'card' | 'vbank' = 'card') => {
    const { attempt, checkout } = (
      await payments.orders.startPayment({
        actor: BUYER,
        order: orderId,
        gateway: 'portone-v1',
        method,
        successUrl: 'https://shop.example/return',
      })
    )._unsafeUnwrap()
    if (checkout.action !== 'window') throw new Error('no window')
    const { merchant_uid } = checkout.parameters
    const order = {
      merchant_uid: String(merchant_uid),
      amount: attempt.amount.amountMinor,
      pay_method: method,
    }
    const confirm = (returned: Readonly<Record<string, string>>) =>
      payments.orders.confirm({ actor: BUYER, order: orderId, attemptId: attempt.id, returned })
    return { attempt, checkout, order, confirm }
  }

  /** Hands every webhook that is due to the engine and gives the answers. */
  const deliver = async () => {
    const answers: string[] = []
    await fake.webhooks.deliverDue(async ({ headers, rawBody }) => {
      const received = await payments.webhooks.receive('portone-v1', { headers, rawBody })
      answers.push(received.isOk() ? received.value.status : received.error.code)
      return received.isOk() ? 200 : 503
    })
    return answers
  }
  const statusOf = async (orderId: string) => (await store.get('orders', orderId))?.status
  const attemptRow = async (id: string) => (await store.get('attempts', id))?.status
  const quiet = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      clock.advance(MINUTE)
      ;(await payments.jobs.run())._unsafeUnwrap()
    }
  }
  const net = () =>
    fake.book().reduce((sum, { kind, amountMinor }) => sum + (kind === 'capture' ? amountMinor : -amountMinor), 0)
  return { clock, store, fake, payments, hold, start, deliver, statusOf, attemptRow, quiet, net }
}

const refundAll = (payments: ReturnType<typeof shop>['payments'], order: string) =>
  payments.refunds.refund({ actor: BUYER, order })

describe('paying through PortOne V1', () => {
  test('S2-43 S0-41: prepare, window, look-up; one payment, approved at the provider', async () => {
    const s = shop()
    const held = await s.hold()
    const { attempt, checkout, order, confirm } = await s.start(held.id)
    expect(checkout).toMatchObject({
      gateway: 'portone-v1',
      parameters: { merchant_uid: order.merchant_uid, amount: 100_000 },
    })
    expect(order.merchant_uid).toBe(attempt.id.replace('_', ''))
    expect(JSON.stringify(checkout)).not.toContain(s.fake.keys.impSecret)
    const paid = (await confirm(s.fake.buyer.pay(order)))._unsafeUnwrap()
    expect(paid).toMatchObject({ status: 'confirmed', order: { status: 'CONFIRMED', paidAttemptId: attempt.id } })
    expect(s.fake.book()).toMatchObject([{ kind: 'capture', merchantUid: order.merchant_uid, amountMinor: 100_000 }])
  })

  test('S0-44: return and webhook in either order or together, twice: one payment, each a success', async () => {
    for (const order of ['return first', 'webhook first', 'together'] as const) {
      const s = shop()
      const held = await s.hold()
      const begun = await s.start(held.id)
      const returned = s.fake.buyer.pay(begun.order)
      s.fake.webhooks.duplicateNext()
      const steps = { back: () => begun.confirm(returned), hook: () => s.deliver() }
      if (order === 'together') {
        await Promise.all([steps.back(), steps.hook()])
      } else {
        for (const step of order === 'return first' ? [steps.back, steps.hook] : [steps.hook, steps.back]) await step()
      }
      expect((await begun.confirm(returned))._unsafeUnwrap().status).toBe('confirmed')
      for (const answer of await s.deliver()) expect(['handled', 'duplicate']).toContain(answer)
      expect(await s.statusOf(held.id)).toBe('CONFIRMED')
      expect(s.fake.book()).toHaveLength(1)
    }
  })

  test('the webhook alone confirms: the buyer never comes back', async () => {
    const s = shop({ webhookFormat: 'form' })
    const held = await s.hold()
    s.fake.buyer.pay((await s.start(held.id)).order)
    expect(await s.deliver()).toEqual(['handled'])
    expect(await s.statusOf(held.id)).toBe('CONFIRMED')
  })

  test('neither return nor webhook: the job finds the payment before it gives the seat away', async () => {
    const s = shop()
    const held = await s.hold()
    const begun = await s.start(held.id)
    s.fake.webhooks.loseNext()
    s.fake.buyer.pay(begun.order)
    await s.quiet(10)
    expect(await s.statusOf(held.id)).toBe('CONFIRMED')
    expect(s.net()).toBe(100_000)
  })

  test('a decline leaves the order payable; the old window is refused, the next attempt pays', async () => {
    const s = shop()
    const held = await s.hold()
    const first = await s.start(held.id)
    const declined = await first.confirm(s.fake.buyer.fail(first.order))
    expect(declined._unsafeUnwrapErr()).toMatchObject({ code: 'declined', outcome: 'not_executed' })
    expect(await s.statusOf(held.id)).toBe('PAYING')
    // The parameters of the first window are still in a tab of the buyer's.
    expect(s.fake.buyer.pay(first.order)).not.toHaveProperty('imp_uid')
    const second = await s.start(held.id)
    expect((await second.confirm(s.fake.buyer.pay(second.order)))._unsafeUnwrap().status).toBe('confirmed')
    expect(s.fake.book()).toHaveLength(1)
  })

  test('a second try in the same window, after a failed one, is the payment; its own webhook says so', async () => {
    const s = shop()
    const held = await s.hold()
    const begun = await s.start(held.id)
    s.fake.buyer.fail(begun.order)
    s.fake.buyer.pay(begun.order)
    expect(await s.deliver()).toEqual(['handled'])
    expect(await s.statusOf(held.id)).toBe('CONFIRMED')
    expect(s.fake.payments().map(({ status }) => status)).toEqual(['failed', 'paid'])
  })

  test('C-37: the imp_uid of another paid order pays nothing, and the honest return still works', async () => {
    const s = shop()
    const one = await s.start((await s.hold()).id)
    const mine = s.fake.buyer.pay(one.order)
    await one.confirm(mine)
    const held = await s.hold({ lines: [seat('A-2')] })
    const two = await s.start(held.id)
    const stolen = { imp_uid: mine['imp_uid'] ?? '', merchant_uid: two.order.merchant_uid }
    expect((await two.confirm(stolen))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect(await s.statusOf(held.id)).toBe('PAYING')
    expect((await two.confirm(s.fake.buyer.pay(two.order)))._unsafeUnwrap().status).toBe('confirmed')
  })

  test('S0-42: another amount than the order’s never confirms it, and goes back', async () => {
    const s = shop()
    const held = await s.hold()
    const { attempt, order, confirm } = await s.start(held.id)
    expect(s.fake.buyer.pay({ ...order, amount: 1_000 })).not.toHaveProperty('imp_uid')
    const returned = s.fake.buyer.pay({ ...order, amount: 1_000, unchecked: true })
    expect((await confirm(returned))._unsafeUnwrapErr()).toMatchObject({ code: 'captured_amount_mismatch' })
    expect(await s.attemptRow(attempt.id)).toBe('FAILED')
    expect(await s.statusOf(held.id)).toBe('PAYING')
    expect(s.fake.book().map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['capture', 1_000],
      ['refund', 1_000],
    ])
  })

  test('S0-42: a payment through the test channel buys nothing in live mode', async () => {
    const s = shop({ mode: 'live' })
    const held = await s.hold()
    const { order, confirm } = await s.start(held.id)
    const returned = s.fake.buyer.pay({ ...order, channel: 'test' })
    expect(s.fake.payments()).toMatchObject([{ status: 'paid', sandbox: true }])
    expect((await confirm(returned))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    await s.deliver()
    await s.quiet(5)
    expect(await s.statusOf(held.id)).toBe('PAYING')
    await s.quiet(70)
    expect(await s.statusOf(held.id)).toBe('EXPIRED')
    expect(s.fake.book()).toEqual([])
  })

  test('a payment that is turned into the registration of a card buys nothing', async () => {
    const s = shop()
    const held = await s.hold()
    const { order, confirm } = await s.start(held.id)
    const returned = s.fake.buyer.pay({ ...order, customer_uid: 'cus_slipped_in' })
    expect(s.fake.payments()).toMatchObject([{ status: 'paid', usage: 'issue', amountMinor: 100_000 }])
    expect((await confirm(returned))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    await s.deliver()
    await s.quiet(75)
    expect(await s.statusOf(held.id)).toBe('EXPIRED')
    expect(s.fake.book()).toEqual([])
  })
})

describe('answers that are lost', () => {
  const faults: readonly Fault[] = [
    { kind: 'lost_answer' },
    { kind: 'lost_request' },
    { kind: 'error_before', status: 500 },
    { kind: 'html_before' },
    { kind: 'malformed_json' },
    { kind: 'wrong_shape' },
    { kind: 'unreachable' },
    { kind: 'rate_limited' },
  ]
  test.each(faults)('a look-up that meets $kind is unknown; a repeat confirms', async (fault) => {
    const s = shop()
    const held = await s.hold()
    const { attempt, order, confirm } = await s.start(held.id)
    const returned = s.fake.buyer.pay(order)
    s.fake.faults.next(fault, { operation: 'getPayment' })
    expect((await confirm(returned))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect(['PENDING', 'UNKNOWN']).toContain(await s.attemptRow(attempt.id))
    expect((await confirm(returned))._unsafeUnwrap().order.status).toBe('CONFIRMED')
    expect(s.fake.book()).toHaveLength(1)
  })

  test.each(faults)('a refund that meets $kind goes back once', async (fault) => {
    const s = shop()
    const held = await s.hold()
    const { order, confirm } = await s.start(held.id)
    await confirm(s.fake.buyer.pay(order))
    s.fake.faults.next(fault, { operation: 'cancelPayment' })
    ;(await s.payments.orders.cancel({ actor: BUYER, order: held.id }))._unsafeUnwrap()
    await refundAll(s.payments, held.id)
    await s.quiet(30)
    if (s.net() !== 0) await refundAll(s.payments, held.id)
    expect(s.fake.book().map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['capture', 100_000],
      ['refund', 100_000],
    ])
    expect(await s.statusOf(held.id)).toBe('REFUNDED')
  })

  test('a token that ends in the middle costs a token, not a payment', async () => {
    const tokens: FakeRequest[] = []
    const s = shop({
      onRequest: (request) => {
        if (request.operation === 'getToken') tokens.push(request)
        return undefined
      },
    })
    const held = await s.hold()
    const { order, confirm } = await s.start(held.id)
    s.fake.dashboard.revokeToken()
    expect((await confirm(s.fake.buyer.pay(order)))._unsafeUnwrap().status).toBe('confirmed')
    expect(tokens).toHaveLength(2)
  })
})

describe('refunds', () => {
  const bought = async (options: FakePortOneV1Options = {}) => {
    const s = shop(options)
    const held = await s.hold({ refundPolicy: 'digital', eventStartsAt: undefined })
    const { order, confirm } = await s.start(held.id)
    const { attempt } = (await confirm(s.fake.buyer.pay(order)))._unsafeUnwrap()
    return { ...s, held, order, attempt }
  }

  test('whole: the money goes back, no webhook is needed', async () => {
    const s = await bought()
    await s.deliver()
    ;(await refundAll(s.payments, s.held.id))._unsafeUnwrap()
    expect(await s.statusOf(s.held.id)).toBe('REFUNDED')
    expect(s.net()).toBe(0)
    expect(s.fake.webhooks.pending()).toEqual([])
  })

  test('a part: PortOne says cancelled, the order is not; the rest goes back later', async () => {
    const s = await bought()
    const give = (amount: number) => s.payments.refunds.refund({ actor: BUYER, order: s.held.id, amount: krw(amount) })
    ;(await give(30_000))._unsafeUnwrap()
    expect(s.fake.payments()).toMatchObject([{ status: 'cancelled', cancelledMinor: 30_000 }])
    expect(await s.statusOf(s.held.id)).toBe('CONFIRMED')
    expect(s.net()).toBe(70_000)
    ;(await give(70_000))._unsafeUnwrap()
    expect(await s.statusOf(s.held.id)).toBe('REFUNDED')
    expect(s.net()).toBe(0)
  })

  test('made at the dashboard: its webhook leads to the record, and the fact is ours', async () => {
    const s = await bought()
    await s.deliver()
    expect(s.fake.dashboard.cancel(s.attempt.providerRef ?? '', 40_000)).toBeUndefined()
    expect(await s.deliver()).toEqual(['handled'])
    expect((await s.store.get('attempts', s.attempt.id))?.refundedMinor).toBe(40_000)
    expect(s.fake.dashboard.cancel(s.attempt.providerRef ?? '')).toBeUndefined()
    expect(await s.deliver()).toEqual(['handled'])
    expect(await s.statusOf(s.held.id)).toBe('REFUNDED')
  })

  test('after a refund at the dashboard that nobody told us of, ours is refused and finds out', async () => {
    const s = await bought()
    s.fake.webhooks.loseNext()
    s.fake.dashboard.cancel(s.attempt.providerRef ?? '', 40_000)
    expect((await refundAll(s.payments, s.held.id))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect(s.net()).toBe(60_000)
    await s.quiet(30)
    expect(s.net()).toBe(60_000)
    // The merchant has PortOne send the notice again.
    const { id, providerRef } = s.attempt
    const { merchant_uid } = s.order
    const rawBody = JSON.stringify({ imp_uid: providerRef, merchant_uid, status: 'cancelled', cancellation_id: 'c1' })
    await s.payments.webhooks.receive('portone-v1', { headers: {}, rawBody })
    expect((await s.store.get('attempts', id))?.refundedMinor).toBe(40_000)
    await s.quiet(60)
    // What is left can go back as soon as the two books agree again.
    ;(await refundAll(s.payments, s.held.id))._unsafeUnwrap()
    expect(s.net()).toBe(0)
    expect(await s.statusOf(s.held.id)).toBe('REFUNDED')
  })
})

describe('webhooks', () => {
  test('a forged notice changes nothing; PortOne’s own record decides', async () => {
    const s = shop()
    const held = await s.hold()
    const { order } = await s.start(held.id)
    const forged = JSON.stringify({ imp_uid: 'imp_1', merchant_uid: order.merchant_uid, status: 'paid' })
    const received = await s.payments.webhooks.receive('portone-v1', { headers: {}, rawBody: forged })
    expect(received.isOk()).toBe(true)
    expect(await s.statusOf(held.id)).toBe('PAYING')
    const unreadable = await s.payments.webhooks.receive('portone-v1', { headers: {}, rawBody: '{' })
    expect(unreadable._unsafeUnwrapErr().code).toBe('unreadable_body')
  })

  test('a forged notice about a failed payment does not end an attempt that may still be paid', async () => {
    const s = shop()
    const held = await s.hold()
    const begun = await s.start(held.id)
    s.fake.buyer.fail(begun.order)
    const rawBody = JSON.stringify({ imp_uid: 'imp_1', merchant_uid: begun.order.merchant_uid, status: 'failed' })
    await s.payments.webhooks.receive('portone-v1', { headers: {}, rawBody })
    expect(await s.attemptRow(begun.attempt.id)).toBe('CREATED')
    expect((await begun.confirm(s.fake.buyer.pay(begun.order)))._unsafeUnwrap().status).toBe('confirmed')
  })

  test('S1-04: the registration of a card is ignored: no payment, no look-up', async () => {
    const asked: string[] = []
    const s = shop({ onRequest: ({ operation }) => void asked.push(operation) })
    s.fake.buyer.pay({ merchant_uid: 'bki000000000000000000000001', customer_uid: 'cus_1', amount: 100_000 })
    expect(await s.deliver()).toEqual(['ignored'])
    expect(asked).toEqual([])
    expect(s.fake.book()).toEqual([])
  })
})

describe('money that comes late', () => {
  test('abandoned: the seat is free once the window is over; a payment after that goes back', async () => {
    const s = shop()
    const held = await s.hold()
    const begun = await s.start(held.id)
    const impUid = s.fake.buyer.open(begun.order) ?? ''
    await s.quiet(75)
    expect(await s.statusOf(held.id)).toBe('EXPIRED')
    expect(await s.attemptRow(begun.attempt.id)).toBe('FAILED')
    s.fake.buyer.finish(impUid)
    expect(s.net()).toBe(100_000)
    expect(await s.deliver()).toEqual(['handled'])
    expect(s.net()).toBe(0)
    expect(await s.statusOf(held.id)).toBe('EXPIRED')
  })

  test('until the window is over the seat stays with its order', async () => {
    const s = shop()
    const held = await s.hold()
    await s.start(held.id)
    await s.quiet(30)
    const rival = await s.payments.orders.hold({ actor: OTHER, lines: [seat()], refundPolicy: 'digital' })
    expect(rival._unsafeUnwrapErr().code).toBe('resource_unavailable')
  })

  test('failed, then approved by a PG that reviews: the second payment of the order goes back', async () => {
    const s = shop()
    const held = await s.hold()
    const first = await s.start(held.id)
    const failed = s.fake.buyer.fail(first.order)
    await first.confirm(failed)
    const second = await s.start(held.id)
    await second.confirm(s.fake.buyer.pay(second.order))
    expect(s.fake.dashboard.approveLate(failed['imp_uid'] ?? '')).toBe(true)
    expect(s.net()).toBe(200_000)
    await s.deliver()
    expect(s.net()).toBe(PRICE.amountMinor)
    expect(await s.statusOf(held.id)).toBe('CONFIRMED')
  })
})

describe('bank deposits', () => {
  test('the account is shown, the money comes a day later and confirms', async () => {
    const s = shop()
    const held = await s.hold()
    const { order, confirm } = await s.start(held.id, 'vbank')
    const waiting = (await confirm(s.fake.buyer.pay(order)))._unsafeUnwrap()
    expect(waiting).toMatchObject({
      status: 'waiting',
      deposit: { bankCode: '088', accountNumber: expect.any(String) },
    })
    await s.deliver()
    for (let hour = 0; hour < 20; hour += 1) await s.quiet(60)
    expect(await s.statusOf(held.id)).toBe('PAYING')
    expect(s.fake.bank.deposit(order.merchant_uid)).toBe(true)
    expect(await s.deliver()).toEqual(['handled'])
    expect(await s.statusOf(held.id)).toBe('CONFIRMED')
  })

  test('no deposit by its time: the order expires, without a webhook', async () => {
    const s = shop()
    const held = await s.hold()
    const { order, confirm } = await s.start(held.id, 'vbank')
    await confirm(s.fake.buyer.pay(order))
    for (let hour = 0; hour < 26; hour += 1) await s.quiet(60)
    expect(await s.statusOf(held.id)).toBe('EXPIRED')
    expect(s.fake.bank.deposit(order.merchant_uid)).toBe(false)
    expect(s.fake.book()).toEqual([])
  })
})
