import { describe, expect, test } from 'vitest'
import { ORDER, pay, register, TODAY, talkTo } from './fake-support'
import { KEYS, manualClock } from './support'

const MINUTE = 60_000
const AUTH = 'https://democpay.payple.kr/php/auth.php'
const refusal = (code: string) => ({ PCD_PAY_RST: 'error', PCD_PAY_CODE: code })

describe('partner authentication', () => {
  test.each([
    [{ PCD_PAYCANCEL_FLAG: 'Y' }, '/php/account/api/cPayCAct.php'],
    [{ PCD_PAYCHK_FLAG: 'Y' }, '/php/PayChkAct.php'],
    [{ PCD_PAY_TYPE: 'card', PCD_SIMPLE_FLAG: 'Y' }, '/php/SimplePayCardAct.php?ACT_=PAYM'],
    [{ PCD_SIMPLE_FLAG: 'Y' }, '/php/SimplePayAct.php?ACT_=PAYM'],
    [{ PCD_PAY_TYPE: 'card', PCD_REGULER_FLAG: 'Y' }, '/php/RePayCardAct.php?ACT_=PAYM'],
    [{ PCD_REGULER_FLAG: 'Y' }, '/php/RePayAct.php?ACT_=PAYM'],
    [{ PCD_PAY_WORK: 'PUSERINFO' }, '/php/cPayUser/api/cPayUserAct.php?ACT_=PUSERINFO'],
    [{ PCD_PAY_WORK: 'TSREG' }, '/php/taxsave/api/tsAct.php?ACT_=TSREG'],
  ])('%o leads to %s', async (flags, path) => {
    const { post } = talkTo()
    const { cstId: cst_id, custKey } = KEYS
    const auth = await post(AUTH, { cst_id, custKey, ...flags })
    expect(auth).toMatchObject({ result: 'success', PCD_PAY_HOST: 'https://democpay.payple.kr', PCD_PAY_URL: path })
    expect(auth['return_url']).toBe(`https://democpay.payple.kr${path}`)
    expect(String(auth['AuthKey']).length).toBeGreaterThan(500)
    expect([auth['cst_id'], auth['custKey']]).not.toContain(KEYS.cstId)
  })

  test.each([
    ['another id', { cst_id: 'x' }, 'AUTH0001'],
    ['another key', { custKey: 'x' }, 'AUTH0002'],
  ])('with %s is refused with 200 and a text', async (_, changes, code) => {
    const { post } = talkTo()
    const auth = await post(AUTH, { cst_id: KEYS.cstId, custKey: KEYS.custKey, PCD_PAYCHK_FLAG: 'Y', ...changes })
    expect(auth).toMatchObject({ result: 'error', result_msg: expect.stringContaining(code), AuthKey: '' })
  })

  test('without a referer is refused, and so is everything else', async () => {
    const { post, fake } = talkTo()
    const { cstId: cst_id, custKey } = KEYS
    const auth = await post(AUTH, { cst_id, custKey, PCD_PAYCHK_FLAG: 'Y' }, {})
    expect(auth['result_msg']).toContain('AUTH0004')
    const returned = fake.buyer.authorize({ orderId: ORDER, amount: 100 })
    expect(await post(returned['PCD_PAY_COFURL'] ?? '', {}, {})).toMatchObject(refusal('AUTH0004'))
  })

  test('an AuthKey works for its own operation, with its own credentials, until it is over', async () => {
    const { session, post, clock } = talkTo({ credentials: 'encoded' })
    const { url, with: credentials } = await session({ PCD_PAYCHK_FLAG: 'Y' })
    const ask = (changes = {}, to = url) =>
      post(to, { ...credentials, PCD_PAY_OID: 'x', PCD_PAY_DATE: TODAY, ...changes })
    expect(await ask()).toMatchObject(refusal('CBIL0003'))
    expect(await ask({ PCD_AUTH_KEY: 'x' })).toMatchObject(refusal('PAYC0001'))
    expect(await ask({ PCD_CST_ID: KEYS.cstId, PCD_CUST_KEY: KEYS.custKey })).toMatchObject(refusal('PAYC0001'))
    expect(await ask({}, 'https://democpay.payple.kr/php/account/api/cPayCAct.php')).toMatchObject(refusal('PAYC0001'))
    await clock.advance(30 * MINUTE - 1)
    expect(await ask()).toMatchObject(refusal('CBIL0003'))
    await clock.advance(1)
    expect(await ask()).toMatchObject(refusal('PAYC0001'))
  })

  test('it may work once, or with raw credentials', async () => {
    const once = talkTo({ singleUseAuthKey: true })
    const { url, with: credentials } = await once.session({ PCD_PAYCHK_FLAG: 'Y' })
    expect(await once.post(url, credentials)).toMatchObject(refusal('CBIL0003'))
    expect(await once.post(url, credentials)).toMatchObject(refusal('PAYC0001'))
    const raw = talkTo({ credentials: 'raw' })
    const session = await raw.session({ PCD_PAYCHK_FLAG: 'Y' })
    expect(await raw.post(session.url, session.with)).toMatchObject(refusal('PAYC0001'))
    const own = { ...session.with, PCD_CST_ID: KEYS.cstId, PCD_CUST_KEY: KEYS.custKey }
    expect(await raw.post(session.url, own)).toMatchObject(refusal('CBIL0003'))
  })
})

