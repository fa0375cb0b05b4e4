import { describe, expect, test } from 'vitest'
import { krw, usd } from '../../../src/core/money'
import { wallet, walletBook } from '../../../src/providers/wallet'
import { memoryStore } from '../../../src/storage/memory'
import type { Store } from '../../../src/storage/store'
import { START, steppedClock } from './fixtures'

const mina = { ownerId: 'mina', currency: 'KRW' } as const
const bookOf = (openingWon = 0, store: Store = memoryStore()) =>
  walletBook(store, steppedClock(), openingWon === 0 ? null : krw(openingWon))
const topUp = (source: string, won = 10_000, ownerId = 'mina') => ({ ownerId, amount: krw(won), source })

describe('putting money in', () => {
  test('E-31 S3-58: a top-up of 50,000 is one CHARGE line, and the balance rises to 250,000', async () => {
    const book = bookOf(200_000)
    expect((await book.credit(topUp('req_1', 50_000)))._unsafeUnwrap()).toEqual({
      id: 'CHARGE:req_1',
      sequence: 2,
      kind: 'CHARGE',
      source: 'req_1',
      amount: krw(50_000),
      balanceAfter: krw(250_000),
      at: START,
    })
    expect((await book.balance(mina))._unsafeUnwrap()).toEqual(krw(250_000))
  })

  test('E-35 S3-59: a top-up repeated with its key is the same line, and the balance is 210,000 once', async () => {
    const book = bookOf(200_000)
    const first = await book.credit(topUp('req_1'))
    expect(first._unsafeUnwrap().balanceAfter).toEqual(krw(210_000))
    expect(await book.credit(topUp('req_1'))).toEqual(first)
    expect((await book.balance(mina))._unsafeUnwrap()).toEqual(krw(210_000))
    expect((await book.history(mina))._unsafeUnwrap().entries).toHaveLength(2)
  })

  test.each([
    ['another amount', topUp('req_1', 10_001)],
    ['another buyer', topUp('req_1', 10_000, 'joon')],
    ['another currency', { ownerId: 'mina', amount: usd(10_000), source: 'req_1' }],
  ])('S3-60: the same key with %s is a conflict, which tells nothing and moves nothing', async (_, movement) => {
    const book = bookOf()
    await book.credit(topUp('req_1'))
    expect((await book.credit(movement))._unsafeUnwrapErr()).toEqual({
      code: 'idempotency_conflict',
      outcome: 'not_executed',
    })
    expect((await book.balance({ ownerId: 'joon', currency: 'KRW' }))._unsafeUnwrap()).toEqual(krw(0))
    expect((await book.balance(mina))._unsafeUnwrap()).toEqual(krw(10_000))
  })

  test('C-92: the same credit event on two processes at once is one line', async () => {
    const store = memoryStore()
    const answers = await Promise.all([1, 2, 3, 4].map(() => bookOf(0, store).credit(topUp('evt_1'))))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect((await bookOf(0, store).history(mina))._unsafeUnwrap().entries).toHaveLength(1)
  })

  test('a balance never grows beyond what can be counted exactly', async () => {
    const book = bookOf()
    await book.credit(topUp('req_1', Number.MAX_SAFE_INTEGER))
    expect((await book.credit(topUp('req_2', 1)))._unsafeUnwrapErr().code).toBe('balance_out_of_range')
    expect((await book.balance(mina))._unsafeUnwrap()).toEqual(krw(Number.MAX_SAFE_INTEGER))
  })

  test('a CREDIT and a CHARGE are kinds of their own; any other is refused', async () => {
    const book = bookOf()
    expect((await book.credit({ ...topUp('a'), kind: 'CREDIT' }))._unsafeUnwrap()).toMatchObject({ kind: 'CREDIT' })
    // @ts-expect-error a host without types may still send it
    expect((await book.credit({ ...topUp('b'), kind: 'PAYMENT' }))._unsafeUnwrapErr()).toMatchObject({ field: 'kind' })
  })
})

