import { inspect } from 'node:util'
import { createPayments, krw, type LogEntry } from 'holdfast'
import { never, withinDays } from 'holdfast/policies'
import { memoryStore } from 'holdfast/storage/memory'
import { testClock, testIds } from 'holdfast/testing'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/providers/fake/faults'
import { payple } from '../../src/providers/payple'
import { type FakePaypleOptions, fakePayple } from '../../src/providers/payple/fake'
import { ADMIN, BUYER, HOUR, MINUTE, OTHER, seat } from './world'

/** An engine on a fresh store with Payple alone, on a clock that stands still. */
const shop = (options: FakePaypleOptions = {}) => {
  const clock = testClock()
  const store = memoryStore()
  const fake = fakePayple({ clock, ...options })
  const ids = testIds()
  const start = () =>
    createPayments({
      store,
      gateways: { payple: payple({ ...fake.keys, fetch: fake.fetch }) },
      refundPolicies: { week: withinDays(7), none: never() },
      clock,
      ids,
    })
  return { clock, store, fake, start, payments: start() }
}
type Shop = ReturnType<typeof shop>

const hold = async ({ payments }: Shop, more: Record<string, unknown> = {}, actor = BUYER) =>
  (await payments.orders.hold({ actor, lines: [seat()], refundPolicy: 'week', ...more }))._unsafeUnwrap()

/** The order with an attempt whose buyer has authenticated: what the window brought back. */
const authorize = async (
  w: Shop,
  order: string,
  more: { readonly amount?: number; readonly outcome?: string } = {},
) => {
  const started = await w.payments.orders.startPayment({
    actor: BUYER,
    order,
    gateway: 'payple',
    method: 'CARD',
    successUrl: 'https://shop.example/payple/result',
  })
  const { attempt, checkout } = started._unsafeUnwrap()
  const returned = w.fake.buyer.authorize({ orderId: attempt.id, amount: attempt.amount.amountMinor, ...more })
  return { attempt, checkout, returned, input: { actor: BUYER, order, attemptId: attempt.id, returned } }
}

const buy = async (w: Shop, more: Record<string, unknown> = {}) => {
  const held = await hold(w, more)
  const { input, attempt } = await authorize(w, held.id)
  ;(await w.payments.orders.confirm(input))._unsafeUnwrap()
  return { order: held.id, attempt: attempt.id }
}

const statusOf = async (w: Shop, order: string) => (await w.store.get('orders', order))?.status
const attemptStatus = async (w: Shop, id: string) => (await w.store.get('attempts', id))?.status
const net = ({ fake }: Shop): number =>
  fake.book().reduce((sum, { kind, amountMinor }) => sum + (kind === 'capture' ? amountMinor : -amountMinor), 0)
const lines = ({ fake }: Shop) => fake.book().map(({ kind, amountMinor }) => [kind, amountMinor])

const quiet = async ({ payments, clock }: Shop, minutes = 60): Promise<void> => {
  for (let minute = 0; minute < minutes; minute += 1) {
    clock.advance(MINUTE)
    ;(await payments.jobs.run())._unsafeUnwrap()
  }
}

/** Hands every webhook that is due to the engine, and gives the answers. */
const deliver = async ({ fake, payments }: Shop) => {
  const answers: string[] = []
  await fake.webhooks.deliverDue(async ({ headers, rawBody }) => {
    const received = await payments.webhooks.receive('payple', { headers, rawBody })
    answers.push(received.isOk() ? received.value.status : received.error.code)
    return received.isOk() ? 200 : 503
  })
  return answers
}

