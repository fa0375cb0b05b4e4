import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Attempt } from '../../../src/core/attempt'
import { krw, usd } from '../../../src/core/money'
import { type MockOptions, mock } from '../../../src/providers/mock'
import { memoryStore } from '../../../src/storage/memory'
import { attempt as anyAttempt, refund as anyRefund, connect, START, steppedClock } from '../wallet/fixtures'

const attempt = (changes: Partial<Attempt> = {}) => anyAttempt({ gateway: 'mock', method: 'CARD', ...changes })
const context = {
  title: 'A ticket',
  successUrl: 'https://shop.example/done?a=1&b=2',
  failUrl: 'https://shop.example/failed',
  customer: null,
}

const provider = (options: MockOptions = {}) => {
  const gateway = mock(options)
  const clock = steppedClock()
  const connected = connect(gateway, { clock })
  const giveBack = (changes: Parameters<typeof anyRefund>[0] = {}) =>
    connected.refund(anyRefund(changes), { attempt: attempt(), refundable: krw(110_000), refundAccount: null })
  return { gateway, clock, ...connected, giveBack }
}
const money = ({ gateway }: ReturnType<typeof provider>) =>
  gateway.book().map(({ kind, amount }) => [kind, amount.amountMinor])

const approved = {
  status: 'approved',
  providerRef: 'mock:att_1',
  captured: krw(110_000),
  approvedAt: START,
  method: 'CARD',
}