describe('taking money out', () => {
  test('takes all there is, and not one won more', async () => {
    const book = bookOf()
    await book.credit(topUp('in'))
    expect((await book.debit(topUp('too_much', 10_001)))._unsafeUnwrapErr()).toEqual({
      code: 'insufficient_funds',
      outcome: 'not_executed',
      balance: krw(10_000),
    })
    expect((await book.debit(topUp('all', 10_000)))._unsafeUnwrap()).toMatchObject({
      kind: 'DEBIT',
      amount: krw(-10_000),
      balanceAfter: krw(0),
    })
  })

  test('a refused debit leaves no line, and goes through with the same source after a top-up', async () => {
    const book = bookOf()
    expect((await book.debit(topUp('buy')))._unsafeUnwrapErr().code).toBe('insufficient_funds')
    expect((await book.history(mina))._unsafeUnwrap().entries).toEqual([])
    await book.credit(topUp('in'))
    expect((await book.debit(topUp('buy')))._unsafeUnwrap().balanceAfter).toEqual(krw(0))
  })

  test('C-91: two debits race for one balance: one wins, and it never falls below zero', async () => {
    const store = memoryStore()
    await bookOf(0, store).credit(topUp('in'))
    const answers = await Promise.all(['a', 'b'].map((source) => bookOf(0, store).debit(topUp(source, 6_000))))
    expect(answers.filter((answer) => answer.isOk())).toHaveLength(1)
    expect(answers.find((answer) => answer.isErr())?._unsafeUnwrapErr()).toMatchObject({
      code: 'insufficient_funds',
      balance: krw(4_000),
    })
  })
})

describe('bad input', () => {
  test.each([
    [{ ...topUp('a'), amount: krw(0) }, 'amount'],
    [{ ...topUp('a'), amount: krw(-1) }, 'amount'],
    [{ ...topUp('a'), amount: { amountMinor: 0.5, currency: 'KRW' as const } }, 'amount'],
    [{ ...topUp('a'), amount: { amountMinor: 1, currency: 'XXX' as 'KRW' } }, 'amount'],
    [{ ...topUp('a'), ownerId: '' }, 'ownerId'],
    [{ ...topUp('a'), ownerId: undefined as unknown as string }, 'ownerId'],
    [topUp(''), 'source'],
    [topUp('x'.repeat(201)), 'source'],
    [topUp('nul\0'), 'source'],
  ])('%j is refused, naming the field', async (movement, field) => {
    const refusal = { code: 'invalid_input', outcome: 'not_executed', field }
    const book = bookOf()
    expect((await book.credit(movement))._unsafeUnwrapErr()).toEqual(refusal)
    expect((await book.debit(movement))._unsafeUnwrapErr()).toEqual(refusal)
  })

  test('an unknown currency or a made-up cursor is refused', async () => {
    const book = bookOf()
    const strange = { ownerId: 'mina', currency: 'XXX' as 'KRW' }
    expect((await book.balance(strange))._unsafeUnwrapErr()).toMatchObject({ field: 'currency' })
    for (const cursor of ['', '0', '-1', '1.5', 'abc', '9'.repeat(16)]) {
      expect((await book.history({ ...mina, cursor }))._unsafeUnwrapErr()).toMatchObject({ field: 'cursor' })
    }
  })
})