describe('paying through Payple', () => {
  test('window, return, confirm: the money is taken once, and no secret is in the checkout', async () => {
    const w = shop()
    const held = await hold(w)
    const { attempt, checkout, input } = await authorize(w, held.id)
    expect(checkout).toMatchObject({
      action: 'window',
      gateway: 'payple',
      parameters: { PCD_PAY_OID: attempt.id, PCD_PAY_WORK: 'CERT', PCD_PAY_TOTAL: 100_000 },
    })
    const { cstId, custKey, refundKey } = w.fake.keys
    for (const secret of [cstId, custKey, refundKey]) expect(JSON.stringify(checkout)).not.toContain(secret)
    const confirmed = (await w.payments.orders.confirm(input))._unsafeUnwrap()
    expect(confirmed).toMatchObject({ status: 'confirmed', order: { status: 'CONFIRMED', paidAttemptId: attempt.id } })
    expect(lines(w)).toEqual([['capture', 100_000]])
  })

  test('confirmed in two tabs of two processes: one payment', async () => {
    const w = shop()
    const held = await hold(w)
    const { input } = await authorize(w, held.id)
    const [first, second] = await Promise.all([w.payments.orders.confirm(input), w.start().orders.confirm(input)])
    const answers = [first, second].map((it) => (it.isOk() ? it.value.status : it.error.code))
    expect(answers).toContain('confirmed')
    expect((await w.payments.orders.confirm(input))._unsafeUnwrap().status).toBe('confirmed')
    expect(lines(w)).toEqual([['capture', 100_000]])
  })

  test('S0-41 S0-42: a return that says another amount is refused before Payple is asked; the honest one works', async () => {
    const w = shop()
    const held = await hold(w)
    const { input } = await authorize(w, held.id)
    const forged = { ...input, returned: { ...input.returned, PCD_PAY_TOTAL: '1' } }
    expect((await w.payments.orders.confirm(forged))._unsafeUnwrapErr()).toMatchObject({ code: 'amount_mismatch' })
    expect(w.fake.book()).toEqual([])
    expect((await w.payments.orders.confirm(input))._unsafeUnwrap().status).toBe('confirmed')
  })

  test('S0-42: a window opened with a lower amount never confirms the order, and what was taken goes back', async () => {
    const w = shop()
    const held = await hold(w)
    const { input } = await authorize(w, held.id, { amount: 100 })
    const lied = { ...input, returned: { ...input.returned, PCD_PAY_TOTAL: '100000' } }
    expect((await w.payments.orders.confirm(lied))._unsafeUnwrapErr()).toMatchObject({
      code: 'captured_amount_mismatch',
    })
    expect(await statusOf(w, held.id)).not.toBe('CONFIRMED')
    expect(lines(w)).toEqual([
      ['capture', 100],
      ['refund', 100],
    ])
  })

  test('a decline leaves the order payable, and the next attempt has a new order id at Payple', async () => {
    const w = shop()
    const held = await hold(w)
    const first = await authorize(w, held.id, { outcome: '3151' })
    expect((await w.payments.orders.confirm(first.input))._unsafeUnwrapErr()).toMatchObject({
      code: 'declined',
      providerCode: '3151',
    })
    const second = await authorize(w, held.id)
    expect(second.attempt.id).not.toBe(first.attempt.id)
    expect((await w.payments.orders.confirm(second.input))._unsafeUnwrap().order.status).toBe('CONFIRMED')
    expect(lines(w)).toEqual([['capture', 100_000]])
  })

  test('a buyer who closes the window has paid nothing, and the abandoned order expires', async () => {
    const w = shop()
    const held = await hold(w)
    const { attempt, input } = await authorize(w, held.id)
    const closed = { ...input, returned: w.fake.buyer.close(attempt.id) }
    expect((await w.payments.orders.confirm(closed))._unsafeUnwrapErr()).toMatchObject({ code: 'declined' })
    await quiet(w, 40)
    expect(await statusOf(w, held.id)).toBe('EXPIRED')
    expect(w.fake.book()).toEqual([])
    const rival = await w.payments.orders.hold({ actor: OTHER, lines: [seat()], refundPolicy: 'week' })
    expect(rival.isOk()).toBe(true)
  })
})