describe('a confirmation', () => {
  test('takes the money once', async () => {
    const talk = talkTo()
    const returned = talk.fake.buyer.authorize({ orderId: ORDER, amount: 12_900, goods: '녹차' })
    expect(await talk.confirm(returned)).toMatchObject({
      PCD_PAY_RST: 'success',
      PCD_PAY_CODE: 'PCCF0000',
      PCD_PAY_OID: ORDER,
      PCD_PAY_TOTAL: '12900',
      PCD_PAY_AMOUNT_REAL: '12900',
      PCD_PAY_TIME: '20260301100000',
      PCD_PAYER_HP: '',
    })
    expect(await talk.confirm(returned)).toMatchObject(refusal('1103'))
    expect(talk.fake.book()).toMatchObject([{ kind: 'capture', amountMinor: 12_900, orderId: ORDER }])
    expect(await talk.lookUp()).toMatchObject({ PCD_PAY_CODE: 'PCHK000' })
    expect(talk.fake.buyer.authorize({ orderId: ORDER, amount: 12_900 })['PCD_PAY_RST']).toBe('error')
  })

  test.each([
    ['another key', { PCD_PAY_REQKEY: 'x' }, 'CPCA0005'],
    ['another token', { PCD_AUTH_KEY: 'x' }, 'CPCA0005'],
    ['encoded credentials', { PCD_CUST_KEY: 'encoded-cust-key-00000001' }, 'AUTH0002'],
  ])('with %s takes nothing', async (_, changes, code) => {
    const talk = talkTo()
    const returned = talk.fake.buyer.authorize({ orderId: ORDER, amount: 12_900 })
    expect(await talk.confirm(returned, changes)).toMatchObject(refusal(code))
    expect(talk.fake.book()).toEqual([])
  })

  test('to a wrong address takes nothing', async () => {
    const talk = talkTo()
    const returned = talk.fake.buyer.authorize({ orderId: ORDER, amount: 12_900 })
    const wrong = { ...returned, PCD_PAY_COFURL: 'https://democpay.payple.kr/php/Wrong.php' }
    expect(await talk.confirm(wrong)).toMatchObject(refusal('AUTH0008'))
    const old = { ...returned, PCD_PAY_COFURL: 'https://democpay.payple.kr/php/PayCardConfirmAct.php?ACT_=PAYM' }
    expect(await talk.confirm(old)).toMatchObject({ PCD_PAY_RST: 'success' })
  })

  test('is over 10 minutes after the buyer has authenticated, at the minute itself', async () => {
    const talk = talkTo()
    const [first, second] = ['o-1', 'o-2'].map((orderId) => talk.fake.buyer.authorize({ orderId, amount: 100 }))
    await talk.clock.advance(10 * MINUTE - 1)
    expect(await talk.confirm(first ?? {})).toMatchObject({ PCD_PAY_RST: 'success' })
    await talk.clock.advance(1)
    expect(await talk.confirm(second ?? {})).toMatchObject(refusal('1124'))
  })

  test('of a discount takes the rest', async () => {
    const talk = talkTo()
    const answer = await talk.confirm(talk.fake.buyer.authorize({ orderId: ORDER, amount: 12_900, discount: 900 }))
    expect(answer).toMatchObject({ PCD_PAY_TOTAL: '12900', PCD_PAY_DISCOUNT: '900', PCD_PAY_AMOUNT_REAL: '12000' })
    expect(talk.fake.book()).toMatchObject([{ amountMinor: 12_000 }])
    expect(await talk.cancel()).toMatchObject(refusal('PAYC0011'))
    expect(await talk.cancel({ PCD_REFUND_TOTAL: 12_000 })).toMatchObject({ PCD_PAY_RST: 'success' })
  })

  test('can be declined, once or for one order, and ends the payment', async () => {
    const talk = talkTo({ testPrefix: true })
    talk.fake.decline('3133', 'o-2')
    talk.fake.decline()
    const codes: unknown[] = []
    for (const orderId of ['o-1', 'o-2', 'o-3']) {
      codes.push((await talk.confirm(talk.fake.buyer.authorize({ orderId, amount: 100 })))['PCD_PAY_CODE'])
    }
    expect(codes).toEqual(['[test]3151', '[test]3133', '[test]PCCF0000'])
    expect(talk.fake.payments().map(({ status }) => status)).toEqual(['FAILED', 'FAILED', 'PAID'])
  })
})

