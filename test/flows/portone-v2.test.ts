import { inspect } from 'node:util'
import { createPayments, type LogEntry, type PaymentEvent } from 'holdfast'
import { memoryStore } from 'holdfast/storage/memory'
import { testClock, testIds } from 'holdfast/testing'
import { describe, expect, test } from 'vitest'
import { type PortOneV2Method, paymentIdOf, portOneV2, portOneV2Client } from '../../src/providers/portone-v2'
import { type FakePortOneV2Options, fakePortOneV2 } from '../../src/providers/portone-v2/fake'
import { BUYER, HOUR, MINUTE, OTHER, policies, seat } from './world'

const GATEWAY = 'portone'

/** An engine on a fresh store with one PortOne channel, its fake, and a clock that stands still. */
const shopOf = (options: FakePortOneV2Options = {}) => {
  const clock = testClock()
  const memory = memoryStore()
  const commits: unknown[] = []
  const store: typeof memory = {
    ...memory,
    commit: (ops, within) => {
      commits.push(ops)
      return memory.commit(ops, within)
    },
  }
  const fake = fakePortOneV2({ clock, ...options })
  const log: LogEntry[] = []
  const delivered: PaymentEvent[] = []
  const payments = createPayments({
    store,
    gateways: { [GATEWAY]: portOneV2({ ...fake.keys, fetch: fake.fetch }) },
    refundPolicies: policies,
    clock,
    ids: testIds(),
    logger: (entry) => void log.push(entry),
    on: { '*': (event) => void delivered.push(event) },
  })
  return { clock, store, commits, fake, payments, log, delivered }
}

type Shop = ReturnType<typeof shopOf>

/** A held seat and an attempt to pay for it, whose window parameters the browser has. */
const begin = async (
  { payments, clock }: Shop,
  more: Record<string, unknown> = {},
  method: PortOneV2Method = 'CARD',
) => {
  const eventStartsAt = new Date(clock.now().getTime() + 48 * HOUR)
  const held = await payments.orders.hold({
    actor: BUYER,
    lines: [seat()],
    refundPolicy: 'ticket',
    eventStartsAt,
    ...more,
  })
  const { id: order } = held._unsafeUnwrap()
  const successUrl = 'https://shop.example/return'
  const failUrl = 'https://shop.example/fail'
  const start = { actor: BUYER, order, gateway: GATEWAY, method, successUrl, failUrl } as const
  const { attempt, checkout } = (await payments.orders.startPayment(start))._unsafeUnwrap()
  if (checkout.action !== 'window') throw new Error('no window')
  const paymentId = String(checkout.parameters['paymentId'])
  const confirmWith = (returned: Readonly<Record<string, string>>) =>
    payments.orders.confirm({ actor: BUYER, order, attemptId: attempt.id, returned })
  return { order, attempt, checkout, start, confirmWith, window: { paymentId, totalAmount: 100_000 } }
}

const deliver = async ({ fake, payments }: Shop) => {
  const answers: string[] = []
  await fake.webhooks.deliverDue(async ({ headers, rawBody }) => {
    const received = await payments.webhooks.receive(GATEWAY, { headers, rawBody })
    answers.push(received.isOk() ? received.value.status : received.error.code)
    return received.isOk() ? 200 : 503
  })
  return answers
}

const quiet = async ({ payments, clock }: Shop, minutes: number) => {
  for (let minute = 0; minute < minutes; minute += 1) {
    clock.advance(MINUTE)
    ;(await payments.jobs.run())._unsafeUnwrap()
  }
}

const statusOf = async ({ store }: Shop, order: string) => (await store.get('orders', order))?.status
const attemptStatus = async ({ store }: Shop, id: string) => (await store.get('attempts', id))?.status
const net = ({ fake }: Shop): number =>
  fake.book().reduce((sum, line) => sum + (line.kind === 'capture' ? line.amountMinor : -line.amountMinor), 0)

