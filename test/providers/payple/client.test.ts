import type { ResultAsync } from 'neverthrow'
import { describe, expect, test } from 'vitest'
import type { GatewayError } from '../../../src/providers/gateway'
import type { PaypleClient } from '../../../src/providers/payple/client'
import { paypleClient } from '../../../src/providers/payple/client'
import { answering, authAnswer, KEYS, manualClock, payplePayment, until } from './support'

const clientOf = (fetch: typeof globalThis.fetch, clock = manualClock()) => {
  const { clientKey: _, ...keys } = KEYS
  return paypleClient({ ...keys, fetch, clock })
}

const SESSION = { PCD_CST_ID: 'encoded-id', PCD_CUST_KEY: 'encoded-key', PCD_AUTH_KEY: 'auth-key-of-a-session' }
const ID = { cst_id: KEYS.cstId, custKey: KEYS.custKey }
const CHARGE = { PCD_PAYER_ID: 'key-1', PCD_PAY_GOODS: '구독', PCD_PAY_TOTAL: 9_900, PCD_PAY_OID: 'chg_1' } as const
const MONTH = { PCD_PAY_YEAR: '2026', PCD_PAY_MONTH: '03' } as const
const COFURL = 'https://demo-api-v2.payple.kr/api/v1/payments/cards/approval/confirm'

type Row = {
  readonly name: string
  readonly run: (client: PaypleClient) => ResultAsync<object, GatewayError>
  /** What partner authentication is told; null where there is none. */
  readonly flags: object | null
  readonly body: object
  readonly answer: object
  readonly read: object
}

const APPROVAL = payplePayment({ PCD_PAY_OID: 'chg_1' })
const READ = { orderId: 'chg_1', takenWon: 12_900, payType: 'card', paidAt: new Date('2026-03-01T01:15:30Z') }