describe('the people in front of the window', () => {
  test('open it, close it, fail in it, or have the money taken at once', () => {
    const { fake } = talkTo()
    fake.buyer.open({ orderId: 'o-1', amount: 100 })
    expect(fake.payments()).toMatchObject([{ status: 'OPEN' }])
    expect(fake.buyer.close('o-1')).toMatchObject({ PCD_PAY_RST: 'close', PCD_PAY_OID: 'o-1' })
    expect(fake.buyer.fail('o-1')).toMatchObject({ PCD_PAY_RST: 'error', PCD_PAY_CODE: 'CPCA0001' })
    expect(fake.payments()).toMatchObject([{ status: 'FAILED' }])
    expect(fake.buyer.pay({ orderId: 'o-2', amount: 100 })).toMatchObject({
      PCD_PAY_RST: 'success',
      PCD_PAY_WORK: 'PAY',
    })
    expect(fake.book()).toHaveLength(1)
    expect(fake.buyer.pay({ orderId: 'o-2', amount: 100 })).toMatchObject({ PCD_PAY_RST: 'error' })
    expect(() => fake.buyer.open({ orderId: 'o-3', amount: 0.5 })).toThrow(RangeError)
  })

  test('a second window for an order leaves the first one’s authentication worthless', async () => {
    const talk = talkTo()
    const first = talk.fake.buyer.authorize({ orderId: ORDER, amount: 100 })
    const second = talk.fake.buyer.authorize({ orderId: ORDER, amount: 100 })
    expect(await talk.confirm(first)).toMatchObject(refusal('CPCA0005'))
    expect(await talk.confirm(second)).toMatchObject({ PCD_PAY_RST: 'success' })
    expect(talk.fake.book()).toHaveLength(1)
  })
})

