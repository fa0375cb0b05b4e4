import { describe, expect, test } from 'vitest'
import { krw, usd } from '../../../src/core/money'
import { wallet } from '../../../src/providers/wallet'
import { memoryStore } from '../../../src/storage/memory'
import type { Store } from '../../../src/storage/store'
import { attempt, connect, refund, START, steppedClock } from './fixtures'

const mina = { ownerId: 'mina', currency: 'KRW' } as const

const shop = (won = 200_000, store: Store = memoryStore()) => {
  const gateway = wallet({ openingBalance: krw(won) })
  const clock = steppedClock()
  const connected = connect(gateway, { store, clock })
  const book = gateway.book(store, clock)
  const balance = async () => (await book.balance(mina))._unsafeUnwrap().amountMinor
  const kinds = async () => (await book.history(mina))._unsafeUnwrap().entries.map(({ kind }) => kind)
  const giveBack = (changes: Parameters<typeof refund>[0] = {}, paid = attempt()) =>
    connected.refund(refund(changes), { attempt: paid, refundable: paid.amount, refundAccount: null })
  return { ...connected, book, balance, kinds, giveBack }
}

describe('paying', () => {
  test('E-32 S3-61: 120,000 of 200,000 is one PAYMENT line and leaves 80,000', async () => {
    const { confirm, balance, kinds } = shop()
    const paid = attempt({ amount: krw(120_000) })
    expect((await confirm(paid, {}))._unsafeUnwrap()).toEqual({
      status: 'approved',
      providerRef: 'wallet:att_1',
      captured: krw(120_000),
      approvedAt: START,
      method: 'WALLET',
    })
    expect(await balance()).toBe(80_000)
    expect(await kinds()).toEqual(['PAYMENT', 'OPENING'])
  })

  test('E-33 S3-61: 300,000 of 200,000 is refused, and nothing moves', async () => {
    const { confirm, balance, kinds, lookup } = shop()
    const dear = attempt({ amount: krw(300_000) })
    expect((await confirm(dear, {}))._unsafeUnwrapErr()).toMatchObject({
      code: 'insufficient_funds',
      outcome: 'not_executed',
    })
    expect(await balance()).toBe(200_000)
    expect(await kinds()).toEqual(['OPENING'])
    expect((await lookup(dear))._unsafeUnwrap()).toEqual({ status: 'not_found' })
  })

  test('pays with the last won, but not with one too few', async () => {
    expect((await shop(110_000).confirm(attempt(), {})).isOk()).toBe(true)
    expect((await shop(109_999).confirm(attempt(), {}))._unsafeUnwrapErr().code).toBe('insufficient_funds')
  })

  test('C-90: after a top-up the next attempt goes through', async () => {
    const { confirm, book, balance } = shop(100_000)
    expect((await confirm(attempt(), {})).isErr()).toBe(true)
    await book.credit({ ownerId: 'mina', amount: krw(10_000), source: 'req_1' })
    expect((await confirm(attempt({ id: 'att_2', number: 2 }), {})).isOk()).toBe(true)
    expect(await balance()).toBe(0)
  })

  test('a repeat with any key is the first answer, and the money is taken once', async () => {
    const { confirm, balance } = shop()
    const first = await confirm(attempt(), {})
    expect(await confirm(attempt(), {})).toEqual(first)
    expect(await confirm(attempt({ keyGeneration: 1 }), {})).toEqual(first)
    expect(await balance()).toBe(90_000)
  })

  test('twenty repeats at once take the money once', async () => {
    const { confirm, balance } = shop()
    const answers = await Promise.all(Array.from({ length: 20 }, () => confirm(attempt(), {})))
    expect(answers.every((answer) => answer.isOk())).toBe(true)
    expect(await balance()).toBe(90_000)
  })

  test.each([
    ['another method', attempt({ method: 'KAKAOPAY' }), 'method_unavailable'],
    ['another currency', attempt({ amount: usd(1) }), 'method_unavailable'],
    ['an amount of nothing', attempt({ amount: krw(0) }), 'invalid_request'],
    ['a negative amount', attempt({ amount: krw(-5_000) }), 'invalid_request'],
  ])('%s is refused before anything is read or written', async (_, strange, code) => {
    const store = memoryStore()
    const gateway = connect(wallet({ currency: 'KRW' }), { store })
    expect((await gateway.begin(strange, noContext))._unsafeUnwrapErr().code).toBe(code)
    expect((await gateway.confirm(strange, {}))._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(await store.get('walletAccounts', 'mina:KRW')).toBeUndefined()
  })

  test('the buyer has nothing to do, and what the browser brings back is not read', async () => {
    const { begin, readReturn } = shop()
    expect((await begin(attempt({ method: 'WALLET' }), noContext))._unsafeUnwrap()).toEqual({ action: 'none' })
    expect(readReturn(attempt(), { amount: '1' })._unsafeUnwrap()).toEqual({ providerRef: 'wallet:att_1' })
  })
})

describe('looking up', () => {
  test('finds what was paid and every refund of it', async () => {
    const { confirm, lookup, giveBack } = shop()
    const charge = (await confirm(attempt(), {}))._unsafeUnwrap()
    await giveBack({ amount: krw(10_000) })
    await giveBack({ id: 'rfd_2', amount: krw(20_000) })
    expect((await lookup(attempt()))._unsafeUnwrap()).toEqual({
      ...charge,
      refunds: [
        { providerRef: 'wallet:rfd_1', refundId: 'rfd_1', amount: krw(10_000), status: 'completed' },
        { providerRef: 'wallet:rfd_2', refundId: 'rfd_2', amount: krw(20_000), status: 'completed' },
      ],
    })
  })

  test("never shows another buyer's payment under the same attempt", async () => {
    const { confirm, lookup } = shop()
    await confirm(attempt(), {})
    const theirs = attempt({ buyerId: 'joon' })
    expect((await lookup(theirs))._unsafeUnwrapErr().code).toBe('order_mismatch')
    expect((await confirm(theirs, {}))._unsafeUnwrapErr().code).toBe('order_mismatch')
  })
})

describe('voiding', () => {
  test('after a void a delayed confirm never takes money', async () => {
    const { confirm, lookup, balance, kinds, ...gateway } = shop()
    expect((await gateway.void?.(attempt()))?.isOk()).toBe(true)
    expect((await gateway.void?.(attempt()))?.isOk()).toBe(true)
    expect((await confirm(attempt(), {}))._unsafeUnwrapErr()).toMatchObject({
      code: 'refused',
      outcome: 'not_executed',
      providerCode: 'voided',
    })
    expect((await lookup(attempt()))._unsafeUnwrap()).toEqual({ status: 'failed', code: 'voided' })
    expect(await balance()).toBe(200_000)
    expect(await kinds()).toEqual(['VOID', 'OPENING'])
  })

  test('a paid attempt cannot be voided', async () => {
    const { confirm, balance, ...gateway } = shop()
    await confirm(attempt(), {})
    expect((await gateway.void?.(attempt()))?._unsafeUnwrapErr()).toMatchObject({
      code: 'refused',
      outcome: 'not_executed',
      providerCode: 'already_paid',
    })
    expect(await balance()).toBe(90_000)
  })

  test('a void and a confirm at once: exactly one of them holds, whoever starts', async () => {
    const outcomes = new Set<string>()
    for (let delay = 0; delay < 12; delay += 1) {
      const { confirm, balance, ...gateway } = shop()
      const delayed = async <T>(ticks: number, run: () => PromiseLike<T>): Promise<T> => {
        for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
        return run()
      }
      const [charged, voided] = await Promise.all([
        delayed(delay, () => confirm(attempt(), {})),
        delayed(6, async () => gateway.void?.(attempt())),
      ])
      expect(charged.isOk()).not.toBe(voided?.isOk())
      expect(await balance()).toBe(charged.isOk() ? 90_000 : 200_000)
      outcomes.add(charged.isOk() ? 'charged' : 'voided')
    }
    expect([...outcomes].sort()).toEqual(['charged', 'voided'])
  })
})

describe('refunding', () => {
  test('E-34 S3-62: 110,000 paid and refunded is one REFUND line, and the balance is 200,000 again', async () => {
    const { confirm, giveBack, balance, kinds } = shop()
    await confirm(attempt(), {})
    expect((await giveBack())._unsafeUnwrap()).toEqual({
      providerRef: 'wallet:rfd_1',
      refundId: 'rfd_1',
      amount: krw(110_000),
      status: 'completed',
    })
    expect(await balance()).toBe(200_000)
    expect(await kinds()).toEqual(['REFUND', 'PAYMENT', 'OPENING'])
  })

  // Found by the simulator: the repeat had read "no such line" and then met the line of its own refund.
  test('I-23: a repeat that reads while the first request writes has the first one’s answer', async () => {
    const inner = memoryStore()
    const first = shop(200_000, inner)
    await first.confirm(attempt(), {})
    let isFirst = true
    const second = shop(200_000, {
      ...inner,
      find: async (kind, query) => {
        if (isFirst) {
          isFirst = false
          await first.giveBack()
        }
        return inner.find(kind, query)
      },
    })
    expect((await second.giveBack())._unsafeUnwrap()).toMatchObject({ refundId: 'rfd_1', status: 'completed' })
    expect(await first.kinds()).toEqual(['REFUND', 'PAYMENT', 'OPENING'])
  })

  test('a repeat is the first answer, also with a new key, and pays nothing out', async () => {
    const { confirm, giveBack, balance } = shop()
    await confirm(attempt(), {})
    const first = await giveBack()
    expect(await giveBack({ keyGeneration: 1 })).toEqual(first)
    expect(await balance()).toBe(200_000)
    expect((await giveBack({ amount: krw(1) }))._unsafeUnwrapErr().providerCode).toBe('refund_id_reused')
  })

  test('parts add up to what was paid and not one won more', async () => {
    const { confirm, giveBack, balance } = shop()
    await confirm(attempt(), {})
    await giveBack({ amount: krw(109_999) })
    expect((await giveBack({ id: 'rfd_2', amount: krw(2) }))._unsafeUnwrapErr()).toMatchObject({
      code: 'refused',
      outcome: 'not_executed',
      providerCode: 'exceeds_paid',
    })
    expect((await giveBack({ id: 'rfd_2', amount: krw(1) })).isOk()).toBe(true)
    expect((await giveBack({ id: 'rfd_3', amount: krw(1) }))._unsafeUnwrapErr().providerCode).toBe('exceeds_paid')
    expect(await balance()).toBe(200_000)
  })

  test('many refunds at once never give back more than was paid', async () => {
    const { confirm, giveBack, balance } = shop()
    await confirm(attempt(), {})
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, number) => giveBack({ id: `rfd_${number}`, amount: krw(30_000) })),
    )
    expect(answers.filter((answer) => answer.isOk())).toHaveLength(3)
    expect(await balance()).toBe(180_000)
  })

  test.each([
    ['there was no payment', attempt(), {}, 'not_found'],
    ['it belongs to another buyer', attempt(), { buyerId: 'joon' }, 'order_mismatch'],
    ['it belongs to another attempt', attempt(), { attemptId: 'att_9' }, 'order_mismatch'],
    ['it is in another currency', attempt(), { amount: usd(1) }, 'invalid_request'],
    ['it is of nothing', attempt(), { amount: krw(0) }, 'invalid_request'],
    ['it would take money', attempt(), { amount: krw(-1) }, 'invalid_request'],
  ])('S3-62: is refused when %s', async (_, unpaid, changes, code) => {
    const { giveBack, balance } = shop()
    expect((await giveBack(changes, unpaid))._unsafeUnwrapErr()).toMatchObject({ code, outcome: 'not_executed' })
    expect(await balance()).toBe(200_000)
  })

  test('is refused after a void, and for an id that has refunded another attempt', async () => {
    const { confirm, giveBack, balance, ...gateway } = shop()
    await gateway.void?.(attempt({ id: 'att_0' }))
    const voided = await giveBack({ attemptId: 'att_0' }, attempt({ id: 'att_0' }))
    expect(voided._unsafeUnwrapErr().code).toBe('not_found')
    await confirm(attempt({ amount: krw(1_000) }), {})
    const second = attempt({ id: 'att_2', amount: krw(1_000) })
    await confirm(second, {})
    expect((await giveBack({ amount: krw(1_000) })).isOk()).toBe(true)
    const reused = await giveBack({ attemptId: 'att_2', amount: krw(1_000) }, second)
    expect(reused._unsafeUnwrapErr().code).toBe('order_mismatch')
    expect(await balance()).toBe(199_000)
  })
})