describe('S3-63: history', () => {
  const filled = async (lines: number) => {
    const book = bookOf()
    for (let number = 1; number <= lines; number += 1) await book.credit(topUp(`req_${number}`, number))
    return book
  }

  test('is newest first, 20 lines unless asked otherwise and 100 at most', async () => {
    const book = await filled(130)
    const size = async (limit?: number) =>
      (await book.history({ ...mina, ...(limit === undefined ? {} : { limit }) }))._unsafeUnwrap().entries.length
    expect(await size()).toBe(20)
    expect(await size(0)).toBe(20)
    expect(await size(-5)).toBe(20)
    expect(await size(Number.NaN)).toBe(20)
    expect(await size(1)).toBe(1)
    expect(await size(100)).toBe(100)
    expect(await size(101)).toBe(100)
    expect((await book.history({ ...mina, limit: 2 }))._unsafeUnwrap().entries.map(({ source }) => source)).toEqual([
      'req_130',
      'req_129',
    ])
  })

  test('pages on without a gap or a repeat, also while new lines arrive, and ends', async () => {
    const book = await filled(7)
    const seen: number[] = []
    let cursor: string | null = null
    do {
      const page: { entries: readonly { sequence: number }[]; nextCursor: string | null } = (
        await book.history({ ...mina, limit: 3, cursor })
      )._unsafeUnwrap()
      seen.push(...page.entries.map(({ sequence }) => sequence))
      cursor = page.nextCursor
      if (seen.length === 3) await book.credit(topUp('late'))
    } while (cursor !== null)
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1])
  })

  test('shows one owner and one currency only', async () => {
    const book = bookOf()
    await book.credit(topUp('a'))
    await book.credit(topUp('b', 1, 'joon'))
    await book.credit({ ownerId: 'mina', amount: usd(500), source: 'c' })
    expect((await book.history(mina))._unsafeUnwrap()).toMatchObject({ entries: [{ source: 'a' }], nextCursor: null })
    expect((await book.balance({ ownerId: 'mina', currency: 'USD' }))._unsafeUnwrap()).toEqual(usd(500))
  })
})

describe('an opening balance', () => {
  test('is the first line of a wallet, once, whichever way the wallet is first used', async () => {
    const store = memoryStore()
    const book = wallet({ openingBalance: krw(200_000) }).book(store, steppedClock())
    await Promise.all([book.balance(mina), book.history(mina), book.credit(topUp('a')), book.balance(mina)])
    const { entries } = (await book.history(mina))._unsafeUnwrap()
    expect(entries.map(({ kind, balanceAfter }) => [kind, balanceAfter.amountMinor])).toEqual([
      ['CHARGE', 210_000],
      ['OPENING', 200_000],
    ])
  })

  test('is given in its own currency only', async () => {
    expect((await bookOf(200_000).balance({ ownerId: 'mina', currency: 'USD' }))._unsafeUnwrap()).toEqual(usd(0))
  })
})

describe('when the store fails', () => {
  test('C-93: a commit whose answer is lost leaves the outcome unknown, and a repeat finds what happened', async () => {
    const inner = memoryStore()
    let failing = true
    const store: Store = {
      ...inner,
      commit: async (ops) => {
        const outcome = await inner.commit(ops)
        if (failing) throw new Error('connection lost, password=hunter2')
        return outcome
      },
    }
    const book = bookOf(0, store)
    const lost = (await book.credit(topUp('a')))._unsafeUnwrapErr()
    expect(lost).toEqual({ code: 'store_failed', outcome: 'unknown', reason: 'other' })
    failing = false
    expect((await book.credit(topUp('a')))._unsafeUnwrap().balanceAfter).toEqual(krw(10_000))
    expect((await book.balance(mina))._unsafeUnwrap()).toEqual(krw(10_000))
  })

  test('C-93: balance and line are one commit, so that neither is ever there alone', async () => {
    const inner = memoryStore()
    const commits: (readonly string[])[] = []
    const store: Store = {
      ...inner,
      commit: (ops) => {
        commits.push(ops.map(({ kind }) => kind))
        return inner.commit(ops)
      },
    }
    const book = bookOf(5_000, store)
    await book.credit(topUp('a'))
    await book.debit(topUp('b'))
    expect(commits).toEqual(Array(3).fill(['walletAccounts', 'ledgerEntries']))
  })

  test('a wallet that is always ahead of us ends as busy, and nothing is written', async () => {
    const inner = memoryStore()
    let commits = 0
    const store: Store = {
      ...inner,
      commit: async () => {
        commits += 1
        return { kind: 'conflict', op: 0, reason: 'version' }
      },
    }
    expect((await bookOf(0, store).credit(topUp('a')))._unsafeUnwrapErr()).toEqual({
      code: 'wallet_busy',
      outcome: 'unknown',
    })
    expect(commits).toBe(50)
  })
})