describe('a look-up', () => {
  test.each([
    ['the wrong day', { PCD_PAY_DATE: '20260228' }],
    ['the wrong type', { PCD_PAY_TYPE: 'transfer' }],
    ['another order', { PCD_PAY_OID: 'x' }],
    ['a month that is none of its', { PCD_REGULER_FLAG: 'Y', PCD_PAY_YEAR: '2026', PCD_PAY_MONTH: '03' }],
  ])('by %s finds nothing', async (_, changes) => {
    const talk = talkTo()
    await pay(talk)
    expect(await talk.lookUp(changes)).toMatchObject(refusal('CBIL0003'))
    expect(await talk.lookUp()).toMatchObject({ PCD_PAY_RST: 'success' })
  })

  test('C-56: what is paid at 00:30 in Korea is filed under that day there', async () => {
    const talk = talkTo({}, manualClock(Date.UTC(2026, 2, 1, 15, 30)))
    await pay(talk)
    expect(await talk.lookUp()).toMatchObject(refusal('CBIL0003'))
    expect(await talk.lookUp({ PCD_PAY_DATE: '20260302' })).toMatchObject({ PCD_PAY_TIME: '20260302003000' })
    expect(await talk.cancel()).toMatchObject(refusal('PAYC0007'))
    expect(await talk.cancel({ PCD_PAY_DATE: '20260302' })).toMatchObject({ PCD_PAY_CODE: 'PAYC0000' })
  })
})

describe('a charge of a key', () => {
  test.each([
    ['nobody’s key', { PCD_PAYER_ID: 'x' }, 'SPCD0011'],
    ['99 won', { PCD_PAY_TOTAL: 99 }, 'SPCD0002'],
    ['no amount', { PCD_PAY_TOTAL: 'all' }, 'SPCD0002'],
    ['no title', { PCD_PAY_GOODS: '' }, 'SPCD0003'],
    ['a key of another kind', { PCD_PAY_TYPE: 'transfer' }, 'SPAY0005'],
  ])('with %s takes nothing', async (_, changes, code) => {
    const talk = talkTo()
    expect(await talk.charge({ PCD_PAYER_ID: register(talk), ...changes })).toMatchObject(refusal(code))
    expect(talk.fake.book()).toEqual([])
  })

  test('takes the money; the same order id again, paid or declined, is a duplicate', async () => {
    const talk = talkTo()
    const PCD_PAYER_ID = register(talk)
    expect(await talk.charge({ PCD_PAYER_ID })).toMatchObject({ PCD_PAY_CODE: 'SPCD0000', PCD_SIMPLE_FLAG: 'Y' })
    expect(await talk.charge({ PCD_PAYER_ID })).toMatchObject(refusal('SPCD0014'))
    talk.fake.decline('SPCD0018')
    expect(await talk.charge({ PCD_PAYER_ID, PCD_PAY_OID: 'chg-2' })).toMatchObject(refusal('SPCD0018'))
    expect(await talk.charge({ PCD_PAYER_ID, PCD_PAY_OID: 'chg-2' })).toMatchObject(refusal('SPCD0014'))
    expect(talk.fake.book()).toHaveLength(1)
  })

  test('of one month works once for each key', async () => {
    const talk = talkTo()
    const keys = [register(talk), register(talk)]
    const monthly = (key: number, oid: string, month: string) =>
      talk.charge({
        PCD_PAYER_ID: keys[key],
        PCD_PAY_OID: oid,
        PCD_REGULER_FLAG: 'Y',
        PCD_PAY_YEAR: '2026',
        PCD_PAY_MONTH: month,
      })
    expect(await monthly(0, 'c-1', '03')).toMatchObject({ PCD_PAY_RST: 'success' })
    expect(await monthly(0, 'c-2', '03')).toMatchObject(refusal('RPCD0015'))
    expect(await monthly(1, 'c-3', '03')).toMatchObject({ PCD_PAY_RST: 'success' })
    expect(await monthly(0, 'c-4', '04')).toMatchObject({ PCD_PAY_RST: 'success' })
  })

  test('a lost card is refused for good, a deleted key is unknown', async () => {
    const talk = talkTo()
    const [lost, deleted] = [register(talk), register(talk)]
    expect(talk.fake.bank.loseCard(lost)).toBe(true)
    expect(talk.fake.bank.loseCard('x')).toBe(false)
    expect(await talk.charge({ PCD_PAYER_ID: lost })).toMatchObject(refusal('SPCD1004'))
    expect(talk.fake.dashboard.removeKey(deleted)).toBe(true)
    expect(talk.fake.dashboard.removeKey(deleted)).toBe(false)
    expect(await talk.charge({ PCD_PAYER_ID: deleted })).toMatchObject(refusal('SPCD0011'))
    const info = { PCD_PAY_WORK: 'PUSERINFO' }
    for (const PCD_PAYER_ID of [lost, deleted, 'x']) {
      expect(await talk.run(info, { PCD_PAYER_ID })).toMatchObject({ PCD_PAY_RST: 'error' })
    }
  })
})