describe('without a script', () => {
  test('E-36: pays and refunds by CARD in its own book, and touches no wallet', async () => {
    const store = memoryStore()
    const gateway = mock()
    const { confirm, refund } = connect(gateway, { store })
    expect((await confirm(attempt(), {}))._unsafeUnwrap()).toEqual(approved)
    const given = await refund(anyRefund(), { attempt: attempt(), refundable: krw(110_000), refundAccount: null })
    expect(given._unsafeUnwrap()).toMatchObject({ status: 'completed', refundId: 'rfd_1' })
    const line = { attemptId: 'att_1', amount: krw(110_000), method: 'CARD', at: START }
    expect(gateway.book()).toEqual([
      { ...line, kind: 'PAYMENT', refundId: null },
      { ...line, kind: 'REFUND', refundId: 'rfd_1' },
    ])
    expect(await store.get('walletAccounts', 'mina:KRW')).toBeUndefined()
    const lines = await store.find('ledgerEntries', { index: 'byAccount', where: { accountId: 'mina:KRW' }, limit: 1 })
    expect(lines).toEqual([])
  })

  test('a repeat, with the same key or a new one, captures nothing again', async () => {
    const mocked = provider()
    const first = await mocked.confirm(attempt(), {})
    mocked.gateway.script({ step: 'decline', code: 'NO' })
    expect(await mocked.confirm(attempt(), {})).toEqual(first)
    expect(await mocked.confirm(attempt({ keyGeneration: 1 }), {})).toEqual(first)
    expect(money(mocked)).toEqual([['PAYMENT', 110_000]])
  })

  test('the same attempt with another amount is refused', async () => {
    const mocked = provider()
    await mocked.confirm(attempt(), {})
    for (const amount of [krw(110_001), usd(110_000)]) {
      expect((await mocked.confirm(attempt({ amount }), {}))._unsafeUnwrapErr().code).toBe('amount_mismatch')
    }
    expect(money(mocked)).toHaveLength(1)
  })

  test('a look-up finds nothing before, the payment after, and its refunds', async () => {
    const { confirm, lookup, giveBack } = provider()
    expect((await lookup(attempt()))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    await confirm(attempt(), {})
    const given = (await giveBack({ amount: krw(1_000) }))._unsafeUnwrap()
    expect((await lookup(attempt()))._unsafeUnwrap()).toEqual({ ...approved, refunds: [given] })
  })

  test('a method it does not have is refused, at the beginning and when paying', async () => {
    const mocked = provider()
    const strange = attempt({ method: 'BITCOIN' })
    expect((await mocked.begin(strange, context))._unsafeUnwrapErr().code).toBe('method_unavailable')
    expect((await mocked.confirm(strange, {}))._unsafeUnwrapErr().code).toBe('method_unavailable')
    expect((await mocked.confirm(attempt({ method: 'KAKAOPAY' }), {})).isOk()).toBe(true)
  })
})

describe('where the buyer goes', () => {
  test('nowhere, when our confirm takes the money', async () => {
    expect((await provider().begin(attempt(), context))._unsafeUnwrap()).toEqual({ action: 'none' })
  })

  test('E-26 S3-16 S3-17: live, a redirect to the checkout that carries order, method, attempt and the addresses', async () => {
    const mocked = provider({
      capturedBy: 'buyer',
      live: true,
      checkoutUrl: 'https://pay.example/checkout?shop=7',
      callbackUrl: 'https://shop.example/hooks/mock',
      cancelUrl: 'https://shop.example/cancel?가=나',
      webhookSecret: 'planted-secret',
    })
    const checkout = (await mocked.begin(attempt(), context))._unsafeUnwrap()
    if (checkout.action !== 'redirect') throw new Error('expected a redirect')
    expect(checkout.url.startsWith('https://pay.example/checkout?shop=7&')).toBe(true)
    expect(Object.fromEntries(new URL(checkout.url).searchParams)).toEqual({
      shop: '7',
      orderId: 'ord_1',
      attemptId: 'att_1',
      method: 'CARD',
      amount: '110000',
      currency: 'KRW',
      callbackUrl: 'https://shop.example/hooks/mock',
      successUrl: 'https://shop.example/done?a=1&b=2',
      cancelUrl: 'https://shop.example/cancel?가=나',
      failUrl: 'https://shop.example/failed',
    })
    expect(checkout.url).not.toContain('planted-secret')
    expect((await mocked.lookup(attempt()))._unsafeUnwrap()).toEqual({ status: 'open' })
    expect(mocked.gateway.book()).toEqual([])
  })

  test('E-27 S3-16: not live, nowhere: the notice will tell', async () => {
    const { begin } = provider({ capturedBy: 'buyer', live: false, checkoutUrl: 'https://pay.example' })
    expect((await begin(attempt(), context))._unsafeUnwrap()).toEqual({ action: 'wait_webhook' })
  })

  test('E-37: then a confirm by CARD waits, no money has moved and no wallet was touched', async () => {
    const store = memoryStore()
    const gateway = mock({ capturedBy: 'buyer' })
    const { begin, confirm, lookup } = connect(gateway, { store })
    await begin(attempt(), context)
    const waiting = { status: 'waiting', providerRef: 'mock:att_1', dueAt: null, deposit: null }
    expect((await confirm(attempt(), {}))._unsafeUnwrap()).toEqual(waiting)
    expect((await lookup(attempt()))._unsafeUnwrap()).toEqual({ ...waiting, expired: false })
    expect(gateway.book()).toEqual([])
    expect(await store.get('walletAccounts', 'mina:KRW')).toBeUndefined()
  })

  test('what comes back must not name another payment or amount (S2-11, S3-17)', async () => {
    const mocked = provider()
    const code = (returned: Record<string, string>) =>
      mocked.readReturn(attempt(), returned).match(
        () => 'accepted',
        (error) => error.code,
      )
    expect(code({})).toBe('accepted')
    expect(code({ attemptId: 'att_1', orderId: 'ord_1', amount: '110000', currency: 'KRW' })).toBe('accepted')
    expect(code({ attemptId: 'att_2' })).toBe('order_mismatch')
    expect(code({ orderId: 'ord_2' })).toBe('order_mismatch')
    expect(code({ amount: '1' })).toBe('amount_mismatch')
    expect(code({ currency: 'USD' })).toBe('amount_mismatch')
    expect((await mocked.confirm(attempt(), { amount: '1' }))._unsafeUnwrapErr().code).toBe('amount_mismatch')
    expect(mocked.gateway.book()).toEqual([])
  })
})

describe('a script', () => {
  test('is used one step per charge, in order, and then it approves', async () => {
    const mocked = provider({ script: [{ step: 'decline', code: 'LIMIT' }] })
    mocked.gateway.script({ step: 'decline', code: 'STOLEN' })
    const pay = async (id: string) =>
      (await mocked.confirm(attempt({ id }), {})).match(
        ({ status }) => status,
        ({ providerCode }) => providerCode,
      )
    expect([await pay('a'), await pay('b'), await pay('c')]).toEqual(['LIMIT', 'STOLEN', 'approved'])
  })

  test('decline: nothing moved, and the attempt stays declined whatever key it is asked with', async () => {
    const mocked = provider({ script: [{ step: 'decline', code: 'LIMIT' }] })
    const declined = await mocked.confirm(attempt(), {})
    expect(declined._unsafeUnwrapErr()).toMatchObject({
      code: 'declined',
      outcome: 'not_executed',
      providerCode: 'LIMIT',
    })
    expect(await mocked.confirm(attempt({ keyGeneration: 1 }), {})).toEqual(declined)
    expect((await mocked.lookup(attempt()))._unsafeUnwrap()).toEqual({ status: 'failed', code: 'LIMIT' })
    expect(money(mocked)).toEqual([])
  })

  test('time_out, executed: the answer is lost, the money is not', async () => {
    const mocked = provider({ script: [{ step: 'time_out', executed: true }] })
    expect((await mocked.confirm(attempt(), {}))._unsafeUnwrapErr()).toMatchObject({
      code: 'timeout',
      outcome: 'unknown',
    })
    expect((await mocked.lookup(attempt()))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    expect((await mocked.confirm(attempt(), {}))._unsafeUnwrap()).toEqual(approved)
    expect(money(mocked)).toEqual([['PAYMENT', 110_000]])
  })

  test('time_out, not executed: nothing moved, and a repeat starts anew', async () => {
    const mocked = provider({ script: [{ step: 'time_out', executed: false }] })
    expect((await mocked.confirm(attempt(), {}))._unsafeUnwrapErr().outcome).toBe('unknown')
    expect((await mocked.lookup(attempt()))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    expect((await mocked.confirm(attempt(), {})).isOk()).toBe(true)
    expect(money(mocked)).toEqual([['PAYMENT', 110_000]])
  })

  test('answer_late: a look-up finds nothing, and then the money is taken all the same', async () => {
    const mocked = provider({ script: [{ step: 'answer_late', executeAfterMs: 5_000 }] })
    expect((await mocked.confirm(attempt(), {}))._unsafeUnwrapErr().code).toBe('timeout')
    expect((await mocked.confirm(attempt(), {}))._unsafeUnwrapErr()).toMatchObject({
      code: 'in_progress',
      outcome: 'unknown',
    })
    mocked.clock.advance(4_999)
    expect((await mocked.lookup(attempt()))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    expect(money(mocked)).toEqual([])
    mocked.clock.advance(1)
    expect((await mocked.lookup(attempt()))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    expect(money(mocked)).toEqual([['PAYMENT', 110_000]])
  })

  test('answer_late: a void before that keeps the money where it is', async () => {
    const mocked = provider({ script: [{ step: 'answer_late', executeAfterMs: 5_000 }] })
    await mocked.confirm(attempt(), {})
    expect((await mocked.void?.(attempt()))?.isOk()).toBe(true)
    mocked.clock.advance(60_000)
    expect(money(mocked)).toEqual([])
    expect((await mocked.confirm(attempt(), {}))._unsafeUnwrapErr()).toMatchObject({ providerCode: 'voided' })
    expect((await mocked.lookup(attempt()))._unsafeUnwrap()).toEqual({ status: 'failed', code: 'voided' })
  })

  test.each([
    [999, 'approved'],
    [1_000, 'failed'],
    [1_001, 'failed'],
  ])('answer_late: %d ms after a request with a window of 1,000 ms it is %s', async (executeAfterMs, status) => {
    const mocked = provider({ chargeWindowMs: 1_000, script: [{ step: 'answer_late', executeAfterMs }] })
    await mocked.confirm(attempt(), {})
    mocked.clock.advance(2_000)
    expect((await mocked.lookup(attempt()))._unsafeUnwrap().status).toBe(status)
    expect(money(mocked)).toHaveLength(status === 'approved' ? 1 : 0)
  })

  test('contradict: says approved, then failed; the book knows', async () => {
    const mocked = provider({ script: [{ step: 'contradict' }] })
    expect((await mocked.confirm(attempt(), {}))._unsafeUnwrap().status).toBe('approved')
    expect((await mocked.lookup(attempt()))._unsafeUnwrap()).toEqual({ status: 'failed', code: 'contradicted' })
    expect(money(mocked)).toEqual([['PAYMENT', 110_000]])
  })

  test('lookup_time_out: one look-up stays without an answer', async () => {
    const { lookup } = provider({ script: [{ step: 'lookup_time_out' }] })
    expect((await lookup(attempt()))._unsafeUnwrapErr()).toMatchObject({ code: 'timeout', outcome: 'unknown' })
    expect((await lookup(attempt())).isOk()).toBe(true)
  })
})

describe('waiting and settling', () => {
  test('settled as approved: the money is there, and a repeat of confirm says so', async () => {
    const mocked = provider({ script: [{ step: 'wait' }] })
    expect((await mocked.confirm(attempt(), {}))._unsafeUnwrap().status).toBe('waiting')
    expect((await mocked.confirm(attempt(), {}))._unsafeUnwrap().status).toBe('waiting')
    expect(mocked.gateway.settle('att_1', 'approved').isOk()).toBe(true)
    expect((await mocked.confirm(attempt(), {}))._unsafeUnwrap()).toEqual(approved)
    expect(money(mocked)).toEqual([['PAYMENT', 110_000]])
  })

  test('settled as failed: declined, and nothing moved', async () => {
    const mocked = provider({ capturedBy: 'buyer' })
    await mocked.begin(attempt(), context)
    expect(mocked.gateway.settle('att_1', 'failed').isOk()).toBe(true)
    expect((await mocked.confirm(attempt(), {}))._unsafeUnwrapErr().code).toBe('declined')
    expect(money(mocked)).toEqual([])
  })

  test('what is unknown, settled or voided cannot be settled', async () => {
    const mocked = provider({ capturedBy: 'buyer' })
    expect(mock().settle('att_1', 'approved')._unsafeUnwrapErr()).toEqual({ code: 'not_found' })
    expect(mocked.gateway.settle('att_1', 'approved')._unsafeUnwrapErr()).toEqual({ code: 'not_found' })
    await mocked.begin(attempt(), context)
    await mocked.void?.(attempt())
    expect(mocked.gateway.settle('att_1', 'approved')._unsafeUnwrapErr()).toEqual({ code: 'already_settled' })
    expect(money(mocked)).toEqual([])
  })

  test('a paid attempt cannot be voided', async () => {
    const mocked = provider()
    await mocked.confirm(attempt(), {})
    expect((await mocked.void?.(attempt()))?._unsafeUnwrapErr()).toMatchObject({
      code: 'refused',
      outcome: 'not_executed',
    })
  })

  test('whoever connects the same gateway again meets the same provider', async () => {
    const gateway = mock()
    await connect(gateway).confirm(attempt(), {})
    expect((await connect(gateway).lookup(attempt()))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    expect((await connect(mock()).lookup(attempt()))._unsafeUnwrap()).toEqual({ status: 'not_found' })
  })
})

describe('refunding', () => {
  const paid = async (options: MockOptions = {}) => {
    const mocked = provider(options)
    await mocked.confirm(attempt(), {})
    return mocked
  }

  test('once per refund, and never more than was paid', async () => {
    const mocked = await paid()
    const first = await mocked.giveBack({ amount: krw(100_000) })
    expect(await mocked.giveBack({ amount: krw(100_000), keyGeneration: 1 })).toEqual(first)
    expect((await mocked.giveBack({ amount: krw(99_999) }))._unsafeUnwrapErr().code).toBe('refused')
    const more = await mocked.giveBack({ id: 'rfd_2', amount: krw(10_001) })
    expect(more._unsafeUnwrapErr()).toMatchObject({ code: 'refused', providerCode: 'exceeds_paid' })
    expect((await mocked.giveBack({ id: 'rfd_2', amount: krw(10_000) })).isOk()).toBe(true)
    expect(money(mocked)).toEqual([
      ['PAYMENT', 110_000],
      ['REFUND', 100_000],
      ['REFUND', 10_000],
    ])
  })

  test('twice for one refund where it is told to recognise no repeat, and still never more than was paid', async () => {
    const mocked = await paid({ idempotentRefunds: false })
    expect((await mocked.giveBack({ amount: krw(50_000) })).isOk()).toBe(true)
    expect((await mocked.giveBack({ amount: krw(50_000) })).isOk()).toBe(true)
    expect((await mocked.giveBack({ amount: krw(50_000) }))._unsafeUnwrapErr().code).toBe('refused')
    expect(money(mocked).filter(([kind]) => kind === 'REFUND')).toHaveLength(2)
  })

  test.each([
    ['of another attempt', { attemptId: 'att_9' }, 'order_mismatch'],
    ['of nothing', { amount: krw(0) }, 'invalid_request'],
    ['in another currency', { amount: usd(1) }, 'invalid_request'],
  ])('%s is refused', async (_, changes, code) => {
    const mocked = await paid()
    expect((await mocked.giveBack(changes))._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(money(mocked)).toHaveLength(1)
  })

  test('without a payment there is nothing to refund', async () => {
    expect((await provider().giveBack())._unsafeUnwrapErr().code).toBe('not_found')
  })

  test('refund_decline: nothing moved, and the next try may go through', async () => {
    const mocked = await paid({ script: [{ step: 'refund_decline', code: 'CLOSED' }] })
    expect((await mocked.giveBack())._unsafeUnwrapErr()).toMatchObject({ code: 'refused', providerCode: 'CLOSED' })
    expect((await mocked.giveBack({ keyGeneration: 1 })).isOk()).toBe(true)
  })

  test.each([true, false])(
    'refund_time_out, executed %s: unknown, and a repeat gives the money back once',
    async (executed) => {
      const mocked = await paid({ script: [{ step: 'refund_time_out', executed }] })
      expect((await mocked.giveBack())._unsafeUnwrapErr().outcome).toBe('unknown')
      expect(money(mocked)).toHaveLength(executed ? 2 : 1)
      expect((await mocked.giveBack())._unsafeUnwrap().status).toBe('completed')
      expect(money(mocked)).toHaveLength(2)
    },
  )

  test('refund_wait: waits until it is settled; a failed one leaves its amount to be refunded', async () => {
    const mocked = await paid({ script: [{ step: 'refund_wait' }, { step: 'refund_wait' }] })
    expect((await mocked.giveBack())._unsafeUnwrap().status).toBe('waiting')
    expect((await mocked.giveBack({ id: 'rfd_2' }))._unsafeUnwrapErr().providerCode).toBe('exceeds_paid')
    expect(mocked.gateway.settleRefund('rfd_1', 'failed').isOk()).toBe(true)
    expect((await mocked.giveBack())._unsafeUnwrap().status).toBe('failed')
    await mocked.giveBack({ id: 'rfd_2' })
    expect(mocked.gateway.settleRefund('rfd_2', 'completed').isOk()).toBe(true)
    expect(mocked.gateway.settleRefund('rfd_2', 'completed')._unsafeUnwrapErr().code).toBe('already_settled')
    expect(mocked.gateway.settleRefund('rfd_9', 'completed')._unsafeUnwrapErr().code).toBe('not_found')
    expect(money(mocked)).toEqual([
      ['PAYMENT', 110_000],
      ['REFUND', 110_000],
    ])
  })
})

describe('what it is', () => {
  test('shows no secret when it is printed', () => {
    const gateway = mock({ webhookSecret: 'planted-secret' })
    expect(inspect([gateway, connect(gateway)], { depth: 9, showHidden: true })).not.toContain('planted-secret')
  })

  test('is in test mode and captured by our confirm unless told otherwise', () => {
    expect(mock()).toMatchObject({
      name: 'mock',
      mode: 'test',
      capabilities: { methods: ['CARD', 'KAKAOPAY'], capturedBy: 'confirm', chargeWindowMs: 600_000 },
    })
    expect(mock({ mode: 'live', chargeWindowMs: null, capturedBy: 'buyer', methods: ['CARD'] })).toMatchObject({
      mode: 'live',
      capabilities: { methods: ['CARD'], capturedBy: 'buyer', chargeWindowMs: null },
    })
  })

  test.each<[string, MockOptions]>([
    ['checkoutUrl', { live: true }],
    ['checkoutUrl', { live: true, checkoutUrl: 'pay.example' }],
    ['checkoutUrl', { live: true, checkoutUrl: 'javascript:alert(1)' }],
    ['webhookSecret', { webhookSecret: '' }],
    ['webhookSecret', { webhookSecret: ' ' }],
    ['chargeWindowMs', { chargeWindowMs: 0 }],
    ['chargeWindowMs', { chargeWindowMs: Number.NaN }],
    ['refundWindowMs', { refundWindowMs: -1 }],
    ['refundWindowMs', { refundWindowMs: 0.5 }],
  ])('a wrong %s throws, naming it', (field, options) => {
    expect(() => mock(options)).toThrow(field)
  })
})