describe('answers that are lost', () => {
  const executed: readonly (readonly [string, Fault])[] = [
    ['a lost answer', { kind: 'lost_answer' }],
    ['a 500 after the approval', { kind: 'error_after', status: 500 }],
    ['an HTML page after the approval', { kind: 'html_after' }],
    ['broken JSON', { kind: 'malformed_json' }],
    ['a wrong shape', { kind: 'wrong_shape' }],
  ]
  test.each(executed)('%s is unknown, and a look-up confirms without a second charge', async (_name, fault) => {
    const w = shop()
    const held = await hold(w)
    const { attempt, input } = await authorize(w, held.id)
    w.fake.faults.next(fault, { operation: 'confirmPayment' })
    expect((await w.payments.orders.confirm(input))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect(await attemptStatus(w, attempt.id)).toBe('UNKNOWN')
    expect(await statusOf(w, held.id)).toBe('PAYING')
    expect((await w.payments.orders.confirm(input))._unsafeUnwrap().order.status).toBe('CONFIRMED')
    expect(lines(w)).toEqual([['capture', 100_000]])
  })

  test('the buyer never comes back: the job confirms', async () => {
    const w = shop()
    const held = await hold(w)
    const { input } = await authorize(w, held.id)
    w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    await quiet(w, 3)
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
    expect(net(w)).toBe(100_000)
  })

  test('the request was lost: it is not sent again, and fails when Payple’s own window has passed', async () => {
    const w = shop()
    const held = await hold(w, { holdMs: HOUR })
    const { attempt, input } = await authorize(w, held.id)
    w.fake.faults.next({ kind: 'lost_request' }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    expect((await w.payments.orders.confirm(input))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    await quiet(w, 5)
    expect(await attemptStatus(w, attempt.id)).toBe('UNKNOWN')
    await quiet(w, 25)
    expect(await attemptStatus(w, attempt.id)).toBe('FAILED')
    expect(w.fake.book()).toEqual([])
    const again = await authorize(w, held.id)
    expect((await w.payments.orders.confirm(again.input))._unsafeUnwrap().order.status).toBe('CONFIRMED')
  })

  test('a look-up that finds nothing is no fence: a late approval never meets a sold seat', async () => {
    const w = shop()
    const held = await hold(w)
    const { input } = await authorize(w, held.id)
    w.clock.advance(4 * MINUTE)
    w.fake.faults.next({ kind: 'late_execution', afterMs: 5 * MINUTE }, { operation: 'confirmPayment' })
    expect((await w.payments.orders.confirm(input))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    w.clock.advance(3 * MINUTE)
    await w.payments.jobs.run()
    const rival = await w.payments.orders.hold({ actor: OTHER, lines: [seat()], refundPolicy: 'week' })
    expect(rival._unsafeUnwrapErr().code).toBe('resource_unavailable')
    await quiet(w, 30)
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
    expect(net(w)).toBe(100_000)
  })

  test('a "not found" that nobody has looked up closes nothing, however long it is said', async () => {
    const w = shop({ notFoundCode: 'PCHK0009' })
    const held = await hold(w, { holdMs: HOUR })
    const { attempt, input } = await authorize(w, held.id)
    w.fake.faults.next({ kind: 'lost_request' }, { operation: 'confirmPayment' })
    await w.payments.orders.confirm(input)
    await quiet(w, 40)
    expect(await attemptStatus(w, attempt.id)).toBe('UNKNOWN')
  })
})

describe('refunds', () => {
  const refund = (w: Shop, order: string, amount?: number) =>
    w.payments.refunds.refund({ actor: ADMIN, order, ...(amount === undefined ? {} : { amount: krw(amount) }) })
  const refundsOf = (w: Shop, order: string) =>
    w.store.find('refunds', { index: 'byOrder', where: { orderId: order }, limit: 10 })

  test('S0-11: the whole payment goes back, and the trade number is stored with the refund', async () => {
    const w = shop()
    const { order } = await buy(w)
    expect((await refund(w, order))._unsafeUnwrap().order.status).toBe('REFUNDED')
    const cancel = w.fake.payments()[0]?.cancels[0]
    expect(await refundsOf(w, order)).toMatchObject([
      {
        status: 'COMPLETED',
        providerRef: expect.stringMatching(`^${cancel?.tradeNumber}:rfd_`),
        providerCode: 'PAYC0000',
      },
    ])
    expect(net(w)).toBe(0)
  })

  test('in parts, each once, until nothing is left', async () => {
    const w = shop()
    const { order } = await buy(w)
    for (const amount of [30_000, 30_000]) expect((await refund(w, order, amount)).isOk()).toBe(true)
    expect((await refund(w, order, 40_000))._unsafeUnwrap().order.status).toBe('REFUNDED')
    expect(lines(w).slice(1)).toEqual([
      ['refund', 30_000],
      ['refund', 30_000],
      ['refund', 40_000],
    ])
  })

  const lost: readonly (readonly [string, Fault])[] = [
    ['the answer is lost', { kind: 'lost_answer' }],
    ['Payple answers 500 after refunding', { kind: 'error_after', status: 500 }],
    ['a page comes instead of JSON', { kind: 'html_after' }],
    ['the request is lost', { kind: 'lost_request' }],
  ]
  test.each(lost)(
    '%s: the whole payment goes back once, by a repeat that Payple refuses or carries out',
    async (_, fault) => {
      const w = shop()
      const { order } = await buy(w)
      w.fake.faults.next(fault, { operation: 'cancelPayment' })
      expect((await refund(w, order))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
      await quiet(w, 30)
      expect(await statusOf(w, order)).toBe('REFUNDED')
      expect(lines(w).slice(1)).toEqual([['refund', 100_000]])
    },
  )

  test.each(lost.slice(0, 3))('%s of a small part: it is never sent again, and a person is told', async (_, fault) => {
    const w = shop()
    const { order } = await buy(w)
    w.fake.faults.next(fault, { operation: 'cancelPayment' })
    expect((await refund(w, order, 10_000))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    for (let hour = 0; hour < 12; hour += 1) await quiet(w)
    expect(lines(w).slice(1)).toEqual([['refund', 10_000]])
    expect(await refundsOf(w, order)).toMatchObject([{ status: 'UNKNOWN' }])
    const alerts = (await w.payments.admin.alerts({ actor: ADMIN }))._unsafeUnwrap()
    expect(alerts.length).toBeGreaterThan(0)
  })

  test('the demo account refuses a part: nothing moved, and the order is as it was', async () => {
    const w = shop({ partialCancel: false })
    const { order } = await buy(w)
    expect((await refund(w, order, 1_000))._unsafeUnwrapErr()).toMatchObject({ providerCode: '1144' })
    expect(await statusOf(w, order)).toBe('CONFIRMED')
    expect((await refund(w, order))._unsafeUnwrap().order.status).toBe('REFUNDED')
  })

  test('refunded in the partner admin: the webhook changes nothing, and our refund then finds it gone', async () => {
    const w = shop()
    const { order, attempt } = await buy(w)
    await deliver(w)
    expect(w.fake.dashboard.cancel(attempt)).toBeUndefined()
    expect(await deliver(w)).toEqual(['handled'])
    expect(await statusOf(w, order)).toBe('CONFIRMED')
    expect((await refund(w, order))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    await quiet(w, 30)
    expect(await statusOf(w, order)).toBe('REFUNDED')
    expect(lines(w).slice(1)).toEqual([['refund', 100_000]])
  })

  test('the next settlement is too small: the refund waits, and works once there is enough', async () => {
    const w = shop()
    const { order } = await buy(w)
    w.fake.bank.limitSettlement(1_000)
    expect((await refund(w, order))._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    w.fake.bank.limitSettlement(null)
    await quiet(w, 30)
    expect(await statusOf(w, order)).toBe('REFUNDED')
    expect(net(w)).toBe(0)
  })
})

describe('webhooks', () => {
  test.each(['json', 'form'] as const)(
    'as %s: the webhook comes first and confirms by a look-up',
    async (webhookFormat) => {
      const w = shop({ webhookFormat })
      const held = await hold(w)
      const { input } = await authorize(w, held.id)
      // The buyer's authentication is told like a payment, and no money has moved.
      expect(await deliver(w)).toEqual(['handled'])
      expect(await statusOf(w, held.id)).toBe('PAYING')
      w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
      await w.payments.orders.confirm(input)
      expect(await deliver(w)).toEqual(['handled'])
      expect(await statusOf(w, held.id)).toBe('CONFIRMED')
      expect((await w.payments.orders.confirm(input))._unsafeUnwrap().status).toBe('confirmed')
      expect(lines(w)).toEqual([['capture', 100_000]])
    },
  )

  test('late, twice and in the wrong order, they change nothing that is settled', async () => {
    const w = shop()
    w.fake.webhooks.loseNext()
    w.fake.webhooks.loseNext()
    const { order } = await buy(w)
    w.fake.webhooks.duplicateNext(2)
    ;(await w.payments.refunds.refund({ actor: ADMIN, order }))._unsafeUnwrap()
    w.fake.webhooks.reverseNext()
    w.clock.advance(HOUR)
    const answers = await deliver(w)
    expect(answers.filter((answer) => answer === 'duplicate')).toHaveLength(2)
    expect(await statusOf(w, order)).toBe('REFUNDED')
    expect(net(w)).toBe(0)
  })

  test('a forged notice changes nothing: Payple’s own record decides', async () => {
    const w = shop()
    const held = await hold(w)
    const { attempt } = await authorize(w, held.id)
    const forged = {
      PCD_PAY_RST: 'success',
      PCD_PAY_CODE: 'SPCD0000',
      PCD_PAY_OID: attempt.id,
      PCD_PAY_TOTAL: '100000',
    }
    const received = await w.payments.webhooks.receive('payple', { headers: {}, rawBody: JSON.stringify(forged) })
    expect(received._unsafeUnwrap().status).toBe('handled')
    expect(await statusOf(w, held.id)).toBe('PAYING')
    const unreadable = await w.payments.webhooks.receive('payple', { headers: {}, rawBody: '{' })
    expect(unreadable._unsafeUnwrapErr().code).toBe('unreadable_body')
  })

  test('a return put together from two payments: the one whose money it took is found without a webhook', async () => {
    const w = shop()
    const first = await authorize(w, (await hold(w)).id)
    const second = await authorize(w, (await hold(w, { lines: [seat('A-2')] })).id)
    const { PCD_AUTH_KEY, PCD_PAY_REQKEY } = first.returned
    const mixed = { ...second.returned, PCD_AUTH_KEY: PCD_AUTH_KEY ?? '', PCD_PAY_REQKEY: PCD_PAY_REQKEY ?? '' }
    const answer = await w.payments.orders.confirm({ ...second.input, returned: mixed })
    expect(answer._unsafeUnwrapErr()).toMatchObject({ outcome: 'unknown' })
    expect(w.fake.book().map(({ orderId }) => orderId)).toEqual([first.attempt.id])
    expect(await statusOf(w, first.input.order)).toBe('CONFIRMED')
    expect(await statusOf(w, second.input.order)).toBe('PAYING')
    await quiet(w)
    expect(await statusOf(w, second.input.order)).toBe('EXPIRED')
    expect(w.fake.book()).toHaveLength(1)
  })

  test('a buyer who changed the window to take the money at once: the webhook brings it to light', async () => {
    const w = shop()
    const held = await hold(w)
    const { attempt } = (
      await w.payments.orders.startPayment({
        actor: BUYER,
        order: held.id,
        gateway: 'payple',
        successUrl: 'https://shop.example/payple/result',
      })
    )._unsafeUnwrap()
    const returned = w.fake.buyer.pay({ orderId: attempt.id, amount: 100_000 })
    const refused = await w.payments.orders.confirm({ actor: BUYER, order: held.id, attemptId: attempt.id, returned })
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'return_invalid' })
    expect(await deliver(w)).toEqual(['handled'])
    expect(await statusOf(w, held.id)).toBe('CONFIRMED')
  })
})

test('planted secrets are in no log, error, event, stored row, checkout or printed object', async () => {
  const clock = testClock()
  const planted = ['PLANTEDcst', 'PLANTEDcust', 'PLANTEDrefund'] as const
  const [cstId, custKey, refundKey] = planted
  const fake = fakePayple({ clock, cstId, custKey, refundKey })
  const gateway = payple({ ...fake.keys, fetch: fake.fetch })
  const seen: unknown[] = [gateway]
  const log: LogEntry[] = []
  const store = memoryStore()
  const payments = createPayments({
    store: {
      ...store,
      commit: (ops, within) => {
        seen.push(ops)
        return store.commit(ops, within)
      },
    },
    gateways: { payple: gateway },
    refundPolicies: { week: withinDays(7) },
    clock,
    ids: testIds(),
    logger: (entry) => void log.push(entry),
    on: { '*': (event) => void seen.push(event) },
  })
  const w = { clock, store, fake, payments } as unknown as Shop
  const faults: readonly (Fault | null)[] = [
    null,
    { kind: 'lost_answer' },
    { kind: 'html_after' },
    { kind: 'wrong_shape' },
  ]
  const keys: string[] = []
  for (const [index, fault] of faults.entries()) {
    const held = await hold(w, { lines: [seat(`A-${index}`)] })
    const { input, returned, checkout } = await authorize(w, held.id)
    keys.push(returned['PCD_AUTH_KEY'] ?? '', returned['PCD_PAY_REQKEY'] ?? '')
    if (fault !== null) fake.faults.next(fault, { operation: 'confirmPayment' })
    seen.push(checkout, await payments.orders.confirm(input), await payments.orders.confirm(input))
    seen.push(await deliver(w))
    if (fault !== null) fake.faults.next(fault, { operation: 'cancelPayment' })
    seen.push(await payments.refunds.refund({ actor: ADMIN, order: held.id }))
    seen.push(await deliver(w))
  }
  expect(log.length).toBeGreaterThan(10)
  const text = inspect([seen, log, payments], {
    depth: 12,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
  })
  const tokens = fake.save().match(/authkey\d{8}(?:0f)+|encoded-c\w+-\w+-\d+/g) ?? []
  expect(tokens.length).toBeGreaterThan(3)
  for (const needle of [...planted, ...keys, ...tokens]) expect(text).not.toContain(needle)
})