describe('receipts and settlements', () => {
  test('a receipt for a transfer is issued once and cancelled once', async () => {
    const talk = talkTo()
    await talk.confirm(talk.fake.buyer.authorize({ orderId: ORDER, amount: 15_000, payType: 'transfer' }))
    await pay(talk, 'by-card')
    const receipt = (work: string, changes = {}) =>
      talk.run(
        { PCD_PAY_WORK: work },
        { PCD_PAYER_ID: 'k', PCD_PAY_OID: ORDER, PCD_TAXSAVE_AMOUNT: 15_000, ...changes },
      )
    expect(await receipt('TSREG', { PCD_PAY_OID: 'by-card' })).toMatchObject({ PCD_PAY_RST: 'error' })
    expect(await receipt('TSREG', { PCD_TAXSAVE_AMOUNT: 15_001 })).toMatchObject({ PCD_PAY_RST: 'error' })
    expect(await receipt('TSCANCEL')).toMatchObject({ PCD_PAY_RST: 'error' })
    const issued = await receipt('TSREG')
    expect(issued).toMatchObject({ PCD_PAY_CODE: 'TSRG0000', PCD_TAXSAVE_MGTNUM: expect.stringMatching(/^fake/) })
    expect(await receipt('TSREG')).toMatchObject({ PCD_PAY_RST: 'error' })
    expect(await receipt('TSCANCEL')).toMatchObject({
      PCD_PAY_RST: 'success',
      PCD_TAXSAVE_MGTNUM: issued['PCD_TAXSAVE_MGTNUM'],
    })
    expect(await receipt('TSCANCEL')).toMatchObject({ PCD_PAY_RST: 'error' })
  })

  test('the list shows approvals and cancels of its days, page by page', async () => {
    const talk = talkTo()
    await pay(talk)
    await talk.clock.advance(24 * 60 * MINUTE)
    await talk.cancel({ PCD_REFUND_TOTAL: 2_900 })
    const list = async (changes = {}) => {
      const query = { PCD_START_DATE: TODAY, PCD_END_DATE: '20260302', ...changes }
      const { PCD_DATA } = await talk.run({ PCD_SETTLEMENT_FLAG: 'Y' }, query)
      return PCD_DATA as { PCD_CONTENT: { PCD_TXN_TYPE: string; PCD_PAY_AMOUNT: string }[]; PCD_LASTKEY: string }
    }
    const kinds = (page: Awaited<ReturnType<typeof list>>) =>
      page.PCD_CONTENT.map((row) => [row.PCD_TXN_TYPE, row.PCD_PAY_AMOUNT])
    const both = [
      ['APPROVAL', '12900'],
      ['CANCEL', '2900'],
    ]
    expect(kinds(await list())).toEqual(both)
    expect(kinds(await list({ PCD_END_DATE: TODAY }))).toEqual([both[0]])
    expect(kinds(await list({ PCD_START_DATE: '20260302' }))).toEqual([both[1]])
    const first = await list({ PCD_LIMIT: 1 })
    expect(kinds(first)).toEqual([both[0]])
    expect(kinds(await list({ PCD_LIMIT: 1, PCD_LASTKEY: first.PCD_LASTKEY }))).toEqual([both[1]])
  })
})
