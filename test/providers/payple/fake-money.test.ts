import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../src/providers/fake/faults'
import { ORDER, pay, register, type Talk, talkTo } from './fake-support'

const refusal = (code: string) => ({ PCD_PAY_RST: 'error', PCD_PAY_CODE: code })

describe('a cancel', () => {
  test('of a part, sent twice, goes back twice: nothing recognises a repeat', async () => {
    const talk = talkTo()
    await pay(talk)
    for (let sent = 0; sent < 2; sent++) {
      expect(await talk.cancel({ PCD_REFUND_TOTAL: '2900' })).toMatchObject({
        PCD_PAY_CODE: 'PAYC0000',
        PCD_REFUND_TOTAL: '2900',
      })
    }
    expect(talk.fake.book().map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['capture', 12_900],
      ['refund', 2_900],
      ['refund', 2_900],
    ])
    expect(await talk.cancel({ PCD_REFUND_TOTAL: 7_101 })).toMatchObject(refusal('PAYC0011'))
    expect(await talk.cancel({ PCD_REFUND_TOTAL: 7_100 })).toMatchObject({ PCD_PAY_RST: 'success' })
  })

  test('has one code for "cancelled already" and for "not there"', async () => {
    const talk = talkTo()
    await pay(talk)
    await talk.cancel()
    expect(await talk.cancel()).toMatchObject(refusal('PAYC0007'))
    expect(await talk.cancel({ PCD_PAY_OID: 'x' })).toMatchObject(refusal('PAYC0007'))
    expect(await talk.cancel({ PCD_PAY_DATE: '20260302' })).toMatchObject(refusal('PAYC0007'))
  })

  test.each([
    ['another refund key', { PCD_REFUND_KEY: 'x' }, 'PAYC0002'],
    ['nothing', { PCD_REFUND_TOTAL: 0 }, 'PAYC0011'],
    ['one won too many', { PCD_REFUND_TOTAL: 12_901 }, 'PAYC0011'],
  ])('with %s moves nothing', async (_, changes, code) => {
    const talk = talkTo()
    await pay(talk)
    expect(await talk.cancel(changes)).toMatchObject(refusal(code))
    expect(talk.fake.book()).toHaveLength(1)
  })

  test('an amount that is none moves nothing', async () => {
    const talk = talkTo()
    await pay(talk)
    expect(await talk.cancel({ PCD_REFUND_TOTAL: 'all' })).toMatchObject({ PCD_PAY_RST: 'error' })
    expect(await talk.cancel({ PCD_REFUND_TOTAL: -100 })).toMatchObject({ PCD_PAY_RST: 'error' })
    expect(talk.fake.book()).toHaveLength(1)
  })

  test('in parts is refused by the demo account, whole is not', async () => {
    const talk = talkTo({ partialCancel: false })
    await pay(talk)
    expect(await talk.cancel({ PCD_REFUND_TOTAL: 1 })).toMatchObject(refusal('1144'))
    expect(await talk.cancel()).toMatchObject({ PCD_PAY_RST: 'success' })
  })

  test('above what will be settled is refused with a code nobody knows, until there is enough', async () => {
    const talk = talkTo()
    await pay(talk)
    talk.fake.bank.limitSettlement(3_000)
    expect(await talk.cancel()).toMatchObject(refusal('PAYC0099'))
    expect(await talk.cancel({ PCD_REFUND_TOTAL: 2_000 })).toMatchObject({ PCD_PAY_RST: 'success' })
    expect(await talk.cancel({ PCD_REFUND_TOTAL: 2_000 })).toMatchObject(refusal('PAYC0099'))
    talk.fake.bank.limitSettlement(null)
    expect(await talk.cancel({ PCD_REFUND_TOTAL: 10_900 })).toMatchObject({ PCD_PAY_RST: 'success' })
  })

  test('by hand in the partner admin gives the provider’s own code when it may not', async () => {
    const talk = talkTo({ partialCancel: false })
    await pay(talk)
    expect(talk.fake.dashboard.cancel(ORDER, 12_901)).toBe('PAYC0011')
    expect(talk.fake.dashboard.cancel(ORDER, 900)).toBeUndefined()
    expect(talk.fake.dashboard.cancel(ORDER)).toBeUndefined()
    expect(talk.fake.dashboard.cancel(ORDER)).toBe('PAYC0007')
    expect(talk.fake.dashboard.cancel('x')).toBe('PAYC0007')
  })
})

describe('faults', () => {
  const executed: readonly (readonly [Fault, boolean])[] = [
    [{ kind: 'lost_request' }, false],
    [{ kind: 'lost_answer' }, true],
    [{ kind: 'error_before', status: 500 }, false],
    [{ kind: 'error_after', status: 500 }, true],
    [{ kind: 'html_before' }, false],
    [{ kind: 'html_after' }, true],
    [{ kind: 'rate_limited' }, false],
    [{ kind: 'unreachable' }, false],
  ]
  test.each(executed)('$kind: the money moved %s', async (fault, isExecuted) => {
    const talk = talkTo()
    await pay(talk)
    talk.fake.faults.next(fault, { operation: 'cancelPayment' })
    await expect(talk.cancel()).rejects.toThrow()
    expect(talk.fake.book()).toHaveLength(isExecuted ? 2 : 1)
    expect(talk.fake.faults.pending()).toBe(0)
  })
})

type Step =
  | { readonly kind: 'pay' | 'charge'; readonly order: number; readonly amount: number }
  | { readonly kind: 'cancel' | 'by_hand'; readonly order: number; readonly amount: number }
  | { readonly kind: 'again'; readonly order: number; readonly amount: number }

const play = async (talk: Talk, { kind, order, amount }: Step, payerId: string): Promise<unknown> => {
  const orderId = `order-${order}`
  switch (kind) {
    case 'pay':
    case 'again': {
      const returned = talk.fake.buyer.authorize({ orderId, amount })
      if (returned['PCD_PAY_RST'] !== 'success') return
      if (kind === 'again') await talk.confirm(returned)
      return talk.confirm(returned)
    }
    case 'charge':
      return talk.charge({ PCD_PAY_OID: orderId, PCD_PAY_TOTAL: amount, PCD_PAYER_ID: payerId })
    case 'cancel':
      return talk.cancel({ PCD_PAY_OID: orderId, PCD_REFUND_TOTAL: amount })
    case 'by_hand':
      return talk.fake.dashboard.cancel(orderId, amount)
  }
}

test('whatever is asked, an order is paid once and no more goes back than was taken', async () => {
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom('pay', 'charge', 'cancel', 'by_hand', 'again'),
    order: fc.integer({ min: 1, max: 3 }),
    amount: fc.integer({ min: 100, max: 1_000 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const talk = talkTo()
      const payerId = register(talk)
      for (const it of steps) await play(talk, it, payerId)
      for (const { orderId, status, totalMinor, refundedMinor } of talk.fake.payments()) {
        const lines = talk.fake.book().filter((line) => line.orderId === orderId)
        const taken = lines.filter(({ kind }) => kind === 'capture')
        const returned = lines.filter(({ kind }) => kind === 'refund').reduce((sum, line) => sum + line.amountMinor, 0)
        expect(taken.map(({ amountMinor }) => amountMinor)).toEqual(status === 'PAID' ? [totalMinor] : [])
        expect(returned).toBe(refundedMinor)
        expect(returned).toBeLessThanOrEqual(status === 'PAID' ? totalMinor : 0)
      }
      const numbers = talk.fake.book().map(({ tradeNumber }) => tradeNumber)
      expect(new Set(numbers).size).toBe(numbers.length)
    }),
    { numRuns: 60 },
  )
})