describe('paying through PortOne', () => {
  test('S2-43: prepare, window, return, confirm; one payment, and the browser has no secret', async () => {
    const shop = shopOf()
    const { order, attempt, checkout, confirmWith, window } = await begin(shop)
    expect(checkout).toMatchObject({ action: 'window', gateway: 'portone-v2', parameters: window })
    expect(JSON.stringify(checkout)).not.toContain(shop.fake.keys.apiSecret)
    expect(window.paymentId).toBe(attempt.id.replace('_', ''))
    const paid = (await confirmWith(shop.fake.buyer.pay(window)))._unsafeUnwrap()
    expect(paid).toMatchObject({ status: 'confirmed', order: { status: 'CONFIRMED', paidAttemptId: attempt.id } })
    expect(shop.fake.book()).toMatchObject([{ kind: 'capture', paymentId: window.paymentId, amountMinor: 100_000 }])
    expect(await statusOf(shop, order)).toBe('CONFIRMED')
  })

  test('S0-44: the return and the webhook come in either order, and the second one answers success', async () => {
    for (const webhookFirst of [true, false]) {
      const shop = shopOf()
      const { order, confirmWith, window } = await begin(shop)
      const returned = shop.fake.buyer.pay(window)
      const answers: unknown[] = []
      if (webhookFirst) answers.push(...(await deliver(shop)))
      answers.push((await confirmWith(returned))._unsafeUnwrap().status)
      if (!webhookFirst) answers.push(...(await deliver(shop)))
      // The window that opened is a notice too, and concerns nothing.
      expect(answers.sort()).toEqual(['confirmed', 'handled', 'ignored'])
      expect((await confirmWith(returned))._unsafeUnwrap().status).toBe('confirmed')
      expect(await statusOf(shop, order)).toBe('CONFIRMED')
      await shop.payments.jobs.run()
      expect(shop.delivered.filter(({ type }) => type === 'order.confirmed')).toHaveLength(1)
      expect(shop.fake.book()).toHaveLength(1)
    }
  })

  test('S0-44: both at the same time: one payment, two successes', async () => {
    const shop = shopOf()
    const { order, confirmWith, window } = await begin(shop)
    const returned = shop.fake.buyer.pay(window)
    const [confirmed, told] = await Promise.all([confirmWith(returned), deliver(shop)])
    expect(confirmed._unsafeUnwrap().status).toBe('confirmed')
    expect(told.sort()).toEqual(['handled', 'ignored'])
    expect(await statusOf(shop, order)).toBe('CONFIRMED')
  })

  test('S0-41: a browser that claims a success is not believed: PortOne is asked, and nothing was paid', async () => {
    const shop = shopOf()
    const { order, window, confirmWith } = await begin(shop)
    const claimed = { transactionType: 'PAYMENT', txId: 'tx-made-up', paymentId: window.paymentId }
    const refused = (await confirmWith(claimed))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code: 'in_progress', outcome: 'unknown' })
    expect(await statusOf(shop, order)).toBe('PAYING')
  })

  test.each([
    ['nothing at all', {}, 'return_invalid'],
    ['the payment of another order', { paymentId: 'attOther00' }, 'order_mismatch'],
    ['an issuance', { transactionType: 'ISSUE_BILLING_KEY' }, 'return_invalid'],
  ])('S0-41: %s is refused before PortOne is asked', async (name, change, code) => {
    const shop = shopOf()
    const { confirmWith, window } = await begin(shop)
    const honest = shop.fake.buyer.pay(window)
    const before = shop.log.length
    const refused = await confirmWith(name === 'nothing at all' ? {} : { ...honest, ...change })
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(shop.log).toHaveLength(before)
    expect((await confirmWith(honest))._unsafeUnwrap().status).toBe('confirmed')
  })

  test('S0-42: a window with another amount does not open, because the amount was registered', async () => {
    const shop = shopOf()
    const { confirmWith, window } = await begin(shop)
    const returned = shop.fake.buyer.pay({ ...window, totalAmount: 1 })
    expect(returned['code']).toBe('AmountNotEqualToPredefined')
    expect((await confirmWith(returned))._unsafeUnwrapErr().code).toBe('declined')
    expect(shop.fake.book()).toEqual([])
  })

  test('S0-42: money of another amount that was taken all the same confirms nothing and goes back', async () => {
    const shop = shopOf()
    const { order, confirmWith, window } = await begin(shop)
    const { apiSecret, storeId } = shop.fake.keys
    const { clock, fake } = shop
    const client = portOneV2Client({ apiSecret, storeId, clock, fetch: fake.fetch })
    const changed = { totalAmount: 99_999, currency: 'KRW' }
    ;(await client.preRegister(paymentIdOf(window.paymentId), changed, 'somebody-changed-it'))._unsafeUnwrap()
    const returned = fake.buyer.pay({ ...window, totalAmount: 99_999 })
    expect((await confirmWith(returned))._unsafeUnwrapErr().code).toBe('captured_amount_mismatch')
    expect(await statusOf(shop, order)).not.toBe('CONFIRMED')
    await quiet(shop, 2)
    expect(fake.book().map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['capture', 99_999],
      ['refund', 99_999],
    ])
  })

  test('a payment through a test channel is none in live mode', async () => {
    const shop = shopOf({ mode: 'live' })
    const { order, confirmWith, window } = await begin(shop)
    const returned = shop.fake.buyer.pay({ ...window, channelKey: shop.fake.testChannelKey })
    expect((await confirmWith(returned))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    await deliver(shop)
    expect(await statusOf(shop, order)).toBe('PAYING')
    // The window's time ends it; nothing was ever paid, and the seat is free again.
    await quiet(shop, 75)
    expect(await statusOf(shop, order)).toBe('EXPIRED')
    expect(shop.fake.book().filter(({ channelType }) => channelType === 'LIVE')).toEqual([])
  })
})