const ROWS: readonly Row[] = [
  {
    name: 'confirmPayment, without authentication and with raw credentials',
    run: (client) => client.confirmPayment({ url: COFURL, PCD_AUTH_KEY: 'a', PCD_PAY_REQKEY: 'r', PCD_PAYER_ID: '' }),
    flags: null,
    body: {
      PCD_CST_ID: KEYS.cstId,
      PCD_CUST_KEY: KEYS.custKey,
      PCD_AUTH_KEY: 'a',
      PCD_PAY_REQKEY: 'r',
      PCD_PAYER_ID: '',
    },
    answer: APPROVAL,
    read: READ,
  },
  {
    name: 'chargeBillingKey, a card',
    run: (client) => client.chargeBillingKey({ PCD_PAY_TYPE: 'card', ...CHARGE }),
    flags: { PCD_PAY_TYPE: 'card', PCD_SIMPLE_FLAG: 'Y' },
    body: { ...SESSION, PCD_PAY_TYPE: 'card', ...CHARGE, PCD_SIMPLE_FLAG: 'Y' },
    answer: APPROVAL,
    read: READ,
  },
  {
    name: 'chargeBillingKey, an account',
    run: (client) => client.chargeBillingKey({ PCD_PAY_TYPE: 'transfer', ...CHARGE }),
    flags: { PCD_PAY_TYPE: 'transfer', PCD_SIMPLE_FLAG: 'Y' },
    body: { ...SESSION, PCD_PAY_TYPE: 'transfer', ...CHARGE, PCD_SIMPLE_FLAG: 'Y' },
    answer: APPROVAL,
    read: READ,
  },
  {
    name: 'chargeBillingKey, a card once a month',
    run: (client) => client.chargeBillingKey({ PCD_PAY_TYPE: 'card', ...CHARGE, ...MONTH }),
    flags: { PCD_PAY_TYPE: 'card', PCD_REGULER_FLAG: 'Y' },
    body: { ...SESSION, PCD_PAY_TYPE: 'card', ...CHARGE, ...MONTH, PCD_REGULER_FLAG: 'Y' },
    answer: APPROVAL,
    read: READ,
  },
  {
    name: 'chargeBillingKey, an account once a month',
    run: (client) => client.chargeBillingKey({ PCD_PAY_TYPE: 'transfer', ...CHARGE, ...MONTH }),
    flags: { PCD_REGULER_FLAG: 'Y' },
    body: { ...SESSION, PCD_PAY_TYPE: 'transfer', ...CHARGE, ...MONTH, PCD_REGULER_FLAG: 'Y' },
    answer: APPROVAL,
    read: READ,
  },
  {
    name: 'cancelPayment',
    run: (client) =>
      client.cancelPayment({
        PCD_PAY_OID: 'o',
        PCD_PAY_DATE: '20260301',
        PCD_REFUND_TOTAL: 2_900,
        PCD_REFUND_TAXTOTAL: 264,
      }),
    flags: { PCD_PAYCANCEL_FLAG: 'Y' },
    body: {
      ...SESSION,
      PCD_REFUND_KEY: KEYS.refundKey,
      PCD_PAYCANCEL_FLAG: 'Y',
      PCD_PAY_OID: 'o',
      PCD_PAY_DATE: '20260301',
      PCD_REFUND_TOTAL: 2_900,
      PCD_REFUND_TAXTOTAL: 264,
    },
    answer: {
      PCD_PAY_RST: 'success',
      PCD_PAY_CODE: 'PAYC0000',
      PCD_PAY_OID: 'o',
      PCD_REFUND_TOTAL: 2_900,
      PCD_TAXSAVE_RST: '-10002122',
    },
    read: { orderId: 'o', code: 'PAYC0000', refundedWon: 2_900, tradeNumber: null, cashReceiptResult: '-10002122' },
  },
  {
    name: 'getPayment of a month',
    run: (client) =>
      client.getPayment({ PCD_PAY_TYPE: 'card', PCD_PAY_OID: 'chg_1', PCD_PAY_DATE: '20260301', ...MONTH }),
    flags: { PCD_PAYCHK_FLAG: 'Y' },
    body: {
      ...SESSION,
      PCD_PAYCHK_FLAG: 'Y',
      PCD_PAY_TYPE: 'card',
      PCD_PAY_OID: 'chg_1',
      PCD_PAY_DATE: '20260301',
      ...MONTH,
      PCD_REGULER_FLAG: 'Y',
    },
    answer: APPROVAL,
    read: READ,
  },
  {
    name: 'getBillingKey',
    run: (client) => client.getBillingKey('key-1'),
    flags: { PCD_PAY_WORK: 'PUSERINFO' },
    body: { ...SESSION, PCD_PAYER_ID: 'key-1' },
    answer: {
      PCD_PAY_RST: 'success',
      PCD_PAYER_ID: 'key-1',
      PCD_PAY_TYPE: 'card',
      PCD_PAY_CARDNAME: 'BC카드',
      PCD_PAY_CARDNUM: '1111-****-****-4444',
    },
    read: { payerId: 'key-1', payType: 'card', issuerName: 'BC카드', maskedNumber: '1111-****-****-4444' },
  },
  {
    name: 'deleteBillingKey',
    run: (client) => client.deleteBillingKey('key-1'),
    flags: { PCD_PAY_WORK: 'PUSERDEL' },
    body: { ...SESSION, PCD_PAYER_ID: 'key-1' },
    answer: { PCD_PAY_RST: 'success', PCD_PAY_CODE: 'PUSER0000' },
    read: { code: 'PUSER0000' },
  },
  {
    name: 'issueCashReceipt',
    run: (client) =>
      client.issueCashReceipt({
        PCD_PAYER_ID: 'key-1',
        PCD_PAY_OID: 'o',
        PCD_TAXSAVE_AMOUNT: 15_000,
        PCD_TAXSAVE_TRADEUSE: 'personal',
      }),
    flags: { PCD_PAY_WORK: 'TSREG' },
    body: {
      ...SESSION,
      PCD_PAYER_ID: 'key-1',
      PCD_PAY_OID: 'o',
      PCD_TAXSAVE_AMOUNT: 15_000,
      PCD_TAXSAVE_TRADEUSE: 'personal',
    },
    answer: {
      PCD_PAY_RST: 'success',
      PCD_PAY_CODE: 'TSRG0000',
      PCD_PAY_OID: 'o',
      PCD_TAXSAVE_AMOUNT: '15000',
      PCD_TAXSAVE_MGTNUM: 't1',
    },
    read: { orderId: 'o', amountWon: 15_000, receiptNumber: 't1' },
  },
  {
    name: 'cancelCashReceipt',
    run: (client) => client.cancelCashReceipt({ PCD_PAYER_ID: 'key-1', PCD_PAY_OID: 'o', PCD_TAXSAVE_AMOUNT: 15_000 }),
    flags: { PCD_PAY_WORK: 'TSCANCEL' },
    body: { ...SESSION, PCD_PAYER_ID: 'key-1', PCD_PAY_OID: 'o', PCD_TAXSAVE_AMOUNT: 15_000 },
    answer: { PCD_PAY_RST: 'success', PCD_PAY_OID: 'o', PCD_TAXSAVE_AMOUNT: 15_000, PCD_TAXSAVE_MGTNUM: '' },
    read: { orderId: 'o', amountWon: 15_000, receiptNumber: null },
  },
  {
    name: 'listSettlements',
    run: (client) => client.listSettlements({ PCD_START_DATE: '20260301', PCD_END_DATE: '20260331', PCD_LIMIT: 2 }),
    flags: { PCD_SETTLEMENT_FLAG: 'Y' },
    body: { ...SESSION, PCD_SETTLEMENT_FLAG: 'Y', PCD_START_DATE: '20260301', PCD_END_DATE: '20260331', PCD_LIMIT: 2 },
    answer: {
      PCD_PAY_RST: 'success',
      PCD_DATA: {
        PCD_CONTENT: [
          { PCD_TXN_TYPE: 'CANCEL', PCD_PAY_OID: 'o', PCD_PAY_CANCEL_TIME: '20260302110000', PCD_PAY_AMOUNT: '-2900' },
        ],
        PCD_HAS_MORE: 'Y',
        PCD_LASTKEY: '99',
      },
    },
    read: {
      rows: [
        {
          kind: 'CANCEL',
          orderId: 'o',
          paidAt: null,
          cancelledAt: new Date('2026-03-02T02:00:00Z'),
          settledOn: null,
          payType: null,
          amountWon: -2_900,
          feeWon: null,
          settledWon: null,
        },
      ],
      hasMore: true,
      lastKey: '99',
    },
  },
]