describe('when the store fails', () => {
  const broken = (inner: Store, when: 'before' | 'after'): Store => ({
    ...inner,
    commit: async (ops) => {
      if (when === 'after') await inner.commit(ops)
      throw new Error('connection lost, password=hunter2')
    },
  })

  test('C-93: a lost answer is unknown, and a look-up finds the payment', async () => {
    const inner = memoryStore()
    await shop(200_000, inner).balance()
    const failing = shop(200_000, broken(inner, 'after'))
    const lost = (await failing.confirm(attempt(), {}))._unsafeUnwrapErr()
    expect(lost).toMatchObject({ code: 'network', outcome: 'unknown' })
    expect(JSON.stringify([lost, failing.logged])).not.toContain('hunter2')
    expect(failing.logged).toEqual([{ provider: 'wallet', operation: 'confirm', status: 'network', durationMs: 0 }])
    expect((await shop(200_000, inner).lookup(attempt()))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
  })

  test('C-93: a commit that never arrived leaves balance and lines as they were', async () => {
    const inner = memoryStore()
    await shop(200_000, inner).balance()
    const failing = shop(200_000, broken(inner, 'before'))
    expect((await failing.confirm(attempt(), {}))._unsafeUnwrapErr().outcome).toBe('unknown')
    expect((await failing.giveBack())._unsafeUnwrapErr().code).toBe('not_found')
    expect((await shop(200_000, inner).lookup(attempt()))._unsafeUnwrap()).toEqual({ status: 'not_found' })
    expect(await shop(200_000, inner).balance()).toBe(200_000)
  })

  test('a wallet others keep writing to is unknown, not refused: a twin of this call may have won', async () => {
    const busy: Store = { ...memoryStore(), commit: async () => ({ kind: 'conflict', op: 0, reason: 'version' }) }
    const gateway = connect(wallet(), { store: busy })
    expect((await gateway.void?.(attempt()))?._unsafeUnwrapErr()).toMatchObject({
      code: 'conflict',
      outcome: 'unknown',
    })
  })
})

describe('what it is', () => {
  test('says who captures, that only a void closes an attempt, and that it is paid by WALLET', () => {
    expect(wallet()).toMatchObject({
      name: 'wallet',
      mode: 'live',
      capabilities: { methods: ['WALLET'], partialRefund: true, capturedBy: 'confirm', chargeWindowMs: null },
    })
    expect(wallet({ mode: 'test' }).mode).toBe('test')
  })

  test('has no webhooks', () => {
    const raw = { headers: {}, rawBody: '{}', receivedAt: START }
    expect(connect(wallet()).receive(raw)._unsafeUnwrapErr().code).toBe('unreadable_body')
  })

  test('a wrong option throws, naming it', () => {
    expect(() => wallet({ currency: 'XXX' as 'KRW' })).toThrow('currency')
    expect(() => wallet({ openingBalance: { amountMinor: -1, currency: 'KRW' } })).toThrow('openingBalance')
    expect(() => wallet({ currency: 'USD', openingBalance: krw(1) })).toThrow('openingBalance')
  })
})

const noContext = { title: 'A ticket', successUrl: null, failUrl: null, customer: null }