describe('a window that ends without a payment', () => {
  test('the buyer is told, and pays under the same payment id', async () => {
    const shop = shopOf()
    const { order, attempt, confirmWith, window, start } = await begin(shop)
    const declined = await confirmWith(shop.fake.buyer.fail(window))
    expect(declined._unsafeUnwrapErr()).toMatchObject({ code: 'declined', outcome: 'not_executed' })
    expect(await statusOf(shop, order)).toBe('PAYING')
    const again = (await shop.payments.orders.startPayment(start))._unsafeUnwrap()
    expect(again.attempt.id).toBe(attempt.id)
    expect((await confirmWith(shop.fake.buyer.pay(window)))._unsafeUnwrap().order.status).toBe('CONFIRMED')
    // The decline is told after the success: the record decides.
    shop.fake.webhooks.reverseNext()
    expect(await deliver(shop)).not.toContain('quarantined')
    expect(await statusOf(shop, order)).toBe('CONFIRMED')
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('a webhook of the failed try does not end the attempt while another window may pay', async () => {
    const shop = shopOf()
    const { order, attempt, confirmWith, window } = await begin(shop)
    const opened = shop.fake.buyer.open(window)
    shop.fake.buyer.fail(window)
    expect(await deliver(shop)).toContain('handled')
    expect(await attemptStatus(shop, attempt.id)).toBe('CREATED')
    if (!('transactionId' in opened)) throw new Error('no window')
    const returned = shop.fake.buyer.finish(window.paymentId, opened.transactionId)
    expect((await confirmWith(returned))._unsafeUnwrap().order.status).toBe('CONFIRMED')
    expect(await statusOf(shop, order)).toBe('CONFIRMED')
    expect(shop.fake.book()).toHaveLength(1)
  })

  test('two windows of one payment that both pay take the money once', async () => {
    const shop = shopOf()
    const { confirmWith, window } = await begin(shop)
    const [one, other] = [shop.fake.buyer.open(window), shop.fake.buyer.open(window)]
    if (!('transactionId' in one) || !('transactionId' in other)) throw new Error('no window')
    const first = shop.fake.buyer.finish(window.paymentId, one.transactionId)
    const second = shop.fake.buyer.finish(window.paymentId, other.transactionId)
    expect((await confirmWith(first))._unsafeUnwrap().status).toBe('confirmed')
    expect((await confirmWith(second))._unsafeUnwrap().status).toBe('confirmed')
    await deliver(shop)
    expect(net(shop)).toBe(100_000)
  })

  test('abandoned: the seat is kept for as long as the window may pay, and is free afterwards', async () => {
    const shop = shopOf()
    const { order, attempt, window } = await begin(shop)
    shop.fake.buyer.open(window)
    await quiet(shop, 30)
    expect(await statusOf(shop, order)).toBe('PAYING')
    const rival = await shop.payments.orders.hold({ actor: OTHER, lines: [seat()], refundPolicy: 'ticket' })
    expect(rival._unsafeUnwrapErr().code).toBe('resource_unavailable')
    await quiet(shop, 45)
    expect(await statusOf(shop, order)).toBe('EXPIRED')
    expect(await attemptStatus(shop, attempt.id)).toBe('FAILED')
  })

  test('paid after all that time: the webhook brings it, and the money goes back', async () => {
    const shop = shopOf()
    const { order, window } = await begin(shop)
    const opened = shop.fake.buyer.open(window)
    await deliver(shop)
    await quiet(shop, 75)
    expect(await statusOf(shop, order)).toBe('EXPIRED')
    if (!('transactionId' in opened)) throw new Error('no window')
    shop.fake.buyer.finish(window.paymentId, opened.transactionId)
    expect(net(shop)).toBe(100_000)
    await deliver(shop)
    await quiet(shop, 5)
    expect(net(shop)).toBe(0)
    expect(await statusOf(shop, order)).not.toBe('CONFIRMED')
  })

  test('nobody comes back and no webhook comes: the job finds the payment', async () => {
    const shop = shopOf()
    const { order, window } = await begin(shop)
    shop.fake.buyer.pay(window)
    await quiet(shop, 15)
    expect(await statusOf(shop, order)).toBe('CONFIRMED')
  })
})

describe('answers that are lost', () => {
  test.each([
    { kind: 'lost_answer' },
    { kind: 'html_before' },
    { kind: 'error_before', status: 500 },
    { kind: 'malformed_json' },
    { kind: 'wrong_shape' },
    { kind: 'rate_limited' },
    { kind: 'unreachable' },
  ] as const)('$kind at the question whether it was paid: unknown, and asked again it is confirmed', async (fault) => {
    const shop = shopOf()
    const { order, confirmWith, window } = await begin(shop)
    const returned = shop.fake.buyer.pay(window)
    shop.fake.faults.next(fault, { operation: 'getPayment' })
    expect((await confirmWith(returned))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect(await statusOf(shop, order)).toBe('PAYING')
    expect((await confirmWith(returned))._unsafeUnwrap().order.status).toBe('CONFIRMED')
    expect(net(shop)).toBe(100_000)
  })

  test('the registration of the amount fails: no window, nothing lost, and begun again it works', async () => {
    const shop = shopOf()
    shop.fake.faults.next({ kind: 'error_before', status: 500 }, { operation: 'preRegister' })
    const held = await shop.payments.orders.hold({ actor: BUYER, lines: [seat()], refundPolicy: 'digital' })
    const start = { actor: BUYER, order: held._unsafeUnwrap().id, gateway: GATEWAY } as const
    expect((await shop.payments.orders.startPayment(start)).isErr()).toBe(true)
    shop.clock.advance(1)
    expect((await shop.payments.orders.startPayment(start))._unsafeUnwrap().checkout.action).toBe('window')
  })
})

describe('webhooks', () => {
  test('a forged notice is refused, whatever it says', async () => {
    const shop = shopOf()
    const { order, window } = await begin(shop)
    const rawBody = JSON.stringify({
      type: 'Transaction.Paid',
      timestamp: shop.clock.now().toISOString(),
      data: { storeId: shop.fake.keys.storeId, paymentId: window.paymentId, transactionId: 'tx' },
    })
    const sent = await shop.payments.webhooks.receive(GATEWAY, { headers: {}, rawBody })
    expect(sent._unsafeUnwrapErr().code).toBe('signature_invalid')
    expect(await statusOf(shop, order)).toBe('PAYING')
  })

  test('a signed notice about something that did not happen changes nothing: the record decides', async () => {
    const shop = shopOf()
    const { order, window } = await begin(shop)
    shop.fake.notify('Transaction.Paid', { paymentId: window.paymentId, transactionId: 'tx' })
    expect(await deliver(shop)).toEqual(['handled'])
    expect(await statusOf(shop, order)).toBe('PAYING')
  })

  test.each(['2024-04-25', '2024-01-01', '2024-01-01-form'] as const)(
    'version %s alone confirms the order, and a duplicate is one',
    async (webhookVersion) => {
      const shop = shopOf({ webhookVersion })
      const { order, window } = await begin(shop)
      const opened = shop.fake.buyer.open(window)
      await deliver(shop)
      if (!('transactionId' in opened)) throw new Error('no window')
      shop.fake.webhooks.duplicateNext()
      shop.fake.buyer.finish(window.paymentId, opened.transactionId)
      expect(await deliver(shop)).toEqual(['handled', 'duplicate'])
      expect(await statusOf(shop, order)).toBe('CONFIRMED')
    },
  )

  test('a look-up that fails leaves the notice to the next delivery', async () => {
    const shop = shopOf()
    const { order, window } = await begin(shop)
    shop.fake.buyer.pay(window)
    shop.fake.faults.next({ kind: 'error_before', status: 500 }, { operation: 'getPayment' })
    expect(await deliver(shop)).toContain('store_unavailable')
    expect(await statusOf(shop, order)).toBe('PAYING')
    shop.clock.advance(MINUTE)
    expect(await deliver(shop)).toEqual(['handled'])
    expect(await statusOf(shop, order)).toBe('CONFIRMED')
  })

  test('S1-04: an issued billing key confirms no order and leaves no payment', async () => {
    const shop = shopOf()
    const { order } = await begin(shop)
    shop.fake.buyer.registerCard({ issueId: 'bki0000000000000000000001', customerId: BUYER.id })
    await deliver(shop)
    expect(await statusOf(shop, order)).toBe('PAYING')
    expect(shop.fake.book()).toEqual([])
    expect(shop.delivered.filter(({ type }) => type.startsWith('payment') || type === 'order.confirmed')).toEqual([])
  })
})

describe('refunds', () => {
  const bought = async (shop: Shop) => {
    const { order, attempt, confirmWith, window } = await begin(shop, { refundPolicy: 'digital' })
    ;(await confirmWith(shop.fake.buyer.pay(window)))._unsafeUnwrap()
    await deliver(shop)
    return { order, attempt, window }
  }

  test('whole: the money is back and the order REFUNDED', async () => {
    const shop = shopOf()
    const { order } = await bought(shop)
    ;(await shop.payments.refunds.refund({ actor: BUYER, order }))._unsafeUnwrap()
    expect(net(shop)).toBe(0)
    expect(await statusOf(shop, order)).toBe('REFUNDED')
    expect(await deliver(shop)).toEqual(['handled'])
  })

  test('a part at the console is learnt by webhook, and the rest goes back under the new balance', async () => {
    const shop = shopOf()
    const { order, attempt, window } = await bought(shop)
    expect(shop.fake.dashboard.cancel(window.paymentId, 30_000)).toBeUndefined()
    expect(await deliver(shop)).toEqual(['handled'])
    expect((await shop.store.get('attempts', attempt.id))?.refundedMinor).toBe(30_000)
    ;(await shop.payments.refunds.refund({ actor: BUYER, order }))._unsafeUnwrap()
    expect(net(shop)).toBe(0)
    expect(await statusOf(shop, order)).toBe('REFUNDED')
  })

  test.each([
    { kind: 'lost_answer' },
    { kind: 'error_after', status: 500 },
    { kind: 'html_after' },
    { kind: 'malformed_json' },
    { kind: 'lost_request' },
    { kind: 'error_before', status: 500 },
    { kind: 'late_execution', afterMs: 5 * MINUTE },
  ] as const)('$kind at the cancel: the money goes back once, whenever it is found out', async (fault) => {
    const shop = shopOf()
    const { order } = await bought(shop)
    shop.fake.faults.next(fault, { operation: 'cancelPayment' })
    await shop.payments.refunds.refund({ actor: BUYER, order })
    await quiet(shop, 60)
    expect(net(shop)).toBe(0)
    expect(shop.fake.book()).toHaveLength(2)
    expect(await statusOf(shop, order)).toBe('REFUNDED')
  })

  test('accepted and not yet done: it waits, and the webhook of the end completes it', async () => {
    const shop = shopOf()
    const { order, window } = await bought(shop)
    shop.fake.cancelNext('slow')
    await shop.payments.refunds.refund({ actor: BUYER, order })
    expect(net(shop)).toBe(100_000)
    expect(await statusOf(shop, order)).not.toBe('REFUNDED')
    shop.fake.dashboard.settleCancel(window.paymentId, 'SUCCEEDED')
    await deliver(shop)
    expect(net(shop)).toBe(0)
    expect(await statusOf(shop, order)).toBe('REFUNDED')
  })

  test('refused by the payment company: nothing moved, and the next refund works', async () => {
    const shop = shopOf()
    const { order } = await bought(shop)
    shop.fake.cancelNext('refused')
    await shop.payments.refunds.refund({ actor: BUYER, order })
    await quiet(shop, 1)
    expect(net(shop)).toBe(100_000)
    expect(await statusOf(shop, order)).toBe('CONFIRMED')
    ;(await shop.payments.refunds.refund({ actor: BUYER, order }))._unsafeUnwrap()
    expect(net(shop)).toBe(0)
  })
})

describe('virtual accounts', () => {
  test('the account is shown, the deposit confirms', async () => {
    const shop = shopOf()
    const { order, confirmWith, window } = await begin(shop, {}, 'VIRTUAL_ACCOUNT')
    const returned = shop.fake.buyer.pay({ ...window, payMethod: 'VIRTUAL_ACCOUNT' })
    const waiting = (await confirmWith(returned))._unsafeUnwrap()
    expect(waiting).toMatchObject({ status: 'waiting', action: 'wait_webhook', order: { status: 'PAYING' } })
    expect(waiting.deposit).toMatchObject({ bankCode: 'SHINHAN', holderName: '가짜 상점' })
    await deliver(shop)
    await quiet(shop, 120)
    expect(await statusOf(shop, order)).toBe('PAYING')
    expect(shop.fake.bank.deposit(window.paymentId)).toBe(true)
    expect(await deliver(shop)).toEqual(['handled'])
    expect(await statusOf(shop, order)).toBe('CONFIRMED')
  })

  test('no deposit by its time: the order expires without a webhook', async () => {
    const shop = shopOf()
    const { order, confirmWith, window } = await begin(shop, {}, 'VIRTUAL_ACCOUNT')
    await confirmWith(shop.fake.buyer.pay({ ...window, payMethod: 'VIRTUAL_ACCOUNT' }))
    for (let hour = 0; hour < 27; hour += 1) await quiet(shop, 60)
    expect(await statusOf(shop, order)).toBe('EXPIRED')
    expect(shop.fake.book()).toEqual([])
  })
})

test('planted secrets are in no log, error, event, stored row, checkout or inspected object', async () => {
  const apiSecret = 'PLANTED_api_secret_never_shown_31337'
  const shop = shopOf({ apiSecret })
  const seen: unknown[] = []
  const faults = ['lost_answer', 'html_after', 'wrong_shape', 'malformed_json', 'unreachable'] as const
  for (const [index, kind] of faults.entries()) {
    for (const method of ['CARD', 'VIRTUAL_ACCOUNT'] as const) {
      const lines = [seat(`${method}-${index}`)]
      const begun = await begin(shop, { lines, refundPolicy: 'digital' }, method)
      const returned = shop.fake.buyer.pay({ ...begun.window, payMethod: method })
      shop.fake.faults.next({ kind }, { operation: 'getPayment' })
      seen.push(
        begun,
        await begun.confirmWith(returned),
        await begun.confirmWith({ ...returned, paymentToken: 'PLANTED' }),
      )
      shop.fake.bank.deposit(begun.window.paymentId)
      await shop.fake.webhooks.deliverDue(async ({ headers, rawBody }) => {
        seen.push(await shop.payments.webhooks.receive(GATEWAY, { headers, rawBody }))
        return 200
      })
      shop.fake.faults.next({ kind }, { operation: 'cancelPayment' })
      seen.push(await shop.payments.refunds.refund({ actor: BUYER, order: begun.order }))
    }
  }
  shop.fake.notify('BillingKey.Issued', { billingKey: 'billing-key-PLANTED' })
  await deliver(shop)
  await quiet(shop, 2)
  expect(shop.log.length).toBeGreaterThan(20)
  expect(shop.commits.length).toBeGreaterThan(20)
  const { webhookSecret } = shop.fake.keys
  const text = [seen, shop.log, shop.delivered, shop.commits, shop.payments].map((value) =>
    inspect(value, { depth: 12, showHidden: true, maxArrayLength: null, maxStringLength: null }),
  )
  for (const secret of ['PLANTED', webhookSecret, webhookSecret.slice(6), atob(webhookSecret.slice(6))]) {
    expect(text.map((part) => part.includes(secret))).toEqual([false, false, false, false, false])
  }
})