type Answered = { readonly value?: unknown; readonly error?: GatewayError }
const ask = (row: Row, client: PaypleClient): Promise<Answered> =>
  row.run(client).match<Answered>(
    (value) => ({ value }),
    (error) => ({ error }),
  )

describe('every endpoint', () => {
  test.each(ROWS)('$name: the request on the wire, and what is read of a success', async (row) => {
    const { fetch, requests } = answering(200, row.answer)
    expect((await ask(row, clientOf(fetch))).value).toMatchObject(row.read)
    const [auth, sent] = row.flags === null ? [undefined, requests[0]] : requests
    expect(requests).toHaveLength(row.flags === null ? 1 : 2)
    if (row.flags !== null) {
      expect(auth?.url).toBe('https://democpay.payple.kr/php/auth.php')
      expect(JSON.parse(auth?.body ?? '')).toEqual({ ...ID, ...row.flags })
    }
    expect(sent?.url).toBe(row.flags === null ? COFURL : 'https://democpay.payple.kr/php/some/Act.php?ACT_=PAYM')
    expect(JSON.parse(sent?.body ?? '')).toEqual(row.body)
  })

  test.each(ROWS)('$name: an error with HTTP 200 is an error', async (row) => {
    const { fetch } = answering(200, {
      ...row.answer,
      PCD_PAY_RST: 'error',
      PCD_PAY_CODE: '3151',
      PCD_PAY_MSG: '잔액이 부족합니다.',
    })
    const { error } = await ask(row, clientOf(fetch))
    expect(error).toMatchObject({ code: 'declined', outcome: 'not_executed', providerCode: '3151' })
    expect(error?.message).not.toContain('잔액')
  })

  test.each(ROWS)('$name: a success in no shape of ours leaves it open', async (row) => {
    const { fetch } = answering(200, { PCD_PAY_RST: 'success', PCD_PAY_OID: { a: 1 }, PCD_PAY_CODE: [] })
    expect((await ask(row, clientOf(fetch))).error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test.each(ROWS)('$name: a result that is neither success nor error leaves it open', async (row) => {
    for (const result of ['close', '', null, 'SUCCESS', true, undefined]) {
      const { fetch } = answering(200, { ...row.answer, PCD_PAY_RST: result })
      expect((await ask(row, clientOf(fetch))).error).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
    }
  })
})

describe('one call', () => {
  const lookUp = { PCD_PAY_TYPE: 'card', PCD_PAY_OID: 'chg_1', PCD_PAY_DATE: '20260301' } as const

  test('can have a time-out of its own', async () => {
    const clock = manualClock()
    let sent = false
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (String(input instanceof Request ? input.url : input).endsWith('auth.php')) return Response.json(authAnswer())
      sent = true
      return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))))
    }
    const answer = clientOf(fetch, clock).getPayment(lookUp, { timeoutMs: 50 })
    await until(() => sent)
    await clock.advance(50)
    expect((await answer)._unsafeUnwrapErr()).toMatchObject({ code: 'timeout', outcome: 'unknown' })
  })

  test('can be given up before anything is sent', async () => {
    const { fetch, requests } = answering(200, APPROVAL)
    const { signal } = new AbortController()
    const gone = AbortSignal.abort()
    expect(
      (
        await clientOf(fetch).chargeBillingKey({ PCD_PAY_TYPE: 'card', ...CHARGE }, { signal: gone })
      )._unsafeUnwrapErr(),
    ).toMatchObject({ code: 'not_sent' })
    expect(requests).toEqual([])
    expect((await clientOf(fetch).getPayment(lookUp, { signal })).isOk()).toBe(true)
  })
})

describe('numbers, text and nothing', () => {
  const lookUp = { PCD_PAY_TYPE: 'card', PCD_PAY_OID: 'chg_1', PCD_PAY_DATE: '20260301' } as const
  const read = async (changes: object) => clientOf(answering(200, { ...APPROVAL, ...changes }).fetch).getPayment(lookUp)

  test.each([
    ['text', { PCD_PAY_TOTAL: '12900' }],
    ['a number', { PCD_PAY_TOTAL: 12_900 }],
    ['text with spaces', { PCD_PAY_TOTAL: ' 12900 ' }],
    ['nothing of a discount', { PCD_PAY_AMOUNT_REAL: '' }],
    ['no field at all', { PCD_PAY_AMOUNT_REAL: undefined, PCD_PAY_CARDTRADENUM: undefined, PCD_PAYER_ID: undefined }],
    ['null', { PCD_PAY_AMOUNT_REAL: null, PCD_PAY_CARDTRADENUM: null }],
    ['the total under another name', { PCD_PAY_TOTAL: '', PCD_PAY_AMOUNT_REAL: 12_900 }],
  ])('an amount is read from %s', async (_, changes) => {
    expect((await read(changes))._unsafeUnwrap()).toMatchObject({ takenWon: 12_900 })
  })

  test.each([
    ['a fraction', { PCD_PAY_TOTAL: '12900.5' }],
    ['less than nothing', { PCD_PAY_TOTAL: -1 }],
    ['commas', { PCD_PAY_TOTAL: '12,900' }],
    ['too much to be exact', { PCD_PAY_TOTAL: 2 ** 53 }],
    ['a word', { PCD_PAY_TOTAL: 'all' }],
    ['nothing', { PCD_PAY_TOTAL: '' }],
    ['no order id', { PCD_PAY_OID: '' }],
  ])('%s is no answer', async (_, changes) => {
    expect((await read(changes))._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })

  test('a trade number that came as a number is too long to be one, and is left out', async () => {
    expect((await read({ PCD_PAY_CARDTRADENUM: 2.026e23 }))._unsafeUnwrap().tradeNumber).toBeNull()
    expect((await read({ PCD_PAY_CARDTRADENUM: '202603011015300000000001' }))._unsafeUnwrap().tradeNumber).toBe(
      '202603011015300000000001',
    )
  })
})
